#include <CLI/CLI.hpp>
#include <filesystem>

#include "audit/commands/commands.h"
#include "audit/progress_bar.h"
#include "base/private_file.h"

namespace vostro::audit {
namespace {

// Within the work directory. A replay whose ledger lies there itself has filled no tables, so they
// need a ledger that begins with them.
constexpr const char* kQuestions = "questions";
constexpr const char* kTablesFile = "/tables.db";
constexpr const char* kLedgerFile = "/CURRENT";  // every ledger has one

Exit with_database(const DatabaseAddress& address, const std::string& name, const OnTables& work) {
  try {
    Database database(address, false);
    if (!database.has_table("chain"))
      throw Stop{Exit::cannot_check, name + " holds no export: fill it with vostro-audit export"};
    return work(database);
  } catch (const DatabaseError& error) {
    throw Stop{Exit::cannot_check, name + ": " + error.what()};
  }
}

/// RocksDB keeps what was written when it closes, SQLite rolls back what was not committed: a
/// question that breaks off may leave the ledger beyond the tables. All of both can be made again.
void begin_again_where_apart(const WorkDirectory& questions, const DatabaseAddress& tables,
                             const std::string& genesis, const Surroundings& surroundings) {
  std::error_code error;
  if (!std::filesystem::exists(questions.path() + kLedgerFile, error)) return;
  const auto fits = can_go_on(load_definition(genesis), tables, questions.path());
  if (!fits) throw Stop{Exit::cannot_check, fits.error().what};
  if (*fits) return;
  surroundings.err << "vostro-audit: " << questions.path()
                   << " is of a question that broke off: it is made again from the beginning\n";
  std::filesystem::remove_all(questions.path(), error);
  if (error)
    throw Stop{Exit::cannot_check, questions.path() + ": " + error.message() + "; remove it"};
  const auto made = ensure_private_directory(questions.path());
  if (!made)
    throw Stop{Exit::cannot_check, questions.path() + ": " + std::string(to_string(made.error()))};
}

}  // namespace

DatabaseAddress database_address(const std::string& text) {
  const auto address = parse_database(text);
  if (!address)
    throw Stop{Exit::usage,
               "--database: sqlite:PATH, or postgresql: and libpq's connection string without a "
               "password (which libpq takes from PGPASSFILE)"};
  return *address;
}

Result<Exported, Divergence> exported(const SourceOptions& from, const WorkOptions& how,
                                      const WorkDirectory& work, const DatabaseAddress& to,
                                      const Surroundings& surroundings) {
  const genesis::Definition definition = load_definition(from.genesis);
  const auto opened = open_source(from, definition);
  if (!opened) return fail(opened.error());
  ReplayOptions options = replay_options(how, work, *opened->source);
  options.check_files = false;
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  auto made = export_chain(definition, *opened->source, to, options,
                           [&bar](Height now, Height last, std::uint64_t elapsed_ms,
                                  const Counts& run) { bar.show(now, last, elapsed_ms, run); });
  bar.finish();
  tell_left_out(*opened, surroundings);
  if (!made) throw Stop{Exit::cannot_check, made.error().what};
  return *std::move(made);
}

void add_tables_options(CLI::App& command, TablesOptions& options) {
  command.add_option("--database", options.database,
                     "What vostro-audit export has filled: sqlite:PATH or postgresql:...");
  add_source_options(command, options.source, Places::several, Needed::instead_of_database);
  add_keep_options(command, options.work);
}

Exit with_tables(const TablesOptions& options, const Surroundings& surroundings,
                 const OnTables& work) {
  if (options.database.empty() == options.source.places.empty())
    throw Stop{Exit::usage, "name a SOURCE with --genesis, or a --database, and not both"};
  if (!options.database.empty())
    return with_database(database_address(options.database), options.database, work);
  if (options.source.genesis.empty())
    throw Stop{Exit::usage, "a SOURCE needs --genesis, the network's sealed genesis file"};
  const WorkDirectory given(options.work.work);
  const WorkDirectory directory(given, kQuestions);
  WorkOptions how = options.work;
  std::error_code none;
  if (std::filesystem::exists(given.path() + kLedgerFile, none)) how.checked_in = given.path();
  const std::string path = directory.path() + kTablesFile;
  const DatabaseAddress address{DatabaseAddress::Kind::sqlite, path};
  begin_again_where_apart(directory, address, options.source.genesis, surroundings);
  const auto made = exported(options.source, how, directory, address, surroundings);
  const auto divergence = made ? made->report.divergence : std::optional(made.error());
  if (divergence) {
    surroundings.err << "vostro-audit: " << to_string(*divergence) << "\n";
    return Exit::diverges;
  }
  for (const Blocks& blocks : made->report.trusted)
    surroundings.err << "vostro-audit: NOT CHECKED: transaction signatures of blocks "
                     << blocks.first.value << " to " << blocks.second.value << "\n";
  return with_database(address, path, work);
}

}  // namespace vostro::audit
