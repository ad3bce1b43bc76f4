/// Follows a chain by its headers alone: links, the validators of each epoch, finality, and the ids
/// that each block used up. Nothing is executed, so nothing is said about balances; but a header
/// from which links lead to a finality proof is the one that a quorum signed, and whatever it
/// commits to can be checked against it. Pure; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "audit/block_rules.h"
#include "base/fields.h"
#include "chain/account.h"
#include "genesis/definition.h"

namespace vostro::audit {

/// What an archive keeps of a block beside its batches.
struct LightBlock {
  static constexpr std::size_t header_bytes_max = 4 * 1024;
  static constexpr std::size_t proof_bytes_max = 64 * 1024;
  static constexpr std::size_t ids_max = 1'000'000;

  Bytes header;  ///< encoded; empty where the block stands for a continuation
  Bytes proof;   ///< finality proof of this very height; empty where there is none
  std::vector<chain::OwnedId> ids;  ///< newly used by the block, in order
  Hash transactions;                ///< Merkle root of the hashes of its transactions
  /// Who votes after a block that closes its epoch, ascending; else nobody.
  std::vector<consensus::Validator> next;

  bool operator==(const LightBlock&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<header_bytes_max>(header), bounded<proof_bytes_max>(proof),
            bounded<ids_max>(ids), transactions, bounded<consensus::validators_max>(next));
  }
};

/// A batch as its author signed it.
struct ArchivedBatch {
  static constexpr std::size_t bytes_max = 8 * 1024 * 1024;

  Bytes bytes;

  bool operator==(const ArchivedBatch&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<bytes_max>(bytes));
  }
};

/// The part of a block that is not in LightBlock.
struct BlockBody {
  static constexpr std::size_t cut_bytes_max = 64 * 1024;
  static constexpr std::size_t batches_max = 100'000;

  Bytes cut;
  std::vector<ArchivedBatch> batches;  ///< in the order of execution

  bool operator==(const BlockBody&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<cut_bytes_max>(cut), bounded<batches_max>(batches));
  }
};
/// Whether cut and batches, their order and the signatures of their authors included, are those
/// that the header commits to. What is in the batches is left to execution.
[[nodiscard]] Checked<void> check_body(const consensus::Committee& committee, Height height,
                                       ByteView header, const BlockBody& body);

class LightChain {
 public:
  /// At the beginning that the genesis file describes. `definition` outlives this.
  explicit LightChain(const genesis::Definition& definition);

  /// The next block. A continuation is taken as the genesis file says it: who may decide it is in
  /// the state, and a replay looks at that. After a divergence this is of no more use.
  [[nodiscard]] Checked<void> take(const LightBlock& block);

  [[nodiscard]] const Link& link() const { return link_; }
  /// Every block up to here is final by a proof at or above it.
  [[nodiscard]] Height final_to() const { return final_to_; }
  /// Whose votes counted in the epoch of a block that was taken.
  [[nodiscard]] const consensus::Committee& committee_at(Height height) const;

 private:
  [[nodiscard]] const genesis::Continuation* continuation_here() const;
  [[nodiscard]] Checked<void> continue_by(const genesis::Continuation& continuation,
                                          const LightBlock& block);
  void begin_epoch(consensus::EpochContext context);

  const genesis::Definition* definition_;
  Link link_;
  Height final_to_{0};
  /// By the height of the first block. An epoch's version is the one that its first header names,
  /// until then it has that of the epoch before.
  std::map<Height, std::shared_ptr<const consensus::Committee>> committees_;
};

}  // namespace vostro::audit
