/// What can be asked of the store: every answer of one StoreView is of the same block, however many
/// are stored meanwhile. Any thread. A StoreView pins what later blocks replace, and keeps the
/// database open when its Store has gone: take one for a request and drop it.
///
/// An answer "not there" is only true while `Store::failure()` is empty: a read that fails is noted
/// there, once and for good, and whoever answers outwards or votes asks it afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "chain/history.h"
#include "chain/receipt.h"
#include "chain/storage.h"

namespace vostro::chain {

struct StoreCore;  // RocksDB, behind the store's own files
struct StoreSnapshot;

struct Head {
  Height height;
  Hash block;  ///< block id; of height 0 the genesis anchor
  Hash state_root;
  UnixMillis time;

  bool operator==(const Head&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(height, block, state_root, time);
  }
};

/// What the store itself knows of a block; its header is opaque here.
struct BlockSummary {
  Height height;
  Hash block;
  UnixMillis time;
  std::uint32_t transactions = 0;
  std::uint32_t receipts = 0;
  std::uint32_t batches = 0;
  Hash tx_root;
  Hash receipt_root;
  Hash state_root;

  bool operator==(const BlockSummary&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(height, block, time, transactions, receipts, batches, tx_root, receipt_root,
            state_root);
  }
};

/// A batch's place in its author's lane.
struct BatchName {
  Epoch epoch;
  std::uint16_t author = 0;
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;

  auto operator<=>(const BatchName&) const = default;
};

struct StoredProof {
  Height height;
  Bytes bytes;
};

struct PlacedTransaction {
  Height height;
  std::uint32_t index = 0;  ///< among the block's included transactions
  Bytes bytes;
};

/// Where a receipt stands, or where a listing goes on: by height, then index.
struct ReceiptPlace {
  Height height;
  std::uint32_t index = 0;

  auto operator<=>(const ReceiptPlace&) const = default;
};

struct PlacedReceipt {
  ReceiptPlace place;
  UnixMillis time;  ///< of its block
  Receipt receipt;
};

struct AccountEntry {
  ReceiptPlace place;
  std::uint8_t index = 0;  ///< of the entry in its receipt
  UnixMillis time;
  OwnedId id;  ///< of the receipt
  std::optional<PaymentFacts> payment;
  Status status = Status::done;
  Entry entry;
};

/// Where a listing of entries goes on.
struct EntryPlace {
  ReceiptPlace place;
  std::uint8_t index = 0;

  auto operator<=>(const EntryPlace&) const = default;
};

/// Everything that happened to one payment, in order.
struct PaymentHistory {
  OwnedId name;
  Status status = Status::done;  ///< now
  std::vector<PlacedReceipt> receipts;
};

enum class Side : std::uint8_t { debtor = 1, creditor = 2 };
enum class Order : std::uint8_t { oldest_first, newest_first };

struct PaymentFilter {
  Bic agent;                         ///< a bank...
  Side side = Side::debtor;          ///< ...as debtor agent or creditor agent
  std::optional<Status> status;      ///< its status now
  std::optional<AccountId> account;  ///< of that side
};

template <class Item, class Cursor>
struct Page {
  std::vector<Item> items;
  std::optional<Cursor>
      next;  ///< hand it in to go on; none at the end. A filtered page may be short, and go on.
};

/// The state at one height of the proof window: for proofs (chain/tree.h) and the values they show.
class PastState final : public NodeReader {
 public:
  [[nodiscard]] Height height() const { return height_; }
  [[nodiscard]] std::optional<Bytes> get(ByteView key) const;
  /// Calls `visit` with every record, in no order that means anything, until it returns false.
  /// False where so much has changed since that it would take more memory than is good.
  using Visit = std::function<bool(ByteView key, ByteView value)>;
  /// Changed records that `each` remembers, and what their keys take of memory.
  static constexpr std::size_t changed_max = 500'000;
  static constexpr std::size_t changed_bytes_max = changed_max * 128;
  [[nodiscard]] bool each(const Visit& visit) const;
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override;

