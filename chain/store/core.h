/// RocksDB behind the store's own files: column families, options, reads that note their faults.
/// Nothing outside this folder includes this.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/codec.h"
#include "base/private_file.h"
#include "chain/merkle_tree.h"
#include "chain/store/error.h"
#include "chain/store/mark.h"
#include "chain/store/rows.h"
#include "chain/store/store.h"

namespace vostro::chain {

enum class Family : std::size_t {
  meta,
  blocks,
  certificates,
  transactions,
  receipts,
  ids,
  state,
  tree,
  entries
};
inline constexpr std::size_t family_count = 9;

[[nodiscard]] inline rocksdb::Slice slice(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline ByteView view_of(const rocksdb::Slice& bytes) {
  return {reinterpret_cast<const Byte*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes copy_of(const rocksdb::Slice& bytes) {
  return {view_of(bytes).begin(), view_of(bytes).end()};
}
[[nodiscard]] StoreError error_of(const rocksdb::Status& status, std::string what);
/// Of the file system of `path`, as an ordinary user may use it; 0 when unknown.
[[nodiscard]] std::uint64_t free_bytes_of(const std::string& path);

/// The few values that were asked for last. Any thread.
template <class Key, class Value>
class Recent {
 public:
  using Shared = std::shared_ptr<const Value>;
  static constexpr std::size_t count_max = 4;  // batches have up to 256 KiB, trees 64 bytes a leaf

  /// Null where it is not among them.
  [[nodiscard]] Shared find(const Key& key) {
    const std::lock_guard guard(mutex_);
    const auto found = std::ranges::find(values_, key, &std::pair<Key, Shared>::first);
    if (found == values_.end()) return nullptr;
    std::rotate(values_.begin(), found, found + 1);
    return values_.front().second;
  }
  void put(const Key& key, Shared value) {
    const std::lock_guard guard(mutex_);
    // Two threads that miss it at once both put it.
    std::erase_if(values_, [&](const auto& each) { return each.first == key; });
    if (values_.size() == count_max) values_.pop_back();
    values_.emplace(values_.begin(), key, std::move(value));
  }

 private:
  std::mutex mutex_;
  std::vector<std::pair<Key, Shared>> values_;  ///< newest first
};

/// Takes the lock, the mark and the database of one directory, in this order, and gives them back
/// in reverse.
struct StoreCore {
  StoreCore(std::string directory, const StoreOptions& store_options)
      : path(std::move(directory)), options(store_options) {}
  ~StoreCore();
  StoreCore(const StoreCore&) = delete;
  StoreCore& operator=(const StoreCore&) = delete;

  [[nodiscard]] Result<void, StoreError> take_lock();
  [[nodiscard]] Result<void, StoreError> open_database();
  /// To read what is there now, also while another process writes: takes no lock, changes no file,
  /// and keeps every file of the moment open, so that one deleted meanwhile can be read on.
  [[nodiscard]] Result<void, StoreError> open_database_to_read();
  /// Format and network: written where the database is new, compared where it is not; an older
  /// format becomes this one, unless the database is open to read.
  [[nodiscard]] Result<void, StoreError> check_identity(const Hash& network_id,
                                                        bool is_to_read = false);

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family which) const {
    return families[static_cast<std::size_t>(which)];
  }
  /// A row, as of the snapshot or newest where that is null. A fault is noted, and reads as an
  /// absent row.
  [[nodiscard]] std::optional<Bytes> read(Family which, ByteView key,
                                          const rocksdb::Snapshot* snapshot) const;
  template <class T>
  [[nodiscard]] std::optional<T> read_as(Family which, ByteView key,
                                         const rocksdb::Snapshot* snapshot) const {
    const auto row = read(which, key, snapshot);
    if (!row) return std::nullopt;
    auto value = decode<T>(*row);
    if (!value) {
      note_failure({StoreFault::damaged, "row " + to_hex(key) + ": " + to_string(value.error())});
      return std::nullopt;
    }
    return std::move(*value);
  }

  void note_failure(StoreError error) const;
  [[nodiscard]] std::optional<StoreError> failure() const;

  std::string path;
  StoreOptions options;
  OpenFile lock{-1};
  std::optional<MarkFile> mark;
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
  std::unique_ptr<rocksdb::DB> database;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families{};
  rocksdb::WriteBatch block_batch;  ///< the writer's, of the write before
  std::uint64_t pruned_to = 0;      ///< the writer's: replaced values up to this height are gone

  mutable std::mutex mutex;  ///< for head and failure
  std::optional<Head> head;
  std::optional<Mark> mark_seen;  ///< the mark as readers see it
  mutable std::optional<StoreError> first_failure;

  // What one is read from and many are asked for after another, of final blocks, which never
  // change: a batch is a thousand times as long as a transaction, a row has 32 receipts.
  mutable Recent<std::pair<Height, std::uint32_t>, Bytes> batches;
  mutable Recent<std::pair<Height, std::uint32_t>, ReceiptRow> receipt_rows;
  mutable Recent<Height, MerkleTree> receipt_trees;
};

struct StoreSnapshot {
  StoreSnapshot(std::shared_ptr<const StoreCore> store, std::optional<Head> at)
      : core(std::move(store)), head(at) {}
  ~StoreSnapshot() {
    if (snapshot != nullptr) core->database->ReleaseSnapshot(snapshot);
  }
  StoreSnapshot(const StoreSnapshot&) = delete;
  StoreSnapshot& operator=(const StoreSnapshot&) = delete;

  std::shared_ptr<const StoreCore> core;
  const rocksdb::Snapshot* snapshot = nullptr;  ///< none: newest
  std::optional<Head> head;
};

/// Rows of one family whose key begins with `prefix`, as of a snapshot.
class RowIterator {
 public:
  RowIterator(const StoreCore& core, Family which, Bytes prefix, const rocksdb::Snapshot* snapshot);
  ~RowIterator();
  RowIterator(const RowIterator&) = delete;
  RowIterator& operator=(const RowIterator&) = delete;

  void to_first() { seek(prefix_); }
  void to_last() { iterator_->SeekToLast(); }
  void seek(ByteView key);               ///< the first row not below `key`
  void seek_for_previous(ByteView key);  ///< the last row not above `key`
  void next() { iterator_->Next(); }
  void previous() { iterator_->Prev(); }
  /// False behind the last row, and after a fault, which is noted.
  [[nodiscard]] bool is_valid() const;
  [[nodiscard]] ByteView key() const { return view_of(iterator_->key()); }
  [[nodiscard]] ByteView value() const { return view_of(iterator_->value()); }

 private:
  const StoreCore& core_;
  Bytes prefix_;
  Bytes end_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

/// Puts everything that belongs to these blocks, which follow on each other, into the batch. Reads
/// replaced values; faults are noted in the core.
void write_blocks(const StoreCore& core, std::span<const StoredBlock> blocks,
                  rocksdb::WriteBatch& batch);
/// Drops replaced values that no height of the proof window needs, once `head` is the newest block:
/// of what is in the database, which ends at `stored`. Gives the height up to which they are gone.
[[nodiscard]] std::uint64_t prune_past(const StoreCore& core, Height stored, Height head,
                                       rocksdb::WriteBatch& batch);
void write_proof(const StoreCore& core, Height height, ByteView proof, bool keep,
                 rocksdb::WriteBatch& batch);

// Reads that Store and StoreView share; a null snapshot reads the newest.
[[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan_state(const StoreCore& core,
                                                              const rocksdb::Snapshot* snapshot,
                                                              ByteView prefix, ByteView from,
                                                              std::size_t limit);
[[nodiscard]] std::optional<UsedIds> read_used_ids(const StoreCore& core,
                                                   const rocksdb::Snapshot* snapshot,
                                                   Height height);
[[nodiscard]] Height read_history_begins(const StoreCore& core, const rocksdb::Snapshot* snapshot);
/// Where the transaction stands that used the id, among those of its block; none where it is not
/// here. A block that must have it and has not is a fault, which is noted.
struct TransactionPlace {
  Height height;
  std::uint32_t index = 0;

  auto operator<=>(const TransactionPlace&) const = default;
};
[[nodiscard]] std::optional<TransactionPlace> find_transaction(const StoreCore& core,
                                                               const rocksdb::Snapshot* snapshot,
                                                               const OwnedId& id);
[[nodiscard]] std::optional<Hash> read_receipt_root(const StoreCore& core,
                                                    const rocksdb::Snapshot* snapshot,
                                                    Height height);

}  // namespace vostro::chain
