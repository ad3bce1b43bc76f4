#include "chain/tx/answer.h"
#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

/// Money that has not arrived comes back at once.
Applied recall_hold(Turn& turn, const Recall& body, HoldState state) {
  if (state == HoldState::blocked) return fail(Reason::wrong_state);
  if (state == HoldState::delayed) {
    end_delayed(turn, body.payment);
  } else {
    release(turn, body.payment);
  }
  turn.receipt.status = Status::cancelled;
  return {};
}

/// Money that has arrived can only be asked for.
Applied request_return(Turn& turn, const Recall& body, const PaymentFacts& payment) {
  if (turn.state.find<ReturnedPayment>(body.payment) != nullptr)
    return fail(Reason::already_returned);
  if (turn.state.find<OpenRecall>(body.payment) != nullptr) return fail(Reason::recall_open);
  turn.state.put<OpenRecall>(body.payment, {payment});
  turn.receipt.status = Status::recall_requested;
  return {};
}

}  // namespace

Applied apply(Turn& turn, const Recall& body) {
  const Hold* hold = find_payment_from(turn.state, body.payment, body.debtor);
  if (hold == nullptr && !shows_its_payment(turn.state, body)) return fail(Reason::not_found);
  const PaymentFacts payment = hold != nullptr ? hold->facts() : *body.original->receipt.payment;
  turn.receipt.payment = payment;

  Parties parties;
  parties.debtor = &body.debtor;
  parties.currencies = {payment.amount.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;

  turn.receipt.given_code = body.code;
  return hold != nullptr ? recall_hold(turn, body, hold->state)
                         : request_return(turn, body, payment);
}

Applied apply(Turn& turn, const RefuseRecall& body) {
  const OpenRecall* recall = turn.state.find<OpenRecall>(body.payment);
  if (recall == nullptr || recall->payment.creditor != body.creditor)
    return fail(Reason::not_found);
  turn.receipt.payment = recall->payment;

  Parties parties;
  parties.creditor = &body.creditor;
  parties.currencies = {recall->payment.amount.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;

  turn.state.erase<OpenRecall>(body.payment);
  // Not `settled`: only the receipt that settled a payment may be shown as its original.
  turn.receipt.status = Status::done;
  turn.receipt.given_code = body.code;
  return {};
}

Applied apply(Turn& turn, const Return& body) {
  if (!is_genuine(turn.state, body.original)) return fail(Reason::not_found);
  const PaymentFacts& payment = *body.original.receipt.payment;
  const OwnedId name = payment_of(body.original);
  const Money money{payment.amount.currency, body.amount};
  turn.receipt.payment = payment;

  Parties parties;
  parties.debtor = &payment.debtor;
  parties.creditor = &payment.creditor;
  parties.to_debit = &payment.creditor;
  parties.currencies = {money.currency};
  parties.spent = money;
  if (auto ok = check_common(turn, parties); !ok) return ok;

  if (turn.state.find<ReturnedPayment>(name) != nullptr) return fail(Reason::already_returned);
  if (money.units > payment.amount.units) return fail(Reason::amount_above_original);
  turn.state.put<ReturnedPayment>(name, {money.units});
  if (turn.state.find<OpenRecall>(name) != nullptr) turn.state.erase<OpenRecall>(name);
  const Place from = turn.waiting ? hold_place(turn.id) : account_place(payment.creditor);
  if (auto ok = move(turn, from, account_place(payment.debtor), money, EntryKind::principal,
                     Limit::money_max);
      !ok)
    return ok;
  if (turn.waiting) end_hold(turn, turn.id);
  turn.receipt.status = Status::returned;
  turn.receipt.given_code = body.code;
  return {};
}

}  // namespace vostro::chain
