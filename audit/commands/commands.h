/// The commands of vostro-audit, one file each. The only files that know CLI11 are these and
/// program.cpp. A command that cannot go on throws Stop, which program.cpp catches.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/archive/archives.h"
#include "audit/program.h"
#include "audit/replay.h"
#include "audit/source.h"
#include "audit/sql/export.h"
#include "genesis/definition.h"

namespace CLI {
class App;
}

namespace vostro::audit {

/// One sentence for standard error, and the exit code.
struct Stop {
  Exit exit = Exit::cannot_check;
  std::string what;
};

void add_replay(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_archive(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_restore(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_absent(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_trace(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_find(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_report(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_as_of(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_statement(CLI::App& app, const Surroundings& surroundings, Exit& exit);
void add_export(CLI::App& app, const Surroundings& surroundings, Exit& exit);

/// Where blocks come from, as all commands take it.
struct SourceOptions {
  std::vector<std::string> places;
  std::string genesis;
  std::string ca_file;
  std::string token_file;  ///< where SOURCE is a node's API
};
enum class Places : std::uint8_t { one, several };
enum class Needed : std::uint8_t { always, instead_of_database };
void add_source_options(CLI::App& command, SourceOptions& options, Places places,
                        Needed needed = Needed::always);

/// The file of --genesis. Throws Stop.
[[nodiscard]] genesis::Definition load_definition(const std::string& path);

/// What SOURCE names: one data directory of a node, or archives.
struct OpenedSource {
  std::unique_ptr<Source> source;
  const ArchiveSource* archives = nullptr;  ///< where they are
};
/// The divergence where the source cannot even be opened as one. Throws Stop.
[[nodiscard]] Result<OpenedSource, Divergence> open_source(const SourceOptions& options,
                                                           const genesis::Definition& definition);
/// Names archives that were left out, on standard error.
void tell_left_out(const OpenedSource& source, const Surroundings& surroundings);

/// To standard output where the path is empty. Throws Stop.
void write_out(const std::string& text, const std::string& path, const Surroundings& surroundings);

/// How a replay is done, as several commands take it.
struct WorkOptions {
  std::string work;
  std::string checked_in;  ///< as in ReplayOptions; no option of a command
  std::uint64_t from = 1;
  std::uint64_t to = 0;
  bool trust_finality = false;
  std::size_t threads = 0;
};
void add_work_options(CLI::App& command, WorkOptions& options);
/// Those of them that do not say which blocks.
void add_keep_options(CLI::App& command, WorkOptions& options);

/// The directory for what a replay works with: the caller's, or one of its own that goes with it.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::string& given);
  /// One within another, which it goes with.
  WorkDirectory(const WorkDirectory& in, const std::string& name);
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_own() const { return is_own_; }

 private:
  std::string path_;
  bool is_own_ = false;
};
/// Throws Stop where they name blocks that the source has not.
[[nodiscard]] ReplayOptions replay_options(const WorkOptions& options, const WorkDirectory& work,
                                           const Source& source);

/// Throws Stop.
[[nodiscard]] DatabaseAddress database_address(const std::string& text);
/// Replays into a database, with a bar at a terminal. The divergence where the source cannot even
/// be opened as one; another is in the report. Throws Stop.
[[nodiscard]] Result<Exported, Divergence> exported(const SourceOptions& from,
                                                    const WorkOptions& how,
                                                    const WorkDirectory& work,
                                                    const DatabaseAddress& to,
                                                    const Surroundings& surroundings);

/// Where questions are answered from: a database that an export has filled, or a source, which is
/// exported into a place of its own within the work directory first.
struct TablesOptions {
  std::string database;
  SourceOptions source;
  WorkOptions work;
};
void add_tables_options(CLI::App& command, TablesOptions& options);
using OnTables = std::function<Exit(Database&)>;
/// Answers nothing where the source diverges: that is said. Throws Stop.
[[nodiscard]] Exit with_tables(const TablesOptions& options, const Surroundings& surroundings,
                               const OnTables& work);

/// "2026-01-31T18:00:00Z", or with milliseconds, as blocks have them: "...:00.250Z". Throws Stop.
[[nodiscard]] UnixMillis moment_of(const std::string& text);

/// Throws Stop where the chain has never had what a question is about, which else would be answered
/// with zeros. `kind` is one of the table `state`.
void check_is_there(Database& database, const std::string& kind, const std::string& name);

/// Replays with a bar at a terminal. Throws Stop where there is no verdict.
[[nodiscard]] Report replayed(const genesis::Definition& definition, const Source& source,
                              const ReplayOptions& options, const Surroundings& surroundings);
/// A report that says no more than what diverges.
[[nodiscard]] Report report_of(const Divergence& divergence, const std::string& source,
                               const genesis::Definition& definition);

}  // namespace vostro::audit
