// vostro-sim: replays one seed with a readable history, runs many with a progress line, or proves
// that planted faults are seen.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "tests/sim/prove.h"
#include "tests/sim/scenario.h"

namespace {

using vostro::sim::Outcome;
using vostro::sim::Scenario;

void print(const Outcome& outcome) {
  for (const std::string& line : outcome.history) std::printf("%s\n", line.c_str());
  std::printf(
      "height %llu, settled %zu, crashes %zu, evidence %zu, healed in %llu of %llu ms, actions "
      "%s\n",
      static_cast<unsigned long long>(outcome.height.value), outcome.settled, outcome.crashes,
      outcome.evidence, static_cast<unsigned long long>(outcome.heal_ms),
      static_cast<unsigned long long>(outcome.heal_bound_ms),
      vostro::to_hex(outcome.action_hash.view()).substr(0, 16).c_str());
  for (const std::string& violation : outcome.violations)
    std::printf("VIOLATION: %s\n", violation.c_str());
}

int replay(const Scenario& scenario, bool quiet) {
  std::printf("%s\n", scenario.describe().c_str());
  const Outcome outcome = vostro::sim::run(scenario, !quiet);
  print(outcome);
  return outcome.violations.empty() ? 0 : 1;
}

int run_many(std::uint64_t from, std::uint64_t seeds, std::size_t validators) {
  const auto began = std::chrono::steady_clock::now();
  const bool has_terminal = isatty(STDERR_FILENO) != 0;
  std::uint64_t failed = 0;
  std::uint64_t slowest_heal_ms = 0;
  for (std::uint64_t number = from; number < from + seeds; ++number) {
    const Scenario scenario = Scenario::of_seed(number, validators);
    const Outcome outcome = vostro::sim::run(scenario);
    slowest_heal_ms = std::max(slowest_heal_ms, outcome.heal_ms);
    if (!outcome.violations.empty()) {
      ++failed;
      std::printf("\nseed %llu: %s\n", static_cast<unsigned long long>(number),
                  scenario.describe().c_str());
      print(outcome);
      std::fflush(stdout);
    }
    const std::uint64_t done = number - from + 1;
    if (!has_terminal && done % 50 != 0 && done != seeds) continue;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::fprintf(stderr, "%s%llu of %llu seeds, %llu failed, %.0f a minute, slowest heal %llu ms%s",
                 has_terminal ? "\r" : "", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(failed),
                 static_cast<double>(done) * 60 / seconds,
                 static_cast<unsigned long long>(slowest_heal_ms), has_terminal ? "   " : "\n");
  }
  if (has_terminal) std::fprintf(stderr, "\n");
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates whole networks under seeded faults");
  std::uint64_t seed = 0;
  std::uint64_t seeds = 0;
  std::uint64_t from = 1;
  std::size_t validators = 0;
  std::uint64_t prove_within = 2'000;
  std::string fault;
  bool quiet = false;
  bool prove = false;
  auto* one = app.add_option("--seed", seed, "replay this seed and print its history");
  auto* many = app.add_option("--seeds", seeds, "run so many seeds")->excludes(one);
  app.add_option("--from", from, "first seed of --seeds")->needs(many);
  app.add_option("--validators", validators, "validators, 1 to 31; the seed chooses otherwise")
      ->check(CLI::Range(1, 31));
  app.add_flag("--quiet", quiet, "with --seed, the result only")->needs(one);
  auto* proof = app.add_flag("--prove", prove, "plant each fault: it must be seen");
  app.add_option("--within", prove_within, "seeds that --prove tries for each fault")->needs(proof);
  app.add_option("--fault", fault, "the only fault of --prove")->needs(proof);
  CLI11_PARSE(app, argc, argv);
  if (prove) return vostro::sim::prove(prove_within, fault) ? 0 : 1;
  if (seeds > 0) return run_many(from, seeds, validators);
  return replay(Scenario::of_seed(seed, validators), quiet);
}
