#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "chain/store/core.h"

namespace vostro::chain {
namespace {

using rocksdb::Slice;

/// What the blocks before one of the same write have changed: the database does not show it yet.
struct Unwritten {
  std::span<const StoredBlock> blocks;
  /// Of payments that begin in the first `placed` of these and of the one that is written now.
  std::map<OwnedId, ReceiptPlace> first_places;
  std::size_t placed = 0;
  /// Of payments that these touch, as after them so far.
  std::map<OwnedId, std::optional<WaitingRow>> waiting;

  /// What they leave under the key; null where none of them changes it.
  [[nodiscard]] const std::optional<Bytes>* find(Changes ExecutedBlock::*part,
                                                 const Bytes& key) const {
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
      const Changes& changes = block->executed.*part;
      if (const auto found = changes.find(key); found != changes.end()) return &found->second;
    }
    return nullptr;
  }
};

class BlockWriter {
 public:
  BlockWriter(const StoreCore& core, const StoredBlock& block, Unwritten& before,
              rocksdb::WriteBatch& batch)
      : core_(core), block_(block), executed_(block.executed), before_(before), batch_(batch) {}

  void run() {
    write_header();
    write_batches();
    write_locations();
    write_receipts();
    write_ids();
    write_payments();
    write_entries();
    write_versioned(Family::state, &ExecutedBlock::state);
    write_versioned(Family::tree, &ExecutedBlock::nodes);
    if (!block_.proof.empty())
      write_proof(core_, height(), block_.proof, block_.keep_proof, batch_);
    const Head head{height(), block_.id, executed_.state_root, executed_.time};
    put(Family::meta, as_bytes(keys::head), encode(head));
    if (block_.next_network)
      put(Family::meta, as_bytes(keys::network), block_.next_network->view());
  }

 private:
  [[nodiscard]] Height height() const { return executed_.height; }

  void put(Family which, ByteView key, ByteView value) {
    // A batch in memory refuses nothing but keys of 4 GiB.
    const rocksdb::Status status = batch_.Put(core_.family(which), slice(key), slice(value));
    VOSTRO_CHECK(status.ok());
  }
  void erase(Family which, ByteView key) {
    const rocksdb::Status status = batch_.Delete(core_.family(which), slice(key));
    VOSTRO_CHECK(status.ok());
  }

  void write_header() {
    BlockSummary summary;
    summary.height = height();
    summary.block = block_.id;
    summary.time = executed_.time;
    summary.transactions = static_cast<std::uint32_t>(executed_.transactions.size());
    summary.receipts = static_cast<std::uint32_t>(executed_.receipts.size());
    summary.batches = static_cast<std::uint32_t>(block_.batches.size());
    summary.tx_root = executed_.tx_root;
    summary.receipt_root = executed_.receipt_root;
    summary.state_root = executed_.state_root;
    put(Family::blocks, keys::summary(height()), encode(summary));
    put(Family::blocks, keys::header(height()), block_.header);
    put(Family::blocks, keys::cut(height()), block_.cut);
    Bytes number;
    append_big_endian(number, height().value);
    put(Family::blocks, keys::height_of(block_.id), number);
  }

  void write_batches() {
    for (std::uint32_t i = 0; i < block_.batches.size(); ++i) {
      const StoredBatch& batch = block_.batches[i];
      put(Family::blocks, keys::batch(height(), i), batch.bytes);
      Bytes place;
      append_big_endian(place, height().value);
      keys::append_big_endian_32(place, i);
      put(Family::transactions, keys::batch_by_id(batch.id), place);
      put(Family::transactions, keys::batch_by_name(batch.name), place);
    }
  }

  // By its start alone: what memmem makes ready for a needle of a megabyte costs more than to find
  // one of a hundred bytes.
  static std::optional<std::size_t> offset_of(ByteView transaction, ByteView bytes,
                                              std::size_t from) {
    const ByteView start = transaction.first(std::min<std::size_t>(transaction.size(), 128));
    while (bytes.size() - from >= transaction.size()) {
      const void* found =
          ::memmem(bytes.data() + from, bytes.size() - from, start.data(), start.size());
      if (found == nullptr) return std::nullopt;
      from = static_cast<std::size_t>(static_cast<const Byte*>(found) - bytes.data());
      if (bytes.size() - from < transaction.size()) return std::nullopt;
      if (std::ranges::equal(bytes.subspan(from, transaction.size()), transaction)) return from;
      ++from;
    }
    return std::nullopt;
  }

