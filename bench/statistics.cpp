#include "bench/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace vostro::bench {

double quantile(const std::vector<double>& sorted, double share) {
  VOSTRO_CHECK(!sorted.empty());
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  const auto place = static_cast<std::size_t>(std::max(1.0, rank)) - 1;
  return sorted[std::min(place, sorted.size() - 1)];
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.size(),         values.front(),         quantile(values, 0.5),
          quantile(values, 0.9), quantile(values, 0.99), values.back()};
}

}  // namespace vostro::bench
