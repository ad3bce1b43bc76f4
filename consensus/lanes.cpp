#include "consensus/lanes.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace vostro::consensus {

Lanes::Lanes(LaneConfig config, const Hash& ctx, std::size_t validators,
             std::optional<ValidatorIndex> own, LanePositions final_positions)
    : config_(config),
      ctx_(ctx),
      own_(own),
      store_(config.caps, ctx, validators, std::move(final_positions)) {
  if (own_) VOSTRO_CHECK(own_->value < validators);
}

// ---- The own lane ----

void Lanes::begin_incarnation(std::uint32_t incarnation) {
  hint_of_.clear();
  VOSTRO_CHECK(own_.has_value());
  // A repeated incarnation would sign two batches for one place: that is E4 of this node.
  VOSTRO_CHECK(!incarnation_ || incarnation > *incarnation_);
  VOSTRO_CHECK(incarnation > store_.final_position(*own_).incarnation);
  incarnation_ = incarnation;
  own_tip_ = {incarnation, 0, BatchId{}};
  store_.begin_incarnation(*own_, incarnation);
}

Result<Batch, LaneRefusal> Lanes::draft(std::vector<RawTransaction> transactions) const {
  if (!own_) return fail(LaneRefusal::observer);
  if (!incarnation_) return fail(LaneRefusal::no_incarnation);
  std::size_t bytes = 0;
  for (const RawTransaction& transaction : transactions) bytes += 4 + transaction.bytes.size();
  if (transactions.empty() || transactions.size() > batch_transactions_max ||
      bytes > batch_bytes_max)
    return fail(LaneRefusal::too_large);

  const LanePosition& base = store_.final_position(*own_);
  const std::uint64_t base_seq = base.incarnation == own_tip_.incarnation ? base.seq : 0;
  if (own_tip_.seq + 1 - base_seq > config_.caps.batches_per_author ||
      store_.batches_counted(*own_) >= config_.caps.batches_per_author ||
      store_.bytes_counted(*own_) + batch_bytes_max > config_.caps.bytes_per_author)
    return fail(LaneRefusal::full);

  Batch batch;
  batch.ctx = ctx_;
  batch.author = *own_;
  batch.incarnation = own_tip_.incarnation;
  batch.seq = own_tip_.seq + 1;
  batch.prev = own_tip_.tip;
  batch.transactions = std::move(transactions);
  return batch;
}

LaneActions Lanes::on_own_batch(HeldBatch batch, std::uint32_t items) {
  hint_of_.clear();
  VOSTRO_CHECK(own_ && incarnation_);
  const Batch& content = batch.batch();
  VOSTRO_CHECK(content.author == *own_ && content.incarnation == own_tip_.incarnation);
  VOSTRO_CHECK(content.seq == own_tip_.seq + 1 && content.prev == own_tip_.tip);
  VOSTRO_CHECK(content.ctx == ctx_ && !content.transactions.empty());

  own_tip_ = {content.incarnation, content.seq, batch.id};
  // `wanted`: draft has looked at the caps, and an own signed batch must never be forgotten before
  // it is sent.
  const LaneStore::Added added = store_.add(batch, true);
  VOSTRO_CHECK(added.outcome == StoreOutcome::stored);
  store_.set_check(batch.id, BatchCheck::valid, items);
  LaneActions actions;
  actions.push_back(BroadcastBatch{std::move(batch)});
  return actions;
}

LaneActions Lanes::keep(HeldBatch batch) {
  hint_of_.clear();
  const BatchId id = batch.id;
  const LaneStore::Added added = store_.add(batch, true);
  if (added.outcome != StoreOutcome::stored) return {};
  store_.pin(id);
  kept_.push_back(id);
  LaneActions actions;
  if (store_.find(id)->check == BatchCheck::unchecked)
    actions.push_back(CheckBatch{std::move(batch)});
  return actions;
}

void Lanes::release_kept() {
  hint_of_.clear();
  for (const BatchId& id : kept_) unpin(id);
  kept_.clear();
}

// ---- What arrives ----

/// Incarnations of the own lane are used up in order: a higher one was begun by somebody else, and
/// so was a batch of the current one that is not held although it is past the final position. At or
/// before that position it may come back late, when it is not held any more.
bool Lanes::is_own_key_elsewhere(const Batch& batch) const {
  if (!own_ || !incarnation_ || batch.author != *own_) return false;
  if (batch.incarnation != *incarnation_) return batch.incarnation > *incarnation_;
  const LanePosition& final_position = store_.final_position(*own_);
  return final_position.incarnation != batch.incarnation || batch.seq > final_position.seq;
}

