/// Whether one key is in use by two running nodes. Each run of a node draws an instance and names
/// it in every handshake. A run whose connection was displaced by another run's, and that comes
/// back and displaces that one, is alive beside it: no restart does that, and no lost link, whose
/// connections are all of one run. Pure: the time is an argument. Source: threat model P11.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "base/bytes.h"
#include "p2p/limits.h"

namespace vostro::p2p {

/// Drawn at the start of each run. All zero where the handshake named none.
using Instance = FixedBytes<struct InstanceTag, 16>;

/// Of one peer, over both channels.
class TwinWatch {
 public:
  /// `returns` of displaced runs within `time` are an alarm; above 0.
  TwinWatch(std::uint32_t returns, milliseconds time) : returns_max_(returns), time_(time) {}

  /// A connection of the run `newer` took the place of one of `older`. True: alarm, and the count
  /// begins anew.
  [[nodiscard]] bool on_displaced(SteadyTime now, const Instance& older, const Instance& newer) {
    if (older == newer) return false;
    while (!displaced_.empty() && now - displaced_.front().at > time_) displaced_.pop_front();
    while (!returns_.empty() && now - returns_.front() > time_) returns_.pop_front();
    const bool is_return = std::ranges::any_of(
        displaced_, [&](const Displaced& each) { return each.instance == newer; });
    displaced_.push_back({now, older});
    if (displaced_.size() > kDisplacedMax) displaced_.pop_front();
    if (!is_return) return false;
    returns_.push_back(now);
    if (returns_.size() < returns_max_) return false;
    returns_.clear();
    return true;
  }

 private:
  struct Displaced {
    SteadyTime at;
    Instance instance;
  };
  static constexpr std::size_t kDisplacedMax = 16;  ///< two runs need two

  std::uint32_t returns_max_;
  milliseconds time_;
  std::deque<Displaced> displaced_;
  std::deque<SteadyTime> returns_;
};

}  // namespace vostro::p2p
