/// The whole of a node that decides something, without its I/O: voting (Engine), dissemination
/// (Lanes), catch-up (Delivery) and execution (Executor), composed. Events in, effects out, time as
/// an argument; the node's runtime and the simulator both drive this same class. One thread. It
/// reads the stored ledger through chain/storage.h and writes nothing.
///
/// What it adds to its parts: a block is executed once its parent is and its batches are here,
/// whoever wanted it (a vote, the next proposal, delivery); delivered blocks leave as StoreBlock in
/// height order; each own NOTARIZE is persisted with the batches it vouches for; the engine is told
/// what could be built on each executed block (WorkChanged). Where a stored block closes its epoch,
/// the next one begins: what belongs to an epoch is an Era, made anew.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "consensus/delivery.h"
#include "node/replica/effects.h"
#include "node/replica/era.h"
#include "node/replica/executor.h"

namespace vostro::node {

struct ReplicaConfig {
  consensus::Config engine;
  consensus::LaneConfig lanes;
  consensus::DeliveryConfig delivery;
  std::size_t batch_bytes = 256 * 1024;    ///< an own batch is sent when it has so many
  std::size_t batch_transactions = 2'000;  ///< or so many transactions
  std::uint64_t batch_delay_ms =
      5;  ///< or its first transaction has waited so long; at once when the lane is idle
  std::uint64_t status_period_ms = 5'000;
  std::size_t answer_bytes_max = 4 * 1024 * 1024;  ///< of one answer to GET_BATCH
  std::size_t observers_max = 64;
  std::uint64_t executed_ahead_max = 128;  ///< executed blocks above the stored one
  std::int64_t clock_alarm_ms =
      250;  ///< median offset of the others' clocks that is worth an alarm
};

/// What the replica is about, for status and metrics.
struct ReplicaStatus {
  Epoch epoch;
  View view;
  View final_view;
  Height final_height;     ///< highest block known to be final
  Height executed_height;  ///< of the newest final block that is executed here
  bool behind = false;
  bool halted = false;
  std::size_t queued_transactions = 0;
  std::size_t queued_bytes = 0;
  std::size_t unfinal_blocks = 0;
  std::size_t batches_held = 0;
  std::optional<std::int64_t> clock_offset_ms;  ///< of the other validators' clocks, their median
};

class Replica {
 public:
  /// All outlive the replica.
  struct Ports {
    Surroundings* surroundings = nullptr;
    const chain::StateReader* state = nullptr;  ///< the store
    const chain::NodeReader* tree = nullptr;
  };
  /// `base`: the store's head, or the genesis state: with its state it says which epoch this is.
  /// `newest_proof`: of the store.
  Replica(ReplicaConfig config, const Hash& network_id, Ports ports, BasePoint base,
          const std::optional<consensus::FinalityProof>& newest_proof);

  [[nodiscard]] Effects on(consensus::Time now, const ReplicaEvent& event);

  [[nodiscard]] ReplicaStatus status() const;
  [[nodiscard]] const consensus::Engine& engine() const { return era_->engine; }
  /// Of the epoch that this node is in, and its index there; none where it observes.
  [[nodiscard]] const consensus::Committee& committee() const { return *era_->committee; }
  [[nodiscard]] std::optional<consensus::ValidatorIndex> own() const { return era_->own; }
  [[nodiscard]] const Executor& executor() const { return executor_; }
  [[nodiscard]] const consensus::Lanes& lanes() const { return era_->lanes; }

 private:
  // replica.cpp: events, and the loop that lets the parts answer each other until nothing is left
  // to say
  void handle(const ReplicaStarted& event);
  void handle(const PeerUp& event);
  void handle(const PeerDown& event);
  void handle(const PeerMessage& event);
  void handle(const OtherEpochMessage& event);
  void handle(const TransactionsChecked& event);
  void handle(const TransactionsSubmitted& event);
  void handle(const BlockStored& event);
  void handle(const TimerExpired& event);
  void handle(const RoundTrip& event);
  void pump();
  void forget_dropped_batches();
  void tell_engine(consensus::Event event) { era_->inbox.push_back(std::move(event)); }
  void start_epoch();
  void begin_next_epoch();
  void restart_timers();
  void restart_timer(ReplicaTimer owner, std::optional<std::uint64_t> at_ms);
  void halt(std::string reason);

