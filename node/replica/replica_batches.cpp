#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "node/replica/replica.h"

namespace vostro::node {

using consensus::BlockId;

namespace {

/// What was just judged is not judged again with every message: clocks hardly move.
constexpr std::uint64_t kJudgedMs = 20;

}  // namespace

void Replica::begin_incarnation() {
  if (era_->incarnation == 0 || !is_planted(Planted::incarnation_reused)) ++era_->incarnation;
  effects_.push_back(PersistRecords{{consensus::IncarnationRecord{era_->incarnation}}, true});
  era_->lanes.begin_incarnation(era_->incarnation);
}

void Replica::make_own_batches(bool waited_enough) {
  // A batch is signed too: a second instance of this key is found before anything of this one
  // leaves (consensus-spec section 13).
  if (!era_->own || era_->engine.is_listening()) return;
  while (!queue_.empty()) {
    const bool full =
        queue_bytes_ >= config_.batch_bytes || queue_.size() >= config_.batch_transactions;
    const bool idle = era_->lanes.store().batches_counted(*era_->own) == 0;
    const bool waited =
        waited_enough ||
        (queued_since_ms_ && now_.steady_ms >= *queued_since_ms_ + config_.batch_delay_ms);
    if (!full && !idle && !waited) return;
    if (!send_own_batch()) {
      queued_since_ms_ = now_.steady_ms;  // the lane is full: try again in a batch_delay
      return;
    }
  }
  queued_since_ms_.reset();
}

bool Replica::send_own_batch() {
  std::vector<consensus::RawTransaction> raw;
  BatchTransactions taken;
  std::size_t bytes = 0;
  std::uint32_t items = 0;
  for (const chain::VerifiedTransactionPtr& transaction : queue_) {
    const bool fits = bytes + transaction->bytes().size() <= config_.batch_bytes &&
                      raw.size() < config_.batch_transactions;
    if (!raw.empty() && !fits) break;
    raw.push_back({transaction->bytes()});
    taken.push_back(transaction);
    bytes += transaction->bytes().size();
    items += static_cast<std::uint32_t>(transaction->items());
  }
  auto draft = era_->lanes.draft(std::move(raw));
  if (!draft) {
    // A lane full of batches that nobody needs any more would never move: begin it anew.
    if (draft.error() == consensus::LaneRefusal::full &&
        !era_->lanes.has_includable(executor_.positions(tip()))) {
      begin_incarnation();
      effects_.push_back(ResubmitTransactions{});
    }
    return false;
  }
  const consensus::VerifiedBatch batch = consensus::sign_batch(*era_->signer, std::move(*draft));
  const auto& shared = batch.shared().batch;
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken.size()));
  queue_bytes_ -= bytes;
  era_->transactions.insert_or_assign(batch.id(), std::move(taken));
  perform_lanes(
      era_->lanes.on_own_batch({batch.id(), consensus::encoded_size(*shared), shared}, items));
  era_->tasks_dirty = true;
  era_->work_dirty = true;
  return true;
}

BlockId Replica::tip() const {
  if (const auto tip = era_->engine.tip(); tip && executor_.is_executed(*tip)) return *tip;
  return storing_.empty() ? executor_.base().id : storing_.back();
}

void Replica::judge_batches() {
  const BlockId on = tip();
  // What adds nothing on one branch may add something on another: a verdict holds only for
  // descendants.
  if (on != era_->judged_on && !executor_.descends_from(on, era_->judged_on)) {
    for (const consensus::BatchId& id : era_->useless) era_->lanes.mark_useful(id, true);
    era_->useless.clear();
  }
  if (on != era_->judged_on) era_->useful.reset();
  era_->judged_on = on;
  const chain::StateReader& state = executor_.state(on);
  const auto is_just_judged = [this](UnixMillis then) {
    return then <= now_.wall && now_.wall.value < then.value + kJudgedMs;
  };
  // One useful batch is enough to make work; the others are looked at when their turn comes.
  era_->lanes.find_candidate(executor_.positions(on), [&](const consensus::StoredBatch& stored) {
    const consensus::BatchId& id = stored.held.id;
    if (!stored.useful) return false;
    if (era_->useful && era_->useful->first == id && is_just_judged(era_->useful->second))
      return true;
    const auto transactions = era_->transactions.find(id);
    if (transactions == era_->transactions.end()) return false;
    const bool useful = std::ranges::any_of(transactions->second, [&](const auto& transaction) {
      return chain::check_inclusion(state, *transaction, now_.wall) == chain::Inclusion::included;
    });
    if (useful) {
      era_->useful.emplace(id, now_.wall);
      return true;
    }
    era_->useless.insert(id);
    era_->lanes.mark_useful(id, false);
    return false;
  });
}

void Replica::tell_work() {
  judge_batches();
  std::vector<consensus::BlockWork> work;
  const auto add = [&](const BlockId& id) {
    work.push_back({id, era_->lanes.has_includable(executor_.positions(id)), executor_.due(id)});
  };
  add(executor_.base().id);
  for (const auto& [id, node] : executor_.nodes()) add(id);
  if (work == era_->told_work) return;
  era_->told_work = work;
  tell_engine(consensus::WorkChanged{std::move(work)});
}

}  // namespace vostro::node
