/// In or out: may this transaction be in a block at all? Its window, its id, and the signatures
/// that its acting account, participant or currency asks for. Source: blueprint section 3, "In or
/// out" and "Signing policy".
#pragma once

#include <optional>

#include "chain/execute.h"
#include "chain/state.h"

namespace vostro::chain {

/// What the rules of a policy say about a transaction that may be in a block.
struct Authority {
  PolicyScope scope;      ///< whose policy was asked
  bool has_rule = false;  ///< false: no rule fits this amount, which ends in a receipt with AM02
  std::uint64_t delay_ms = 0;  ///< of the rule
};

/// Errors: Inclusion, in its order of precedence.
[[nodiscard]] Result<Authority, Inclusion> authorise(State& state,
                                                     const VerifiedTransaction& transaction,
                                                     UnixMillis now);

/// The quote binds its provider: its one signature meets the rule of class `quote` for the whole
/// limit. The signature itself is checked by `verify`.
[[nodiscard]] bool is_quote_authorised(State& state, const SignedQuote& quote);
/// The hold of a payment of that name; null where there is none or the hold is no payment's.
[[nodiscard]] const Hold* find_payment(State& state, const OwnedId& payment);
/// The same, where `creditor` is indeed the payment's creditor account.
[[nodiscard]] const Hold* find_payment_to(State& state, const OwnedId& payment,
                                          const AccountId& creditor);
/// The same, where `debtor` is indeed the payment's debtor account.
[[nodiscard]] const Hold* find_payment_from(State& state, const OwnedId& payment,
                                            const AccountId& debtor);
/// The receipt is in the block at that height, and it settled a payment.
[[nodiscard]] bool is_genuine(const State& state, const Original& original);
/// The name of the payment that an original is about. The original has payment facts (form).
[[nodiscard]] OwnedId payment_of(const Original& original);
/// The recall shows the settled payment that it names, of its own debtor account.
[[nodiscard]] bool shows_its_payment(const State& state, const Recall& recall);
/// What a bulk takes: its total and all charges that its debtor pays.
[[nodiscard]] Money taken_by(const PaymentBatch& batch);

}  // namespace vostro::chain
