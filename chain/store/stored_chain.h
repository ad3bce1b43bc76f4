/// A node's store, opened to be looked at and no more: for auditors. Nothing in its directory is
/// made, locked or changed, so that it may lie on a read-only medium, belong to somebody else, or
/// be that of a running node, whose moment of opening is then what is seen. Any thread.
///
/// Each read has its own outcome: one that fails says so, and says nothing of others. Errors are
/// damaged (a checksum, or bytes that are no such row) and input_output.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chain/receipt.h"
#include "chain/store/error.h"
#include "chain/store/mark.h"
#include "chain/store/view.h"

namespace vostro::chain {

/// Tables that a node keeps for its own use and that follow from the blocks.
enum class StoredTable : std::uint8_t { state, tree, ids };
using TableRows = std::vector<std::pair<Bytes, Bytes>>;

class StoredChain {
 public:
  template <class T>
  using Read = Result<T, StoreError>;

  /// `path` is that of the store, as Store::open takes it. Whether the head is behind the mark is
  /// the caller's question. Errors: newer_format, other_network, damaged (also where there is no
  /// store), input_output.
  [[nodiscard]] static Read<std::unique_ptr<StoredChain>> open(const std::string& path,
                                                               const Hash& network_id);
  ~StoredChain();
  StoredChain(const StoredChain&) = delete;
  StoredChain& operator=(const StoredChain&) = delete;

  [[nodiscard]] const std::optional<Head>& head() const;
  /// How far the node has been, ever, as it says itself; none where its mark is lost.
  [[nodiscard]] const std::optional<Mark>& mark() const;
  /// The lowest block that is here whole, see StoreView::history_begins.
  [[nodiscard]] Read<Height> history_begins() const;
  /// Height of the newest finality proof.
  [[nodiscard]] Read<std::optional<Height>> last_proof() const;

  // Rows of one block; none where there is no such row.
  [[nodiscard]] Read<std::optional<BlockSummary>> summary(Height height) const;
  [[nodiscard]] Read<std::optional<Bytes>> header(Height height) const;
  [[nodiscard]] Read<std::optional<Bytes>> cut(Height height) const;
  [[nodiscard]] Read<std::optional<Bytes>> batch(Height height, std::uint32_t index) const;
  [[nodiscard]] Read<std::optional<Bytes>> proof(Height height) const;
  [[nodiscard]] Read<std::optional<Height>> height_of(const Hash& block_id) const;
  /// The receipts' rows as they are stored, up to the first that is missing; `limit` at most.
  [[nodiscard]] Read<std::vector<Bytes>> receipt_rows(Height height, std::size_t limit) const;
  /// The first `limit` receipts.
  [[nodiscard]] Read<std::vector<Receipt>> receipts(Height height, std::size_t limit) const;

  /// Up to `limit` rows of the table at the head, from key `from` on, ascending.
  [[nodiscard]] Read<TableRows> rows(StoredTable table, ByteView from, std::size_t limit) const;
  /// Reads every stored byte and checks its checksum.
  [[nodiscard]] Read<void> scrub() const;

 private:
  explicit StoredChain(std::shared_ptr<StoreCore> core);
  std::shared_ptr<StoreCore> core_;
};

}  // namespace vostro::chain
