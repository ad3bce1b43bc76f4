// Goal: under any seeded mix of faults the network never forks, settles nothing twice, loses
// nothing it reported final, and is live again when the faults end. Method: whole networks of the
// production code in virtual time.
#include <gtest/gtest.h>

#include "tests/sim/scenario.h"
#include "tests/support/sanitizers.h"

namespace vostro::sim {
namespace {

std::string explain(const Scenario& scenario, const Outcome& outcome) {
  std::string text = "seed " + std::to_string(scenario.seed) + " (replay: vostro-sim --seed " +
                     std::to_string(scenario.seed) + ")";
  for (const std::string& violation : outcome.violations) text += "\n  " + violation;
  return text;
}

constexpr std::uint64_t kSeedsPerTest = test::rounds<std::uint64_t>(20, 4);
constexpr std::uint64_t kSeeds = 10 * kSeedsPerTest;

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
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome first = run(Scenario::of_seed(seed));
    const Outcome second = run(Scenario::of_seed(seed));
    EXPECT_EQ(first.action_hash, second.action_hash) << "seed " << seed;
  }
}

TEST(Sim, SevenValidatorsHoldToo) {
  for (std::uint64_t seed = 1'001; seed <= 1'005; ++seed) {
    Scenario scenario = Scenario::of_seed(seed);
    scenario.validators = 7;
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
  }
}

TEST(Sim, AnEquivocatingLeaderIsInEvidence) {
  std::size_t evidence = 0;
  for (std::uint64_t seed = 2'001; seed <= 2'005; ++seed) {
    Scenario scenario;
    scenario.seed = seed;
    scenario.equivocator = true;
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
    evidence += outcome.evidence;
  }
  EXPECT_GT(evidence, 0U);
}

TEST(Sim, AClockThatIsWrongRaisesTheAlarmWhereItIsWrong) {
  for (const std::int64_t ahead : {-2'000, 0, 2'000}) {
    Scenario scenario;
    scenario.crashes = scenario.partitions = scenario.clock_skew = false;
    scenario.first_clock_ms = ahead;
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
    if (ahead == 0) {
      EXPECT_TRUE(outcome.clock_alarms.empty());
      continue;
    }
    ASSERT_TRUE(outcome.clock_alarms.contains(0));
    EXPECT_NEAR(static_cast<double>(outcome.clock_alarms.at(0)), static_cast<double>(-ahead),
                static_cast<double>(scenario.delay_max_ms) + 1);
    EXPECT_EQ(outcome.clock_alarms.size(), 1U) << "the median of the others is not moved by one";
  }
}

TEST(Sim, TheFlushTimeIsTwiceTheMeasuredRoundTrip) {
  Scenario scenario;
  scenario.crashes = scenario.partitions = scenario.clock_skew = false;
  const Outcome outcome = run(scenario);
  ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
  ASSERT_EQ(outcome.flush_ms.size(), scenario.validators);
  for (const auto& [node, flush_ms] : outcome.flush_ms)
    EXPECT_EQ(flush_ms, 2 * scenario.delay_max_ms) << "node " << node;
}

TEST(Sim, NothingIsLostWhenPowerFailsEverywhere) {
  for (std::uint64_t seed = 3'001; seed <= 3'000 + test::rounds<std::uint64_t>(40, 5); ++seed) {
    Scenario scenario = Scenario::of_seed(seed);
    scenario.crashes = scenario.all_crash = true;
    scenario.partitions = false;
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
  }
}

/// How many seeds it takes until the oracle sees a planted fault; 0 when it never does. What it
/// sees is the fault: the same run without it holds every check.
std::uint64_t seeds_until_found(Planted planted, std::uint64_t outputs_per_crash,
                                std::uint64_t seeds_max) {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    Scenario scenario = Scenario::of_seed(seed);
    scenario.crashes = true;
    scenario.outputs_per_crash = outputs_per_crash;
    scenario.equivocator = false;
    scenario.planted = planted;
    if (run(scenario).violations.empty()) continue;
    scenario.planted = Planted::none;
    const Outcome honest = run(scenario);
    EXPECT_TRUE(honest.violations.empty()) << explain(scenario, honest);
    return seed;
  }
  return 0;
}

TEST(Sim, FindsANodeThatForgetsItsVotes) {
  EXPECT_NE(seeds_until_found(Planted::forgotten_votes, Scenario().outputs_per_crash, 100), 0U);
}

TEST(Sim, FindsANodeThatSendsBeforeItHasSynced) {
  // Between a vote and its sync there is little time: to die within it takes many crashes.
  EXPECT_NE(seeds_until_found(Planted::send_before_sync, 50, 1'000), 0U);
}

}  // namespace
}  // namespace vostro::sim
