/// A network of engines in one process and one thread: virtual time, seeded delay, loss,
/// duplication and crashes, a ledger that only counts. Checks after every action that no honest
/// validator contradicts itself and that all agree.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/keys.h"
#include "consensus/engine.h"
#include "consensus/verify.h"
#include "consensus/votes.h"

namespace vostro::consensus::net {

/// splitmix64: the same numbers on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(std::uint64_t permille) { return below(1000) < permille; }

 private:
  std::uint64_t state_;
};

class KeySigner : public Signer {
 public:
  explicit KeySigner(std::size_t number)
      : key_(SecretKey::from_seed(Bytes(32, static_cast<Byte>(number + 1)))) {}
  SignatureBytes sign(ByteView message) override { return key_.sign(message).bytes; }
  [[nodiscard]] const PublicKey& key() const { return key_.public_key(); }

 private:
  SecretKey key_;
};

class PlainCache : public SignatureCache {
 public:
  bool contains(const Hash& signature) override { return known_.contains(signature); }
  void insert(const Hash& signature) override { known_.insert(signature); }

 private:
  std::set<Hash> known_;
};

/// n validators with keys from fixed seeds, epoch 0, anchor and network of fixed names.
struct Keys {
  explicit Keys(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) signers.push_back(std::make_unique<KeySigner>(i));
  }
  [[nodiscard]] Committee committee(std::string_view network = "network") const {
    std::vector<Validator> validators;
    for (std::size_t i = 0; i < signers.size(); ++i) {
      MemberId member;
      member.bytes[15] = static_cast<Byte>(i);
      validators.push_back({member, signers[i]->key()});
    }
    auto set = ValidatorSet::make(std::move(validators));
    VOSTRO_CHECK(set);
    EpochContext context{.network_id = hash("genesis", as_bytes(network)),
                         .version = 1,
                         .epoch = Epoch(0),
                         .anchor = BlockId{hash("block", as_bytes("anchor")).bytes},
                         .anchor_height = Height(0),
                         .anchor_time = UnixMillis(1'700'000'000'000),
                         .validators = *set};
    return Committee(std::move(context));
  }
  [[nodiscard]] Signer& at(ValidatorIndex index) const { return *signers.at(index.value); }
  std::vector<std::unique_ptr<KeySigner>> signers;
};

/// Shows the block with this header to be final: signed by the first validators of a quorum, in the
/// view of its header.
inline FinalityProof prove_final(const Committee& committee, const Keys& keys,
                                 const Header& header) {
  const Proposal proposal{header.view, header.view.previous(), header.id(), {}};
  std::vector<Vote> votes;
  for (std::uint16_t i = 0; i < committee.quorum(); ++i) {
    const ValidatorIndex index(i);
    votes.push_back(sign_vote(committee, keys.at(index), index, VoteType::finalize, proposal.view,
                              proposal.id(committee.ctx())));
  }
  std::vector<const Vote*> pointers;
  for (const Vote& vote : votes) pointers.push_back(&vote);
  return {header, proposal, make_certificate(committee.size(), pointers)};
}

/// A block on `parent` that includes items up to number `items`: its cut is one lane that ends
/// there.
inline BlockBody make_block(const Committee& committee, View view, BlockId parent, Height height,
                            UnixMillis time, std::uint64_t items_from, std::uint64_t items_to) {
  BlockBody block;
  block.cut.lanes = {{ValidatorIndex(0), 1, items_from + 1, items_to, BatchId{}}};
  Header& header = block.header;
  header.network_id = committee.context().network_id;
  header.epoch = committee.epoch();
  header.height = height;
  header.view = view;
  header.parent = parent;
  header.proposer = committee.leader(view);
  header.time = time;
  header.cut_root = block.cut.root();
  header.tx_count = static_cast<std::uint32_t>(items_to - items_from);
  header.set_hash = committee.set_hash();
  return block;
}

struct Faults {
  std::uint64_t loss_permille = 0;
  std::uint64_t duplicate_permille = 0;
  std::uint64_t delay_max_ms = 5;
};

class Net {
 public:
  Net(std::size_t n, std::uint64_t seed, Config config = fast_config())
      : random(seed), keys(n), committee(keys.committee()), config_(config) {
    nodes.resize(n);
    for (std::size_t i = 0; i < n; ++i) start(i);
  }
  static Config fast_config() {
    Config config;
    config.timeouts.listen_ms = 0;
    return config;
  }

