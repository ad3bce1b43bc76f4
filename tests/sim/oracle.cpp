#include "tests/sim/oracle.h"

namespace vostro::sim {

void Oracle::on_stored(std::size_t node, const consensus::BlockId& id,
                       const consensus::Header& header, const consensus::Cut& cut,
                       const chain::ExecutedBlock& block, const test::MemoryStore& store) {
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
  check_first(where, header, block);
  check_lanes(where, header.epoch, cut);
  for (const std::string& wrong : books_.compare(store)) fault(where + wrong);
}

void Oracle::check_first(const std::string& where, const consensus::Header& header,
                         const chain::ExecutedBlock& block) {
  if (header.height.value > 1) {
    const auto parent = blocks_.find(header.height.previous());
    if (parent == blocks_.end() || parent->second.id != header.parent)
      fault(where + "its parent is not the block below");
  }
  for (const auto& [used, record] : block.ids) {
    if (!first_use_.try_emplace(used, header.height).second)
      fault(where + "an id was included twice: " + to_text(used));
  }
  for (const std::string& wrong : books_.post(block)) fault(where + wrong);
  for (const chain::Receipt& receipt : block.receipts) {
    if (receipt.status == chain::Status::settled) ++settled_;
  }
}

/// Nothing of a lane is left out, and nothing is taken twice.
void Oracle::check_lanes(const std::string& where, Epoch epoch, const consensus::Cut& cut) {
  for (const consensus::LaneRef& lane : cut.lanes) {
    auto& [incarnation, seq] = lanes_[{epoch, lane.author.value}];
    const bool goes_on = lane.incarnation == incarnation && lane.first_seq == seq + 1;
    const bool begins = lane.incarnation > incarnation && lane.first_seq == 1;
    if (!goes_on && !begins)
      fault(where + "the batches of validator " + std::to_string(lane.author.value) +
            " do not follow those of the blocks before");
    incarnation = lane.incarnation;
    seq = lane.last_seq;
  }
}

void Oracle::on_reported(std::size_t node, Height height) {
  if (stored_[node] < height)
    fault("node " + std::to_string(node) + " reported a height it has not stored");
  reported_ = std::max(reported_, height);
}

void Oracle::on_read(std::size_t node, const chain::OwnedId& id, const chain::IdRecord& record) {
  const auto [seen, is_first] = read_.try_emplace(id, record);
  if (!is_first && seen->second != record)
    fault("node " + std::to_string(node) + " tells another outcome of " + to_text(id) +
          " than a client has read before");
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
