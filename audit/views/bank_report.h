/// The report on a bank, a currency and a period, out of an exported database. Money is counted by
/// business date, orders by the UTC day of their block. Plain tables, which views/render.h shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/sql/database.h"

namespace vostro::audit {

struct ReportTable {
  std::string name;   ///< a word, for JSON and CSV
  std::string title;  ///< for people
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  /// For a bar chart: which column names a bar, and how long each is (any unit, in rows' order).
  std::optional<std::size_t> chart_label;
  std::vector<std::int64_t> chart;
};

struct BankReport {
  std::string bank;
  std::string currency;
  std::string from;  ///< business dates, both in the period
  std::string to;
  std::string network;
  std::string block;  ///< id of the last block in the database
  std::string height;
  std::vector<ReportTable> tables;
};

struct ReportScope {
  std::string bank;  ///< as text: "NORDDEFF"
  std::string currency;
  std::string from;  ///< "2026-01-05"
  std::string to;
};
/// Throws DatabaseError.
[[nodiscard]] BankReport report_on(Database& database, const ReportScope& scope);

/// The value below which `percent` of the sorted values lie (nearest rank); 0 for none.
[[nodiscard]] std::int64_t percentile(const std::vector<std::int64_t>& sorted, unsigned percent);

}  // namespace vostro::audit
