/// A node's store, opened to be looked at and no more: for auditors. Nothing in its directory is
/// made, locked or changed, so that it may lie on a read-only medium, belong to somebody else, or
/// be that of a running node, whose moment of opening is then what is seen. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chain/store/error.h"
#include "chain/store/mark.h"
#include "chain/store/view.h"

namespace vostro::chain {

/// Tables that a node keeps for its own use and that follow from the blocks.
enum class StoredTable : std::uint8_t { state, tree, ids };

class StoredChain {
 public:
  /// `path` is that of the store, as Store::open takes it. Errors: newer_format, other_network,
  /// behind_mark, mark_missing, damaged (also where there is no store), input_output.
  [[nodiscard]] static Result<std::unique_ptr<StoredChain>, StoreError> open(
      const std::string& path, const Hash& network_id);
  ~StoredChain();
  StoredChain(const StoredChain&) = delete;
  StoredChain& operator=(const StoredChain&) = delete;

  [[nodiscard]] StoreView view() const;
  /// The first read that failed. An answer "not there" is only true while this is empty.
  [[nodiscard]] std::optional<StoreError> failure() const;
  /// Reads every stored byte and checks its checksum. Errors: damaged, input_output.
  [[nodiscard]] Result<void, StoreError> scrub() const;
  /// Up to `limit` rows of the table at the head, from key `from` on, ascending.
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> rows(StoredTable table, ByteView from,
                                                          std::size_t limit) const;

 private:
  explicit StoredChain(std::shared_ptr<StoreCore> core);
  std::shared_ptr<StoreCore> core_;
};

}  // namespace vostro::chain
