/// A running node: the replica with its threads, journal, store, peers and door. Composition only:
/// what it does is done by its parts. `open` checks everything that can be wrong with keys,
/// journal, store and genesis before anything is sent.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/keys.h"
#include "genesis/definition.h"
#include "node/runtime/admission.h"
#include "node/runtime/append_file.h"
#include "node/runtime/approval_book.h"
#include "node/runtime/block_writer.h"
#include "node/runtime/certificate_archive.h"
#include "node/runtime/consensus_loop.h"
#include "node/runtime/journal_thread.h"
#include "node/runtime/peers.h"
#include "node/runtime/quote_book.h"
#include "node/runtime/worker_pool.h"
#include "node/service.h"

namespace vostro::node {

struct PeerAddress {
  Bic participant;
  std::string host;
  std::uint16_t port = 0;
};

struct NodeOptions {
  std::string data_dir;
  Bic participant;
  bool validator = true;
  std::string observer_name;       ///< of this node in the genesis file, for an observer
  std::string validator_key_file;  ///< names the journal; for a validator
  std::optional<p2p::ListenAddress> listen;
  std::vector<PeerAddress> peers;
  p2p::Limits network;
  ReplicaConfig replica;
  AdmissionLimits admission;
  chain::StoreOptions store;
  std::size_t worker_threads = 2;
};

struct NodeKeys {
  std::optional<SecretKey> validator;  ///< none for an observer
  SecretKey tls;
};

class Node final : public Service {
 public:
  /// Makes the data directory and the vote journal of a validator's new key. Once in the life of a
  /// key.
  [[nodiscard]] static Result<void, std::string> init(const NodeOptions& options,
                                                      const genesis::Definition& definition,
                                                      const std::optional<SecretKey>& validator);
  /// Opens store and journal and starts everything. Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<Node>, std::string> open(
      NodeOptions options, genesis::Definition definition, NodeKeys keys);
  ~Node() override;
  /// Orderly: takes nothing more, finishes what is being written, says goodbye to the peers.
  void stop();

  [[nodiscard]] NodeStatus status() const override;
  [[nodiscard]] std::vector<ValidatorStatus> validators() const override;
  [[nodiscard]] const chain::Store& store() const override { return *store_; }
  [[nodiscard]] std::optional<Hash> pending(const chain::OwnedId& id) const override;
  void submit(Submission submission, std::function<void(SubmitOutcome)> done) override;
  QuoteOutcome publish_quote(const chain::SignedQuote& quote) override;
  [[nodiscard]] ApprovalBook& approvals() override { return *approvals_; }
  [[nodiscard]] std::vector<LiveQuote> quotes() const override;
  void on_block(std::function<void(Height)> listener) override;
  [[nodiscard]] std::string metrics_text() const override;

  [[nodiscard]] const genesis::Definition& definition() const { return definition_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Why it has halted, if it has.
  [[nodiscard]] std::optional<std::string> halted() const;

 private:
  class KeySigner final : public consensus::Signer {
   public:
    explicit KeySigner(const SecretKey& key) : key_(key) {}
    [[nodiscard]] consensus::SignatureBytes sign(ByteView message) override {
      return key_.sign(message).bytes;
    }

   private:
    const SecretKey& key_;
  };

  /// Whom this process has sessions with, and what it may vote with.
  class Here final : public Surroundings {
   public:
    explicit Here(Node& node) : node_(node) {}
    [[nodiscard]] consensus::PeerId peer_of(const consensus::MemberId& member) override;
    [[nodiscard]] std::optional<Voter> voter_of(const PublicKey& key) override;

   private:
    Node& node_;
  };

  Node(NodeOptions options, genesis::Definition definition, NodeKeys keys);
  [[nodiscard]] Result<void, std::string> open_store();
  [[nodiscard]] Result<void, std::string> open_files();
  [[nodiscard]] Result<void, std::string> start();
  [[nodiscard]] std::vector<PeerEntry> peer_entries();
  [[nodiscard]] ConsensusLoop::Sinks sinks();
  void check_batch(CheckTransactions effect);
  void on_stored(const StoreBlock& block);
  void on_final_synced(Height height);
  void announce();
  void halt(const std::string& reason);
  void on_room(bool has_room);
  void log_payments(const chain::ExecutedBlock& block) const;
  void keep_evidence(const KeepEvidence& effect);
  void release_approvals();
  [[nodiscard]] bool is_ready() const;

  NodeOptions options_;
  genesis::Definition definition_;
  NodeKeys keys_;
  std::uint64_t started_ms_ = 0;
  std::uint16_t port_ = 0;
  std::shared_ptr<const consensus::Committee> committee_;
  std::optional<consensus::ValidatorIndex> own_;
  std::unique_ptr<KeySigner> signer_;
  std::unique_ptr<chain::Store> store_;
  std::unique_ptr<JournalFile> journal_file_;
  consensus::RecoveredState recovered_;
  std::optional<consensus::FinalityProof> newest_proof_;  ///< of the store
  Here here_{*this};
  std::map<consensus::MemberId, consensus::PeerId> peer_ids_;

  std::unique_ptr<CertificateArchive> archive_;
  std::optional<AppendFile> evidence_;  ///< the consensus loop's, once that runs

  std::mutex announcing_mutex_;  ///< held around everything that one `announce` does
  Height announced_;             ///< by it: the newest height that listeners were told of
  mutable std::mutex announce_mutex_;
  std::vector<std::shared_ptr<const chain::ExecutedBlock>>
      stored_;  ///< not announced yet, in height order
  Height final_synced_;
  std::vector<std::function<void(Height)>> listeners_;
  std::optional<std::string> halted_;
  std::atomic<bool> disk_full_{false};
  std::atomic<std::uint64_t> evidence_count_{0};
  std::atomic<std::uint64_t> transactions_final_{0};

  std::unique_ptr<QuoteBook> quotes_;
  std::unique_ptr<ApprovalBook> approvals_;
  // Threads: in this order they are made, in the reverse order they end.
  std::unique_ptr<WorkerPool> urgent_workers_;  ///< messages of the protocol, batches excepted
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<BlockWriter> writer_;
  std::unique_ptr<JournalThread> journal_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<ConsensusLoop> loop_;
  std::atomic<bool> stopped_{false};
};

}  // namespace vostro::node
