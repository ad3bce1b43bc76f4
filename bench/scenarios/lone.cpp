/// Scenario lone: payments one after another, each through the same node until the next repeat.
#include "bench/lone.h"

#include "bench/scenario.h"
#include "bench/site.h"

namespace vostro::bench {
namespace {

constexpr double kLoneMedianMs = 5;
constexpr double kLoneP99Ms = 15;

}  // namespace

Result<Section, std::string> lone_payments(Run& run) {
  auto site = Site::open(run.options, run.stop);
  if (!site) return fail(site.error());
  say("lone payments");
  const auto lone = run_lone((*site)->network(), (*site)->book(), run.options.lone, run.stop);
  if (!lone) return fail(lone.error());
  for (const Order& each : lone->settled) (*site)->ledger().note(each);
  run.lone_median_ms = lone->ms.median;
  Section section;
  section.title = "payments one after another, ?wait=final, from send to answer";
  section.figures = {
      {"median_ms", "median", lone->ms.median, Unit::ms, Target{kLoneMedianMs, false}},
      {"p99_ms", "p99", lone->ms.p99, Unit::ms, Target{kLoneP99Ms, false}},
      {"least_median_ms", "least median of a repeat", lone->least_median_ms, Unit::ms},
      {"most_median_ms", "largest median of a repeat", lone->most_median_ms, Unit::ms},
  };
  std::vector<std::pair<std::string, Spread>> rows;
  for (const LoneRepeat& each : lone->repeats) rows.emplace_back("through " + each.node, each.ms);
  rows.emplace_back("all", lone->ms);
  section.tables.push_back(spread_table("ms", "send to final", Unit::ms, std::move(rows)));
  if (auto done = (*site)->close(section); !done) return fail(done.error());
  return section;
}

}  // namespace vostro::bench