 private:
  friend class StoreView;
  PastState(std::shared_ptr<const StoreSnapshot> snapshot, Height height, bool is_head)
      : snapshot_(std::move(snapshot)), height_(height), is_head_(is_head) {}
  std::shared_ptr<const StoreSnapshot> snapshot_;
  Height height_;
  bool is_head_;
};

class StoreView final : public StateReader, public NodeReader {
 public:
  /// Empty before the first commit.
  [[nodiscard]] const std::optional<Head>& head() const;

  // State and tree at the head.
  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override;
  [[nodiscard]] std::optional<IdRecord> find_id(const OwnedId& id) const override;
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override;
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override;
  /// State and tree at an older height; empty above the head and below the proof window.
  [[nodiscard]] std::optional<PastState> state_at(Height height) const;

  // Blocks, by height.
  /// The lowest block that is here whole. Of those below, all headers are here, all ids, and no
  /// transactions, receipts or entries: they were pruned, or the node joined by a snapshot above
  /// them. Of payments that waited and of redemptions that were open when their blocks were pruned
  /// the order and the receipts are here, until the next pruning.
  [[nodiscard]] Height history_begins() const;
  [[nodiscard]] bool is_whole(Height height) const { return height >= history_begins(); }
  /// What the block left for ever; none above the head.
  [[nodiscard]] std::optional<UsedIds> used_ids(Height height) const;
  [[nodiscard]] std::optional<BlockSummary> block(Height height) const;
  [[nodiscard]] std::optional<Height> height_of(const Hash& block_id) const;
  [[nodiscard]] std::optional<Bytes> header(Height height) const;
  [[nodiscard]] std::optional<Bytes> cut(Height height) const;
  /// The lowest kept proof that is not below `height`: it finalizes that block too. Kept are the
  /// newest, the last of each 1,000 heights, and those stored with `keep_proof`.
  [[nodiscard]] std::optional<StoredProof> proof_at_or_above(Height height) const;
  [[nodiscard]] std::optional<StoredProof> newest_proof() const;

  // Batches of stored blocks, as they were signed.
  [[nodiscard]] std::optional<Bytes> batch(const Hash& batch_id) const;
  [[nodiscard]] std::optional<Bytes> batch(const BatchName& name) const;
  [[nodiscard]] std::optional<Bytes> batch(Height height, std::uint32_t index) const;

  // Transactions, in their canonical bytes.
  [[nodiscard]] std::optional<Bytes> transaction(Height height, std::uint32_t index) const;
  /// The transaction that used this id; for a bulk item's UETR the bulk.
  [[nodiscard]] std::optional<PlacedTransaction> transaction_of(const OwnedId& id) const;

  // Receipts.
  [[nodiscard]] std::optional<PlacedReceipt> receipt(ReceiptPlace place) const;
  /// Up to `limit` receipts of the block from `index` on.
  [[nodiscard]] std::vector<Receipt> receipts(Height height, std::uint32_t index,
                                              std::size_t limit) const;
  /// What the transaction or bulk item with this id got first, for ever.
  [[nodiscard]] std::optional<PlacedReceipt> first_receipt(const OwnedId& id) const;
  /// The receipt with its path to the block's receipts root. Reads the whole block's receipts and
  /// checks them against the root; a difference is a failure of the store.
  [[nodiscard]] std::optional<Original> original(ReceiptPlace place) const;

  // Payments.
  [[nodiscard]] std::optional<PaymentHistory> payment(const OwnedId& name) const;
  /// Places are those of the payments' first receipts. `after` is exclusive, in the direction of
  /// `order`. Looks at no more than 5,000 payments a page. Waiting ones (delayed, held, blocked,
  /// recall_requested) have an index of their own.
  [[nodiscard]] Page<PaymentHistory, ReceiptPlace> payments(const PaymentFilter& filter,
                                                            std::optional<ReceiptPlace> after,
                                                            std::size_t limit, Order order) const;

  // Account entries.
  [[nodiscard]] Page<AccountEntry, EntryPlace> entries(const AccountId& account,
                                                       const std::optional<Currency>& currency,
                                                       std::optional<EntryPlace> after,
                                                       std::size_t limit, Order order) const;

 private:
  friend class Store;
  explicit StoreView(std::shared_ptr<const StoreSnapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}
  std::shared_ptr<const StoreSnapshot> snapshot_;
};

}  // namespace vostro::chain
