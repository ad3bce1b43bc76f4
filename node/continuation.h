/// Takes a stopped node's ledger over into the network that goes on by the newest continuation of
/// the genesis file (genesis/continuation.h). Once on each node; doing it again does nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "genesis/definition.h"
#include "node/node.h"

namespace vostro::node {

struct Continued {
  Height height;     ///< of the block that stands for the continuation
  Hash network_id;   ///< from now on
  bool was_already;  ///< done before
};

/// The store must end with the block that the continuation names, final, and the owners' signatures
/// must be a mandate by that block's state. In one atomic write the store gets the new validators
/// and belongs to the new network; orders that waited were signed for the old one and are put aside
/// (approvals, admission). Error: a sentence that says what to do; nothing has changed then.
[[nodiscard]] Result<Continued, std::string> continue_network(
    const NodeOptions& options, const genesis::Definition& definition);

}  // namespace vostro::node
