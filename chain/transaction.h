/// Transactions: what clients sign and blocks hold. A type says what was already proved about the
/// bytes: Bytes -> Transaction (decoded and well formed) -> VerifiedTransaction (every signature
/// checked) -> Receipt. Source: blueprint section 3, "Transaction".
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/decode_error.h"
#include "chain/tx/accounts.h"
#include "chain/tx/answer.h"
#include "chain/tx/evidence.h"
#include "chain/tx/governance.h"
#include "chain/tx/issuing.h"
#include "chain/tx/payment.h"

namespace vostro::chain {

using Body =
    std::variant<Payment, PaymentBatch, FxPayment, Accept, Reject, Block, Unblock, Recall,
                 RefuseRecall, ConfirmCredit, Return, Issue, Redeem, RedeemOutcome, AttestReserves,
                 OpenBusinessDate, OpenAccount, UpdateAccount, UpdatePolicy, CloseAccount, Freeze,
                 Unfreeze, Cancel, Propose, Vote, Ready, ReportEvidence>;

struct TransactionSignature {
  PublicKey key;
  Signature signature;  ///< over "VOSTRO-TX-1" padded with zeros to 16 bytes || network id ||
                        ///< transaction hash

  bool operator==(const TransactionSignature&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(key, signature);
  }
};

struct Transaction {
  static constexpr std::uint16_t version_now = 1;
  static constexpr std::size_t signatures_max = 16;
  static constexpr std::size_t bytes_max = 16 * 1024;  ///< encoded, for every body but the next
  static constexpr std::size_t batch_bytes_max = 3'670'016;    ///< 3.5 MiB: a PaymentBatch
  static constexpr std::size_t report_bytes_max = 256 * 1024;  ///< a ReportEvidence

  std::uint16_t version = version_now;
  Hash network_id;
  Uuid id;  ///< for a payment its UETR
  UnixSeconds valid_until;
  Body body;
  std::vector<TransactionSignature> signatures;  ///< 1 to 16, strictly ascending by key

  bool operator==(const Transaction&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, network_id, id, valid_until, tagged(body),
            bounded<signatures_max>(signatures));
  }
};

struct FormError;
[[nodiscard]] Bytes encode_transaction(const Transaction& transaction);
/// Size caps and canonical encoding only: what comes out can still be of wrong form.
[[nodiscard]] Result<Transaction, FormError> decode_form_unchecked(ByteView bytes);
/// Size caps, canonical encoding, then form (check_form) for the network that the transaction names
/// itself.
[[nodiscard]] Result<Transaction, FormError> decode_transaction(ByteView bytes);

/// H("tx", content): all fields but the signatures, with a PaymentBatch's items replaced by their
/// Merkle root.
[[nodiscard]] Hash transaction_hash(const Transaction& transaction);
/// The same for one who has `item_hashes_of` it already.
[[nodiscard]] Hash transaction_hash(const Transaction& transaction,
                                    const std::vector<Hash>& item_hashes);
/// `item_hash` of each item of a PaymentBatch, in order; empty for every other body.
[[nodiscard]] std::vector<Hash> item_hashes_of(const Transaction& transaction);
/// The bytes that each signer signs.
[[nodiscard]] Bytes transaction_message(const Hash& network_id, const Hash& transaction_hash);
/// The participant under whose policy the body is signed: the owner of the id. Zeros where the body
/// names none, which only a body of wrong form does.
[[nodiscard]] Bic acting_participant(const Body& body);
/// What a person signs to refuse an order that waits for approval: the domain "VOSTRO-REFUSE-1",
/// network id, transaction hash, and the reason to the end. Never on the ledger.
[[nodiscard]] Bytes refusal_message(const Hash& network_id, const Hash& transaction_hash,
                                    std::string_view reason);
/// Adds the signatures of `from`, another copy of the same transaction (same transaction_hash),
/// that `to` does not have; false, and nothing added, where there would be more than 16.
[[nodiscard]] bool merge_signatures(Transaction& to, const Transaction& from);
/// "Payment", "FxPayment", ...: for logs, JSON and metrics.
[[nodiscard]] std::string_view kind_of(const Body& body);
/// Transactions and bulk items (a bulk of three counts four): what counts against a block's item
/// cap.
[[nodiscard]] std::size_t item_count(const Transaction& transaction);

