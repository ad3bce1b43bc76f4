/// Orders of a bank's day beside single payments and bulks (bench/orders.h), formed and signed
/// before anything is timed: payments that are held, the creditor's agent's acceptances, currency
/// exchanges, and payments that the ledger rejects.
#pragma once

#include <vector>

#include "bench/orders.h"
#include "chain/quote.h"

namespace vostro::bench {

/// Payments to accounts that take nothing unasked: "customers" of other banks, or of the only one.
[[nodiscard]] std::vector<Order> make_held(const Network& network, const Book& book,
                                           const OrderWish& wish);
/// Acceptances by `wish.bank` of the first `wish.count` of `held`, payments to its customers.
[[nodiscard]] std::vector<Order> make_accepts(const Network& network, const Book& book,
                                              const OrderWish& wish, std::vector<Order> held);

/// Seconds of a load at quotes: before they end its orders are formed, too, and what is on its way
/// settles.
inline constexpr double kQuotedLoadMost = 2'400;
/// A quote of each bank that sells Book::foreign from its main account, for the time of one load.
[[nodiscard]] std::vector<chain::SignedQuote> make_quotes(const Network& network, const Book& book);
/// Payments in Book::foreign of debtors who pay in Book::currency, at the quote of the creditor's
/// bank: four postings each.
[[nodiscard]] std::vector<Order> make_fx(const Network& network, const Book& book,
                                         const OrderWish& wish,
                                         const std::vector<chain::SignedQuote>& quotes);
/// Payments that the debtor's account has no money for: the customers' account, in a currency that
/// it never gets.
[[nodiscard]] std::vector<Order> make_short(const Network& network, const Book& book,
                                            const OrderWish& wish);

/// Sorts orders by the bank of their creditor.
[[nodiscard]] std::vector<std::vector<Order>> by_creditor(const Book& book,
                                                          std::vector<Order> orders);

}  // namespace vostro::bench
