/// The time an event happens at, handed to every step. Nothing in this house reads a clock.
#pragma once

#include <cstdint>

#include "base/strong.h"

namespace vostro::consensus {

struct Time {
  std::uint64_t steady_ms =
      0;            ///< milliseconds of a clock that never goes back; its origin is the driver's
  UnixMillis wall;  ///< civil time; may jump both ways

  bool operator==(const Time&) const = default;
};

}  // namespace vostro::consensus
