// vostro-sim: replays one seed with a readable history, or runs many with a progress line.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/sim/scenario.h"

namespace {

void print(const vostro::sim::Outcome& outcome) {
  for (const std::string& line : outcome.history) std::printf("%s\n", line.c_str());
  std::printf(
      "height %llu, settled %zu, crashes %zu, evidence %zu, healed in %llu ms, actions %s\n",
      static_cast<unsigned long long>(outcome.height.value), outcome.settled, outcome.crashes,
      outcome.evidence, static_cast<unsigned long long>(outcome.heal_ms),
      vostro::to_hex(outcome.action_hash.view()).substr(0, 16).c_str());
  for (const std::string& violation : outcome.violations)
    std::printf("VIOLATION: %s\n", violation.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates whole networks under seeded faults");
  std::uint64_t seed = 0;
  std::uint64_t seeds = 0;
  std::uint64_t from = 1;
  std::size_t validators = 4;
  app.add_option("--seed", seed, "replay this seed and print its history");
  app.add_option("--seeds", seeds, "run so many seeds");
  app.add_option("--from", from, "first seed of --seeds");
  app.add_option("--validators", validators, "validators, 1 to 7")->check(CLI::Range(1, 7));
  CLI11_PARSE(app, argc, argv);
  const auto scenario_of = [validators](std::uint64_t number) {
    auto scenario = vostro::sim::Scenario::of_seed(number);
    scenario.validators = validators;
    return scenario;
  };
  if (seeds == 0) {
    const auto outcome = vostro::sim::run(scenario_of(seed), true);
    print(outcome);
    return outcome.violations.empty() ? 0 : 1;
  }
  std::uint64_t failed = 0;
  for (std::uint64_t number = from; number < from + seeds; ++number) {
    const auto outcome = vostro::sim::run(scenario_of(number));
    if (!outcome.violations.empty()) {
      ++failed;
      std::printf("\nseed %llu\n", static_cast<unsigned long long>(number));
      print(outcome);
    }
    std::fprintf(stderr, "\r%llu of %llu seeds, %llu failed",
                 static_cast<unsigned long long>(number - from + 1),
                 static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(failed));
  }
  std::fprintf(stderr, "\n");
  return failed == 0 ? 0 : 1;
}
