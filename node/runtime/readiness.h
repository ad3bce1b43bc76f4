/// When a node says on the ledger how far it is and which protocol versions it speaks, and whether
/// it speaks what is asked of it. A READY is signed by the validator's key, so that the node sends
/// it by itself (node/ready.h). Source: consensus-spec section 9; catalogue rows F27, F28.
#pragma once

#include <cstdint>
#include <optional>

#include "base/keys.h"
#include "base/time.h"
#include "chain/storage.h"

namespace vostro::node {

/// Whether the ledger waits for a READY of this key, or has one that says too little: of a key that
/// a passed change brings; of one that votes where this program speaks another version than the one
/// in force.
[[nodiscard]] bool wants_ready(const chain::StateReader& state, const PublicKey& key,
                               UnixMillis now);

/// The lowest version that is in force, or that a passed change brings, and that this program does
/// not know.
[[nodiscard]] std::optional<std::uint16_t> unknown_version(const chain::StateReader& state,
                                                           UnixMillis now);

}  // namespace vostro::node
