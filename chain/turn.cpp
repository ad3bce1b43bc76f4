#include "chain/turn.h"

#include <algorithm>

#include "base/check.h"
#include "base/checked.h"
#include "base/planted.h"

namespace vostro::chain {
namespace {

/// Accounts in the order in which an unknown one is reported.
template <class Visit>
void for_each_account(const Parties& parties, Visit&& visit) {
  if (parties.debtor != nullptr) visit(*parties.debtor, Reason::debtor_account_unknown);
  if (parties.creditor != nullptr) visit(*parties.creditor, Reason::creditor_account_unknown);
  for (const AccountId* other : parties.others) visit(*other, Reason::account_unknown);
}

Result<void, Reason> check_participants(Turn& turn, const Parties& parties) {
  bool all_known = true;
  bool all_active = true;
  const auto look_at = [&](const Bic& bic) {
    const Participant* participant = turn.state.find<Participant>(bic);
    all_known = all_known && participant != nullptr;
    all_active = all_active && participant != nullptr && participant->status == Standing::active;
  };
  for (const Bic& bic : parties.participants) look_at(bic);
  for_each_account(parties, [&](const AccountId& account, Reason) { look_at(account.owner); });
  if (!all_known) return fail(Reason::participant_unknown);
  if (!all_active) return fail(Reason::participant_suspended);
  return {};
}

Result<void, Reason> check_accounts(Turn& turn, const Parties& parties) {
  std::optional<Reason> unknown;
  bool is_closed = false;
  for_each_account(parties, [&](const AccountId& id, Reason reason) {
    const AccountRecord* account = turn.state.find<AccountRecord>(id);
    if (account == nullptr) {
      if (!unknown) unknown = reason;
    } else {
      is_closed = is_closed || account->status == AccountStatus::closed;
    }
  });
  if (unknown) return fail(*unknown);
  if (is_closed) return fail(Reason::account_closed);
  return {};
}

bool is_available(State& state, const Currency& currency) {
  const CurrencyRecord* record = state.find<CurrencyRecord>(currency);
  return record != nullptr && record->status == Standing::active;
}

void add_entry(Turn& turn, const Place& place, const Money& money, std::int64_t signed_units,
               EntryKind kind) {
  const CurrencyRecord* currency = turn.state.find<CurrencyRecord>(money.currency);
  const Date date = currency != nullptr ? currency->business_date : Date(0);
  turn.receipt.entries.push_back({place, money.currency, MinorUnits(signed_units), kind, date});
}

/// Money that comes back cannot fail: it was there before, and all money of a currency fits into a
/// balance.
void move_back(Turn& turn, const OwnedId& name, const AccountId& to, const Money& money,
               EntryKind kind) {
  const auto moved = move(turn, hold_place(name), account_place(to), money, kind, Limit::none);
  VOSTRO_CHECK(moved.has_value());
}

}  // namespace

Result<void, Reason> check_common(Turn& turn, const Parties& parties) {
  if (auto ok = check_participants(turn, parties); !ok) return ok;
  if (auto ok = check_accounts(turn, parties); !ok) return ok;
  if (turn.step == Step::ordered && !turn.authority.has_rule)
    return fail(Reason::no_rule_for_amount);
  if (parties.to_debit != nullptr &&
      turn.state.find<AccountRecord>(*parties.to_debit)->status == AccountStatus::frozen)
    return fail(Reason::account_frozen);
  const bool all_available =
      std::all_of(parties.currencies.begin(), parties.currencies.end(),
                  [&](const Currency& currency) { return is_available(turn.state, currency); });
  if (!all_available) return fail(Reason::currency_not_available);
  if (parties.corridor) {
    turn.corridor = parties.corridor;
    if (auto ok = check_corridors(turn, *parties.corridor); !ok) return ok;
  }
  if (parties.spent && turn.step == Step::ordered) {
    turn.spent = parties.spent;
    return count_spent(turn, *parties.spent);
  }
  return {};
}

Result<void, Reason> count_spent(Turn& turn, const Money& money) {
  const Policy* policy = turn.state.policy_of(turn.authority.scope);
  VOSTRO_CHECK(policy != nullptr);  // the order was authorised under it
  const auto cap = std::find_if(policy->caps.begin(), policy->caps.end(),
                                [&](const Cap& c) { return c.currency == money.currency; });
  if (cap == policy->caps.end()) return {};
  const Date today = turn.state.find<CurrencyRecord>(money.currency)->business_date;
  const SpentKey key{turn.authority.scope, money.currency};
  const Spent* spent = turn.state.find<Spent>(key);
  const std::int64_t before = spent != nullptr && spent->date == today ? spent->units.value : 0;
  const auto sum = checked_add(before, money.units.value);
  if (!sum || *sum > cap->per_day.value) return fail(Reason::daily_cap_passed);
  turn.state.put<Spent>(key, {today, MinorUnits(*sum)});
  return {};
}

Place account_place(const AccountId& account) {
  return {PlaceKind::account, account, std::nullopt};
}
Place hold_place(const OwnedId& name) {
  return {PlaceKind::hold, std::nullopt, name};
}
Place supply_place() {
  return {PlaceKind::supply, std::nullopt, std::nullopt};
}

Result<void, Reason> move(Turn& turn, const Place& from, const Place& to, const Money& money,
                          EntryKind kind, Limit limit) {
  if (from.account) {
    const std::int64_t balance = turn.state.balance(*from.account, money.currency).value;
    if (balance < money.units.value && !is_planted(Planted::overdraft_allowed))
      return fail(Reason::funds_short);
    turn.state.set_balance(*from.account, money.currency, MinorUnits(balance - money.units.value));
  }
  if (to.account) {
    const std::int64_t balance = turn.state.balance(*to.account, money.currency).value;
    const auto sum = checked_add(balance, money.units.value);
    if (!sum || (limit == Limit::money_max && *sum > turn.state.parameters().money_max.value))
      return fail(Reason::result_above_maximum);
    turn.state.set_balance(*to.account, money.currency, MinorUnits(*sum));
  }
  add_entry(turn, from, money, -money.units.value, kind);
  add_entry(turn, to, money, money.units.value, kind);
  return {};
}

Result<void, Reason> check_funds(Turn& turn, const Hold& hold) {
  if (hold.provider && turn.state.balance(*hold.provider, hold.amount.currency) < hold.amount.units)
    return fail(Reason::provider_short);
  const Money taken = taken_from_debtor(hold.principal, hold.charges);
  if (turn.state.balance(hold.debtor, taken.currency) < taken.units &&
      !is_planted(Planted::overdraft_allowed))
    return fail(Reason::funds_short);
  return {};
}

Result<void, Reason> settle(Turn& turn, const OwnedId& name, const Hold& hold, Source source) {
  const auto from = [&](const AccountId& account) {
    return source == Source::hold ? hold_place(name) : account_place(account);
  };
  const auto pay = [&](const Place& payer, const AccountId& payee, const Money& money,
                       EntryKind kind) {
    return move(turn, payer, account_place(payee), money, kind, Limit::money_max);
  };
  if (hold.provider) {
    if (!hold.is_exchanged()) {
      if (auto ok = pay(from(hold.debtor), *hold.provider, hold.principal, EntryKind::principal);
          !ok)
        return ok;
    }
    if (auto ok = pay(from(*hold.provider), hold.creditor, hold.amount, EntryKind::principal); !ok)
      return ok;
  } else {
    Money paid = hold.amount;
    if (is_planted(Planted::credit_rounded)) paid.units.value -= paid.units.value % 100;
    if (auto ok = pay(from(hold.debtor), hold.creditor, paid, EntryKind::principal); !ok) return ok;
  }
  for (const Charge& charge : hold.charges) {
    const bool debtor_pays = charge.payer == Payer::debtor;
    // The creditor's charges never are in the hold: he is credited the whole amount and then
    // debited them.
    const Place payer = debtor_pays ? from(hold.debtor) : account_place(hold.creditor);
    const Currency currency = debtor_pays ? hold.principal.currency : hold.amount.currency;
    if (auto ok = pay(payer, charge.account, {currency, charge.amount}, EntryKind::charge); !ok)
      return ok;
  }
  return {};
}

Result<void, Reason> lock(Turn& turn, const OwnedId& name, const Hold& hold) {
  const auto take = [&](const AccountId& payer, const Money& money, EntryKind kind) {
    return move(turn, account_place(payer), hold_place(name), money, kind, Limit::money_max);
  };
  if (auto ok = take(hold.debtor, hold.principal, EntryKind::principal); !ok) return ok;
  for (const Charge& charge : hold.charges) {
    if (charge.payer != Payer::debtor) continue;
    const Money money{hold.principal.currency, charge.amount};
    if (auto ok = take(hold.debtor, money, EntryKind::charge); !ok) return ok;
  }
  if (hold.provider) {
    if (auto ok = take(*hold.provider, hold.amount, EntryKind::principal); !ok) return ok;
  }
  turn.state.put_hold(name, hold);
  return {};
}

void release(Turn& turn, const OwnedId& name) {
  const Hold hold = *turn.state.find<Hold>(name);
  if (!hold.is_exchanged())
    move_back(turn, name, hold.debtor, hold.principal, EntryKind::principal);
  for (const Charge& charge : hold.charges) {
    if (charge.payer == Payer::debtor)
      move_back(turn, name, hold.debtor, {hold.principal.currency, charge.amount},
                EntryKind::charge);
  }
  // Once exchanged, the bought money is the debtor's.
  if (hold.provider)
    move_back(turn, name, hold.is_exchanged() ? hold.debtor : *hold.provider, hold.amount,
              EntryKind::principal);
  end_hold(turn, name);
}

void end_hold(Turn& turn, const OwnedId& name) {
  const Hold* hold = turn.state.find<Hold>(name);
  VOSTRO_CHECK(hold != nullptr);
  if (hold->accept_by) turn.state.erase<DueMarker>({*hold->accept_by, name});
  turn.state.erase_hold(name);
}

void end_delayed(Turn& turn, const OwnedId& name) {
  const DelayedOrder* order = turn.state.find<DelayedOrder>(name);
  VOSTRO_CHECK(order != nullptr);
  turn.state.erase<DueMarker>({order->due, name});
  turn.state.erase<DelayedOrder>(name);
  if (turn.state.find<Hold>(name) != nullptr) release(turn, name);
}

}  // namespace vostro::chain
