#include "consensus/delivery.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace vostro::consensus {

std::string_view to_string(DeliveryFault fault) {
  switch (fault) {
    case DeliveryFault::silent:
      return "gave no answer in time";
    case DeliveryFault::has_nothing:
      return "does not have what it said to have";
    case DeliveryFault::wrong_block:
      return "sent a block that was not asked for or does not hash";
  }
  return "unknown";
}

std::string_view to_string(DeliveryHalt halt) {
  switch (halt) {
    case DeliveryHalt::not_a_descendant:
      return "a final block does not descend from our last block";
    case DeliveryHalt::two_final_blocks:
      return "two blocks of one height are final";
    case DeliveryHalt::broken_heights:
      return "a final block has not the height after its parent's";
  }
  return "unknown";
}

Delivery::Delivery(DeliveryConfig config, BlockPoint executed, std::set<PeerId> validators)
    : config_(config),
      validators_(std::move(validators)),
      delivered_(executed),
      executed_(executed.height),
      joined_(executed),
      proven_(executed) {
  VOSTRO_CHECK(config_.bodies_max >= blocks_max && config_.requests_max > 0);
}

bool Delivery::is_behind() const {
  return proven_.height.value > executed_.value + config_.behind_blocks;
}

std::size_t Delivery::bodies_held() const {
  std::size_t held = bodies_.size() + offered_.size() + recently_delivered_.size();
  for (const auto& [id, peer] : peers_) held += peer.pushed.size();
  return held;
}

// ---- What becomes known ----

DeliveryActions Delivery::on_final(const FinalityProof& proof, std::uint64_t now_ms) {
  DeliveryActions actions;
  if (halted_) return actions;
  const BlockPoint block{proof.header.height, proof.proposal.block};
  if (block.height <= proven_.height) {
    // A REPEAT proves the same block in a later view; a height below was proven by its descendant.
    if (block.height == proven_.height && block.id != proven_.id)
      halt(DeliveryHalt::two_final_blocks, block, actions);
    if (block.height == delivered_.height && block.id != delivered_.id)
      halt(DeliveryHalt::two_final_blocks, block, actions);
    const auto held = bodies_.find(block.height);
    if (held != bodies_.end() && held->second.header.id() != block.id)
      halt(DeliveryHalt::two_final_blocks, block, actions);
    return actions;
  }
  proven_ = block;
  newest_proof_ = proof;
  // A few proofs are kept for the blocks they name; the newest always, so that a long way ends with
  // one.
  if (proofs_.size() >= blocks_max) proofs_.erase(std::prev(proofs_.end()));
  proofs_.emplace(block.height, proof);
  proceed(now_ms, actions);
  return actions;
}

void Delivery::on_body(BlockBody body) {
  const Height height = body.header.height;
  if (halted_ || height <= delivered_.height) return;
  const BlockId id = body.header.id();
  if (!offered_.emplace(id, std::move(body)).second) return;
  offered_order_.push_back(id);
  while (offered_order_.size() > config_.offered_max) {
    offered_.erase(offered_order_.front());
    offered_order_.pop_front();
  }
}

DeliveryActions Delivery::on_blocks(PeerId from, const std::vector<BlockBody>& blocks,
                                    std::uint64_t now_ms) {
  DeliveryActions actions;
  if (halted_) return actions;
  const auto asked = std::find_if(requests_.begin(), requests_.end(), [&](const Request& request) {
    return request.peer == from && (blocks.empty() || blocks.front().header.id() == request.top.id);
  });
  if (asked == requests_.end()) {
    // A push, or an answer that came too late. A lie in place of an answer ends as silence.
    take_pushed(from, blocks);
    proceed(now_ms, actions);
    return actions;
  }

  const Request request = *asked;
  requests_.erase(asked);
  if (blocks.empty()) {
    fail_peer(from, DeliveryFault::has_nothing, now_ms, actions);
  } else if (!is_linked(blocks, request)) {
    fail_peer(from, DeliveryFault::wrong_block, now_ms, actions);
  } else {
    // What was asked for is believed, so all of it is.
    for (const BlockBody& block : blocks) {
      const Height height = block.header.height;
      if (walking_ && block.header.id() == walk_at_.id) {
        step_down(block, actions);
      } else if (!halted_ && height > delivered_.height && height <= joined_.height) {
        keep_body(block);
      }
    }
  }
  proceed(now_ms, actions);
  return actions;
}

// Every block is the one asked for or its child's parent, and its cut is the one it commits to.
bool Delivery::is_linked(const std::vector<BlockBody>& blocks, const Request& request) const {
  if (blocks.size() > request.count) return false;
  BlockId expected = request.top.id;
  for (const BlockBody& block : blocks) {
    if (block.header.id() != expected || block.cut.root() != block.header.cut_root) return false;
    expected = block.header.parent;
  }
  return true;
}

void Delivery::take_pushed(PeerId from, const std::vector<BlockBody>& blocks) {
  const auto peer = peers_.find(from);
  if (peer == peers_.end()) return;
  for (const BlockBody& block : blocks) {
    if (block.header.height <= delivered_.height || block.cut.root() != block.header.cut_root)
      continue;
    peer->second.pushed.push_back(block);
    if (peer->second.pushed.size() > config_.pushed_per_peer_max) peer->second.pushed.pop_front();
  }
}

