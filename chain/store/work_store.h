/// The ledger of one who executes a chain again: state, tree, ids and receipts roots of one block,
/// nothing of blocks and history. Not durable block by block, because everything in it can be made
/// again: `save` makes a point to go on from, and after a crash the store is as it was at some such
/// point, at a block boundary. Memory is bounded whatever the state's size. A block is written by a
/// thread of the store's own while its caller, one thread, goes on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chain/execute.h"
#include "chain/storage.h"
#include "chain/store/error.h"
#include "chain/store/stored_chain.h"
#include "chain/store/view.h"

namespace vostro::chain {

struct WorkStoreOptions {
  std::size_t cache_bytes = 64 * 1024 * 1024;
  std::size_t write_buffer_bytes = 64 * 1024 * 1024;  ///< what is not flushed yet
};

class WorkStore final : public StateReader, public NodeReader {
 public:
  /// Opens or begins one in directory `path`, which exists. Errors: locked, newer_format,
  /// other_network, damaged, input_output.
  [[nodiscard]] static Result<std::unique_ptr<WorkStore>, StoreError> open(
      const std::string& path, const Hash& network_id, const WorkStoreOptions& options = {});
  ~WorkStore() override;
  WorkStore(const WorkStore&) = delete;
  WorkStore& operator=(const WorkStore&) = delete;

  /// Makes `block` the head, with `notes`: rows that the caller keeps beside the ledger, at the
  /// same block boundary. Heights follow on each other, from 0. What is read shows them at once;
  /// writing them goes on meanwhile.
  /// Errors, of a block before this one too: input_output, failed_before.
  [[nodiscard]] Result<void, StoreError> commit(const Hash& block_id,
                                                std::shared_ptr<const ExecutedBlock> block,
                                                Changes notes);
  /// What was committed until now outlives the process. Errors: input_output, failed_before.
  [[nodiscard]] Result<void, StoreError> save();

  [[nodiscard]] const std::optional<Head>& head() const { return head_; }
  [[nodiscard]] std::optional<StoreError> failure() const;
  [[nodiscard]] std::optional<Bytes> note(ByteView key) const;
  /// Up to `limit` notes from key `from` on, ascending.
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> notes(ByteView from, std::size_t limit) const;
  /// Up to `limit` rows of a table, from key `from` on, ascending: comparable to StoredChain::rows.
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> rows(StoredTable table, ByteView from,
                                                          std::size_t limit) const;

  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override;
  [[nodiscard]] std::optional<IdRecord> find_id(const OwnedId& id) const override;
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override;
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override;

 private:
  class Database;
  class Writer;
  explicit WorkStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
  std::unique_ptr<Writer> writer_;  ///< ends before what it writes to
  std::optional<Head> head_;
};

}  // namespace vostro::chain
