#include "bench/rate.h"

#include <algorithm>

namespace vostro::bench {
namespace {

constexpr double kFirstShare = 0.25;  // of the ceiling, offered first
constexpr double kOverOffer = 1.1;    // of the best that was served, for the load that counts
constexpr double kTrialWarmUp = 2;    // seconds
constexpr double kTrialWindow = 4;    // seconds, at least
constexpr double kTrialWindowMost = 60;
constexpr double kTrialGroups = 5;  // due at each node
constexpr int kTrialsMax = 12;

}  // namespace

Result<double, std::string> find_rate(Run& run, Site& site, LoadPlan plan, const Climb& climb,
                                      Section& section) {
  Table trials{"trials",
               "search for the rate",
               {{"offered", "offered", Unit::per_second}, {"served", "served", Unit::per_second}},
               {}};
  double best = 0;
  bool missed = false;
  plan.rate = climb.first;
  plan.warm_up_s = kTrialWarmUp;
  plan.has_probes = false;
  const auto payments = static_cast<double>(plan.payments_of_order());
  for (int trial = 0; trial < kTrialsMax; ++trial) {
    ++plan.seed;
    plan.window_s = trial_window_s(plan, site.network().members().size());
    auto result =
        run_load(site.network(), plan, make_offer(site.network(), site.book(), plan), run.stop);
    if (!result) return fail(result.error());
    site.ledger().note(*result);
    for (Guard& each : guards_of(*result)) {
      if (!each.holds) section.guards.push_back(std::move(each));
    }
    trials.rows.push_back(
        {"trial " + std::to_string(trial + 1), {plan.rate * payments, result->served}});
    say("offered " + digits_of(plan.rate * payments, Unit::per_second) + "/s, served " +
        digits_of(result->served, Unit::per_second) + "/s");
    best = std::max(best, result->served);
    const bool is_served = kept_up(*result);
    // One short window may just miss a block: only the second miss of a rate ends the climb.
    if (!is_served && missed) break;
    missed = !is_served;
    if (is_served) plan.rate *= climb.step;
  }
  section.tables.push_back(std::move(trials));
  return rate_of(plan, best * kOverOffer);
}

double trial_window_s(const LoadPlan& plan, std::size_t nodes) {
  const double orders = kTrialGroups * static_cast<double>(nodes * plan.group);
  return std::clamp(orders / plan.rate, kTrialWindow, kTrialWindowMost);
}

double rate_of(const LoadPlan& plan, double payments) {
  return payments / static_cast<double>(plan.payments_of_order()) / plan.valid_share();
}

Result<LoadResult, std::string> noted_load(Run& run, Site& site, const LoadPlan& plan, Offer offer,
                                           Section& section) {
  say("load of " +
      text_of(plan.rate * static_cast<double>(plan.payments_of_order()), Unit::per_second));
  auto result = run_load(site.network(), plan, std::move(offer), run.stop);
  if (!result) return fail(result.error());
  site.ledger().note(*result);
  for (Guard& each : guards_of(*result)) section.guards.push_back(std::move(each));
  return result;
}

Result<LoadResult, std::string> counted_load(Run& run, Site& site, const LoadPlan& plan,
                                             Section& section) {
  auto result = noted_load(run, site, plan, make_offer(site.network(), site.book(), plan), section);
  if (result) result->sent.clear();
  return result;
}

Result<Stage, std::string> open_stage(Run& run, std::uint64_t seed, Section& section) {
  auto site = Site::open(run.options, run.stop);
  if (!site) return fail(site.error());
  if (!run.options.rate && !run.found_rate) {
    const auto found = find_rate(run, **site, run.options.load,
                                 {(*site)->limits().ceiling * kFirstShare, 1.3}, section);
    if (!found) return fail(found.error());
    run.found_rate = *found;
  }
  Stage stage{*std::move(site), run.options.load};
  stage.plan.rate = run.options.rate ? *run.options.rate : *run.found_rate;
  stage.plan.seed += seed;
  return stage;
}

}  // namespace vostro::bench
