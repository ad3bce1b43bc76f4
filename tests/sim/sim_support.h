/// What the tests of the simulator share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/sim/scenario.h"
#include "tests/support/sanitizers.h"

namespace vostro::sim {

[[nodiscard]] inline std::string explain(const Scenario& scenario, const Outcome& outcome) {
  std::string text = "seed " + std::to_string(scenario.seed) + " (replay: vostro-sim --seed " +
                     std::to_string(scenario.seed) + "): " + scenario.describe();
  for (const std::string& violation : outcome.violations) text += "\n  " + violation;
  return text;
}

inline void expect_ok(const Scenario& scenario, const Outcome& outcome) {
  ASSERT_TRUE(outcome.violations.empty()) << explain(scenario, outcome);
}

/// A network to which nothing happens: for tests that say themselves what does.
[[nodiscard]] inline Scenario calm(std::size_t validators, std::uint64_t seed = 1) {
  Scenario scenario;
  scenario.seed = seed;
  scenario.validators = validators;
  scenario.partitions = scenario.crashes = scenario.clock_skew = false;
  scenario.links = {0, 0, 5, 20};
  return scenario;
}

/// For tests that choose their own liars: the seed has chosen changes that its own leave possible.
inline void keep_validators(Scenario& scenario) {
  scenario.changes.clear();
  scenario.reserves = 0;
}

/// Clients of these nodes submit a payment each in turn, every `every_ms` from `from_ms` on; the
/// last one at `until_ms`.
inline void submit_steadily(Scenario& scenario, const std::vector<std::size_t>& nodes,
                            std::uint64_t from_ms, std::uint64_t until_ms,
                            std::uint64_t every_ms = 100) {
  std::size_t count = 0;
  for (std::uint64_t at = from_ms; at <= until_ms; at += every_ms)
    scenario.steps.push_back(
        {.at_ms = at, .kind = Step::Kind::submit, .node = nodes[count++ % nodes.size()]});
  scenario.payments = std::max(scenario.payments, scenario.steps.size());
}

[[nodiscard]] inline Outcome run_steps(Scenario scenario) {
  std::ranges::stable_sort(scenario.steps, {}, &Step::at_ms);
  return run(scenario);
}

/// From submitting to final, in ms, of the payments submitted from `from_ms` to `until_ms`, sorted;
/// one that is not final counts as a day.
[[nodiscard]] inline std::vector<std::uint64_t> latencies(const Outcome& outcome,
                                                          std::uint64_t from_ms,
                                                          std::uint64_t until_ms) {
  std::vector<std::uint64_t> found;
  for (const auto& [number, times] : outcome.payments) {
    if (times.first < from_ms || times.first > until_ms) continue;
    found.push_back(times.second ? *times.second - times.first : 86'400'000);
  }
  std::ranges::sort(found);
  return found;
}
[[nodiscard]] inline std::uint64_t p99(const std::vector<std::uint64_t>& sorted) {
  return sorted.empty() ? 86'400'000 : sorted[(sorted.size() - 1) * 99 / 100];
}

/// Blocks that became final between two moments.
[[nodiscard]] inline std::size_t blocks_between(const Outcome& outcome, std::uint64_t from_ms,
                                                std::uint64_t until_ms) {
  return static_cast<std::size_t>(std::ranges::count_if(
      outcome.final_at_ms, [&](std::uint64_t at) { return at >= from_ms && at < until_ms; }));
}

}  // namespace vostro::sim
