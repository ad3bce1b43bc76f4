/// What the rows hold whose content is the store's own. Encoded by base/codec.h where they have
/// fields, as plain big-endian records where they are lists of numbers.
#pragma once

#include <optional>
#include <vector>

#include "chain/receipt.h"
#include "chain/store/keys.h"

namespace vostro::chain {

/// Consecutive receipts of one block.
struct ReceiptRow {
  std::vector<Receipt> receipts;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<keys::receipts_per_row>(receipts));
  }
};

/// A block's receipts as rows: the encodings of ReceiptRow, full ones but for the last.
[[nodiscard]] std::vector<Bytes> receipt_rows(const std::vector<Receipt>& receipts);

/// Where a transaction's bytes lie: inside the block's batch, or in a row of their own.
struct Location {
  static constexpr std::uint32_t in_row = 0xFFFFFFFF;  ///< as `batch`
  static constexpr std::size_t size = 16;

  std::uint32_t batch = in_row;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t receipt = 0;  ///< index of the transaction's first receipt
};
void append_location(Bytes& to, const Location& location);
/// Empty when `index` is beyond the row.
[[nodiscard]] std::optional<Location> location_at(ByteView row, std::size_t index);

/// Receipt indexes of one agent's payments in one block, ascending.
void append_receipt_index(Bytes& to, std::uint32_t index);
[[nodiscard]] std::vector<std::uint32_t> receipt_indexes(ByteView row);

/// Entries of one account, currency and block: receipt index, entry index, ascending.
void append_entry_index(Bytes& to, std::uint32_t receipt, std::uint8_t entry);
[[nodiscard]] std::vector<EntryPlace> entry_places(ByteView row, Height height);

/// A payment that waits for something: where it is listed.
struct WaitingRow {
  ReceiptPlace place;  ///< of its first receipt
  Status status = Status::held;
  Bic debtor_agent;
  Bic creditor_agent;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(place.height, place.index, status, debtor_agent, creditor_agent);
  }
};
[[nodiscard]] constexpr bool is_waiting(Status status) {
  return status == Status::delayed || status == Status::held || status == Status::blocked ||
         status == Status::recall_requested;
}
[[nodiscard]] inline OwnedId payment_name(const PaymentFacts& facts) {
  return {facts.debtor.owner, facts.uetr};
}
/// Whether a receipt moves the status of the payment it speaks of. Its first one does, and what
/// falls due under its own name. An answer (Accept, Recall, Return ...) does, unless it was
/// rejected or has yet to wait out a delay of its own. A second use of its UETR does not.
[[nodiscard]] inline bool moves_status(const Receipt& receipt, bool is_first) {
  if (is_first) return true;
  if (receipt.id == payment_name(*receipt.payment)) return receipt.kind == ReceiptKind::due;
  return receipt.status != Status::rejected && receipt.status != Status::delayed;
}
/// The status after `receipt`. A receipt `done` ends an open recall and nothing else: it leaves
/// `settled_as`, the last status that was no recall.
[[nodiscard]] inline Status status_after(const Receipt& receipt, Status settled_as) {
  return receipt.status == Status::done ? settled_as : receipt.status;
}
/// An open recall goes on being what the payment waits for.
[[nodiscard]] inline bool hides_recall(Status now, Status after) {
  return now == Status::recall_requested && after == Status::credited;
}

/// The keys that a block changed, each with two bytes of length before it.
void append_key(Bytes& to, ByteView key);
[[nodiscard]] std::vector<ByteView> key_list(ByteView row);

/// A value that was replaced: 0 where there was none, else 1 and the value.
[[nodiscard]] Bytes past_value(const std::optional<ByteView>& value);

/// A finality proof: 1 where it is kept for ever, else 0, then its bytes.
[[nodiscard]] Bytes proof_value(ByteView proof, bool keep);

}  // namespace vostro::chain
