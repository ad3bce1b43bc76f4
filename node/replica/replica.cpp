#include "node/replica/replica.h"

#include <algorithm>

#include "base/check.h"

namespace vostro::node {

using consensus::PeerId;

namespace {

std::vector<consensus::SharedBatch> batches_in(const consensus::RecoveredState& recovered) {
  std::vector<consensus::SharedBatch> batches;
  for (const auto& [id, batch] : recovered.batches) batches.push_back(batch);
  return batches;
}

std::vector<consensus::BlockBody> bodies_in(const consensus::RecoveredState& recovered) {
  std::vector<consensus::BlockBody> bodies;
  for (const auto& [view, own] : recovered.notarized)
    bodies.push_back({own.propose.header, own.propose.cut});
  return bodies;
}

std::optional<consensus::Identity> identity_of(std::optional<consensus::ValidatorIndex> own,
                                               consensus::Signer* signer) {
  if (!own) return std::nullopt;
  VOSTRO_CHECK(signer != nullptr);
  return consensus::Identity{*own, signer};
}

}  // namespace

Replica::Replica(ReplicaConfig config, consensus::EpochContext context,
                 std::optional<consensus::ValidatorIndex> own, Ports ports, BasePoint base,
                 consensus::RecoveredState recovered)
    : config_(config),
      committee_(std::make_shared<const consensus::Committee>(std::move(context))),
      own_(own),
      ports_(ports),
      incarnation_(recovered.incarnation),
      recovered_finality_(recovered.finality),
      recovered_batches_(batches_in(recovered)),
      recovered_bodies_(bodies_in(recovered)),
      engine_(config.engine, *committee_, identity_of(own, ports.signer), std::move(recovered)),
      lanes_(config.lanes, committee_->ctx(), committee_->size(), own,
             lane_positions(*ports.state, committee_->size())),
      delivery_(config.delivery, {base.height, base.id}),
      executor_(committee_, *ports.state, *ports.tree, base) {}

Effects Replica::on(consensus::Time now, const ReplicaEvent& event) {
  if (halted_) return {};
  now_ = now;
  effects_.clear();
  std::visit([this](const auto& e) { handle(e); }, event);
  pump();
  if (!halted_) restart_timers();
  return std::move(effects_);
}

void Replica::pump() {
  while (!halted_) {
    if (!inbox_.empty()) {
      const consensus::Event event = std::move(inbox_.front());
      inbox_.pop_front();
      for (consensus::Action& action : engine_.on(now_, event)) {
        if (halted_) return;
        std::visit([this](auto& a) { perform(a); }, action);
      }
      work_dirty_ = true;
    } else if (tasks_dirty_) {
      tasks_dirty_ = false;
      advance_tasks();
    } else if (work_dirty_) {
      work_dirty_ = false;
      tell_work();
    } else {
      return;
    }
  }
}

void Replica::handle(const ReplicaStarted&) {
  for (const consensus::BlockBody& body : recovered_bodies_) {
    delivery_.on_body(body);
    kept_until_ = std::max(kept_until_, body.header.height);
  }
  recovered_bodies_.clear();
  // Whoever voted for a block vouches for its batches, and perhaps nobody else has them any more:
  // they outlive the incarnations that begin now, here and at their authors.
  if (kept_until_ > executor_.base().height) {
    for (consensus::SharedBatch& batch : recovered_batches_)
      perform_lanes(lanes_.keep(consensus::hold(std::move(batch.batch))));
  }
  recovered_batches_.clear();
  if (own_) begin_incarnation();
  tell_engine(consensus::Started{});
  if (recovered_finality_)
    perform_delivery(delivery_.on_final(*recovered_finality_, now_.steady_ms));
  effects_.push_back(
      StartTimer{{ReplicaTimer::status, {}}, {}, now_.steady_ms + config_.status_period_ms});
}

void Replica::handle(const PeerUp& event) {
  peers_.insert(event.peer);
  perform_delivery(delivery_.on_peer_up(event.peer, now_.steady_ms));
  if (const auto index = committee_->validator_of(event.peer)) lanes_.on_peer_up(*index);
  send_status({event.peer});
}

void Replica::handle(const PeerDown& event) {
  peers_.erase(event.peer);
  clock_offsets_ms_.erase(event.peer);
  perform_delivery(delivery_.on_peer_down(event.peer, now_.steady_ms));
  if (const auto index = committee_->validator_of(event.peer)) lanes_.on_peer_down(*index);
  tell_engine(consensus::PeerLost{event.peer});
}

void Replica::handle(const PeerMessage& event) {
  if (const auto& batch = event.message.batch()) {
    receive_batch(event.peer, *batch);
    return;
  }
  std::visit([&](const auto& body) { receive(event.peer, body); }, event.message.body());
  tell_engine(consensus::MessageReceived{event.peer, event.message});
}

void Replica::handle(const TransactionsChecked& event) {
  std::uint32_t items = 0;
  if (event.transactions) {
    for (const auto& transaction : *event.transactions)
      items += static_cast<std::uint32_t>(transaction->items());
    if (lanes_.store().holds(event.batch))
      transactions_.insert_or_assign(event.batch, *event.transactions);
  }
  perform_lanes(lanes_.on_batch_checked(event.batch, event.transactions.has_value(), items));
  tasks_dirty_ = true;
  work_dirty_ = true;
}

void Replica::handle(const TransactionsSubmitted& event) {
  if (!own_) return;  // an observer has no lane: its door takes nothing
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
  for (const consensus::HeldBatch& batch : node->batches) journaled_.erase(batch.id);
  release_cut(id);
  executor_.stored(id);
  std::erase_if(transactions_,
                [this](const auto& entry) { return !lanes_.store().holds(entry.first); });
  perform_delivery(delivery_.on_executed(event.height, now_.steady_ms));
  if (event.height >= kept_until_) lanes_.release_kept();
  std::optional<View> released;
  for (; !archivable_.empty() && archivable_.front().first <= event.height; archivable_.pop_front())
    released = archivable_.front().second;
  if (released) {
    std::erase_if(journaled_, [&](const auto& entry) { return entry.second <= *released; });
    effects_.push_back(ReleaseJournal{*released});
  }
  tasks_dirty_ = true;
  work_dirty_ = true;
}

void Replica::handle(const TimerExpired& event) {
  timers_[event.timer.owner].reset();
  switch (event.timer.owner) {
    case ReplicaTimer::engine:
      tell_engine(consensus::TimerFired{event.timer.kind, event.view});
      break;
    case ReplicaTimer::lanes:
      perform_lanes(lanes_.tick(now_.steady_ms, {committee_->leader(engine_.view()),
                                                 committee_->leader(engine_.view().next())}));
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
      judged_on_ = {};  // clocks move: what was too far ahead may be in its window now
      work_dirty_ = true;
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
                lanes_.next_wakeup({committee_->leader(engine_.view()),
                                    committee_->leader(engine_.view().next())}));
  restart_timer(ReplicaTimer::delivery, delivery_.next_wakeup());
  // What waits while the node listens is batched as soon as that is over: its time has passed then.
  const bool may_batch = queued_since_ms_ && !engine_.is_listening();
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
  status.view = engine_.view();
  status.final_view = engine_.final_view();
  status.final_height = std::max(engine_.final_height(), delivery_.proven().height);
  status.executed_height = executor_.base().height;
  status.behind = delivery_.is_behind();
  status.halted = halted_;
  status.queued_transactions = queue_.size();
  status.queued_bytes = queue_bytes_;
  status.unfinal_blocks = executor_.nodes().size();
  status.batches_held = lanes_.store().size();
  status.clock_offset_ms = clock_offset_ms();
  return status;
}

}  // namespace vostro::node
