#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <thread>

#include "audit/api_source.h"
#include "audit/commands/commands.h"
#include "audit/node_source.h"
#include "audit/progress_bar.h"
#include "base/private_file.h"
#include "client/api.h"
#include "client/read_answers.h"

namespace vostro::audit {

void add_source_options(CLI::App& command, SourceOptions& options, Places places, Needed needed) {
  auto* source = command.add_option(
      "SOURCE", options.places,
      places == Places::one
          ? "Data directory of a node, stopped or running; a running node's API, https://HOST:PORT "
            "with --token-file; or an archive: a directory or https://HOST/PATH. It is only read"
          : "Data directory of a node, stopped or running; a running node's API, https://HOST:PORT "
            "with --token-file; or archives, each a directory or https://HOST/PATH: one that is "
            "not good is named and left out. They are only read");
  source->required(needed == Needed::always);
  // Another word follows, which a list would take too.
  if (places == Places::one) source->expected(1)->allow_extra_args(false);
  command.add_option("--genesis", options.genesis, "The network's sealed genesis file")
      ->required(needed == Needed::always);
  command.add_option("--ca-file", options.ca_file,
                     "Whom to trust in TLS (default: the system's authorities)");
  command.add_option("--token-file", options.token_file,
                     "File with a token of the role audit (mode 0600): SOURCE is a node's API");
}

void add_keep_options(CLI::App& command, WorkOptions& options) {
  command.add_option(
      "--work", options.work,
      "Directory to keep the work in (made with mode 0700 where missing): a later replay "
      "with it goes on from there. Without it the work goes when the program ends");
  command.add_flag("--trust-finality", options.trust_finality,
                   "Leave all transaction signatures to the quorum of validators that finalized "
                   "the blocks: much faster, and the report says so");
  command
      .add_option("--threads", options.threads,
                  "Threads that check signatures (default: one a core)")
      ->check(CLI::Range(1, 256));
}

void add_work_options(CLI::App& command, WorkOptions& options) {
  add_keep_options(command, options);
  command
      .add_option(
          "--from", options.from,
          "Check transaction signatures from this block on only; those before are left to the "
          "quorum, and the report says so")
      ->check(CLI::PositiveNumber);
  command.add_option("--to", options.to, "Stop after this block")->check(CLI::PositiveNumber);
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

Checked<std::unique_ptr<Source>> open_api(const SourceOptions& options,
                                          const genesis::Definition& definition) {
  const std::string& url = options.places.front();
  if (options.places.size() > 1)
    throw Stop{Exit::usage, "with --token-file there is one SOURCE, the address of a node's API"};
  if (!client::parse_api_address(url))
    throw Stop{Exit::usage, url +
                                " is no address of a node's API: https://HOST:PORT, or "
                                "http://127.0.0.1:PORT on this machine"};
  auto token = client::load_token(options.token_file);
  if (!token)
    throw Stop{Exit::cannot_check,
               options.token_file + ": " + std::string(to_string(token.error()))};
  return open_api_source(
      {url, *std::move(token), options.ca_file,
       [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }},
      definition);
}

}  // namespace

Result<OpenedSource, Divergence> open_source(const SourceOptions& options,
                                             const genesis::Definition& definition) {
  OpenedSource opened;
  if (!options.token_file.empty()) {
    auto source = open_api(options, definition);
    if (!source) return fail(divergence_of(source.error()));
    opened.source = *std::move(source);
    return opened;
  }
  if (!is_archive(options.places.front())) {
    if (options.places.size() > 1)
      throw Stop{Exit::usage, options.places.front() +
                                  " is no archive, and only of archives there may be several"};
    const std::string& where = options.places.front();
    std::error_code none;
    if (!std::filesystem::exists(where + "/store", none) &&
        !std::filesystem::exists(where + "/db", none))
      throw Stop{Exit::cannot_check,
                 where +
                     ": neither a node's data directory, which has a store in it, nor an "
                     "archive, which has a " +
                     std::string(manifest_name)};
    auto source = open_node_source(where, definition);
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

WorkDirectory::WorkDirectory(const WorkDirectory& in, const std::string& name)
    : WorkDirectory(in.path() + "/" + name) {
  is_own_ = in.is_own();
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
  const std::string last = "the last block, " + std::to_string(source.last().value);
  if (options.to && *options.to > source.last())
    throw Stop{Exit::usage, "--to " + std::to_string(given.to) + " is beyond " + last};
  if (const Height end = options.to.value_or(source.last());
      given.from > 1 && given.from > end.value)
    throw Stop{Exit::usage, "--from " + std::to_string(given.from) + " is beyond " +
                                (options.to ? "--to " + std::to_string(given.to) : last) +
                                ": no signature would be checked (--trust-finality asks for that)"};
  options.trust_finality = given.trust_finality;
  options.threads = given.threads > 0
                        ? given.threads
                        : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  options.work = work.path();
  options.checked_in = given.checked_in;
  if (work.is_own()) options.save_every_ms = 0;
  return options;
}

UnixMillis moment_of(const std::string& text) {
  const auto time = client::parse_block_time(text);
  if (!time)
    throw Stop{Exit::usage,
               text + " is no time: 2026-01-31T18:00:00Z, or 2026-01-31T18:00:00.250Z"};
  return *time;
}

void check_is_there(Database& database, const std::string& kind, const std::string& name) {
  const auto found =
      database.query("SELECT MIN(height) FROM state WHERE kind = :v0 AND name = :v1", {kind, name});
  if (!found.rows.at(0)[0]) throw Stop{Exit::usage, "this chain has no " + kind + " " + name};
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
