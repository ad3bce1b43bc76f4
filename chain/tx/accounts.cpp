#include "chain/tx/accounts.h"

#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

Applied check_account(Turn& turn, const AccountId& account) {
  Parties parties;
  parties.others = {&account};
  return check_common(turn, parties);
}

void set_status(Turn& turn, const AccountId& account, AccountStatus status) {
  AccountRecord record = *turn.state.find<AccountRecord>(account);
  record.status = status;
  turn.state.put<AccountRecord>(account, std::move(record));
}

Applied cancel_delayed(Turn& turn, const OwnedId& name) {
  if (turn.state.find<DelayedOrder>(name) == nullptr) return fail(Reason::nothing_delayed);
  if (const Hold* payment = find_payment(turn.state, name)) turn.receipt.payment = payment->facts();
  end_delayed(turn, name);
  turn.receipt.status = Status::cancelled;
  turn.receipt.reason = Reason::cancelled_by_order;
  return {};
}

Applied withdraw(Turn& turn, const Quote& quote) {
  // What has expired is forgotten, so there is nothing to write it to.
  if (is_past(quote.expires_at, turn.block.time)) return fail(Reason::quote_expired);
  record_fill(turn.state, quote, MinorUnits(0), true);
  return {};
}

}  // namespace

Applied apply(Turn& turn, const OpenAccount& body) {
  Parties parties;
  parties.participants = {body.account.owner};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  if (turn.state.find<AccountRecord>(body.account) != nullptr) return fail(Reason::account_exists);
  turn.state.put<AccountRecord>(body.account, {body.policy, body.accepts, AccountStatus::open});
  return {};
}

Applied apply(Turn& turn, const UpdateAccount& body) {
  if (auto ok = check_account(turn, body.account); !ok) return ok;
  const AccountStatus status = turn.state.find<AccountRecord>(body.account)->status;
  turn.state.put<AccountRecord>(body.account, {body.policy, body.accepts, status});
  return {};
}

Applied apply(Turn& turn, const UpdatePolicy& body) {
  Parties parties;
  parties.participants = {body.participant};
  if (body.currency) parties.currencies = {*body.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  if (body.currency) {
    CurrencyRecord currency = *turn.state.find<CurrencyRecord>(*body.currency);
    currency.policy = body.policy;
    turn.state.put<CurrencyRecord>(*body.currency, std::move(currency));
    return {};
  }
  Participant participant = *turn.state.find<Participant>(body.participant);
  participant.policy = body.policy;
  turn.state.put<Participant>(body.participant, std::move(participant));
  return {};
}

Applied apply(Turn& turn, const CloseAccount& body) {
  if (auto ok = check_account(turn, body.account); !ok) return ok;
  if (turn.state.find<HoldCount>(body.account) != nullptr || turn.state.has_balance(body.account))
    return fail(Reason::balance_left);
  set_status(turn, body.account, AccountStatus::closed);
  return {};
}

Applied apply(Turn& turn, const Freeze& body) {
  if (auto ok = check_account(turn, body.account); !ok) return ok;
  set_status(turn, body.account, AccountStatus::frozen);
  return {};
}

Applied apply(Turn& turn, const Unfreeze& body) {
  if (auto ok = check_account(turn, body.account); !ok) return ok;
  set_status(turn, body.account, AccountStatus::open);
  return {};
}

Applied apply(Turn& turn, const Cancel& body) {
  Parties parties;
  if (body.quote) {
    parties.others = {&body.quote->provider};
  } else {
    parties.participants = {body.delayed->owner};
  }
  if (auto ok = check_common(turn, parties); !ok) return ok;
  return body.quote ? withdraw(turn, *body.quote) : cancel_delayed(turn, *body.delayed);
}

}  // namespace vostro::chain
