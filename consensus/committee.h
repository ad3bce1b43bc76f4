/// The validators of one epoch, ready for use: the context with everything computed once that is
/// looked up all the time. Immutable after construction; any thread.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "consensus/messages.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// Signs votes and batches of this validator. Deterministic (Ed25519), so the machine stays a pure
/// function.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual SignatureBytes sign(ByteView message) = 0;
};

class Committee {
 public:
  /// `peers`: the session of each validator, by index, all different.
  Committee(EpochContext context, std::vector<PeerId> peers);
  /// For whoever has no sessions, and only checks what others signed: each is numbered by its
  /// index.
  explicit Committee(EpochContext context);

  [[nodiscard]] const EpochContext& context() const { return context_; }
  [[nodiscard]] Epoch epoch() const { return context_.epoch; }
  [[nodiscard]] const Hash& ctx() const { return ctx_; }
  [[nodiscard]] const Hash& set_hash() const { return set_hash_; }
  [[nodiscard]] std::size_t size() const { return context_.validators.size(); }
  [[nodiscard]] std::size_t quorum() const { return context_.validators.quorum(); }
  [[nodiscard]] std::size_t faulty_max() const { return context_.validators.faulty_max(); }
  [[nodiscard]] std::size_t one_honest() const { return context_.validators.one_honest(); }
  [[nodiscard]] bool has(ValidatorIndex index) const { return index.value < size(); }
  [[nodiscard]] const PublicKey& key(ValidatorIndex index) const {
    return context_.validators.at(index).key;
  }
  /// leader(e, v) = perm_e[(v-1) mod n]. View must not be 0.
  [[nodiscard]] ValidatorIndex leader(View view) const;
  [[nodiscard]] PeerId peer_of(ValidatorIndex index) const { return peers_.at(index.value); }
  [[nodiscard]] const std::vector<PeerId>& peers() const { return peers_; }
  /// The validator at the other end of a session, where it is one of the epoch.
  [[nodiscard]] std::optional<ValidatorIndex> validator_of(PeerId peer) const;
  /// The 131 bytes signed by a vote of this epoch.
  [[nodiscard]] Bytes message_of(VoteType type, View view, const ProposalId& proposal) const;

 private:
  EpochContext context_;
  Hash ctx_;
  Hash set_hash_;
  std::vector<ValidatorIndex> leaders_;
  std::vector<PeerId> peers_;
  std::map<PeerId, ValidatorIndex> indexes_;
};

/// perm_e of spec section 1: Fisher-Yates of 0..n-1 from the end, each draw uniform below its bound
/// by rejection from the first 8 bytes, little-endian, of H("leader-draw", H("leader", ctx) ||
/// counter u64).
[[nodiscard]] std::vector<ValidatorIndex> leader_order(const Hash& ctx, std::size_t validators);

/// Signs a vote of this epoch; `signer` must hold the key of validator `index`.
[[nodiscard]] Vote sign_vote(const Committee& committee, Signer& signer, ValidatorIndex index,
                             VoteType type, View view, const ProposalId& proposal);

}  // namespace vostro::consensus
