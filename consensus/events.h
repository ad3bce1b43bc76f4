/// What can happen to the engine. Plain data; the driver makes them, one at a time, each with the
/// time it happened at.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "consensus/messages.h"
#include "consensus/types.h"
#include "consensus/verify.h"

namespace vostro::consensus {

enum class TimerKind : std::uint8_t {
  view,        ///< VIEW: the view takes too long
  lead,        ///< LEAD: this leader has found nothing to propose
  flush,       ///< FLUSH: the tip has had its time to become final by itself
  clock,       ///< CLOCK: a proposal's time has come
  retransmit,  ///< RETX
  due,         ///< something becomes due in the state of the highest notarized block
  heartbeat,
  listen,    ///< the end of listening after a start
  announce,  ///< CERT: the others have had their time to build a certificate themselves
};

inline constexpr std::array timer_kinds{
    TimerKind::view,      TimerKind::lead,       TimerKind::flush,
    TimerKind::clock,     TimerKind::retransmit, TimerKind::due,
    TimerKind::heartbeat, TimerKind::listen,     TimerKind::announce};

/// First event, once.
struct Started {};

struct MessageReceived {
  PeerId peer;
  VerifiedMessage message;
};

/// A session ended; what is remembered of the peer is forgotten.
struct PeerLost {
  PeerId peer;
};

/// A timer set by SetTimer ran out. Late ones of other views are harmless.
struct TimerFired {
  TimerKind kind;
  View view;
};

/// The answer to BuildBlock.
struct BlockBuilt {
  View view;
  View parent_view;
  BlockBody block;
};

/// The other answer to BuildBlock: nothing includable after all, or the parent could not be
/// executed.
struct CannotBuild {
  View view;
};

enum class Verdict : std::uint8_t { valid, invalid };

/// The answer to CheckBlock. "Not yet available" is no verdict: it stays pending. The block's time
/// is the engine's affair.
struct BlockVerdict {
  ProposalId proposal;
  Verdict verdict = Verdict::invalid;
};

/// What could be put on top of one executed block.
struct BlockWork {
  BlockId block;
  bool includable = false;  ///< a held batch is includable on it
  std::optional<UnixMillis>
      due;  ///< when the next thing becomes due in its state: due once a clock is above it

  bool operator==(const BlockWork&) const = default;
};

/// The whole list for the newest final block and each executed block above it; replaces the list
/// before. A block that is not named is not executed here. The anchor counts as a block.
struct WorkChanged {
  std::vector<BlockWork> blocks;
};

/// Median round trip to the validators, from time to time.
struct RoundTripMeasured {
  std::uint32_t median_ms = 0;
};

using Event = std::variant<Started, MessageReceived, PeerLost, TimerFired, BlockBuilt, CannotBuild,
                           BlockVerdict, WorkChanged, RoundTripMeasured>;

}  // namespace vostro::consensus