  struct Node {
    std::unique_ptr<Engine> engine;
    std::uint64_t generation =
        0;  ///< of the process: timers and messages of an earlier one are void
    std::map<TimerKind, std::uint64_t> timers;
    std::vector<Record> synced;
    std::vector<Record> unsynced;
    std::uint64_t items = 0;  ///< items this node holds, 1..items
    std::set<BlockId> executed;
    Height final_height;
    std::optional<Halt> halted;
    std::vector<Evidence> evidence;
    std::map<View, ProposalId> proposed;
  };

  Random random;
  Keys keys;
  Committee committee;
  Faults faults;
  std::vector<Node> nodes;
  std::vector<std::string> violations;
  std::uint64_t now_ms = 0;
  std::uint64_t protocol_messages = 0;  ///< sent, STATUS not counted
  std::set<std::size_t> silenced;       ///< nothing arrives from or at these
  std::map<Height, BlockId> final_blocks;
  std::set<View> repeat_views;

  [[nodiscard]] Time time() const { return {now_ms, UnixMillis(1'700'000'000'000 + now_ms)}; }

  /// New items arrive at one node, and at the others a little later.
  void add_items(std::size_t node, std::uint64_t count) {
    items_ += count;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint64_t upto = items_;
      schedule(i == node ? 0 : 1 + random.below(20), i, [this, i, upto] {
        nodes[i].items = std::max(nodes[i].items, upto);
        tell_work(i);
      });
    }
  }
  [[nodiscard]] std::uint64_t items() const { return items_; }

  void start(std::size_t i) {
    Node& node = nodes[i];
    RecoveredState recovered;
    for (const Record& record : node.synced) apply(recovered, record);
    node.unsynced.clear();
    node.timers.clear();
    ++node.generation;
    node.engine = std::make_unique<Engine>(
        config_, committee,
        Identity{ValidatorIndex(static_cast<std::uint16_t>(i)), keys.signers[i].get()},
        std::move(recovered));
    node.executed.insert(committee.context().anchor);
    step(i, Started{});
    tell_work(i);
    tell_status(i);
  }
  /// The process is gone, and what it had not synced.
  void crash(std::size_t i) {
    nodes[i].engine.reset();
    ++nodes[i].generation;
  }

  /// Runs what is due until `until_ms`, or until `done`.
  template <class Done>
  bool run_until(std::uint64_t until_ms, Done done) {
    while (!queue_.empty() && queue_.top().at <= until_ms && violations.empty()) {
      Job job = queue_.top();
      queue_.pop();
      now_ms = job.at;
      if (job.generation == 0 || nodes[job.node].generation == job.generation) (*job.run)();
      if (done()) return true;
    }
    if (violations.empty()) now_ms = std::max(now_ms, until_ms);
    return done();
  }
  void run_for(std::uint64_t ms) {
    run_until(now_ms + ms, [] { return false; });
  }
  /// Every running node has made all items final.
  [[nodiscard]] bool is_settled() const {
    return std::all_of(nodes.begin(), nodes.end(), [this](const Node& node) {
      return !node.engine || (node.engine->finality() &&
                              items_of(node.engine->finality()->proposal.block) == items_);
    });
  }
  [[nodiscard]] std::uint64_t items_of(const BlockId& block) const {
    if (block == committee.context().anchor) return 0;
    return bodies_.at(block).cut.lanes.front().last_seq;
  }

 private:
  struct Job {
    std::uint64_t at = 0;
    std::uint64_t order = 0;
    std::size_t node = 0;
    std::uint64_t generation = 0;
    std::shared_ptr<std::function<void()>> run;
    bool operator>(const Job& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);
    }
  };

  void schedule(std::uint64_t after_ms, std::size_t node, std::function<void()> run,
                bool of_process = false) {
    queue_.push({now_ms + after_ms, order_++, node, of_process ? nodes[node].generation : 0,
                 std::make_shared<std::function<void()>>(std::move(run))});
  }

  void step(std::size_t i, const Event& event) {
    if (!nodes[i].engine) return;
    for (const Action& action : nodes[i].engine->on(time(), event))
      std::visit([this, i](const auto& wanted) { carry_out(i, wanted); }, action);
  }

  void carry_out(std::size_t i, const Persist& action) {
    Node& node = nodes[i];
    for (const Record& record : action.records) {
      note_record(record);
      if (needs_sync(record) && !action.needs_sync)
        violations.push_back("I8: a vote without a sync");
      node.unsynced.push_back(record);
    }
    // Everything is synced at times, votes always.
    if (action.needs_sync || random.chance(300)) sync(node);
  }
  static void sync(Node& node) {
    node.synced.insert(node.synced.end(), node.unsynced.begin(), node.unsynced.end());
    node.unsynced.clear();
  }
  void carry_out(std::size_t i, const Send& action) {
    deliver(i, action.peer.value, action.message);
  }
  void carry_out(std::size_t i, const Broadcast& action) {
    note_broadcast(i, action.message);
    for (std::size_t to = 0; to < nodes.size(); ++to) {
      const PeerId peer(static_cast<std::uint32_t>(to));
      if (to != i &&
          std::find(action.except.begin(), action.except.end(), peer) == action.except.end())
        deliver(i, to, action.message);
    }
  }
  void carry_out(std::size_t i, const SetTimer& action) {
    const std::uint64_t number = ++timer_numbers_;
    nodes[i].timers[action.kind] = number;
    schedule(
        action.after_ms, i,
        [this, i, number, kind = action.kind, view = action.view] {
          const auto timer = nodes[i].timers.find(kind);
          if (timer == nodes[i].timers.end() || timer->second != number) return;
          nodes[i].timers.erase(timer);
          step(i, TimerFired{kind, view});
        },
        true);
  }
  void carry_out(std::size_t i, const CancelTimer& action) { nodes[i].timers.erase(action.kind); }
  void carry_out(std::size_t i, const BuildBlock& action) {
    const std::uint64_t from = items_of(action.parent);
    const std::uint64_t to = nodes[i].items;
    schedule(
        1, i,
        [this, i, action, from, to] {
          if (to <= from) return step(i, CannotBuild{action.view});
          BlockBody block = make_block(committee, action.view, action.parent, action.height,
                                       action.time, from, to);
          learn(i, block);
          step(i, BlockBuilt{action.view, action.parent_view, block});
          tell_work(i);
        },
        true);
  }
  void carry_out(std::size_t i, const CheckBlock& action) {
    schedule(
        1 + random.below(3), i,
        [this, i, action] {
          learn(i, action.block);
          nodes[i].items = std::max(nodes[i].items, action.block.cut.lanes.front().last_seq);
          step(i, BlockVerdict{action.proposal, Verdict::valid});
          tell_work(i);
        },
        true);
  }
  void carry_out(std::size_t i, const BlockNotarized& action) { execute_later(i, action.block); }
  void carry_out(std::size_t i, const Finalized& action) {
    Node& node = nodes[i];
    const FinalityProof& proof = action.proof;
    sync(node);  // nobody is told of finality before its proof is on disk
    if (proof.header.height < node.final_height) violations.push_back("I5: finality went back");
    node.final_height = proof.header.height;
    bodies_.try_emplace(proof.proposal.block, BlockBody{proof.header, {}});
    // Agreement: this block and its ancestors are those that all have.
    BlockId block = proof.proposal.block;
    for (Height height = proof.header.height; height.value > 0; height = height.previous()) {
      const auto [known, is_new] = final_blocks.emplace(height, block);
      if (known->second != block) violations.push_back("two final blocks of one height");
      if (!is_new) break;
      block = bodies_.at(block).header.parent;
    }
    execute_later(i, proof.proposal.block);
  }
  void carry_out(std::size_t i, const ReportEvidence& action) {
    nodes[i].evidence.push_back(action.evidence);
  }
  void carry_out(std::size_t i, const Halt& action) { nodes[i].halted = action; }
  void carry_out(std::size_t, const CancelCheck&) {}
  void carry_out(std::size_t, const Archive& action) {
    for (const HeldCertificate& held : action.certificates) note_certificate(held.certificate);
  }
  void carry_out(std::size_t, const ReportInvalidProposal&) {}
  void carry_out(std::size_t, const ShareLanes&) {}
  void carry_out(std::size_t, const ScorePeer&) {}
  void carry_out(std::size_t, const EpochEnded&) {}

  void learn(std::size_t i, const BlockBody& block) {
    const BlockId id = block.header.id();
    bodies_.try_emplace(id, block);
    nodes[i].executed.insert(id);
  }
  void execute_later(std::size_t i, BlockId block) {
    schedule(
        1, i,
        [this, i, block] {
          nodes[i].executed.insert(block);
          if (bodies_.contains(block)) nodes[i].items = std::max(nodes[i].items, items_of(block));
          tell_work(i);
        },
        true);
  }
  void tell_work(std::size_t i) {
    if (!nodes[i].engine) return;
    WorkChanged work;
    for (const BlockId& block : nodes[i].executed) {
      if (block == committee.context().anchor || bodies_.contains(block))
        work.blocks.push_back({block, nodes[i].items > items_of(block), std::nullopt});
    }
    step(i, work);
  }
  void tell_status(std::size_t i) {
    if (!nodes[i].engine) return;
    const Status status = nodes[i].engine->status(time());
    for (std::size_t to = 0; to < nodes.size(); ++to) {
      if (to != i) deliver(i, to, {committee.epoch(), status});
    }
    schedule(
        5'000, i, [this, i] { tell_status(i); }, true);
  }

  void deliver(std::size_t from, std::size_t to, const Message& message) {
    if (!std::holds_alternative<Status>(message.body)) ++protocol_messages;
    if (const auto* request = std::get_if<GetBlock>(&message.body)) {
      // The driver's part: blocks are answered from its store.
      const auto found = bodies_.find(request->block);
      if (found != bodies_.end() && nodes[to].engine && nodes[to].executed.contains(request->block))
        deliver(to, from, {committee.epoch(), BlockMessage{{found->second}}});
      return;
    }
    if (silenced.contains(from) || silenced.contains(to) || random.chance(faults.loss_permille))
      return;
    const int copies = random.chance(faults.duplicate_permille) ? 2 : 1;
    const Bytes frame = encode_message(message);
    for (int copy = 0; copy < copies; ++copy) {
      schedule(1 + random.below(faults.delay_max_ms), to, [this, from, to, frame] {
        auto decoded = decode_message(frame);
        VOSTRO_CHECK(decoded);
        auto verified = verify(committee, std::move(*decoded), cache_);
        if (!verified) {
          violations.push_back("an honest message was refused: " +
                               std::string(to_string(verified.error())));
          return;
        }
        step(to, MessageReceived{PeerId(static_cast<std::uint32_t>(from)), std::move(*verified)});
      });
    }
  }

  // ---- The checks, made of what leaves the nodes, not of what the engines say of themselves.
  void note_record(const Record& record) {
    if (const auto* certificate = std::get_if<CertificateRecord>(&record))
      note_certificate(certificate->held.certificate);
    if (const auto* finalize = std::get_if<OwnFinalize>(&record))
      note_certificate(finalize->notarization.certificate);
  }
  void note_certificate(const Certificate& certificate) {
    const auto key = std::pair(certificate.type, certificate.view);
    const auto [known, is_new] = certificates_.emplace(key, certificate.proposal);
    if (known->second != certificate.proposal)
      violations.push_back("S1: two certificates of one view and type");
    if (!is_new) return;
    const bool nullified = certificates_.contains({VoteType::nullify, certificate.view});
    if (nullified && certificates_.contains({VoteType::finalize, certificate.view}))
      violations.push_back("S2: nullified and finalized");
  }
  void note_broadcast(std::size_t i, const Message& message) {
    const ValidatorIndex self(static_cast<std::uint16_t>(i));
    std::optional<Vote> vote;
    if (const auto* m = std::get_if<VoteMessage>(&message.body)) vote = m->vote;
    if (const auto* m = std::get_if<Propose>(&message.body)) {
      vote = m->vote;
      nodes[i].proposed.emplace(m->proposal.view, m->vote.proposal);
      if (m->header.view != m->proposal.view) repeat_views.insert(m->proposal.view);
    }
    if (const auto* m = std::get_if<CertMessage>(&message.body))
      note_certificate(m->held.certificate);
    if (!vote || vote->signer != self) return;
    const auto [known, is_new] =
        votes_.emplace(std::tuple(self, vote->type, vote->view), vote->proposal);
    if (known->second != vote->proposal)
      violations.push_back("I1: two votes of one validator, view and type");
    if (votes_.contains({self, VoteType::nullify, vote->view}) &&
        votes_.contains({self, VoteType::finalize, vote->view}))
      violations.push_back("I2: nullified and finalized by one validator");
  }

  Config config_;
  PlainCache cache_;
  std::uint64_t items_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t timer_numbers_ = 0;
  std::priority_queue<Job, std::vector<Job>, std::greater<>> queue_;
  std::map<BlockId, BlockBody> bodies_;
  std::map<std::pair<VoteType, View>, ProposalId> certificates_;
  std::map<std::tuple<ValidatorIndex, VoteType, View>, ProposalId> votes_;
};

}  // namespace vostro::consensus::net
