// Whom delivery asks, for what, and what it makes of silence and lies.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "consensus/delivery.h"

namespace vostro::consensus {

DeliveryActions Delivery::on_peer_up(PeerId peer, std::uint64_t now_ms) {
  DeliveryActions actions;
  peers_.try_emplace(peer);
  if (!halted_) proceed(now_ms, actions);
  return actions;
}

DeliveryActions Delivery::on_peer_down(PeerId peer, std::uint64_t now_ms) {
  DeliveryActions actions;
  peers_.erase(peer);
  std::erase_if(requests_, [&](const Request& request) { return request.peer == peer; });
  if (finality_asked_ && finality_asked_->first == peer) finality_asked_.reset();
  if (!halted_) proceed(now_ms, actions);
  return actions;
}

DeliveryActions Delivery::on_status(PeerId peer, Height final_height, std::uint64_t now_ms) {
  DeliveryActions actions;
  const auto found = peers_.find(peer);
  if (halted_ || found == peers_.end()) return actions;
  found->second.is_ahead = false;
  if (!validators_.contains(peer)) return actions;
  found->second.claimed = final_height;
  proceed(now_ms, actions);
  return actions;
}

DeliveryActions Delivery::on_status_of_later_epoch(PeerId peer, Height final_height,
                                                   std::uint64_t now_ms) {
  DeliveryActions actions;
  const auto found = peers_.find(peer);
  if (halted_ || found == peers_.end()) return actions;
  found->second.is_ahead = true;
  found->second.claimed = final_height;
  proceed(now_ms, actions);
  return actions;
}

DeliveryActions Delivery::begin_epoch(std::set<PeerId> validators, std::uint64_t now_ms) {
  DeliveryActions actions;
  validators_ = std::move(validators);
  newest_proof_.reset();
  if (!halted_) proceed(now_ms, actions);
  return actions;
}

std::vector<PeerId> Delivery::peers_ahead() const {
  std::vector<PeerId> ahead;
  for (const auto& [id, peer] : peers_) {
    if (peer.is_ahead) ahead.push_back(id);
  }
  return ahead;
}

bool Delivery::is_source(PeerId id) const {
  return validators_.contains(id) || peers_.at(id).is_ahead;
}

DeliveryActions Delivery::on_finality_answer(PeerId peer, std::optional<Height> newest,
                                             std::uint64_t now_ms) {
  DeliveryActions actions;
  if (halted_) return actions;
  const auto found = peers_.find(peer);
  const bool was_asked = finality_asked_ && finality_asked_->first == peer;
  if (was_asked) finality_asked_.reset();
  if (found != peers_.end() && was_asked) {
    const Height claimed = found->second.claimed;
    // What ends the epoch is all there is of it, however much the peer has of later ones.
    if (!newest || (*newest < claimed && !epoch_has_ended()))
      fail_peer(peer, DeliveryFault::has_nothing, now_ms, actions);
    if (!newest || !epoch_has_ended()) found->second.claimed = newest.value_or(Height(0));
  }
  proceed(now_ms, actions);
  return actions;
}

DeliveryActions Delivery::tick(std::uint64_t now_ms) {
  DeliveryActions actions;
  if (halted_) return actions;
  std::vector<Request> late;
  for (const Request& request : requests_)
    if (request.deadline_ms <= now_ms) late.push_back(request);
  std::erase_if(requests_, [&](const Request& request) { return request.deadline_ms <= now_ms; });
  for (const Request& request : late)
    fail_peer(request.peer, DeliveryFault::silent, now_ms, actions);
  if (finality_asked_ && finality_asked_->second <= now_ms) {
    const PeerId peer = finality_asked_->first;
    finality_asked_.reset();
    fail_peer(peer, DeliveryFault::silent, now_ms, actions);
    // Its next STATUS may raise the claim again; until then the others are asked.
    if (const auto found = peers_.find(peer); found != peers_.end())
      found->second.claimed = Height(0);
  }
  proceed(now_ms, actions);
  return actions;
}

std::optional<std::uint64_t> Delivery::next_wakeup() const {
  if (halted_) return std::nullopt;
  std::optional<std::uint64_t> next;
  const auto consider = [&](std::uint64_t at_ms) { next = next ? std::min(*next, at_ms) : at_ms; };
  for (const Request& request : requests_) consider(request.deadline_ms);
  if (finality_asked_) consider(finality_asked_->second);
  if (starved_until_ms_) consider(*starved_until_ms_);
  return next;
}

void Delivery::proceed(std::uint64_t now_ms, DeliveryActions& actions) {
  if (halted_) return;
  walk_held(actions);
  deliver_ready(actions);
  if (halted_) return;
  drop_needless_requests();
  starved_until_ms_.reset();
  ask_for_blocks(now_ms, actions);
  ask_for_finality(now_ms, actions);
}

// A block that came another way (a proposal, a push) needs no answer.
void Delivery::drop_needless_requests() {
  std::erase_if(requests_, [this](const Request& request) {
    if (request.top.height <= delivered_.height) return true;
    if (walking_ && request.top.id == walk_at_.id) return false;
    return request.top.height > joined_.height || bodies_.contains(request.top.height);
  });
}

void Delivery::ask_for_blocks(std::uint64_t now_ms, DeliveryActions& actions) {
  // The walk, one part at a time: only its answer names the next.
  if (walking_ && !is_requested(walk_at_.id)) {
    const std::uint64_t left = walk_at_.height.value - joined_.height.value;
    ask(walk_at_, static_cast<std::uint8_t>(std::min<std::uint64_t>(left, blocks_max)), now_ms,
        actions);
  }
  // Bodies that the walk has passed and not kept: part by part upward, several at once from several
  // peers.
  const std::uint64_t to =
      std::min(joined_.height.value, delivered_.height.value + config_.bodies_max);
  held_to_ = std::max(held_to_, delivered_.height);
  while (held_to_.value < to && bodies_.contains(held_to_.next())) held_to_ = held_to_.next();
  std::uint64_t from = held_to_.value + 1;
  while (from <= to && requests_.size() < config_.requests_max) {
    if (bodies_.contains(Height(from))) {
      ++from;
      continue;
    }
    // The nearest believed block at or above: a rung, or the parent of a body that is held.
    std::optional<BlockPoint> top;
    if (const auto above = bodies_.upper_bound(Height(from)); above != bodies_.end())
      top = BlockPoint{above->first.previous(), above->second.header.parent};
    if (const auto rung = rungs_.lower_bound(Height(from));
        rung != rungs_.end() && (!top || rung->first < top->height))
      top = BlockPoint{rung->first, rung->second};
    VOSTRO_CHECK(top.has_value());
    // There is not yet room for all of this part, and only the lowest bodies are kept: what was
    // asked for now would be asked for again after each block that is delivered.
    if (top->height.value > to) return;
    const std::uint64_t count = std::min<std::uint64_t>(top->height.value - from + 1, blocks_max);
    if (!is_requested(top->id) && !ask(*top, static_cast<std::uint8_t>(count), now_ms, actions))
      return;
    from = top->height.value + 1;
  }
}

void Delivery::ask_for_finality(std::uint64_t now_ms, DeliveryActions& actions) {
  if (finality_asked_ || epoch_has_ended()) return;
  std::optional<PeerId> best;
  for (const auto& [id, peer] : peers_) {
    if (peer.claimed <= proven_.height || !is_source(id)) continue;
    const auto rank = [&](PeerId candidate) {
      const Peer& of = peers_.at(candidate);
      return std::pair(of.distrusted_until_ms > now_ms, of.failures);
    };
    if (!best || rank(id) < rank(*best)) best = id;
  }
  if (!best) return;
  finality_asked_ = {*best, now_ms + config_.answer_timeout_ms};
  actions.push_back(AskFinality{*best});
}

bool Delivery::ask(const BlockPoint& top, std::uint8_t count, std::uint64_t now_ms,
                   DeliveryActions& actions) {
  const std::optional<PeerId> peer = choose_peer(now_ms);
  if (!peer) {
    for (const auto& [id, resting] : peers_) {
      if (!is_source(id)) continue;
      starved_until_ms_ =
          std::min(starved_until_ms_.value_or(resting.resting_until_ms), resting.resting_until_ms);
    }
    return false;
  }
  ++asked_;
  requests_.push_back({*peer, top, count, now_ms + config_.answer_timeout_ms});
  actions.push_back(AskBlocks{*peer, top.id, count});
  return true;
}

// Of those that did not just fail: those that did not lie lately come first, then those with
// nothing to answer, then those that failed least; then in turn.
std::optional<PeerId> Delivery::choose_peer(std::uint64_t now_ms) const {
  std::vector<PeerId> validators;
  for (const auto& [id, peer] : peers_)
    if (is_source(id) && peer.resting_until_ms <= now_ms) validators.push_back(id);
  if (validators.empty()) return std::nullopt;
  const auto rank = [&](PeerId id) {
    const Peer& peer = peers_.at(id);
    const auto open = std::count_if(requests_.begin(), requests_.end(),
                                    [&](const Request& request) { return request.peer == id; });
    return std::tuple(peer.distrusted_until_ms > now_ms, open, peer.failures);
  };
  const std::size_t begin = asked_ % validators.size();
  PeerId best = validators[begin];
  for (std::size_t i = 1; i < validators.size(); ++i) {
    const PeerId candidate = validators[(begin + i) % validators.size()];
    if (rank(candidate) < rank(best)) best = candidate;
  }
  return best;
}

bool Delivery::is_requested(const BlockId& top) const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [&](const Request& request) { return request.top.id == top; });
}

void Delivery::fail_peer(PeerId id, DeliveryFault fault, std::uint64_t now_ms,
                         DeliveryActions& actions) {
  actions.push_back(PeerFailed{id, fault});
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  ++peer.failures;
  peer.resting_until_ms = now_ms + config_.rest_ms;
  if (fault == DeliveryFault::wrong_block) peer.distrusted_until_ms = now_ms + config_.distrust_ms;
}

}  // namespace vostro::consensus