const BlockBody* Delivery::find_loose(const BlockId& id) const {
  if (const auto offered = offered_.find(id); offered != offered_.end()) return &offered->second;
  for (const auto& [peer_id, peer] : peers_)
    for (const BlockBody& block : peer.pushed)
      if (block.header.id() == id) return &block;
  return nullptr;
}

// ---- The chain of believed blocks ----

// One step of the walk: the block at walk_at_ is here, and its parent is believed in turn.
void Delivery::step_down(const BlockBody& body, DeliveryActions& actions) {
  if (body.header.height != walk_at_.height) {
    halt(DeliveryHalt::broken_heights, walk_at_, actions);
    return;
  }
  const bool is_rung = (walk_target_.height.value - walk_at_.height.value) % blocks_max == 0;
  if (is_rung) walk_rungs_[walk_at_.height] = walk_at_.id;
  keep_body(body);
  const BlockPoint parent{walk_at_.height.previous(), body.header.parent};
  if (parent.height > joined_.height) {
    walk_at_ = parent;
    return;
  }
  // Invariant I6, and agreement: the walk must end in the chain that is final already.
  if (parent != joined_) {
    halt(DeliveryHalt::not_a_descendant, parent, actions);
    return;
  }
  walking_ = false;
  joined_ = walk_target_;
  rungs_.merge(walk_rungs_);
  walk_rungs_.clear();
}

// The lowest bodies are worth most: they are delivered first.
void Delivery::keep_body(const BlockBody& body) {
  bodies_.insert_or_assign(body.header.height, body);
  if (bodies_.size() > config_.bodies_max) bodies_.erase(std::prev(bodies_.end()));
}

void Delivery::start_walk() {
  if (walking_ || proven_.height <= joined_.height) return;
  walking_ = true;
  walk_target_ = proven_;
  walk_at_ = proven_;
}

void Delivery::walk_held(DeliveryActions& actions) {
  start_walk();
  while (walking_ && !halted_) {
    const BlockBody* held = find_loose(walk_at_.id);
    if (held == nullptr) return;
    const BlockBody body = *held;
    step_down(body, actions);
    start_walk();
  }
}

void Delivery::deliver_ready(DeliveryActions& actions) {
  while (!halted_ && delivered_.height < joined_.height &&
         delivered_.height.value - executed_.value < config_.deliver_ahead_max) {
    const auto next = bodies_.find(delivered_.height.next());
    if (next == bodies_.end()) return;
    BlockBody body = std::move(next->second);
    bodies_.erase(next);
    // Says again what the walk made sure of.
    VOSTRO_CHECK(body.header.parent == delivered_.id);
    delivered_ = {body.header.height, body.header.id()};
    rungs_.erase(rungs_.begin(), rungs_.upper_bound(delivered_.height));

    std::optional<FinalityProof> proof;
    if (const auto found = proofs_.find(delivered_.height); found != proofs_.end())
      proof = std::move(found->second);
    else if (newest_proof_ && newest_proof_->header.height == delivered_.height)
      proof = newest_proof_;
    proofs_.erase(proofs_.begin(), proofs_.upper_bound(delivered_.height));

    recently_delivered_.push_back(body);
    if (recently_delivered_.size() > config_.push_blocks_max)
      recently_delivered_.erase(recently_delivered_.begin());
    actions.push_back(Deliver{std::move(body), proof});
    if (proof) push_to_observers(*proof, actions);
  }
}

void Delivery::push_to_observers(const FinalityProof& proof, DeliveryActions& actions) {
  PushToObservers push;
  for (const auto& [id, peer] : peers_)
    if (!validators_.contains(id)) push.observers.push_back(id);
  // Of an old block there is nothing to push: an observer that is behind asks for the newest.
  if (push.observers.empty() || proof.header.height < proven_.height) return;
  push.blocks.assign(recently_delivered_.rbegin(), recently_delivered_.rend());
  push.proof = proof;
  actions.push_back(std::move(push));
}

DeliveryActions Delivery::on_executed(Height height, std::uint64_t now_ms) {
  DeliveryActions actions;
  VOSTRO_CHECK(height == executed_.next() && height <= delivered_.height);
  executed_ = height;
  for (const BlockId& id : offered_order_) {
    const auto offered = offered_.find(id);
    if (offered != offered_.end() && offered->second.header.height <= height)
      offered_.erase(offered);
  }
  std::erase_if(offered_order_, [this](const BlockId& id) { return !offered_.contains(id); });
  for (auto& [id, peer] : peers_)
    std::erase_if(peer.pushed,
                  [&](const BlockBody& block) { return block.header.height <= height; });
  if (!halted_) proceed(now_ms, actions);
  return actions;
}

void Delivery::halt(DeliveryHalt reason, const BlockPoint& at, DeliveryActions& actions) {
  if (halted_) return;
  halted_ = true;
  walking_ = false;
  requests_.clear();
  finality_asked_.reset();
  actions.push_back(HaltDelivery{reason, at});
}

}  // namespace vostro::consensus
