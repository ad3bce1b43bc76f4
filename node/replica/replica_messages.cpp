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
      SendMessage{std::move(to), std::make_shared<const consensus::Message>(consensus::Message{
                                     era_->committee->epoch(), std::move(body)})});
}

std::vector<PeerId> Replica::validators_up() const {
  std::vector<PeerId> up;
  for (const PeerId peer : peers_) {
    if (era_->committee->validator_of(peer)) up.push_back(peer);
  }
  return up;
}

void Replica::send_status(const std::vector<PeerId>& to) {
  consensus::Status status = era_->engine.status(now_);
  // What a peer can have from us is what is stored here, not what is known to be final.
  status.final_height = executor_.base().height;
  send(to, status);
  consensus::ShareLanes share;
  if (era_->own) perform(share);
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
  if (const auto task = era_->tasks.find(id); task != era_->tasks.end()) return &task->second.body;
  return era_->engine.block(id);
}

void Replica::receive(PeerId, const consensus::Propose& propose) {
  // A REPEAT names an older block, whose body is here already or will be fetched by delivery.
  delivery_.on_body({propose.header, propose.cut});
}

void Replica::receive(PeerId peer, const consensus::Status& status) {
  if (era_->committee->validator_of(peer) && peers_.contains(peer)) {
    // Block times end in year 9999, clocks of peers may say anything.
    const std::uint64_t theirs = std::min(status.clock.value, kClockMax);
    clock_offsets_ms_[peer] =
        static_cast<std::int64_t>(theirs) - static_cast<std::int64_t>(now_.wall.value);
  }
  perform_delivery(delivery_.on_status(peer, status.final_height, now_.steady_ms));
}

void Replica::receive(PeerId peer, const consensus::Have& have) {
  const auto index = era_->committee->validator_of(peer);
  if (!index) return;
  consensus::LanePositions entries;
  for (const consensus::HaveEntry& entry : have.lanes)
    entries.emplace(entry.author, entry.position);
  era_->lanes.on_have(*index, entries, now_.steady_ms);
}

void Replica::receive_batch(PeerId peer, const consensus::VerifiedBatch& batch) {
  const auto& shared = batch.shared().batch;
  perform_lanes(era_->lanes.on_batch(era_->committee->validator_of(peer),
                                     {batch.id(), consensus::encoded_size(*shared), shared},
                                     now_.steady_ms));
  era_->tasks_dirty = true;
  era_->work_dirty = true;
}

void Replica::receive(PeerId peer, const consensus::GetBatch& request) {
  const auto held = era_->lanes.answer(request.lane, config_.answer_bytes_max);
  if (held.empty()) {
    effects_.push_back(ServeHistory{peer, era_->committee->epoch(), request});
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
    effects_.push_back(ServeHistory{peer, era_->committee->epoch(), request});
  } else {
    send({peer}, std::move(answer));
  }
}

void Replica::receive(PeerId peer, const consensus::BlockMessage& blocks) {
  perform_delivery(delivery_.on_blocks(peer, blocks.blocks, now_.steady_ms));
  era_->tasks_dirty = true;
}

void Replica::receive(PeerId peer, const consensus::GetFinality&) {
  consensus::Finality answer;
  if (const auto& proof = era_->engine.finality()) answer.proofs.push_back(*proof);
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

/// Of such a message nothing can be judged. Who is in an epoch that has ended here gets the history
/// it asks for, and is told how its epoch ended; who is in a later one knows how this one did
/// (consensus-spec sections 9 and 11).
void Replica::answer_other_epoch(PeerId peer, const consensus::Message& message) {
  if (!peers_.contains(peer)) return;
  const consensus::MessageBody& body = message.body;
  const bool is_ahead = message.epoch > era_->committee->epoch();
  if (const auto* status = std::get_if<consensus::Status>(&body); status != nullptr && is_ahead) {
    perform_delivery(
        delivery_.on_status_of_later_epoch(peer, status->final_height, now_.steady_ms));
    return;
  }
  if (!is_ahead) {
    const auto serve = [&](const auto& request) {
      effects_.push_back(ServeHistory{peer, message.epoch, request});
    };
    if (const auto* finality = std::get_if<consensus::GetFinality>(&body)) return serve(*finality);
    if (const auto* block = std::get_if<consensus::GetBlock>(&body)) {
      if (block->count > 0 && block->count <= consensus::blocks_max) serve(*block);
      return;
    }
    if (const auto* batch = std::get_if<consensus::GetBatch>(&body)) {
      if (batch->lane.first_seq > 0 && batch->lane.first_seq <= batch->lane.last_seq) serve(*batch);
      return;
    }
  }
  // Answers that come too late call for none.
  const bool is_answer = std::holds_alternative<consensus::Finality>(body) ||
                         std::holds_alternative<consensus::BlockMessage>(body) ||
                         std::holds_alternative<consensus::BatchMessage>(body) ||
                         std::holds_alternative<consensus::Certs>(body) ||
                         std::holds_alternative<consensus::ProposalMessage>(body) ||
                         std::holds_alternative<consensus::JustificationPart>(body);
  if (is_answer && !is_ahead) return;
  const auto told = other_epoch_ms_.find(peer);
  if (told != other_epoch_ms_.end() &&
      now_.steady_ms < told->second + config_.engine.timeouts.help_ms)
    return;
  other_epoch_ms_[peer] = now_.steady_ms;
  if (!is_ahead) {
    effects_.push_back(ServeHistory{peer, message.epoch, consensus::GetFinality{message.epoch}});
  } else if (!delivery_.epoch_has_ended()) {
    send({peer}, consensus::GetFinality{era_->committee->epoch()});
  }
}

}  // namespace vostro::node
