#include "chain/authority.h"

#include <limits>

#include "base/check.h"
#include "base/checked.h"
#include "base/planted.h"
#include "chain/membership.h"

namespace vostro::chain {
namespace {

/// Which rule of which policy must be met.
struct Demand {
  PolicyScope scope;
  std::optional<ActionClass> action;  ///< none: any one key of the policy
  std::optional<Money> amount;        ///< none: no money is concerned, or nobody knows how much
  bool delay_allowed = true;
};

/// Whether the actor exists is seen where the policy is looked up, except for what only a record
/// tells.
class DemandOf {
 public:
  DemandOf(State& state, std::span<const PublicKey> signers) : state_(state), signers_(signers) {}

  using Found = std::optional<Demand>;

  Found operator()(const Payment& b) {
    return of_account(b.debtor, ActionClass::pay,
                      taken_from_debtor({b.currency, b.credit.amount}, b.credit.charges));
  }
  Found operator()(const PaymentBatch& b) {
    return at_once(of_account(b.debtor, ActionClass::pay, taken_by(b)));
  }
  Found operator()(const FxPayment& b) {
    return at_once(of_account(b.debtor, ActionClass::pay,
                              taken_from_debtor(b.debtor_amount, b.credit.charges)));
  }
  Found operator()(const Accept& b) { return of_answer(b, ActionClass::answer); }
  Found operator()(const Reject& b) { return of_answer(b, ActionClass::answer); }
  Found operator()(const Block& b) { return of_answer(b, ActionClass::block); }
  Found operator()(const Unblock& b) { return of_answer(b, ActionClass::block); }
  Found operator()(const Recall& b) {
    std::optional<Money> amount;
    if (const Hold* hold = find_payment_from(state_, b.payment, b.debtor)) {
      amount = hold->amount;
    } else if (shows_its_payment(state_, b)) {
      amount = b.original->receipt.payment->amount;
    }
    return of_account(b.debtor, ActionClass::answer, amount);
  }
  Found operator()(const RefuseRecall& b) {
    const OpenRecall* recall = state_.find<OpenRecall>(b.payment);
    std::optional<Money> amount;
    if (recall != nullptr && recall->payment.creditor == b.creditor)
      amount = recall->payment.amount;
    return of_account(b.creditor, ActionClass::answer, amount);
  }
  Found operator()(const ConfirmCredit& b) {
    return of_original(b.original, ActionClass::answer, b.original.receipt.payment->amount);
  }
  Found operator()(const Return& b) {
    const Currency currency = b.original.receipt.payment->amount.currency;
    return of_original(b.original, ActionClass::pay, {currency, b.amount});
  }
  Found operator()(const Issue& b) { return of_currency(b.money.currency, b.agent, b.money); }
  Found operator()(const Redeem& b) { return of_account(b.account, ActionClass::pay, b.money); }
  Found operator()(const RedeemOutcome& b) {
    const Hold* hold = state_.find<Hold>(b.redeem);
    if (hold != nullptr && hold->kind == HoldKind::redeem)
      return of_currency(hold->amount.currency, b.agent, hold->amount);
    // Nothing is open under this name, so its currency is unknown. Whoever signs for one of the
    // agent's currencies is owed that answer.
    for (const Currency& currency : state_.currencies_of(b.agent)) {
      const CurrencyRecord* record = state_.find<CurrencyRecord>(currency);
      if (record != nullptr && knows_signers(record->policy, signers_))
        return of_currency(currency, b.agent, std::nullopt);
    }
    return std::nullopt;
  }
  Found operator()(const AttestReserves& b) {
    return of_currency(b.currency, b.agent, std::nullopt);
  }
  Found operator()(const OpenBusinessDate& b) {
    return of_currency(b.currency, b.agent, std::nullopt);
  }
  Found operator()(const OpenAccount& b) {
    return Demand{{b.account.owner, {}, {}}, ActionClass::manage, {}};
  }
  Found operator()(const UpdateAccount& b) {
    return of_account(b.account, ActionClass::manage, {});
  }
  Found operator()(const UpdatePolicy& b) {
    if (!b.currency) return Demand{{b.participant, {}, {}}, ActionClass::manage, {}};
    Found demand = of_currency(*b.currency, b.participant, std::nullopt);
    if (demand) demand->action = ActionClass::manage;
    return demand;
  }
  Found operator()(const CloseAccount& b) { return of_account(b.account, ActionClass::manage, {}); }
  Found operator()(const Freeze& b) { return of_account(b.account, std::nullopt, {}); }
  Found operator()(const Unfreeze& b) { return of_account(b.account, ActionClass::manage, {}); }
  Found operator()(const Cancel& b) {
    if (b.quote) return of_account(b.quote->provider, std::nullopt, {});
    const DelayedOrder* order = state_.find<DelayedOrder>(*b.delayed);
    if (order != nullptr) return Demand{order->scope, std::nullopt, {}};
    return Demand{{b.delayed->owner, {}, {}}, std::nullopt, {}};
  }
  Found operator()(const Propose& b) {
    return Demand{{b.participant, {}, {}}, ActionClass::govern, {}};
  }
  Found operator()(const Vote& b) {
    return Demand{{b.participant, {}, {}}, ActionClass::govern, {}};
  }
  Found operator()(const Ready&) { return std::nullopt; }  // asks no policy: authorise
  Found operator()(const ReportEvidence& b) {
    return at_once(Demand{{b.participant, {}, {}}, ActionClass::answer, {}});
  }

