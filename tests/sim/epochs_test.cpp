// Goal: whoever votes may change at any time and under any fault, and nothing else changes: no
// payment is lost, never two quorums at one height, the others go on without a restart (rows F28
// and C11 of the catalogue, issue point 5). Method: a calm run tells when an epoch begins on each
// node; then faults are put around that moment.
#include "tests/sim/sim_support.h"

namespace vostro::sim {
namespace {

using Does = Change::Kind;

/// Everything that was submitted is final, none of it later than `most_ms` after.
void expect_all_final(const Outcome& outcome, std::uint64_t most_ms) {
  const auto found = latencies(outcome, 0, ~std::uint64_t{0});
  ASSERT_FALSE(found.empty());
  EXPECT_LE(found.back(), most_ms);
}

std::uint64_t begun_ms(const Outcome& outcome, std::uint64_t epoch) {
  std::uint64_t first = ~std::uint64_t{0};
  for (const auto& [node, begun] : outcome.epochs.at(epoch)) first = std::min(first, begun.at_ms);
  return first;
}

std::vector<std::size_t> voters(const Outcome& outcome) {
  std::vector<std::size_t> found;
  for (const auto& [node, does] : outcome.votes) {
    if (does) found.push_back(node);
  }
  return found;
}

/// Four banks and one beside them, which comes to vote at about 3 s.
Scenario one_comes() {
  Scenario scenario = calm(4);
  scenario.reserves = 1;
  scenario.changes = {{.kind = Does::add, .bank = 4, .at_ms = 1'000, .due_at_ms = 3'000}};
  return scenario;
}

TEST(Epochs, FromFourToSevenAndBackUnderLoad) {
  Scenario scenario = calm(4);
  scenario.reserves = 3;
  std::uint64_t at = 1'000;
  for (const std::size_t bank : {4, 5, 6}) scenario.changes.push_back({Does::add, bank, at, at});
  for (const std::size_t bank : {0, 5, 2})
    scenario.changes.push_back({Does::remove, bank, at, at += 3'000});
  submit_steadily(scenario, {1, 3}, 1'000, 30'000);
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  EXPECT_EQ(voters(outcome), (std::vector<std::size_t>{1, 3, 4, 6}));
  EXPECT_GE(outcome.epochs.size(), 4U);
  expect_all_final(outcome, 2'000);
}

TEST(Epochs, AllKeysAreRotated) {
  Scenario scenario = calm(4);
  for (std::size_t bank = 0; bank < 4; ++bank)
    scenario.changes.push_back({Does::rotate, bank, 1'000 + 4'000 * bank, 3'000 + 4'000 * bank});
  submit_steadily(scenario, {0, 1, 2, 3}, 1'000, 25'000);
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  EXPECT_EQ(outcome.epochs.size(), 4U);
  EXPECT_EQ(voters(outcome).size(), 4U);
  expect_all_final(outcome, 2'000);
}

// One that is gone for good is replaced; then another may fail.
TEST(Epochs, AnUnreachableOneIsReplaced) {
  Scenario scenario = calm(4);
  scenario.reserves = 1;
  scenario.steps = {{.at_ms = 2'000, .kind = Step::Kind::crash, .node = 3},
                    {.at_ms = 25'000, .kind = Step::Kind::crash, .node = 0}};
  scenario.changes = {{Does::add, 4, 3'000, 3'000}, {Does::remove, 3, 3'000, 3'000}};
  submit_steadily(scenario, {1, 2}, 1'000, 40'000);
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  EXPECT_EQ(voters(outcome), (std::vector<std::size_t>{1, 2, 4}));
  ASSERT_FALSE(outcome.epochs.empty());
  EXPECT_LT(begun_ms(outcome, outcome.epochs.rbegin()->first), 25'000U);
  expect_all_final(outcome, 5'000);
}

TEST(Epochs, AnIdleNetworkIsWokenByAChangeThatFallsDue) {
  Scenario scenario = calm(4);
  scenario.changes = {{Does::rotate, 2, 1'000, 40'000}};
  scenario.steps = {{.at_ms = 1'000, .kind = Step::Kind::submit, .node = 0},
                    {.at_ms = 50'000, .kind = Step::Kind::join}};
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  ASSERT_EQ(outcome.epochs.size(), 1U);
  EXPECT_GE(begun_ms(outcome, 1), 40'000U);
  EXPECT_LE(begun_ms(outcome, 1), 43'000U) << "a second is past when it is over";
}

// A node that sleeps through several epochs proves its way through all of them. In the second case
// nobody of the set that it knows is there any more.
TEST(Epochs, ALaggardCatchesUpThroughSeveral) {
  Scenario scenario = calm(4);
  for (const std::size_t bank : {0, 1, 2})
    scenario.changes.push_back({Does::rotate, bank, 2'000 + 3'000 * bank, 4'000 + 3'000 * bank});
  scenario.steps = {{.at_ms = 1'500, .kind = Step::Kind::crash, .node = 3},
                    {.at_ms = 25'000, .kind = Step::Kind::start, .node = 3}};
  submit_steadily(scenario, {0, 1, 2}, 1'000, 30'000);
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  EXPECT_EQ(outcome.epochs.size(), 3U);
  ASSERT_TRUE(outcome.epochs.at(3).contains(3));
  EXPECT_LE(outcome.epochs.at(3).at(3).at_ms, 35'000U);
  EXPECT_EQ(voters(outcome).size(), 4U);
}

TEST(Epochs, ALaggardFindsTheSetsAfterItsOwn) {
  Scenario scenario = calm(4);
  scenario.reserves = 5;
  std::uint64_t at = 2'000;
  for (const std::size_t bank : {4, 5, 6, 7})
    scenario.changes.push_back({Does::add, bank, at, at += 1'000});
  for (const std::size_t bank : {0, 1, 2, 3})
    scenario.changes.push_back({Does::remove, bank, at, at += 1'000});
  scenario.steps = {{.at_ms = 1'500, .kind = Step::Kind::crash, .node = 8}};
  for (const std::size_t bank : {0, 1, 2, 3})
    scenario.steps.push_back({.at_ms = 29'000, .kind = Step::Kind::crash, .node = bank});
  scenario.steps.push_back({.at_ms = 30'000, .kind = Step::Kind::start, .node = 8});
  submit_steadily(scenario, {4, 5}, 28'000, 40'000);
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  EXPECT_EQ(voters(outcome), (std::vector<std::size_t>{4, 5, 6, 7}));
  ASSERT_GE(outcome.epochs.size(), 4U);
  EXPECT_TRUE(outcome.epochs.rbegin()->second.contains(8));
}

// F28: the network splits around the moment at which the sets change, into halves of either set,
// for ten seconds. There is one chain, and when the split ends the change is in force on all.
TEST(Epochs, F28_ASplitAroundTheBoundary) {
  const Outcome calm_one = run(one_comes());
  expect_ok(one_comes(), calm_one);
  const std::uint64_t begins = begun_ms(calm_one, 1);
  const std::vector<std::vector<std::vector<std::size_t>>> splits{
      {{0, 1, 2, 3}, {4}}, {{0, 1, 2}, {3, 4}}, {{0, 1}, {2, 3, 4}}, {{0, 1, 4}, {2, 3}}};
  const std::uint64_t step = test::rounds<std::uint64_t>(7, 60);
  for (std::uint64_t at = begins - 200; at < begins + 200; at += step) {
    for (const auto& groups : splits) {
      Scenario scenario = one_comes();
      scenario.steps = {{.at_ms = at, .kind = Step::Kind::split, .groups = groups},
                        {.at_ms = at + 10'000, .kind = Step::Kind::join}};
      submit_steadily(scenario, {0, 2, 3}, 1'000, at + 12'000, 500);
      const Outcome outcome = run_steps(scenario);
      ASSERT_TRUE(outcome.violations.empty())
          << "split at " << at << ": " << explain(scenario, outcome);
      ASSERT_EQ(voters(outcome).size(), 5U);
    }
  }
}

// A crash at each output around the boundary, of an old validator and of the one that comes: no
// vote is forgotten, none of the old epoch counts in the new one.
TEST(Epochs, F28_CrashAtEachOutputAroundTheBoundary) {
  const Outcome calm_one = run(one_comes());
  expect_ok(one_comes(), calm_one);
  for (const std::size_t node : {std::size_t{0}, std::size_t{3}, std::size_t{4}}) {
    const std::uint64_t begins = calm_one.epochs.at(1).at(node).output;
    const std::uint64_t step = test::rounds<std::uint64_t>(1, 20);
    for (std::uint64_t output = begins - 60; output < begins + 80; output += step) {
      Scenario scenario = one_comes();
      scenario.crash_at = Scenario::CrashAt{node, output};
      const Outcome outcome = run(scenario);
      ASSERT_TRUE(outcome.violations.empty())
          << "node " << node << ", output " << output << ": " << explain(scenario, outcome);
      ASSERT_EQ(voters(outcome).size(), 5U);
    }
  }
}

// Power fails everywhere around the boundary.
TEST(Epochs, F28_AllCrashAroundTheBoundary) {
  const Outcome calm_one = run(one_comes());
  expect_ok(one_comes(), calm_one);
  const std::uint64_t begins = begun_ms(calm_one, 1);
  const std::uint64_t step = test::rounds<std::uint64_t>(2, 25);
  for (std::uint64_t at = begins - 60; at < begins + 100; at += step) {
    Scenario scenario = one_comes();
    for (std::size_t node = 0; node < 5; ++node) {
      scenario.steps.push_back({.at_ms = at, .kind = Step::Kind::crash, .node = node});
      scenario.steps.push_back(
          {.at_ms = at + 500 + 100 * node, .kind = Step::Kind::start, .node = node});
    }
    submit_steadily(scenario, {0, 1}, 1'000, at, 300);
    const Outcome outcome = run_steps(scenario);
    ASSERT_TRUE(outcome.violations.empty())
        << "crash at " << at << ": " << explain(scenario, outcome);
    ASSERT_EQ(voters(outcome).size(), 5U);
  }
}

TEST(Epochs, ASetLeavesAndOneOfItComesBack) {
  Scenario scenario = calm(5);
  scenario.changes = {{Does::remove, 4, 1'000, 2'000}, {Does::add, 4, 8'000, 9'000}};
  submit_steadily(scenario, {0, 1, 2, 3, 4}, 1'000, 20'000);
  const Outcome outcome = run_steps(scenario);
  expect_ok(scenario, outcome);
  EXPECT_EQ(outcome.epochs.size(), 2U);
  EXPECT_EQ(voters(outcome).size(), 5U);
}

}  // namespace
}  // namespace vostro::sim
