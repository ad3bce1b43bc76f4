/// The ledger on disk: blocks, receipts, ids, state and tree in RocksDB, one atomic and synced
/// write for a block or a run of them, so that after a crash the store is at a block boundary.
/// Beside it a high-water mark that notices lost writes (mark.h).
///
/// One thread commits; any thread reads, meanwhile too. As StateReader and NodeReader the Store
/// answers for the newest block; whoever needs several answers of one block takes a `view()`.
///
/// A failed write, sync or read is final: `failure()` says what it was, `commit` refuses from then
/// on, reads go on. Whoever executes blocks on this store asks `failure()` before it uses what came
/// out: a read that failed looks like an absent value.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "chain/execute.h"
#include "chain/storage.h"
#include "chain/store/error.h"
#include "chain/store/mark.h"
#include "chain/store/view.h"

namespace vostro::chain {

/// Number of the format on disk. A store with a higher one is refused; one with a lower one is
/// taken and becomes one of this format: 2 added what a block leaves for ever (its ids, where they
/// were not yet written, are read from its receipts) and stores that do not begin with block 1.
inline constexpr std::uint32_t store_format = 2;

struct StoreOptions {
  std::size_t cache_bytes = 64 * 1024 * 1024;  ///< blocks, indexes and filters read
  std::size_t write_buffer_bytes =
      48 * 1024 * 1024;                 ///< unflushed writes of all column families together
  std::uint64_t proof_window = 10'000;  ///< heights below the head whose state can be proved
  std::uint64_t reserve_bytes = 256 * 1024 * 1024;  ///< commits are refused when less is free
  /// Opens although the store is behind its mark, or the mark is gone: to refill it. The caller
  /// does not vote before the head has reached `mark()`; a block that contradicts the mark is
  /// refused then.
  bool open_behind_mark = false;
};

/// A batch as its author signed it, encoded. The bytes stay the caller's until `commit` returns.
struct StoredBatch {
  Hash id;
  BatchName name;
  ByteView bytes;
};

/// What is stored of a block. The views stay the caller's until `commit` returns.
struct StoredBlock {
  Hash id;
  ByteView header;                       ///< opaque
  ByteView cut;                          ///< opaque
  ByteView proof;                        ///< opaque finality proof; empty: none for this height
  bool keep_proof = false;               ///< for ever: of a block that closes an epoch
  std::span<const StoredBatch> batches;  ///< all batches of the cut, in execution order
  const ExecutedBlock& executed;
  std::optional<Hash> next_network = {};  ///< from this block on the store is this network's
};

class Store final : public StateReader, public NodeReader {
 public:
  /// Opens the store in directory `path` (mode 0700, made where missing; its parent exists), or
  /// starts one for the network. Errors: all but out_of_space and failed_before.
  [[nodiscard]] static Result<std::unique_ptr<Store>, StoreError> open(const std::string& path,
                                                                       const Hash& network_id,
                                                                       const StoreOptions& options);
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Makes the block the head; durable when this returns. Heights follow on each other, beginning
  /// with the genesis state as height 0 (header and cut may be empty there). Errors: failed_before;
  /// out_of_space (not final); damaged (contradicts the mark); input_output.
  [[nodiscard]] Result<void, StoreError> commit(const StoredBlock& block);
  /// The same with blocks that follow on each other, by one write and one sync: all of them are
  /// durable when this returns, and none is to be seen before. Only the last may have a proof.
  [[nodiscard]] Result<void, StoreError> commit_run(std::span<const StoredBlock> blocks);
  /// Stores a proof that came after its block, at or below the head, by the rule of
  /// StoreView::proof_at_or_above. Synced.
  [[nodiscard]] Result<void, StoreError> put_proof(Height height, ByteView proof, bool keep);

  /// Takes what blocks below `height` have beyond header and ids out of the store, and gives the
  /// disk space back; slow. Payments that wait for something and open redemptions keep their
  /// receipts and their orders. At most up to the head. One thread at a time, beside the one that
  /// commits. Where `canceled` becomes true it ends within a second or so, well; what is left over
  /// the next pruning takes. Errors: failed_before, damaged, input_output; what was taken out
  /// before the fault stays so.
  [[nodiscard]] Result<void, StoreError> prune(Height height,
                                               std::atomic<bool>* canceled = nullptr);

  /// Empty before the first commit.
  [[nodiscard]] std::optional<Head> head() const;
  /// How far this store has been, ever. Above the head only when opened with `open_behind_mark`.
  [[nodiscard]] std::optional<Mark> mark() const;
  /// The first fault that made this store stop writing; empty while it is sound.
  [[nodiscard]] std::optional<StoreError> failure() const;
  /// Free space of the file system that holds the store, in bytes, as an ordinary user may use it;
  /// 0 when unknown.
  [[nodiscard]] std::uint64_t free_bytes() const;
  /// What is kept free of it.
  [[nodiscard]] std::uint64_t reserve_bytes() const;
  /// Memory that RocksDB holds for cache, write buffers and open tables, in bytes: for metrics.
  [[nodiscard]] std::uint64_t memory_bytes() const;
  /// Reads every stored byte and checks its checksum; slow. Errors: damaged, input_output. Any
  /// thread.
  [[nodiscard]] Result<void, StoreError> scrub() const;

  /// All answers of one block.
  [[nodiscard]] StoreView view() const;

  // At the newest block.
  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override;
  [[nodiscard]] std::optional<IdRecord> find_id(const OwnedId& id) const override;
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override;
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override;

 private:
  explicit Store(std::shared_ptr<StoreCore> core);
  std::shared_ptr<StoreCore> core_;  // shared with views: the last of them closes the database
};

}  // namespace vostro::chain
