#include "tests/sim/world.h"

namespace vostro::sim {

using consensus::PeerId;

std::shared_ptr<const consensus::VerifiedMessage> World::verified(
    const consensus::Message& message) {
  const Bytes frame = consensus::encode_message(message);
  auto decoded = consensus::decode_message(frame);
  if (!decoded) {
    oracle_.fault("a node sent what does not decode: message " +
                  std::to_string(consensus::tag_of(message)));
    return nullptr;
  }
  auto checked = consensus::verify(*committee_, std::move(*decoded), cache_);
  if (!checked) {
    oracle_.fault("a node sent what does not verify: message " +
                  std::to_string(consensus::tag_of(message)) + ", " +
                  std::string(consensus::to_string(checked.error())));
    return nullptr;
  }
  return std::make_shared<const consensus::VerifiedMessage>(std::move(*checked));
}

void World::send(std::size_t from, const node::SendMessage& message) {
  const Byte tag = consensus::tag_of(*message.message);
  if (tag != consensus::Status::tag && tag != consensus::Have::tag) ++busy_messages_;
  if (const auto* batch = std::get_if<consensus::BatchMessage>(&message.message->body)) {
    const consensus::Batch& own = batch->batch.batch->batch;
    if (own.author.value == from && own.incarnation == nodes_[from].incarnation &&
        nodes_[from].replica->engine().is_listening())
      oracle_.fault("node " + std::to_string(from) +
                    " sends a new batch while it listens for a second instance of itself");
  }
  if (scenario_.equivocator && from == 0) {
    if (const auto* propose = std::get_if<consensus::Propose>(&message.message->body);
        propose != nullptr && propose->vote.signer.value == from &&
        propose->header.view == propose->proposal.view)
      return send_equivocating(from, message, *propose);
  }
  const auto checked = verified(*message.message);
  if (!checked) return;
  for (const PeerId to : message.to) deliver(from, to.value, checked);
}

/// Two proposals for one view, each valid by itself, to different halves of the network.
void World::send_equivocating(std::size_t from, const node::SendMessage& message,
                              const consensus::Propose& propose) {
  consensus::Propose twin = propose;
  twin.header.time = twin.header.time.next();
  twin.proposal.block = twin.header.id();
  twin.vote = consensus::sign_vote(*committee_, *signers_[from], propose.vote.signer,
                                   consensus::VoteType::notarize, twin.proposal.view,
                                   twin.proposal.id(committee_->ctx()));
  const auto one = verified(*message.message);
  const auto other = verified({message.message->epoch, twin});
  if (!one || !other) return;
  for (const PeerId to : message.to) deliver(from, to.value, to.value % 2 == 0 ? one : other);
}

/// The liar does not listen to what it said elsewhere: an honest core would stop at a vote of its
/// own that it does not know.
bool World::is_own_lie(std::size_t to, const consensus::VerifiedMessage& message) const {
  if (!scenario_.equivocator || to != 0) return false;
  if (const auto* propose = std::get_if<consensus::Propose>(&message.body()))
    return propose->vote.signer.value == 0;
  if (const auto* vote = std::get_if<consensus::VoteMessage>(&message.body()))
    return vote->vote.signer.value == 0;
  return false;
}

void World::deliver(std::size_t from, std::size_t to,
                    std::shared_ptr<const consensus::VerifiedMessage> message) {
  if (is_cut(from, to) || is_own_lie(to, *message)) return;
  const bool is_troubled = !healed_;
  if (is_troubled && random_.happens(scenario_.loss_permille, 1000)) return;
  const int copies = is_troubled && random_.happens(scenario_.duplicate_permille, 1000) ? 2 : 1;
  const std::uint64_t delay_max = is_troubled ? scenario_.delay_max_ms : 5;
  const std::uint64_t generation = nodes_[to].generation;
  for (int copy = 0; copy < copies; ++copy) {
    after(1 + random_.uniform(delay_max), [this, from, to, generation, message] {
      if (!nodes_[to].is_up || nodes_[to].generation != generation || is_cut(from, to)) return;
      step(to, node::PeerMessage{PeerId(static_cast<std::uint32_t>(from)), *message});
    });
  }
}

void World::connect(std::size_t at) {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other == at || !nodes_[other].is_up) continue;
    step(at, node::PeerUp{PeerId(static_cast<std::uint32_t>(other))});
    if (nodes_[other].is_up) step(other, node::PeerUp{PeerId(static_cast<std::uint32_t>(at))});
  }
}

void World::disconnect(std::size_t at) {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != at && nodes_[other].is_up)
      step(other, node::PeerDown{PeerId(static_cast<std::uint32_t>(at))});
  }
}

void World::serve(std::size_t at, PeerId to, const consensus::GetBlock& request) {
  consensus::BlockMessage answer;
  const std::vector<Stored>& history = nodes_[at].history;
  for (std::size_t i = history.size(); i > 0; --i) {
    if (history[i - 1].body.header.id() != request.block) continue;
    for (std::size_t j = i; j > 0 && answer.blocks.size() < request.count; --j)
      answer.blocks.push_back(history[j - 1].body);
    break;
  }
  send(at, {{to},
            std::make_shared<const consensus::Message>(
                consensus::Message{committee_->epoch(), answer})});
}

void World::serve(std::size_t at, PeerId to, const consensus::GetBatch& request) {
  consensus::BatchId next = request.lane.tip;
  const std::vector<Stored>& history = nodes_[at].history;
  for (std::size_t i = history.size(); i > 0; --i) {
    for (std::size_t j = history[i - 1].batches.size(); j > 0; --j) {
      const consensus::SharedBatch& shared = history[i - 1].batches[j - 1];
      if (shared.batch->batch.id() != next) continue;
      send(at, {{to},
                std::make_shared<const consensus::Message>(
                    consensus::Message{committee_->epoch(), consensus::BatchMessage{shared}})});
      if (shared.batch->batch.seq <= request.lane.first_seq) return;
      next = shared.batch->batch.prev;
    }
  }
}

}  // namespace vostro::sim
