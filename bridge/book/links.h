/// The chain of hashes over the rows that are only ever added, and its check. Source: threat model
/// 2.7, "Rows are hash-chained: an insider's edit shows".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/book/book.h"

namespace vostro::bridge {

/// H("book", previous hash, number, table, each column with its length): hexadecimal.
[[nodiscard]] std::string link_hash(std::string_view previous, std::int64_t seq,
                                    std::string_view table, const std::vector<std::string>& cells);

struct Audit {
  std::int64_t rows = 0;            ///< that are linked
  std::string head;                 ///< hash of the last: compare it with one noted elsewhere
  std::vector<std::string> faults;  ///< one sentence each, at most 20
};
/// Recomputes every hash, sums every entry, and holds each flow against its steps: rows that were
/// changed, taken out or put in show. Rows cut off at the very end, with their links, show only by
/// `head` and `rows`, which stand in every reconciliation report.
[[nodiscard]] Audit audit(BookTransaction& book);

}  // namespace vostro::bridge
