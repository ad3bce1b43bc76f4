// The cut: its validity, the batches it names, and the one that a leader makes.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/lanes.h"

namespace vostro::consensus {

namespace {

// The smallest signed batch with a transaction of no bytes: bounds the number of batches that a cut
// can name.
constexpr std::size_t batch_bytes_min = 32 + 2 + 4 + 8 + 32 + 2 + 64 + 4;

LanePosition position_in(const LanePositions& positions, ValidatorIndex author) {
  const auto found = positions.find(author);
  return found == positions.end() ? LanePosition{} : found->second;
}

// Spec section 7: the next of the same incarnation, or the first of a higher one; anything else is
// invalid.
bool continues(const LaneRef& ref, const LanePosition& position) {
  if (ref.incarnation == position.incarnation)
    return ref.first_seq == position.seq + 1 ||
           (is_planted(Planted::lane_gap_accepted) && ref.first_seq > position.seq);
  return ref.incarnation > position.incarnation && ref.first_seq == 1;
}

// Distance of an author from the first in execution order.
std::size_t turn_of(ValidatorIndex author, ValidatorIndex proposer, std::size_t validators) {
  return (author.value + 2 * validators - proposer.value - 1) % validators;
}

}  // namespace

std::string_view to_string(CutFault fault) {
  switch (fault) {
    case CutFault::not_ascending:
      return "authors of the cut do not ascend";
    case CutFault::unknown_author:
      return "the cut names an author that is no validator";
    case CutFault::empty_run:
      return "the cut names an empty run of batches";
    case CutFault::not_contiguous:
      return "a run does not follow the lane's position";
    case CutFault::broken_chain:
      return "a named batch does not stand in the lane as the cut says";
    case CutFault::invalid_batch:
      return "a named batch is invalid by itself";
    case CutFault::too_many_bytes:
      return "the batches have more bytes than a block may";
    case CutFault::too_many_items:
      return "the batches have more items than a block may";
  }
  return "unknown";
}

std::optional<CutFault> cut_shape_fault(const Cut& cut, const LanePositions& parent,
                                        std::size_t validators) {
  if (!cut.is_ascending()) return CutFault::not_ascending;
  for (const LaneRef& ref : cut.lanes)
    if (ref.author.value >= validators) return CutFault::unknown_author;
  for (const LaneRef& ref : cut.lanes)
    if (ref.first_seq == 0 || ref.first_seq > ref.last_seq) return CutFault::empty_run;
  for (const LaneRef& ref : cut.lanes)
    if (!continues(ref, position_in(parent, ref.author))) return CutFault::not_contiguous;
  return std::nullopt;
}

LanePositions positions_after(LanePositions parent, const Cut& cut) {
  for (const LaneRef& ref : cut.lanes)
    parent[ref.author] = {ref.incarnation, ref.last_seq, ref.tip};
  return parent;
}

// ---- Required cuts ----

LaneActions Lanes::require_cut(RequiredCut required, std::uint64_t now_ms) {
  hint_of_.clear();
  LaneActions actions;
  if (required_.contains(required.block)) return actions;
  VOSTRO_CHECK(required_.size() < config_.cuts_max);

  const BlockId block = required.block;
  Requirement& requirement = required_[block];
  requirement.required = std::move(required);
  const Cut& cut = requirement.required.cut;
  if (const auto fault = cut_shape_fault(cut, requirement.required.parent, store_.validators())) {
    settle(block, requirement, fault, actions);
    return actions;
  }
  // Names more batches than the limit of bytes has room for: nothing needs to be fetched to know.
  std::uint64_t room = config_.block_bytes_max / batch_bytes_min;
  for (const LaneRef& ref : cut.lanes) {
    const std::uint64_t more = ref.last_seq - ref.first_seq;
    if (more >= room) {
      settle(block, requirement, CutFault::too_many_bytes, actions);
      return actions;
    }
    room -= more + 1;
  }
  for (const LaneRef& ref : cut.lanes)
    requirement.walks.push_back({ref, ref.tip, ref.last_seq, false});
  advance_walks(block, requirement, nullptr, now_ms, actions);
  return actions;
}

void Lanes::unpin(const BatchId& id) {
  store_.unpin(id, own_ && store_.find(id)->held.batch().author == *own_);
}

void Lanes::release_cut(const BlockId& block) {
  hint_of_.clear();
  const auto found = required_.find(block);
  if (found == required_.end()) return;
  forget_fetches_of(block);
  for (const BatchId& id : found->second.pinned) unpin(id);
  required_.erase(found);
}

void Lanes::advance_walks(const BlockId& block, Requirement& requirement, const Fetch* arrived,
                          std::uint64_t now_ms, LaneActions& actions) {
  if (requirement.settled) return;
  std::optional<CutFault> fault;
  for (LaneWalk& lane : requirement.walks) {
    if (lane.complete) continue;
    fault = walk(lane, requirement);
    if (fault) break;
  }
  std::sort(requirement.pinned.begin(), requirement.pinned.end());
  if (!fault) fault = size_fault(requirement);
  if (fault || is_complete(requirement)) {
    settle(block, requirement, fault, actions);
    return;
  }
  for (const LaneWalk& lane : requirement.walks) {
    if (lane.complete) continue;
    const LaneRef lacking{lane.ref.author, lane.ref.incarnation, lane.ref.first_seq, lane.next_seq,
                          lane.next};
    want(lacking, block, requirement.required.proposer, arrived, now_ms, actions);
  }
}

std::optional<CutFault> Lanes::walk(LaneWalk& lane, Requirement& requirement) {
  while (const StoredBatch* stored = store_.find(lane.next)) {
    const Batch& content = stored->held.batch();
    if (content.author != lane.ref.author || content.incarnation != lane.ref.incarnation ||
        content.seq != lane.next_seq || content.ctx != ctx_)
      return CutFault::broken_chain;
    store_.pin(lane.next);
    requirement.pinned.push_back(lane.next);
    if (lane.next_seq == lane.ref.first_seq) {
      const LanePosition parent = position_in(requirement.required.parent, lane.ref.author);
      const BatchId must_follow =
          lane.ref.incarnation == parent.incarnation ? parent.tip : BatchId{};
      if (content.prev != must_follow && !is_planted(Planted::lane_gap_accepted))
        return CutFault::broken_chain;
      lane.complete = true;
      return std::nullopt;
    }
    // Only the first batch of an incarnation follows nothing.
    if (content.prev.is_zero()) return CutFault::broken_chain;
    lane.next = content.prev;
    --lane.next_seq;
  }
  return std::nullopt;
}

std::optional<CutFault> Lanes::size_fault(const Requirement& requirement) const {
  std::size_t bytes = 0;
  std::size_t items = 0;
  for (const BatchId& id : requirement.pinned) {
    const StoredBatch& stored = *store_.find(id);
    if (stored.check == BatchCheck::invalid) return CutFault::invalid_batch;
    bytes += stored.held.bytes;
    items += stored.items;
  }
  if (bytes > config_.block_bytes_max) return CutFault::too_many_bytes;
  if (items > config_.block_items_max) return CutFault::too_many_items;
  return std::nullopt;
}

bool Lanes::is_complete(const Requirement& requirement) const {
  for (const LaneWalk& lane : requirement.walks)
    if (!lane.complete) return false;
  for (const BatchId& id : requirement.pinned)
    if (store_.find(id)->check == BatchCheck::unchecked) return false;
  return true;
}

void Lanes::settle(const BlockId& block, Requirement& requirement, std::optional<CutFault> fault,
                   LaneActions& actions) {
  VOSTRO_CHECK(!requirement.settled.has_value());
  requirement.settled = CutSettled{block, fault};
  forget_fetches_of(block);
  actions.push_back(*requirement.settled);
}

std::optional<CutSettled> Lanes::settled(const BlockId& block) const {
  const auto found = required_.find(block);
  return found == required_.end() ? std::nullopt : found->second.settled;
}

std::vector<LaneRef> Lanes::missing(const Cut& cut) const {
  std::vector<LaneRef> refs;
  for (const LaneRef& ref : cut.lanes) {
    BatchId next = ref.tip;
    std::uint64_t seq = ref.last_seq;
    const StoredBatch* stored = store_.find(next);
    while (stored != nullptr && seq > ref.first_seq) {
      next = stored->held.batch().prev;
      --seq;
      stored = store_.find(next);
    }
    if (stored == nullptr) refs.push_back({ref.author, ref.incarnation, ref.first_seq, seq, next});
  }
  return refs;
}

std::optional<std::vector<HeldBatch>> Lanes::batches_of(const Cut& cut,
                                                        ValidatorIndex proposer) const {
  std::vector<const LaneRef*> order;
  for (const LaneRef& ref : cut.lanes) order.push_back(&ref);
  std::sort(order.begin(), order.end(), [&](const LaneRef* a, const LaneRef* b) {
    return turn_of(a->author, proposer, store_.validators()) <
           turn_of(b->author, proposer, store_.validators());
  });
  std::vector<HeldBatch> batches;
  for (const LaneRef* ref : order) {
    const std::size_t lane_begin = batches.size();
    BatchId next = ref->tip;
    for (std::uint64_t seq = ref->last_seq; seq >= ref->first_seq && seq > 0; --seq) {
      const StoredBatch* stored = store_.find(next);
      if (stored == nullptr) return std::nullopt;
      batches.push_back(stored->held);
      next = stored->held.batch().prev;
    }
    std::reverse(batches.begin() + static_cast<std::ptrdiff_t>(lane_begin), batches.end());
  }
  return batches;
}

// ---- What a leader proposes ----

bool Lanes::has_includable(const LanePositions& parent) const {
  return find_candidate(parent, [](const StoredBatch& stored) { return stored.useful; });
}

bool Lanes::find_candidate(const LanePositions& parent,
                           const std::function<bool(const StoredBatch&)>& is_wanted) const {
  for (std::uint16_t i = 0; i < store_.validators(); ++i) {
    const ValidatorIndex author(i);
    for (const StoredBatch* at = store_.first_after(author, position_in(parent, author));
         at != nullptr && at->check == BatchCheck::valid; at = store_.next_of(*at)) {
      if (is_wanted(*at)) return true;
    }
  }
  return false;
}

// For each batch of the run, how many nodes are known to hold it: this one, and each that reported
// it or a descendant.
std::vector<std::size_t> Lanes::holders_along(ValidatorIndex author,
                                              const std::vector<const StoredBatch*>& run) const {
  std::vector<std::size_t> holders(run.size(), 1);
  std::map<BatchId, std::size_t> place;
  for (std::size_t i = 0; i < run.size(); ++i) place.emplace(run[i]->held.id, i);
  for (const auto& [peer, lanes] : reported_) {
    if (own_ && peer == *own_) continue;
    const auto reported = lanes.find(author);
    if (reported == lanes.end()) continue;
    // From the reported tip back to where its branch meets the run. What is not held here proves
    // nothing.
    BatchId at = reported->second.position.tip;
    auto met = place.find(at);
    while (met == place.end()) {
      const StoredBatch* stored = store_.find(at);
      if (stored == nullptr) break;
      at = stored->held.batch().prev;
      met = place.find(at);
    }
    if (met == place.end()) continue;
    for (std::size_t i = 0; i <= met->second; ++i) ++holders[i];
  }
  return holders;
}

std::size_t Lanes::holders_of(const HeldBatch& batch) const {
  const StoredBatch* stored = store_.find(batch.id);
  if (stored == nullptr) return 0;
  return holders_along(batch.batch().author, {stored}).front();
}

// Leader policy, local: how much of a run may be referenced without sending it to all first.
std::size_t Lanes::allowed(ValidatorIndex author,
                           const std::vector<const StoredBatch*>& run) const {
  const bool bad = is_in_bad_standing(author);
  // An own batch was broadcast when it was made; a lane that was final before and caused no fetch
  // since is trusted to.
  const bool trusted = !bad && ((own_ && author == *own_) || proven_.contains(author));
  if (trusted) return run.size();
  const std::size_t needed = bad ? quorum() : one_honest();
  const std::vector<std::size_t> holders = holders_along(author, run);
  std::size_t count = 0;
  while (count < run.size() && holders[count] >= needed) ++count;
  return count;
}

std::vector<Lanes::Candidate> Lanes::select(const LanePositions& parent, ValidatorIndex proposer,
                                            Selection selection) const {
  std::vector<Candidate> found;
  const std::size_t n = store_.validators();
  for (std::size_t turn = 0; turn < n; ++turn) {
    const ValidatorIndex author(static_cast<std::uint16_t>((proposer.value + 1 + turn) % n));
    std::vector<const StoredBatch*> run = store_.chain_after(author, position_in(parent, author));
    const auto unusable = std::find_if(run.begin(), run.end(), [](const StoredBatch* stored) {
      return stored->check != BatchCheck::valid;
    });
    run.erase(unusable, run.end());
    if (selection == Selection::by_policy) run.resize(allowed(author, run));
    if (run.empty()) continue;
    const auto useful = std::find_if(run.begin(), run.end(),
                                     [](const StoredBatch* stored) { return stored->useful; });
    found.push_back({author, run, 0, static_cast<std::size_t>(useful - run.begin())});
  }
  return found;
}

// A batch of each lane in turn, so that none crowds out the others; first the lanes with something
// useful, then those whose batches only ride along. A lane whose next batch does not fit is done:
// what follows it would not be contiguous.
Cut Lanes::fill(std::vector<Candidate>& candidates) const {
  std::size_t bytes_left = config_.block_bytes_max;
  std::size_t items_left = config_.block_items_max;
  const auto take_next = [&](Candidate& lane) {
    if (lane.taken == lane.run.size()) return false;
    const StoredBatch& next = *lane.run[lane.taken];
    if (next.held.bytes > bytes_left || next.items > items_left) return false;
    bytes_left -= next.held.bytes;
    items_left -= next.items;
    ++lane.taken;
    return true;
  };
  const auto fill_from = [&](auto&& takes_part) {
    std::vector<Candidate*> open;
    for (Candidate& lane : candidates)
      if (takes_part(lane)) open.push_back(&lane);
    while (!open.empty()) std::erase_if(open, [&](Candidate* lane) { return !take_next(*lane); });
  };
  const auto is_useful = [](const Candidate& lane) { return lane.first_useful < lane.run.size(); };

  fill_from(is_useful);
  const auto has_useful = [&](const Candidate& lane) { return lane.taken > lane.first_useful; };
  if (!std::any_of(candidates.begin(), candidates.end(), has_useful)) {
    // Useless ones of several lanes used up the room: give it to one lane alone, if that reaches
    // its useful batch.
    for (Candidate& chosen : candidates) {
      if (!is_useful(chosen)) continue;
      for (Candidate& lane : candidates) lane.taken = 0;
      bytes_left = config_.block_bytes_max;
      items_left = config_.block_items_max;
      while (take_next(chosen)) continue;
      if (has_useful(chosen)) break;
    }
  }
  if (!std::any_of(candidates.begin(), candidates.end(), has_useful)) return {};
  fill_from([&](const Candidate& lane) { return !is_useful(lane); });

  Cut cut;
  for (const Candidate& lane : candidates) {
    if (lane.taken == 0) continue;
    const Batch& first = lane.run.front()->held.batch();
    const HeldBatch& last = lane.run[lane.taken - 1]->held;
    cut.lanes.push_back({lane.author, first.incarnation, first.seq, last.batch().seq, last.id});
  }
  std::sort(cut.lanes.begin(), cut.lanes.end());
  return cut;
}

MadeCut Lanes::make_cut(const LanePositions& parent, ValidatorIndex proposer) const {
  std::vector<Candidate> by_policy = select(parent, proposer, Selection::by_policy);
  if (Cut cut = fill(by_policy); !cut.lanes.empty()) return {std::move(cut), {}};

  // Else an author that gives each node another branch would keep everybody busy for ever with no
  // block.
  std::vector<Candidate> all_held = select(parent, proposer, Selection::all_held);
  MadeCut made;
  made.cut = fill(all_held);
  if (auto batches = batches_of(made.cut, proposer)) made.send_to_all = std::move(*batches);
  return made;
}

}  // namespace vostro::consensus
