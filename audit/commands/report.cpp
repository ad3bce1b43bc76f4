#include <CLI/CLI.hpp>

#include "audit/commands/commands.h"
#include "audit/views/bank_report.h"
#include "audit/views/render.h"
#include "base/identifiers.h"
#include "base/money.h"
#include "base/time.h"

namespace vostro::audit {
namespace {

struct ReportCommand {
  ReportScope scope;
  std::string format = "text";
  std::string out;
  TablesOptions tables;
};

Exit run_report(ReportCommand command, const Surroundings& surroundings) {
  const auto bank = parse_bic(command.scope.bank);
  if (!bank) throw Stop{Exit::usage, command.scope.bank + " is no BIC"};
  command.scope.bank = to_text(*bank);  // as the database writes it
  if (!parse_currency(command.scope.currency))
    throw Stop{Exit::usage, command.scope.currency + " is no currency"};
  const auto from = parse_date(command.scope.from);
  const auto to = parse_date(command.scope.to);
  if (!from || !to || *to < *from)
    throw Stop{Exit::usage, "--from and --to are dates, 2026-01-31, in this order"};
  return with_tables(command.tables, surroundings, [&](Database& database) {
    check_is_there(database, "participant", command.scope.bank);
    check_is_there(database, "currency", command.scope.currency);
    const BankReport report = report_on(database, command.scope);
    const std::string text = command.format == "json"   ? to_json(report)
                             : command.format == "csv"  ? to_csv(report)
                             : command.format == "html" ? to_html(report)
                                                        : to_text(report);
    write_out(text, command.out, surroundings);
    return Exit::holds;
  });
}

}  // namespace

void add_report(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<ReportCommand>();
  auto* sub = app.add_subcommand(
      "report", "A bank, a currency and a period, out of a source or an exported database");
  sub->add_option("--bank", command->scope.bank, "BIC")->required();
  sub->add_option("--currency", command->scope.currency, "ISO 4217")->required();
  sub->add_option("--from", command->scope.from, "First business date")->required();
  sub->add_option("--to", command->scope.to, "Last business date")->required();
  sub->add_option("--format", command->format, "text, json, csv or html (default text)")
      ->check(CLI::IsMember({"text", "json", "csv", "html"}));
  sub->add_option("--out", command->out, "File to write (default: standard output)");
  add_tables_options(*sub, command->tables);
  sub->callback([command, surroundings, &exit] { exit = run_report(*command, surroundings); });
}

}  // namespace vostro::audit
