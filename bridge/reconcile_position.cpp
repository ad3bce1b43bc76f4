#include "bridge/reconcile_position.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/check.h"
#include "bridge/book/customers.h"
#include "bridge/book/mail.h"
#include "bridge/book/payments.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;

void read_book(BookTransaction& rows, const Hash& network_id, bool with_audit,
               PositionReport& out) {
  const auto place = cursor(rows, network_id);
  if (place)
    out.book_height =
        place->index && place->height.value > 0 ? place->height.previous() : place->height;
  const auto open = money_of_open_payments(rows);
  for (const auto& [currency, accounts] : balances(rows)) {
    LedgerPosition each;
    each.currency = currency;
    each.exponent = iso4217_exponent(currency).value_or(2);
    for (const auto& [code, sum] : accounts) {
      if (code == code_of(BankAccount::position, currency))
        each.position = sum;
      else if (code == code_of(BankAccount::own, currency))
        each.own = sum;
      else if (code == code_of(BankAccount::outgoing, currency))
        each.outgoing = MinorUnits(-sum.value);
      else if (code == code_of(BankAccount::incoming, currency))
        each.incoming = MinorUnits(-sum.value);
      else
        each.customers.value -= sum.value;
    }
    const auto explained = open.find(currency);
    const OpenMoney of_payments = explained == open.end() ? OpenMoney{} : explained->second;
    each.outgoing_unexplained = MinorUnits(each.outgoing.value - of_payments.outgoing.value);
    each.incoming_unexplained = MinorUnits(each.incoming.value - of_payments.incoming.value);
    out.positions.push_back(each);
  }
  out.alarms = alarms(rows).size();
  if (with_audit) out.audit = audit(rows);
}

}  // namespace

bool PositionReport::is_sound() const {
  return is_comparable() && audit.faults.empty() &&
         std::ranges::all_of(positions, [](const LedgerPosition& each) {
           return each.difference.value == 0 && each.is_explained();
         });
}

std::set<std::string> PositionReport::what_differs() const {
  std::set<std::string> out;
  for (const LedgerPosition& each : positions)
    if (each.difference.value != 0 || !each.is_explained())
      out.insert(to_text(each.currency) + " " + std::to_string(each.difference.value));
  return out;
}

Result<PositionReport, std::string> reconcile_position(Book& book, client::ApiClient& api,
                                                       const BridgeConfig& config,
                                                       const Hash& network_id, UnixMillis now,
                                                       bool with_audit) {
  VOSTRO_CHECK(config.participant);
  PositionReport out;
  out.at = now;
  out.account = config.participant->account;
  // The ledger first: the book, read after it, may be ahead, and says so by its height.
  const auto before = api.status();
  if (!before) return fail("the node: " + client::to_string(before.error()));
  if (before->network_id != network_id) return fail(std::string("the node is of another network"));
  const auto account = api.account(out.account);
  if (!account) return fail("the node: " + client::to_string(account.error()));
  const auto after = api.status();
  if (!after) return fail("the node: " + client::to_string(after.error()));
  out.ledger_height = after->height;
  const auto read =
      book.read(now, [&](BookTransaction& rows) { read_book(rows, network_id, with_audit, out); });
  if (!read) return fail(to_string(read.error()));
  for (const client::BalanceView& balance : account->balances) {
    auto known =
        std::ranges::find(out.positions, balance.amount.currency, &LedgerPosition::currency);
    if (known == out.positions.end()) {
      known = out.positions.insert(known, LedgerPosition{});
      known->currency = balance.amount.currency;
      known->exponent = iso4217_exponent(known->currency).value_or(2);
    }
    known->ledger = balance.amount.units;
  }
  for (LedgerPosition& each : out.positions)
    each.difference = MinorUnits(each.position.value - each.ledger.value);
  // It moved while it was asked: what it said is of no one height.
  if (before->height != after->height && out.is_comparable()) out.book_height = before->height;
  return out;
}

std::string to_report(const PositionReport& found) {
  std::string out = "Reconciliation of " + to_text(found.at) + "\n";
  out += "account " + chain::to_text(found.account) + ", book read to block " +
         std::to_string(found.book_height.value) + ", ledger at block " +
         std::to_string(found.ledger_height.value) + "\n";
  for (const LedgerPosition& each : found.positions) {
    const auto line = [&](const char* what, MinorUnits units) {
      std::string text = std::string("  ") + what;
      text.resize(40, ' ');
      const std::string amount = format_amount(units, each.exponent);
      out += text + std::string(amount.size() < 24 ? 24 - amount.size() : 1, ' ') + amount + "\n";
    };
    out += "\n" + to_text(each.currency) + "\n";
    line("on the ledger, by the node", each.ledger);
    line("on the ledger, by the book", each.position);
    line("difference", each.difference);
    line("customers have", each.customers);
    line("on its way out", each.outgoing);
    line("arrived, with no customer yet", each.incoming);
    if (!each.is_explained()) {
      line("on its way out, unexplained", each.outgoing_unexplained);
      line("arrived, unexplained", each.incoming_unexplained);
    }
    line("the rest of the bank", each.own);
  }
  out += "\nbook: " + std::to_string(found.audit.rows) + " rows, head " + found.audit.head + "\n";
  for (const std::string& fault : found.audit.faults) out += "book damaged: " + fault + "\n";
  out += "alarms open: " + std::to_string(found.alarms) + "\n";
  if (!found.is_comparable())
    out += "NOT COMPARABLE: book and ledger stand at different blocks; ask again\n";
  else
    out += found.is_sound() ? "IN BALANCE\n" : "BREAK\n";
  return out;
}

std::string to_json(const PositionReport& found) {
  json::array positions;
  for (const LedgerPosition& each : found.positions) {
    const auto amount = [&](MinorUnits units) { return format_amount(units, each.exponent); };
    positions.push_back(json::object{{"currency", to_text(each.currency)},
                                     {"ledger", amount(each.ledger)},
                                     {"position", amount(each.position)},
                                     {"customers", amount(each.customers)},
                                     {"outgoing", amount(each.outgoing)},
                                     {"incoming", amount(each.incoming)},
                                     {"own", amount(each.own)},
                                     {"difference", amount(each.difference)},
                                     {"outgoing_unexplained", amount(each.outgoing_unexplained)},
                                     {"incoming_unexplained", amount(each.incoming_unexplained)}});
  }
  json::array faults;
  for (const std::string& fault : found.audit.faults) faults.emplace_back(fault);
  const json::object out{
      {"at", to_text(found.at)},
      {"account", chain::to_text(found.account)},
      {"book_height", found.book_height.value},
      {"ledger_height", found.ledger_height.value},
      {"comparable", found.is_comparable()},
      {"in_balance", found.is_sound()},
      {"positions", std::move(positions)},
      {"book",
       {{"rows", found.audit.rows}, {"head", found.audit.head}, {"faults", std::move(faults)}}},
      {"alarms", found.alarms}};
  return json::serialize(out) + "\n";
}

}  // namespace vostro::bridge
