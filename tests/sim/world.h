/// A whole network in one thread: the production Replica of each node, its journal on a disk that
/// forgets, a store in memory, links that lose, delay, double and cut. Virtual time; every choice
/// comes from the seed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "consensus/journal.h"
#include "node/replica/replica.h"
#include "tests/sim/disk.h"
#include "tests/sim/oracle.h"
#include "tests/sim/scenario.h"
#include "tests/support/memory_ledger.h"

namespace vostro::sim {

class KeySigner final : public consensus::Signer {
 public:
  explicit KeySigner(std::size_t number)
      : key_(SecretKey::from_seed(Bytes(32, static_cast<Byte>(number + 1)))) {}
  [[nodiscard]] consensus::SignatureBytes sign(ByteView message) override {
    return key_.sign(message).bytes;
  }
  [[nodiscard]] const PublicKey& key() const { return key_.public_key(); }

 private:
  SecretKey key_;
};

class SetCache final : public consensus::SignatureCache {
 public:
  [[nodiscard]] bool contains(const Hash& signature) override { return known_.contains(signature); }
  void insert(const Hash& signature) override { known_.insert(signature); }

 private:
  std::set<Hash> known_;
};

class World {
 public:
  World(const Scenario& scenario, bool keep_history);
  [[nodiscard]] Outcome run();

 private:
  /// A block as its node stored it: for peers that ask for history.
  struct Stored {
    consensus::BlockBody body;
    std::vector<consensus::SharedBatch> batches;
    std::optional<consensus::FinalityProof> proof;
  };
  struct Node {
    // Durable.
    test::MemoryStore store;
    Disk disk;
    consensus::BlockId head;
    Height height;
    UnixMillis head_time;
    std::vector<Stored> history;
    std::optional<consensus::FinalityProof> newest_proof;
    std::map<chain::OwnedId, chain::VerifiedTransactionPtr> admitted;
    // Of the running process.
    std::unique_ptr<node::Replica> replica;
    std::optional<consensus::JournalWriter> journal;
    std::uint64_t generation = 0;  ///< what an earlier process started means nothing to this one
    std::map<node::TimerId, std::uint64_t> timers;
    std::vector<consensus::Record> unsynced;
    std::deque<node::SendMessage> held;  ///< waits for the sync under way or the next
    bool syncing = false;
    Height proof_synced;
    std::uint32_t incarnation = 0;   ///< of its lane, begun by this process
    std::uint64_t stored_at_ms = 0;  ///< when the last block handed over is durable
    std::int64_t clock_offset_ms = 0;
    bool is_up = false;
  };
  using Work = std::function<void()>;
  struct Event {
    std::uint64_t at_ms;
    std::uint64_t order;
    Work work;
    bool operator>(const Event& other) const {
      return std::tie(at_ms, order) > std::tie(other.at_ms, other.order);
    }
  };

  // world.cpp: time, trouble and the end
  void after(std::uint64_t delay_ms, Work work);
  void run_until(std::uint64_t at_ms);
  void schedule_trouble();
  void schedule_payments();
  void make_trouble();
  void heal();
  void await_everything_final(Outcome& outcome);
  void check_silence();
  void check_end();
  void note(std::string what);
  void mix(std::string_view what, std::uint64_t a, std::uint64_t b);

  // process.cpp: one node
  void start(std::size_t at);
  void crash(std::size_t at);
  void step(std::size_t at, const node::ReplicaEvent& event);
  void submit(std::size_t at, const chain::VerifiedTransactionPtr& transaction);
  [[nodiscard]] consensus::Time time_of(const Node& node) const;
  void perform(std::size_t at, node::PersistRecords& effect);
  void perform(std::size_t at, node::SendMessage& effect);
  void perform(std::size_t at, node::StartTimer& effect);
  void perform(std::size_t at, node::StopTimer& effect);
  void perform(std::size_t at, node::CheckTransactions& effect);
  void perform(std::size_t at, node::StoreBlock& effect);
  void perform(std::size_t at, node::ServeHistory& effect);
  void perform(std::size_t at, node::ReleaseJournal& effect);
  void perform(std::size_t, node::KeepCertificates&) {}
  void perform(std::size_t at, node::KeepEvidence& effect);
  void perform(std::size_t, node::NoteInvalidProposal&) {}
  void perform(std::size_t, node::PeerMisbehaved&) {}
  void perform(std::size_t at, node::ClockAlarm& effect) {
    outcome_.clock_alarms[at] = effect.offset_ms;
  }
  void perform(std::size_t at, node::MeasureRoundTrips&);
  void perform(std::size_t at, node::ResubmitTransactions&);
  void perform(std::size_t at, node::HaltReplica& effect);
  void begin_sync(std::size_t at);
  void end_sync(std::size_t at);
  void report_final(std::size_t at);

  // links.cpp: the network between them
  void send(std::size_t from, const node::SendMessage& message);
  void deliver(std::size_t from, std::size_t to,
               std::shared_ptr<const consensus::VerifiedMessage> message);
  void send_equivocating(std::size_t from, const node::SendMessage& message,
                         const consensus::Propose& propose);
  [[nodiscard]] std::shared_ptr<const consensus::VerifiedMessage> verified(
      const consensus::Message& message);
  void serve(std::size_t at, consensus::PeerId to, const consensus::GetBlock& request);
  void serve(std::size_t at, consensus::PeerId to, const consensus::GetBatch& request);
  void connect(std::size_t at);
  void disconnect(std::size_t at);
  [[nodiscard]] bool is_own_lie(std::size_t to, const consensus::VerifiedMessage& message) const;
  [[nodiscard]] bool is_cut(std::size_t from, std::size_t to) const {
    return cuts_.contains({from, to});
  }

  Scenario scenario_;
  bool keep_history_;
  Random random_;
  std::vector<std::unique_ptr<KeySigner>> signers_;
  std::shared_ptr<const consensus::Committee> committee_;
  test::MemoryStore genesis_;
  SetCache cache_;
  std::vector<Node> nodes_;
  std::vector<chain::VerifiedTransactionPtr> transactions_;
  std::set<chain::OwnedId> accepted_;  ///< by some node's door: must become final
  std::set<std::pair<std::size_t, std::size_t>> cuts_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t order_ = 0;
  bool healed_ = false;
  std::uint64_t busy_messages_ = 0;  ///< other than STATUS and HAVE
  Oracle oracle_;
  Outcome outcome_;
};

}  // namespace vostro::sim
