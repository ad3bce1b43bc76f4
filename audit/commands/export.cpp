#include <CLI/CLI.hpp>

#include "audit/commands/commands.h"
#include "audit/report.h"

namespace vostro::audit {
namespace {

struct ExportCommand {
  SourceOptions source;
  WorkOptions work;
  std::string database;
  bool as_json = false;
};

Exit run_export(const ExportCommand& command, const Surroundings& surroundings) {
  const DatabaseAddress address = database_address(command.database);
  const WorkDirectory work(command.work.work);
  const auto made = exported(command.source, command.work, work, address, surroundings);
  if (!made) {
    surroundings.err << "vostro-audit: " << to_string(made.error()) << "\n";
    return Exit::diverges;
  }
  surroundings.out << (command.as_json ? to_json(made->report) + "\n" : to_text(made->report));
  return made->report.divergence ? Exit::diverges : Exit::holds;
}

}  // namespace

void add_export(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<ExportCommand>();
  auto* sub = app.add_subcommand(
      "export", "Replay a chain and write what it holds into a database, or add what is new");
  add_source_options(*sub, command->source, Places::several);
  sub->add_option("--database", command->database, "sqlite:PATH or postgresql:host=... dbname=...")
      ->required();
  add_work_options(*sub, command->work);
  sub->add_flag("--json", command->as_json, "The report of the replay as one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_export(*command, surroundings); });
}

}  // namespace vostro::audit
