// What a store gives back: everything of old blocks but headers, ids and proofs.
#include <set>

#include "chain/merkle.h"
#include "chain/store/core.h"

namespace vostro::chain {
namespace {

constexpr std::size_t deletes_per_write = 50'000;

/// The ids of a block of format 1, from its receipts: whose id was used first by which.
std::optional<UsedIds> ids_from_receipts(const StoreCore& core, const rocksdb::Snapshot* snapshot,
                                         Height height) {
  UsedIds used;
  std::vector<Hash> transactions;
  std::uint32_t index = 0;
  for (std::uint32_t number = 0;; ++number) {
    const auto row =
        core.read_as<ReceiptRow>(Family::receipts, keys::receipts(height, number), snapshot);
    if (!row) break;
    for (const Receipt& receipt : row->receipts) {
      if (receipt.kind == ReceiptKind::transaction)
        transactions.push_back(receipt.transaction_hash);
      if (receipt.kind != ReceiptKind::due) {
        const auto first = core.read_as<IdRecord>(Family::ids, keys::id(receipt.id), snapshot);
        if (first && first->height == height && first->receipt == index)
          append_name(used.names, receipt.id);
      }
      ++index;
    }
    if (row->receipts.size() < keys::receipts_per_row) break;
  }
  used.transactions_root = merkle_root(transactions);
  return used;
}

class Pruner {
 public:
  Pruner(StoreCore& core, Height height) : core_(core), height_(height) {}

  Result<void, StoreError> run() {
    if (auto done = keep_ids(); !done) return done;
    find_waiting();
    // Said first: nobody looks for what is gone already.
    Bytes begins;
    append_big_endian(begins, height_.value);
    put(Family::meta, as_bytes(keys::history), begins);
    if (auto done = write(); !done) return done;
    for (const char kind : {'c', 't'}) drop_heights(Family::blocks, static_cast<Byte>(kind));
    for (const char kind : {'l', 'x'}) drop_heights(Family::transactions, static_cast<Byte>(kind));
    drop_receipts();
    drop_lists(Family::receipts, Bytes{'a'});
    drop_lists(Family::entries, {});
    if (auto done = drop_each(Family::transactions, 'i', true); !done) return done;
    if (auto done = drop_each(Family::transactions, 'n', true); !done) return done;
    if (auto done = drop_each(Family::receipts, 'e', false); !done) return done;
    if (auto done = write(); !done) return done;
    return compact();
  }

 private:
  void put(Family which, ByteView key, ByteView value) {
    const rocksdb::Status status = batch_.Put(core_.family(which), slice(key), slice(value));
    VOSTRO_CHECK(status.ok());
  }
  void drop(Family which, ByteView from, ByteView to) {
    if (!std::lexicographical_compare(from.begin(), from.end(), to.begin(), to.end())) return;
    const rocksdb::Status status = batch_.DeleteRange(core_.family(which), slice(from), slice(to));
    VOSTRO_CHECK(status.ok());
  }
  Result<void, StoreError> write() {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const rocksdb::Status status = core_.database->Write(durable, &batch_);
    batch_.Clear();
    if (!status.ok()) core_.note_failure(error_of(status, core_.path));
    if (auto broken = core_.failure()) return fail(*std::move(broken));
    return {};
  }

  Result<void, StoreError> keep_ids() {
    const auto begins = core_.read(Family::meta, as_bytes(keys::history), nullptr);
    const std::uint64_t from = begins ? keys::read_big_endian(*begins) : 1;
    for (Height height(from); height < height_; height = height.next()) {
      if (core_.read(Family::blocks, keys::used_ids(height), nullptr)) continue;
      const auto used = read_used_ids(core_, nullptr, height);
      if (!used) return fail(core_.failure().value_or(StoreError{StoreFault::damaged, core_.path}));
      put(Family::blocks, keys::used_ids(height), encode(*used));
    }
    return write();
  }

