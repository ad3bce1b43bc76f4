#include "bridge/reconcile.h"

#include <algorithm>

#include "bridge/book/fiat_items.h"
#include "bridge/book/fundings.h"
#include "bridge/book/mail.h"
#include "bridge/book/redemptions.h"

namespace vostro::bridge {
namespace {

MinorUnits balance_of(const std::map<Currency, std::map<std::string, MinorUnits>>& all,
                      BookAccount account, const Currency& currency, bool is_owed) {
  const auto of_currency = all.find(currency);
  if (of_currency == all.end()) return MinorUnits(0);
  const auto found = of_currency->second.find(code_of(account, currency));
  if (found == of_currency->second.end()) return MinorUnits(0);
  return is_owed ? MinorUnits(-found->second.value) : found->second;
}

void read_accounts(BookTransaction& rows, const BridgeConfig& config, Reconciliation& out) {
  for (const Pool& pool : config.pools) {
    AccountPosition position;
    position.currency = pool.currency;
    position.exponent = iso4217_exponent(pool.currency).value_or(2);
    position.account = pool.account;
    position.last = last_statement(rows, pool.account);
    const FiatSums sums = sums_of(rows, pool.account);
    position.held = sums.posted;
    position.unstated = sums.unstated;
    position.unposted = sums.unposted;
    out.accounts.push_back(std::move(position));
  }
}

void read_participants(BookTransaction& rows, Reconciliation& out) {
  std::map<std::pair<Currency, Bic>, ParticipantPosition> all;
  const auto of = [&all](const Currency& currency, const Bic& who) -> ParticipantPosition& {
    ParticipantPosition& position = all[{currency, who}];
    position.currency = currency;
    position.exponent = iso4217_exponent(currency).value_or(2);
    position.participant = who;
    return position;
  };
  const auto add = [](MinorUnits& to, std::int64_t units) { to = MinorUnits(to.value + units); };
  for (const FlowSum& each : funding_sums(rows)) {
    if (each.state == to_string(FundingState::suspense)) continue;  // nobody knows for whom
    ParticipantPosition& position = of(each.currency, each.account.owner);
    add(position.fiat, each.sum.value);
    if (each.state == to_string(FundingState::issuing)) add(position.issuing, each.sum.value);
  }
  for (const FlowSum& each : paid_sums(rows)) {
    ParticipantPosition& position = of(each.currency, each.account.owner);
    add(position.fiat, -each.sum.value);
    if (each.state == to_string(RedemptionState::paid)) add(position.burning, each.sum.value);
  }
  for (const LedgerTotal& each : ledger_totals(rows))
    add(of(each.currency, each.participant).ledger, each.issued.value - each.redeemed.value);
  for (auto& [key, position] : all) {
    position.difference =
        MinorUnits(position.fiat.value -
                   (position.ledger.value + position.issuing.value - position.burning.value));
    out.participants.push_back(position);
  }
}

/// Opens a break, or closes it where nothing is left of it.
void settle(BookTransaction& book, const Break& each) {
  if (each.amount.value == 0)
    close_break(book, each.kind, each.currency, each.reference);
  else
    note_break(book, each);
}

}  // namespace

bool Reconciliation::is_sound() const {
  const auto fits = [](const auto& each) { return each.difference.value == 0; };
  return is_comparable() && missing.empty() && breaks.empty() && audit.faults.empty() &&
         std::ranges::all_of(pools, fits) && std::ranges::all_of(participants, fits);
}

void add_up(PoolPosition& position) {
  position.difference =
      MinorUnits(position.held.value - (position.supply.value + position.issuing.value +
                                        position.suspense.value - position.burning.value));
}

Reconciliation position_of(BookTransaction& rows, const BridgeConfig& config,
                           const Hash& network_id, bool with_audit) {
  Reconciliation out;
  out.at = rows.now();
  const auto place = cursor(rows, network_id);
  // Behind a receipt, the rest of its block is to come: the book stands before that block's end.
  if (place)
    out.book_height =
        place->index && place->height.value > 0 ? place->height.previous() : place->height;
  const auto all = balances(rows);
  for (const Pool& pool : config.pools) {
    PoolPosition position;
    position.currency = pool.currency;
    position.exponent = iso4217_exponent(pool.currency).value_or(2);
    position.held = balance_of(all, BookAccount::nostro, pool.currency, false);
    position.issuing = balance_of(all, BookAccount::issuing, pool.currency, true);
    position.suspense = balance_of(all, BookAccount::suspense, pool.currency, true);
    position.burning = balance_of(all, BookAccount::burning, pool.currency, false);
    position.redeeming = balance_of(all, BookAccount::redeeming, pool.currency, true);
    position.unmatched = balance_of(all, BookAccount::unmatched, pool.currency, true);
    out.pools.push_back(position);
  }
  read_accounts(rows, config, out);
  read_participants(rows, out);
  out.breaks = open_breaks(rows);
  for (Stop& each : stops(rows))
    if (each.is_stopped) out.stops.push_back(std::move(each));
  out.held = statements_in(rows, StatementState::held);
  out.alarms = alarms(rows).size();
  if (with_audit) out.audit = audit(rows);
  return out;
}

void hold_against(Reconciliation& out, const std::vector<client::CurrencyView>& ledger,
                  const Bic& agent) {
  for (PoolPosition& position : out.pools) {
    const auto found =
        std::ranges::find(ledger, position.currency, &client::CurrencyView::currency);
    if (found == ledger.end() || found->agent != agent) {
      out.missing.push_back(to_text(position.currency));
      continue;
    }
    position.exponent = found->exponent;
    out.business_dates[position.currency] = found->business_date;
    position.supply = MinorUnits(found->issued.units.value - found->redeemed.units.value);
    position.attested = found->attestation;
    add_up(position);
  }
}

Result<Reconciliation, std::string> reconcile(Book& book, client::ApiClient& api,
                                              const BridgeConfig& config, const Hash& network_id,
                                              UnixMillis now, bool with_audit) {
  Reconciliation out;
  // The ledger first: the book, read after it, may be ahead, and says so by its height.
  const auto before = api.status();
  if (!before) return fail("the node: " + client::to_string(before.error()));
  if (before->network_id != network_id) return fail(std::string("the node is of another network"));
  const auto listed = client::all_pages([&](const auto& page) { return api.currencies(page); });
  if (!listed) return fail("the node: " + client::to_string(listed.error()));
  const auto after = api.status();
  if (!after) return fail("the node: " + client::to_string(after.error()));
  const auto read = book.read(
      now, [&](BookTransaction& rows) { out = position_of(rows, config, network_id, with_audit); });
  if (!read) return fail(to_string(read.error()));
  out.ledger_height = after->height;
  hold_against(out, *listed, config.agent);
  // It moved while it was asked: what it said is of no one height.
  if (before->height != after->height && out.is_comparable()) out.book_height = before->height;
  return out;
}

namespace {

/// What only sums show; of those that fit with an amount of 0.
std::vector<Break> by_sums(const Reconciliation& found) {
  std::vector<Break> out;
  std::map<std::pair<Currency, Bic>, std::int64_t> known;
  for (const Break& each : found.breaks)
    if (each.participant &&
        (each.kind == BreakKind::unbacked_issue || each.kind == BreakKind::unpaid_burn))
      known[{each.currency, *each.participant}] += each.amount.value;
  for (const ParticipantPosition& each : found.participants) {
    const auto explained = known.find({each.currency, each.participant});
    const std::int64_t rest =
        each.difference.value - (explained == known.end() ? 0 : explained->second);
    out.push_back({BreakKind::participant_differs, each.currency, to_text(each.participant),
                   each.participant, MinorUnits(rest),
                   "fiat and ledger differ for " + to_text(each.participant) + " by " +
                       format_amount(MinorUnits(rest), each.exponent) + " " +
                       to_text(each.currency)});
  }
  for (const PoolPosition& each : found.pools) {
    if (std::ranges::find(found.missing, to_text(each.currency)) != found.missing.end()) continue;
    std::int64_t by_participants = 0;
    for (const ParticipantPosition& one : found.participants)
      if (one.currency == each.currency) by_participants += one.ledger.value;
    const std::int64_t rest = each.difference.value - each.unmatched.value;
    const std::int64_t unread = by_participants - each.supply.value;
    out.push_back({BreakKind::ledger_differs, each.currency, "sums", std::nullopt,
                   MinorUnits(rest != 0 ? rest : unread),
                   "the ledger's sums in " + to_text(each.currency) +
                       " are not what the book read from its blocks"});
  }
  return out;
}

}  // namespace

std::set<std::string> Reconciliation::what_differs() const {
  std::set<std::string> out;
  for (const Break& each : by_sums(*this))
    if (each.amount.value != 0) out.insert(key_of(each) + " " + std::to_string(each.amount.value));
  for (const PoolPosition& each : pools)
    if (each.difference.value != 0)
      out.insert(to_text(each.currency) + " " + std::to_string(each.difference.value));
  return out;
}

void note_differences(BookTransaction& book, const Reconciliation& found) {
  for (const Break& each : by_sums(found)) settle(book, each);
}

}  // namespace vostro::bridge
