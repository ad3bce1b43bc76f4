/// Scenario delay: lone payments on a network whose validators are --delay-ms apart. What counts
/// are one-way delays: how often a payment's news has to travel until it is final.
#include <algorithm>

#include "bench/lone.h"
#include "bench/scenario.h"
#include "bench/site.h"

namespace vostro::bench {
namespace {

constexpr double kAnyNodeDelays = 4.4;
constexpr double kLeaderDelays = 3.4;
constexpr std::size_t kPaymentsMax = 40;  // through each node: each takes a fifth of a second
constexpr std::size_t kDelayWarmUp = 5;

/// Times of the payments whose own node proposed their block.
Result<std::vector<double>, std::string> led(const Network& network, const LoneResult& lone) {
  std::vector<double> out;
  for (const LonePayment& each : lone.timed) {
    const Member& member = network.members()[each.member];
    auto client = client_of(member);
    if (!client) return fail(client.error());
    const auto view = client->payment(each.uetr, member.bic);
    if (!view) return fail("a lone payment: " + to_string(view.error()));
    const auto block = client->block(view->height);
    if (!block) return fail("its block: " + to_string(block.error()));
    if (block->proposer == member.name) out.push_back(each.ms);
  }
  return out;
}

}  // namespace

Result<Section, std::string> delayed(Run& run) {
  auto opened = Site::open(run.options, run.stop);
  if (!opened) return fail(opened.error());
  Site& site = **opened;
  const double delay_ms = run.options.delay_ms;
  say("validators " + text_of(delay_ms, Unit::ms) + " apart");
  if (auto done = site.network().lengthen_wires(seconds(delay_ms / 1e3)); !done)
    return fail(done.error());
  LonePlan plan = run.options.lone;
  plan.payments = std::min(plan.payments, kPaymentsMax);
  plan.warm_up = std::min(plan.warm_up, kDelayWarmUp);
  plan.repeats = site.network().members().size();
  const auto lone = run_lone(site.network(), site.book(), plan, run.stop);
  if (!lone) return fail(lone.error());
  for (const Order& each : lone->settled) site.ledger().note(each);
  auto through_leader = led(site.network(), *lone);
  if (!through_leader) return fail(through_leader.error());

  Section section;
  section.title = "lone payments, validators " + text_of(delay_ms, Unit::ms) + " apart, one way";
  section.figures = {
      {"median_ms", "median", lone->ms.median, Unit::ms},
      {"median_delays", "largest median of a node, in one-way delays",
       lone->most_median_ms / delay_ms, Unit::times, Target{kAnyNodeDelays, false}},
  };
  std::vector<std::pair<std::string, Spread>> rows;
  for (const LoneRepeat& each : lone->repeats) rows.emplace_back("through " + each.node, each.ms);
  rows.emplace_back("all", lone->ms);
  const Spread leader = spread_of(*std::move(through_leader));
  if (leader.count > 0) {
    section.figures.push_back({"leader_delays", "median through the leader, likewise",
                               leader.median / delay_ms, Unit::times,
                               Target{kLeaderDelays, false}});
    rows.emplace_back("through the leader", leader);
  } else {
    section.notes.emplace_back("no payment went to the node that proposed its block");
  }
  section.tables.push_back(spread_table("ms", "send to final", Unit::ms, std::move(rows)));
  if (auto done = site.close(section); !done) return fail(done.error());
  return section;
}

}  // namespace vostro::bench
