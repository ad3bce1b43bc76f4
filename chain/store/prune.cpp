// What a store gives back: everything of old blocks but headers, ids and proofs.
#include <map>
#include <set>

#include "chain/merkle.h"
#include "chain/records.h"
#include "chain/store/core.h"
#include "chain/store/room.h"

namespace vostro::chain {
namespace {

// Of one write: what waits in memory for it.
constexpr std::uint32_t rows_per_write = 10'000;
constexpr std::size_t bytes_per_write = 4 * 1024 * 1024;
constexpr std::size_t holds_at_once = 500;

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
  Pruner(StoreCore& core, Height height, std::atomic<bool>* canceled)
      : core_(core), height_(height), canceled_(canceled) {}

  /// `view` is of now.
  Result<void, StoreError> run(StoreView view) {
    if (auto done = keep_ids(); !done) return done;
    if (auto done = keep_waiting(std::move(view)); !done) return done;
    if (is_canceled()) return {};  // nothing is gone yet
    // Said first: nobody looks for what is gone already.
    Bytes begins;
    append_big_endian(begins, height_.value);
    put(Family::meta, as_bytes(keys::history), begins);
    if (auto done = write(); !done) return done;
    for (const char kind : {'c', 't'}) drop_heights(Family::blocks, static_cast<Byte>(kind));
    drop_heights(Family::transactions, Byte{'l'});
    if (auto done = drop_between(Family::transactions, keys::inline_transaction(Height(0), 0),
                                 kept_transactions_, keys::inline_transaction(height_, 0));
        !done)
      return done;
    if (auto done = drop_between(Family::receipts, keys::receipts(Height(0), 0), kept_receipts_,
                                 keys::receipts(height_, 0));
        !done)
      return done;
    if (auto done = drop_ended_orders(); !done) return done;
    if (auto done = drop_lists(Family::receipts, Bytes{'a'}); !done) return done;
    if (auto done = drop_lists(Family::entries, {}); !done) return done;
    if (auto done = drop_each(Family::transactions, 'i', true); !done) return done;
    if (auto done = drop_each(Family::transactions, 'n', true); !done) return done;
    if (auto done = drop_each(Family::receipts, 'e', false); !done) return done;
    if (auto done = write(); !done) return done;
    return compact();
  }

