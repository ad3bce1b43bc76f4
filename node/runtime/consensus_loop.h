/// The one thread that owns the replica: takes events and timers, carries out effects. Everything
/// slow is handed on: records to the journal thread, blocks to the store's writer, signatures to
/// the workers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "node/replica/replica.h"
#include "node/runtime/pulse.h"
#include "p2p/inbox.h"

namespace vostro::node {

class ConsensusLoop {
 public:
  /// Where each kind of effect goes. All are called on the loop's thread and must not block.
  struct Sinks {
    std::function<void(EpochBegan)> epoch_began;
    std::function<void(PersistRecords)> persist;
    std::function<void(SendMessage)> send;
    std::function<void(CheckTransactions)> check;
    std::function<void(StoreBlock)> store;
    std::function<void(ServeHistory)> serve;
    std::function<void(ReleaseJournal)> release;
    std::function<void(KeepCertificates)> archive;
    std::function<void(KeepEvidence)> evidence;
    std::function<void(NoteInvalidProposal)> invalid_proposal;
    std::function<void(PeerMisbehaved)> misbehaved;
    std::function<void(ClockAlarm)> clock_alarm;
    std::function<void()> measure_round_trips;
    std::function<void()> resubmit;
    std::function<void(std::string)> halted;
    /// Why what was read from the store is not to be believed; none while it is.
    std::function<std::optional<std::string>()> store_failure;
  };

  ConsensusLoop(std::unique_ptr<Replica> replica, Sinks sinks);
  ~ConsensusLoop();

  void start();
  /// Any thread; never blocks. A peer's frame brings its lease: it counts against that peer until
  /// it has been dealt with.
  void post(ReplicaEvent event, p2p::InboundLease lease = {});
  /// From now on no event has any effect: this node decides nothing more. Any thread.
  void halt() { halted_ = true; }
  /// While paused no event and no timer is looked at; what came meanwhile is dealt with afterwards,
  /// as by a process that was suspended. Peers wait as for one that is slow. Any thread.
  void pause(bool paused);
  /// What peers sent and is not looked at yet is as if it had been lost. Any thread.
  void forget_messages();
  /// Ends the thread; what waits is dropped.
  void stop();

  /// As of the last turn. Any thread.
  [[nodiscard]] ReplicaStatus status() const;
  /// The same for the view alone, without waiting for anybody.
  [[nodiscard]] View view() const { return View(view_.load(std::memory_order_relaxed)); }
  /// Steady time since the loop last turned, in milliseconds: a stall shows here.
  [[nodiscard]] std::uint64_t idle_ms() const;
  [[nodiscard]] const Pulse& pulse() const { return pulse_; }

 private:
  struct Item {
    ReplicaEvent event;
    p2p::InboundLease lease;
  };
  struct Timer {
    std::uint64_t at_ms = 0;
    View view;
  };

  void run();
  void step(const ReplicaEvent& event);
  void fire_timers();
  [[nodiscard]] std::optional<std::uint64_t> next_timer_ms() const;
  void perform(EpochBegan& effect) {
    // Votes of this epoch are judged by its views from now on.
    view_.store(replica_->status().view.value, std::memory_order_relaxed);
    sinks_.epoch_began(std::move(effect));
  }
  void perform(PersistRecords& effect) { sinks_.persist(std::move(effect)); }
  void perform(SendMessage& effect) { sinks_.send(std::move(effect)); }
  void perform(StartTimer& effect) { timers_[effect.timer] = {effect.at_ms, effect.view}; }
  void perform(StopTimer& effect) { timers_.erase(effect.timer); }
  void perform(CheckTransactions& effect) { sinks_.check(std::move(effect)); }
  void perform(StoreBlock& effect) { sinks_.store(std::move(effect)); }
  void perform(ServeHistory& effect) { sinks_.serve(std::move(effect)); }
  void perform(ReleaseJournal& effect) { sinks_.release(effect); }
  void perform(KeepCertificates& effect) { sinks_.archive(std::move(effect)); }
  void perform(KeepEvidence& effect) { sinks_.evidence(std::move(effect)); }
  void perform(NoteInvalidProposal& effect) { sinks_.invalid_proposal(std::move(effect)); }
  void perform(PeerMisbehaved& effect) { sinks_.misbehaved(std::move(effect)); }
  void perform(ClockAlarm& effect) { sinks_.clock_alarm(effect); }
  void perform(MeasureRoundTrips&) { sinks_.measure_round_trips(); }
  void perform(ResubmitTransactions&) { sinks_.resubmit(); }
  void perform(HaltReplica& effect) { sinks_.halted(std::move(effect.reason)); }

  std::unique_ptr<Replica> replica_;
  Sinks sinks_;
  std::map<TimerId, Timer> timers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> queue_;
  ReplicaStatus status_;
  std::uint64_t turned_ms_ = 0;
  bool paused_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> view_;
  std::atomic<bool> halted_{false};
  Pulse pulse_;
  std::thread thread_;
};

/// Milliseconds of the steady clock; the origin is this machine's.
[[nodiscard]] std::uint64_t steady_ms();
[[nodiscard]] UnixMillis wall_clock();

}  // namespace vostro::node
