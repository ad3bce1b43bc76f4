#include <algorithm>

#include "node/replica/replica.h"

namespace vostro::node {

using consensus::PeerId;

namespace {

constexpr std::uint64_t kClockMax = std::uint64_t{1}
                                    << 62U;  ///< milliseconds; fits a signed number

}  // namespace

void Replica::send(std::vector<PeerId> to, consensus::MessageBody body) {
  if (to.empty()) return;
  effects_.push_back(
      SendMessage{std::move(to), std::make_shared<const consensus::Message>(
                                     consensus::Message{committee_->epoch(), std::move(body)})});
}

std::vector<PeerId> Replica::validators_up() const {
  std::vector<PeerId> up;
  for (const PeerId peer : peers_) {
    if (committee_->validator_of(peer)) up.push_back(peer);
  }
  return up;
}

void Replica::send_status(const std::vector<PeerId>& to) {
  consensus::Status status = engine_.status(now_);
  // What a peer can have from us is what is stored here, not what is known to be final.
  status.final_height = executor_.base().height;
  send(to, status);
  consensus::ShareLanes share;
  if (own_) perform(share);
}

/// Of an even number the one that is nearer to none.
std::optional<std::int64_t> Replica::clock_offset_ms() const {
  if (clock_offsets_ms_.empty()) return std::nullopt;
  std::vector<std::int64_t> offsets;
  for (const auto& [peer, offset] : clock_offsets_ms_) offsets.push_back(offset);
  std::ranges::sort(offsets);
  const std::int64_t low = offsets[(offsets.size() - 1) / 2];
  const std::int64_t high = offsets[offsets.size() / 2];
  return std::abs(low) < std::abs(high) ? low : high;
}

const consensus::BlockBody* Replica::body_of(const consensus::BlockId& id) const {
  if (const ExecutedNode* node = executor_.find(id)) return node->body.get();
  if (const auto task = tasks_.find(id); task != tasks_.end()) return &task->second.body;
  return engine_.block(id);
}

void Replica::receive(PeerId, const consensus::Propose& propose) {
  // A REPEAT names an older block, whose body is here already or will be fetched by delivery.
  delivery_.on_body({propose.header, propose.cut});
}

void Replica::receive(PeerId peer, const consensus::Status& status) {
  if (committee_->validator_of(peer) && peers_.contains(peer)) {
    // Block times end in year 9999, clocks of peers may say anything.
    const std::uint64_t theirs = std::min(status.clock.value, kClockMax);
    clock_offsets_ms_[peer] =
        static_cast<std::int64_t>(theirs) - static_cast<std::int64_t>(now_.wall.value);
  }
  perform_delivery(delivery_.on_status(peer, status.final_height, now_.steady_ms));
}

void Replica::receive(PeerId peer, const consensus::Have& have) {
  const auto index = committee_->validator_of(peer);
  if (!index) return;
  consensus::LanePositions entries;
  for (const consensus::HaveEntry& entry : have.lanes)
    entries.emplace(entry.author, entry.position);
  lanes_.on_have(*index, entries, now_.steady_ms);
}

void Replica::receive_batch(PeerId peer, const consensus::VerifiedBatch& batch) {
  const auto& shared = batch.shared().batch;
  perform_lanes(lanes_.on_batch(committee_->validator_of(peer),
                                {batch.id(), consensus::encoded_size(*shared), shared},
                                now_.steady_ms));
  tasks_dirty_ = true;
  work_dirty_ = true;
}

void Replica::receive(PeerId peer, const consensus::GetBatch& request) {
  const auto held = lanes_.answer(request.lane, config_.answer_bytes_max);
  if (held.empty()) {
    effects_.push_back(ServeHistory{peer, request});
    return;
  }
  for (const consensus::HeldBatch& batch : held)
    send({peer}, consensus::BatchMessage{consensus::SharedBatch{batch.signed_batch}});
}

void Replica::receive(PeerId peer, const consensus::GetBlock& request) {
  consensus::BlockMessage answer;
  const std::size_t wanted = std::min<std::size_t>(request.count, consensus::blocks_max);
  consensus::BlockId id = request.block;
  while (answer.blocks.size() < wanted) {
    const consensus::BlockBody* body = body_of(id);
    if (body == nullptr) break;
    answer.blocks.push_back(*body);
    id = body->header.parent;
  }
  // What is not in memory is history, or unknown: the store's answer is empty then, which is an
  // answer too.
  if (answer.blocks.empty()) {
    effects_.push_back(ServeHistory{peer, request});
  } else {
    send({peer}, std::move(answer));
  }
}

void Replica::receive(PeerId peer, const consensus::BlockMessage& blocks) {
  perform_delivery(delivery_.on_blocks(peer, blocks.blocks, now_.steady_ms));
  tasks_dirty_ = true;
}

void Replica::receive(PeerId peer, const consensus::GetFinality&) {
  consensus::Finality answer;
  if (const auto& proof = engine_.finality()) answer.proofs.push_back(*proof);
  send({peer}, std::move(answer));
}

void Replica::receive(PeerId peer, const consensus::Finality& finality) {
  std::optional<Height> newest;
  for (const consensus::FinalityProof& proof : finality.proofs) {
    perform_delivery(delivery_.on_final(proof, now_.steady_ms));
    if (!newest || *newest < proof.header.height) newest = proof.header.height;
  }
  perform_delivery(delivery_.on_finality_answer(peer, newest, now_.steady_ms));
}

}  // namespace vostro::node
