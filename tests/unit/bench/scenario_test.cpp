// Scenarios that a small network cannot do say so before anything is started.
#include "bench/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vostro::bench {
namespace {

std::string refusal_of(std::string_view name, std::size_t nodes) {
  Options options;
  options.network.nodes = nodes;
  options.network.programs = "/nowhere";  // nothing can be started
  const std::atomic<bool> stop{false};
  Run run{options, stop, {}, {}, {}, {}};
  const auto all = scenarios();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Scenario& each) { return each.name == name; });
  if (found == all.end()) return "no such scenario";
  const auto section = found->run(run);
  return section ? "" : section.error();
}

TEST(BenchScenario, TooSmallANetworkIsRefusedWithWhatToDo) {
  for (const std::string_view name : {"down", "catch-up"})
    EXPECT_EQ(refusal_of(name, 3), "one of fewer than four validators cannot be missed: --nodes 4")
        << name;
  for (const std::string_view name : {"held", "mixed"})
    EXPECT_EQ(refusal_of(name, 1), "a bank's own payments are never held: --nodes 2") << name;
}

}  // namespace
}  // namespace vostro::bench
