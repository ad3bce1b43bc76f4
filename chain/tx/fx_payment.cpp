#include <algorithm>

#include "base/checked.h"
#include "chain/quote.h"
#include "chain/tx/apply.h"
#include "chain/tx/payment.h"

namespace vostro::chain {
namespace {

bool may_take(const Quote& quote, const Bic& debtor_agent) {
  return quote.debtors.empty() ||
         std::find(quote.debtors.begin(), quote.debtors.end(), debtor_agent) != quote.debtors.end();
}

Applied check_quote(Turn& turn, const FxPayment& body) {
  const Quote& quote = body.quote.quote;
  State& state = turn.state;
  const UnixMillis now = turn.block.time;
  if (!is_quote_authorised(state, body.quote)) return fail(Reason::quote_signer_unknown);
  if (!may_take(quote, body.debtor.owner)) return fail(Reason::debtor_not_in_quote);
  if (is_past(quote.expires_at, now) ||
      is_beyond(quote.expires_at, now, state.parameters().max_quote_life_s))
    return fail(Reason::quote_expired);
  const QuoteFill* fill = state.find<QuoteFill>({quote.provider.owner, quote.id});
  const auto sold = checked_add(fill != nullptr ? fill->sold.value : 0, body.credit.amount.value);
  if (!sold || *sold > quote.limit.value || (fill != nullptr && fill->withdrawn))
    return fail(Reason::quote_exhausted);
  const auto price =
      price_of(body.credit.amount, quote.rate, state.find<CurrencyRecord>(quote.buys)->exponent,
               state.find<CurrencyRecord>(quote.sells)->exponent);
  if (price != body.debtor_amount.units) return fail(Reason::quote_amount_wrong);
  if (body.acceptance.is_required() && is_beyond(*body.acceptance.accept_by, now, quote.hold_max_s))
    return fail(Reason::quote_hold_too_long);
  if (state.find<AccountRecord>(quote.provider)->status == AccountStatus::frozen)
    return fail(Reason::provider_frozen);
  return {};
}

}  // namespace

bool is_quote_authorised(State& state, const SignedQuote& signed_quote) {
  const Quote& quote = signed_quote.quote;
  const Policy* policy = state.policy_of(state.scope_of(quote.provider));
  if (policy == nullptr) return false;
  const Rule* rule = find_rule(*policy, ActionClass::quote, Money{quote.sells, quote.limit}, false);
  return rule != nullptr && check_signers(*policy, *rule, {&signed_quote.key, 1}).has_value();
}

Applied apply(Turn& turn, const FxPayment& body) {
  const Quote& quote = body.quote.quote;
  Hold hold;
  hold.transaction_hash = turn.receipt.transaction_hash;
  hold.uetr = turn.id.id;
  hold.debtor = body.debtor;
  hold.creditor = body.credit.creditor;
  hold.principal = body.debtor_amount;
  hold.amount = {body.currency, body.credit.amount};
  hold.charges = body.credit.charges;
  hold.provider = quote.provider;
  turn.receipt.payment = hold.facts();

  Parties parties =
      parties_of_credit(body.debtor, body.debtor_amount.currency, body.currency, body.credit);
  parties.others.push_back(&quote.provider);
  parties.currencies.push_back(body.currency);
  parties.spent = taken_from_debtor(hold.principal, hold.charges);
  if (auto ok = check_common(turn, parties); !ok) return ok;
  if (auto ok = check_acceptance(turn, body.debtor, body.credit, body.acceptance); !ok) return ok;
  if (auto ok = check_quote(turn, body); !ok) return ok;
  if (auto ok = carry_out_credit(turn, std::move(hold), body.acceptance); !ok) return ok;
  record_fill(turn.state, quote, body.credit.amount, false);
  return {};
}

void record_fill(State& state, const Quote& quote, MinorUnits sold, bool withdrawn) {
  const OwnedId name{quote.provider.owner, quote.id};
  QuoteFill fill{MinorUnits(0), quote.expires_at, false};
  if (const QuoteFill* before = state.find<QuoteFill>(name)) {
    fill = *before;
    // Two quotes under one id are one: it is remembered as long as the longer one lives.
    fill.expires_at = std::max(fill.expires_at, quote.expires_at);
    if (fill.expires_at != before->expires_at) state.erase<FillExpiry>({before->expires_at, name});
  }
  fill.sold = MinorUnits(fill.sold.value + sold.value);  // check_quote added them with care
  fill.withdrawn = fill.withdrawn || withdrawn;
  state.put<QuoteFill>(name, fill);
  state.put<FillExpiry>({fill.expires_at, name}, {});
}

}  // namespace vostro::chain
