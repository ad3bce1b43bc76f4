#include "audit/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <thread>

#include "audit/node_source.h"
#include "audit/progress_bar.h"
#include "audit/report.h"
#include "base/man_page.h"
#include "base/private_file.h"

namespace vostro::audit {
namespace {

constexpr const char* kAbout =
    "Checks a Vostro chain, trusting nothing but its genesis file.\n\n"
    "  vostro-audit replay /var/lib/vostro --genesis genesis.toml\n\n"
    "It needs no network, no key and no running node, and changes nothing in what it reads.\n\n"
    "Exit codes: 0 everything holds, 1 something diverges, 2 the command line is not understood, 3 "
    "no verdict (something could not be read or written).";

/// A command that cannot go on: one sentence for standard error, and the exit code.
struct Stop {
  Exit exit = Exit::cannot_check;
  std::string what;
};

struct ReplayCommand {
  std::string source;
  std::string genesis;
  std::string work;
  std::uint64_t from = 1;
  std::uint64_t to = 0;
  bool trust_finality = false;
  bool no_files = false;
  bool as_json = false;
  std::size_t threads = 0;
};

/// The directory for what a replay works with: the caller's, or one of its own that goes with it.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::string& given) {
    if (!given.empty()) {
      const auto made = ensure_private_directory(given);
      if (!made)
        throw Stop{Exit::cannot_check, given + ": " + std::string(to_string(made.error()))};
      path_ = given;
      return;
    }
    std::error_code error;
    std::string pattern =
        (std::filesystem::temp_directory_path(error) / "vostro-audit-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr)
      throw Stop{Exit::cannot_check, pattern + ": no directory can be made; name one with --work"};
    path_ = pattern;
    is_own_ = true;
  }
  ~WorkDirectory() {
    std::error_code ignored;  // what is left in the place for temporary files hurts nobody
    if (is_own_) std::filesystem::remove_all(path_, ignored);
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_own() const { return is_own_; }

 private:
  std::string path_;
  bool is_own_ = false;
};

void show(const Report& report, bool as_json, std::ostream& out) {
  out << (as_json ? to_json(report) + "\n" : to_text(report));
}

Exit run_replay(const ReplayCommand& command, const Surroundings& surroundings) {
  const auto definition = genesis::load(command.genesis);
  if (!definition)
    throw Stop{Exit::cannot_check, command.genesis + ": " + to_string(definition.error())};
  const WorkDirectory work(command.work);
  const auto source = open_node_source(command.source, definition->network_id);
  Report report;
  if (!source) {
    const auto* divergence = std::get_if<Divergence>(&source.error());
    if (divergence == nullptr) throw Stop{Exit::cannot_check, to_string(source.error())};
    report.network_id = definition->network_id;
    report.network_name = definition->name;
    report.source = command.source;
    report.divergence = *divergence;
    show(report, command.as_json, surroundings.out);
    return Exit::diverges;
  }
  ReplayOptions options;
  options.signatures_from = Height(command.from);
  if (command.to > 0) options.to = Height(command.to);
  if (options.to && *options.to > (*source)->last())
    throw Stop{Exit::usage, "--to " + std::to_string(command.to) + " is beyond the last block, " +
                                std::to_string((*source)->last().value)};
  options.trust_finality = command.trust_finality;
  options.check_files = !command.no_files;
  options.threads = command.threads > 0
                        ? command.threads
                        : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  options.work = work.path();
  if (work.is_own()) options.save_every_ms = 0;
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  const auto replayed = replay(*definition, **source, options,
                               [&bar](Height now, Height last, std::uint64_t elapsed_ms,
                                      const Counts& run) { bar.show(now, last, elapsed_ms, run); });
  bar.finish();
  if (!replayed) throw Stop{Exit::cannot_check, replayed.error().what};
  show(*replayed, command.as_json, surroundings.out);
  return replayed->divergence ? Exit::diverges : Exit::holds;
}

void add_replay(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<ReplayCommand>();
  auto* sub = app.add_subcommand(
      "replay", "Execute a chain again and compare all that the source shows with what follows");
  sub->add_option("SOURCE", command->source,
                  "Data directory of a node, stopped or running; it is only read")
      ->required();
  sub->add_option("--genesis", command->genesis, "The network's sealed genesis file")->required();
  sub->add_option(
      "--work", command->work,
      "Directory to keep the work in (made with mode 0700 where missing): a later replay "
      "with it goes on from there. Without it the work goes when the program ends");
  sub->add_option(
         "--from", command->from,
         "Check transaction signatures from this block on only; those before are left to the "
         "quorum, and the report says so")
      ->check(CLI::PositiveNumber);
  sub->add_option("--to", command->to, "Stop after this block")->check(CLI::PositiveNumber);
  sub->add_flag("--trust-finality", command->trust_finality,
                "Leave all transaction signatures to the quorum of validators that finalized the "
                "blocks: much faster, and the report says so");
  sub->add_flag("--no-files", command->no_files,
                "Do not read the source's files through to check their checksums");
  sub->add_option("--threads", command->threads,
                  "Threads that check signatures (default: one a core)")
      ->check(CLI::Range(1, 256));
  sub->add_flag("--json", command->as_json, "The report as one JSON object");
  sub->callback([command, surroundings, &exit] { exit = run_replay(*command, surroundings); });
}

void add_man(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  auto* command = app.add_subcommand("man", "Write the manual pages into a directory");
  command->add_option("DIR", *directory, "A directory that exists")->required();
  command->callback([directory, &app] {
    const auto written = write_man_pages(*directory, man_pages_of(app), VOSTRO_VERSION);
    if (!written) throw Stop{Exit::cannot_check, written.error()};
  });
}

}  // namespace

Exit run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  Exit exit = Exit::holds;
  CLI::App app{kAbout, "vostro-audit"};
  app.set_version_flag("--version", "vostro-audit " VOSTRO_VERSION);
  app.require_subcommand(1);
  add_replay(app, surroundings, exit);
  add_man(app);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    // --help is one of these, with exit code 0.
    return app.exit(error, surroundings.out, surroundings.err) == 0 ? Exit::holds : Exit::usage;
  } catch (const Stop& stop) {
    surroundings.err << "vostro-audit: " << stop.what << "\n";
    return stop.exit;
  }
  surroundings.out.flush();
  return surroundings.out.good() ? exit : Exit::cannot_check;
}

}  // namespace vostro::audit
