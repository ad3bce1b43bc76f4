/// Which of the live quotes to take. Pure; any thread. Source: blueprint section 3, "FX".
#pragma once

#include <optional>
#include <vector>

#include "base/money.h"
#include "chain/tx/payment.h"
#include "client/answers.h"

namespace vostro::client {

struct FxRequest {
  Hash network_id;
  chain::AccountId debtor;
  chain::AccountId creditor;
  Money amount;       ///< what the creditor gets, exactly
  Currency pay_with;  ///< what the debtor pays in
  UnixSeconds now;
  std::optional<UnixSeconds> accept_by;  ///< of a held payment
};

struct FxOffer {
  QuoteView quote;
  Money price;  ///< what the debtor pays
};

/// A quote that ends sooner than this is not offered: confirming, signing and settling take a
/// while.
inline constexpr std::uint64_t quote_seconds_min = 5;

/// What the debtor pays at this quote. Empty where it is not for these currencies, or no amount
/// says it.
[[nodiscard]] std::optional<Money> price_at(const FxRequest& request, const chain::Quote& quote);

struct FxSearch {
  std::vector<FxOffer> offers;  ///< cheapest first; of equal ones the longer lived, then by id
  // Why others were left out, each quote counted at the first reason that fits.
  std::size_t unsound = 0;  ///< of another network, not signed as they say, or for other currencies
  std::size_t ending = 0;   ///< expired, or about to
  std::size_t not_for_us = 0;      ///< for other debtor agents
  std::size_t of_a_party = 0;      ///< of the payer's or the payee's own account
  std::size_t too_small = 0;       ///< less is left than the amount
  std::size_t hold_too_short = 0;  ///< do not allow as long an acceptance period
};
[[nodiscard]] FxSearch search_quotes(const FxRequest& request,
                                     const std::vector<QuoteView>& quotes);
/// What leaves the payer's account in all, and what stays on the payee's, to the unit.
struct Ends {
  Money taken;
  Money given;
};
[[nodiscard]] Ends ends_of(const Money& price, const Money& amount,
                           const std::vector<chain::Charge>& charges);

/// "3 quotes: 1 too small, 2 ending": why there is no offer.
[[nodiscard]] std::string why_none(const FxSearch& search);

}  // namespace vostro::client
