/// A running node: the replica with its threads, journal, store, peers and door. Composition only:
/// what it does is done by its parts. `open` checks everything that can be wrong with keys,
/// journal, store and genesis before anything is sent.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/keys.h"
#include "base/private_file.h"
#include "genesis/definition.h"
#include "node/annexes/courier.h"
#include "node/join/join.h"
#include "node/join/server.h"
#include "node/runtime/admission.h"
#include "node/runtime/approval_book.h"
#include "node/runtime/block_writer.h"
#include "node/runtime/certificate_archive.h"
#include "node/runtime/consensus_loop.h"
#include "node/runtime/evidence_book.h"
#include "node/runtime/history_pruner.h"
#include "node/runtime/journal_thread.h"
#include "node/runtime/peers.h"
#include "node/runtime/quote_book.h"
#include "node/runtime/roster.h"
#include "node/runtime/ticker.h"
#include "node/runtime/validator_keys.h"
#include "node/runtime/watchdog.h"
#include "node/runtime/worker_pool.h"
#include "node/service.h"

namespace vostro::node {

// Of a ledger that is being fetched, beside the caps of the store.
inline constexpr std::size_t staging_cache_bytes = 8 * 1024 * 1024;
inline constexpr std::size_t staging_buffer_bytes = 32 * 1024 * 1024;

struct HistoryOptions {
  /// Blocks that are kept whole below the newest; none: all of them.
  std::optional<std::uint64_t> keep;
  /// A node that is so many blocks behind fetches the ledger of a newer one instead of executing
  /// them; none: never, as whoever keeps the whole history must.
  std::optional<std::uint64_t> join_behind = 10'000;

  bool operator==(const HistoryOptions&) const = default;
};

struct NodeOptions {
  std::string data_dir;
  Bic participant;
  /// Has keys to vote with. Whether one of them does the ledger says.
  bool validator = true;
  bool joined_later = false;  ///< the genesis file does not name the participant
  std::string observer_name;  ///< of this node in the genesis file, for an observer
  std::optional<p2p::ListenAddress> listen;
  std::vector<PeerAddress> peers;
  p2p::Limits network;
  ReplicaConfig replica;
  AdmissionLimits admission;
  chain::StoreOptions store;
  std::size_t worker_threads = 2;
  HistoryOptions history;
  /// The node has fetched the ledger of a newer block: stop it, and open it again. Once, on a
  /// thread of its own.
  std::function<void()> on_joined;
};

struct NodeKeys {
  std::vector<ValidatorKey> validator;  ///< of now and to come; none for an observer
  std::vector<SecretKey> tls;           ///< the same; at least one
};

class Node final : public Service {
 public:
  /// Makes the data directory, and the vote journal of each key that has none. Once in the life of
  /// a key: where all of them have one, it refuses.
  [[nodiscard]] static Result<void, std::string> init(const NodeOptions& options,
                                                      const genesis::Definition& definition,
                                                      const std::vector<ValidatorKey>& keys);
  /// The vote journal of one new key. Errors: a sentence for the operator.
  [[nodiscard]] static Result<void, std::string> make_journal(const NodeOptions& options,
                                                              const genesis::Definition& definition,
                                                              const std::string& key_file,
                                                              const PublicKey& key);
  /// Opens store and journal and starts everything. Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<Node>, std::string> open(
      NodeOptions options, genesis::Definition definition, NodeKeys keys);
  ~Node() override;
  /// Orderly: takes nothing more, finishes what is being written, says goodbye to the peers.
  void stop();

  /// Other addresses of peers, and keys to come, while it runs. Keys that it holds stay, whatever
  /// the configuration says of them by now. Errors: a sentence for the operator; what was added
  /// before the fault stays added.
  [[nodiscard]] Result<void, std::string> reload(std::vector<PeerAddress> peers, NodeKeys added);
  [[nodiscard]] bool holds(const PublicKey& key) const;

