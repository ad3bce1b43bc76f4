#include "bridge/second_look.h"

#include <algorithm>

namespace vostro::bridge {

bool SecondLook::confirms(const std::set<std::string>& differing, Height at,
                          Clock::time_point now) {
  std::erase_if(seen_, [&](const auto& each) { return !differing.contains(each.first); });
  for (const std::string& each : differing) seen_.try_emplace(each, First{at, now});
  const bool is_confirmed = std::ranges::all_of(seen_, [&](const auto& each) {
    return each.second.at < at || now - each.second.since >= still_after;
  });
  if (!doubting_since_) doubting_since_ = now;
  const bool is_over = is_confirmed || now - *doubting_since_ >= doubt_max;
  if (is_over) doubting_since_.reset();
  return is_over;
}

}  // namespace vostro::bridge
