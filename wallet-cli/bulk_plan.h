/// What is signed for a file of credits: one PaymentBatch for each debtor account, currency, charge
/// bearer and acceptance, up to its 10 000 credits; a Payment where there is one credit alone; an
/// FxPayment for each credit that is paid in another currency. Pure; any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "chain/transaction.h"
#include "client/fx.h"
#include "iso20022/problem.h"
#include "wallet-cli/bulk_file.h"

namespace vostro::wallet {

/// Exchanges in one file: each is an order of its own, at a price that lasts an hour at most.
inline constexpr std::size_t bulk_exchanges_max = 1'000;

struct PlannedOrder {
  chain::Body body;
  Uuid id;
  UnixSeconds valid_until;
  std::vector<std::size_t> credits;  ///< indices in the file's, in the order of the items
};

/// `offers` has one for each credit; those of credits without exchange are empty.
[[nodiscard]] std::vector<PlannedOrder> plan_orders(
    const std::vector<BulkCredit>& credits,
    const std::vector<std::optional<client::FxOffer>>& offers, UnixSeconds valid_until,
    const std::function<Uuid()>& make_id);

/// The quotes of a pair of currencies: what the debtor pays in, what the creditor gets.
using QuotesOf =
    std::function<std::vector<client::QuoteView>(const Currency& sells, const Currency& buys)>;
struct FxTerms {
  Hash network_id;
  UnixSeconds now;
};
/// The best quote for each credit that needs one, in the file's order; what earlier credits take is
/// no longer there for later ones. Notes the credits that none covers.
[[nodiscard]] std::vector<std::optional<client::FxOffer>> find_offers(
    const std::vector<BulkCredit>& credits, const FxTerms& terms, const QuotesOf& quotes_of,
    iso20022::Problems& problems);

/// What goes out of an account in one currency, and how it is made up.
struct BulkSum {
  std::size_t credits = 0;
  std::int64_t units = 0;  ///< below money_max for each sum that check_sums lets through
};
using BulkSums = std::map<std::pair<chain::AccountId, Currency>, BulkSum>;
/// By debtor account and the currency that is paid in. Notes amounts and sums above `money_max`.
[[nodiscard]] BulkSums check_sums(const std::vector<BulkCredit>& credits,
                                  const std::vector<std::optional<client::FxOffer>>& offers,
                                  MinorUnits money_max, iso20022::Problems& problems);

}  // namespace vostro::wallet
