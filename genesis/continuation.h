/// How a network goes on after it has lost its quorum for good: the participants name new
/// validators, from the last final block on. A continuation is a table at the end of the genesis
/// file, signed by the owners of a quorum of the validators that were; the file with it is that of
/// a new network, whose id is the hash of all its bytes, and whose ledger is the old one's. Nothing
/// here is automatic (consensus-spec section 9, last point); docs/operating/continuation.md has the
/// steps. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "chain/execute.h"
#include "genesis/definition.h"

namespace vostro::genesis {

/// A table of a genesis file begins with this line. What stands before it are the bytes of the file
/// before.
inline constexpr std::string_view continuation_marker = "[[continuation]]\n";

/// "VOSTRO-CONTINUE1" || H("continuation", BIC of the bank that signs || encoding of `before`,
/// height, block, state root, epoch and validators).
[[nodiscard]] Bytes signing_bytes(const Continuation& continuation, const Bic& signer);

/// Adds a signature, or replaces that of the same key.
void sign_continuation(Continuation& continuation, const Bic& participant, const SecretKey& key);

/// What can be known without the ledger: order, number and distinctness of validators and keys, and
/// that all signatures are valid. Errors: bad_value, repeated, few_validators, bad_signature.
[[nodiscard]] Result<void, GenesisError> check_continuation(const Continuation& continuation,
                                                            bool development);

/// Whether the signers may decide this, by the ledger's state after the last block: owners of a
/// quorum of its validators, each by the `govern` rule of its own policy; and whether the ledger
/// can take these validators: active participants, with keys that nobody has had. Error: a
/// sentence.
[[nodiscard]] Result<void, std::string> check_mandate(const chain::StateReader& state,
                                                      const Continuation& continuation);

/// The records that change, and the tree: as though the last block had closed its epoch, with these
/// validators for the next. To be stored as the block at `height` + 1, which has no header and
/// whose digest is anchor_of(network id, the continuation's state root). The mandate has been
/// checked.
[[nodiscard]] chain::ExecutedBlock continuation_block(const chain::StateReader& state,
                                                      const chain::NodeReader& tree,
                                                      const Continuation& continuation,
                                                      UnixMillis last_block_time);

/// The table, to be put behind the bytes of the file before.
[[nodiscard]] std::string write_continuation(const Continuation& continuation);

/// The bytes of the file before its newest continuation; empty where it has none.
[[nodiscard]] std::string_view file_before(std::string_view text);

}  // namespace vostro::genesis
