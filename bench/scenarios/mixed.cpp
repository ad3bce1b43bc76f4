/// Scenario mixed: a day as a bank has it, in one stream at each node: single payments, small
/// bulks, currency exchanges, payments that are held, acceptances of some that were held before it
/// began, and payments that the ledger rejects.
#include <algorithm>
#include <iterator>

#include "base/random.h"
#include "bench/delivery.h"
#include "bench/kinds.h"
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

// Of a thousand orders; all others are single payments.
constexpr std::size_t kFx = 100;
constexpr std::size_t kHeld = 80;
constexpr std::size_t kAccepts = 80;
constexpr std::size_t kBulks = 10;
constexpr std::size_t kShort = 30;
constexpr std::size_t kCreditsMost = 100;  // of a bulk, where --credits says more

/// What of each kind is offered, by name; of all banks.
struct Count {
  const char* name;
  std::size_t orders = 0;
  std::size_t payments = 0;
};

/// Payments that are held when the day begins, by the bank that has to answer.
Result<std::vector<std::vector<Order>>, std::string> held_before(Site& site, const LoadPlan& plan) {
  const Network& network = site.network();
  const std::size_t banks = network.members().size();
  std::vector<std::vector<std::string>> posted(banks);
  std::vector<Order> held;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    const OrderWish wish{bank, plan.orders_of_bank(banks) * kAccepts / 1'000, 0, plan.seed};
    for (Order& each : make_held(network, site.book(), wish)) {
      posted[bank].push_back(each.framed);
      site.ledger().note(each);
      held.push_back(std::move(each));
    }
  }
  if (auto done = deliver_all(network, posted); !done) return fail(done.error());
  return by_creditor(site.book(), std::move(held));
}

/// One bank's orders of the day, in no order.
std::vector<Order> day_of(Site& site, const OrderWish& wish, std::size_t credits,
                          std::vector<Order> waiting, const std::vector<chain::SignedQuote>& quotes,
                          std::vector<Count>& counts) {
  const Network& network = site.network();
  const Book& book = site.book();
  std::vector<Order> day;
  const auto add = [&](const char* name, std::vector<Order> orders) {
    auto count = std::find_if(counts.begin(), counts.end(),
                              [&](const Count& each) { return each.name == name; });
    if (count == counts.end()) count = counts.insert(counts.end(), Count{name});
    count->orders += orders.size();
    for (const Order& each : orders) count->payments += each.payments;
    std::move(orders.begin(), orders.end(), std::back_inserter(day));
  };
  const auto part = [&](std::size_t of_thousand) {
    return OrderWish{wish.bank, wish.count * of_thousand / 1'000, wish.forged_every, wish.seed};
  };
  OrderWish answers = part(kAccepts);
  answers.count = std::min(answers.count, waiting.size());
  add("currency exchanges", make_fx(network, book, part(kFx), quotes));
  add("held", make_held(network, book, part(kHeld)));
  add("acceptances", make_accepts(network, book, answers, std::move(waiting)));
  add("bulks", make_bulks(network, book, part(kBulks), credits));
  add("to be rejected", make_short(network, book, part(kShort)));
  OrderWish single = wish;
  single.count = wish.count - day.size();
  add("single payments", make_orders(network, book, single));
  Random(wish.seed + wish.bank).shuffle(day);
  return day;
}

}  // namespace

Result<Section, std::string> mixed_day(Run& run) {
  Section section;
  auto stage = open_stage(run, 6'000, section);
  if (!stage) return fail(stage.error());
  auto& [opened, plan] = *stage;
  Site& site = *opened;
  const Network& network = site.network();
  auto waiting = held_before(site, plan);
  if (!waiting) return fail(waiting.error());
  const auto quotes = make_quotes(network, site.book());
  const std::size_t credits = std::min(run.options.credits, kCreditsMost);
  const std::size_t banks = network.members().size();
  Offer offer;
  std::vector<Count> counts;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    const OrderWish wish{bank, plan.orders_of_bank(banks), plan.forged_every, plan.seed};
    offer.orders.push_back(
        day_of(site, wish, credits, std::move((*waiting)[bank]), quotes, counts));
    offer.probes.push_back(
        make_orders(network, site.book(), {bank, plan.probes_of_node(), 0, plan.seed + 1}));
  }
  Table kinds{"kinds",
              "kinds of orders",
              {{"orders", "orders", Unit::count}, {"payments", "payments", Unit::count}},
              {}};
  double orders = 0;
  double payments = 0;
  for (const Count& each : counts) {
    orders += static_cast<double>(each.orders);
    payments += static_cast<double>(each.payments);
    kinds.rows.push_back(
        {each.name, {static_cast<double>(each.orders), static_cast<double>(each.payments)}});
  }
  section.tables.push_back(std::move(kinds));
  const auto load = noted_load(run, site, plan, std::move(offer), section);
  if (!load) return fail(load.error());
  if (auto done = site.close(section); !done) return fail(done.error());

  const Limits& limits = site.limits();
  section.title = "a mixed day, " + offer_text(*load, "orders");
  section.figures = {
      {"served_per_s", "orders final on all nodes", load->served, Unit::per_second},
      {"payments_per_s", "payments that they settle", load->served * payments / orders,
       Unit::per_second},
      {"share_of_ceiling", "orders by the signature ceiling", load->served / limits.ceiling,
       Unit::share},
      {"verifications_per_order_and_node", "CPU of a node for one order, by one verification",
       cpu_us_per_payment(*load) / limits.verification, Unit::times},
      p99_of("p99_ms", "p99 of single payments, due to final", *load)};
  if (kept_up(*load))
    section.notes.emplace_back("the network kept up with all that was offered: it may serve more");
  describe_load(*load, limits, section);
  section.guards.push_back(believable(*load, limits.ceiling));
  return section;
}

}  // namespace vostro::bench
