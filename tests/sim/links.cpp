// The network between the nodes: who hears what, when, and what a liar may say.
#include "tests/sim/world.h"

namespace vostro::sim {

using consensus::PeerId;

/// The place of one liar in this world.
class World::Port final : public LiarPort {
 public:
  Port(World& world, std::size_t at) : world_(world), at_(at) {}
  [[nodiscard]] const consensus::Committee& committee() const override {
    return node().replica->committee();
  }
  [[nodiscard]] consensus::ValidatorIndex self() const override { return *node().replica->own(); }
  [[nodiscard]] consensus::Signer& signer() override {
    return world_.nodes_[at_].here->keys[*node().key].signer;
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
    if (const auto made = world_.frame_of(frame)) world_.deliver(at_, to, *made, after_ms);
  }

 private:
  [[nodiscard]] const Node& node() const { return world_.nodes_[at_]; }
  World& world_;
  std::size_t at_;
};

std::optional<Frame> World::frame_of(ByteView bytes) {
  auto decoded = consensus::decode_message(bytes);
  if (!decoded) return std::nullopt;
  Frame frame;
  frame.message = std::make_shared<const consensus::Message>(*decoded);
  const auto committee = committees_.find(decoded->epoch);
  if (committee == committees_.end()) return frame;
  auto checked = consensus::verify(*committee->second, std::move(*decoded), cache_);
  if (checked)
    frame.verified = std::make_shared<const consensus::VerifiedMessage>(std::move(*checked));
  return frame;
}

void World::send(std::size_t from, const node::SendMessage& message) {
  // In an epoch in which it observes a liar has nothing to lie with.
  if (Node& node = nodes_[from]; node.liar && node.replica->own()) {
    Port port(*this, from);
    return node.liar->on_send(port, message);
  }
  const auto frame = frame_of(consensus::encode_message(*message.message));
  if (is_judged(from)) {
    check_sent(from, *message.message);
    if (!frame || !frame->verified)
      oracle_.fault("node " + std::to_string(from) + " sends what does not verify: message " +
                    std::to_string(consensus::tag_of(*message.message)));
  }
  if (!frame) return;
  for (const PeerId to : message.to) deliver(from, to, *frame);
}

void World::check_sent(std::size_t from, const consensus::Message& message) {
  const Byte tag = consensus::tag_of(message);
  if (tag != consensus::Status::tag && tag != consensus::Have::tag) {
    ++busy_messages_;
    ++outcome_.messages;
  }
  const Node& node = nodes_[from];
  witness_of(message.epoch).on_sent(index_of(from, message.epoch), message.body);
  if (const auto* batch = std::get_if<consensus::BatchMessage>(&message.body)) {
    const consensus::Batch& own = batch->batch.batch->batch;
    if (message.epoch == node.committee->epoch() && own.author == node.replica->own() &&
        own.incarnation == node.incarnation && node.replica->engine().is_listening())
      oracle_.fault("node " + std::to_string(from) +
                    " sends a new batch while it listens for a second instance of itself");
  }
}

/// A liar does not listen to what it said elsewhere: its honest half would stop at a vote or a
/// batch of its own that it does not know.
bool World::is_own_lie(std::size_t to, const consensus::Message& message) const {
  if (!nodes_[to].is_liar || scenario_.twin_hears_itself) return false;
  const consensus::ValidatorIndex own(index_of(to, message.epoch));
  if (const auto* propose = std::get_if<consensus::Propose>(&message.body))
    return propose->vote.signer == own;
  if (const auto* vote = std::get_if<consensus::VoteMessage>(&message.body))
    return vote->vote.signer == own;
  if (const auto* batch = std::get_if<consensus::BatchMessage>(&message.body))
    return batch->batch.batch->batch.author == own;
  return false;
}

void World::deliver(std::size_t from, PeerId to, const Frame& frame, std::uint64_t after_ms) {
  for (std::size_t i = to.value; i < nodes_.size(); ++i) {
    if (nodes_[i].bank == to.value && i != from) deliver_to(from, i, frame, after_ms);
  }
}

void World::deliver_to(std::size_t from, std::size_t to, const Frame& frame,
                       std::uint64_t after_ms) {
  if (is_cut(from, to) || is_own_lie(to, *frame.message)) return;
  if (!scenario_.view_sides.empty() && is_split(from, to, frame.message->body)) return;
  // Where only a quorum is healed, what leads out of it or into it stays as bad as it was.
  const bool is_troubled = !healed_ || !core_.contains(from) || !core_.contains(to);
  const Links& links = scenario_.links;
  if (is_troubled && random_.happens(links.loss_permille, 1000)) return;
  const int copies = is_troubled && random_.happens(links.duplicate_permille, 1000) ? 2 : 1;
  const std::uint64_t span = is_troubled ? links.delay_max_ms + 1 - links.delay_min_ms : 5;
  const std::uint64_t least = is_troubled ? links.delay_min_ms : 1;
  const std::uint64_t generation = nodes_[to].generation;
  for (int copy = 0; copy < copies; ++copy) {
    after(after_ms + least + random_.uniform(span), [this, from, to, generation, frame] {
      const Node& node = nodes_[to];
      if (node.is_up && node.generation == generation && !is_cut(from, to)) hear(from, to, frame);
    });
  }
}

/// As the edge of a node does it: what is of the epoch it is in is verified, or dropped.
void World::hear(std::size_t from, std::size_t to, const Frame& frame) {
  Node& node = nodes_[to];
  const PeerId peer(static_cast<std::uint32_t>(nodes_[from].bank));
  if (frame.message->epoch != node.committee->epoch())
    return step(to, node::OtherEpochMessage{peer, *frame.message});
  if (!frame.verified) return;
  if (is_judged(to))
    witness_of(frame.message->epoch).on_heard(to, node.replica->engine(), frame.message->body);
  if (node.liar && node.replica->own()) {
    Port port(*this, to);
    node.liar->on_heard(port, peer, *frame.verified);
  }
  step(to, node::PeerMessage{peer, *frame.verified});
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

/// Sessions are between banks: two processes of one are one peer.
void World::connect(std::size_t at) {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (nodes_[other].bank == nodes_[at].bank || !nodes_[other].is_up) continue;
    const auto up = [this](std::size_t here, std::size_t there) {
      const std::size_t bank = nodes_[there].bank;
      if (nodes_[here].is_up && nodes_[here].sessions.insert(bank).second)
        step(here, node::PeerUp{PeerId(static_cast<std::uint32_t>(bank))});
    };
    up(at, other);
    if (nodes_[other].is_up && nodes_[at].is_up) up(other, at);
  }
}

void World::disconnect(std::size_t at) {
  const std::size_t gone = nodes_[at].bank;
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != at && nodes_[other].bank == gone && nodes_[other].is_up) return;
  }
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != at && nodes_[other].is_up && nodes_[other].sessions.erase(gone) > 0)
      step(other, node::PeerDown{PeerId(static_cast<std::uint32_t>(gone))});
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
      // A liar may ask for one of another epoch.
      if (shared.batch->batch.ctx != committees_.at(epoch)->ctx()) return;
      send(at, {{to},
                std::make_shared<const consensus::Message>(
                    consensus::Message{epoch, consensus::BatchMessage{shared}})});
      if (shared.batch->batch.seq <= request.lane.first_seq) return;
      next = shared.batch->batch.prev;
    }
  }
}

}  // namespace vostro::sim
