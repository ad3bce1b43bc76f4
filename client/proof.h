/// Checks what a node shows, against nothing but the genesis file's validators, whoever votes now:
/// that a payment settled, that an account had a balance. Whoever has the proof need not trust the
/// node that gave it, nor ask another one. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chain/account.h"
#include "chain/receipt.h"
#include "chain/tree.h"
#include "consensus/light.h"
#include "genesis/definition.h"

namespace vostro::client {

/// The header of a block, and what makes it final: the ends of the epochs before its own, and a
/// finality proof of that block, or of a later one of the epoch with the headers between, since
/// whatever is below a final block is final too.
struct FinalHeader {
  static constexpr std::size_t epochs_max = 4'096;
  /// Nodes keep a proof for one height of each 1,000, and the newest.
  static constexpr std::size_t after_max = 1'000;

  std::vector<consensus::EpochStep> epochs;  ///< ascending, from the genesis file's on
  consensus::Header header;
  std::vector<consensus::Header> after;  ///< ascending, up to the one below the proof's
  consensus::FinalityProof finality;

  bool operator==(const FinalHeader&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<epochs_max>(epochs), header, bounded<after_max>(after), finality);
  }
};

/// GET /v1/proofs/payment/{uetr}
struct PaymentProof {
  static constexpr std::uint8_t tag = 1;
  chain::Original original;
  FinalHeader block;

  bool operator==(const PaymentProof&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(original, block);
  }
};

/// GET /v1/proofs/account/{bic}/{label}
struct BalanceProof {
  static constexpr std::uint8_t tag = 2;
  chain::AccountId account;
  Currency currency;
  MinorUnits balance;  ///< after the block; zero is shown by absence
  chain::StateProof path;
  FinalHeader block;

  bool operator==(const BalanceProof&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account, currency, balance, path, block);
  }
};

/// In order of precedence.
enum class ProofError : std::uint8_t {
  other_network,     ///< the header is of another network, or of an epoch of other validators
  broken_epochs,     ///< the epochs do not lead from the genesis file's validators to the header's
  broken_chain,      ///< the headers do not lead from the block to the one that the proof names
  not_final,         ///< the finality proof is not signed by a quorum of the validators
  wrong_block,       ///< the receipt says to be of another height than the header
  not_a_settlement,  ///< the receipt is not that of a payment, or not of one that settled
  not_in_block,      ///< the receipt does not lead to the header's receipts root
  not_in_state,      ///< the balance does not lead to the header's state root
};
[[nodiscard]] std::string_view to_string(ProofError error);

/// The first validators of a network of this file: of the one that it is now, or of one that went
/// on in it (genesis/continuation.h). Proofs lead on from them. Empty for another network.
[[nodiscard]] std::optional<consensus::Committee> committee_of(
    const genesis::Definition& definition, const Hash& network_id);

/// Errors: other_network, broken_epochs, broken_chain, not_final. `committee`, here and below, is
/// that of the genesis file, or of a later epoch that the proof's steps begin with.
[[nodiscard]] Result<void, ProofError> check_final(const consensus::Committee& committee,
                                                   const FinalHeader& block);
/// What the receipt says of its payment came about in the block of that height, whatever it is.
[[nodiscard]] Result<void, ProofError> check_outcome_proof(const consensus::Committee& committee,
                                                           const PaymentProof& proof);
/// The payment named in `original` settled, in the block of that height, as its receipt says.
[[nodiscard]] Result<void, ProofError> check_payment_proof(const consensus::Committee& committee,
                                                           const PaymentProof& proof);
/// The account had exactly this balance after the block. What was held of it is not part of it.
[[nodiscard]] Result<void, ProofError> check_balance_proof(const consensus::Committee& committee,
                                                           const BalanceProof& proof);

}  // namespace vostro::client
