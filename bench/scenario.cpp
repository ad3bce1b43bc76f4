#include "bench/scenario.h"

#include <algorithm>
#include <array>
#include <iostream>

#include "bench/kinds.h"

namespace vostro::bench {
namespace {

constexpr Needs kTwoBanks{2, "a bank's own payments are never held"};
constexpr Needs kTwoBanksAndQuotes{kTwoBanks.validators, kTwoBanks.why, false, true};
constexpr Needs kOneToSpare{4, "one of fewer than four validators cannot be missed"};
constexpr Needs kQuotes{1, {}, false, true};
constexpr Needs kOwnWires{1, {}, true};

constexpr std::array kScenarios{
    Scenario{"limits", "what the machine can do: sync, hash, write to RocksDB", limits_of_machine},
    Scenario{"lone", "payments one after another, until each is final", lone_payments},
    Scenario{"load", "single-signature payments at the most that is served", single_payments},
    Scenario{"bulk", "bulks of --credits credits at the most that is served", bulks},
    Scenario{"postgres", "PostgreSQL's TPC-B here, one by one and in batches; without a network",
             postgres},
    Scenario{"held", "payments that are held, then accepted by the creditor's agent", held_payments,
             kTwoBanks},
    Scenario{"fx", "payments in another currency, both legs at once", fx_payments, kQuotes},
    Scenario{"mixed", "a day of all of these, and of payments that are rejected", mixed_day,
             kTwoBanksAndQuotes},
    Scenario{"overload", "ten times of what can be served is offered, and not offered again",
             overload},
    Scenario{"down", "a validator is killed under load, and comes back", one_down, kOneToSpare},
    Scenario{"catch-up", "a validator that was away under load comes back", catch_up, kOneToSpare},
    Scenario{"delay", "lone payments between validators that are --delay-ms apart", delayed,
             kOwnWires},
};

}  // namespace

std::span<const Scenario> scenarios() {
  return kScenarios;
}

std::string refusal(const Scenario& scenario, const Options& options, std::size_t validators) {
  const Needs& needs = scenario.needs;
  if (validators < needs.validators)
    return std::string(needs.why) + ": --nodes " + std::to_string(needs.validators);
  if (needs.own_network && !options.devnet.empty())
    return "the wires of a network that runs already cannot be made longer: leave --devnet out";
  const double load_s = options.load.warm_up_s + options.load.window_s;
  if (needs.quotes && load_s > kQuotedLoadMost)
    return "its quotes end before a load of " + text_of(load_s, Unit::s) +
           ": --warm-up and --seconds of " + text_of(kQuotedLoadMost, Unit::s) +
           " together at most";
  return {};
}

Result<std::vector<Step>, std::string> steps_of(std::span<const Scenario> all,
                                                const Options& options, std::size_t validators) {
  const auto& only = options.only;
  std::vector<Step> steps;
  for (const Scenario& each : all) {
    if (!only.empty() && std::find(only.begin(), only.end(), each.name) == only.end()) continue;
    std::string refused = refusal(each, options, validators);
    if (!only.empty() && !refused.empty()) return fail(std::string(each.name) + ": " + refused);
    steps.push_back({each, std::move(refused)});
  }
  return steps;
}

std::vector<Section> run_steps(Run& run, const std::vector<Step>& steps) {
  std::vector<Section> sections;
  for (const auto& [scenario, refused] : steps) {
    Section& section = sections.emplace_back();
    section.name = scenario.name;
    if (!refused.empty()) {
      section.title = "left out";
      section.notes.push_back(refused);
      continue;
    }
    say("scenario " + section.name);
    auto done = run.stop ? fail(std::string("interrupted")) : scenario.run(run);
    if (!done) {
      say(section.name + ": " + done.error());
      section.title = "not finished";
      section.guards.push_back({"the scenario was finished", false, done.error()});
      if (run.stop) break;
      continue;
    }
    section = *std::move(done);
    section.name = scenario.name;
  }
  return sections;
}

void say(const std::string& text) {
  std::cerr << "vostro-bench: " << text << std::endl;
}

}  // namespace vostro::bench
