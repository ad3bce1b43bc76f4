/// Scenario bulk: one signature for --credits credits, a little more of them than can be served.
#include <algorithm>

#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

constexpr double kCreditsPerSecond = 80'000;
constexpr double kFirstCredits = 6'000;  // credits, offered first
constexpr double kBulkStep = 1.5;
constexpr std::size_t kForgedEvery = 10;  // there are fewer bulks than payments

}  // namespace

Result<Section, std::string> bulks(Run& run) {
  auto site = Site::open(run.options, run.stop);
  if (!site) return fail(site.error());
  Section section;
  LoadPlan plan = run.options.load;
  plan.credits = run.options.credits;
  plan.group = 1;
  plan.forged_every = plan.forged_every == 0 ? 0 : kForgedEvery;
  plan.has_probes = false;  // what is counted is the nodes' transactions, by credits
  const auto credits = static_cast<double>(plan.credits);
  if (run.options.bulk_rate) {
    plan.rate = *run.options.bulk_rate / credits;
  } else {
    const auto found = find_rate(run, **site, plan, {kFirstCredits / credits, kBulkStep}, section);
    if (!found) return fail(found.error());
    plan.rate = *found;
  }
  plan.seed += 1'000;
  const auto load = counted_load(run, **site, plan, section);
  if (!load) return fail(load.error());
  if (auto done = (*site)->close(section); !done) return fail(done.error());
  const Limits& limits = (*site)->limits();
  run.credits_per_s = load->served;
  section.title = offer_text(*load);
  section.figures = {
      {"served_per_s", "credits final on all nodes", load->served, Unit::per_second,
       Target{kCreditsPerSecond, true}},
      {"verifications_per_payment_and_node", "CPU of a node for one credit, by one verification",
       cpu_us_per_payment(*load) / limits.verification, Unit::times}};
  describe_costs(*load, limits, section);
  describe_load(*load, limits, section);
  return section;
}

}  // namespace vostro::bench
