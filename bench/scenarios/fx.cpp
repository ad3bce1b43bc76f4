/// Scenario fx: payments whose creditor gets another currency than the debtor pays, at the firm
/// quote of the creditor's bank. Both legs settle at once, four postings each.
#include "bench/kinds.h"
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {

Result<Section, std::string> fx_payments(Run& run) {
  Section section;
  auto stage = open_stage(run, 5'000, section);
  if (!stage) return fail(stage.error());
  auto& [opened, plan] = *stage;
  Site& site = *opened;
  const Network& network = site.network();
  const auto quotes = make_quotes(network, site.book());
  Offer offer = make_offer(network, plan, [&](const OrderWish& wish) {
    return make_fx(network, site.book(), wish, quotes);
  });
  const auto load = noted_load(run, site, plan, std::move(offer), section);
  if (!load) return fail(load.error());
  if (auto done = site.close(section); !done) return fail(done.error());

  const Limits& limits = site.limits();
  section.title = "in another currency, " + offer_text(*load);
  section.figures = {
      {"served_per_s", "FX payments final on all nodes", load->served, Unit::per_second},
      {"share_of_ceiling", "share of the signature ceiling, the quote's not counted",
       load->served / limits.ceiling, Unit::share},
      {"verifications_per_payment_and_node", "CPU of a node for one of them, by one verification",
       cpu_us_per_payment(*load) / limits.verification, Unit::times},
      p99_of("p99_ms", "p99, due to final", *load)};
  describe_costs(*load, limits, section);
  describe_load(*load, limits, section);
  section.guards.push_back(believable(*load, limits.ceiling));
  return section;
}

}  // namespace vostro::bench
