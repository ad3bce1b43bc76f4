#include "wallet-cli/bulk_plan.h"

#include <tuple>

#include "base/check.h"
#include "base/checked.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using iso20022::Problems;

chain::Credit credit_of(const BulkCredit& credit) {
  return {credit.creditor, credit.amount.units, {}, credit.purpose, credit.annex};
}

chain::Body exchange_of(const BulkCredit& credit, const client::FxOffer& offer) {
  return chain::FxPayment{credit.debtor,
                          credit.amount.currency,
                          credit_of(credit),
                          credit.bearer,
                          chain::Acceptance{credit.accept_by},
                          chain::IfShort::reject,
                          offer.price,
                          offer.quote.quote};
}

/// One credit alone is a plain payment under its own UETR; several are a bulk with an id of its
/// own.
void finish_group(PlannedOrder& order, const std::vector<BulkCredit>& credits,
                  const std::function<Uuid()>& make_id) {
  const BulkCredit& first = credits[order.credits.front()];
  const chain::Acceptance acceptance{first.accept_by};
  if (order.credits.size() == 1) {
    order.id = first.uetr ? *first.uetr : make_id();
    order.body = chain::Payment{first.debtor, first.amount.currency, credit_of(first), first.bearer,
                                acceptance,   chain::IfShort::reject};
    return;
  }
  chain::PaymentBatch batch{first.debtor,
                            first.amount.currency,
                            first.bearer,
                            acceptance,
                            chain::IfShort::reject,
                            static_cast<std::uint32_t>(order.credits.size()),
                            {},
                            {}};
  batch.items.reserve(order.credits.size());
  for (const std::size_t index : order.credits) {
    const BulkCredit& credit = credits[index];
    batch.items.push_back({credit.uetr ? *credit.uetr : make_id(), credit_of(credit)});
    const auto total = checked_add(batch.total.value, credit.amount.units.value);
    VOSTRO_CHECK(total.has_value());  // check_sums has looked at it
    batch.total.value = *total;
  }
  order.id = make_id();
  order.body = std::move(batch);
}

void note_sum(Problems& problems, const std::pair<chain::AccountId, Currency>& of,
              MinorUnits money_max) {
  problems.add({0, "", "",
                "the credits of " + chain::to_text(of.first) + " in " + vostro::to_text(of.second) +
                    " sum up to more than " + to_text(Money{of.second, money_max}) +
                    ", the most of this network; split the file"});
}

}  // namespace

std::vector<PlannedOrder> plan_orders(const std::vector<BulkCredit>& credits,
                                      const std::vector<std::optional<client::FxOffer>>& offers,
                                      UnixSeconds valid_until,
                                      const std::function<Uuid()>& make_id) {
  using Key = std::tuple<chain::AccountId, Currency, chain::Bearer, std::optional<UnixSeconds>>;
  std::map<Key, std::size_t> open;  // the order of a kind that still has room
  std::vector<PlannedOrder> orders;
  for (std::size_t i = 0; i < credits.size(); ++i) {
    const BulkCredit& credit = credits[i];
    if (offers[i]) {
      // A price that has ended is no longer wanted: the order is to expire then.
      const auto ends = std::min(valid_until, offers[i]->quote.quote.quote.expires_at);
      orders.push_back(
          {exchange_of(credit, *offers[i]), credit.uetr ? *credit.uetr : make_id(), ends, {i}});
      continue;
    }
    const Key key(credit.debtor, credit.amount.currency, credit.bearer, credit.accept_by);
    const auto at = open.find(key);
    if (at == open.end() || orders[at->second].credits.size() == chain::PaymentBatch::items_max) {
      open.insert_or_assign(key, orders.size());
      orders.push_back({chain::Payment{}, {}, valid_until, {i}});
    } else {
      orders[at->second].credits.push_back(i);
    }
  }
  for (PlannedOrder& order : orders) {
    if (!std::holds_alternative<chain::FxPayment>(order.body))
      finish_group(order, credits, make_id);
  }
  return orders;
}

std::vector<std::optional<client::FxOffer>> find_offers(const std::vector<BulkCredit>& credits,
                                                        const FxTerms& terms,
                                                        const QuotesOf& quotes_of,
                                                        Problems& problems) {
  std::vector<std::optional<client::FxOffer>> offers(credits.size());
  std::map<std::pair<Currency, Currency>, std::vector<client::QuoteView>> quotes;
  std::size_t exchanges = 0;
  for (std::size_t i = 0; i < credits.size() && !problems.is_full(); ++i) {
    const BulkCredit& credit = credits[i];
    if (!credit.is_exchange()) continue;
    const std::string element = element_of(credit, "pay_with", "Amt");
    if (++exchanges > bulk_exchanges_max) {
      problems.add({credit.line, element, "",
                    "more than " + std::to_string(bulk_exchanges_max) +
                        " credits of the file are paid in another currency; split it"});
      break;
    }
    const std::pair pair(credit.amount.currency, credit.pay_with);
    auto at = quotes.find(pair);
    if (at == quotes.end()) at = quotes.emplace(pair, quotes_of(pair.first, pair.second)).first;
    const client::FxSearch search =
        client::search_quotes({terms.network_id, credit.debtor, credit.creditor, credit.amount,
                               credit.pay_with, terms.now, credit.accept_by},
                              at->second);
    if (search.offers.empty()) {
      problems.add({credit.line, element, to_text(credit.amount),
                    "no live quote sells it for " + vostro::to_text(credit.pay_with) + ": " +
                        client::why_none(search) + "; wait for one, or pay in " +
                        vostro::to_text(credit.amount.currency)});
      continue;
    }
    offers[i] = search.offers.front();
    for (client::QuoteView& quote : at->second) {
      if (quote.quote.quote.id == offers[i]->quote.quote.quote.id &&
          quote.quote.quote.provider == offers[i]->quote.quote.quote.provider)
        quote.remaining.value -= credit.amount.units.value;
    }
  }
  return offers;
}

BulkSums check_sums(const std::vector<BulkCredit>& credits,
                    const std::vector<std::optional<client::FxOffer>>& offers, MinorUnits money_max,
                    Problems& problems) {
  BulkSums sums;
  for (std::size_t i = 0; i < credits.size() && !problems.is_full(); ++i) {
    const BulkCredit& credit = credits[i];
    const Money paid = offers[i] ? offers[i]->price : credit.amount;
    if (credit.amount.units > money_max)
      problems.add({credit.line, element_of(credit, "amount", "Amt"), to_text(credit.amount),
                    "the most that an amount can be in this network is " +
                        to_text(Money{credit.amount.currency, money_max})});
    BulkSum& sum = sums[{credit.debtor, paid.currency}];
    ++sum.credits;
    const auto total = checked_add(sum.units, paid.units.value);
    if (sum.units <= money_max.value && (!total || *total > money_max.value))
      note_sum(problems, {credit.debtor, paid.currency}, money_max);
    sum.units = total.value_or(money_max_default.value + 1);
  }
  return sums;
}

}  // namespace vostro::wallet
