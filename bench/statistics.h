/// What a row of measured values comes to. Pure; any thread.
#pragma once

#include <cstddef>
#include <vector>

namespace vostro::bench {

/// Of values in any unit; all zero where there were none.
struct Spread {
  std::size_t count = 0;
  double least = 0;
  double median = 0;
  double p90 = 0;
  double p99 = 0;
  double most = 0;
};

/// The `share` quantile (0 to 1) by nearest rank: always one of the values that were measured.
/// `sorted` is ascending and not empty.
[[nodiscard]] double quantile(const std::vector<double>& sorted, double share);
/// How much more the last quarter of a row over time is than its second quarter, on average, as a
/// share of the latter: the first quarter is taken for warming up. 0 of fewer than four values.
[[nodiscard]] double growth_of(const std::vector<double>& values);
[[nodiscard]] Spread spread_of(std::vector<double> values);

}  // namespace vostro::bench