  // The included transactions are those of the batches, in order, without the dropped ones. So each
  // is looked for behind the one before, and nothing here needs to know how a batch is encoded:
  // equal bytes are the transaction.
  std::optional<Location> find_in_batches(ByteView transaction) {
    for (std::size_t i = search_batch_; i < block_.batches.size(); ++i) {
      const ByteView bytes = block_.batches[i].bytes;
      const auto found = offset_of(transaction, bytes, i == search_batch_ ? search_offset_ : 0);
      if (!found) continue;
      const std::size_t offset = *found;
      search_batch_ = i;
      search_offset_ = offset + transaction.size();
      return Location{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(offset),
                      static_cast<std::uint32_t>(transaction.size()), 0};
    }
    return std::nullopt;
  }

  void write_locations() {
    Bytes row;
    std::uint32_t row_number = 0;
    std::size_t receipt = 0;
    for (std::uint32_t i = 0; i < executed_.transactions.size(); ++i) {
      const Bytes& bytes = executed_.transactions[i]->bytes();
      auto location = find_in_batches(bytes);
      if (!location) {
        // A block without its batches: the bytes get a row of their own.
        put(Family::transactions, keys::inline_transaction(height(), i), bytes);
        location = Location{};
        location->length = static_cast<std::uint32_t>(bytes.size());
      }
      while (receipt < executed_.receipts.size() &&
             executed_.receipts[receipt].kind != ReceiptKind::transaction)
        ++receipt;
      VOSTRO_CHECK(receipt < executed_.receipts.size());
      location->receipt = static_cast<std::uint32_t>(receipt++);
      append_location(row, *location);
      if (row.size() == keys::locations_per_row * Location::size) {
        put(Family::transactions, keys::locations(height(), row_number++), row);
        row.clear();
      }
    }
    if (!row.empty()) put(Family::transactions, keys::locations(height(), row_number), row);
  }

  void write_receipts() {
    std::uint32_t number = 0;
    for (const Bytes& row : receipt_rows(executed_.receipts))
      put(Family::receipts, keys::receipts(height(), number++), row);
  }

  void write_ids() {
    is_first_.assign(executed_.receipts.size(), false);
    put(Family::blocks, keys::used_ids(height()), encode(used_ids_of(executed_)));
    std::vector<std::pair<Bytes, const IdRecord*>> rows;
    rows.reserve(executed_.ids.size());
    for (const auto& [id, record] : executed_.ids) {
      rows.emplace_back(keys::id(id), &record);
      VOSTRO_CHECK(record.receipt < executed_.receipts.size());
      is_first_[record.receipt] = true;
    }
    std::ranges::sort(rows, {},
                      &std::pair<Bytes, const IdRecord*>::first);  // ascending, as write_versioned
    for (const auto& [key, record] : rows) put(Family::ids, key, encode(*record));
  }

  // Indexes by payment. A payment's first receipt is found by its id; those after it get a row
  // each, and so does the waiting payment, for as long as it waits: what settles at once costs
  // nothing here but its place in two lists.
  void write_payments() {
    std::map<std::pair<Bic, Side>, Bytes> lists;
    // Neighbours are of one bulk, so mostly of the same two banks.
    std::array<std::pair<const std::pair<Bic, Side>, Bytes>*, 2> last{};
    const auto add_to_list = [&](const Bic& agent, Side side, std::uint32_t i) {
      auto*& list = last[side == Side::debtor ? 0 : 1];
      if (list == nullptr || list->first.first != agent)
        list = &*lists.try_emplace({agent, side}).first;
      append_receipt_index(list->second, i);
    };
    for (std::uint32_t i = 0; i < executed_.receipts.size(); ++i) {
      const Receipt& receipt = executed_.receipts[i];
      if (!receipt.payment) continue;
      const OwnedId name = payment_name(*receipt.payment);
      const bool is_first = is_first_[i] && receipt.id == name;
      if (is_first) {
        add_to_list(receipt.payment->debtor.owner, Side::debtor, i);
        add_to_list(receipt.payment->creditor.owner, Side::creditor, i);
      } else {
        put(Family::receipts, keys::payment_event(name, {height(), i}), {});
      }
      // What settles with its first receipt never waits.
      if (is_first && !is_waiting(receipt.status)) continue;
      if (moves_status(receipt, is_first)) set_waiting(name, receipt);
    }
    for (const auto& [list, row] : lists) {
      put(Family::receipts, keys::agent_payments(list.first, list.second, height()), row);
    }
  }

