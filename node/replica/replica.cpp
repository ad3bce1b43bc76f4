#include "node/replica/replica.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "chain/versions.h"

namespace vostro::node {

using consensus::PeerId;

namespace {

std::set<PeerId> sessions_of(const consensus::Committee& committee) {
  return {committee.peers().begin(), committee.peers().end()};
}

}  // namespace

Replica::Replica(ReplicaConfig config, const Hash& network_id, Ports ports, BasePoint base,
                 const std::optional<consensus::FinalityProof>& newest_proof)
    : config_(config),
      network_id_(network_id),
      ports_(ports),
      era_(std::make_unique<Era>(config.engine, config.lanes,
                                 standing_in(context_at(*ports.state, network_id, base),
                                             *ports.surroundings, newest_proof),
                                 *ports.state)),
      delivery_(config.delivery, {base.height, base.id}, sessions_of(*era_->committee)),
      executor_(era_->committee, *ports.state, *ports.tree, base) {}

Effects Replica::on(consensus::Time now, const ReplicaEvent& event) {
  if (halted_) return {};
  now_ = now;
  effects_.clear();
  std::visit([this](const auto& e) { handle(e); }, event);
  pump();
  forget_dropped_batches();
  if (!halted_) restart_timers();
  return std::move(effects_);
}

void Replica::pump() {
  while (!halted_) {
    if (!era_->inbox.empty()) {
      const consensus::Event event = std::move(era_->inbox.front());
      era_->inbox.pop_front();
      for (consensus::Action& action : era_->engine.on(now_, event)) {
        if (halted_) return;
        std::visit([this](auto& a) { perform(a); }, action);
      }
      era_->work_dirty = true;
    } else if (era_->tasks_dirty) {
      era_->tasks_dirty = false;
      advance_tasks();
    } else if (era_->work_dirty) {
      era_->work_dirty = false;
      tell_work();
    } else {
      return;
    }
  }
}

void Replica::forget_dropped_batches() {
  for (const consensus::BatchId& id : era_->lanes.take_dropped()) {
    if (era_->lanes.store().holds(id)) continue;  // it came again
    era_->transactions.erase(id);
    era_->useless.erase(id);
  }
}

void Replica::handle(const ReplicaStarted&) {
  started_ms_ = now_.steady_ms;
  start_epoch();
  effects_.push_back(
      StartTimer{{ReplicaTimer::status, {}}, {}, now_.steady_ms + config_.status_period_ms});
}

/// Journal first: nothing of an epoch is signed before its EPOCH record, which forgets what was
/// signed in the one before, is on its way to the disk.
void Replica::start_epoch() {
  effects_.push_back(EpochBegan{era_->committee, era_->own});
  if (era_->contradicts)
    return halt("the journal and the block store do not agree on how epoch " +
                std::to_string(era_->committee->epoch().value) +
                " began: one of them is not of this node");
  const std::uint16_t version = era_->committee->context().version;
  if (!chain::is_supported(version))
    return halt("protocol version " + std::to_string(version) + " is in force in epoch " +
                std::to_string(era_->committee->epoch().value) +
                ", and this program does not speak it: install a release that does");
  if (era_->own && !era_->is_recorded && !is_planted(Planted::epoch_unrecorded))
    effects_.push_back(PersistRecords{{record_of(era_->committee->context())}, true});
  for (const consensus::BlockBody& body : era_->recovered_bodies) {
    delivery_.on_body(body);
    era_->kept_until = std::max(era_->kept_until, body.header.height);
  }
  era_->recovered_bodies.clear();
  // Whoever voted for a block vouches for its batches, and perhaps nobody else has them any more:
  // they outlive the incarnations that begin now, here and at their authors.
  if (era_->kept_until > executor_.base().height) {
    for (consensus::SharedBatch& batch : era_->recovered_batches)
      perform_lanes(era_->lanes.keep(consensus::hold(std::move(batch.batch))));
  }
  era_->recovered_batches.clear();
  if (era_->own) begin_incarnation();
  tell_engine(consensus::Started{});
  if (era_->recovered_finality)
    perform_delivery(delivery_.on_final(*era_->recovered_finality, now_.steady_ms));
}

/// The block that closes the epoch is stored here, with the proof that it is final.
void Replica::begin_next_epoch() {
  for (const consensus::TimerKind kind : consensus::timer_kinds)
    effects_.push_back(StopTimer{{ReplicaTimer::engine, kind}});
  consensus::Config engine_config = config_.engine;
  // A second instance of this node would have been heard since the start.
  std::uint64_t& listen_ms = engine_config.timeouts.listen_ms;
  listen_ms -= std::min(listen_ms, now_.steady_ms - started_ms_);
  era_ = std::make_unique<Era>(engine_config, config_.lanes,
                               standing_in(context_at(*ports_.state, network_id_, executor_.base()),
                                           *ports_.surroundings, std::nullopt),
                               *ports_.state);
  executor_.begin_epoch(era_->committee);
  delivered_.clear();
  clock_offsets_ms_.clear();
  other_epoch_ms_.clear();
  // What clients wait for was in batches of the epoch before, if it is not final: all of it comes
  // again.
  queue_.clear();
  queue_bytes_ = 0;
  queued_since_ms_.reset();
  start_epoch();
  perform_delivery(delivery_.begin_epoch(sessions_of(*era_->committee), now_.steady_ms));
  for (const PeerId peer : validators_up())
    era_->lanes.on_peer_up(*era_->committee->validator_of(peer));
  send_status({peers_.begin(), peers_.end()});
  if (era_->own) effects_.push_back(ResubmitTransactions{});
}

void Replica::handle(const PeerUp& event) {
  peers_.insert(event.peer);
  perform_delivery(delivery_.on_peer_up(event.peer, now_.steady_ms));
  if (const auto index = era_->committee->validator_of(event.peer)) era_->lanes.on_peer_up(*index);
  send_status({event.peer});
}

void Replica::handle(const PeerDown& event) {
  peers_.erase(event.peer);
  clock_offsets_ms_.erase(event.peer);
  other_epoch_ms_.erase(event.peer);
  perform_delivery(delivery_.on_peer_down(event.peer, now_.steady_ms));
  if (const auto index = era_->committee->validator_of(event.peer))
    era_->lanes.on_peer_down(*index);
  tell_engine(consensus::PeerLost{event.peer});
}

void Replica::handle(const PeerMessage& event) {
  // Verified when this node was still in the epoch before.
  if (event.message.message().epoch != era_->committee->epoch())
    return answer_other_epoch(event.peer, event.message.message());
  if (const auto& batch = event.message.batch()) {
    receive_batch(event.peer, *batch);
    return;
  }
  std::visit([&](const auto& body) { receive(event.peer, body); }, event.message.body());
  tell_engine(consensus::MessageReceived{event.peer, event.message});
}

void Replica::handle(const OtherEpochMessage& event) {
  answer_other_epoch(event.peer, event.message);
}

void Replica::handle(const TransactionsChecked& event) {
  std::uint32_t items = 0;
  if (event.transactions) {
    for (const auto& transaction : *event.transactions)
      items += static_cast<std::uint32_t>(transaction->items());
    if (era_->lanes.store().holds(event.batch))
      era_->transactions.insert_or_assign(event.batch, *event.transactions);
  }
  perform_lanes(era_->lanes.on_batch_checked(event.batch, event.transactions.has_value(), items));
  era_->tasks_dirty = true;
  era_->work_dirty = true;
}

void Replica::handle(const TransactionsSubmitted& event) {
  if (!era_->own) return;  // an observer has no lane: its door takes nothing
  for (const auto& transaction : event.transactions) {
    queue_bytes_ += transaction->bytes().size();
    queue_.push_back(transaction);
  }
  if (!queued_since_ms_) queued_since_ms_ = now_.steady_ms;
  make_own_batches(false);
}

void Replica::handle(const BlockStored& event) {
  VOSTRO_CHECK(!storing_.empty());
  const consensus::BlockId id = storing_.front();
  storing_.pop_front();
  const ExecutedNode* node = executor_.find(id);
  VOSTRO_CHECK(node != nullptr);
  VOSTRO_CHECK(node->body->header.height == event.height);
  const bool closes_epoch = node->body->header.closes_epoch();
  for (const consensus::HeldBatch& batch : node->batches) era_->journaled.erase(batch.id);
  release_cut(id);
  executor_.stored(id);
  perform_delivery(delivery_.on_executed(event.height, now_.steady_ms));
  if (event.height >= era_->kept_until) era_->lanes.release_kept();
  std::optional<View> released;
  for (; !era_->archivable.empty() && era_->archivable.front().first <= event.height;
       era_->archivable.pop_front())
    released = era_->archivable.front().second;
  if (released) {
    std::erase_if(era_->journaled, [&](const auto& entry) { return entry.second <= *released; });
    effects_.push_back(ReleaseJournal{era_->committee->epoch(), *released});
  }
  if (closes_epoch) begin_next_epoch();
  era_->tasks_dirty = true;
  era_->work_dirty = true;
}

void Replica::handle(const TimerExpired& event) {
  timers_[event.timer.owner].reset();
  switch (event.timer.owner) {
    case ReplicaTimer::engine:
      tell_engine(consensus::TimerFired{event.timer.kind, event.view});
      break;
    case ReplicaTimer::lanes:
      perform_lanes(
          era_->lanes.tick(now_.steady_ms, {era_->committee->leader(era_->engine.view()),
                                            era_->committee->leader(era_->engine.view().next())}));
      break;
    case ReplicaTimer::delivery:
      perform_delivery(delivery_.tick(now_.steady_ms));
      break;
    case ReplicaTimer::status:
      send_status({peers_.begin(), peers_.end()});
      if (const auto offset = clock_offset_ms();
          offset && std::abs(*offset) > config_.clock_alarm_ms)
        effects_.push_back(ClockAlarm{*offset});
      effects_.push_back(MeasureRoundTrips{});
      era_->judged_on = {};  // clocks move: what was too far ahead may be in its window now
      era_->work_dirty = true;
      effects_.push_back(
          StartTimer{{ReplicaTimer::status, {}}, {}, now_.steady_ms + config_.status_period_ms});
      break;
    case ReplicaTimer::batch:
      make_own_batches(true);
      break;
  }
}

void Replica::handle(const RoundTrip& event) {
  tell_engine(consensus::RoundTripMeasured{event.median_ms});
}

void Replica::restart_timers() {
  restart_timer(ReplicaTimer::lanes,
                era_->lanes.next_wakeup({era_->committee->leader(era_->engine.view()),
                                         era_->committee->leader(era_->engine.view().next())}));
  restart_timer(ReplicaTimer::delivery, delivery_.next_wakeup());
  // What waits while the node listens is batched as soon as that is over: its time has passed then.
  const bool may_batch = queued_since_ms_ && !era_->engine.is_listening();
  restart_timer(ReplicaTimer::batch, may_batch
                                         ? std::optional(*queued_since_ms_ + config_.batch_delay_ms)
                                         : std::nullopt);
}

void Replica::restart_timer(ReplicaTimer owner, std::optional<std::uint64_t> at_ms) {
  std::optional<std::uint64_t>& set = timers_[owner];
  if (set == at_ms) return;
  set = at_ms;
  if (at_ms) {
    effects_.push_back(StartTimer{{owner, {}}, {}, *at_ms});
  } else {
    effects_.push_back(StopTimer{{owner, {}}});
  }
}

void Replica::halt(std::string reason) {
  if (halted_) return;
  halted_ = true;
  effects_.push_back(HaltReplica{std::move(reason)});
}

ReplicaStatus Replica::status() const {
  ReplicaStatus status;
  status.epoch = era_->committee->epoch();
  status.view = era_->engine.view();
  status.final_view = era_->engine.final_view();
  status.final_height = std::max(era_->engine.final_height(), delivery_.proven().height);
  status.executed_height = executor_.base().height;
  status.behind = delivery_.is_behind();
  status.halted = halted_;
  status.queued_transactions = queue_.size();
  status.queued_bytes = queue_bytes_;
  status.unfinal_blocks = executor_.nodes().size();
  status.batches_held = era_->lanes.store().size();
  status.clock_offset_ms = clock_offset_ms();
  return status;
}

}  // namespace vostro::node
