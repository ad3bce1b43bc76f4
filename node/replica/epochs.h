/// Which epoch a stored ledger is in, and what a replica has to be told of its process when one
/// begins: whose sessions there are, and which keys it may vote with. Source: consensus-spec
/// section 9.
#pragma once

#include <memory>
#include <optional>

#include "chain/storage.h"
#include "consensus/committee.h"
#include "consensus/records.h"

namespace vostro::node {

/// The store's head, or the genesis state.
struct BasePoint {
  consensus::BlockId id;
  Height height;
  UnixMillis time;
};

/// The epoch that the next block after `head` belongs to: `state` is the one after it. On a block
/// that closes an epoch that is the next one, with `head` for its anchor; on the genesis state
/// epoch 0, with the genesis anchor.
[[nodiscard]] consensus::EpochContext context_at(const chain::StateReader& state,
                                                 const Hash& network_id, const BasePoint& head);

/// The context of an epoch that has a first block; none of others.
[[nodiscard]] std::optional<consensus::EpochContext> context_on_record(
    const chain::StateReader& state, const Hash& network_id, Epoch epoch);

/// What EPOCH puts into the journal.
[[nodiscard]] consensus::EpochRecord record_of(const consensus::EpochContext& context);

/// A key that this process may vote with, and what the key's journal said when the process began.
/// The signer outlives the replica. The epoch of `recovered` may be older than the one that begins
/// (nothing was signed in it), or newer: then this node observes until it is reached, since what
/// the key has signed in the epochs before is forgotten.
struct Voter {
  consensus::Signer* signer = nullptr;
  consensus::RecoveredState recovered;
};

/// What a replica asks of its process. Called when it is made and when an epoch begins, on its
/// thread.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  /// The number of this member's sessions: another for each member, the same whenever it is asked,
  /// and known also for members that are not connected or not heard of yet.
  [[nodiscard]] virtual consensus::PeerId peer_of(const consensus::MemberId& member) = 0;
  /// None for keys of others, and for an own one that must not vote: its journal is lost.
  [[nodiscard]] virtual std::optional<Voter> voter_of(const PublicKey& key) = 0;
};

}  // namespace vostro::node
