#include "node/continuation.h"

#include <filesystem>

#include "genesis/continuation.h"
#include "node/runtime/data_dir.h"

namespace vostro::node {
namespace {

using Done = Result<void, std::string>;

/// The block by which the chain of the network before ended here.
Done check_end(const chain::Store& store, const genesis::Continuation& continuation) {
  const auto head = store.head();
  if (!head)
    return fail(std::string("the store is empty: copy that of a node which has the chain"));
  const std::string named = "the continuation begins after block " +
                            std::to_string(continuation.height.value) + ", " +
                            to_hex(continuation.block.view());
  if (head->height < continuation.height)
    return fail(named + ", and this node is at height " + std::to_string(head->height.value) +
                ": copy the store of a node that has that block, while it is stopped");
  if (head->height > continuation.height)
    return fail(named + ", but block " + std::to_string(head->height.value) +
                " is final here: a later block must be named, or payments would be lost");
  if (head->block != continuation.block || head->state_root != continuation.state_root)
    return fail(named + ", with state root " + to_hex(continuation.state_root.view()) +
                "; here block " + to_hex(head->block.view()) + " with state root " +
                to_hex(head->state_root.view()) + " has that height");
  return {};
}

/// Orders signed for the network before can never settle in this one.
Done put_aside(const std::string& data_dir, const Hash& network_before) {
  for (const std::string_view name : {"approvals", "admission"}) {
    const std::string path = data_dir + "/" + std::string(name);
    const std::string aside = path + ".of-" + to_hex(network_before.view()).substr(0, 16);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) continue;
    std::filesystem::rename(path, aside, error);
    if (error) return fail(path + " cannot be renamed to " + aside + ": " + error.message());
  }
  return {};
}

}  // namespace

Result<Continued, std::string> continue_network(const NodeOptions& options,
                                                const genesis::Definition& definition) {
  if (definition.continuations.empty())
    return fail(std::string("the genesis file has no continuation: there is nothing to take over"));
  const genesis::Continuation& continuation = definition.continuations.back();
  const auto lock = lock_data_dir(options.data_dir);
  if (!lock) return fail(lock.error());
  const std::string path = options.data_dir + "/store";
  auto opened = chain::Store::open(path, continuation.before, options.store);
  if (!opened && opened.error().fault == chain::StoreFault::other_network) {
    const auto already = chain::Store::open(path, definition.network_id, options.store);
    if (already) return Continued{continuation.height.next(), definition.network_id, true};
  }
  if (!opened) return fail("cannot open the block store: " + to_string(opened.error()));
  chain::Store& store = **opened;
  if (const auto checked = check_end(store, continuation); !checked) return fail(checked.error());
  const auto proof = store.view().proof_at_or_above(continuation.height);
  if (!proof)
    return fail("block " + std::to_string(continuation.height.value) +
                " has no finality proof here: copy the store of a node that has it");
  if (const auto checked = genesis::check_mandate(store, continuation); !checked)
    return fail("the continuation is no mandate: " + checked.error());

  // The last proof of the network before shows its last blocks for ever.
  if (const auto kept = store.put_proof(continuation.height, proof->bytes, true); !kept)
    return fail("cannot write to the block store: " + to_string(kept.error()));
  if (const auto aside = put_aside(options.data_dir, continuation.before); !aside)
    return fail(aside.error());
  const chain::ExecutedBlock block =
      genesis::continuation_block(store, store, continuation, store.head()->time);
  const Hash digest = genesis::anchor_of(definition.network_id, continuation.state_root);
  const auto done = store.commit({digest, {}, {}, {}, false, {}, block, definition.network_id});
  if (!done) return fail("cannot write to the block store: " + to_string(done.error()));
  return Continued{block.height, definition.network_id, false};
}

}  // namespace vostro::node
