// The network between the nodes: who hears what, when, and what a liar may say.
#include "tests/sim/world.h"

namespace vostro::sim {

using consensus::PeerId;

/// The place of one liar in this world.
class World::Port final : public LiarPort {
 public:
  Port(World& world, std::size_t at) : world_(world), at_(at) {}
  [[nodiscard]] const consensus::Committee& committee() const override {
    return *world_.genesis_.committee;
  }
  [[nodiscard]] consensus::ValidatorIndex self() const override { return node().validator; }
  [[nodiscard]] consensus::Signer& signer() override {
    return *world_.genesis_.signers[node().validator.value];
  }
  [[nodiscard]] const node::Replica& honest_half() const override { return *node().replica; }
  [[nodiscard]] const chain::StateReader& stored_state() const override { return node().store; }
  [[nodiscard]] const chain::NodeReader& stored_tree() const override { return node().store; }
  [[nodiscard]] UnixMillis clock() const override { return world_.time_of(node()).wall; }
  [[nodiscard]] std::vector<chain::VerifiedTransactionPtr> transactions_of(
      const consensus::Batch& batch) const override {
    std::vector<chain::VerifiedTransactionPtr> found;
    for (const consensus::RawTransaction& raw : batch.transactions) {
      const auto known = world_.by_bytes_.find(raw.bytes);
      if (known == world_.by_bytes_.end()) return {};
      found.push_back(known->second);
    }
    return found;
  }
  [[nodiscard]] Random& random() override { return world_.random_; }
  /// What does not decode or verify is dropped where it arrives, by the node's edge.
  void send_bytes(PeerId to, const Bytes& frame, std::uint64_t after_ms) override {
    if (const auto message = world_.verified(frame)) world_.deliver(at_, to, message, after_ms);
  }

 private:
  [[nodiscard]] const Node& node() const { return world_.nodes_[at_]; }
  World& world_;
  std::size_t at_;
};

std::shared_ptr<const consensus::VerifiedMessage> World::verified(ByteView frame) {
  auto decoded = consensus::decode_message(frame);
  if (!decoded) return nullptr;
  auto checked = consensus::verify(*genesis_.committee, std::move(*decoded), cache_);
  if (!checked) return nullptr;
  return std::make_shared<const consensus::VerifiedMessage>(std::move(*checked));
}

void World::send(std::size_t from, const node::SendMessage& message) {
  if (Node& node = nodes_[from]; node.liar) {
    Port port(*this, from);
    return node.liar->on_send(port, message);
  }
  const auto checked = verified(consensus::encode_message(*message.message));
  if (is_judged(from)) {
    check_sent(from, *message.message);
    if (!checked)
      oracle_.fault("node " + std::to_string(from) + " sent what does not verify: message " +
                    std::to_string(consensus::tag_of(*message.message)));
  }
  if (!checked) return;
  for (const PeerId to : message.to) deliver(from, to, checked);
}

void World::check_sent(std::size_t from, const consensus::Message& message) {
  const Byte tag = consensus::tag_of(message);
  if (tag != consensus::Status::tag && tag != consensus::Have::tag) {
    ++busy_messages_;
    ++outcome_.messages;
  }
  const Node& node = nodes_[from];
  witness_.on_sent(node.validator.value, message.body);
  if (const auto* batch = std::get_if<consensus::BatchMessage>(&message.body)) {
    const consensus::Batch& own = batch->batch.batch->batch;
    if (own.author == node.validator && own.incarnation == node.incarnation &&
        node.replica->engine().is_listening())
      oracle_.fault("node " + std::to_string(from) +
                    " sends a new batch while it listens for a second instance of itself");
  }
}

/// A liar does not listen to what it said elsewhere: its honest half would stop at a vote or a
/// batch of its own that it does not know.
bool World::is_own_lie(std::size_t to, const consensus::MessageBody& body) const {
  const Node& node = nodes_[to];
  if (!node.is_liar || scenario_.twin_hears_itself) return false;
  if (const auto* propose = std::get_if<consensus::Propose>(&body))
    return propose->vote.signer == node.validator;
  if (const auto* vote = std::get_if<consensus::VoteMessage>(&body))
    return vote->vote.signer == node.validator;
  if (const auto* batch = std::get_if<consensus::BatchMessage>(&body))
    return batch->batch.batch->batch.author == node.validator;
  return false;
}

void World::deliver(std::size_t from, PeerId to,
                    const std::shared_ptr<const consensus::VerifiedMessage>& message,
                    std::uint64_t after_ms) {
  for (std::size_t i = to.value; i < nodes_.size(); ++i) {
    if (nodes_[i].validator.value == to.value && i != from) deliver_to(from, i, message, after_ms);
  }
}

void World::deliver_to(std::size_t from, std::size_t to,
                       const std::shared_ptr<const consensus::VerifiedMessage>& message,
                       std::uint64_t after_ms) {
  if (is_cut(from, to) || is_own_lie(to, message->body())) return;
  if (!scenario_.view_sides.empty() && is_split(from, to, message->body())) return;
  // Where only a quorum is healed, what leads out of it or into it stays as bad as it was.
  const bool is_troubled = !healed_ || !core_.contains(from) || !core_.contains(to);
  const Links& links = scenario_.links;
  if (is_troubled && random_.happens(links.loss_permille, 1000)) return;
  const int copies = is_troubled && random_.happens(links.duplicate_permille, 1000) ? 2 : 1;
  const std::uint64_t span = is_troubled ? links.delay_max_ms + 1 - links.delay_min_ms : 5;
  const std::uint64_t least = is_troubled ? links.delay_min_ms : 1;
  const std::uint64_t generation = nodes_[to].generation;
  for (int copy = 0; copy < copies; ++copy) {
    after(after_ms + least + random_.uniform(span), [this, from, to, generation, message] {
      Node& node = nodes_[to];
      if (!node.is_up || node.generation != generation || is_cut(from, to)) return;
      const PeerId peer = PeerId(nodes_[from].validator.value);
      if (is_judged(to)) witness_.on_heard(to, node.replica->engine(), message->body());
      if (node.liar) {
        Port port(*this, to);
        node.liar->on_heard(port, peer, *message);
      }
      step(to, node::PeerMessage{peer, *message});
    });
  }
}

bool World::is_split(std::size_t from, std::size_t to, const consensus::MessageBody& body) {
  constexpr std::uint64_t kYoungMs = 1'500;
  View view = nodes_[from].replica->engine().view();
  if (const auto* propose = std::get_if<consensus::Propose>(&body)) view = propose->proposal.view;
  if (const auto* vote = std::get_if<consensus::VoteMessage>(&body)) view = vote->vote.view;
  if (const auto* cert = std::get_if<consensus::CertMessage>(&body))
    view = cert->held.certificate.view;
  const std::uint64_t began = view_began_ms_.try_emplace(view, now_ms_).first->second;
  if (now_ms_ >= began + kYoungMs || healed_) return false;
  const auto& sides = scenario_.view_sides;
  const std::uint32_t side = sides[(view.value - 1) % sides.size()];
  return ((side >> from) & 1U) != ((side >> to) & 1U);
}

/// Sessions are between validators: two processes of one are one peer.
void World::connect(std::size_t at) {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (nodes_[other].validator == nodes_[at].validator || !nodes_[other].is_up) continue;
    const auto up = [this](std::size_t here, std::size_t there) {
      if (nodes_[here].is_up && nodes_[here].sessions.insert(nodes_[there].validator).second)
        step(here, node::PeerUp{PeerId(nodes_[there].validator.value)});
    };
    up(at, other);
    if (nodes_[other].is_up && nodes_[at].is_up) up(other, at);
  }
}

