/// Scenario held: payments to accounts that take nothing unasked, so that their money is held; then
/// the creditors' agents accept them, each at its own node. A payment is two orders here, with a
/// signature each.
#include <algorithm>
#include <functional>

#include "bench/kinds.h"
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

/// Of the time for which the held payments last, when they are accepted at the rate at which they
/// were offered: so that no node has accepted all of its own before the window ends.
constexpr double kUsed = 0.9;

/// Those that the network took, by the bank that has to answer.
std::vector<std::vector<Order>> taken(const Book& book, LoadResult& load) {
  std::vector<Order> out;
  for (Sent& sent : load.sent) {
    for (std::size_t i = 0; i < sent.orders.size(); ++i) {
      if (sent.fates[i] == Sent::Fate::accepted) out.push_back(std::move(sent.orders[i]));
    }
  }
  load.sent.clear();
  return by_creditor(book, std::move(out));
}

}  // namespace

Result<Section, std::string> held_payments(Run& run) {
  Section section;
  auto stage = open_stage(run, 4'000, section);
  if (!stage) return fail(stage.error());
  auto& [opened, plan] = *stage;
  Site& site = *opened;
  const Network& network = site.network();
  plan.has_probes = false;  // nobody can wait until a held payment is settled
  Offer payments = make_offer(
      network, plan, [&](const OrderWish& wish) { return make_held(network, site.book(), wish); });
  auto held = noted_load(run, site, plan, std::move(payments), section);
  if (!held) return fail(held.error());
  if (auto done = site.compare(section, ", while held"); !done) return fail(done.error());

  auto waiting = taken(site.book(), *held);
  std::size_t least = waiting.front().size();
  for (const auto& each : waiting) least = std::min(least, each.size());
  if (least == 0) return fail(std::string("a bank has no payment to accept: offer more, --rate"));
  const double lasts_s =
      static_cast<double>(least) * static_cast<double>(waiting.size()) / plan.rate;
  plan.last(kUsed * lasts_s);
  if (plan.warm_up_s < run.options.load.warm_up_s)
    section.notes.push_back("so few were held that their acceptances lasted for " +
                            text_of(plan.warm_up_s, Unit::s) + " of warm-up and a window of " +
                            text_of(plan.window_s, Unit::s));
  Offer answers;
  for (std::size_t bank = 0; bank < waiting.size(); ++bank) {
    const OrderWish wish{bank, waiting[bank].size(), plan.forged_every, plan.seed + 1};
    answers.orders.push_back(make_accepts(network, site.book(), wish, std::move(waiting[bank])));
    answers.probes.emplace_back();
  }
  const auto accepted = noted_load(run, site, plan, std::move(answers), section);
  if (!accepted) return fail(accepted.error());
  if (auto done = site.close(section); !done) return fail(done.error());

  const Limits& limits = site.limits();
  const double both =
      held->served > 0 && accepted->served > 0 ? 1 / (1 / held->served + 1 / accepted->served) : 0;
  const double cpu_us = cpu_us_per_payment(*held) + cpu_us_per_payment(*accepted);
  section.title = offer_text(*held) + ", then as many acceptances";
  section.figures = {
      {"held_per_s", "payments held, final on all nodes", held->served, Unit::per_second},
      {"accepted_per_s", "acceptances, likewise", accepted->served, Unit::per_second},
      {"served_per_s", "payments both held and accepted", both, Unit::per_second},
      {"share_of_ceiling", "share of the signature ceiling, two for each",
       2 * both / limits.ceiling, Unit::share},
      {"verifications_per_payment_and_node", "CPU of a node for both orders, by one verification",
       cpu_us / limits.verification, Unit::times}};
  if (kept_up(*held) || kept_up(*accepted))
    section.notes.emplace_back("the network kept up with all that was offered: it may serve more");
  describe_load(*held, limits, section, "_held");
  describe_load(*accepted, limits, section, "_accepted");
  for (const LoadResult& each : {std::cref(*held), std::cref(*accepted)})
    section.guards.push_back(believable(each, limits.ceiling));
  return section;
}

}  // namespace vostro::bench
