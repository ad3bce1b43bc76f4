/// A whole network in one thread: the production Replica of each node, its journal on a disk that
/// forgets, a store in memory, links that lose, delay, double and cut, clients, liars. Virtual
/// time; every choice comes from the seed. A process is one Replica; a bank has one, that of a twin
/// two. Who votes changes from epoch to epoch; banks and their sessions keep their numbers.
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
#include "tests/sim/liars/liar.h"
#include "tests/sim/oracle.h"
#include "tests/sim/scenario.h"
#include "tests/sim/witness.h"
#include "tests/support/chain_builders.h"
#include "tests/support/memory_ledger.h"

namespace vostro::sim {

/// A bank's validator key; the first one votes from the genesis on, others when it has rotated.
class KeySigner final : public consensus::Signer {
 public:
  KeySigner(std::size_t bank, std::size_t number) : name_(name_of(bank, number)) {}
  [[nodiscard]] consensus::SignatureBytes sign(ByteView message) override {
    return test::key(name_).sign(message).bytes;
  }
  [[nodiscard]] const PublicKey& key() const { return test::key(name_).public_key(); }
  /// For test::key.
  [[nodiscard]] static std::string name_of(std::size_t bank, std::size_t number) {
    return "validator " + std::to_string(bank) + ", key " + std::to_string(number);
  }

 private:
  std::string name_;
};

/// Signatures seen valid, by all nodes together: what each would find by itself.
class SetCache final : public consensus::SignatureCache {
 public:
  [[nodiscard]] bool contains(const Hash& signature) override { return known_.contains(signature); }
  void insert(const Hash& signature) override { known_.insert(signature); }

 private:
  std::set<Hash> known_;
};

/// What all runs of so many validators begin with.
struct Genesis {
  std::shared_ptr<const consensus::Committee> committee;
  test::MemoryStore store;
  consensus::BlockId anchor;
};
/// The first of the banks are the validators.
[[nodiscard]] Genesis make_genesis(std::size_t validators, std::size_t banks);
[[nodiscard]] Bic bic_of(std::size_t bank);
[[nodiscard]] std::size_t bank_of(const consensus::MemberId& member);
inline constexpr UnixMillis genesis_time{1'699'999'999'000};
/// "B07BDEFF/main" takes what comes; "B07BDEFF/ask" accepts each payment itself, and here never
/// does.
[[nodiscard]] std::string account_name(std::size_t bank, std::string_view account = "main");
[[nodiscard]] chain::VerifiedTransactionPtr an_issue(std::size_t bank);

/// The process of one node, as its replica sees it: sessions have the numbers of the banks they are
/// with.
class Here final : public node::Surroundings {
 public:
  struct Key {
    KeySigner signer;
    consensus::RecoveredState recovered;  ///< of its journal, at the start
  };
  [[nodiscard]] consensus::PeerId peer_of(const consensus::MemberId& member) override {
    return consensus::PeerId(static_cast<std::uint32_t>(bank_of(member)));
  }
  [[nodiscard]] std::optional<node::Voter> voter_of(const PublicKey& key) override {
    const auto found = number_of(key);
    if (!found) return std::nullopt;
    return node::Voter{&keys[*found].signer, keys[*found].recovered};
  }
  [[nodiscard]] std::optional<std::size_t> number_of(const PublicKey& key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].signer.key() == key) return i;
    }
    return std::nullopt;
  }

  std::vector<Key> keys;
};

