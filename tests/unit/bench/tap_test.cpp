// What is final on all nodes, of counts that each begin when the node's process does.
#include "bench/tap.h"

#include <gtest/gtest.h>

namespace vostro::bench {
namespace {

Sweep sweep_of(std::vector<std::uint64_t> final_transactions) {
  Sweep sweep;
  for (const std::uint64_t each : final_transactions) sweep.nodes.push_back({each, 0, 0});
  return sweep;
}

TEST(BenchTap, TheNodeWithTheLeastSinceTheBaseCounts) {
  EXPECT_EQ(final_on_all(sweep_of({10, 10, 10}), sweep_of({50, 40, 45})), 30U);
  EXPECT_EQ(final_on_all(sweep_of({10, 10}), sweep_of({10, 10})), 0U);
}

// The last was killed and started again: its count is the least, and it is not behind.
TEST(BenchTap, ANodeThatWasStartedAgainDoesNotHideTheOthers) {
  const Sweep base = sweep_of({50'000, 50'000, 50'000, 7});
  EXPECT_EQ(final_on_all(base, sweep_of({50'900, 50'400, 51'000, 1'007})), 400U);
  EXPECT_EQ(final_on_all(base, sweep_of({51'000, 51'000, 51'000, 307})), 300U);
}

TEST(BenchTap, OfNoNodeNothingIsFinal) {
  EXPECT_EQ(final_on_all(Sweep{}, Sweep{}), 0U);
}

}  // namespace
}  // namespace vostro::bench
