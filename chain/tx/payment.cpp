#include "chain/tx/payment.h"

#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

bool takes_unasked(Turn& turn, const AccountId& creditor, const Bic& debtor_agent) {
  // The common checks found the account.
  return takes_unasked(turn.state.find<AccountRecord>(creditor)->accepts, creditor.owner,
                       debtor_agent);
}

Hold hold_of(const Payment& body, const Uuid& uetr, const Hash& hash) {
  Hold hold;
  hold.transaction_hash = hash;
  hold.uetr = uetr;
  hold.debtor = body.debtor;
  hold.creditor = body.credit.creditor;
  hold.principal = hold.amount = {body.currency, body.credit.amount};
  hold.charges = body.credit.charges;
  return hold;
}

}  // namespace

Parties parties_of_credit(const AccountId& debtor, const Currency& debtor_currency,
                          const Currency& creditor_currency, const Credit& credit) {
  Parties parties;
  parties.debtor = &debtor;
  parties.creditor = &credit.creditor;
  for (const Charge& charge : credit.charges) parties.others.push_back(&charge.account);
  parties.to_debit = &debtor;
  parties.currencies = {debtor_currency};
  parties.corridor = {
      debtor.owner, credit.creditor.owner, {creditor_currency, credit.amount}, credit.purpose};
  return parties;
}

Applied check_acceptance(Turn& turn, const AccountId& debtor, const Credit& credit,
                         const Acceptance& acceptance) {
  if (!acceptance.is_required()) {
    if (!takes_unasked(turn, credit.creditor, debtor.owner)) return fail(Reason::acceptance_needed);
    return {};
  }
  const UnixSeconds accept_by = *acceptance.accept_by;
  const UnixMillis now = turn.block.time;
  const bool in_future = accept_by.value > now.value / 1000;
  const bool before_delay_ends = turn.delay_end && accept_by <= *turn.delay_end;
  if (!in_future || before_delay_ends ||
      is_beyond(accept_by, now, turn.state.parameters().max_acceptance_s))
    return fail(Reason::accept_by_out_of_range);
  return {};
}

Applied carry_out_credit(Turn& turn, Hold hold, const Acceptance& acceptance) {
  const OwnedId name{hold.debtor.owner, hold.uetr};
  const Source source = turn.waiting ? Source::hold : Source::accounts;
  if (source == Source::accounts) {
    if (auto ok = check_funds(turn, hold); !ok) return ok;
  }
  turn.receipt.entries.reserve(2 * (1 + hold.charges.size()));
  if (!acceptance.is_required() || takes_unasked(turn, hold.creditor, hold.debtor.owner)) {
    if (auto ok = settle(turn, name, hold, source); !ok) return ok;
    if (source == Source::hold) end_hold(turn, name);
    turn.receipt.status = Status::settled;
    return {};
  }
  hold.state = HoldState::held;
  hold.accept_by = acceptance.accept_by;
  if (source == Source::hold) {
    turn.state.put_hold(name, hold);
  } else if (auto ok = lock(turn, name, hold); !ok) {
    return ok;
  }
  turn.state.put<DueMarker>({*hold.accept_by, name}, {DueKind::acceptance_over});
  turn.receipt.status = Status::held;
  return {};
}

Applied apply(Turn& turn, const Payment& body) {
  Hold hold = hold_of(body, turn.id.id, turn.receipt.transaction_hash);
  turn.receipt.payment = hold.facts();
  Parties parties = parties_of_credit(body.debtor, body.currency, body.currency, body.credit);
  parties.spent = taken_from_debtor(hold.principal, hold.charges);
  if (auto ok = check_common(turn, parties); !ok) return ok;
  if (auto ok = check_acceptance(turn, body.debtor, body.credit, body.acceptance); !ok) return ok;
  return carry_out_credit(turn, std::move(hold), body.acceptance);
}

std::optional<Hold> hold_while_delayed(const Transaction& transaction, const Hash& hash) {
  Hold hold;
  if (const auto* payment = std::get_if<Payment>(&transaction.body)) {
    hold = hold_of(*payment, transaction.id, hash);
  } else if (const auto* redeem = std::get_if<Redeem>(&transaction.body)) {
    hold.kind = HoldKind::redeem;
    hold.uetr = transaction.id;
    hold.debtor = hold.creditor = redeem->account;
    hold.principal = hold.amount = redeem->money;
  } else if (const auto* giving_back = std::get_if<Return>(&transaction.body)) {
    const PaymentFacts& original = *giving_back->original.receipt.payment;
    hold.kind = HoldKind::giving_back;
    hold.uetr = original.uetr;
    hold.debtor = original.creditor;
    hold.creditor = original.debtor;
    hold.principal = hold.amount = {original.amount.currency, giving_back->amount};
  } else {
    return std::nullopt;
  }
  hold.state = HoldState::delayed;
  hold.transaction_hash = hash;
  return hold;
}

}  // namespace vostro::chain
