/// What goes into a replica and what comes out of it: plain data. The driver (node/runtime, or the
/// simulator) brings the events and carries out the effects in order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chain/execute.h"
#include "consensus/actions.h"
#include "consensus/committee.h"
#include "consensus/delivery.h"
#include "consensus/lanes.h"
#include "consensus/verify.h"

namespace vostro::node {

// ---- Events ----

/// First event, once.
struct ReplicaStarted {};

struct PeerUp {
  consensus::PeerId peer;
};
struct PeerDown {
  consensus::PeerId peer;
};
struct PeerMessage {
  consensus::PeerId peer;
  consensus::VerifiedMessage message;
};
/// A message of another epoch than the one this node is in. Nothing of it has been checked but its
/// form: there is no set of validators here to check it with.
struct OtherEpochMessage {
  consensus::PeerId peer;
  consensus::Message message;
};

/// The answer to CheckTransactions: every transaction verified, in order; none where one of them is
/// bad.
struct TransactionsChecked {
  consensus::BatchId batch;
  std::optional<std::vector<chain::VerifiedTransactionPtr>> transactions;
};

/// Transactions of this node's clients, admitted and to be batched.
struct TransactionsSubmitted {
  std::vector<chain::VerifiedTransactionPtr> transactions;
};

/// The block of the oldest unanswered StoreBlock is durable.
struct BlockStored {
  Height height;
};

enum class ReplicaTimer : std::uint8_t { engine, lanes, delivery, status, batch };

/// A timer of the replica: of the engine one for each kind, of the others one.
struct TimerId {
  ReplicaTimer owner = ReplicaTimer::engine;
  consensus::TimerKind kind = consensus::TimerKind::view;

  auto operator<=>(const TimerId&) const = default;
};
struct TimerExpired {
  TimerId timer;
  View view;  ///< as it was set
};

/// To the connected validators and back, their median: the answer to MeasureRoundTrips.
struct RoundTrip {
  std::uint32_t median_ms = 0;
};

using ReplicaEvent =
    std::variant<ReplicaStarted, PeerUp, PeerDown, PeerMessage, OtherEpochMessage,
                 TransactionsChecked, TransactionsSubmitted, BlockStored, TimerExpired, RoundTrip>;

// ---- Effects, to be carried out in this order ----

/// An epoch begins here: the first effect of a process, and again where the block that closes an
/// epoch is stored. What peers send is verified with this committee from now on; what is persisted
/// from now on belongs into the journal of this node's key in it. Where it has none, it observes:
/// nothing is written, and what is final counts as synced once it is stored.
struct EpochBegan {
  std::shared_ptr<const consensus::Committee> committee;
  std::optional<consensus::ValidatorIndex> own;
};

/// Append to the journal. With `needs_sync`, no message after it, of this or a later step, leaves
/// before the journal is synced.
struct PersistRecords {
  std::vector<consensus::Record> records;
  bool needs_sync = false;
};
/// Encoded once, however many get it.
struct SendMessage {
  std::vector<consensus::PeerId> to;
  std::shared_ptr<const consensus::Message> message;
};
/// Replaces a running timer of the same id.
struct StartTimer {
  TimerId timer;
  View view;
  std::uint64_t at_ms = 0;  ///< on the steady clock of Time
};
struct StopTimer {
  TimerId timer;
};
/// Decode and verify all transactions of this batch, in a worker pool; answer with
/// TransactionsChecked.
struct CheckTransactions {
  consensus::HeldBatch batch;
};
/// Commit this block, in one atomic, synced write; answer with BlockStored. Heights follow on each
/// other.
struct StoreBlock {
  consensus::BlockId id;
  std::shared_ptr<const consensus::BlockBody> body;
  std::shared_ptr<const chain::ExecutedBlock> executed;
  std::vector<consensus::HeldBatch> batches;
  std::optional<consensus::FinalityProof> proof;
};
/// A request for stored history: answer the peer from the block store, on another thread. The
/// answer is a message of the epoch of the request, with which the peer can verify it. To
/// GET_FINALITY: the proofs of the blocks that closed the epochs from the one asked for on, oldest
/// first, proofs_max of them at most; the newest proof last where there is room. To the others no
/// answer where nothing of that epoch is found, but to GET_BLOCK an empty one.
struct ServeHistory {
  consensus::PeerId peer;
  Epoch epoch;
  std::variant<consensus::GetBlock, consensus::GetBatch, consensus::GetFinality> request;
};
/// The journal may forget what is final up to this view of the epoch.
struct ReleaseJournal {
  Epoch epoch;
  View archived;
};
/// To be kept for ever.
struct KeepCertificates {
  std::vector<consensus::ArchivedCertificate> certificates;
};
/// To be kept, synced.
struct KeepEvidence {
  Epoch epoch;
  consensus::Evidence evidence;
};
struct NoteInvalidProposal {
  consensus::Propose propose;
};
/// A peer misbehaved or failed; `severe` closes its session.
struct PeerMisbehaved {
  consensus::PeerId peer;
  std::string what;
  bool severe = false;
};
/// This node's clock and those of the other validators are apart, by the median of what their
/// STATUS said (consensus-spec section 12). Again at every status period while it lasts.
struct ClockAlarm {
  std::int64_t offset_ms = 0;  ///< positive: the others are ahead
};
/// Answer with RoundTrip, where any round trip is known. Once every status period.
struct MeasureRoundTrips {};
/// Own transactions that wait were in batches that can no longer be included: submit what is not
/// final again.
struct ResubmitTransactions {};
/// The last effect ever. Reads may go on.
struct HaltReplica {
  std::string reason;  ///< one sentence for the operator
};

using Effect = std::variant<EpochBegan, PersistRecords, SendMessage, StartTimer, StopTimer,
                            CheckTransactions, StoreBlock, ServeHistory, ReleaseJournal,
                            KeepCertificates, KeepEvidence, NoteInvalidProposal, PeerMisbehaved,
                            ClockAlarm, MeasureRoundTrips, ResubmitTransactions, HaltReplica>;
using Effects = std::vector<Effect>;

}  // namespace vostro::node
