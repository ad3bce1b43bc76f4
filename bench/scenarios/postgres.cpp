/// Scenario postgres: what one PostgreSQL server on this machine does of its own benchmark, TPC-B,
/// flushing what it commits (bench/postgres/tpcb.py). It verifies nothing, agrees with nobody and
/// keeps one copy. Served payments of `load` and `bulk`, where they ran, are compared with it.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench/limits.h"
#include "bench/program.h"
#include "bench/scenario.h"

namespace vostro::bench {
namespace {

namespace json = boost::json;

constexpr int kNotInstalled = 77;  // of tpcb.py
constexpr double kSecondsMost = 60;

/// Errors: a sentence; the value is null where PostgreSQL is not installed.
Result<json::value, std::string> measured(const std::string& directory, double seconds) {
  const std::string path = directory + "/tpcb.json";
  const auto whole = std::to_string(static_cast<int>(std::clamp(seconds, 1.0, kSecondsMost)));
  const auto code =
      run_program({"python3", "-B", VOSTRO_TPCB_SCRIPT, "--seconds", whole, "--json", path});
  if (!code) return fail(code.error());
  if (*code == kNotInstalled) return json::value();
  if (*code != 0) return fail(std::string("bench/postgres/tpcb.py failed"));
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  json::error_code error;
  json::value found = json::parse(text, error);
  if (error || !found.is_object()) return fail(path + " is not there, or no JSON");
  return found;
}

/// A figure of what was served here by what was there, where it was measured.
void compare(const char* key, const char* name, std::optional<double> served, double by,
             Section& section) {
  if (!served || by <= 0) return;
  section.figures.push_back({key, name, *served / by, Unit::times, Target{1, true}});
}

}  // namespace

Result<Section, std::string> postgres(Run& run) {
  const auto directory = scratch_directory(run.options.network.directory);
  if (!directory) return fail(directory.error());
  const auto found = measured(*directory, run.options.load.window_s);
  std::error_code ignored;  // one small file of our own
  std::filesystem::remove_all(*directory, ignored);
  if (!found) return fail(found.error());
  Section section;
  section.title = "PostgreSQL, one server, TPC-B, committed to disk";
  if (found->is_null()) {
    section.notes.emplace_back(
        "PostgreSQL 15 is not installed (Debian's package postgresql): nothing was compared");
    return section;
  }
  const auto number = [&](const char* key) { return found->at(key).to_number<double>(); };
  const double singles = number("transfers_per_s");
  const double batches = number("batch_transfers_per_s");
  section.figures = {
      {"transfers_per_s",
       "transfers one by one, over " + digits_of(number("clients"), Unit::count) + " connections",
       singles, Unit::per_second},
      {"transfer_ms", "time of one", number("transfer_ms"), Unit::ms},
      {"batch_transfers_per_s",
       "transfers, " + digits_of(number("batch"), Unit::count) + " in a statement", batches,
       Unit::per_second},
      {"batch_ms", "time of one statement", number("batch_ms"), Unit::ms}};
  compare("payments_by_transfers", "single payments by its transfers", run.payments_per_s, singles,
          section);
  compare("credits_by_transfers", "credits of bulks by its transfers in batches", run.credits_per_s,
          batches, section);
  if (describe_machine(std::filesystem::temp_directory_path().string()).is_in_memory)
    section.notes.emplace_back(
        "its directory is on a memory file system, where flushing costs nothing");
  section.guards.push_back({"its accounts, tellers, branches and history agree",
                            found->at("is_balanced").as_bool(),
                            digits_of(number("transfers"), Unit::count) + " transfers"});
  return section;
}

}  // namespace vostro::bench
