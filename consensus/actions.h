/// What the engine wants done. Plain data, in the order in which it must be carried out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consensus/events.h"
#include "consensus/messages.h"
#include "consensus/records.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// Append to the journal. With needs_sync, no Send or Broadcast after it, of this or a later step,
/// leaves before the journal is synced. For an OwnNotarize of an EXTEND the driver adds
/// BatchRecords of the cut.
struct Persist {
  std::vector<Record> records;
  bool needs_sync = false;
};

struct Send {
  PeerId peer;
  Message message;
};

/// To every validator of the epoch that is connected, but those named.
struct Broadcast {
  Message message;
  std::vector<PeerId> except;
};

/// Replaces a running timer of the same kind.
struct SetTimer {
  TimerKind kind;
  View view;
  std::uint64_t after_ms = 0;
};

struct CancelTimer {
  TimerKind kind;
};

/// Build a block on `parent`, which this node has executed, with this view and at least this time.
/// Answer with BlockBuilt or CannotBuild. A later BuildBlock or a change of view makes the answer
/// void.
struct BuildBlock {
  View view;
  View parent_view;
  BlockId parent;
  Height height;
  UnixMillis time;
};

/// Fetch what is missing, execute, and answer with BlockVerdict. Its parent may still be unknown to
/// the driver.
struct CheckBlock {
  ProposalId proposal;
  BlockBody block;
};

/// No verdict is wanted any more.
struct CancelCheck {
  ProposalId proposal;
};

/// The block and all its ancestors are final. Proofs come with ascending views; blocks may repeat
/// (REPEAT). The record of the proof is in the Persist before it: the driver starts a sync and
/// tells nobody of finality before that is done. After a start the newest proof of the journal
/// comes once more.
struct Finalized {
  FinalityProof proof;
};

/// The block of this notarized proposal must be executed here, sooner or later: it is on top of
/// what is notarized. Without a body the driver fetches it.
struct BlockNotarized {
  View view;
  ProposalId proposal;
  BlockId block;
  std::optional<BlockBody> body;
};

/// Certificates of finalized and skipped views, to be kept for ever (accountability, spec section
/// 8).
struct Archive {
  std::vector<HeldCertificate> certificates;
};

/// New, verified, to be stored and synced. The engine has put an EVIDENCE broadcast beside it.
struct ReportEvidence {
  Evidence evidence;
};

/// A proposal, signed by its leader, whose block is invalid: recorded for review, not proof by
/// itself.
struct ReportInvalidProposal {
  Propose propose;
};

/// Send the HAVE vector of all lanes to all peers (part of a RETX).
struct ShareLanes {};

enum class PeerFault : std::uint8_t {
  unsolicited,       ///< An answer that was not asked for.
  bad_justification  ///< Parts of a justification that do not hash to what the proposal says.
};
[[nodiscard]] std::string_view to_string(PeerFault fault);
struct ScorePeer {
  PeerId peer;
  PeerFault fault;
};

/// The closing block is final: this engine votes no more, the next epoch needs a new one.
struct EpochEnded {
  FinalityProof proof;
};

enum class HaltReason : std::uint8_t {
  safety,           ///< Certificates that cannot both exist: more than f validators are faulty.
  execution,        ///< A notarized block is invalid here: a fault of this node.
  invariant,        ///< A run-time invariant does not hold: a bug.
  second_instance,  ///< A vote under our own key that we do not remember.
};
[[nodiscard]] std::string_view to_string(HaltReason reason);

/// Last action ever of this engine.
struct Halt {
  HaltReason reason;
  std::string detail;
};

using Action = std::variant<Persist, Send, Broadcast, SetTimer, CancelTimer, BuildBlock, CheckBlock,
                            CancelCheck, Finalized, BlockNotarized, Archive, ReportEvidence,
                            ReportInvalidProposal, ShareLanes, ScorePeer, EpochEnded, Halt>;

}  // namespace vostro::consensus