  /// Receipts of payments that wait for something: people look at them.
  void find_waiting() {
    RowIterator rows(core_, Family::receipts, Bytes{'s'}, nullptr);
    for (rows.to_first(); rows.is_valid(); rows.next()) {
      const auto waiting = decode<WaitingRow>(rows.value());
      if (!waiting) {
        core_.note_failure({StoreFault::damaged, "row " + to_hex(rows.key())});
        return;
      }
      keep(waiting->place);
      // The name is what follows the kind.
      Bytes prefix{'e'};
      append(prefix, rows.key().subspan(1));
      RowIterator events(core_, Family::receipts, prefix, nullptr);
      for (events.to_first(); events.is_valid(); events.next()) {
        kept_events_.insert(Bytes(events.key().begin(), events.key().end()));
        keep(keys::trailing_place(events.key()));
      }
    }
  }
  void keep(ReceiptPlace place) {
    if (place.height < height_)
      kept_receipts_.insert(keys::receipts(place.height, place.index / keys::receipts_per_row));
  }

  void drop_heights(Family which, Byte kind) {
    Bytes from{kind};
    Bytes to{kind};
    append_big_endian(from, 0);
    append_big_endian(to, height_.value);
    drop(which, from, to);
  }
  void drop_receipts() {
    Bytes from = keys::receipts(Height(0), 0);
    for (const Bytes& kept : kept_receipts_) {
      drop(Family::receipts, from, kept);
      from = kept;
      from.push_back(0);  // the first key behind it
    }
    drop(Family::receipts, from, keys::receipts(height_, 0));
  }
  /// Lists whose keys end with a height, one range for each list.
  void drop_lists(Family which, const Bytes& prefix) {
    RowIterator rows(core_, which, prefix, nullptr);
    rows.to_first();
    while (rows.is_valid()) {
      const ByteView key = rows.key();
      const Bytes list(key.begin(), key.end() - 8);
      Bytes to = list;
      append_big_endian(to, height_.value);
      Bytes from = list;
      append_big_endian(from, 0);
      drop(which, from, to);
      rows.seek(keys::end_of(list));
    }
  }
  /// Rows that name a place, in their value or at the end of their key.
  Result<void, StoreError> drop_each(Family which, char kind, bool in_value) {
    RowIterator rows(core_, which, Bytes{static_cast<Byte>(kind)}, nullptr);
    for (rows.to_first(); rows.is_valid(); rows.next()) {
      const ReceiptPlace place = keys::trailing_place(in_value ? rows.value() : rows.key());
      if (place.height >= height_) continue;
      if (kept_events_.contains(Bytes(rows.key().begin(), rows.key().end()))) continue;
      const rocksdb::Status status = batch_.Delete(core_.family(which), slice(rows.key()));
      VOSTRO_CHECK(status.ok());
      if (batch_.Count() < deletes_per_write) continue;
      if (auto done = write(); !done) return done;
    }
    return {};
  }

  /// What was deleted takes disk space until the files that hold it are written anew.
  Result<void, StoreError> compact() {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (const Family which :
         {Family::blocks, Family::transactions, Family::receipts, Family::entries}) {
      const rocksdb::Status status =
          core_.database->CompactRange(options, core_.family(which), nullptr, nullptr);
      if (!status.ok()) return fail(error_of(status, core_.path));
    }
    return {};
  }

  StoreCore& core_;
  Height height_;
  rocksdb::WriteBatch batch_;
  std::set<Bytes> kept_receipts_;
  std::set<Bytes> kept_events_;
};

}  // namespace

std::optional<UsedIds> read_used_ids(const StoreCore& core, const rocksdb::Snapshot* snapshot,
                                     Height height) {
  const auto summary = core.read_as<BlockSummary>(Family::blocks, keys::summary(height), snapshot);
  if (!summary) return std::nullopt;
  auto used = core.read_as<UsedIds>(Family::blocks, keys::used_ids(height), snapshot);
  if (!used) used = ids_from_receipts(core, snapshot, height);
  // Said again here: the header of the block commits to them.
  if (height.value > 0 && tx_root_of(*used) != summary->tx_root) {
    core.note_failure({StoreFault::damaged, "ids of block " + std::to_string(height.value) +
                                                " do not match its transactions root"});
    return std::nullopt;
  }
  return used;
}

Result<void, StoreError> Store::prune(Height height) {
  StoreCore& core = *core_;
  if (const auto broken = core.failure())
    return fail(StoreError{StoreFault::failed_before, broken->what});
  const auto newest = head();
  if (!newest) return {};
  height = std::min(height, newest->height);
  if (view().history_begins() >= height) return {};
  return Pruner(core, height).run();
}

}  // namespace vostro::chain
