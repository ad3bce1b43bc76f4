#include "bench/statistics.h"

#include <gtest/gtest.h>

#include <numeric>

namespace vostro::bench {
namespace {

TEST(BenchStatistics, QuantilesAreValuesThatWereMeasured) {
  std::vector<double> values(100);
  std::iota(values.begin(), values.end(), 1.0);
  const Spread spread = spread_of({values.rbegin(), values.rend()});
  EXPECT_EQ(spread.count, 100U);
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.median, 50);
  EXPECT_EQ(spread.p90, 90);
  EXPECT_EQ(spread.p99, 99);
  EXPECT_EQ(spread.most, 100);
  EXPECT_EQ(quantile({3, 7}, 0.51), 7);
  EXPECT_EQ(quantile({3, 7}, 0.0), 3);
}

TEST(BenchStatistics, GrowthComparesTheLastQuarterWithTheSecond) {
  EXPECT_DOUBLE_EQ(growth_of({1, 1, 10, 10, 50, 60, 12, 12}), 0.2);
  EXPECT_DOUBLE_EQ(growth_of({1, 10, 10, 5}), -0.5);
  EXPECT_DOUBLE_EQ(growth_of({5, 5, 5, 5, 5}), 0);
  EXPECT_DOUBLE_EQ(growth_of({1, 2, 3}), 0);
}

TEST(BenchStatistics, NothingMeasuredIsNothing) {
  EXPECT_EQ(spread_of({}).count, 0U);
}

}  // namespace
}  // namespace vostro::bench
