#include <CLI/CLI.hpp>

#include "audit/commands/commands.h"
#include "audit/report.h"

namespace vostro::audit {
namespace {

struct ReplayCommand {
  SourceOptions source;
  WorkOptions work;
  bool no_files = false;
  bool as_json = false;
};

Exit run_replay(const ReplayCommand& command, const Surroundings& surroundings) {
  const genesis::Definition definition = load_definition(command.source.genesis);
  const WorkDirectory work(command.work.work);
  const auto show = [&](const Report& report) {
    surroundings.out << (command.as_json ? to_json(report) + "\n" : to_text(report));
    return report.divergence ? Exit::diverges : Exit::holds;
  };
  const auto opened = open_source(command.source, definition);
  if (!opened) return show(report_of(opened.error(), command.source.places.front(), definition));
  ReplayOptions options = replay_options(command.work, work, *opened->source);
  options.check_files = !command.no_files;
  const Report report = replayed(definition, *opened->source, options, surroundings);
  tell_left_out(*opened, surroundings);
  return show(report);
}

}  // namespace

void add_replay(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<ReplayCommand>();
  auto* sub = app.add_subcommand(
      "replay", "Execute a chain again and compare all that the source shows with what follows");
  add_source_options(*sub, command->source, Places::several);
  add_work_options(*sub, command->work);
  sub->add_flag("--no-files", command->no_files,
                "Do not read the source's files through to check their checksums");
  sub->add_flag("--json", command->as_json, "The report as one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_replay(*command, surroundings); });
}

}  // namespace vostro::audit
