#include "chain/store/view.h"

#include <set>

#include "chain/store/core.h"

namespace vostro::chain {
namespace {

/// What is remembered of later blocks is not there yet.
bool has_block(const StoreSnapshot& at, Height height) {
  return at.head && height <= at.head->height;
}

/// Null where it is not stored.
std::shared_ptr<const Bytes> batch_of(const StoreSnapshot& at, Height height, std::uint32_t index) {
  const std::pair place(height, index);
  if (auto known = at.core->batches.find(place); known && has_block(at, height)) return known;
  auto bytes = at.core->read(Family::blocks, keys::batch(height, index), at.snapshot);
  if (!bytes) return nullptr;
  auto batch = std::make_shared<const Bytes>(*std::move(bytes));
  at.core->batches.put(place, batch);
  return batch;
}

std::shared_ptr<const ReceiptRow> receipt_row(const StoreSnapshot& at, Height height,
                                              std::uint32_t index) {
  const std::pair place(height, index);
  if (auto known = at.core->receipt_rows.find(place); known && has_block(at, height)) return known;
  auto row =
      at.core->read_as<ReceiptRow>(Family::receipts, keys::receipts(height, index), at.snapshot);
  if (!row) return nullptr;
  auto shared = std::make_shared<const ReceiptRow>(*std::move(row));
  at.core->receipt_rows.put(place, shared);
  return shared;
}

// The value at a height is what the first later block replaced; where none did, it is the newest.
std::optional<Bytes> value_at(const StoreSnapshot& at, Family which, ByteView key, Height height,
                              bool is_head) {
  if (!is_head) {
    RowIterator rows(*at.core, which, keys::past(key), at.snapshot);
    rows.seek(keys::past(key, height.next()));
    if (rows.is_valid()) {
      const ByteView row = rows.value();
      if (row.empty() || row[0] > 1) {
        at.core->note_failure({StoreFault::damaged, "replaced value of " + to_hex(key)});
        return std::nullopt;
      }
      if (row[0] == 0) return std::nullopt;
      return Bytes(row.begin() + 1, row.end());
    }
  }
  return at.core->read(which, keys::current(key), at.snapshot);
}

}  // namespace

std::vector<std::pair<Bytes, Bytes>> scan_state(const StoreCore& core,
                                                const rocksdb::Snapshot* snapshot, ByteView prefix,
                                                ByteView from, std::size_t limit) {
  std::vector<std::pair<Bytes, Bytes>> found;
  RowIterator rows(core, Family::state, keys::current(prefix), snapshot);
  for (rows.seek(keys::current(from)); found.size() < limit && rows.is_valid(); rows.next()) {
    const ByteView key = rows.key().subspan(1);
    found.emplace_back(Bytes(key.begin(), key.end()),
                       Bytes(rows.value().begin(), rows.value().end()));
  }
  return found;
}

Height read_history_begins(const StoreCore& core, const rocksdb::Snapshot* snapshot) {
  const auto row = core.read(Family::meta, as_bytes(keys::history), snapshot);
  return Height(row ? keys::read_big_endian(*row) : 0);
}

std::optional<TransactionPlace> find_transaction(const StoreCore& core,
                                                 const rocksdb::Snapshot* snapshot,
                                                 const OwnedId& id) {
  const auto record = core.read_as<IdRecord>(Family::ids, keys::id(id), snapshot);
  if (!record) return std::nullopt;
  if (record->height < read_history_begins(core, snapshot)) {
    const auto kept = core.read(Family::transactions, keys::kept_order(id), snapshot);
    if (!kept) return std::nullopt;
    const ReceiptPlace at = keys::trailing_place(*kept);
    return TransactionPlace{at.height, at.index};
  }
  const auto summary =
      core.read_as<BlockSummary>(Family::blocks, keys::summary(record->height), snapshot);
  if (!summary || summary->transactions == 0) return std::nullopt;
  // The last transaction whose first receipt is not behind this one.
  for (std::uint32_t row = (summary->transactions - 1) / keys::locations_per_row + 1; row-- > 0;) {
    const auto locations =
        core.read(Family::transactions, keys::locations(record->height, row), snapshot);
    if (!locations) break;
    const auto count = static_cast<std::uint32_t>(locations->size() / Location::size);
    for (std::uint32_t i = count; i-- > 0;) {
      const auto location = location_at(*locations, i);
      if (location && location->receipt <= record->receipt)
        return TransactionPlace{record->height, row * keys::locations_per_row + i};
    }
  }
  core.note_failure({StoreFault::damaged, "no transaction of " + to_text(id)});
  return std::nullopt;
}

std::optional<Hash> read_receipt_root(const StoreCore& core, const rocksdb::Snapshot* snapshot,
                                      Height height) {
  if (height.value == 0) return std::nullopt;
  const auto summary = core.read_as<BlockSummary>(Family::blocks, keys::summary(height), snapshot);
  if (!summary) return std::nullopt;
  return summary->receipt_root;
}

std::optional<Bytes> PastState::get(ByteView key) const {
  return value_at(*snapshot_, Family::state, key, height_, is_head_);
}
std::optional<Bytes> PastState::node(ByteView position) const {
  return value_at(*snapshot_, Family::tree, position, height_, is_head_);
}

bool PastState::each(const Visit& visit) const {
  // What was changed since is read as it was; all else as it is.
  std::set<Bytes> changed;
  if (!is_head_) {
    RowIterator lists(*snapshot_->core, Family::state, Bytes{'r'}, snapshot_->snapshot);
    for (lists.seek(keys::replaced(height_.next())); lists.is_valid(); lists.next()) {
      for (const ByteView key : key_list(lists.value()))
        changed.insert(Bytes(key.begin(), key.end()));
      if (changed.size() > changed_max) return false;
    }
  }
  RowIterator rows(*snapshot_->core, Family::state, Bytes{'v'}, snapshot_->snapshot);
  for (rows.to_first(); rows.is_valid(); rows.next()) {
    const ByteView key = rows.key().subspan(1);
    if (changed.contains(Bytes(key.begin(), key.end()))) continue;
    if (!visit(key, rows.value())) return true;
  }
  for (const Bytes& key : changed) {
    const auto value = get(key);
    if (value && !visit(key, *value)) return true;
  }
  return true;
}

const std::optional<Head>& StoreView::head() const {
  return snapshot_->head;
}

std::optional<Bytes> StoreView::get(ByteView key) const {
  return snapshot_->core->read(Family::state, keys::current(key), snapshot_->snapshot);
}
std::vector<std::pair<Bytes, Bytes>> StoreView::scan(ByteView prefix, ByteView from,
                                                     std::size_t limit) const {
  return scan_state(*snapshot_->core, snapshot_->snapshot, prefix, from, limit);
}
std::optional<IdRecord> StoreView::find_id(const OwnedId& id) const {
  return snapshot_->core->read_as<IdRecord>(Family::ids, keys::id(id), snapshot_->snapshot);
}
std::optional<Hash> StoreView::receipt_root(Height height) const {
  return read_receipt_root(*snapshot_->core, snapshot_->snapshot, height);
}
std::optional<Bytes> StoreView::node(ByteView position) const {
  return snapshot_->core->read(Family::tree, keys::current(position), snapshot_->snapshot);
}

std::optional<PastState> StoreView::state_at(Height height) const {
  if (!head() || height > head()->height) return std::nullopt;
  const bool is_head = height == head()->height;
  if (!is_head) {
    const bool in_window =
        height.value + snapshot_->core->options.proof_window >= head()->height.value;
    // What the next block replaced is dropped together with its list.
    const bool is_kept =
        in_window &&
        snapshot_->core->read(Family::state, keys::replaced(height.next()), snapshot_->snapshot)
            .has_value() &&
        snapshot_->core->read(Family::tree, keys::replaced(height.next()), snapshot_->snapshot)
            .has_value();
    if (!is_kept) return std::nullopt;
  }
  return PastState(snapshot_, height, is_head);
}

Height StoreView::history_begins() const {
  return read_history_begins(*snapshot_->core, snapshot_->snapshot);
}

std::optional<UsedIds> StoreView::used_ids(Height height) const {
  return read_used_ids(*snapshot_->core, snapshot_->snapshot, height);
}

std::optional<BlockSummary> StoreView::block(Height height) const {
  return snapshot_->core->read_as<BlockSummary>(Family::blocks, keys::summary(height),
                                                snapshot_->snapshot);
}
std::optional<Height> StoreView::height_of(const Hash& block_id) const {
  const auto row =
      snapshot_->core->read(Family::blocks, keys::height_of(block_id), snapshot_->snapshot);
  if (!row) return std::nullopt;
  return Height(keys::read_big_endian(*row));
}
std::optional<Bytes> StoreView::header(Height height) const {
  return snapshot_->core->read(Family::blocks, keys::header(height), snapshot_->snapshot);
}
std::optional<Bytes> StoreView::cut(Height height) const {
  return snapshot_->core->read(Family::blocks, keys::cut(height), snapshot_->snapshot);
}

namespace {

std::optional<StoredProof> proof_of(const RowIterator& rows) {
  if (!rows.is_valid() || rows.value().empty()) return std::nullopt;
  return StoredProof{keys::trailing_height(rows.key()),
                     Bytes(rows.value().begin() + 1, rows.value().end())};
}

}  // namespace

std::optional<StoredProof> StoreView::proof_at_or_above(Height height) const {
  RowIterator rows(*snapshot_->core, Family::certificates, Bytes{'p'}, snapshot_->snapshot);
  rows.seek(keys::proof(height));
  return proof_of(rows);
}
std::optional<StoredProof> StoreView::newest_proof() const {
  RowIterator rows(*snapshot_->core, Family::certificates, Bytes{'p'}, snapshot_->snapshot);
  rows.to_last();
  return proof_of(rows);
}

std::optional<Bytes> StoreView::batch(Height height, std::uint32_t index) const {
  return snapshot_->core->read(Family::blocks, keys::batch(height, index), snapshot_->snapshot);
}
std::optional<Bytes> StoreView::batch(const Hash& batch_id) const {
  const auto place =
      snapshot_->core->read(Family::transactions, keys::batch_by_id(batch_id), snapshot_->snapshot);
  if (!place) return std::nullopt;
  const ReceiptPlace at = keys::trailing_place(*place);
  return batch(at.height, at.index);
}
std::optional<Bytes> StoreView::batch(const BatchName& name) const {
  const auto place =
      snapshot_->core->read(Family::transactions, keys::batch_by_name(name), snapshot_->snapshot);
  if (!place) return std::nullopt;
  const ReceiptPlace at = keys::trailing_place(*place);
  return batch(at.height, at.index);
}

std::optional<Bytes> StoreView::transaction(Height height, std::uint32_t index) const {
  const auto row = snapshot_->core->read(Family::transactions,
                                         keys::locations(height, index / keys::locations_per_row),
                                         snapshot_->snapshot);
  if (!row) return std::nullopt;
  const auto location = location_at(*row, index % keys::locations_per_row);
  if (!location) return std::nullopt;
  if (location->batch == Location::in_row) {
    return snapshot_->core->read(Family::transactions, keys::inline_transaction(height, index),
                                 snapshot_->snapshot);
  }
  const auto bytes = batch_of(*snapshot_, height, location->batch);
  if (!bytes || location->offset > bytes->size() ||
      location->length > bytes->size() - location->offset) {
    snapshot_->core->note_failure(
        {StoreFault::damaged,
         "transaction " + std::to_string(index) + " of block " + std::to_string(height.value)});
    return std::nullopt;
  }
  const auto begin = bytes->begin() + static_cast<std::ptrdiff_t>(location->offset);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(location->length));
}