void World::disconnect(std::size_t at) {
  const consensus::ValidatorIndex gone = nodes_[at].validator;
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != at && nodes_[other].validator == gone && nodes_[other].is_up) return;
  }
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != at && nodes_[other].is_up && nodes_[other].sessions.erase(gone) > 0)
      step(other, node::PeerDown{PeerId(gone.value)});
  }
}

void World::serve(std::size_t at, PeerId to, Epoch epoch, const consensus::GetBlock& request) {
  consensus::BlockMessage answer;
  const std::vector<Stored>& history = nodes_[at].history;
  for (std::size_t i = history.size(); i > 0; --i) {
    if (history[i - 1].body.header.id() != request.block) continue;
    for (std::size_t j = i; j > 0 && answer.blocks.size() < request.count; --j)
      answer.blocks.push_back(history[j - 1].body);
    break;
  }
  send(at, {{to}, std::make_shared<const consensus::Message>(consensus::Message{epoch, answer})});
}

void World::serve(std::size_t at, PeerId to, Epoch epoch, const consensus::GetFinality& request) {
  consensus::Finality answer;
  for (const Stored& stored : nodes_[at].history) {
    const consensus::Header& header = stored.body.header;
    if (!header.closes_epoch() || header.epoch < request.from) continue;
    if (answer.proofs.size() + 1 < consensus::proofs_max) answer.proofs.push_back(*stored.proof);
  }
  if (const auto& newest = nodes_[at].newest_proof;
      newest && (answer.proofs.empty() || answer.proofs.back() != *newest))
    answer.proofs.push_back(*newest);
  if (answer.proofs.empty()) return;
  send(at, {{to}, std::make_shared<const consensus::Message>(consensus::Message{epoch, answer})});
}

void World::serve(std::size_t at, PeerId to, Epoch epoch, const consensus::GetBatch& request) {
  consensus::BatchId next = request.lane.tip;
  const std::vector<Stored>& history = nodes_[at].history;
  for (std::size_t i = history.size(); i > 0; --i) {
    for (std::size_t j = history[i - 1].batches.size(); j > 0; --j) {
      const consensus::SharedBatch& shared = history[i - 1].batches[j - 1];
      if (shared.batch->batch.id() != next) continue;
      send(at, {{to},
                std::make_shared<const consensus::Message>(
                    consensus::Message{epoch, consensus::BatchMessage{shared}})});
      if (shared.batch->batch.seq <= request.lane.first_seq) return;
      next = shared.batch->batch.prev;
    }
  }
}

}  // namespace vostro::sim
