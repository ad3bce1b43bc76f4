// Goal: under any seeded mix of faults the network never forks, settles nothing twice, loses
// nothing it reported final, and is live again when the faults end. Method: whole networks of the
// production code in virtual time.
#include "tests/sim/sim_support.h"

namespace vostro::sim {
namespace {

constexpr std::uint64_t kSeedsPerTest = test::rounds<std::uint64_t>(20, 4);
constexpr std::uint64_t kSeeds = 25 * kSeedsPerTest;

class Seeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, HoldEverySafetyAndLivenessCheck) {
  for (std::uint64_t seed = GetParam(); seed < GetParam() + kSeedsPerTest; ++seed) {
    const Scenario scenario = Scenario::of_seed(seed);
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
    EXPECT_GT(outcome.height.value, 0U) << explain(scenario, outcome);
  }
}

std::vector<std::uint64_t> first_seeds() {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= kSeeds; seed += kSeedsPerTest) seeds.push_back(seed);
  return seeds;
}
INSTANTIATE_TEST_SUITE_P(Sim, Seeds, testing::ValuesIn(first_seeds()));

TEST(Sim, SameSeedGivesTheSameActions) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Outcome first = run(Scenario::of_seed(seed));
    const Outcome second = run(Scenario::of_seed(seed), true);
    EXPECT_EQ(first.action_hash, second.action_hash) << "seed " << seed;
  }
}

class Sizes : public testing::TestWithParam<std::size_t> {};

TEST_P(Sizes, HoldEveryCheck) {
  for (std::uint64_t seed = 1'001; seed <= 1'002; ++seed) {
    const Scenario scenario = Scenario::of_seed(seed, GetParam());
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
    EXPECT_GT(outcome.height.value, 0U);
  }
}
INSTANTIATE_TEST_SUITE_P(Sim, Sizes, testing::Values(1, 2, 3, 4, 5, 6, 7, 10, 16, 31));

TEST(Sim, AClockThatIsWrongRaisesTheAlarmWhereItIsWrong) {
  for (const std::int64_t ahead : {-2'000, 0, 2'000}) {
    Scenario scenario = calm(4);
    scenario.first_clock_ms = ahead;
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
    if (ahead == 0) {
      EXPECT_TRUE(outcome.clock_alarms.empty());
      continue;
    }
    ASSERT_TRUE(outcome.clock_alarms.contains(0));
    EXPECT_NEAR(static_cast<double>(outcome.clock_alarms.at(0)), static_cast<double>(-ahead),
                static_cast<double>(scenario.links.delay_max_ms) + 1);
    EXPECT_EQ(outcome.clock_alarms.size(), 1U) << "the median of the others is not moved by one";
  }
}

TEST(Sim, TheFlushTimeIsTwiceTheMeasuredRoundTrip) {
  const Scenario scenario = calm(4);
  const Outcome outcome = run(scenario);
  ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
  ASSERT_EQ(outcome.flush_ms.size(), scenario.validators);
  for (const auto& [node, flush_ms] : outcome.flush_ms)
    EXPECT_EQ(flush_ms, 2 * scenario.links.delay_max_ms) << "node " << node;
}

TEST(Sim, NothingIsLostWhenPowerFailsEverywhere) {
  for (std::uint64_t seed = 3'001; seed <= 3'000 + test::rounds<std::uint64_t>(40, 5); ++seed) {
    Scenario scenario = Scenario::of_seed(seed, 4);
    scenario.crashes = scenario.all_crash = true;
    scenario.partitions = false;
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
  }
}

TEST(Sim, ACalmNetworkSendsFewMessagesForEachBlock) {
  // Section 17 of the specification: PROPOSE n, NOTARIZE and FINALIZE n^2 each, CERT at most 2n^2;
  // a SendMessage here goes to all, so n of each kind, and the batches of the block.
  Scenario scenario = calm(4);
  scenario.payments = 100;
  submit_steadily(scenario, {0, 1, 2, 3}, 1'000, 11'000);
  const Outcome outcome = run_steps(scenario);
  ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
  EXPECT_LE(outcome.messages, outcome.height.value * (1 + 2 * 4 + 3 * 4 + 8));
}

}  // namespace
}  // namespace vostro::sim