/// What a message is to those who get it: checked, where it is of an epoch that somebody has begun.
struct Frame {
  std::shared_ptr<const consensus::Message> message;
  std::shared_ptr<const consensus::VerifiedMessage> verified;  ///< none: not valid, or not known
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
  struct Journal {
    Disk disk;
    std::optional<consensus::JournalWriter> writer;  ///< of the running process
  };
  struct Node {
    std::size_t bank = 0;
    // Durable.
    test::MemoryStore store;
    std::vector<Journal> journals;  ///< one for each of its keys
    consensus::BlockId head;
    Height height;
    UnixMillis head_time;
    std::vector<Stored> history;
    std::optional<consensus::FinalityProof> newest_proof;
    std::map<chain::OwnedId, chain::VerifiedTransactionPtr> admitted;
    // Of the running process.
    std::unique_ptr<Here> here;
    std::unique_ptr<node::Replica> replica;
    std::shared_ptr<const consensus::Committee> committee;  ///< of the epoch it is in
    std::optional<std::size_t> key;  ///< that it votes with; none: it observes
    Epoch synced_epoch;              ///< of the last record on disk
    std::uint64_t sync_number = 0;   ///< a sync that was awaited at once ends no more
    std::uint64_t generation = 0;    ///< what an earlier process started means nothing to this one
    std::map<node::TimerId, std::uint64_t> timers;
    std::vector<consensus::Record> waiting;  ///< not yet written
    std::vector<consensus::Record> writing;  ///< written, not synced
    bool must_sync = false;                  ///< among `waiting` is one that does not ride along
    std::size_t votes_waiting = 0;
    std::size_t votes_writing = 0;
    std::deque<node::SendMessage> held;     ///< what the next sync lets go
    std::deque<node::SendMessage> holding;  ///< what the one under way lets go
    bool syncing = false;
    std::optional<node::ReleaseJournal> releasable;
    Height proof_synced;
    std::uint32_t incarnation = 0;   ///< of its lane, begun by this process
    std::uint64_t stored_at_ms = 0;  ///< when the last block handed over is durable
    std::int64_t clock_offset_ms = 0;
    std::uint64_t outputs = 0;
    std::uint64_t fsync_ms = 0;  ///< what each sync takes beside its usual time
    bool is_up = false;
    bool is_gone = false;  ///< for good
    bool is_liar = false;
    std::unique_ptr<Liar> liar;
    std::set<std::size_t> sessions;  ///< banks it is connected to
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
  class Port;

  // world.cpp: time, phases and the end
  void after(std::uint64_t delay_ms, Work work);
  void run_until(std::uint64_t at_ms);
  void run_phase(std::size_t first_payment, std::size_t end_payment);
  void heal();
  void restore_all();
  [[nodiscard]] std::uint64_t liveness_bound_ms() const;
  [[nodiscard]] bool is_owed_by(const std::set<std::size_t>& doors) const;
  void await_everything_final();
  void check_silence();
  void check_end();
  [[nodiscard]] bool is_ok() const { return scenario_.may_fork || oracle_.violations().empty(); }
  void note(std::string what);
  void mix(std::string_view what, std::uint64_t a, std::uint64_t b);

  // trouble.cpp
  void schedule_trouble(std::uint64_t end_ms);
  void make_trouble();
  void cut_links();
  void flap(std::size_t one, std::size_t other, std::uint64_t times);
  void schedule_steps();
  void perform_step(const Step& step);
  void cut_both(std::size_t one, std::size_t other);

  // clients.cpp
  void make_transactions();
  void schedule_payments(std::size_t first, std::size_t end, std::uint64_t span_ms);
  void submit_by_client(std::size_t transaction, std::size_t at, int tries);
  void read_by_client(std::size_t transaction, int tries);
  void submit(std::size_t at, const chain::VerifiedTransactionPtr& transaction);

  // membership.cpp
  /// A change under way, and what the banks sign for it.
  struct Motion {
    Change change;
    std::size_t key = 0;  ///< number of the key that it brings
    chain::VerifiedTransactionPtr propose;
    std::map<std::size_t, chain::VerifiedTransactionPtr> votes;  ///< by bank
    chain::VerifiedTransactionPtr ready;
    bool is_in_force = false;
  };
  void make_motions();
  void drive_changes();
  void drive(Motion& motion);
  void vote_for(Motion& motion);
  void say_ready(Motion& motion, Height passed);
  void hand_in(const chain::VerifiedTransactionPtr& order);
  [[nodiscard]] chain::VerifiedTransactionPtr signed_order(chain::Body body,
                                                           const std::string& signer);
  [[nodiscard]] const test::MemoryStore& newest_store() const;
  [[nodiscard]] bool has_changed() const;

  // process.cpp: one node
  void start(std::size_t at);
  void crash(std::size_t at, bool comes_back = true);
  void step(std::size_t at, const node::ReplicaEvent& event);
  [[nodiscard]] consensus::Time time_of(const Node& node) const;
  void perform(std::size_t at, node::EpochBegan& effect);
  void perform(std::size_t at, node::PersistRecords& effect);
  void perform(std::size_t at, node::SendMessage& effect);
  void perform(std::size_t at, node::StartTimer& effect);
  void perform(std::size_t at, node::StopTimer& effect);
  void perform(std::size_t at, node::CheckTransactions& effect);
  void perform(std::size_t at, node::StoreBlock& effect);
  void perform(std::size_t at, node::ServeHistory& effect);
  void perform(std::size_t at, node::ReleaseJournal& effect);
  void perform(std::size_t at, node::KeepCertificates& effect);
  void perform(std::size_t at, node::KeepEvidence& effect);
  void perform(std::size_t, node::NoteInvalidProposal&) {}
  void perform(std::size_t, node::PeerMisbehaved&) {}
  void perform(std::size_t at, node::ClockAlarm& effect) {
    outcome_.clock_alarms[at] = effect.offset_ms;
  }
  void perform(std::size_t at, node::MeasureRoundTrips&);
  void perform(std::size_t at, node::ResubmitTransactions&);
  void perform(std::size_t at, node::HaltReplica& effect);
  void report_evidence(std::size_t at, const node::KeepEvidence& effect);
  void look_at_records(const chain::ExecutedBlock& block);
  void compare_archives();
  void store_block(std::size_t at, const node::StoreBlock& block);
  void begin_sync(std::size_t at);
  void end_sync(std::size_t at);
  [[nodiscard]] bool open_journal(std::size_t at, std::size_t number);
  void check_proven(std::size_t at, const consensus::FinalityProof& proof);
  void change_journal(std::size_t at, std::optional<std::size_t> key);
  [[nodiscard]] std::optional<std::uint64_t> sync_time(std::size_t at);
  void report_final(std::size_t at);

