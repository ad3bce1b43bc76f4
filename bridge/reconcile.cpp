#include "bridge/reconcile.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "bridge/book/mail.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;

MinorUnits balance_of(const std::map<Currency, std::map<std::string, MinorUnits>>& all,
                      BookAccount account, const Currency& currency, bool is_owed) {
  const auto of_currency = all.find(currency);
  if (of_currency == all.end()) return MinorUnits(0);
  const auto found = of_currency->second.find(code_of(account, currency));
  if (found == of_currency->second.end()) return MinorUnits(0);
  return is_owed ? MinorUnits(-found->second.value) : found->second;
}

void read_book(BookTransaction& rows, const BridgeConfig& config, const Hash& network_id,
               bool with_audit, Reconciliation& out) {
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
  out.alarms = alarms(rows).size();
  if (with_audit) out.audit = audit(rows);
}

std::string padded(const std::string& text) {
  constexpr std::size_t kWidth = 24;
  return std::string(text.size() < kWidth ? kWidth - text.size() : 1, ' ') + text;
}

}  // namespace

bool Reconciliation::is_sound() const {
  return is_comparable() && missing.empty() && audit.faults.empty() &&
         std::ranges::all_of(pools,
                             [](const PoolPosition& each) { return each.difference.value == 0; });
}

void add_up(PoolPosition& position) {
  position.difference =
      MinorUnits(position.held.value - (position.supply.value + position.issuing.value +
                                        position.suspense.value - position.burning.value));
}

Result<Reconciliation, std::string> reconcile(Book& book, client::ApiClient& api,
                                              const BridgeConfig& config, const Hash& network_id,
                                              UnixMillis now, bool with_audit) {
  Reconciliation out;
  out.at = now;
  // The ledger first: the book, read after it, may be ahead, and says so by its height.
  const auto before = api.status();
  if (!before) return fail("the node: " + client::to_string(before.error()));
  if (before->network_id != network_id) return fail(std::string("the node is of another network"));
  const auto listed = client::all_pages([&](const auto& page) { return api.currencies(page); });
  if (!listed) return fail("the node: " + client::to_string(listed.error()));
  const auto after = api.status();
  if (!after) return fail("the node: " + client::to_string(after.error()));
  out.ledger_height = after->height;
  const auto read = book.read(
      now, [&](BookTransaction& rows) { read_book(rows, config, network_id, with_audit, out); });
  if (!read) return fail(to_string(read.error()));
  for (PoolPosition& position : out.pools) {
    const auto found =
        std::ranges::find(*listed, position.currency, &client::CurrencyView::currency);
    if (found == listed->end() || found->agent != config.agent) {
      out.missing.push_back(to_text(position.currency));
      continue;
    }
    position.exponent = found->exponent;
    position.supply = MinorUnits(found->issued.units.value - found->redeemed.units.value);
    add_up(position);
  }
  // It moved while it was asked: what it said is of no one height.
  if (before->height != after->height && out.is_comparable()) out.book_height = before->height;
  return out;
}

std::string to_report(const Reconciliation& found) {
  std::string out = "Reconciliation of " + to_text(found.at) + "\n";
  out += "book read to block " + std::to_string(found.book_height.value) + ", ledger at block " +
         std::to_string(found.ledger_height.value) + "\n";
  for (const PoolPosition& each : found.pools) {
    const auto line = [&](const char* what, MinorUnits units) {
      std::string text = std::string("  ") + what;
      text.resize(std::max<std::size_t>(text.size(), 40), ' ');
      out += text + padded(format_amount(units, each.exponent)) + "\n";
    };
    out += "\n" + to_text(each.currency) + "\n";
    line("fiat held at the bank", each.held);
    line("ledger: issued less redeemed", each.supply);
    line("  of it locked for redemption", each.redeeming);
    line("in flight: credited, not yet issued", each.issuing);
    line("in flight: suspense", each.suspense);
    line("in flight: paid out, not yet burnt", MinorUnits(-each.burning.value));
    line("difference", each.difference);
    if (each.unmatched.value != 0) line("  known to the book as unmatched", each.unmatched);
  }
  out += "\nbook: " + std::to_string(found.audit.rows) + " rows, head " + found.audit.head + "\n";
  for (const std::string& fault : found.audit.faults) out += "book damaged: " + fault + "\n";
  for (const std::string& currency : found.missing)
    out += currency + ": the ledger does not have it with this agent\n";
  out += "alarms open: " + std::to_string(found.alarms) + "\n";
  if (!found.is_comparable())
    out += "NOT COMPARABLE: book and ledger stand at different blocks; ask again\n";
  else
    out += found.is_sound() ? "IN BALANCE\n" : "BREAK\n";
  return out;
}

std::string to_json(const Reconciliation& found) {
  json::array pools;
  for (const PoolPosition& each : found.pools) {
    const auto amount = [&](MinorUnits units) { return format_amount(units, each.exponent); };
    pools.push_back(json::object{{"currency", to_text(each.currency)},
                                 {"held", amount(each.held)},
                                 {"supply", amount(each.supply)},
                                 {"redeeming", amount(each.redeeming)},
                                 {"issuing", amount(each.issuing)},
                                 {"suspense", amount(each.suspense)},
                                 {"burning", amount(each.burning)},
                                 {"unmatched", amount(each.unmatched)},
                                 {"difference", amount(each.difference)}});
  }
  json::array faults;
  for (const std::string& fault : found.audit.faults) faults.emplace_back(fault);
  json::array missing;
  for (const std::string& currency : found.missing) missing.emplace_back(currency);
  const json::object out{
      {"at", to_text(found.at)},
      {"book_height", found.book_height.value},
      {"ledger_height", found.ledger_height.value},
      {"comparable", found.is_comparable()},
      {"in_balance", found.is_sound()},
      {"pools", std::move(pools)},
      {"missing", std::move(missing)},
      {"book",
       {{"rows", found.audit.rows}, {"head", found.audit.head}, {"faults", std::move(faults)}}},
      {"alarms", found.alarms}};
  return json::serialize(out) + "\n";
}

}  // namespace vostro::bridge
