#include "tests/sim/oracle.h"

namespace vostro::sim {

void Oracle::on_stored(std::size_t node, const consensus::BlockId& id,
                       const consensus::Header& header, const chain::ExecutedBlock& block) {
  const std::string where =
      "node " + std::to_string(node) + ", height " + std::to_string(header.height.value) + ": ";
  if (header.height != stored_[node].next())
    fault(where + "stored after height " + std::to_string(stored_[node].value));
  stored_[node] = header.height;
  if (header.state_root != block.state_root)
    fault(where + "the header's state root is not the executed one");
  const auto [seen, is_first] = blocks_.try_emplace(header.height, Seen{id, block.state_root});
  if (!is_first) {
    if (seen->second.id != id)
      fault(where + "another block is final at this height: the ledger has forked");
    if (seen->second.state_root != block.state_root)
      fault(where + "another state root for the same block");
    return;
  }
  if (header.height.value > 1) {
    const auto parent = blocks_.find(header.height.previous());
    if (parent == blocks_.end() || parent->second.id != header.parent)
      fault(where + "its parent is not the block below");
  }
  for (const auto& [used, record] : block.ids) {
    if (!first_use_.try_emplace(used, header.height).second)
      fault(where + "an id was included twice: " + to_text(used));
  }
  for (const chain::Receipt& receipt : block.receipts) {
    std::map<Currency, std::int64_t> sums;
    for (const chain::Entry& entry : receipt.entries) sums[entry.currency] += entry.amount.value;
    for (const auto& [currency, sum] : sums) {
      if (sum != 0) fault(where + "entries of a receipt do not balance in " + to_text(currency));
    }
    if (receipt.status == chain::Status::settled) ++settled_;
  }
}

void Oracle::on_reported(std::size_t node, Height height) {
  if (stored_[node] < height)
    fault("node " + std::to_string(node) + " reported a height it has not stored");
  reported_ = std::max(reported_, height);
}

void Oracle::on_evidence(const std::string& accused, bool is_liar) {
  if (!is_liar) fault("evidence against the honest validator " + accused);
}

void Oracle::on_halt(std::size_t node, const std::string& why) {
  fault("node " + std::to_string(node) + " halted: " + why);
}

void Oracle::on_end(std::size_t node, Height stored) {
  if (stored < reported_) {
    fault("node " + std::to_string(node) + " lacks what was reported final: it has " +
          std::to_string(stored.value) + " of " + std::to_string(reported_.value) + " blocks");
  }
}

}  // namespace vostro::sim
