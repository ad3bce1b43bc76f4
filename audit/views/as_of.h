/// What the ledger said at a moment of the past: one record of the state after the last block that
/// is not later, with the proof that leads from the validators of the genesis file to it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "audit/replay.h"
#include "client/proof.h"

namespace vostro::audit {

struct AsOf {
  Report report;  ///< of the replay to that block
  Height height;
  Hash block;
  UnixMillis time;
  std::optional<Bytes> value;                  ///< the record's bytes; none: it was not there
  std::map<Currency, std::uint8_t> exponents;  ///< of the currencies then
  chain::StateProof path;  ///< of the value, or of its absence, to the block's state root
  /// The block, and what makes it final. None where no header stands for the height: the beginning,
  /// and what stands for a continuation.
  std::optional<client::FinalHeader> final_header;
};

/// The last block whose time is not above `time`; height 0 where the first one's is. Reads headers.
[[nodiscard]] Checked<Height> height_at(const Source& source, UnixMillis time);

/// Replays to `height` and reads the record. `options.to` and its hooks are its own; where the
/// height is that of a time, `options.next_is_after` is that time. A work directory that is kept
/// must not be above the height.
[[nodiscard]] Checked<AsOf> state_as_of(const genesis::Definition& definition, const Source& source,
                                        Height height, const Bytes& key, ReplayOptions options,
                                        const OnProgress& on_progress);

}  // namespace vostro::audit
