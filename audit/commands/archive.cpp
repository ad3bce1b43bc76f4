#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "audit/archive/absent.h"
#include "audit/archive/restore.h"
#include "audit/archive/write.h"
#include "audit/commands/commands.h"
#include "audit/progress_bar.h"
#include "audit/report.h"
#include "base/time.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

struct ArchiveCommand {
  SourceOptions source;
  std::string directory;
  bool as_json = false;
};

/// Says what was found, and how the program ends with it.
Exit tell(const Finding& finding, const Surroundings& surroundings) {
  surroundings.err << "vostro-audit: " << to_string(finding) << "\n";
  return std::holds_alternative<Divergence>(finding) ? Exit::diverges : Exit::cannot_check;
}

Exit run_archive(const ArchiveCommand& command, const Surroundings& surroundings) {
  const genesis::Definition definition = load_definition(command.source.genesis);
  const auto opened = open_source(command.source, definition);
  if (!opened) return tell(opened.error(), surroundings);
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  const auto made = write_archive(definition, *opened->source, command.directory, {},
                                  [&bar](Height now, Height last) { bar.show_blocks(now, last); });
  bar.finish();
  tell_left_out(*opened, surroundings);
  if (!made) return tell(made.error(), surroundings);
  if (command.as_json) {
    surroundings.out << json::serialize(json::object{{"before", made->before.value},
                                                     {"last", made->last.value},
                                                     {"segments", made->segments},
                                                     {"bytes", made->bytes}})
                     << "\n";
  } else if (made->segments == 0) {
    surroundings.out << command.directory << " has everything already, up to block "
                     << grouped(made->last.value) << "\n";
  } else {
    surroundings.out << "added blocks " << grouped(made->before.value + 1) << " to "
                     << grouped(made->last.value) << ": " << made->segments
                     << (made->segments == 1 ? " segment, " : " segments, ") << grouped(made->bytes)
                     << " bytes\n";
  }
  return Exit::holds;
}

struct RestoreCommand {
  SourceOptions source;
  std::string directory;
  bool as_json = false;
};

Exit run_restore(const RestoreCommand& command, const Surroundings& surroundings) {
  const genesis::Definition definition = load_definition(command.source.genesis);
  const WorkDirectory work({});
  const auto opened = open_source(command.source, definition);
  if (!opened) return tell(opened.error(), surroundings);
  const ReplayOptions options = replay_options({}, work, *opened->source);
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  const auto report = restore(definition, *opened->source, command.directory, options,
                              [&bar](Height now, Height last, std::uint64_t elapsed_ms,
                                     const Counts& run) { bar.show(now, last, elapsed_ms, run); });
  bar.finish();
  tell_left_out(*opened, surroundings);
  if (!report) throw Stop{Exit::cannot_check, report.error().what};
  surroundings.out << (command.as_json ? to_json(*report) + "\n" : to_text(*report));
  return report->divergence ? Exit::diverges : Exit::holds;
}

struct AbsentCommand {
  std::string uetr;
  std::string agent;
  SourceOptions source;
  bool as_json = false;
};

void show(const IdSearch& search, const AbsentCommand& command, std::ostream& out) {
  if (command.as_json) {
    json::array uses;
    for (const IdSearch::Use& use : search.uses)
      uses.push_back(json::object{{"owner", to_text(use.name.owner)},
                                  {"height", use.height.value},
                                  {"time", to_text(use.time)}});
    out << json::serialize(json::object{{"id", command.uetr},
                                        {"absent", search.uses.empty()},
                                        {"uses", std::move(uses)},
                                        {"last", search.last.value},
                                        {"block", hex(search.block)},
                                        {"time", to_text(search.time)},
                                        {"ids", search.ids}})
        << "\n";
    return;
  }
  for (const IdSearch::Use& use : search.uses)
    out << "used: " << to_text(use.name.owner) << " in block " << grouped(use.height.value)
        << " of " << to_text(use.time) << "\n";
  if (search.uses.empty()) {
    out << "absent: no block up to " << grouped(search.last.value) << " of " << to_text(search.time)
        << " uses " << command.uetr << (command.agent.empty() ? "" : " under " + command.agent)
        << "\n";
  }
  out << "looked at " << grouped(search.ids) << " ids, as the headers up to block "
      << hex(search.block) << " commit to them, which a quorum has signed\n";
}

Exit run_absent(const AbsentCommand& command, const Surroundings& surroundings) {
  const auto id = parse_uuid(command.uetr);
  if (!id) throw Stop{Exit::usage, command.uetr + " is no UETR"};
  std::optional<Bic> agent;
  if (!command.agent.empty()) {
    const auto bic = parse_bic(command.agent);
    if (!bic) throw Stop{Exit::usage, command.agent + " is no BIC"};
    agent = *bic;
  }
  const genesis::Definition definition = load_definition(command.source.genesis);
  std::optional<Finding> first;
  for (const std::string& where : command.source.places) {
    auto place = open_place(where, command.source.ca_file);
    if (!place) throw Stop{Exit::usage, place.error()};
    auto archive = Archive::open(*std::move(place), definition);
    auto search = archive ? search_id(**archive, definition, *id, agent)
                          : Checked<IdSearch>(cannot_check(archive.error()));
    if (search) {
      show(*search, command, surroundings.out);
      return Exit::holds;
    }
    surroundings.err << "vostro-audit: archive " << where
                     << " is left out: " << to_string(search.error()) << "\n";
    if (!first) first = search.error();
  }
  return std::holds_alternative<Divergence>(*first) ? Exit::diverges : Exit::cannot_check;
}

}  // namespace

void add_archive(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<ArchiveCommand>();
  auto* sub = app.add_subcommand(
      "archive",
      "Write the blocks of a source that are final into an archive, or add to it what is new");
  add_source_options(*sub, command->source, Places::one);
  sub->add_option("DIR", command->directory,
                  "Directory of the archive (made with mode 0700 where missing)")
      ->required();
  sub->add_flag("--json", command->as_json, "What was added, as one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_archive(*command, surroundings); });
}

void add_restore(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<RestoreCommand>();
  auto* sub = app.add_subcommand(
      "restore", "Make a node's store from an archive, by executing and checking all of it");
  add_source_options(*sub, command->source, Places::one);
  sub->add_option("DATADIR", command->directory,
                  "Data directory of the node, which has no store (made where missing)")
      ->required();
  sub->add_flag("--json", command->as_json, "The report of the replay as one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_restore(*command, surroundings); });
}

void add_absent(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<AbsentCommand>();
  auto* sub = app.add_subcommand(
      "absent", "Show that no block uses an id, or which do, from the headers of an archive");
  sub->add_option("UETR", command->uetr, "The payment's UETR, or another order's id")->required();
  sub->add_option("--agent", command->agent, "Only under this bank's name (BIC)");
  add_source_options(*sub, command->source, Places::several);
  sub->add_flag("--json", command->as_json, "The answer as one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_absent(*command, surroundings); });
}

}  // namespace vostro::audit