 private:
  [[nodiscard]] bool is_canceled() const { return canceled_ != nullptr && *canceled_; }
  void put(Family which, ByteView key, ByteView value) {
    const rocksdb::Status status = batch_.Put(core_.family(which), slice(key), slice(value));
    VOSTRO_CHECK(status.ok());
  }
  void drop(Family which, ByteView key) {
    const rocksdb::Status status = batch_.Delete(core_.family(which), slice(key));
    VOSTRO_CHECK(status.ok());
    note_dropped(which, key, key);
  }
  void drop(Family which, ByteView from, ByteView to) {
    if (!std::lexicographical_compare(from.begin(), from.end(), to.begin(), to.end())) return;
    const rocksdb::Status status = batch_.DeleteRange(core_.family(which), slice(from), slice(to));
    VOSTRO_CHECK(status.ok());
    note_dropped(which, from, to);
  }
  void note_dropped(Family which, ByteView from, ByteView to) {
    const Bytes first(from.begin(), from.end());
    const Bytes last(to.begin(), to.end());
    const auto [at, is_new] =
        dropped_.try_emplace(std::pair(which, first.front()), std::pair(first, last));
    if (is_new) return;
    at->second.first = std::min(at->second.first, first);
    at->second.second = std::max(at->second.second, last);
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
  Result<void, StoreError> write_when_full() {
    if (batch_.Count() < rows_per_write && batch_.GetDataSize() < bytes_per_write) return {};
    return write();
  }

  Result<void, StoreError> keep_ids() {
    const auto begins = core_.read(Family::meta, as_bytes(keys::history), nullptr);
    const std::uint64_t from = begins ? keys::read_big_endian(*begins) : 1;
    for (Height height(from); height < height_ && !is_canceled(); height = height.next()) {
      if (core_.read(Family::blocks, keys::used_ids(height), nullptr)) continue;
      const auto used = read_used_ids(core_, nullptr, height);
      if (!used) return fail(core_.failure().value_or(StoreError{StoreFault::damaged, core_.path}));
      put(Family::blocks, keys::used_ids(height), encode(*used));
      if (auto done = write_when_full(); !done) return done;
    }
    return write();
  }

  /// What waits for something people look at: its receipts, and its order, which says what annex it
  /// has.
  Result<void, StoreError> keep_waiting(StoreView view) {
    RowIterator rows(core_, Family::receipts, Bytes{'s'}, nullptr);
    for (rows.to_first(); rows.is_valid() && !is_canceled(); rows.next()) {
      const auto waiting = decode<WaitingRow>(rows.value());
      const auto name = owned_id_of_key(rows.key());
      if (!waiting || !name) {
        core_.note_failure({StoreFault::damaged, "row " + to_hex(rows.key())});
        break;
      }
      if (auto done = keep(view, *name, waiting->place); !done) return done;
    }
    Bytes from;
    for (bool goes_on = true; goes_on && !is_canceled();) {
      const auto holds = view.scan(Bytes{Hold::prefix}, from, holds_at_once);
      goes_on = holds.size() == holds_at_once;
      for (const auto& [key, value] : holds) {
        const auto hold = decode_record<Hold>(value);
        const auto name = owned_id_of_key(key);
        if (!hold || !name) {
          core_.note_failure({StoreFault::damaged, "row " + to_hex(key)});
          break;
        }
        const auto used = view.find_id(*name);
        if (hold->kind != HoldKind::redeem || !used) continue;
        if (auto done = keep(view, *name, {used->height, used->receipt}); !done) return done;
      }
      if (goes_on) from = holds.back().first;
      from.push_back(0);
    }
    return write();
  }
  /// `place` is of the first receipt.
  Result<void, StoreError> keep(const StoreView& view, const OwnedId& name, ReceiptPlace place) {
    if (place.height >= height_) return {};
    const auto at = find_transaction(core_, nullptr, name);
    if (!at) return {};  // the node joined above it, and has nothing of it
    const Bytes order = keys::kept_order(name);
    const Bytes row = keys::inline_transaction(at->height, at->index);
    if (kept_transactions_.insert(row).second &&
        !core_.read(Family::transactions, row, nullptr).has_value()) {
      const auto bytes = view.transaction(at->height, at->index);
      if (!bytes)
        return fail(core_.failure().value_or(StoreError{StoreFault::damaged, core_.path}));
      put(Family::transactions, row, *bytes);
    }
    Bytes value;
    keys::append_place(value, {at->height, at->index});
    put(Family::transactions, order, value);
    kept_orders_.insert(order);
    kept_receipts_.insert(keys::receipts(place.height, place.index / keys::receipts_per_row));
    RowIterator events(core_, Family::receipts, keys::payment_events(name), nullptr);
    for (events.to_first(); events.is_valid(); events.next()) {
      kept_events_.insert(Bytes(events.key().begin(), events.key().end()));
      const ReceiptPlace event = keys::trailing_place(events.key());
      if (event.height < height_)
        kept_receipts_.insert(keys::receipts(event.height, event.index / keys::receipts_per_row));
    }
    return write_when_full();
  }

  void drop_heights(Family which, Byte kind) {
    Bytes from{kind};
    Bytes to{kind};
    append_big_endian(from, 0);
    append_big_endian(to, height_.value);
    drop(which, from, to);
  }
  /// All rows from `from` to before `to`, but the kept ones.
  Result<void, StoreError> drop_between(Family which, Bytes from, const std::set<Bytes>& kept,
                                        const Bytes& to) {
    for (const Bytes& each : kept) {
      drop(which, from, each);
      if (auto done = write_when_full(); !done) return done;
      from = each;
      from.push_back(0);  // the first key behind it
    }
    drop(which, from, to);
    return {};
  }
  /// Of what waited at an earlier pruning, and has come to its end.
  Result<void, StoreError> drop_ended_orders() {
    RowIterator rows(core_, Family::transactions, Bytes{'k'}, nullptr);
    for (rows.to_first(); rows.is_valid() && !is_canceled(); rows.next()) {
      if (kept_orders_.contains(Bytes(rows.key().begin(), rows.key().end()))) continue;
      drop(Family::transactions, rows.key());
      if (auto done = write_when_full(); !done) return done;
    }
    return {};
  }
  /// Lists whose keys end with a height, one range for each list.
  Result<void, StoreError> drop_lists(Family which, const Bytes& prefix) {
    RowIterator rows(core_, which, prefix, nullptr);
    rows.to_first();
    while (rows.is_valid() && !is_canceled()) {
      const ByteView key = rows.key();
      const Bytes list(key.begin(), key.end() - 8);
      Bytes to = list;
      append_big_endian(to, height_.value);
      Bytes from = list;
      append_big_endian(from, 0);
      drop(which, from, to);
      if (auto done = write_when_full(); !done) return done;
      rows.seek(keys::end_of(list));
    }
    return {};
  }
  /// Rows that name a place, in their value or at the end of their key.
  Result<void, StoreError> drop_each(Family which, char kind, bool in_value) {
    RowIterator rows(core_, which, Bytes{static_cast<Byte>(kind)}, nullptr);
    for (rows.to_first(); rows.is_valid() && !is_canceled(); rows.next()) {
      const ReceiptPlace place = keys::trailing_place(in_value ? rows.value() : rows.key());
      if (place.height >= height_) continue;
      if (kept_events_.contains(Bytes(rows.key().begin(), rows.key().end()))) continue;
      drop(which, rows.key());
      if (auto done = write_when_full(); !done) return done;
    }
    return {};
  }

  /// What was deleted takes disk space until the files that hold it are written anew: those alone,
  /// for of what is kept there may be fifty times as much. Writing comes before deleting, so
  /// without room it is left for another time.
  Result<void, StoreError> compact() {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    options.canceled = canceled_;
    const std::uint64_t room = core_.options.reserve_bytes + pruning_room_bytes;
    for (const auto& [kind, range] : dropped_) {
      if (is_canceled() || free_bytes_of(core_.path) < room) return {};
      const rocksdb::Slice from = slice(range.first);
      const rocksdb::Slice to = slice(range.second);
      const rocksdb::Status status =
          core_.database->CompactRange(options, core_.family(kind.first), &from, &to);
      // Somebody else took the room meanwhile: no file that counts is broken.
      if (is_canceled() || status.IsNoSpace()) return {};
      if (!status.ok()) return fail(error_of(status, core_.path));
    }
    return {};
  }

  StoreCore& core_;
  Height height_;
  std::atomic<bool>* canceled_;
  rocksdb::WriteBatch batch_;
  /// From the first to the last key, by the first byte: rows of one kind.
  std::map<std::pair<Family, Byte>, std::pair<Bytes, Bytes>> dropped_;
  // Keys of rows.
  std::set<Bytes> kept_orders_;
  std::set<Bytes> kept_transactions_;
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

Result<void, StoreError> Store::prune(Height height, std::atomic<bool>* canceled) {
  StoreCore& core = *core_;
  if (const auto broken = core.failure())
    return fail(StoreError{StoreFault::failed_before, broken->what});
  const auto newest = head();
  if (!newest) return {};
  height = std::min(height, newest->height);
  StoreView now = view();
  if (now.history_begins() >= height) return {};
  return Pruner(core, height, canceled).run(std::move(now));
}

}  // namespace vostro::chain
