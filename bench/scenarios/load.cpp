/// Scenario load: single-signature payments, a little more than can be served, against the
/// signature ceiling; then four fifths of what was served, for its latency.
#include "bench/load.h"

#include <algorithm>

#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

constexpr double kShareGoal = 0.65;
constexpr double kVerificationsEach = 1.35;
constexpr double kResidentMibMax = 300;
constexpr double kLoneMedians = 10;

}  // namespace

Result<Section, std::string> single_payments(Run& run) {
  Section section;
  auto stage = open_stage(run, 1'000, section);
  if (!stage) return fail(stage.error());
  auto& [site, plan] = *stage;
  std::vector<LoadResult> loads;
  for (std::size_t repeat = 0; repeat < run.options.load_repeats; ++repeat) {
    plan.seed += 2;
    auto load = counted_load(run, *site, plan, section);
    if (!load) return fail(load.error());
    loads.push_back(*std::move(load));
  }
  const auto by_served = [](const LoadResult& a, const LoadResult& b) {
    return a.served < b.served;
  };
  std::sort(loads.begin(), loads.end(), by_served);
  // The median load is shown; the others by what they served.
  const LoadResult& load = loads[(loads.size() - 1) / 2];
  plan.seed += 2;
  plan.rate = rate_of(plan, kFourFifths * load.served);
  const auto steady = counted_load(run, *site, plan, section);
  if (!steady) return fail(steady.error());
  if (auto done = site->close(section); !done) return fail(done.error());

  const Limits& limits = site->limits();
  run.payments_per_s = load.served;
  section.title = offer_text(load);
  section.figures = {
      {"served_per_s", "final on all nodes", load.served, Unit::per_second},
      {"ceiling_per_s", "signature ceiling", limits.ceiling, Unit::per_second},
      {"share_of_ceiling", "share of the signature ceiling", load.served / limits.ceiling,
       Unit::share, Target{kShareGoal, true}},
      {"verifications_per_payment_and_node", "CPU of a node for one payment, by one verification",
       cpu_us_per_payment(load) / limits.verification, Unit::times,
       Target{kVerificationsEach, false}},
  };
  if (loads.size() > 1) {
    section.figures.push_back({"least_share", "least share of a repeat",
                               loads.front().served / limits.ceiling, Unit::share});
    section.figures.push_back({"most_share", "largest share of a repeat",
                               loads.back().served / limits.ceiling, Unit::share});
  }
  std::int64_t most_kib = 0;
  for (const NodeCost& node : load.nodes) most_kib = std::max(most_kib, node.resident_most_kib);
  describe_costs(load, limits, section);
  section.figures.push_back({"resident_mib", "resident memory, largest node",
                             static_cast<double>(most_kib) / 1024, Unit::mib,
                             Target{kResidentMibMax, false}});
  Figure p99 = p99_of("p99_steady_ms", "p99 at four fifths of that", *steady);
  if (run.lone_median_ms)
    p99.target = Target{kLoneMedians * *run.lone_median_ms, false};
  else
    section.notes.emplace_back(
        "p99 at four fifths has no target: it is ten medians of scenario lone, which did not run");
  section.figures.push_back(std::move(p99));
  describe_load(load, limits, section);
  describe_load(*steady, limits, section, "_steady");
  for (const LoadResult& each : loads) section.guards.push_back(believable(each, limits.ceiling));
  return section;
}

}  // namespace vostro::bench
