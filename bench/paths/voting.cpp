#include "bench/paths/voting.h"

#include <algorithm>
#include <variant>

#include "base/check.h"
#include "consensus/messages.h"
#include "consensus/verify.h"

namespace vostro::bench {

using consensus::ValidatorIndex;

namespace {

class BlankSigner final : public consensus::Signer {
 public:
  consensus::SignatureBytes sign(ByteView) override { return {}; }
};
class AllKnown final : public consensus::SignatureCache {
 public:
  bool contains(const Hash&) override { return true; }
  void insert(const Hash&) override {}
};

BlankSigner blank;

ValidatorIndex index_of(std::size_t node) {
  return ValidatorIndex(static_cast<std::uint16_t>(node));
}

}  // namespace

Voting::Voting() {
  for (std::size_t i = 0; i < validators; ++i) {
    nodes_[i].engine = std::make_unique<consensus::Engine>(
        consensus::net::Net::fast_config(), committee_, consensus::Identity{index_of(i), &blank},
        consensus::RecoveredState{});
    nodes_[i].blocks.emplace(Height(0), committee_.context().anchor);
    posts_.push_back({i, consensus::Started{}});
  }
  while (!posts_.empty()) {
    const Post post = std::move(posts_.front());
    posts_.pop_front();
    step(post.to, post.event);
  }
  for (std::size_t i = 0; i < validators; ++i) tell_work(i);
}

void Voting::run_to(Height height) {
  while (this->height() < height) {
    VOSTRO_CHECK(!posts_.empty());
    const Post post = std::move(posts_.front());
    posts_.pop_front();
    step(post.to, post.event);
  }
}

Height Voting::height() const {
  Height least = nodes_.front().engine->final_height();
  for (const Node& node : nodes_) least = std::min(least, node.engine->final_height());
  return least;
}

void Voting::step(std::size_t node, const consensus::Event& event) {
  ++now_ms_;
  const consensus::Time now{now_ms_, UnixMillis(committee_.context().anchor_time.value + now_ms_)};
  for (const consensus::Action& action : nodes_[node].engine->on(now, event))
    std::visit([&](const auto& wanted) { perform(node, wanted); }, action);
}

void Voting::carry(std::size_t from, std::size_t to, const consensus::Message& message) {
  static AllKnown known;
  auto decoded = consensus::decode_message(consensus::encode_message(message));
  VOSTRO_CHECK(decoded.has_value());
  auto verified = consensus::verify(committee_, std::move(*decoded), known);
  VOSTRO_CHECK(verified.has_value());
  posts_.push_back({to, consensus::MessageReceived{
                            consensus::PeerId(static_cast<std::uint32_t>(from)), *verified}});
}

void Voting::learn(std::size_t node, const consensus::Header& header) {
  nodes_[node].blocks.insert_or_assign(header.height, header.id());
  tell_work(node);
}

/// There is always something to include.
void Voting::tell_work(std::size_t node) {
  consensus::WorkChanged work;
  for (const auto& [height, id] : nodes_[node].blocks)
    work.blocks.push_back({id, true, std::nullopt});
  posts_.push_back({node, std::move(work)});
}

void Voting::perform(std::size_t node, const consensus::Send& action) {
  carry(node, action.peer.value, action.message);
}

void Voting::perform(std::size_t node, const consensus::Broadcast& action) {
  for (std::size_t to = 0; to < validators; ++to) {
    const consensus::PeerId peer(static_cast<std::uint32_t>(to));
    if (to != node && std::ranges::find(action.except, peer) == action.except.end())
      carry(node, to, action.message);
  }
}

void Voting::perform(std::size_t node, const consensus::BuildBlock& action) {
  const consensus::BlockBody block =
      consensus::net::make_block(committee_, action.view, action.parent, action.height, action.time,
                                 action.height.value - 1, action.height.value);
  posts_.push_back({node, consensus::BlockBuilt{action.view, action.parent_view, block}});
  learn(node, block.header);
}

void Voting::perform(std::size_t node, const consensus::CheckBlock& action) {
  posts_.push_back({node, consensus::BlockVerdict{action.proposal, consensus::Verdict::valid}});
  learn(node, action.block.header);
}

void Voting::perform(std::size_t node, const consensus::Finalized& action) {
  auto& blocks = nodes_[node].blocks;
  blocks.erase(blocks.begin(), blocks.lower_bound(action.proof.header.height));
}

void Voting::perform(std::size_t, const consensus::Halt& action) {
  check_failed(__FILE__, __LINE__, action.detail.c_str());
}

}  // namespace vostro::bench
