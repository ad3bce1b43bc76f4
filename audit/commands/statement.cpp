#include <CLI/CLI.hpp>
#include <fstream>

#include "audit/commands/commands.h"
#include "audit/views/statement.h"

namespace vostro::audit {
namespace {

struct StatementCommand {
  std::string account;
  std::string currency;
  std::string from;
  std::string to;
  std::string format = "camt.053";
  std::string out;
  TablesOptions tables;
};

Exit run_statement(const StatementCommand& command, const Surroundings& surroundings) {
  const auto account = chain::parse_account(command.account);
  if (!account) throw Stop{Exit::usage, command.account + " is no account (BIC/label)"};
  const auto currency = parse_currency(command.currency);
  if (!currency) throw Stop{Exit::usage, command.currency + " is no currency"};
  const auto from = parse_date(command.from);
  const auto to = parse_date(command.to);
  if (!from || !to || *to < *from)
    throw Stop{Exit::usage, "--from and --to are dates, 2026-01-31, in this order"};
  return with_tables(command.tables, surroundings, [&](Database& database) {
    check_is_there(database, "account", to_text(*account));
    check_is_there(database, "currency", to_text(*currency));
    const Statement statement = statement_of(database, *account, *currency, *from, *to);
    const auto text = command.format == "csv"
                          ? Result<std::string, std::string>(to_csv(statement, database))
                          : to_camt053(statement, database);
    if (!text) throw Stop{Exit::cannot_check, text.error()};
    write_out(*text, command.out, surroundings);
    return Exit::holds;
  });
}

}  // namespace

void write_out(const std::string& text, const std::string& path, const Surroundings& surroundings) {
  if (path.empty()) {
    surroundings.out << text;
    return;
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file.good()) throw Stop{Exit::cannot_check, path + " cannot be written"};
}

void add_statement(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<StatementCommand>();
  auto* sub = app.add_subcommand("statement",
                                 "An account's statement, out of a source or an exported database");
  sub->add_option("--account", command->account, "BIC/label")->required();
  sub->add_option("--currency", command->currency, "ISO 4217")->required();
  sub->add_option("--from", command->from, "First business date")->required();
  sub->add_option("--to", command->to, "Last business date")->required();
  sub->add_option("--format", command->format, "camt.053 or csv (default camt.053)")
      ->check(CLI::IsMember({"camt.053", "csv"}));
  sub->add_option("--out", command->out, "File to write (default: standard output)");
  add_tables_options(*sub, command->tables);
  sub->callback([command, surroundings, &exit] { exit = run_statement(*command, surroundings); });
}

}  // namespace vostro::audit