 private:
  Found of_account(const AccountId& account, std::optional<ActionClass> action,
                   std::optional<Money> amount) {
    if (state_.find<AccountRecord>(account) == nullptr) return std::nullopt;
    return Demand{state_.scope_of(account), action, amount};
  }
  static Found at_once(Found demand) {
    if (demand) demand->delay_allowed = false;
    return demand;
  }
  template <class Answer>
  Found of_answer(const Answer& b, ActionClass action) {
    const Hold* hold = find_payment_to(state_, b.payment, b.creditor);
    return of_account(b.creditor, action,
                      hold != nullptr ? std::optional(hold->amount) : std::nullopt);
  }
  Found of_original(const Original& original, ActionClass action, const Money& amount) {
    std::optional<Money> known;
    if (is_genuine(state_, original)) known = amount;
    return of_account(original.receipt.payment->creditor, action, known);
  }
  Found of_currency(const Currency& currency, const Bic& agent, std::optional<Money> amount) {
    const CurrencyRecord* record = state_.find<CurrencyRecord>(currency);
    if (record == nullptr || record->agent != agent) return std::nullopt;
    return Demand{{agent, {}, currency}, ActionClass::issue, amount};
  }

  State& state_;
  std::span<const PublicKey> signers_;
};

std::vector<PublicKey> signers_of(const Transaction& transaction) {
  std::vector<PublicKey> signers;
  signers.reserve(transaction.signatures.size());
  for (const TransactionSignature& signature : transaction.signatures)
    signers.push_back(signature.key);
  return signers;
}

/// A demand with the policy and the rule that it meets now.
struct Asked {
  Demand demand;
  const Policy* policy;
  const Rule* rule;  ///< null: any one key, or no rule fits
};

std::optional<Asked> asked_of(State& state, const Transaction& transaction,
                              std::span<const PublicKey> signers) {
  const auto demand = std::visit(DemandOf(state, signers), transaction.body);
  const Policy* policy = demand ? state.policy_of(demand->scope) : nullptr;
  if (policy == nullptr) return std::nullopt;
  const Rule* rule =
      demand->action ? find_rule(*policy, *demand->action, demand->amount, demand->delay_allowed)
                     : nullptr;
  return Asked{*demand, policy, rule};
}

}  // namespace

Result<Authority, Inclusion> authorise(State& state, const VerifiedTransaction& verified,
                                       UnixMillis now) {
  const Transaction& transaction = verified.transaction();
  if (is_past(transaction.valid_until, now)) return fail(Inclusion::expired);
  if (is_beyond(transaction.valid_until, now, state.parameters().max_validity_s))
    return fail(Inclusion::too_far_ahead);
  if (state.is_id_used(verified.id()) && !is_planted(Planted::id_used_twice))
    return fail(Inclusion::id_used);

  if (const auto* ready = std::get_if<Ready>(&transaction.body)) {
    // Its one signer is its key (form).
    if (state.find<Participant>(ready->participant) == nullptr)
      return fail(Inclusion::actor_unknown);
    if (!votes_or_will(state, ready->participant, ready->key))
      return fail(Inclusion::signer_not_in_policy);
    return Authority{{ready->participant, {}, {}}, true, 0};
  }

  const std::vector<PublicKey> signers = signers_of(transaction);
  const auto asked = asked_of(state, transaction, signers);
  if (!asked) return fail(Inclusion::actor_unknown);
  if (asked->rule == nullptr) {
    // Any one key will do, or no rule says who: whoever is in the policy is heard.
    if (!knows_signers(*asked->policy, signers)) return fail(Inclusion::signer_not_in_policy);
    return Authority{asked->demand.scope, !asked->demand.action, 0};
  }
  const auto met = check_signers(*asked->policy, *asked->rule, signers);
  if (!met) {
    return fail(met.error() == Reason::signatures_short ? Inclusion::signatures_short
                                                        : Inclusion::signer_not_in_policy);
  }
  return Authority{asked->demand.scope, true, asked->rule->delay_ms};
}

std::optional<SigningNeed> signing_need(const StateReader& reader,
                                        const VerifiedTransaction& verified) {
  State state(reader);
  const auto asked = asked_of(state, verified.transaction(), signers_of(verified.transaction()));
  if (!asked) return std::nullopt;
  return SigningNeed{*asked->policy,
                     asked->rule != nullptr ? std::optional(*asked->rule) : std::nullopt};
}

const Hold* find_payment(State& state, const OwnedId& payment) {
  const Hold* hold = state.find<Hold>(payment);
  return hold != nullptr && hold->kind == HoldKind::payment ? hold : nullptr;
}

const Hold* find_payment_to(State& state, const OwnedId& payment, const AccountId& creditor) {
  const Hold* hold = find_payment(state, payment);
  return hold != nullptr && hold->creditor == creditor ? hold : nullptr;
}

const Hold* find_payment_from(State& state, const OwnedId& payment, const AccountId& debtor) {
  const Hold* hold = find_payment(state, payment);
  return hold != nullptr && hold->debtor == debtor ? hold : nullptr;
}

bool is_genuine(const State& state, const Original& original) {
  if (!original.receipt.payment || original.receipt.status != Status::settled) return false;
  const auto expected = state.receipt_root(original.height);
  return expected && root_of(receipt_hash(original.receipt), original.path) == expected;
}

OwnedId payment_of(const Original& original) {
  VOSTRO_CHECK(original.receipt.payment.has_value());  // form: bad_original
  return {original.receipt.payment->debtor.owner, original.receipt.payment->uetr};
}

bool shows_its_payment(const State& state, const Recall& recall) {
  return recall.original && is_genuine(state, *recall.original) &&
         payment_of(*recall.original) == recall.payment &&
         recall.original->receipt.payment->debtor == recall.debtor;
}

Money taken_by(const PaymentBatch& batch) {
  std::int64_t sum = batch.total.value;
  for (const BatchItem& item : batch.items) {
    const Money charges = taken_from_debtor({batch.currency, MinorUnits(0)}, item.credit.charges);
    sum = checked_add(sum, charges.units.value).value_or(std::numeric_limits<std::int64_t>::max());
  }
  return {batch.currency, MinorUnits(sum)};
}

}  // namespace vostro::chain
