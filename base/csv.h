/// CSV as RFC 4180 has it: commas, CRLF or LF, quotes around what holds either, quotes doubled
/// inside. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vostro {

struct CsvRow {
  std::size_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> cells;

  bool operator==(const CsvRow&) const = default;
};

struct CsvError {
  std::size_t line = 0;
  std::string what;

  bool operator==(const CsvError&) const = default;
};

inline constexpr std::size_t csv_cells_max = 64;
inline constexpr std::size_t csv_cell_bytes_max = 4096;

/// All rows, the header's among them; empty lines are passed over, and so is a byte order mark.
/// Errors: a quote inside plain text or without an end; more than `rows_max` rows, 64 cells in one,
/// 4 KiB in one.
[[nodiscard]] Result<std::vector<CsvRow>, CsvError> read_csv(std::string_view text,
                                                             std::size_t rows_max);
/// The cells as a line that ends in CRLF, quoted where they have to be.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

}  // namespace vostro
