// What an account did on some business dates, and what a bank has in each currency.
#include <algorithm>
#include <ostream>

#include "base/csv.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/output.h"
#include "wallet-cli/send.h"
#include "wallet-cli/statement.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

Date date_from(const std::string& text, const std::string& option) {
  const auto date = parse_date(text);
  if (!date) throw usage(option + " " + text + " is no date: write it as in 2026-11-23");
  return *date;
}

std::string_view side_of(const Money& amount) {
  return amount.units.value < 0 ? "DBIT" : "CRDT";
}
Money size_of(const Money& amount) {
  return {amount.currency,
          MinorUnits(amount.units.value < 0 ? -amount.units.value : amount.units.value)};
}
std::string plain(const Money& money) {
  return format_amount(money.units, iso4217_exponent(money.currency).value_or(0));
}

json::object entry_json(const client::EntryView& entry) {
  json::object out{{"business_date", as_json(vostro::to_text(entry.business_date))},
                   {"block_time", as_json(entry.block_time)},
                   {"height", entry.height.value},
                   {"side", as_json(side_of(entry.amount))},
                   {"amount", as_json(size_of(entry.amount))},
                   {"balance", as_json(entry.balance)},
                   {"kind", as_json(entry.kind)},
                   {"counterparty", as_json(entry.counterparty)},
                   {"uetr", nullptr},
                   {"owner", as_json(vostro::to_text(entry.id.owner))},
                   {"id", as_json(vostro::to_text(entry.id.id))}};
  if (entry.uetr) out["uetr"] = as_json(vostro::to_text(*entry.uetr));
  return out;
}

std::string csv_of(const chain::AccountId& account,
                   const std::vector<CurrencyStatement>& statements) {
  std::string out =
      csv_line({"account", "currency", "business_date", "block_time", "record", "side", "amount",
                "balance", "kind", "counterparty", "uetr", "owner", "id"});
  const std::string name = chain::to_text(account);
  for (const CurrencyStatement& each : statements) {
    const std::string currency = vostro::to_text(each.currency);
    const auto balance_line = [&](const std::string& record, MinorUnits units) {
      out += csv_line({name, currency, "", "", record, "", "", plain({each.currency, units}), "",
                       "", "", "", ""});
    };
    balance_line("opening", each.opening);
    for (const client::EntryView& entry : each.entries)
      out +=
          csv_line({name, currency, vostro::to_text(entry.business_date),
                    vostro::to_text(entry.block_time), "entry", std::string(side_of(entry.amount)),
                    plain(size_of(entry.amount)), entry.balance ? plain(*entry.balance) : "",
                    entry.kind, entry.counterparty ? chain::to_text(*entry.counterparty) : "",
                    entry.uetr ? vostro::to_text(*entry.uetr) : "", vostro::to_text(entry.id.owner),
                    vostro::to_text(entry.id.id)});
    balance_line("closing", each.closing);
  }
  return out;
}

std::string text_of(const CurrencyStatement& statement, bool is_open) {
  const auto money = [&](MinorUnits units) { return to_text(Money{statement.currency, units}); };
  std::vector<std::vector<std::string>> rows{
      {"DATE", "TIME", "KIND", "SIDE", "AMOUNT", "BALANCE", "WITH", "UETR"}};
  for (const client::EntryView& entry : statement.entries)
    rows.push_back({vostro::to_text(entry.business_date), vostro::to_text(entry.block_time),
                    entry.kind, std::string(side_of(entry.amount)), to_text(size_of(entry.amount)),
                    entry.balance ? to_text(*entry.balance) : "-",
                    entry.counterparty ? chain::to_text(*entry.counterparty) : "-",
                    entry.uetr ? vostro::to_text(*entry.uetr) : "-"});
  return labelled({{"currency", vostro::to_text(statement.currency)},
                   {"opening", money(statement.opening)},
                   {"credited", money(statement.credited)},
                   {"debited", money(statement.debited)},
                   {is_open ? "so far" : "closing", money(statement.closing)}}) +
         (rows.size() == 1 ? std::string("no entries\n") : columns(rows)) + "\n";
}

