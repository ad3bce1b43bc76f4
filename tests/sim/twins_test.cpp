// Goal: a validator that runs twice with one key (a twin) forks nothing, whoever talks to whom.
// Method: Twins. A leader's key is given to a second process, and each view gets one of all splits
// of the five processes into two sides: all sequences of three splits, over and over, for the first
// seven views and more. 16^3 sequences for each of four twins.
#include <cstdlib>

#include "tests/sim/sim_support.h"

namespace vostro::sim {
namespace {

constexpr std::size_t kProcesses = 5;
constexpr std::size_t kSplits = 1U << (kProcesses - 1);  // process 0 stands on side 0

Scenario schedule(std::size_t twin, std::size_t number) {
  Scenario scenario = calm(4, number + 1);
  scenario.links = {0, 0, 1, 4};
  scenario.liars = {{twin, Lie::twin}};
  scenario.payments = 10;
  scenario.trouble_ms = 6'000;
  for (std::size_t view = 0; view < 3; ++view) {
    scenario.view_sides.push_back(static_cast<std::uint32_t>((number % kSplits) << 1U));
    number /= kSplits;
  }
  return scenario;
}

void run_schedules(std::size_t twin, std::size_t first, std::size_t step) {
  for (std::size_t number = first; number < kSplits * kSplits * kSplits; number += step) {
    const Scenario scenario = schedule(twin, number);
    const Outcome outcome = run(scenario);
    ASSERT_TRUE(outcome.violations.empty())
        << "twin " << twin << ", schedule " << number << ": " << explain(scenario, outcome);
  }
}

class Twins : public testing::TestWithParam<std::size_t> {};

// F22. Some of the schedules here, all of them in the long run.
TEST_P(Twins, F22_SomeSchedulesDoNotFork) {
  run_schedules(GetParam(), GetParam(), test::rounds<std::size_t>(61, 211));
}
INSTANTIATE_TEST_SUITE_P(Sim, Twins, testing::Range<std::size_t>(0, 4));

// F22. All honest nodes lacked a batch in the middle of another's lane, and never asked again.
TEST(TwinSchedules, F22_SchedulesThatLeftAPaymentWithoutFinality) {
  run_schedules(2, 119, kSplits * kSplits * kSplits);
  run_schedules(1, 3'276, kSplits * kSplits * kSplits);
}

class AllTwins : public testing::TestWithParam<std::size_t> {};

TEST_P(AllTwins, F22_NoScheduleForks) {
  run_schedules(GetParam(), 0, 1);
}
INSTANTIATE_TEST_SUITE_P(Long, AllTwins, testing::Range<std::size_t>(0, 4));

}  // namespace
}  // namespace vostro::sim
