#include "consensus/pacing.h"

#include <algorithm>

#include "base/check.h"

namespace vostro::consensus {
namespace {

void add_sample(std::deque<std::uint64_t>& samples, std::uint64_t sample) {
  samples.push_back(sample);
  if (samples.size() > Pacing::samples_max) samples.pop_front();
}

/// The smallest sample that so many percent of them do not exceed: number ceil(percent * count),
/// counted from 1.
std::uint64_t smallest_above(const std::deque<std::uint64_t>& samples, std::size_t percent) {
  std::vector<std::uint64_t> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() * percent + 99) / 100 - 1];
}

}  // namespace

Pacing::Pacing(const Timeouts& timeouts, const Committee& committee)
    : timeouts_(timeouts),
      quorum_(committee.quorum()),
      faulty_max_(committee.faulty_max()),
      round_trip_ms_(timeouts.round_trip_start_ms),
      base_ms_(timeouts.view_start_ms),
      heard_at_ms_(committee.size(), 0) {}

std::uint64_t Pacing::view_ms(View view, View final) const {
  VOSTRO_CHECK(view > final);
  const std::uint64_t doublings = (view.value - 1 - final.value) / (faulty_max_ + 1);
  std::uint64_t timeout = std::min(base_ms_, timeouts_.view_max_ms);
  for (std::uint64_t i = 0; i < doublings && timeout < timeouts_.view_max_ms; ++i)
    timeout = std::min(timeout * 2, timeouts_.view_max_ms);
  return timeout;
}

std::uint64_t Pacing::flush_ms() const {
  return std::max(
      {2 * round_trip_ms_, std::min(2 * finalizing_ms_, base_ms_), timeouts_.flush_min_ms});
}

bool Pacing::is_silent(ValidatorIndex leader, ValidatorIndex self, std::uint64_t now_ms) const {
  const auto spoke = [&](std::size_t index) {
    return heard_at_ms_[index] + timeouts_.silence_ms > now_ms;
  };
  if (leader == self || spoke(leader.value)) return false;
  std::size_t others = 1;  // ourselves
  for (std::size_t i = 0; i < heard_at_ms_.size(); ++i) {
    if (i != leader.value && i != self.value && spoke(i)) ++others;
  }
  return others >= quorum_;
}

void Pacing::on_started(std::uint64_t now_ms) {
  std::fill(heard_at_ms_.begin(), heard_at_ms_.end(), now_ms);
}

void Pacing::on_heard(ValidatorIndex validator, std::uint64_t now_ms) {
  heard_at_ms_.at(validator.value) = now_ms;
}

void Pacing::on_round_trip(std::uint64_t median_ms) {
  round_trip_ms_ = std::clamp<std::uint64_t>(median_ms, 1, timeouts_.view_max_ms);
}

void Pacing::on_enter(View view) {
  entered_ = view;
  armed_at_ms_.reset();
}

void Pacing::on_armed(std::uint64_t now_ms) {
  armed_at_ms_ = now_ms;
}

void Pacing::on_notarized(View view, std::uint64_t now_ms) {
  if (view == entered_ && armed_at_ms_)
    unfinalized_[view] = {now_ms, now_ms - std::min(now_ms, *armed_at_ms_)};
}

void Pacing::on_final(View final, std::uint64_t now_ms) {
  if (const auto own = unfinalized_.find(final); own != unfinalized_.end()) {
    add_sample(finalizing_, now_ms - std::min(now_ms, own->second.at_ms));
    finalizing_ms_ = smallest_above(finalizing_, 50);
  }
  const auto end = unfinalized_.upper_bound(final);
  for (auto at = unfinalized_.begin(); at != end; ++at) add_sample(samples_, at->second.took_ms);
  unfinalized_.erase(unfinalized_.begin(), end);
  if (samples_.empty()) return;
  base_ms_ = std::clamp(3 * smallest_above(samples_, 99), timeouts_.view_min_ms,
                        timeouts_.view_base_max_ms);
}

}  // namespace vostro::consensus
