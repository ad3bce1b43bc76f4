/// One file that shows to anyone what became of a payment, or what an account had: no node, no
/// network and no trust in who gave it is needed, only the genesis file. Pure; any thread.
///
/// Bytes: "VOSTRO-RECEIPT-1", a tag (1 payment, 2 balance), then the canonical encoding of the
/// proof (client/proof.h, docs/receipts.md). Whoever changes a byte makes another file, which is
/// refused.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "client/proof.h"

namespace vostro::client {

inline constexpr std::size_t receipt_file_bytes_max = 16 * 1024 * 1024;

struct ReceiptFile {
  std::variant<PaymentProof, BalanceProof> proof;

  bool operator==(const ReceiptFile&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(tagged(proof));
  }
};

[[nodiscard]] Bytes write_receipt_file(const ReceiptFile& file);
/// The error is a sentence. What is read is not checked.
[[nodiscard]] Result<ReceiptFile, std::string> read_receipt_file(ByteView bytes);

/// What a checked file shows beside the proof itself.
struct ShownBlock {
  Hash network_id;
  Height height;
  UnixMillis time;  ///< of the block: when it came about
  Hash block;
  Epoch epoch;
  Height final_at;             ///< of the block whose signatures are in the file
  std::vector<Bic> signers;    ///< a quorum of that epoch's validators, ascending
  std::size_t validators = 0;  ///< of that epoch
};

/// Checks everything: the block is final by the network's validators, and the payment's receipt or
/// the balance is in it.
[[nodiscard]] Result<ShownBlock, ProofError> check_receipt_file(
    const genesis::Definition& definition, const ReceiptFile& file);

}  // namespace vostro::client
