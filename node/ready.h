/// What a validator's key signs for governance: that somebody holds it, and that its node is ready.
/// Any thread.
#pragma once

#include "base/keys.h"
#include "chain/transaction.h"

namespace vostro::node {

/// The key's proof of possession, for AddValidator and RotateValidatorKey.
[[nodiscard]] Signature possession_of(const SecretKey& key, const Hash& network_id,
                                      const Bic& owner);

/// A Ready of this program: it names the versions that it speaks, and `synced` as the newest block
/// that its node has executed. A fresh id each time.
[[nodiscard]] chain::Transaction ready_transaction(const Hash& network_id, const Bic& owner,
                                                   const SecretKey& key, Height synced,
                                                   UnixSeconds valid_until);

}  // namespace vostro::node