std::optional<PlacedTransaction> StoreView::transaction_of(const OwnedId& id) const {
  const auto place = find_transaction(*snapshot_->core, snapshot_->snapshot, id);
  if (!place) return std::nullopt;
  auto bytes = is_whole(place->height)
                   ? transaction(place->height, place->index)
                   : snapshot_->core->read(Family::transactions,
                                           keys::inline_transaction(place->height, place->index),
                                           snapshot_->snapshot);
  if (!bytes) return std::nullopt;
  return PlacedTransaction{place->height, place->index, std::move(*bytes)};
}

std::optional<PlacedReceipt> StoreView::receipt(ReceiptPlace place) const {
  auto found = receipts(place.height, place.index, 1);
  const auto summary = found.empty() ? std::nullopt : block(place.height);
  if (!summary) return std::nullopt;
  return PlacedReceipt{place, summary->time, std::move(found.front())};
}

std::vector<Receipt> StoreView::receipts(Height height, std::uint32_t index,
                                         std::size_t limit) const {
  std::vector<Receipt> found;
  while (found.size() < limit) {
    const auto row = receipt_row(*snapshot_, height, index / keys::receipts_per_row);
    if (!row) break;
    std::uint32_t at = index % keys::receipts_per_row;
    for (; at < row->receipts.size() && found.size() < limit; ++at, ++index) {
      found.push_back(row->receipts[at]);
    }
    if (row->receipts.size() < keys::receipts_per_row) break;
  }
  return found;
}

