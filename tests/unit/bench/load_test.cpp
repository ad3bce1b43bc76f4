// What can become final of what is offered, and whether it did.
#include "bench/load.h"

#include <gtest/gtest.h>

#include "bench/rate.h"

namespace vostro::bench {
namespace {

LoadResult load_of(double rate, std::size_t forged_every, std::size_t group, double window_s,
                   std::uint64_t final_in_window) {
  LoadResult load;
  load.plan.rate = rate;
  load.plan.forged_every = forged_every;
  load.plan.group = group;
  load.window_s = window_s;
  load.final_in_window = final_in_window;
  load.nodes.resize(4);
  return load;
}

// A trial of bulks as it was: nine a second, every tenth forged. All 32 valid ones were served.
TEST(BenchLoad, WhatIsForgedIsNotMissing) {
  EXPECT_TRUE(kept_up(load_of(9, 10, 1, 4, 32)));
  EXPECT_FALSE(kept_up(load_of(9, 10, 1, 4, 25)));
  EXPECT_FALSE(kept_up(load_of(90, 10, 1, 4, 300)));
}

TEST(BenchLoad, AGroupAtEachNodeMayBeUnderWay) {
  EXPECT_TRUE(kept_up(load_of(3'000, 0, 100, 4, 11'001)));
  EXPECT_FALSE(kept_up(load_of(3'000, 0, 100, 4, 10'990)));
  EXPECT_FALSE(kept_up(load_of(3'000, 0, 1, 4, 11'001)));
}

TEST(BenchLoad, ARateHoldsForgedOrdersBesideTheValid) {
  LoadPlan plan;
  plan.forged_every = 10;
  EXPECT_DOUBLE_EQ(rate_of(plan, 900), 1'000);
  plan.credits = 100;
  EXPECT_DOUBLE_EQ(rate_of(plan, 900), 10);
  plan.forged_every = 0;
  EXPECT_DOUBLE_EQ(rate_of(plan, 900), 9);
}

}  // namespace
}  // namespace vostro::bench