LaneActions Lanes::on_batch(std::optional<ValidatorIndex> from, HeldBatch batch,
                            std::uint64_t now_ms) {
  LaneActions actions;
  const Batch& content = batch.batch();
  const BatchId id = batch.id;
  const ValidatorIndex author = content.author;
  hint_of_.erase(author);
  if (content.ctx == ctx_ && !store_.holds(id) && is_own_key_elsewhere(content))
    actions.push_back(OwnKeyElsewhere{batch});

  const auto fetch = fetches_.find(id);
  const bool wanted = fetch != fetches_.end() && !fetch->second.for_blocks.empty();
  const LaneStore::Added added = store_.add(batch, wanted);
  if (added.fork) actions.push_back(ReportFork{*added.fork});
  const bool held =
      added.outcome == StoreOutcome::stored || added.outcome == StoreOutcome::duplicate;
  if (held && from) note_held_by(*from, content, id, now_ms);
  if (added.outcome != StoreOutcome::stored) return actions;

  hint_of_.clear();  // a liar may have reported it as the tip of any lane
  if (store_.find(id)->check == BatchCheck::unchecked)
    actions.push_back(CheckBatch{std::move(batch)});
  note_gap(author, now_ms);
  if (fetch == fetches_.end()) return actions;

  // Whoever waits for it goes on with the batch before it, which the same answer brings unless it
  // was cut off.
  const Fetch arrived = std::move(fetch->second);
  fetches_.erase(fetch);
  for (const BlockId& block : arrived.for_blocks)
    if (const auto found = required_.find(block); found != required_.end())
      advance_walks(block, found->second, &arrived, now_ms, actions);
  if (arrived.for_blocks.empty()) continue_hint(arrived, store_.find(id)->held.batch(), now_ms);
  return actions;
}

LaneActions Lanes::on_batch_checked(const BatchId& id, bool valid, std::uint32_t items) {
  LaneActions actions;
  store_.set_check(id, valid ? BatchCheck::valid : BatchCheck::invalid, items);
  for (auto& [block, requirement] : required_) {
    if (requirement.settled) continue;
    if (!std::binary_search(requirement.pinned.begin(), requirement.pinned.end(), id)) continue;
    const std::optional<CutFault> fault = size_fault(requirement);
    if (fault) {
      settle(block, requirement, fault, actions);
    } else if (is_complete(requirement)) {
      settle(block, requirement, std::nullopt, actions);
    }
  }
  return actions;
}

void Lanes::on_have(ValidatorIndex from, const LanePositions& entries, std::uint64_t now_ms) {
  if (from.value >= store_.validators()) return;
  std::map<ValidatorIndex, Reported>& reported = reported_[from];
  for (const auto& [author, position] : entries) {
    if (author.value >= store_.validators()) continue;
    Reported& entry = reported[author];
    const bool is_again = entry.disbelieved && now_ms - entry.since_ms >= config_.hint_again_ms;
    if (entry.position != position || is_again) {
      entry.position = position;
      entry.since_ms = now_ms;
      entry.disbelieved = false;
      hint_of_.erase(author);
    }
    look_behind(author, entry, now_ms);
  }
}

void Lanes::on_peer_up(ValidatorIndex peer) {
  hint_of_.clear();
  connected_.insert(peer);
  // A new session may follow lost ones: what HAVE told before may not have arrived.
  sent_.erase(peer);
  for (auto& [author, seen] : gaps_) seen.given_up = false;
}

void Lanes::on_peer_down(ValidatorIndex peer) {
  hint_of_.clear();
  connected_.erase(peer);
  reported_.erase(peer);
  sent_.erase(peer);
  have_sent_ms_.erase(peer);
  for (auto& [id, fetch] : fetches_) {
    if (fetch.asked != peer) continue;
    fetch.asked.reset();
    fetch.next_ms = 0;
  }
}

void Lanes::on_final(const LanePositions& positions) {
  hint_of_.clear();
  ++final_blocks_;
  for (const auto& [author, position] : positions)
    if (position != store_.final_position(author)) proven_.insert(author);
  store_.advance(positions);
  // A hint that has become worthless must not keep this node asking.
  std::erase_if(fetches_, [this](const auto& entry) {
    const Fetch& fetch = entry.second;
    return fetch.for_blocks.empty() &&
           !store_.is_worth_having(fetch.ref.author,
                                   {fetch.ref.incarnation, fetch.ref.last_seq, fetch.ref.tip});
  });
}

// ---- Questions ----

LanePositions Lanes::have_vector() const {
  LanePositions vector;
  for (std::uint16_t i = 0; i < store_.validators(); ++i) {
    const LanePosition& tip = store_.tip(ValidatorIndex(i));
    if (tip.seq > 0) vector.emplace(ValidatorIndex(i), tip);
  }
  return vector;
}

std::vector<HeldBatch> Lanes::answer(const LaneRef& ref, std::size_t bytes_max) const {
  std::vector<HeldBatch> run;
  std::size_t bytes = 0;
  BatchId next = ref.tip;
  while (run.size() < config_.reply_batches_max) {
    const StoredBatch* stored = store_.find(next);
    if (stored == nullptr) break;
    const Batch& content = stored->held.batch();
    if (content.author != ref.author || content.incarnation != ref.incarnation ||
        content.seq < ref.first_seq || content.seq > ref.last_seq)
      break;
    bytes += stored->held.bytes;
    if (bytes > bytes_max) break;
    run.push_back(stored->held);
    next = content.prev;
  }
  return run;
}

bool Lanes::is_in_bad_standing(ValidatorIndex author) const {
  if (store_.has_forked(author)) return true;
  const auto caused = caused_fetch_at_.find(author);
  return caused != caused_fetch_at_.end() &&
         final_blocks_ - caused->second < config_.standing_blocks;
}

}  // namespace vostro::consensus