  // links.cpp: the network between them
  void send(std::size_t from, const node::SendMessage& message);
  void check_sent(std::size_t from, const consensus::Message& message);
  void deliver(std::size_t from, consensus::PeerId to, const Frame& frame,
               std::uint64_t after_ms = 0);
  void deliver_to(std::size_t from, std::size_t to, const Frame& frame, std::uint64_t after_ms);
  void hear(std::size_t from, std::size_t to, const Frame& frame);
  /// None where the bytes are no message.
  [[nodiscard]] std::optional<Frame> frame_of(ByteView bytes);
  void serve(std::size_t at, consensus::PeerId to, Epoch epoch, const consensus::GetBlock& request);
  void serve(std::size_t at, consensus::PeerId to, Epoch epoch, const consensus::GetBatch& request);
  void serve(std::size_t at, consensus::PeerId to, Epoch epoch,
             const consensus::GetFinality& request);
  void connect(std::size_t at);
  void disconnect(std::size_t at);
  [[nodiscard]] bool is_own_lie(std::size_t to, const consensus::Message& message) const;
  [[nodiscard]] bool is_cut(std::size_t from, std::size_t to) const {
    return cuts_.contains({from, to});
  }
  [[nodiscard]] bool is_split(std::size_t from, std::size_t to, const consensus::MessageBody& body);
  [[nodiscard]] bool is_judged(std::size_t at) const { return !nodes_[at].is_liar; }
  /// Its place in the committee of an epoch that has begun; no_validator where it has none.
  [[nodiscard]] std::uint16_t index_of(std::size_t at, Epoch epoch) const;
  [[nodiscard]] Witness& witness_of(Epoch epoch) { return witnesses_.at(epoch); }
  [[nodiscard]] bool votes(std::size_t at) const {
    return nodes_[at].is_up && nodes_[at].replica->own().has_value();
  }
  [[nodiscard]] std::uint64_t chance(std::uint64_t count) { return random_.uniform(count); }

  Scenario scenario_;
  bool keep_history_;
  Random random_;
  Genesis genesis_;
  SetCache cache_;
  std::vector<Node> nodes_;
  std::vector<chain::VerifiedTransactionPtr> transactions_;
  std::map<Bytes, chain::VerifiedTransactionPtr> by_bytes_;
  std::map<chain::OwnedId, std::size_t> number_of_;
  std::map<Height, std::vector<std::size_t>> included_;  ///< transactions by their number
  std::vector<Motion> motions_;
  std::uint64_t orders_ = 0;  ///< of governance so far, and reports of evidence
  std::set<std::pair<Epoch, Offence>> reported_;
  /// Where there may be a fork: what each honest node keeps for ever, by epoch and view.
  std::map<std::size_t, std::map<std::pair<Epoch, View>, std::vector<consensus::Certificate>>>
      archives_;
  /// By which honest nodes' doors: each must become final, as long as one of them lives.
  std::map<chain::OwnedId, std::set<std::size_t>> accepted_;
  std::set<std::pair<std::size_t, std::size_t>> cuts_;
  std::map<View, std::uint64_t> view_began_ms_;  ///< of the first message of each view
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::set<std::size_t> core_;  ///< processes that must go on when trouble has ended
  std::uint64_t now_ms_ = 0;
  std::uint64_t order_ = 0;
  bool healed_ = false;
  std::uint64_t busy_messages_ = 0;  ///< of honest nodes, other than STATUS and HAVE
  Oracle oracle_;
  std::map<Epoch, std::shared_ptr<const consensus::Committee>> committees_;
  std::map<Epoch, Witness> witnesses_;
  std::map<Height, consensus::BlockId> proven_;  ///< by the proofs of all epochs
  Outcome outcome_;
};

}  // namespace vostro::sim
