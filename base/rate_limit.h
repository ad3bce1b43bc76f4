/// So many events of one kind in one second, and a count of those left out. Pure: time is an
/// argument. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace vostro {

/// Keys are literals of the source (they are kept as views), so their number is bounded by the
/// program.
class RepeatLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `events_max` in each window of one second; 0 for no limit.
  explicit RepeatLimit(std::uint32_t events_max) : events_max_(events_max) {}

  /// Empty where the event is one too many; else how many of this key were left out since the last
  /// one admitted.
  [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view key, Time now) {
    if (events_max_ == 0) return 0;
    const auto place = windows_.try_emplace(key, Window{.begin = now}).first;
    Window& window = place->second;
    if (now - window.begin >= std::chrono::seconds(1)) {
      window.begin = now;
      window.admitted = 0;
    }
    if (window.admitted == events_max_) {
      ++window.left_out;
      return std::nullopt;
    }
    ++window.admitted;
    return std::exchange(window.left_out, 0);
  }

 private:
  struct Window {
    Time begin;
    std::uint32_t admitted = 0;
    std::uint64_t left_out = 0;
  };

  std::uint32_t events_max_;
  std::map<std::string_view, Window> windows_;
};

}  // namespace vostro
