/// Proofs of finality as the block store keeps them, by epoch. Any thread.
#pragma once

#include <optional>

#include "chain/store/view.h"
#include "consensus/types.h"

namespace vostro::node {

/// The newest one of a block of this epoch: of the block that closed it, where it has ended. None
/// where nothing is final in it, and for epochs to come. Aborts where a stored proof is damaged.
[[nodiscard]] std::optional<consensus::FinalityProof> newest_proof_of(const chain::StoreView& view,
                                                                      Epoch epoch);

}  // namespace vostro::node
