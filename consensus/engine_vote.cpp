// Spec section 5: proposals and votes of others, and the own three votes.
#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/engine.h"
#include "consensus/wire_size.h"

namespace vostro::consensus {

// ---- The own votes: what each requires, then what it does, journal first
// ----------------------------

bool Engine::may_vote() const {
  return started_ && identity_ && !listening_ && !ended_ && !halted_;
}

/// nz is written once a view and only in the current one; NULLIFY closes the view, and so does its
/// timeout.
bool Engine::may_notarize(View view) const {
  const bool is_first = !own_notarized_.contains(view) || is_planted(Planted::second_notarize);
  return may_vote() && view == view_ && view > floor_ && is_first &&
         !own_nullified_.contains(view) && view_timer_ != ViewTimer::expired;
}

/// S2 of spec section 15: no view gets a NULLIFY and a FINALIZE of one honest validator.
bool Engine::may_nullify(View view) const {
  const bool is_open = view == view_ && !own_finalized_.contains(view);
  return may_vote() && (is_open || is_planted(Planted::nullify_after_finalize)) && view > floor_ &&
         !own_nullified_.contains(view);
}

/// The other half of S2; allowed late, for any view whose notarization is held.
bool Engine::may_finalize(View view) const {
  return may_vote() && view > floor_ && view > final_view_ &&
         certificates_.notarization(view) != nullptr &&
         (!own_nullified_.contains(view) || is_planted(Planted::finalize_after_nullify)) &&
         !own_finalized_.contains(view) && certificates_.nullification(view) == nullptr;
}

void Engine::vote_notarize(View view) {
  const HeldProposal* held = proposals_.find(view);
  VOSTRO_CHECK(held != nullptr);
  if (!may_notarize(view)) return;
  const auto entry = entry_of(view);
  if (!notarizes_once(own_notarized_, view, held->id) || (view.value > 1 && !entry) ||
      held->propose.proposal.parent_view < final_view_ ||
      !votes_in_context(committee_.ctx(), committee_.context())) {
    halt(HaltReason::invariant, "I1, I10 or I12 before an own NOTARIZE");
    return;
  }
  own_notarized_.emplace(view, held->id);
  persist(OwnNotarize{held->propose, entry, held->id}, true);
  const bool leading = is_leader();
  const Vote vote = leading ? held->propose.vote
                            : sign_vote(committee_, *identity_->signer, identity_->index,
                                        VoteType::notarize, view, held->id);
  if (leading) {
    broadcast(wire_form(held->propose));  // it carries the vote
  } else {
    broadcast(VoteMessage{vote});
  }
  add_vote(vote);
}

void Engine::vote_nullify(View view) {
  if (!may_nullify(view)) return;
  own_nullified_.insert(view);
  persist(OwnNullify{view, entry_of(view)}, true);
  const Vote vote = sign_vote(committee_, *identity_->signer, identity_->index, VoteType::nullify,
                              view, ProposalId{});
  broadcast(VoteMessage{vote});
  add_vote(vote);
}

void Engine::vote_finalize(View view) {
  if (!may_finalize(view)) return;
  const HeldCertificate& notarization = *certificates_.notarization(view);
  const ProposalId id = notarization.certificate.proposal;
  own_finalized_.emplace(view, id);
  persist(OwnFinalize{notarization}, true);
  const Vote vote =
      sign_vote(committee_, *identity_->signer, identity_->index, VoteType::finalize, view, id);
  broadcast(VoteMessage{vote});
  add_vote(vote);
}

/// A leader cannot revoke a proposal that was voted for already.
void Engine::nullify_early(View view) {
  if (!own_notarized_.contains(view)) vote_nullify(view);
}

bool Engine::remembers(const Vote& own) const {
  if (own.view <= floor_) return true;
  switch (own.type) {
    case VoteType::notarize: {
      const auto found = own_notarized_.find(own.view);
      return found != own_notarized_.end() && found->second == own.proposal;
    }
    case VoteType::nullify:
      return own_nullified_.contains(own.view);
    case VoteType::finalize: {
      const auto found = own_finalized_.find(own.view);
      return found != own_finalized_.end() && found->second == own.proposal;
    }
  }
  VOSTRO_CHECK(false);
}

// ---- Votes of others
// --------------------------------------------------------------------------------

void Engine::on_vote(PeerId peer, const Vote& vote) {
  if (identity_ && vote.signer == identity_->index) {
    if (!remembers(vote))
      halt(HaltReason::second_instance, "a vote under this key that is not in the journal");
    return;
  }
  const bool is_late = vote.view <= final_view_ || (vote.type != VoteType::finalize &&
                                                    vote.view < view_ && vote.view.next() < view_);
  if (is_late) {
    if (const auto other = votes_.conflict_of(vote)) {
      report(VotePair{*other, vote});
      return;
    }
    // Beyond the quorum some votes always come late: they are kept to compare with others. Who
    // sends one again, or is further back, has missed the certificate.
    const bool is_straggler = vote.view.next() >= final_view_ && votes_.add(vote);
    if (!is_straggler) help(peer);
    return;
  }
  if (vote.view > view_.next()) {
    // The sender is far ahead, or lies; the certificate by which it entered the view tells.
    if (peers_.may_ask(peer, now_.steady_ms))
      send(peer, GetCerts{vote.view.previous(), vote.view.previous()});
    return;
  }
  if (committee_.validator_of(peer) == vote.signer) {
    // It votes in a view, so it has entered it, and holds the certificate of the one before.
    if (Peer* sender = peers_.find_or_add(peer))
      sender->status.view = std::max(
          sender->status.view, vote.type == VoteType::finalize ? vote.view.next() : vote.view);
  }
  if (votes_.has(vote)) {
    // Sent again although its view is over here: the certificate did not reach the sender.
    if (vote.view < view_ && vote.type != VoteType::finalize) help(peer);
    return;
  }
  if (vote.type == VoteType::finalize && !votes_.has_finalize_tally(vote.view) &&
      votes_.finalize_views_above(final_view_) >= config_.caps.finalize_views)
    return;
  add_vote(vote);
}

void Engine::add_vote(const Vote& vote) {
  if (const auto other = votes_.conflict_of(vote)) {
    report(VotePair{*other, vote});
    return;
  }
  if (!votes_.add(vote)) return;
  const View view = vote.view;
  const bool is_decided =
      (vote.type == VoteType::notarize && certificates_.notarization(view) != nullptr) ||
      (vote.type == VoteType::nullify && certificates_.nullification(view) != nullptr);
  if (!is_decided && view > final_view_) {
    if (auto certificate = votes_.certificate_for(vote))
      on_certificate({std::move(*certificate), std::nullopt}, std::nullopt);
  }
  if (vote.type != VoteType::nullify || vote.signer != committee_.leader(view)) return;
  if (view == view_) nullify_early(view);
  if (is_planted(Planted::nullify_after_finalize)) vote_nullify(view);
}

void Engine::report(Evidence evidence) {
  if (!evidence_.admit(evidence) || is_planted(Planted::evidence_ignored)) return;
  emit(ReportEvidence{evidence});
  if (identity_) broadcast(EvidenceMessage{std::move(evidence)});
}

/// Who signed a certificate that a peer sent, and something else that excludes it, is named like
/// one whose votes came alone; in views that are long final too, where a fork shows.
void Engine::compare_signers(const Certificate& certificate) {
  for (const Vote& vote : votes_in(certificate)) {
    if (identity_ && vote.signer == identity_->index) continue;
    if (const auto other = votes_.conflict_of(vote)) report(VotePair{*other, vote});
  }
}

// ---- Proposals of others
// ----------------------------------------------------------------------------

void Engine::on_propose(PeerId peer, const Propose& propose, bool certificates_valid) {
  const View view = propose.proposal.view;
  const ProposalId id = propose.vote.proposal;
  if (identity_ && propose.vote.signer == identity_->index && !remembers(propose.vote)) {
    halt(HaltReason::second_instance, "a proposal under this key that is not in the journal");
    return;
  }
  if (!certificates_valid) {
    report(BadJustification{propose.proposal, propose.parent_proposal, *propose.justification,
                            propose.vote});
    return;
  }
  if (view < view_) {
    // Left already. What is notarized is worth knowing all the same.
    const HeldCertificate* notarized = certificates_.notarization(view);
    if (notarized != nullptr && notarized->certificate.proposal == id) {
      if (!notarized->proposal) on_proposal_learned(propose.proposal);
      on_block({propose.header, propose.cut});
    }
    on_vote(peer, propose.vote);
    return;
  }
  if (const HeldProposal* held = proposals_.find(view)) {
    if (held->id == id) return;
    add_vote(propose.vote);  // the conflict with the leader's first vote is evidence
    if (!is_planted(Planted::second_notarize)) {
      if (propose.justification) take_justification(propose, peer);
      return;
    }
    proposals_.drop(view);
  }
  if (propose.justification) {
    accept_propose(propose, peer);
    return;
  }
  const std::uint64_t views = view.value - propose.proposal.parent_view.value;
  Peer* sender = peers_.find_or_add(peer);
  if (sender == nullptr || views > Justification::certificates_max) return;
  if (!sender->waiting || sender->waiting->id != id)
    sender->waiting = WaitingPropose{propose, id, {}, true};
  send(peer,
       GetJustification{id, static_cast<std::uint32_t>(sender->waiting->certificates.size())});
}

void Engine::on_justification_part(PeerId peer, const JustificationPart& part,
                                   bool certificates_valid) {
  Peer* sender = peers_.find_or_add(peer);
  if (sender == nullptr || !sender->waiting || sender->waiting->id != part.proposal ||
      sender->waiting->certificates.size() != part.from || part.certificates.empty()) {
    emit(ScorePeer{peer, PeerFault::unsolicited});
    return;
  }
  WaitingPropose& waiting = *sender->waiting;
  waiting.certificates.insert(waiting.certificates.end(), part.certificates.begin(),
                              part.certificates.end());
  waiting.all_valid = waiting.all_valid && certificates_valid;
  const Proposal& proposal = waiting.propose.proposal;
  const bool has_parent = proposal.parent_view.value > 0;
  const std::size_t expected =
      proposal.view.value - proposal.parent_view.value - (has_parent ? 0 : 1);
  if (waiting.certificates.size() < expected) {
    send(peer,
         GetJustification{part.proposal, static_cast<std::uint32_t>(waiting.certificates.size())});
    return;
  }
  WaitingPropose whole = std::move(waiting);
  sender->waiting.reset();
  Justification justification;
  auto rest = whole.certificates.begin();
  if (has_parent) justification.parent = std::move(*rest++);
  justification.nullifications.assign(std::make_move_iterator(rest),
                                      std::make_move_iterator(whole.certificates.end()));
  Propose& propose = whole.propose;
  const bool is_what_was_signed = justification.digest() == propose.proposal.just &&
                                  (!has_parent || propose.parent_proposal->id(committee_.ctx()) ==
                                                      justification.parent->proposal);
  if (!is_what_was_signed) {
    emit(ScorePeer{peer, PeerFault::bad_justification});
    return;
  }
  if (!whole.all_valid || !has_justification_shape(committee_, propose.proposal,
                                                   propose.parent_proposal, justification)) {
    report(BadJustification{propose.proposal, propose.parent_proposal, std::move(justification),
                            propose.vote});
    return;
  }
  propose.justification = std::move(justification);
  if (propose.proposal.view >= view_) accept_propose(propose, peer);
}

/// Its certificates are worth as much whatever becomes of the proposal.
void Engine::take_justification(const Propose& propose, PeerId peer) {
  const Justification& justification = *propose.justification;
  if (justification.parent) on_certificate({*justification.parent, propose.parent_proposal}, peer);
  for (const Certificate& nullification : justification.nullifications)
    on_certificate({nullification, std::nullopt}, peer);
}

void Engine::accept_propose(const Propose& propose, PeerId peer) {
  const View view = propose.proposal.view;
  take_justification(propose, peer);
  if (halted_ || view != view_ || proposals_.find(view) != nullptr) return;
  proposals_.add({propose, propose.vote.proposal, now_.wall});
  add_vote(propose.vote);
  consider();
}

/// Spec section 3: u >= F, and the certificates that the proposal needs are held. The justification
/// brought them.
bool Engine::is_justified(const Proposal& proposal) const {
  const View parent = proposal.parent_view;
  if (parent < final_view_) return false;
  if (parent > final_view_) {
    const HeldCertificate* notarized = certificates_.notarization(parent);
    if (notarized == nullptr || !notarized->proposal) return false;
  }
  for (View skipped = parent.next(); skipped < proposal.view; skipped = skipped.next()) {
    if (is_planted(Planted::skipped_view_unchecked)) break;
    if (certificates_.nullification(skipped) == nullptr) return false;
  }
  return true;
}

Engine::Shape Engine::shape_of(const Proposal& proposal, const BlockBody& block) {
  const View parent_view = proposal.parent_view;
  const auto parent_block = block_of(parent_view);
  if (!parent_block) return Shape::invalid;
  if (parent_view.value > 0 && proposal.block == *parent_block) return Shape::repeat;
  const auto parent = parent_of(parent_view);
  if (!parent) {
    want_block(*parent_block);
    return Shape::unknown;
  }
  const Header& header = block.header;
  const EpochContext& context = committee_.context();
  const bool is_current = header.version == context.version &&
                          header.network_id == context.network_id &&
                          header.epoch == context.epoch && header.set_hash == committee_.set_hash();
  const bool is_next = (header.parent == *parent_block || is_planted(Planted::parent_unchecked)) &&
                       header.height == parent->height.next() && header.view == proposal.view &&
                       parent->time < header.time &&
                       (!parent->closes_epoch || is_planted(Planted::closed_epoch_extended));
  const bool has_known_flags = (header.flags & ~Header::flag_epoch_close) == 0 &&
                               header.closes_epoch() == !header.next_set_hash.is_zero();
  const bool is_ours = header.proposer == committee_.leader(proposal.view);
  const bool has_cut =
      header.cut_root == block.cut.root() && block.cut.is_ascending() &&
      std::all_of(block.cut.lanes.begin(), block.cut.lanes.end(), [this](const LaneRef& lane) {
        return committee_.has(lane.author) && lane.first_seq > 0 && lane.first_seq <= lane.last_seq;
      });
  return is_current && is_next && has_known_flags && is_ours && has_cut ? Shape::extend
                                                                        : Shape::invalid;
}

/// What to do about the proposal of the current view, as far as can be told now. Called again when
/// more is known.
void Engine::consider() {
  const HeldProposal* held = proposals_.find(view_);
  if (held == nullptr || !may_notarize(view_)) return;
  const Proposal& proposal = held->propose.proposal;
  if (!is_justified(proposal)) {
    nullify_early(view_);
    return;
  }
  const BlockBody block{held->propose.header, held->propose.cut};
  switch (shape_of(proposal, block)) {
    case Shape::unknown:
      return;
    case Shape::invalid:
      nullify_early(view_);
      return;
    case Shape::repeat:
      vote_notarize(view_);  // Q - f honest validators at least have checked its content
      return;
    case Shape::extend:
      break;
  }
  const std::uint64_t time = block.header.time.value;
  const std::uint64_t past_ms = config_.timeouts.past_ms + pacing_.view_ms(view_, final_view_);
  const bool is_minimal = time == parent_of(proposal.parent_view)->time.next().value;
  if (!is_minimal && time + past_ms < held->received.value) {
    nullify_early(view_);
    return;
  }
  if (block.header.height.value > final_height().value + config_.caps.vote_above_final) return;
  if (is_planted(Planted::vote_before_batches)) {
    vote_notarize(view_);
    return;
  }
  const auto [check, is_new] = checks_.try_emplace(held->id, Check{view_, CheckState::pending});
  if (is_new) {
    emit(CheckBlock{held->id, block});
  } else if (check->second.state == CheckState::valid) {
    notarize_in_time();
  }
}

/// The clock guards the vote only: before the block's time, less D_future, the vote waits (spec
/// section 12).
void Engine::notarize_in_time() {
  const HeldProposal* held = proposals_.find(view_);
  if (held == nullptr || !may_notarize(view_)) return;
  const auto check = checks_.find(held->id);
  if (check == checks_.end() || check->second.state != CheckState::valid) return;
  const auto parent = parent_of(held->propose.proposal.parent_view);
  if (!parent) return;
  const std::uint64_t time = held->propose.header.time.value;
  const std::uint64_t latest = now_.wall.value + config_.timeouts.future_ms;
  if (time == parent->time.next().value || time <= latest) {
    vote_notarize(view_);
  } else {
    set_timer(TimerKind::clock, time - latest);
  }
}

void Engine::on_event(const BlockVerdict& event) {
  const auto check = checks_.find(event.proposal);
  if (check == checks_.end() || check->second.state != CheckState::pending) return;
  const View view = check->second.view;
  if (event.verdict == Verdict::valid) {
    check->second.state = CheckState::valid;
    if (view == view_) notarize_in_time();
    return;
  }
  check->second.state = CheckState::invalid;
  const HeldCertificate* notarized = certificates_.notarization(view);
  if (notarized != nullptr && notarized->certificate.proposal == event.proposal) {
    halt(HaltReason::execution, "the block of view " + std::to_string(view.value));
    return;
  }
  if (const HeldProposal* held = proposals_.find(view)) emit(ReportInvalidProposal{held->propose});
  if (view == view_) nullify_early(view);
}

}  // namespace vostro::consensus
