#include "chain/tx/issuing.h"

#include "base/checked.h"
#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

/// The last attestation covers what is in circulation, and is young enough where the currency asks
/// for that.
bool is_covered(const CurrencyRecord& currency, UnixMillis now) {
  if (currency.attestation_max_age_s) {
    if (!currency.attestation) return false;
    const auto old_at =
        checked_add(currency.attestation->as_of.value, *currency.attestation_max_age_s);
    if (old_at && is_past(UnixSeconds(*old_at), now)) return false;
  }
  if (!currency.attestation) return true;
  const std::int64_t circulating =
      currency.issued.value - currency.redeemed.value - currency.open_redemptions.value;
  return currency.attestation->balance.value >= circulating;
}

}  // namespace

Applied apply(Turn& turn, const Issue& body) {
  Parties parties;
  parties.participants = {body.agent};
  parties.others = {&body.account};
  parties.currencies = {body.money.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;

  const EntryKey entry{body.money.currency, body.entry};
  if (turn.state.find<IssuedEntry>(entry) != nullptr) return fail(Reason::entry_issued);
  CurrencyRecord currency = *turn.state.find<CurrencyRecord>(body.money.currency);
  if (!is_covered(currency, turn.block.time)) return fail(Reason::reserves_short);
  const auto issued = checked_add(currency.issued.value, body.money.units.value);
  if (!issued) return fail(Reason::result_above_maximum);
  currency.issued = MinorUnits(*issued);
  turn.state.put<CurrencyRecord>(body.money.currency, std::move(currency));
  turn.state.put<IssuedEntry>(entry, {body.money.units});
  return move(turn, supply_place(), account_place(body.account), body.money, EntryKind::principal,
              Limit::money_max);
}

Applied apply(Turn& turn, const Redeem& body) {
  Parties parties;
  parties.others = {&body.account};
  parties.to_debit = &body.account;
  parties.currencies = {body.money.currency};
  parties.spent = body.money;
  if (auto ok = check_common(turn, parties); !ok) return ok;

  Hold hold;
  hold.kind = HoldKind::redeem;
  hold.transaction_hash = turn.receipt.transaction_hash;
  hold.uetr = turn.id.id;
  hold.debtor = hold.creditor = body.account;
  hold.principal = hold.amount = body.money;
  if (turn.waiting) {
    turn.state.put_hold(turn.id, hold);
  } else if (auto ok = lock(turn, turn.id, hold); !ok) {
    return ok;
  }
  CurrencyRecord currency = *turn.state.find<CurrencyRecord>(body.money.currency);
  // At most the supply, so it fits.
  currency.open_redemptions = MinorUnits(currency.open_redemptions.value + body.money.units.value);
  turn.state.put<CurrencyRecord>(body.money.currency, std::move(currency));
  return {};
}

Applied apply(Turn& turn, const RedeemOutcome& body) {
  const Hold* found = turn.state.find<Hold>(body.redeem);
  if (found == nullptr || found->kind != HoldKind::redeem || found->state != HoldState::held)
    return fail(Reason::not_found);
  const Hold hold = *found;
  Parties parties;
  parties.participants = {body.agent};
  parties.currencies = {hold.amount.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;

  CurrencyRecord currency = *turn.state.find<CurrencyRecord>(hold.amount.currency);
  currency.open_redemptions = MinorUnits(currency.open_redemptions.value - hold.amount.units.value);
  turn.receipt.given_code = body.code;
  if (body.result == RedeemResult::failed) {
    turn.state.put<CurrencyRecord>(hold.amount.currency, std::move(currency));
    release(turn, body.redeem);
    return {};
  }
  currency.redeemed = MinorUnits(currency.redeemed.value + hold.amount.units.value);
  turn.state.put<CurrencyRecord>(hold.amount.currency, std::move(currency));
  if (auto ok = move(turn, hold_place(body.redeem), supply_place(), hold.amount,
                     EntryKind::principal, Limit::none);
      !ok)
    return ok;
  end_hold(turn, body.redeem);
  return {};
}

Applied apply(Turn& turn, const AttestReserves& body) {
  Parties parties;
  parties.participants = {body.agent};
  parties.currencies = {body.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  CurrencyRecord currency = *turn.state.find<CurrencyRecord>(body.currency);
  if (currency.attestation && body.as_of <= currency.attestation->as_of)
    return fail(Reason::date_not_after);
  // One for a time to come would stay young for as long as its signer likes.
  if (is_beyond(body.as_of, turn.block.time, 0)) return fail(Reason::date_ahead);
  currency.attestation = Attestation{body.balance, body.statement, body.as_of};
  turn.state.put<CurrencyRecord>(body.currency, std::move(currency));
  return {};
}

Applied apply(Turn& turn, const OpenBusinessDate& body) {
  Parties parties;
  parties.participants = {body.agent};
  parties.currencies = {body.currency};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  CurrencyRecord currency = *turn.state.find<CurrencyRecord>(body.currency);
  if (body.date <= currency.business_date) return fail(Reason::date_not_after);
  currency.business_date = body.date;
  turn.state.put<CurrencyRecord>(body.currency, std::move(currency));
  return {};
}

}  // namespace vostro::chain
