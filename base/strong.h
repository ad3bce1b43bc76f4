/// Numbers that must not mix: a Height is not a View. No implicit conversion in or out; `value` is
/// the number.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>

namespace vostro {

template <class Tag, std::integral Rep>
struct Strong {
  using rep = Rep;
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}

  constexpr auto operator<=>(const Strong&) const = default;
  [[nodiscard]] constexpr Strong next() const { return Strong(static_cast<Rep>(value + 1)); }
  [[nodiscard]] constexpr Strong previous() const { return Strong(static_cast<Rep>(value - 1)); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }
};

using Height =
    Strong<struct HeightTag, std::uint64_t>;           ///< Counts blocks; the genesis anchor is 0.
using View = Strong<struct ViewTag, std::uint64_t>;    ///< Per epoch, from 1; 0 is the anchor.
using Epoch = Strong<struct EpochTag, std::uint64_t>;  ///< From 0.

/// Milliseconds since 1970-01-01T00:00:00Z: block time, and the wall clock where one is looked at.
using UnixMillis = Strong<struct UnixMillisTag, std::uint64_t>;
/// Whole seconds since 1970-01-01T00:00:00Z: deadlines and validity (blueprint 3, "Time").
using UnixSeconds = Strong<struct UnixSecondsTag, std::uint64_t>;

/// 9999-12-31T23:59:59Z. Times from outside are held to it, so that none overflows as milliseconds.
inline constexpr UnixSeconds unix_seconds_max{253'402'300'799};

[[nodiscard]] constexpr UnixMillis to_millis(UnixSeconds s) {
  return UnixMillis(s.value * 1000);
}
/// A deadline has passed in the first block whose time is above it (blueprint 3, "A payment's
/// life").
[[nodiscard]] constexpr bool has_passed(UnixSeconds deadline, UnixMillis now) {
  return now.value > deadline.value * 1000;
}

}  // namespace vostro