std::optional<PlacedReceipt> StoreView::first_receipt(const OwnedId& id) const {
  const auto record = find_id(id);
  if (!record) return std::nullopt;
  // A row of receipts that is kept for one of them holds others: what happened to those later is
  // gone.
  if (!is_whole(record->height) &&
      !snapshot_->core->read(Family::transactions, keys::kept_order(id), snapshot_->snapshot))
    return std::nullopt;
  return receipt({record->height, record->receipt});
}

std::optional<Original> StoreView::original(ReceiptPlace place) const {
  const auto summary = block(place.height);
  if (!is_whole(place.height)) return std::nullopt;
  if (!summary || place.index >= summary->receipts) return std::nullopt;
  const StoreCore& core = *snapshot_->core;
  auto tree = core.receipt_trees.find(place.height);
  if (!tree) {
    std::vector<Hash> hashes;
    hashes.reserve(summary->receipts);
    for (const Receipt& each : receipts(place.height, 0, summary->receipts))
      hashes.push_back(receipt_hash(each));
    tree = std::make_shared<const MerkleTree>(hashes);
    if (tree->count() == summary->receipts && tree->root() == summary->receipt_root)
      core.receipt_trees.put(place.height, tree);
    else
      tree = nullptr;
  }
  auto found = receipts(place.height, place.index, 1);
  if (tree && !found.empty()) {
    Original original{place.height, std::move(found.front()), tree->path(place.index)};
    if (root_of(receipt_hash(original.receipt), original.path) == summary->receipt_root)
      return original;
  }
  core.note_failure(
      {StoreFault::damaged,
       "receipts of block " + std::to_string(place.height.value) + " do not match its root"});
  return std::nullopt;
}

}  // namespace vostro::chain
