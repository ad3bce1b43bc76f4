#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "audit/commands/commands.h"
#include "audit/report.h"
#include "audit/views/trace.h"
#include "base/identifiers.h"
#include "base/money.h"
#include "base/time.h"
#include "chain/account.h"
#include "chain/receipt.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

struct TraceCommand {
  std::string uetr;
  std::string agent;
  TablesOptions tables;
  bool as_json = false;
};

/// As the database writes it. Throws Stop.
std::string bank_of(const std::string& text) {
  if (text.empty()) return {};
  const auto bank = parse_bic(text);
  if (!bank) throw Stop{Exit::usage, text + " is no BIC"};
  return to_text(*bank);
}

/// A day is its beginning. Throws Stop.
std::string moment_text(const std::string& text) {
  if (text.empty()) return {};
  return to_text(moment_of(parse_date(text) ? text + "T00:00:00Z" : text));
}

/// `done` is of what is no payment.
std::vector<std::string> payment_statuses() {
  std::vector<std::string> words;
  for (auto status = chain::Status::rejected; status < chain::Status::done;
       status = static_cast<chain::Status>(static_cast<std::uint8_t>(status) + 1))
    words.emplace_back(to_string(status));
  return words;
}

Exit run_trace(TraceCommand command, const Surroundings& surroundings) {
  command.agent = bank_of(command.agent);
  const auto uetr = parse_uuid(command.uetr);
  if (!uetr) throw Stop{Exit::usage, command.uetr + " is no UETR"};
  return with_tables(command.tables, surroundings, [&](Database& database) {
    const std::string text = command.as_json ? trace_json(database, to_text(*uetr), command.agent)
                                             : trace_text(database, to_text(*uetr), command.agent);
    if (text.empty()) {
      surroundings.err << "vostro-audit: no payment " << command.uetr
                       << " there (vostro-audit absent shows it from an archive)\n";
      return Exit::diverges;
    }
    surroundings.out << text;
    return Exit::holds;
  });
}

struct FindCommand {
  PaymentQuery query;
  std::string amount_from;
  std::string amount_to;
  TablesOptions tables;
  bool as_json = false;
};

/// Text that fits nothing would find nothing, which reads like an answer. Throws Stop.
void check_query(PaymentQuery& query) {
  query.bank = bank_of(query.bank);
  if (!query.account.empty()) {
    const auto account = chain::parse_account(query.account);
    if (!account) throw Stop{Exit::usage, query.account + " is no account (BIC/label)"};
    query.account = to_text(*account);
  }
  if (!query.currency.empty() && !parse_currency(query.currency))
    throw Stop{Exit::usage, query.currency + " is no currency"};
  query.from = moment_text(query.from);
  query.before = moment_text(query.before);
}

Exit run_find(FindCommand command, const Surroundings& surroundings) {
  check_query(command.query);
  return with_tables(command.tables, surroundings, [&](Database& database) {
    const Amounts amounts(database);
    for (const auto& [text, units] : {std::pair(&command.amount_from, &command.query.amount_from),
                                      std::pair(&command.amount_to, &command.query.amount_to)}) {
      if (text->empty()) continue;
      if (command.query.currency.empty())
        throw Stop{Exit::usage, "an amount needs --currency: its digits are the currency's"};
      *units = amounts.units(*text, command.query.currency);
      if (!*units) throw Stop{Exit::usage, *text + " is no amount in " + command.query.currency};
    }
    const Database::Table found = find_payments(database, command.query);
    json::array all;
    for (const TextRow& row : found.rows) {
      const std::string amount = amounts.text(std::stoll(*row[6]), *row[5]);
      if (command.as_json) {
        json::object one;
        for (std::size_t i = 0; i < row.size(); ++i)
          one[found.columns[i]] = row[i] ? json::value(*row[i]) : json::value(nullptr);
        one["amount"] = amount;
        one["debtor_amount"] = amounts.text(std::stoll(*row[8]), *row[7]);
        all.push_back(std::move(one));
      } else {
        surroundings.out << *row[0] << "  " << *row[2] << "  " << *row[3] << " to " << *row[4]
                         << "  " << amount << " " << *row[5] << "  " << *row[9]
                         << (row[10] ? " (" + *row[10] + ")" : "") << "\n";
      }
    }
    if (command.as_json)
      surroundings.out << json::serialize(json::object{{"payments", std::move(all)}}) << "\n";
    else if (found.rows.size() == command.query.limit)
      surroundings.out << "the first " << found.rows.size() << " are shown: more with --limit\n";
    else
      surroundings.out << found.rows.size() << " found\n";
    return Exit::holds;
  });
}

}  // namespace

void add_trace(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<TraceCommand>();
  auto* sub =
      app.add_subcommand("trace", "The life of a payment, out of a source or an exported database");
  sub->add_option("UETR", command->uetr, "The payment's UETR")->required();
  sub->add_option("--agent", command->agent, "Only of this debtor agent (BIC)");
  add_tables_options(*sub, command->tables);
  sub->add_flag("--json", command->as_json, "As one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_trace(*command, surroundings); });
}

void add_find(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<FindCommand>();
  auto* sub =
      app.add_subcommand("find", "Payments that fit, out of a source or an exported database");
  sub->add_option("--bank", command->query.bank, "BIC of the debtor or creditor agent");
  sub->add_option("--account", command->query.account, "BIC/label, on either side");
  sub->add_option("--currency", command->query.currency, "Of either leg");
  sub->add_option("--amount-from", command->amount_from, "In the currency, of the creditor's leg");
  sub->add_option("--amount-to", command->amount_to, "In the currency, of the creditor's leg");
  sub->add_option("--from", command->query.from,
                  "Ordered at this time (2026-01-05T06:00:00Z), or on this day (UTC), or later");
  sub->add_option("--before", command->query.before, "Ordered earlier than this");
  sub->add_option("--status", command->query.status, "Its last one")
      ->check(CLI::IsMember(payment_statuses()));
  sub->add_option("--limit", command->query.limit, "At most so many (default 100)")
      ->check(CLI::Range(1, 1'000'000));
  add_tables_options(*sub, command->tables);
  sub->add_flag("--json", command->as_json, "As one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_find(*command, surroundings); });
}

}  // namespace vostro::audit