  void set_waiting(const OwnedId& name, const Receipt& receipt) {
    auto known = before_.waiting.find(name);
    if (known == before_.waiting.end()) {
      const bool is_new = first_places().contains(name);
      known =
          before_.waiting
              .emplace(name, is_new ? std::nullopt
                                    : core_.read_as<WaitingRow>(
                                          Family::receipts, keys::waiting_status(name), nullptr))
              .first;
    }
    std::optional<WaitingRow>& waiting = known->second;
    if (waiting && hides_recall(waiting->status, receipt.status)) return;
    if (waiting) {
      erase(Family::receipts, keys::waiting_payment(waiting->debtor_agent, Side::debtor,
                                                    waiting->status, waiting->place));
      erase(Family::receipts, keys::waiting_payment(waiting->creditor_agent, Side::creditor,
                                                    waiting->status, waiting->place));
    }
    if (!is_waiting(receipt.status)) {
      if (waiting) erase(Family::receipts, keys::waiting_status(name));
      waiting.reset();
      return;
    }
    const auto place = place_of(name);
    if (!place) return;  // noted: the id of a payment with an event must be there
    waiting = WaitingRow{*place, receipt.status, receipt.payment->debtor.owner,
                         receipt.payment->creditor.owner};
    put(Family::receipts, keys::waiting_status(name), encode(*waiting));
    put(Family::receipts,
        keys::waiting_payment(waiting->debtor_agent, Side::debtor, waiting->status, *place), {});
    put(Family::receipts,
        keys::waiting_payment(waiting->creditor_agent, Side::creditor, waiting->status, *place),
        {});
  }

  // Of payments that begin in this block and in those before it. Most blocks never ask.
  const std::map<OwnedId, ReceiptPlace>& first_places() {
    const auto add = [this](const ExecutedBlock& executed) {
      for (const auto& [id, record] : executed.ids) {
        const Receipt& receipt = executed.receipts[record.receipt];
        if (receipt.id == id && receipt.payment && payment_name(*receipt.payment) == id)
          before_.first_places.emplace(id, ReceiptPlace{executed.height, record.receipt});
      }
      ++before_.placed;
    };
    while (before_.placed < before_.blocks.size()) add(before_.blocks[before_.placed].executed);
    if (before_.placed == before_.blocks.size()) add(executed_);
    return before_.first_places;
  }

  std::optional<ReceiptPlace> place_of(const OwnedId& name) {
    if (const auto here = first_places().find(name); here != first_places().end())
      return here->second;
    const auto record = core_.read_as<IdRecord>(Family::ids, keys::id(name), nullptr);
    if (!record) {
      core_.note_failure({StoreFault::damaged, "no first receipt of payment " + to_text(name)});
      return std::nullopt;
    }
    return ReceiptPlace{record->height, record->receipt};
  }

  void write_entries() {
    std::map<std::pair<AccountId, Currency>, Bytes> rows;
    std::pair<const std::pair<AccountId, Currency>, Bytes>* debited = nullptr;
    for (std::uint32_t i = 0; i < executed_.receipts.size(); ++i) {
      const auto& entries = executed_.receipts[i].entries;
      for (std::size_t j = 0; j < entries.size(); ++j) {
        if (entries[j].place.kind != PlaceKind::account) continue;
        VOSTRO_CHECK(entries[j].place.account.has_value());
        const auto is_of = [&entry = entries[j]](const std::pair<AccountId, Currency>& row) {
          return row.first == *entry.place.account && row.second == entry.currency;
        };
        // The first entry of each credit of a bulk is of the same account.
        auto* row =
            j == 0 && debited != nullptr && is_of(debited->first)
                ? debited
                : &*rows.try_emplace({*entries[j].place.account, entries[j].currency}).first;
        if (j == 0) debited = row;
        append_entry_index(row->second, i, static_cast<std::uint8_t>(j));
      }
    }
    for (const auto& [of, row] : rows)
      put(Family::entries, keys::entries(of.first, of.second, height()), row);
  }

