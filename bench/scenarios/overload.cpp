/// Scenario overload: what can be served is measured first, then ten times as much is offered, and
/// what is put off does not come again. Most of it must be refused at once with 429, what was
/// served before is still served, and memory stays as it is.
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

constexpr double kTimesOffered = 10;
constexpr double kStillServed = 0.9;
/// What of a node's memory may come and go: the store's tables fill up and are written.
constexpr double kGrowth = 0.05;

/// Answers that put off with another status than 429.
double other_refusals(const LoadResult& load) {
  double sum = 0;
  for (const auto& [code, times] : load.put_off_for) {
    if (!code.starts_with("429 ")) sum += static_cast<double>(times);
  }
  return sum;
}

}  // namespace

Result<Section, std::string> overload(Run& run) {
  Section section;
  auto stage = open_stage(run, 2'000, section);
  if (!stage) return fail(stage.error());
  auto& [site, plan] = *stage;
  plan.has_probes = false;
  const auto served = counted_load(run, *site, plan, section);
  if (!served) return fail(served.error());
  plan.rate = served->served * kTimesOffered;
  plan.offers_again = false;
  ++plan.seed;
  const auto over = counted_load(run, *site, plan, section);
  if (!over) return fail(over.error());
  if (auto done = site->close(section); !done) return fail(done.error());

  section.title = offer_text(*over);
  const double offered_s = over->plan.warm_up_s + over->window_s;
  section.figures = {
      {"served_before_per_s", "served before", served->served, Unit::per_second},
      {"offered_per_s", "offered, as far as the generator came",
       static_cast<double>(over->offered) / offered_s, Unit::per_second},
      {"served_per_s", "served meanwhile", over->served, Unit::per_second},
      {"still_served", "of what was served before", over->served / served->served, Unit::share,
       Target{kStillServed, true}},
      {"other_refusals", "put off with another answer than 429", other_refusals(*over), Unit::count,
       Target{0, false}},
      {"memory_growth", "growth of memory in the window", growth_of(over->resident_mib),
       Unit::share, Target{kGrowth, false}},
  };
  describe_load(*served, site->limits(), section, "_before");
  describe_load(*over, site->limits(), section);
  return section;
}

}  // namespace vostro::bench
