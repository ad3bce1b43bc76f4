// What a scenario needs is looked at before anything is started, and one that fails does not take
// the others with it.
#include "bench/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vostro::bench {
namespace {

Scenario named(std::string_view name) {
  const auto all = scenarios();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Scenario& each) { return each.name == name; });
  return found == all.end() ? Scenario{"no such scenario", {}, nullptr, {99, "none"}} : *found;
}

std::string refusal_of(std::string_view name, std::size_t validators) {
  return refusal(named(name), Options{}, validators);
}

TEST(BenchScenario, TooSmallANetworkIsRefusedWithWhatToDo) {
  for (const std::string_view name : {"down", "catch-up"}) {
    EXPECT_EQ(refusal_of(name, 3), "one of fewer than four validators cannot be missed: --nodes 4")
        << name;
    EXPECT_EQ(refusal_of(name, 4), "") << name;
  }
  for (const std::string_view name : {"held", "mixed"}) {
    EXPECT_EQ(refusal_of(name, 1), "a bank's own payments are never held: --nodes 2") << name;
    EXPECT_EQ(refusal_of(name, 2), "") << name;
  }
  for (const std::string_view name : {"limits", "lone", "load", "bulk", "fx", "overload", "delay"})
    EXPECT_EQ(refusal_of(name, 1), "") << name;
}

TEST(BenchScenario, WiresOfARunningNetworkAreNotMadeLonger) {
  Options options;
  options.devnet = "/somewhere";
  EXPECT_EQ(refusal(named("delay"), options, 4),
            "the wires of a network that runs already cannot be made longer: leave --devnet out");
  EXPECT_EQ(refusal(named("load"), options, 4), "");
}

TEST(BenchScenario, ALoadThatOutlivesItsQuotesIsRefused) {
  Options options;
  options.load.warm_up_s = 5;
  for (const std::string_view name : {"fx", "mixed"}) {
    options.load.window_s = 2'395;
    EXPECT_EQ(refusal(named(name), options, 4), "") << name;
    options.load.window_s = 2'396;
    EXPECT_EQ(refusal(named(name), options, 4),
              "its quotes end before a load of 2401.00 s: --warm-up and --seconds of 2400.00 s "
              "together at most")
        << name;
  }
  EXPECT_EQ(refusal(named("load"), options, 4), "");
}

TEST(BenchScenario, WithoutOnlyWhatCannotBeDoneIsLeftOut) {
  const auto steps = steps_of(scenarios(), Options{}, 1);
  ASSERT_TRUE(steps.has_value());
  ASSERT_EQ(steps->size(), scenarios().size());
  std::vector<std::string_view> left_out;
  for (const Step& each : *steps) {
    if (!each.refused.empty()) left_out.push_back(each.scenario.name);
  }
  EXPECT_EQ(left_out, (std::vector<std::string_view>{"held", "mixed", "down", "catch-up"}));
}

TEST(BenchScenario, WhatIsNamedRunsInTheOrderOfTheListOrIsRefused) {
  Options options;
  options.only = {"load", "lone"};
  const auto steps = steps_of(scenarios(), options, 1);
  ASSERT_TRUE(steps.has_value());
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_EQ(steps->front().scenario.name, "lone");
  options.only = {"lone", "held"};
  const auto refused = steps_of(scenarios(), options, 1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), "held: a bank's own payments are never held: --nodes 2");
}

Result<Section, std::string> succeeds(Run&) {
  Section section;
  section.title = "done";
  section.guards = {{"roots equal", true, {}}};
  return section;
}
Result<Section, std::string> fails(Run&) {
  return fail(std::string("node A is gone"));
}

std::vector<Section> sections_of(const std::vector<Step>& steps, bool is_interrupted) {
  const Options options;
  const std::atomic<bool> stop{is_interrupted};
  Run run{options, stop, {}, {}, {}, {}};
  return run_steps(run, steps);
}

TEST(BenchScenario, OneThatFailsIsABrokenGuardAndTheOthersFollow) {
  const auto sections = sections_of({{{"first", {}, succeeds}, {}},
                                     {{"second", {}, fails}, {}},
                                     {{"third", {}, fails}, "too small"},
                                     {{"fourth", {}, succeeds}, {}}},
                                    false);
  ASSERT_EQ(sections.size(), 4U);
  EXPECT_EQ(sections[0].name, "first");
  EXPECT_TRUE(sections[0].guards_hold());
  EXPECT_EQ(sections[1].name, "second");
  EXPECT_FALSE(sections[1].guards_hold());
  EXPECT_EQ(sections[1].guards.front().detail, "node A is gone");
  EXPECT_EQ(sections[2].notes, std::vector<std::string>{"too small"});
  EXPECT_TRUE(sections[2].guards_hold());
  EXPECT_EQ(sections[3].title, "done");
}

TEST(BenchScenario, AnInterruptedRunEndsThereAndItsGuardsDoNotHold) {
  const auto sections =
      sections_of({{{"first", {}, succeeds}, {}}, {{"second", {}, succeeds}, {}}}, true);
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections.front().name, "first");
  EXPECT_FALSE(sections.front().guards_hold());
}

}  // namespace
}  // namespace vostro::bench
