/// Receipts: the final outcome of a transaction, of a bulk item, or of something that fell due.
/// Source: blueprint 3.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "chain/account.h"
#include "chain/merkle.h"
#include "chain/reason.h"

namespace vostro::chain {

enum class ReceiptKind : std::uint8_t { transaction = 1, item = 2, due = 3 };
[[nodiscard]] constexpr bool is_listed(ReceiptKind k) {
  return k >= ReceiptKind::transaction && k <= ReceiptKind::due;
}

/// A word of the payment's life (blueprint 3), or `done` where no payment is concerned.
enum class Status : std::uint8_t {
  rejected = 1,
  delayed,
  held,
  settled,
  cancelled,  ///< by Cancel or Recall before it settled
  released,   ///< rejected by the creditor's bank, timed out, or unblocked towards the debtor
  blocked,
  credited,
  recall_requested,
  returned,
  done,
};
[[nodiscard]] constexpr bool is_listed(Status s) {
  return s >= Status::rejected && s <= Status::done;
}
[[nodiscard]] std::string_view to_string(ReceiptKind kind);
[[nodiscard]] std::string_view to_string(Status status);
/// pacs.002 status: PDNG, ACSC, ACCC, BLCK, CANC, RJCT; empty where a status has none.
[[nodiscard]] std::string_view iso_status(Status status);

/// Where an entry stands.
enum class PlaceKind : std::uint8_t { account = 1, hold = 2, supply = 3 };
[[nodiscard]] constexpr bool is_listed(PlaceKind k) {
  return k >= PlaceKind::account && k <= PlaceKind::supply;
}

struct Place {
  PlaceKind kind = PlaceKind::account;
  std::optional<AccountId> account;  ///< for account
  std::optional<OwnedId> hold;       ///< for hold: the payment's or redemption's name

  auto operator<=>(const Place&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, account, hold);
  }
};

enum class EntryKind : std::uint8_t { principal = 1, charge = 2 };
[[nodiscard]] constexpr bool is_listed(EntryKind k) {
  return k == EntryKind::principal || k == EntryKind::charge;
}
[[nodiscard]] std::string_view to_string(EntryKind kind);

struct Entry {
  Place place;
  Currency currency;
  MinorUnits amount;  ///< signed: negative takes away
  EntryKind kind = EntryKind::principal;
  Date business_date;  ///< of the currency, when it was posted

  auto operator<=>(const Entry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(place, currency, amount, kind, business_date);
  }
};

struct PaymentFacts {
  Uuid uetr;
  AccountId debtor;
  AccountId creditor;
  Money amount;  ///< what the creditor gets

  bool operator==(const PaymentFacts&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(uetr, debtor, creditor, amount);
  }
};

struct Receipt {
  static constexpr std::size_t entries_max = 64;

  OwnedId id;             ///< of the transaction, the item's UETR, or of the order that fell due
  Hash transaction_hash;  ///< of the transaction it came from
  ReceiptKind kind = ReceiptKind::transaction;
  std::optional<PaymentFacts> payment;
  Status status = Status::done;
  std::optional<Reason> reason;
  /// Where a person or bank gave the code (Reject, Recall, Return, RedeemOutcome failed): their
  /// four characters.
  std::optional<std::array<char, 4>> given_code;
  std::vector<Entry> entries;  ///< sum to zero per currency

  bool operator==(const Receipt&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, transaction_hash, kind, payment, status, reason, given_code,
            bounded<entries_max>(entries));
  }
};
[[nodiscard]] Hash receipt_hash(
    const Receipt& receipt);  ///< H("receipt", receipt): the leaf of the receipts root

/// Proof that a receipt is in the block at `height`: checked against that block's header.
struct Original {
  Height height;
  Receipt receipt;
  MerklePath path;

  bool operator==(const Original&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(height, receipt, path);
  }
};

}  // namespace vostro::chain