  [[nodiscard]] NodeStatus status() const override;
  [[nodiscard]] std::vector<ValidatorStatus> validators() const override;
  [[nodiscard]] const chain::Store& store() const override { return *store_; }
  [[nodiscard]] std::optional<Hash> pending(const chain::OwnedId& id) const override;
  void submit(Submission submission, std::function<void(SubmitOutcome)> done) override;
  QuoteOutcome publish_quote(const chain::SignedQuote& quote) override;
  [[nodiscard]] ApprovalBook& approvals() override { return *approvals_; }
  [[nodiscard]] AnnexStore& annexes() override { return *annexes_; }
  [[nodiscard]] const EvidenceBook& evidence() const override { return *evidence_; }
  [[nodiscard]] std::vector<LiveQuote> quotes() const override;
  void on_block(std::function<void(Height)> listener) override;
  [[nodiscard]] std::string metrics_text() const override;

  [[nodiscard]] const genesis::Definition& definition() const { return definition_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Why it has halted, if it has.
  [[nodiscard]] std::optional<std::string> halted() const;

 private:
  /// What the replica asks of this process.
  class Here final : public Surroundings {
   public:
    explicit Here(Node& node) : node_(node) {}
    [[nodiscard]] consensus::PeerId peer_of(const consensus::MemberId& member) override;
    [[nodiscard]] std::optional<Voter> voter_of(const PublicKey& key) override;

   private:
    Node& node_;
  };
  /// The epoch that this node is in, for whoever is not the consensus loop.
  struct Standing {
    std::shared_ptr<const consensus::Committee> committee;
    std::optional<consensus::ValidatorIndex> own;
  };

  Node(NodeOptions options, genesis::Definition definition, NodeKeys keys);
  [[nodiscard]] Result<void, std::string> open_store();
  [[nodiscard]] Result<void, std::string> open_files();
  [[nodiscard]] Result<void, std::string> start();
  [[nodiscard]] Result<void, std::string> open_annexes();
  void open_replica();
  [[nodiscard]] Standing standing() const;
  void begin_epoch(const EpochBegan& effect);
  void follow_ledger();
  void choose_tls_key(const std::vector<LedgerPeer>& peers);
  [[nodiscard]] p2p::Registry current_registry();
  [[nodiscard]] std::vector<LedgerPeer> known_peers() const;
  void look_at_versions();
  void report_ready();
  void on_status_period();
  void hand_over(const std::vector<chain::VerifiedTransactionPtr>& transactions);
  void take_handed_over(const std::string& peer, Bytes transaction);
  void on_annex_frame(p2p::InboundFrame frame);
  [[nodiscard]] ConsensusLoop::Sinks sinks();
  void check_batch(CheckTransactions effect);
  void on_stored(const StoreBlock& block);
  void on_final_synced(Height height);
  void announce();
  void halt(const std::string& reason);
  void on_room(bool has_room);
  // joining.cpp: a ledger that is fetched, and what others fetch here
  [[nodiscard]] join::Ground ground() const;
  void on_claim(const std::string& peer, Height height);
  void on_connection(const std::string& peer, bool is_up);
  void on_join_frame(p2p::InboundFrame frame);
  void answer_joiner(const p2p::InboundFrame& frame);
  void look_whether_stuck();
  void begin_join();
  [[nodiscard]] Result<std::unique_ptr<join::Join>, chain::StoreError> start_join();
  void on_join_decided();
  void on_join_end(join::Join::Outcome outcome, const std::string& failure);
  void end_join(bool is_useless);
  void keep_what_is_here();
  void post_to_loop(ReplicaEvent event, p2p::InboundLease lease);
  void prune_history();
  void log_payments(const chain::ExecutedBlock& block) const;
  void keep_evidence(const KeepEvidence& effect);
  void note_misbehaviour(const chain::ExecutedBlock& block);
  void release_approvals();
  void watch_threads();
  [[nodiscard]] bool is_ready() const;

  NodeOptions options_;
  genesis::Definition definition_;
  NodeKeys keys_;
  std::uint64_t started_ms_ = 0;
  std::uint16_t port_ = 0;
  PeerNumbers numbers_;
  OpenFile data_dir_lock_{-1};
  std::unique_ptr<ValidatorKeys> validator_keys_;
  std::unique_ptr<chain::Store> store_;
  std::optional<consensus::FinalityProof> newest_proof_;  ///< of the store, at the start
  Here here_{*this};

  mutable std::mutex standing_mutex_;
  Standing standing_;

  /// Held around everything that follows the ledger's registry, so that the newest word is the
  /// last.
  mutable std::mutex membership_mutex_;
  std::vector<SecretKey> tls_keys_;
  std::size_t tls_shown_ = 0;                ///< index of the one that handshakes show
  std::optional<PublicKey> tls_distrusted_;  ///< named by a ledger that seems to lag
  std::size_t alone_periods_ = 0;            ///< without any validator
  std::unique_ptr<Roster> roster_;
  p2p::Registry registry_;  ///< in force
  std::size_t turn_ = 0;    ///< of handing over
  std::map<PublicKey, std::uint64_t> ready_sent_ms_;
  std::optional<std::uint16_t> unknown_version_;

  std::unique_ptr<CertificateArchive> archive_;
  std::unique_ptr<EvidenceBook> evidence_;

  std::mutex announcing_mutex_;  ///< held around everything that one `announce` does
  Height announced_;             ///< by it: the newest height that listeners were told of
  mutable std::mutex announce_mutex_;
  std::vector<std::shared_ptr<const chain::ExecutedBlock>>
      stored_;  ///< not announced yet, in height order
  Height final_synced_;
  std::vector<std::function<void(Height)>> listeners_;
  std::optional<std::string> halted_;
  UnixMillis halted_at_;  ///< where it has
  std::atomic<bool> disk_full_{false};
  std::atomic<std::uint64_t> disk_full_since_ms_{0};  ///< of the wall clock; 0: it is not
  std::atomic<std::uint64_t> acts_recorded_{0};       ///< on the ledger, of all validators
  std::atomic<std::uint64_t> transactions_final_{0};

  bool has_ledger_ =
      true;  ///< false: this network goes on from another, and that one's is not here
  std::atomic<bool> joining_{false};  ///< it is decided, and the replica rests
  mutable std::mutex join_mutex_;
  std::map<std::string, Height> claims_;  ///< of connected peers, by their STATUS
  std::unique_ptr<join::Join> join_;
  bool is_join_changing_ = false;  ///< its directory is being opened, or cleared away
  bool is_joined_ = false;
  bool is_join_refused_ = false;  ///< it was said that this node does not join, for it halted
  std::uint64_t join_not_before_ms_ = 0;
  Height looked_at_;  ///< the head, when it was last looked whether it moves
  std::size_t stuck_periods_ = 0;
  std::unique_ptr<QuoteBook> quotes_;
  std::unique_ptr<ApprovalBook> approvals_;
  std::unique_ptr<AnnexStore> annexes_;
  std::unique_ptr<join::Server> join_server_;
  // Threads: in this order they are made, in the reverse order they end.
  std::unique_ptr<WorkerPool> join_worker_;     ///< answers those who join, and nobody waits for it
  std::unique_ptr<WorkerPool> annex_worker_;    ///< syncs a file for each annex that comes
  std::unique_ptr<WorkerPool> urgent_workers_;  ///< messages of the protocol, batches excepted
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<BlockWriter> writer_;
  std::unique_ptr<HistoryPruner> pruner_;
  std::unique_ptr<JournalThread> journal_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<AnnexCourier> courier_;
  std::unique_ptr<ConsensusLoop> loop_;
  std::unique_ptr<Watchdog> watchdog_;
  std::unique_ptr<Ticker> join_ticker_;  ///< of a node without ledger
  std::atomic<bool> stopped_{false};
};

}  // namespace vostro::node
