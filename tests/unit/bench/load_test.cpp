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

// Bulks of 10,000: 2.4 are due in four seconds, fewer than there are nodes.
TEST(BenchLoad, ALoadThatStandsDoesNotKeepUp) {
  EXPECT_FALSE(kept_up(load_of(0.6, 0, 1, 4, 0)));
  EXPECT_FALSE(kept_up(load_of(0.6, 0, 1, 4, 1)));
  EXPECT_TRUE(kept_up(load_of(0.6, 0, 1, 4, 2)));
  EXPECT_FALSE(kept_up(load_of(100, 0, 1'000, 10, 700)));
  EXPECT_TRUE(kept_up(load_of(100, 0, 1'000, 10, 751)));
}

TEST(BenchLoad, ATrialLastsUntilGroupsAreDueAtEachNode) {
  LoadPlan plan;
  plan.group = 100;
  plan.rate = 5'000;
  EXPECT_DOUBLE_EQ(trial_window_s(plan, 4), 4);
  plan.rate = 200;
  EXPECT_DOUBLE_EQ(trial_window_s(plan, 4), 10);
  plan.group = 1;
  plan.rate = 0.6;
  EXPECT_DOUBLE_EQ(trial_window_s(plan, 3), 25);
  plan.rate = 0.1;
  EXPECT_DOUBLE_EQ(trial_window_s(plan, 16), 60);
}

// No window begins after what is offered in it has gone.
TEST(BenchLoad, ALoadOfFewOrdersWarmsUpForLess) {
  LoadPlan plan;
  plan.warm_up_s = 5;
  plan.last(22.5);
  EXPECT_DOUBLE_EQ(plan.warm_up_s, 5);
  EXPECT_DOUBLE_EQ(plan.window_s, 17.5);
  plan.last(3);
  EXPECT_DOUBLE_EQ(plan.warm_up_s, 1.5);
  EXPECT_DOUBLE_EQ(plan.window_s, 1.5);
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
