#include "consensus/lane_store.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/check.h"

namespace vostro::consensus {

namespace {

// Of a signed batch: ctx, author, incarnation, seq, prev, count of transactions, signature.
constexpr std::size_t batch_frame_size = 32 + 2 + 4 + 8 + 32 + 2 + 64;
constexpr std::size_t transaction_frame_size = 4;

bool is_well_formed(const Batch& batch, std::size_t bytes) {
  if (batch.seq == 0) return false;
  if (batch.prev.is_zero() != (batch.seq == 1)) return false;
  return bytes <= batch_frame_size + batch_bytes_max;
}

}  // namespace

std::size_t encoded_size(const SignedBatch& batch) {
  std::size_t size = batch_frame_size;
  for (const RawTransaction& transaction : batch.batch.transactions)
    size += transaction_frame_size + transaction.bytes.size();
  return size;
}

HeldBatch hold(std::shared_ptr<const SignedBatch> batch) {
  VOSTRO_CHECK(batch != nullptr);
  const BatchId id = batch->batch.id();
  const std::size_t bytes = encoded_size(*batch);
  return {id, bytes, std::move(batch)};
}

LaneStore::LaneStore(StoreCaps caps, const Hash& ctx, std::size_t validators,
                     LanePositions final_positions)
    : caps_(caps), ctx_(ctx), lanes_(validators) {
  VOSTRO_CHECK(validators > 0 && validators <= validators_max);
  for (const auto& [author, position] : final_positions) {
    Lane& of_author = lane(author);
    of_author.base = position;
    of_author.tip = position;
    of_author.newest_incarnation = position.incarnation;
  }
}

const StoredBatch* LaneStore::find(const BatchId& id) const {
  const auto found = batches_.find(id);
  return found == batches_.end() ? nullptr : &found->second;
}

bool LaneStore::is_stale(const Lane& lane, const Batch& batch) const {
  if (batch.incarnation < lane.newest_incarnation) return true;
  return batch.incarnation == lane.base.incarnation && batch.seq <= lane.base.seq;
}

LaneStore::Added LaneStore::add(HeldBatch batch, bool wanted) {
  const Batch& content = batch.batch();
  if (holds(batch.id)) return {StoreOutcome::duplicate, std::nullopt};
  if (content.author.value >= lanes_.size()) return {StoreOutcome::wrong_epoch, std::nullopt};
  const bool is_current = content.ctx == ctx_;
  if (!is_current && !wanted) return {StoreOutcome::wrong_epoch, std::nullopt};
  const bool well_formed = is_well_formed(content, batch.bytes);
  if (!well_formed && !wanted) return {StoreOutcome::malformed, std::nullopt};

  Lane& of_author = lane(content.author);
  const Place place{content.incarnation, content.seq};
  Added added;
  if (const auto held = of_author.places.find(place);
      is_current && held != of_author.places.end() &&
      of_author.forks < caps_.forks_reported_per_author) {
    // Another batch is held for this place of this epoch, and both are signed: E4.
    const HeldBatch& first = batches_.at(held->second.front()).held;
    if (first.batch().ctx == ctx_) {
      ++of_author.forks;
      added.fork = BatchFork{first, batch};
    }
  }
  if (!wanted) {
    if (is_stale(of_author, content)) {
      added.outcome = StoreOutcome::stale;
      return added;
    }
    const std::uint64_t base_seq =
        content.incarnation == of_author.base.incarnation ? of_author.base.seq : 0;
    if (content.seq - base_seq > caps_.batches_per_author ||
        of_author.batches_counted >= caps_.batches_per_author ||
        of_author.bytes_counted + batch.bytes > caps_.bytes_per_author) {
      added.outcome = StoreOutcome::over_cap;
      return added;
    }
  }

  StoredBatch stored;
  if (!is_current || !well_formed || content.transactions.empty())
    stored.check = BatchCheck::invalid;
  const ValidatorIndex author = content.author;
  const LanePosition position{content.incarnation, content.seq, batch.id};
  const BatchId prev = content.prev;
  of_author.batches_counted += 1;
  of_author.bytes_counted += batch.bytes;
  of_author.places[place].push_back(batch.id);
  stored.held = std::move(batch);
  batches_.emplace(position.tip, std::move(stored));

  if (position.incarnation > of_author.newest_incarnation && is_current && well_formed) {
    of_author.newest_incarnation = position.incarnation;
    drop_older_incarnations(author);
  } else if (position.incarnation == of_author.tip.incarnation &&
             position.seq == of_author.tip.seq + 1 && prev == of_author.tip.tip) {
    extend_tip(of_author);
  }
  return added;
}

void LaneStore::pin(const BatchId& id) {
  StoredBatch& stored = batches_.at(id);
  if (stored.pins++ > 0) return;
  Lane& of_author = lane(stored.held.batch().author);
  of_author.batches_counted -= 1;
  of_author.bytes_counted -= stored.held.bytes;
}

void LaneStore::unpin(const BatchId& id, bool is_own) {
  StoredBatch& stored = batches_.at(id);
  VOSTRO_CHECK(stored.pins > 0);
  if (--stored.pins > 0) return;
  const Batch& content = stored.held.batch();
  Lane& of_author = lane(content.author);
  of_author.batches_counted += 1;
  of_author.bytes_counted += stored.held.bytes;
  if (content.ctx != ctx_ || !is_well_formed(content, stored.held.bytes) ||
      is_stale(of_author, content)) {
    drop(id);
    return;
  }
  // Only what is wanted gets past the caps, and this is wanted no more: else every lost proposal
  // could leave a block's worth of bytes here.
  const bool is_over_cap = of_author.batches_counted > caps_.batches_per_author ||
                           of_author.bytes_counted > caps_.bytes_per_author;
  if (!is_own && (is_over_cap || stored.check == BatchCheck::invalid)) {
    drop(id);
    reset_tip(of_author);
  }
}

void LaneStore::set_check(const BatchId& id, BatchCheck check, std::uint32_t items) {
  const auto found = batches_.find(id);
  if (found == batches_.end() || found->second.check == BatchCheck::invalid) return;
  found->second.check = check;
  found->second.items = items;
}

void LaneStore::set_useful(const BatchId& id, bool useful) {
  if (const auto found = batches_.find(id); found != batches_.end()) found->second.useful = useful;
}

void LaneStore::drop(const BatchId& id) {
  const auto found = batches_.find(id);
  const StoredBatch& stored = found->second;
  VOSTRO_CHECK(stored.pins == 0);
  const Batch& content = stored.held.batch();
  Lane& of_author = lane(content.author);
  of_author.batches_counted -= 1;
  of_author.bytes_counted -= stored.held.bytes;
  const auto place = of_author.places.find({content.incarnation, content.seq});
  std::erase(place->second, id);
  if (place->second.empty()) of_author.places.erase(place);
  batches_.erase(found);
  dropped_.push_back(id);
}

void LaneStore::drop_older_incarnations(ValidatorIndex author) {
  Lane& of_author = lane(author);
  std::vector<BatchId> older;
  for (const auto& [place, ids] : of_author.places) {
    if (place.first >= of_author.newest_incarnation) break;
    older.insert(older.end(), ids.begin(), ids.end());
  }
  drop_unpinned(older);
  reset_tip(of_author);
}

void LaneStore::drop_unpinned(const std::vector<BatchId>& ids) {
  for (const BatchId& id : ids)
    if (batches_.at(id).pins == 0) drop(id);
}

void LaneStore::begin_incarnation(ValidatorIndex author, std::uint32_t incarnation) {
  Lane& of_author = lane(author);
  if (incarnation <= of_author.newest_incarnation) return;
  of_author.newest_incarnation = incarnation;
  drop_older_incarnations(author);
}

void LaneStore::advance(const LanePositions& final_positions) {
  for (const auto& [author, position] : final_positions) {
    Lane& of_author = lane(author);
    if (position == of_author.base) continue;
    const bool keeps_tip = stays_contiguous(of_author, position);
    of_author.base = position;
    of_author.newest_incarnation = std::max(of_author.newest_incarnation, position.incarnation);
    drop_unpinned(dead_after(of_author));
    if (!keeps_tip) reset_tip(of_author);
  }
}

/// The contiguous run follows this position, so what is left of it still ends in the same tip: none
/// of its batches is included, outdated or on a branch that leaves the final one.
bool LaneStore::stays_contiguous(Lane& lane, const LanePosition& position) {
  const LanePosition& tip = lane.tip;
  // Of an older incarnation than the run, which begins at its own start.
  if (position.incarnation != tip.incarnation) return position.incarnation < tip.incarnation;
  const std::uint64_t begin = tip.seq - lane.run.size();
  if (position.seq <= begin || position.seq > tip.seq) return false;
  const auto included = lane.run.begin() + static_cast<std::ptrdiff_t>(position.seq - begin);
  if (*std::prev(included) != position.tip) return false;
  lane.run.erase(lane.run.begin(), included);
  return true;
}

/// What is included or outdated, or on a branch that leaves the final one: contiguity forbids it
/// for ever. Looks at no place past the final one but where something is dead, for a node that
/// catches up holds very many there, at each block.
std::vector<BatchId> LaneStore::dead_after(const Lane& lane) const {
  std::vector<BatchId> dead;
  auto place = lane.places.begin();
  for (; place != lane.places.end(); ++place) {
    if (!is_stale(lane, batches_.at(place->second.front()).held.batch())) break;
    dead.insert(dead.end(), place->second.begin(), place->second.end());
  }
  // The branches that follow another batch than the final one, each to its last batch.
  Place next{lane.base.incarnation, lane.base.seq + 1};
  std::set<BatchId> leaving;
  for (; place != lane.places.end() && place->first == next; ++place, ++next.second) {
    std::set<BatchId> of_place;
    for (const BatchId& id : place->second) {
      const BatchId& prev = batches_.at(id).held.batch().prev;
      const bool is_first = next.second == lane.base.seq + 1;
      if (is_first ? prev != lane.base.tip : leaving.contains(prev)) of_place.insert(id);
    }
    if (of_place.empty()) break;
    dead.insert(dead.end(), of_place.begin(), of_place.end());
    leaving = std::move(of_place);
  }
  return dead;
}

const StoredBatch* LaneStore::child_of(const Lane& lane, const LanePosition& position) const {
  const auto place = lane.places.find({position.incarnation, position.seq + 1});
  if (place == lane.places.end()) return nullptr;
  for (const BatchId& id : place->second) {
    const StoredBatch& stored = batches_.at(id);
    if (stored.held.batch().prev == position.tip) return &stored;
  }
  return nullptr;
}

void LaneStore::reset_tip(Lane& lane) const {
  lane.tip = lane.newest_incarnation > lane.base.incarnation
                 ? LanePosition{lane.newest_incarnation, 0, BatchId{}}
                 : lane.base;
  lane.run.clear();
  extend_tip(lane);
}

void LaneStore::extend_tip(Lane& lane) const {
  while (const StoredBatch* child = child_of(lane, lane.tip)) {
    lane.tip = {child->held.batch().incarnation, child->held.batch().seq, child->held.id};
    lane.run.push_back(child->held.id);
  }
}

std::vector<const StoredBatch*> LaneStore::chain_after(ValidatorIndex author,
                                                       const LanePosition& position) const {
  std::vector<const StoredBatch*> chain;
  for (const StoredBatch* at = first_after(author, position); at != nullptr; at = next_of(*at))
    chain.push_back(at);
  return chain;
}

const StoredBatch* LaneStore::first_after(ValidatorIndex author,
                                          const LanePosition& position) const {
  const Lane& of_author = lane(author);
  if (of_author.newest_incarnation > position.incarnation) {
    if (const StoredBatch* first = child_of(of_author, {of_author.newest_incarnation, 0, {}}))
      return first;
  }
  return child_of(of_author, position);
}

const StoredBatch* LaneStore::next_of(const StoredBatch& stored) const {
  const Batch& batch = stored.held.batch();
  return child_of(lane(batch.author), {batch.incarnation, batch.seq, stored.held.id});
}

std::optional<LaneRef> LaneStore::gap(ValidatorIndex author) const {
  const Lane& of_author = lane(author);
  const LanePosition& tip = of_author.tip;
  for (auto place = of_author.places.upper_bound({tip.incarnation, tip.seq + 1});
       place != of_author.places.end(); ++place) {
    for (const BatchId& id : place->second) {
      const Batch& content = batches_.at(id).held.batch();
      if (content.prev.is_zero() || holds(content.prev)) continue;
      return run_to(author, {content.incarnation, content.seq - 1, content.prev});
    }
  }
  return std::nullopt;
}

std::optional<LanePosition> LaneStore::lacking_before(ValidatorIndex author,
                                                      const LanePosition& position) const {
  const Lane& of_author = lane(author);
  const bool is_contiguous = of_author.forks == 0 &&
                             position.incarnation == of_author.tip.incarnation &&
                             position.seq <= of_author.tip.seq;
  if (is_contiguous || !is_worth_having(author, position)) return std::nullopt;
  LanePosition at = position;
  while (const StoredBatch* stored = find(at.tip)) {
    const Batch& content = stored->held.batch();
    const bool stands_there =
        content.author == author && content.incarnation == at.incarnation && content.seq == at.seq;
    if (!stands_there || content.prev.is_zero() || content.prev == of_author.base.tip)
      return std::nullopt;
    at = {at.incarnation, at.seq - 1, content.prev};
  }
  if (at == position || !is_worth_having(author, at)) return std::nullopt;
  return at;
}

LaneRef LaneStore::run_to(ValidatorIndex author, const LanePosition& position) const {
  const LanePosition& tip = lane(author).tip;
  const bool is_past_tip = position.incarnation == tip.incarnation && position.seq > tip.seq;
  return {author, position.incarnation, is_past_tip ? tip.seq + 1 : 1, position.seq, position.tip};
}

bool LaneStore::is_worth_having(ValidatorIndex author, const LanePosition& position) const {
  const Lane& of_author = lane(author);
  if (position.seq == 0 || position.incarnation < of_author.newest_incarnation) return false;
  const std::uint64_t base_seq =
      position.incarnation == of_author.base.incarnation ? of_author.base.seq : 0;
  return position.seq > base_seq && position.seq - base_seq <= caps_.batches_per_author;
}

}  // namespace vostro::consensus