  // replica_messages.cpp: what peers say
  template <class Body>
  void receive(consensus::PeerId, const Body&) {}  // the engine's alone
  void receive(consensus::PeerId peer, const consensus::Propose& propose);
  void receive(consensus::PeerId peer, const consensus::Status& status);
  void receive(consensus::PeerId peer, const consensus::Have& have);
  void receive(consensus::PeerId peer, const consensus::GetBatch& request);
  void receive(consensus::PeerId peer, const consensus::GetBlock& request);
  void receive(consensus::PeerId peer, const consensus::BlockMessage& blocks);
  void receive(consensus::PeerId peer, const consensus::GetFinality& request);
  void receive(consensus::PeerId peer, const consensus::Finality& finality);
  void answer_other_epoch(consensus::PeerId peer, const consensus::Message& message);
  void receive_batch(consensus::PeerId peer, const consensus::VerifiedBatch& batch);
  void send(std::vector<consensus::PeerId> to, consensus::MessageBody body);
  [[nodiscard]] std::vector<consensus::PeerId> validators_up() const;
  void send_status(const std::vector<consensus::PeerId>& to);
  [[nodiscard]] std::optional<std::int64_t> clock_offset_ms() const;
  [[nodiscard]] const consensus::BlockBody* body_of(const consensus::BlockId& id) const;

  // replica_actions.cpp: what the parts want done
  void perform(consensus::Persist& action);
  void perform(consensus::Send& action);
  void perform(consensus::Broadcast& action);
  void perform(consensus::SetTimer& action);
  void perform(consensus::CancelTimer& action);
  void perform(consensus::BuildBlock& action);
  void perform(consensus::CheckBlock& action);
  void perform(consensus::CancelCheck& action);
  void perform(consensus::Finalized& action);
  void perform(consensus::BlockNotarized& action);
  void perform(consensus::Archive& action);
  void perform(consensus::ReportEvidence& action);
  void perform(consensus::ReportInvalidProposal& action);
  void perform(consensus::ShareLanes& action);
  void perform(consensus::ScorePeer& action);
  void perform(consensus::EpochEnded& action);
  void perform(consensus::Halt& action);
  void perform_lanes(consensus::LaneActions actions);
  void perform(consensus::BroadcastBatch& action);
  void perform(consensus::FetchBatches& action);
  void perform(consensus::SendHave& action);
  void perform(consensus::CheckBatch& action);
  void perform(consensus::CutSettled& action);
  void perform(consensus::ReportFork& action);
  void perform(consensus::OwnKeyElsewhere& action);
  void perform_delivery(consensus::DeliveryActions actions);
  void perform(consensus::AskBlocks& action);
  void perform(consensus::AskFinality& action);
  void perform(consensus::Deliver& action);
  void perform(consensus::PushToObservers& action);
  void perform(consensus::PeerFailed& action);
  void perform(consensus::HaltDelivery& action);

  // replica_blocks.cpp: execution and delivery
  BlockTask& want(const consensus::BlockBody& body);
  void advance_tasks();
  [[nodiscard]] bool advance(const consensus::BlockId& id, BlockTask& task);
  void require_cut(const consensus::BlockId& id, const consensus::BlockBody& body);
  void release_cut(const consensus::BlockId& id);
  void conclude(const consensus::BlockId& id, bool valid, const std::string& what);
  void store_delivered();
  void forget_losers(const consensus::BlockId& final_block, Height height);
  [[nodiscard]] std::optional<BatchTransactions> transactions_of(
      const std::vector<consensus::HeldBatch>& batches) const;

  // replica_batches.cpp: the own lane, and what is worth a block
  void begin_incarnation();
  void make_own_batches(bool waited_enough);
  [[nodiscard]] bool send_own_batch();
  [[nodiscard]] consensus::BlockId tip() const;
  void judge_batches();
  void tell_work();

  ReplicaConfig config_;
  Hash network_id_;
  Ports ports_;
  std::unique_ptr<Era> era_;
  consensus::Delivery delivery_;
  Executor executor_;

  consensus::Time now_;
  std::uint64_t started_ms_ = 0;
  Effects effects_;
  bool halted_ = false;
  std::set<consensus::PeerId> peers_;
  std::map<consensus::PeerId, std::int64_t> clock_offsets_ms_;  ///< of connected validators
  std::map<consensus::PeerId, std::uint64_t>
      other_epoch_ms_;         ///< when a peer in another epoch was last told or asked of finality
  std::uint64_t fetches_ = 0;  ///< of batches so far: spreads them
  std::deque<consensus::Deliver> delivered_;  ///< final, to be executed and stored, in height order
  std::deque<consensus::BlockId> storing_;    ///< StoreBlocks under way, in height order
  std::deque<chain::VerifiedTransactionPtr> queue_;  ///< admitted, not yet in a batch
  std::size_t queue_bytes_ = 0;
  std::optional<std::uint64_t> queued_since_ms_;
  std::map<ReplicaTimer, std::optional<std::uint64_t>>
      timers_;  ///< lanes, delivery and batch: when they are set for
};

}  // namespace vostro::node
