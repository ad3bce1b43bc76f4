/// One `apply` for each body: its own rules after the common checks, and what it changes. A rule is
/// written once: what refuses is what carries out. Errors: the reason of the receipt; then what was
/// written is to be rolled back. Source: blueprint section 3, "Bodies".
#pragma once

#include "chain/transaction.h"
#include "chain/turn.h"

namespace vostro::chain {

using Applied = Result<void, Reason>;

[[nodiscard]] Applied apply(Turn& turn, const Payment& body);
[[nodiscard]] Applied apply(Turn& turn, const PaymentBatch& body);
[[nodiscard]] Applied apply(Turn& turn, const FxPayment& body);
[[nodiscard]] Applied apply(Turn& turn, const Accept& body);
[[nodiscard]] Applied apply(Turn& turn, const Reject& body);
[[nodiscard]] Applied apply(Turn& turn, const Block& body);
[[nodiscard]] Applied apply(Turn& turn, const Unblock& body);
[[nodiscard]] Applied apply(Turn& turn, const Recall& body);
[[nodiscard]] Applied apply(Turn& turn, const RefuseRecall& body);
[[nodiscard]] Applied apply(Turn& turn, const ConfirmCredit& body);
[[nodiscard]] Applied apply(Turn& turn, const Return& body);
[[nodiscard]] Applied apply(Turn& turn, const Issue& body);
[[nodiscard]] Applied apply(Turn& turn, const Redeem& body);
[[nodiscard]] Applied apply(Turn& turn, const RedeemOutcome& body);
[[nodiscard]] Applied apply(Turn& turn, const AttestReserves& body);
[[nodiscard]] Applied apply(Turn& turn, const OpenBusinessDate& body);
[[nodiscard]] Applied apply(Turn& turn, const OpenAccount& body);
[[nodiscard]] Applied apply(Turn& turn, const UpdateAccount& body);
[[nodiscard]] Applied apply(Turn& turn, const UpdatePolicy& body);
[[nodiscard]] Applied apply(Turn& turn, const CloseAccount& body);
[[nodiscard]] Applied apply(Turn& turn, const Freeze& body);
[[nodiscard]] Applied apply(Turn& turn, const Unfreeze& body);
[[nodiscard]] Applied apply(Turn& turn, const Cancel& body);
[[nodiscard]] Applied apply(Turn& turn, const Propose& body);
[[nodiscard]] Applied apply(Turn& turn, const Vote& body);
[[nodiscard]] Applied apply(Turn& turn, const Ready& body);
[[nodiscard]] Applied apply(Turn& turn, const ReportEvidence& body);

// What Payment, FxPayment and the items of a bulk share.

/// Looks at the parties of a credit by the common checks. `to_debit` and cap concern whole orders
/// only.
[[nodiscard]] Parties parties_of_credit(const AccountId& debtor, const Currency& debtor_currency,
                                        const Currency& creditor_currency, const Credit& credit);
/// Errors: acceptance_needed, accept_by_out_of_range.
[[nodiscard]] Applied check_acceptance(Turn& turn, const AccountId& debtor, const Credit& credit,
                                       const Acceptance& acceptance);
/// Settles at once, or holds where acceptance is required and the account does not take it unasked.
/// `hold` is what the order takes and gives; its state and deadline are set here. Errors:
/// provider_short, funds_short, result_above_maximum.
[[nodiscard]] Applied carry_out_credit(Turn& turn, Hold hold, const Acceptance& acceptance);

/// Counts what was sold of a quote, or withdraws it, until the quote has expired.
void record_fill(State& state, const Quote& quote, MinorUnits sold, bool withdrawn);

/// The hold in which an order's money waits for the end of a delay; none where the body moves no
/// money of the one who orders it. Only for orders that were checked.
[[nodiscard]] std::optional<Hold> hold_while_delayed(const Transaction& transaction,
                                                     const Hash& hash);

}  // namespace vostro::chain