  // The newest value stands under its key; what it replaces goes to the past, with the height that
  // replaced it, and a list of the block's keys finds it again when it leaves the window.
  void write_versioned(Family which, Changes ExecutedBlock::*part) {
    const Changes& changes = executed_.*part;
    std::vector<Bytes> current_keys;
    current_keys.reserve(changes.size());
    std::vector<Slice> slices;
    slices.reserve(changes.size());
    for (const auto& [key, value] : changes) {
      current_keys.push_back(keys::current(key));
      slices.push_back(slice(current_keys.back()));
    }
    std::vector<rocksdb::PinnableSlice> before(changes.size());
    std::vector<rocksdb::Status> statuses(changes.size());
    core_.database->MultiGet(rocksdb::ReadOptions(), core_.family(which), changes.size(),
                             slices.data(), before.data(), statuses.data(), true);

    Bytes changed;
    std::size_t i = 0;
    for (const auto& [key, value] : changes) {
      const rocksdb::Status& status = statuses[i];
      if (!status.ok() && !status.IsNotFound()) {
        core_.note_failure(error_of(status, "row " + to_hex(current_keys[i])));
        return;
      }
      std::optional<ByteView> replaced =
          status.ok() ? std::optional(view_of(before[i])) : std::nullopt;
      if (const auto* unwritten = before_.find(part, key))
        replaced = *unwritten ? std::optional<ByteView>(**unwritten) : std::nullopt;
      put(which, keys::past(key, height()), past_value(replaced));
      append_key(changed, key);
      ++i;
    }
    // After all of the past, not between: in ascending order RocksDB finds the place of a row from
    // that of the row before.
    i = 0;
    for (const auto& [key, value] : changes) {
      if (value) {
        put(which, current_keys[i], *value);
      } else {
        erase(which, current_keys[i]);
      }
      ++i;
    }
    put(which, keys::replaced(height()), changed);
  }

  const StoreCore& core_;
  const StoredBlock& block_;
  const ExecutedBlock& executed_;
  Unwritten& before_;  // and, of payments, of this block so far
  rocksdb::WriteBatch& batch_;
  std::size_t search_batch_ = 0;
  std::size_t search_offset_ = 0;
  std::vector<bool> is_first_;  // by receipt: is it the first of its id
};

}  // namespace

void write_blocks(const StoreCore& core, std::span<const StoredBlock> blocks,
                  rocksdb::WriteBatch& batch) {
  Unwritten before;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    before.blocks = blocks.first(i);
    BlockWriter(core, blocks[i], before, batch).run();
  }
}

std::uint64_t prune_past(const StoreCore& core, Height stored, Height head,
                         rocksdb::WriteBatch& batch) {
  if (head.value <= core.options.proof_window) return core.pruned_to;
  // Height h can be proved with what blocks h + 1 and later replaced: what block `last` replaced
  // serves last - 1.
  const std::uint64_t last = std::min(head.value - core.options.proof_window, stored.value);
  // After the window was made smaller there is more to drop than one height a block; it is spread
  // over some blocks.
  const std::uint64_t heights_max = 16 * (head.value - stored.value);
  std::uint64_t pruned_to = last;
  for (const Family which : {Family::state, Family::tree}) {
    RowIterator rows(core, which, Bytes{'r'}, nullptr);
    std::uint64_t heights = 0;
    for (rows.seek(keys::replaced(Height(core.pruned_to + 1))); rows.is_valid(); rows.next()) {
      const Height height = keys::trailing_height(rows.key());
      if (height.value > last) break;
      if (++heights > heights_max) {
        pruned_to = std::min(pruned_to, height.value - 1);
        break;
      }
      for (const ByteView key : key_list(rows.value())) {
        const rocksdb::Status erased =
            batch.Delete(core.family(which), slice(keys::past(key, height)));
        VOSTRO_CHECK(erased.ok());
      }
      const rocksdb::Status erased = batch.Delete(core.family(which), slice(rows.key()));
      VOSTRO_CHECK(erased.ok());
    }
  }
  return pruned_to;
}

void write_proof(const StoreCore& core, Height height, ByteView proof, bool keep,
                 rocksdb::WriteBatch& batch) {
  constexpr std::uint64_t heights_per_proof = 1000;
  const auto is_same_thousand = [height](Height other) {
    return height.value / heights_per_proof == other.value / heights_per_proof;
  };
  RowIterator rows(core, Family::certificates, Bytes{'p'}, nullptr);
  rows.seek(keys::proof(height.next()));
  if (!keep && rows.is_valid() && is_same_thousand(keys::trailing_height(rows.key()))) return;
  rows.seek_for_previous(keys::proof(height));
  if (rows.is_valid() && keys::trailing_height(rows.key()) == height) {
    keep = keep || (!rows.value().empty() && rows.value()[0] == 1);
  } else if (rows.is_valid() && is_same_thousand(keys::trailing_height(rows.key())) &&
             !rows.value().empty() && rows.value()[0] == 0) {
    const rocksdb::Status erased =
        batch.Delete(core.family(Family::certificates), slice(rows.key()));
    VOSTRO_CHECK(erased.ok());
  }
  const rocksdb::Status put =
      batch.Put(core.family(Family::certificates), slice(keys::proof(height)),
                slice(proof_value(proof, keep)));
  VOSTRO_CHECK(put.ok());
}

}  // namespace vostro::chain
