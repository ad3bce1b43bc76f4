#include "bench/scenario.h"

#include <array>
#include <iostream>

namespace vostro::bench {
namespace {

constexpr std::array kScenarios{
    Scenario{"limits", "what the machine can do: sync, hash, write to RocksDB", limits_of_machine},
    Scenario{"lone", "payments one after another, until each is final", lone_payments},
    Scenario{"load", "single-signature payments at the most that is served", single_payments},
    Scenario{"bulk", "bulks of --credits credits at the most that is served", bulks},
    Scenario{"postgres", "PostgreSQL's TPC-B here, one by one and in batches; without a network",
             postgres},
    Scenario{"held", "payments that are held, then accepted by the creditor's agent",
             held_payments},
    Scenario{"fx", "payments in another currency, both legs at once", fx_payments},
    Scenario{"mixed", "a day of all of these, and of payments that are rejected", mixed_day},
    Scenario{"overload", "ten times of what can be served is offered, and not offered again",
             overload},
    Scenario{"down", "a validator is killed under load, and comes back", one_down},
    Scenario{"catch-up", "a validator that was away under load comes back", catch_up},
    Scenario{"delay", "lone payments between validators that are --delay-ms apart", delayed},
};

}  // namespace

std::span<const Scenario> scenarios() {
  return kScenarios;
}

Result<void, std::string> require_nodes(const Run& run, std::size_t least, const std::string& why) {
  if (run.options.devnet.empty() && run.options.network.nodes < least)
    return fail(why + ": --nodes " + std::to_string(least));
  return {};
}

void say(const std::string& text) {
  std::cerr << "vostro-bench: " << text << std::endl;
}

}  // namespace vostro::bench
