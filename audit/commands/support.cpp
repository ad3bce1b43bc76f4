#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <thread>

#include "audit/commands/commands.h"
#include "audit/node_source.h"
#include "audit/progress_bar.h"
#include "base/private_file.h"

namespace vostro::audit {

void add_source_options(CLI::App& command, SourceOptions& options, Places places) {
  auto* source = command.add_option(
      "SOURCE", options.places,
      places == Places::one
          ? "Data directory of a node, stopped or running; or an archive: a directory or "
            "https://HOST/PATH. It is only read"
          : "Data directory of a node, stopped or running; or archives, each a directory or "
            "https://HOST/PATH: one that is not good is named and left out. They are only read");
  source->required();
  // Another word follows, which a list would take too.
  if (places == Places::one) source->expected(1)->allow_extra_args(false);
  command.add_option("--genesis", options.genesis, "The network's sealed genesis file")->required();
  command.add_option("--ca-file", options.ca_file,
                     "Whom to trust in TLS (default: the system's authorities)");
}

void add_work_options(CLI::App& command, WorkOptions& options) {
  command.add_option(
      "--work", options.work,
      "Directory to keep the work in (made with mode 0700 where missing): a later replay "
      "with it goes on from there. Without it the work goes when the program ends");
  command
      .add_option(
          "--from", options.from,
          "Check transaction signatures from this block on only; those before are left to the "
          "quorum, and the report says so")
      ->check(CLI::PositiveNumber);
  command.add_option("--to", options.to, "Stop after this block")->check(CLI::PositiveNumber);
  command.add_flag("--trust-finality", options.trust_finality,
                   "Leave all transaction signatures to the quorum of validators that finalized "
                   "the blocks: much faster, and the report says so");
  command
      .add_option("--threads", options.threads,
                  "Threads that check signatures (default: one a core)")
      ->check(CLI::Range(1, 256));
}

genesis::Definition load_definition(const std::string& path) {
  auto definition = genesis::load(path);
  if (!definition) throw Stop{Exit::cannot_check, path + ": " + to_string(definition.error())};
  return *std::move(definition);
}

namespace {

bool is_archive(const std::string& place) {
  std::error_code none;
  return place.starts_with("http://") || place.starts_with("https://") ||
         std::filesystem::exists(place + "/" + std::string(manifest_name), none);
}

/// A divergence, or Stop.
Divergence divergence_of(const Finding& finding) {
  if (const auto* divergence = std::get_if<Divergence>(&finding)) return *divergence;
  throw Stop{Exit::cannot_check, to_string(finding)};
}

}  // namespace

Result<OpenedSource, Divergence> open_source(const SourceOptions& options,
                                             const genesis::Definition& definition) {
  OpenedSource opened;
  if (!is_archive(options.places.front())) {
    if (options.places.size() > 1)
      throw Stop{Exit::usage, options.places.front() +
                                  " is no archive, and only of archives there may be several"};
    auto source = open_node_source(options.places.front(), definition);
    if (!source) return fail(divergence_of(source.error()));
    opened.source = *std::move(source);
    return opened;
  }
  std::vector<std::unique_ptr<Place>> places;
  for (const std::string& where : options.places) {
    auto place = open_place(where, options.ca_file);
    if (!place) throw Stop{Exit::usage, place.error()};
    places.push_back(*std::move(place));
  }
  auto source = open_archives(std::move(places), definition);
  if (!source) return fail(divergence_of(source.error()));
  opened.archives = source->get();
  opened.source = *std::move(source);
  return opened;
}

void tell_left_out(const OpenedSource& source, const Surroundings& surroundings) {
  if (source.archives == nullptr) return;
  for (const LeftOut& each : source.archives->left_out())
    surroundings.err << "vostro-audit: archive " << each.name
                     << " is left out: " << to_string(each.why) << "\n";
}

WorkDirectory::WorkDirectory(const std::string& given) {
  if (!given.empty()) {
    const auto made = ensure_private_directory(given);
    if (!made) throw Stop{Exit::cannot_check, given + ": " + std::string(to_string(made.error()))};
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

WorkDirectory::~WorkDirectory() {
  std::error_code ignored;  // what is left in the place for temporary files hurts nobody
  if (is_own_) std::filesystem::remove_all(path_, ignored);
}

ReplayOptions replay_options(const WorkOptions& given, const WorkDirectory& work,
                             const Source& source) {
  ReplayOptions options;
  options.signatures_from = Height(given.from);
  if (given.to > 0) options.to = Height(given.to);
  if (options.to && *options.to > source.last())
    throw Stop{Exit::usage, "--to " + std::to_string(given.to) + " is beyond the last block, " +
                                std::to_string(source.last().value)};
  options.trust_finality = given.trust_finality;
  options.threads = given.threads > 0
                        ? given.threads
                        : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  options.work = work.path();
  if (work.is_own()) options.save_every_ms = 0;
  return options;
}

Report replayed(const genesis::Definition& definition, const Source& source,
                const ReplayOptions& options, const Surroundings& surroundings) {
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  auto report = replay(definition, source, options,
                       [&bar](Height now, Height last, std::uint64_t elapsed_ms,
                              const Counts& run) { bar.show(now, last, elapsed_ms, run); });
  bar.finish();
  if (!report) throw Stop{Exit::cannot_check, report.error().what};
  return *std::move(report);
}

Report report_of(const Divergence& divergence, const std::string& source,
                 const genesis::Definition& definition) {
  Report report;
  report.network_id = definition.network_id;
  report.network_name = definition.name;
  report.source = source;
  report.divergence = divergence;
  return report;
}

}  // namespace vostro::audit