Exit account_statement(Wallet& wallet, const Arguments& arguments) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  const Period period{date_from(arguments.text("--from"), "--from"),
                      date_from(arguments.find("--to").value_or(arguments.text("--from")), "--to")};
  if (period.to < period.from) throw usage("--to is before --from");
  std::optional<Currency> currency;
  if (const auto given = arguments.find("--currency"))
    currency = currency_from(*given, "--currency");
  (void)own_account(wallet, id);
  const auto currencies =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().currencies(cursor); }));
  const auto entries = must(client::all_pages(
      [&](const auto& cursor) { return wallet.api().entries(id, currency, std::nullopt, cursor); },
      1'000'000));
  const auto statements = make_statement(entries, period);
  if (!statements) throw Stop{Exit::refused, statements.error(), "sums_differ", {}};
  // A day that the settlement agent has not closed may still get entries.
  const auto is_open = [&](const Currency& which) {
    return std::any_of(currencies.begin(), currencies.end(), [&](const auto& each) {
      return each.currency == which && each.business_date <= period.to;
    });
  };
  if (arguments.has("--csv")) {
    if (wallet.settings().is_json) throw usage("--csv and --json: choose one");
    wallet.environment().out << csv_of(id, *statements);
    return Exit::ok;
  }
  json::array items;
  std::string text = labelled({{"account", chain::to_text(id)},
                               {"from", vostro::to_text(period.from)},
                               {"to", vostro::to_text(period.to)}}) +
                     "\n";
  for (const CurrencyStatement& each : *statements) {
    const auto money = [&](MinorUnits units) { return as_json(Money{each.currency, units}); };
    json::array lines;
    for (const client::EntryView& entry : each.entries) lines.push_back(entry_json(entry));
    items.push_back(json::object{{"currency", as_json(vostro::to_text(each.currency))},
                                 {"opening", money(each.opening)},
                                 {"credited", money(each.credited)},
                                 {"debited", money(each.debited)},
                                 {"closing", money(each.closing)},
                                 {"is_open", is_open(each.currency)},
                                 {"entries", std::move(lines)}});
    text += text_of(each, is_open(each.currency));
  }
  if (statements->empty()) text += "no entries up to then\n";
  return finish(wallet, Exit::ok,
                json::object{{"account", as_json(id)},
                             {"from", as_json(vostro::to_text(period.from))},
                             {"to", as_json(vostro::to_text(period.to))},
                             {"items", std::move(items)}},
                text);
}

struct Position {
  std::int64_t available = 0;
  std::int64_t held = 0;      ///< left this bank's accounts, not yet anybody's
  std::int64_t expected = 0;  ///< waits for this bank's answer, or is delayed or blocked on its way
};

Exit position(Wallet& wallet, const Arguments&) {
  const auto bank = wallet.participant();
  if (!bank) throw usage("whose position? Give --participant BIC, or set it in a profile");
  std::map<Currency, Position> positions;
  const auto accounts =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().accounts(cursor); }));
  for (const auto& account : accounts) {
    if (account.account.owner != *bank) continue;
    for (const auto& balance : account.balances) {
      Position& of = positions[balance.amount.currency];
      of.available += balance.amount.units.value;
      of.held += balance.held.units.value;
    }
  }
  for (const char* status : {"held", "blocked", "delayed"}) {
    client::PaymentFilter filter;
    filter.agent = *bank;
    filter.role = "creditor";
    filter.status = status;
    const auto payments = must(client::all_pages(
        [&](const auto& cursor) { return wallet.api().payments(filter, cursor); }));
    for (const auto& payment : payments)
      if (payment.amount)
        positions[payment.amount->currency].expected += payment.amount->units.value;
  }
  json::array items;
  std::vector<std::vector<std::string>> rows{{"CURRENCY", "AVAILABLE", "HELD", "EXPECTED"}};
  for (const auto& [currency, of] : positions) {
    const auto money = [&, which = currency](std::int64_t units) {
      return Money{which, MinorUnits(units)};
    };
    items.push_back(json::object{{"currency", as_json(vostro::to_text(currency))},
                                 {"available", as_json(money(of.available))},
                                 {"held", as_json(money(of.held))},
                                 {"expected", as_json(money(of.expected))}});
    rows.push_back({vostro::to_text(currency), to_text(money(of.available)),
                    of.held == 0 ? "-" : to_text(money(of.held)),
                    of.expected == 0 ? "-" : to_text(money(of.expected))});
  }
  return finish_list(wallet, std::move(items),
                     rows.size() == 1 ? "this bank has no balances\n" : columns(rows));
}

}  // namespace

std::vector<Command> statement_commands() {
  using Kind = Option::Kind;
  return {
      {"account statement",
       "Print opening balance, entries and closing balance of some business dates",
       {{"ACCOUNT", Kind::positional, false, "BIC/label"},
        {"--from", Kind::value, true, "First business date, as in 2026-11-23"},
        {"--to", Kind::value, false, "Last business date (default: --from)"},
        {"--currency", Kind::value, false, "This currency only"},
        {"--csv", Kind::flag, false, "As CSV"}},
       account_statement},
      {"position",
       "Show what this bank has in each currency: available, held, and expected",
       {},
       position},
  };
}

}  // namespace vostro::wallet
