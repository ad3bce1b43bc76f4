#include "consensus/engine.h"

#include <algorithm>

#include "base/check.h"

namespace vostro::consensus {

std::string_view to_string(PeerFault fault) {
  switch (fault) {
    case PeerFault::unsolicited:
      return "an answer that was not asked for";
    case PeerFault::bad_justification:
      return "a justification that is not what its proposal says";
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(HaltReason reason) {
  switch (reason) {
    case HaltReason::safety:
      return "certificates that cannot both exist";
    case HaltReason::execution:
      return "a notarized block is invalid on this node";
    case HaltReason::invariant:
      return "an invariant of the protocol does not hold";
    case HaltReason::second_instance:
      return "another process votes with this key";
  }
  VOSTRO_CHECK(false);
}

Engine::Engine(Config config, Committee committee, std::optional<Identity> identity,
               RecoveredState recovered)
    : config_(config),
      committee_(std::move(committee)),
      identity_(identity),
      votes_(committee_),
      evidence_(config_.caps.evidence_per_kind),
      pacing_(config_.timeouts, committee_),
      peers_(config_) {
  if (identity_) {
    VOSTRO_CHECK(committee_.has(identity_->index));
    VOSTRO_CHECK(identity_->signer != nullptr);
  }
  recover(std::move(recovered));
}

std::vector<Action> Engine::on(Time now, const Event& event) {
  if (halted_) return {};
  now_ = now;
  const Progress before = progress();
  std::visit([this](const auto& happened) { on_event(happened); }, event);
  if (started_) {
    // A sole validator may pass several views in one step: each gets its chance to propose.
    for (View tried; !halted_ && tried != view_;) {
      tried = view_;
      try_propose();
    }
    rearm();
  }
  check_invariants(before);
  return std::exchange(actions_, {});
}

void Engine::on_event(const Started&) {
  VOSTRO_CHECK(!started_);
  started_ = true;
  pacing_.on_started(now_.steady_ms);
  final_at_ms_ = now_.steady_ms;
  if (finality_) emit(Finalized{*finality_});
  if (lacks_final_header()) emit_finality(nullptr);
  ask_again();
  if (identity_ && config_.timeouts.listen_ms > 0) {
    set_timer(TimerKind::listen, config_.timeouts.listen_ms);
    return;
  }
  start_voting();
}

void Engine::on_event(const MessageReceived& event) {
  const Message& message = event.message.message();
  if (message.epoch != committee_.epoch()) return;
  const PeerId peer = event.peer;
  if (const auto validator = committee_.validator_of(peer))
    pacing_.on_heard(*validator, now_.steady_ms);
  const bool valid = event.message.certificates_valid();
  struct Handler {
    Engine& engine;
    PeerId peer;
    bool valid;
    void operator()(const Propose& m) { engine.on_propose(peer, m, valid); }
    void operator()(const VoteMessage& m) { engine.on_vote(peer, m.vote); }
    void operator()(const CertMessage& m) { engine.on_certificate(m.held, peer); }
    void operator()(const Status& m) { engine.on_status(peer, m); }
    void operator()(const GetCerts& m) { engine.on_get_certs(peer, m); }
    void operator()(const Certs& m) { engine.on_certs(peer, m); }
    void operator()(const GetProposal& m) { engine.on_get_proposal(peer, m); }
    void operator()(const ProposalMessage& m) { engine.on_proposal_learned(m.proposal); }
    void operator()(const GetJustification& m) { engine.on_get_justification(peer, m); }
    void operator()(const JustificationPart& m) { engine.on_justification_part(peer, m, valid); }
    void operator()(const BlockMessage& m) {
      for (const BlockBody& block : m.blocks) engine.on_block(block);
    }
    void operator()(const Finality& m) {
      for (const FinalityProof& proof : m.proofs) engine.on_finality_proof(proof, peer);
    }
    void operator()(const EvidenceMessage& m) { engine.report(m.evidence); }
    // Lanes and delivery.
    void operator()(const GetBlock&) {}
    void operator()(const BatchMessage&) {}
    void operator()(const GetBatch&) {}
    void operator()(const Have&) {}
    void operator()(const GetFinality&) {}
  };
  std::visit(Handler{*this, peer, valid}, message.body);
}

void Engine::on_event(const PeerLost& event) {
  peers_.forget(event.peer);
}

void Engine::on_event(const WorkChanged& event) {
  work_.clear();
  for (const BlockWork& work : event.blocks) work_.emplace(work.block, work);
}

void Engine::on_event(const RoundTripMeasured& event) {
  pacing_.on_round_trip(event.median_ms);
}

void Engine::enter(View view) {
  VOSTRO_CHECK(view > view_);
  const View left = view_;
  view_ = view;
  // A proposal that is neither notarized nor voted for here is no use to anybody any more.
  if (certificates_.notarization(left) == nullptr && !own_notarized_.contains(left))
    proposals_.drop(left);
  for (auto check = checks_.begin(); check != checks_.end();) {
    const HeldCertificate* notarized = certificates_.notarization(check->second.view);
    const bool is_notarized =
        notarized != nullptr && notarized->certificate.proposal == check->first;
    if (is_notarized || check->second.state == CheckState::invalid) {
      ++check;
      continue;
    }
    if (check->second.state == CheckState::pending) emit(CancelCheck{check->first});
    check = checks_.erase(check);
  }
  view_timer_ = ViewTimer::idle;
  lead_set_ = flush_set_ = flush_over_ = busy_ = false;
  building_on_.reset();
  base_.reset();
  asked_base_.reset();
  retransmit_period_ms_ = 0;
  for (const TimerKind kind : {TimerKind::view, TimerKind::lead, TimerKind::flush, TimerKind::clock,
                               TimerKind::retransmit})
    cancel_timer(kind);
  if (view.value > config_.caps.evidence_views)
    votes_.prune_left(View(view.value - config_.caps.evidence_views));
  pacing_.on_enter(view);
  if (votes_.has_nullify(view, committee_.leader(view))) nullify_early(view);
}

// ---- Outputs
// --------------------------------------------------------------------------------------

void Engine::emit(Action action) {
  if (!halted_) actions_.push_back(std::move(action));
}

void Engine::halt(HaltReason reason, std::string detail) {
  emit(Halt{reason, std::move(detail)});
  halted_ = true;
}

void Engine::persist(Record record, bool sync) {
  std::vector<Record> records;
  records.push_back(std::move(record));
  emit(Persist{std::move(records), sync});
}

void Engine::send(PeerId peer, MessageBody body) {
  emit(Send{peer, Message{committee_.epoch(), std::move(body)}});
}

void Engine::broadcast(MessageBody body, std::vector<PeerId> except) {
  emit(Broadcast{Message{committee_.epoch(), std::move(body)}, std::move(except)});
}

void Engine::set_timer(TimerKind kind, std::uint64_t after_ms) {
  running_.insert(kind);
  emit(SetTimer{kind, view_, after_ms});
}

void Engine::cancel_timer(TimerKind kind) {
  if (running_.erase(kind) > 0) emit(CancelTimer{kind});
}

// ---- What others may look at
// ------------------------------------------------------------------------

Height Engine::final_height() const {
  return finality_ ? finality_->header.height : committee_.context().anchor_height;
}

UnixMillis Engine::final_time() const {
  return finality_ ? finality_->header.time : committee_.context().anchor_time;
}

std::optional<BlockId> Engine::tip() const {
  return block_of(highest_notarized());
}

Status Engine::status(Time now) const {
  return {view_, final_view_, final_height(), now.wall};
}

Progress Engine::progress() const {
  return {view_, final_view_, floor_, final_height()};
}

void Engine::check_invariants(const Progress& before) {
  sizes_ = {votes_.views(),
            votes_.finalize_views_above(final_view_),
            proposals_.size(),
            proposals_.blocks(),
            checks_.size(),
            certificates_.notarizations().size() + certificates_.nullifications().size(),
            peers_.size(),
            evidence_.largest()};
  if (halted_) return;
  const Progress now = progress();
  std::string broken;
  const auto expect = [&broken](bool holds, std::string_view name) {
    if (!holds && broken.empty()) broken = name;
  };
  // The newest are looked at in every step, so older ones have been: this keeps a step cheap when
  // nothing gets final.
  std::size_t looked_at = 0;
  for (auto own = own_finalized_.rbegin(); own != own_finalized_.rend() && looked_at < 4;
       ++own, ++looked_at) {
    expect(excludes_each_other(own_nullified_, own_finalized_, own->first), "I2");
    expect(finalizes_notarized(certificates_.notarization(own->first), own->second), "I3");
  }
  expect(notarizes_current_only(own_notarized_, view_), "I4");
  expect(never_goes_back(before, now), "I5");
  expect(!final_ || final_->certificate.view == final_view_, "I7");
  expect(final_is_behind(now), "I10");
  expect(is_bounded(sizes_, config_.caps, now, committee_.size()), "I11");
  if (broken.empty()) return;
  // Nothing of a step that breaks an invariant may be carried out: not its votes, not what follows
  // from them.
  actions_.clear();
  halt(HaltReason::invariant, std::move(broken));
}

}  // namespace vostro::consensus
