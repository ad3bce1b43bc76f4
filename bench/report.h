/// What a run came to: a table for people, JSON for programs.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/guards.h"
#include "bench/limits.h"
#include "bench/load.h"
#include "bench/lone.h"

namespace vostro::bench {

/// One step of the search for a rate.
struct Trial {
  double offered = 0;  ///< payments per second
  double served = 0;
};

struct Report {
  Machine machine;
  std::size_t nodes = 0;
  std::size_t accounts = 0;
  Spread verification_us;        ///< before the network starts, one thread
  Spread verification_after_us;  ///< after it has stopped
  Spread verification_busy_us;   ///< one thread on each core at once
  Spread append_sync_us;         ///< 4 KiB and fdatasync, where the network lies
  double verification = 0;  ///< us, what the figures are compared with: the lesser median of before
                            ///< and after, so that a disturbed measurement flatters nothing
  double ceiling = 0;       ///< payments per second: cores / (nodes x verification)
  std::optional<LoneResult> lone;
  std::vector<Trial> trials;
  std::vector<LoadResult> loads;  ///< without their orders
  std::vector<Guard> guards;

  [[nodiscard]] bool guards_hold() const;
};

/// CPU of one node for one payment, in microseconds.
[[nodiscard]] double cpu_us_per_payment(const LoadResult& load);

void print(const Report& report, std::ostream& out);
[[nodiscard]] std::string as_json(const Report& report);

}  // namespace vostro::bench
