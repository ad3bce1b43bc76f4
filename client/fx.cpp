#include "client/fx.h"

#include <algorithm>
#include <tuple>

#include "client/order.h"

namespace vostro::client {

std::optional<Money> price_at(const FxRequest& request, const chain::Quote& quote) {
  const auto sold_digits = iso4217_exponent(request.amount.currency);
  const auto paid_digits = iso4217_exponent(request.pay_with);
  if (!sold_digits || !paid_digits || quote.sells != request.amount.currency ||
      quote.buys != request.pay_with)
    return std::nullopt;
  const auto price = chain::price_of(request.amount.units, quote.rate, *paid_digits, *sold_digits);
  if (!price) return std::nullopt;
  return Money{request.pay_with, *price};
}

FxSearch search_quotes(const FxRequest& request, const std::vector<QuoteView>& quotes) {
  FxSearch search;
  for (const QuoteView& view : quotes) {
    const chain::Quote& quote = view.quote.quote;
    const auto price = price_at(request, quote);
    if (!price || !is_sound(view.quote, request.network_id)) {
      ++search.unsound;
    } else if (quote.expires_at.value < request.now.value + quote_seconds_min) {
      ++search.ending;
    } else if (!quote.debtors.empty() && std::find(quote.debtors.begin(), quote.debtors.end(),
                                                   request.debtor.owner) == quote.debtors.end()) {
      ++search.not_for_us;
    } else if (quote.provider == request.debtor || quote.provider == request.creditor) {
      ++search.of_a_party;
    } else if (view.remaining < request.amount.units) {
      ++search.too_small;
    } else if (request.accept_by &&
               request.accept_by->value - request.now.value > quote.hold_max_s) {
      ++search.hold_too_short;
    } else {
      search.offers.push_back({view, *price});
    }
  }
  std::sort(search.offers.begin(), search.offers.end(), [](const FxOffer& a, const FxOffer& b) {
    const auto key = [](const FxOffer& offer) {
      return std::tuple(offer.price.units,
                        unix_seconds_max.value - offer.quote.quote.quote.expires_at.value,
                        offer.quote.quote.quote.id);
    };
    return key(a) < key(b);
  });
  return search;
}

Ends ends_of(const Money& price, const Money& amount, const std::vector<chain::Charge>& charges) {
  Ends ends{price, amount};
  for (const chain::Charge& charge : charges) {  // at most 4 of at most 10^17
    if (charge.payer == chain::Payer::debtor) {
      ends.taken.units.value += charge.amount.value;
    } else {
      ends.given.units.value -= charge.amount.value;
    }
  }
  return ends;
}

std::string why_none(const FxSearch& search) {
  std::string out;
  const auto add = [&out](std::size_t count, std::string_view what) {
    if (count > 0)
      out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(what);
  };
  add(search.unsound, "not sound");
  add(search.ending, "expired or about to");
  add(search.not_for_us, "for other banks only");
  add(search.of_a_party, "of the payer's or the payee's own account (a provider is neither)");
  add(search.too_small, "with less left than the amount");
  add(search.hold_too_short, "with a shorter acceptance period");
  return out.empty() ? "there are no quotes for these currencies"
                     : "of the quotes there are " + out;
}

}  // namespace vostro::client
