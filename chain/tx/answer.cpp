#include "chain/tx/answer.h"

#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

/// The common checks of an answer: who answers, and the payment's currency.
Applied check_answer(Turn& turn, const AccountId& creditor, const Currency& currency) {
  Parties parties;
  parties.creditor = &creditor;
  parties.currencies = {currency};
  return check_common(turn, parties);
}

/// Begins every answer to a hold: the payment that is named, of this creditor. The pointer is good
/// until the hold changes.
template <class Answer>
Result<const Hold*, Reason> find_and_check(Turn& turn, const Answer& body) {
  const Hold* hold = find_payment_to(turn.state, body.payment, body.creditor);
  if (hold == nullptr) return fail(Reason::not_found);
  turn.receipt.payment = hold->facts();
  if (auto ok = check_answer(turn, body.creditor, hold->amount.currency); !ok)
    return fail(ok.error());
  return hold;
}

Applied check_held_in_time(Turn& turn, const Hold& hold) {
  if (hold.state != HoldState::held) return fail(Reason::wrong_state);
  if (is_past(*hold.accept_by, turn.block.time)) return fail(Reason::deadline_passed);
  return {};
}

}  // namespace

Applied apply(Turn& turn, const Accept& body) {
  const auto hold = find_and_check(turn, body);
  if (!hold) return fail(hold.error());
  if (auto ok = check_held_in_time(turn, **hold); !ok) return ok;
  if (auto ok = settle(turn, body.payment, **hold, Source::hold); !ok) return ok;
  end_hold(turn, body.payment);
  turn.receipt.status = Status::settled;
  return {};
}

Applied apply(Turn& turn, const Reject& body) {
  const auto hold = find_and_check(turn, body);
  if (!hold) return fail(hold.error());
  if (auto ok = check_held_in_time(turn, **hold); !ok) return ok;
  release(turn, body.payment);
  turn.receipt.status = Status::released;
  turn.receipt.given_code = body.code;
  return {};
}

Applied apply(Turn& turn, const Block& body) {
  const auto found = find_and_check(turn, body);
  if (!found) return fail(found.error());
  Hold hold = **found;
  if (hold.state != HoldState::held) return fail(Reason::wrong_state);
  if (hold.provider) {
    // The provider is no party to the freeze: his exchange settles, and what was bought stays.
    if (auto ok = move(turn, hold_place(body.payment), account_place(*hold.provider),
                       hold.principal, EntryKind::principal, Limit::money_max);
        !ok)
      return ok;
  }
  turn.state.erase<DueMarker>({*hold.accept_by, body.payment});
  hold.state = HoldState::blocked;
  hold.accept_by.reset();
  turn.state.put_hold(body.payment, hold);
  turn.receipt.status = Status::blocked;
  return {};
}

Applied apply(Turn& turn, const Unblock& body) {
  const auto hold = find_and_check(turn, body);
  if (!hold) return fail(hold.error());
  if ((*hold)->state != HoldState::blocked) return fail(Reason::wrong_state);
  if (body.to == UnblockTo::release) {
    release(turn, body.payment);
    turn.receipt.status = Status::released;
    turn.receipt.reason = Reason::legal_decision;
    return {};
  }
  if (auto ok = settle(turn, body.payment, **hold, Source::hold); !ok) return ok;
  end_hold(turn, body.payment);
  turn.receipt.status = Status::settled;
  return {};
}

Applied apply(Turn& turn, const ConfirmCredit& body) {
  if (!is_genuine(turn.state, body.original)) return fail(Reason::not_found);
  const PaymentFacts& payment = *body.original.receipt.payment;
  turn.receipt.payment = payment;
  if (auto ok = check_answer(turn, payment.creditor, payment.amount.currency); !ok) return ok;
  // What went back is no credit any more.
  if (turn.state.find<ReturnedPayment>({payment.debtor.owner, payment.uetr}) != nullptr)
    return fail(Reason::wrong_state);
  turn.receipt.status = Status::credited;
  return {};
}

}  // namespace vostro::chain
