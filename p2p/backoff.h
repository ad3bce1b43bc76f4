/// When to dial again, and for how long a peer that broke the rules is shut out. Pure: the time is
/// an argument and chance comes from a seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "p2p/limits.h"

namespace vostro::p2p {

/// Delays that double from `first` to `max`, each drawn evenly from its upper half, so that peers
/// that lost the same connection do not all come back in the same moment. The draw is our own
/// (splitmix64): the same on every machine.
class Backoff {
 public:
  Backoff(std::uint64_t seed, milliseconds first, milliseconds max)
      : state_(seed), first_(first), max_(max), next_(first) {
    VOSTRO_CHECK(first.count() >= 1);
    VOSTRO_CHECK(first <= max);
  }

  [[nodiscard]] milliseconds next() {
    const auto whole = static_cast<std::uint64_t>(next_.count());
    const std::uint64_t half = whole / 2;
    const auto delay = milliseconds(static_cast<std::int64_t>(half + draw() % (whole - half + 1)));
    next_ = std::min(next_ * 2, max_);
    return delay;
  }
  /// After a connection that lasted.
  void reset() { next_ = first_; }

 private:
  /// The remainder's bias is below 2^-40 for delays of hours, and only spreads load.
  std::uint64_t draw() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
  milliseconds first_;
  milliseconds max_;
  milliseconds next_;
};

/// Shuts a peer out for `first`, doubling to `max` with each further breach, never for ever. A peer
/// that behaved for `max` after its last term begins anew.
class ShutOut {
 public:
  ShutOut(milliseconds first, milliseconds max) : first_(first), max_(max), next_(first) {
    VOSTRO_CHECK(first <= max);
  }

  /// Returns how long the peer is out, counted from `now`.
  milliseconds add_breach(SteadyTime now) {
    if (until_ && now > *until_ + max_) next_ = first_;
    const milliseconds term = next_;
    until_ = now + term;
    next_ = std::min(next_ * 2, max_);
    return term;
  }
  [[nodiscard]] bool is_out(SteadyTime now) const { return until_ && now < *until_; }
  /// Zero when the peer is not shut out.
  [[nodiscard]] nanoseconds remaining(SteadyTime now) const {
    return is_out(now) ? nanoseconds(*until_ - now) : nanoseconds(0);
  }

 private:
  milliseconds first_;
  milliseconds max_;
  milliseconds next_;
  std::optional<SteadyTime> until_;
};

}  // namespace vostro::p2p
