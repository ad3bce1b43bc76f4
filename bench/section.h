/// What one scenario came to, in a form that is the same for all of them: figures with their
/// targets, tables, series over time, notes, guards. bench/report.h shows it as text and JSON,
/// bench/page.h as a page. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/guard.h"
#include "bench/statistics.h"

namespace vostro::bench {

enum class Unit : std::uint8_t {
  ms,
  us,
  s,
  per_second,
  share,  ///< of one; shown in percent
  times,
  bytes,
  mib,
  count,
};
/// "ms", "/s", "%", "x" ...
[[nodiscard]] std::string_view sign_of(Unit unit);
/// With the digits that the unit deserves: "9.41", "40.4" for a share of 0.404.
[[nodiscard]] std::string digits_of(double value, Unit unit);
/// Both together: "9.41 ms", "40.4 %".
[[nodiscard]] std::string text_of(double value, Unit unit);

struct Target {
  double bound = 0;
  bool is_floor = false;  ///< at least the bound; else at most
};

/// One number. `key` is its name in JSON.
struct Figure {
  std::string key;
  std::string name;
  double value = 0;
  Unit unit = Unit::count;
  std::optional<Target> target = {};
  bool is_whole = true;  ///< false: what would make it worse was not measured

  /// True where there is no target. What is not whole meets none.
  [[nodiscard]] bool is_met() const;
};
/// ">= 65.0 %"; empty where there is no target.
[[nodiscard]] std::string target_text(const Figure& figure);

struct Column {
  std::string key;
  std::string name;
  Unit unit = Unit::count;
  bool is_drawn = false;  ///< in a chart; all that are have the unit of the first
};
struct TableRow {
  std::string name;
  std::vector<double> values;  ///< one of each column
};
struct Table {
  std::string key;
  std::string title;
  std::vector<Column> columns;
  std::vector<TableRow> rows;
  bool is_stacked = false;  ///< what is drawn are parts of the first column
};
/// A row of each spread that has values: least, median, p90, p99, most, count.
[[nodiscard]] Table spread_table(std::string key, std::string title, Unit unit,
                                 std::vector<std::pair<std::string, Spread>> rows);

/// Values at equal steps of time.
struct Series {
  std::string key;
  std::string title;
  Unit unit = Unit::per_second;
  double step_s = 1;
  std::vector<double> values;
};

struct Section {
  std::string name;   ///< the scenario's
  std::string title;  ///< what was done, with its numbers
  std::vector<Figure> figures;
  std::vector<Table> tables;
  std::vector<Series> series;
  std::vector<std::string> notes;  ///< what a reader has to know before he believes a figure
  std::vector<Guard> guards;

  [[nodiscard]] bool guards_hold() const;
};

}  // namespace vostro::bench
