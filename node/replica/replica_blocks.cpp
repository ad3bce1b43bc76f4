#include <algorithm>

#include "base/check.h"
#include "node/replica/replica.h"

namespace vostro::node {

using consensus::BlockId;

BlockTask& Replica::want(const consensus::BlockBody& body) {
  const BlockId id = body.header.id();
  era_->tasks_dirty = true;
  const auto [task, is_new] = era_->tasks.try_emplace(id);
  if (is_new) task->second.body = body;
  return task->second;
}

void Replica::require_cut(const BlockId& id, const consensus::BlockBody& body) {
  if (!era_->required.insert(id).second) return;
  perform_lanes(era_->lanes.require_cut(
      {id, body.cut, executor_.positions(body.header.parent), body.header.proposer},
      now_.steady_ms));
}

void Replica::release_cut(const BlockId& id) {
  if (era_->required.erase(id) > 0) era_->lanes.release_cut(id);
}

void Replica::advance_tasks() {
  bool progress = true;
  while (progress && !halted_) {
    progress = false;
    std::vector<BlockId> ids;
    for (const auto& [id, task] : era_->tasks) ids.push_back(id);
    for (const BlockId& id : ids) {
      const auto task = era_->tasks.find(id);
      if (task != era_->tasks.end() && !halted_) progress = advance(id, task->second) || progress;
    }
  }
  if (!halted_) store_delivered();
}

bool Replica::advance(const BlockId& id, BlockTask& task) {
  if (executor_.is_executed(id)) {
    conclude(id, true, {});
    return true;
  }
  const consensus::Header& header = task.body.header;
  // A disk that falls behind must not fill the memory: what is executed waits for it.
  if (header.height.value > executor_.base().height.value + config_.executed_ahead_max)
    return false;
  if (!executor_.is_executed(header.parent)) {
    if (header.height <= executor_.base().height.next()) return false;
    if (era_->tasks.contains(header.parent)) return false;
    const consensus::BlockBody* parent = body_of(header.parent);
    if (parent == nullptr) return false;  // the engine or delivery fetches it
    want(consensus::BlockBody(*parent)).notarized = true;
    return true;
  }
  require_cut(id, task.body);
  if (!task.settled) return false;
  if (task.fault) {
    conclude(id, false, std::string(consensus::to_string(*task.fault)));
    return true;
  }
  auto batches = era_->lanes.batches_of(task.body.cut, header.proposer);
  VOSTRO_CHECK(batches.has_value());
  auto transactions = transactions_of(*batches);
  VOSTRO_CHECK(transactions.has_value());
  const auto checked = executor_.check(task.body, std::move(*batches), std::move(*transactions));
  if (!checked && checked.error().fault == BlockFault::broken_ledger) {
    halt("a ledger invariant broke at height " + std::to_string(header.height.value) + ": " +
         checked.error().what);
    return false;
  }
  conclude(id, checked.has_value(), checked ? std::string() : checked.error().what);
  return true;
}

void Replica::conclude(const BlockId& id, bool valid, const std::string& what) {
  const auto found = era_->tasks.find(id);
  const BlockTask task = std::move(found->second);
  era_->tasks.erase(found);
  era_->work_dirty = true;
  for (const consensus::ProposalId& proposal : task.verdicts)
    tell_engine(consensus::BlockVerdict{
        proposal, valid ? consensus::Verdict::valid : consensus::Verdict::invalid});
  if (valid) return;
  release_cut(id);
  // A quorum has executed it and found it valid (consensus-spec section 5: a fault of this node).
  if (task.notarized) {
    halt("the certified block at height " + std::to_string(task.body.header.height.value) +
         " is invalid on this node: " + what);
  }
}

std::optional<BatchTransactions> Replica::transactions_of(
    const std::vector<consensus::HeldBatch>& batches) const {
  BatchTransactions all;
  for (const consensus::HeldBatch& batch : batches) {
    const auto found = era_->transactions.find(batch.id);
    if (found == era_->transactions.end()) return std::nullopt;
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  return all;
}

void Replica::store_delivered() {
  while (!delivered_.empty()) {
    consensus::Deliver& next = delivered_.front();
    const BlockId id = next.block.header.id();
    const ExecutedNode* node = executor_.find(id);
    if (node == nullptr) return;
    forget_losers(id, next.block.header.height);
    era_->lanes.on_final(node->positions);
    effects_.push_back(
        StoreBlock{id, node->body, node->executed, node->batches, std::move(next.proof)});
    storing_.push_back(id);
    delivered_.pop_front();
    era_->work_dirty = true;
  }
}

void Replica::forget_losers(const BlockId& final_block, Height height) {
  for (const BlockId& loser : executor_.keep_only_branch_of(final_block)) {
    release_cut(loser);
    if (loser == era_->judged_on) era_->judged_on = {};
  }
  std::vector<BlockId> dead;
  for (const auto& [id, task] : era_->tasks) {
    if (task.body.header.height <= height) dead.push_back(id);
  }
  for (const BlockId& id : dead) {
    release_cut(id);
    era_->tasks.erase(id);
  }
}

}  // namespace vostro::node