/// Why bytes are no transaction of this network, in order of precedence. Refused at the door; never
/// in a block.
enum class FormReason : std::uint8_t {
  too_large,      ///< Above 16 KiB, 3.5 MiB for a PaymentBatch, 256 KiB for a ReportEvidence.
                  ///< Looked at before anything is decoded.
  undecodable,    ///< Not the canonical encoding of a transaction; the offset tells where.
  wrong_version,  ///< A transaction version that this network does not speak.
  wrong_network,  ///< Made for another network (another genesis file).
  bad_id,  ///< An id or UETR is no UUID of version 4 (or 8 where derived: Issue, and what names an
           ///< order).
  bad_signature_list,   ///< No signature, more than 16, or not strictly ascending by key.
  bad_identifier,       ///< A BIC, account label, currency, purpose or reason code is malformed.
  amount_not_positive,  ///< An amount is 0 or below.
  amount_too_large,     ///< An amount is above money_max.
  debtor_is_creditor,   ///< Debtor and creditor are the same account.
  bad_charges,          ///< Charges against their rule: bearer, payer, account, sum.
  bad_totals,           ///< Count or total do not match the items, or the sum overflows.
  repeated_uetr,        ///< A UETR stands twice in a bulk, or equals the transaction's id.
  bad_quote,        ///< The quote is malformed, of another network, or not for these currencies and
                    ///< accounts.
  bad_policy,       ///< A policy is of wrong form.
  bad_accepts,      ///< The list of agents is not strictly ascending, or not for its kind.
  bad_text,         ///< A text is empty, too long, or holds characters that are not allowed.
  bad_original,     ///< The original's receipt is no receipt of a payment.
  bad_combination,  ///< Fields that exclude or need each other.
  bad_time,    ///< A time or date that no calendar writes: beyond the year 9999, or a date before
               ///< 1970.
  bad_change,  ///< What a proposal wants to change is of wrong form.
  bad_signature,  ///< A signature does not verify; the index tells which.
};
[[nodiscard]] std::string_view to_string(
    FormReason reason);  ///< the enumerator's word: "bad_charges"

struct FormError {
  FormReason reason;
  std::string where;  ///< the field at fault, as in JSON: "charges[1].account"; or "byte 17 (...)"

  bool operator==(const FormError&) const = default;
};
[[nodiscard]] std::string_view sentence(FormReason reason);  ///< what is wrong, for a person
[[nodiscard]] std::string to_string(
    const FormError& error);  ///< "bad_charges at credit.charges[1]: ..."

/// Everything that needs no state and no signature: consensus-spec section 3, "statelessly valid".
/// Where several rules are broken, the reason that comes first in FormReason is named, at the first
/// field that breaks it.
[[nodiscard]] Result<void, FormError> check_form(const Transaction& transaction,
                                                 const Hash& network_id);

/// A transaction whose form and every signature, a quote's included, has been checked against its
/// network. Can only be made by `verify`, and by `take_as_final` for history. Shared and immutable:
/// batches, pool and execution hold the same one.
class VerifiedTransaction {
 public:
  [[nodiscard]] const Transaction& transaction() const { return transaction_; }
  [[nodiscard]] const Hash& hash() const { return hash_; }
  [[nodiscard]] OwnedId id() const { return {owner_, transaction_.id}; }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t items() const { return items_; }
  /// `item_hashes_of` the transaction: hashed once, used for its hash and in its execution.
  [[nodiscard]] const std::vector<Hash>& item_hashes() const { return item_hashes_; }

 private:
  friend Result<std::shared_ptr<const VerifiedTransaction>, FormError> verify(
      ByteView bytes, const Hash& network_id);
  friend Result<std::shared_ptr<const VerifiedTransaction>, FormError> take_as_final(
      ByteView bytes, const Hash& network_id);
  static Result<std::shared_ptr<const VerifiedTransaction>, FormError> make(ByteView bytes,
                                                                            const Hash& network_id,
                                                                            bool with_signatures);
  VerifiedTransaction() = default;
  Transaction transaction_;
  Hash hash_;
  Bic owner_;
  Bytes bytes_;
  std::size_t items_ = 1;
  std::vector<Hash> item_hashes_;
};
using VerifiedTransactionPtr = std::shared_ptr<const VerifiedTransaction>;

/// Decodes, checks form, then every signature with no early way out. Costs one verification per
/// signature.
[[nodiscard]] Result<VerifiedTransactionPtr, FormError> verify(ByteView bytes,
                                                               const Hash& network_id);
/// The same without the signatures, for one who replays blocks that a quorum has finalized and
/// leaves the signatures to that quorum (vostro-audit replay --trust-finality). Never in a node.
[[nodiscard]] Result<VerifiedTransactionPtr, FormError> take_as_final(ByteView bytes,
                                                                      const Hash& network_id);

}  // namespace vostro::chain
