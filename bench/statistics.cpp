#include "bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace vostro::bench {

double quantile(const std::vector<double>& sorted, double share) {
  VOSTRO_CHECK(!sorted.empty());
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  const auto place = static_cast<std::size_t>(std::max(1.0, rank)) - 1;
  return sorted[std::min(place, sorted.size() - 1)];
}

double growth_of(const std::vector<double>& values) {
  const std::size_t quarter = values.size() / 4;
  if (quarter == 0) return 0;
  const auto mean = [&](auto from) {
    return std::accumulate(from, from + static_cast<std::ptrdiff_t>(quarter), 0.0) /
           static_cast<double>(quarter);
  };
  const double before = mean(values.begin() + static_cast<std::ptrdiff_t>(quarter));
  const double after = mean(values.end() - static_cast<std::ptrdiff_t>(quarter));
  return before == 0 ? 0 : after / before - 1;
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.size(),         values.front(),         quantile(values, 0.5),
          quantile(values, 0.9), quantile(values, 0.99), values.back()};
}

}  // namespace vostro::bench
