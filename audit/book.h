/// An account book of its own: what every account, hold and currency has, added up from the entries
/// of receipts alone, with nothing of the node's code for balances. After each block what it says
/// is compared with the state. Rows lie beside the ledger in the work store, so memory does not
/// grow with the number of accounts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "audit/finding.h"
#include "base/bytes.h"
#include "chain/execute.h"
#include "chain/receipt.h"

namespace vostro::audit {

class Book {
 public:
  /// Rows of the block before. Outlives the book.
  using ReadRow = std::function<std::optional<Bytes>(ByteView key)>;
  explicit Book(ReadRow read) : read_(std::move(read)) {}

  /// Posts the block's entries, and compares every balance and hold that they or the state touch,
  /// and the sums of each currency they touch, with the state after the block.
  [[nodiscard]] Checked<void> post(Height height, const std::vector<chain::Receipt>& receipts,
                                   const chain::Changes& state);
  /// The rows that the last post changed; to be stored with the block.
  [[nodiscard]] chain::Changes take_rows();

  /// After the last block: every row of the book against the whole state, and the other way round.
  /// `rows` and `state` give up to 2,000 rows from a key on, ascending.
  using Scan = std::function<std::vector<std::pair<Bytes, Bytes>>(ByteView from)>;
  [[nodiscard]] static Checked<void> compare_whole(Height height, const Scan& rows,
                                                   const Scan& state);

 private:
  [[nodiscard]] bool add(std::string key, std::int64_t units);
  [[nodiscard]] bool post_entries(const std::vector<chain::Receipt>& receipts);
  [[nodiscard]] std::int64_t stored(ByteView key) const;
  [[nodiscard]] std::optional<Divergence> compare_posted(Height height,
                                                         const chain::Changes& state);
  [[nodiscard]] std::optional<Divergence> compare_changed(Height height,
                                                          const chain::Changes& state) const;
  [[nodiscard]] std::optional<Divergence> compare_sums(Height height, const chain::Changes& state);

  ReadRow read_;
  std::unordered_map<std::string, std::int64_t> posted_;  ///< of this block, by row key
  std::map<Bytes, std::int64_t> rows_;                    ///< what each posted row is after it
};

}  // namespace vostro::audit
