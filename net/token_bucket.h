/// The token bucket that paces what a peer or a client may send. Pure: the time is an argument.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/check.h"

namespace vostro::net {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::nanoseconds;

/// So many a second on average, and up to `burst` at once. Both are at least 1; `per_second` at
/// most 1 000 000.
struct Rate {
  std::uint32_t per_second = 1000;
  std::uint32_t burst = 1000;

  bool operator==(const Rate&) const = default;
  [[nodiscard]] constexpr bool is_valid() const {
    return per_second >= 1 && per_second <= 1'000'000 && burst >= 1 && burst <= 1'000'000;
  }
};

/// A token bucket in the form of ITU-T I.371's generic cell rate algorithm: one time stands for the
/// whole state, and no division happens after construction.
class TokenBucket {
 public:
  explicit TokenBucket(Rate rate)
      : interval_(nanoseconds(1'000'000'000 / rate.per_second)), capacity_(interval_ * rate.burst) {
    VOSTRO_CHECK(rate.is_valid());
  }

  /// Takes a token, even one that is not there yet, and says how long to wait before the next is
  /// taken (zero while the burst lasts). The caller that waits keeps to the rate and loses nothing.
  [[nodiscard]] nanoseconds take(SteadyTime now) {
    empty_at_ = std::max(empty_at_, now) + interval_;
    return std::max(nanoseconds(0), empty_at_ + interval_ - now - capacity_);
  }
  /// Takes a token where there is one; otherwise changes nothing and returns false.
  [[nodiscard]] bool try_take(SteadyTime now) {
    const auto next = std::max(empty_at_, now) + interval_;
    if (next - now > capacity_) return false;
    empty_at_ = next;
    return true;
  }

 private:
  nanoseconds interval_;
  nanoseconds capacity_;
  SteadyTime empty_at_{};  ///< When the tokens taken so far will all have been made good.
};

}  // namespace vostro::net
