#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "audit/commands/commands.h"
#include "audit/progress_bar.h"
#include "audit/report.h"
#include "audit/sql/export.h"

namespace vostro::audit {
namespace {

struct ExportCommand {
  SourceOptions source;
  WorkOptions work;
  std::string database;
  bool as_json = false;
};

Exit run_export(const ExportCommand& command, const Surroundings& surroundings) {
  const auto address = parse_database(command.database);
  if (!address)
    throw Stop{Exit::usage,
               "--database: sqlite:PATH, or postgresql: and libpq's connection string without a "
               "password (which libpq takes from PGPASSFILE)"};
  const genesis::Definition definition = load_definition(command.source.genesis);
  const WorkDirectory work(command.work.work);
  const auto opened = open_source(command.source, definition);
  if (!opened) {
    surroundings.err << "vostro-audit: " << to_string(opened.error()) << "\n";
    return Exit::diverges;
  }
  ReplayOptions options = replay_options(command.work, work, *opened->source);
  options.check_files = false;
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  const auto made =
      export_chain(definition, *opened->source, *address, options,
                   [&bar](Height now, Height last, std::uint64_t elapsed_ms, const Counts& run) {
                     bar.show(now, last, elapsed_ms, run);
                   });
  bar.finish();
  tell_left_out(*opened, surroundings);
  if (!made) throw Stop{Exit::cannot_check, made.error().what};
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
