#include "consensus/proposals.h"

#include <algorithm>

#include "base/check.h"

namespace vostro::consensus {

const HeldProposal* ProposalTable::find(View view) const {
  const auto found = proposals_.find(view);
  return found == proposals_.end() ? nullptr : &found->second;
}

const HeldProposal* ProposalTable::find(const ProposalId& id) const {
  const auto found = views_.find(id);
  return found == views_.end() ? nullptr : find(found->second);
}

const BlockBody* ProposalTable::block(const BlockId& id) const {
  const auto found = blocks_.find(id);
  return found == blocks_.end() ? nullptr : &found->second.body;
}

void ProposalTable::add(HeldProposal held) {
  const View view = held.propose.proposal.view;
  store({held.propose.header, held.propose.cut}, view);
  views_.emplace(held.id, view);
  VOSTRO_CHECK(proposals_.try_emplace(view, std::move(held)).second);
}

void ProposalTable::add_block(BlockBody block, View view) {
  store(std::move(block), view);
}

void ProposalTable::store(BlockBody block, View view) {
  const BlockId id = block.header.id();
  const auto [at, is_new] = blocks_.try_emplace(id, StoredBlock{std::move(block), view, view});
  if (is_new) return;
  at->second.first_seen = std::min(at->second.first_seen, view);
  at->second.last_seen = std::max(at->second.last_seen, view);
}

void ProposalTable::drop(View view) {
  const auto found = proposals_.find(view);
  if (found == proposals_.end()) return;
  const auto block = blocks_.find(found->second.propose.proposal.block);
  if (block != blocks_.end() && block->second.first_seen == view) blocks_.erase(block);
  views_.erase(found->second.id);
  proposals_.erase(found);
}

void ProposalTable::prune(View final, const BlockId& final_block) {
  const auto end = proposals_.upper_bound(final);
  for (auto at = proposals_.begin(); at != end; ++at) views_.erase(at->second.id);
  proposals_.erase(proposals_.begin(), end);
  std::erase_if(blocks_, [&](const auto& entry) {
    return entry.first != final_block && entry.second.last_seen <= final;
  });
}

}  // namespace vostro::consensus
