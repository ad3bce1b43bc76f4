// Spec section 13: the machine as the journal left it. Own votes are in the tables again, and no
// vote can contradict them.
#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/engine.h"

namespace vostro::consensus {

void Engine::recover(RecoveredState recovered) {
  VOSTRO_CHECK(recovered.epoch == committee_.epoch());
  if (recovered.finality) {
    finality_ = recovered.finality;
    final_ = HeldCertificate{finality_->finalization, finality_->proposal};
    final_view_ = finality_->proposal.view;
    ended_ = finality_->header.closes_epoch();
  }
  if (recovered.finalization && recovered.finalization->certificate.view > final_view_) {
    if (recovered.finalization->proposal) {
      final_ = recovered.finalization;
      final_view_ =
          final_->certificate.view;  // announced when started, or when its header has come
    } else {
      awaited_finalization_ = recovered.finalization;
      wanted_proposals_.emplace(recovered.finalization->certificate.proposal,
                                recovered.finalization->certificate);
    }
  }
  floor_ = std::max(recovered.floor, final_view_);
  if (is_planted(Planted::votes_forgotten)) {
    recovered.notarized.clear();
    recovered.nullified.clear();
    recovered.finalized.clear();
  }

  for (auto& [view, own] : recovered.notarized) {
    if (view <= floor_) continue;
    own_notarized_.emplace(view, own.id);
    view_ = std::max(view_, view);
    proposals_.add({std::move(own.propose), own.id, UnixMillis{}});
  }
  for (const View view : recovered.nullified) {
    if (view <= floor_) continue;
    own_nullified_.insert(view);
    view_ = std::max(view_, view);
  }
  for (auto& [view, held] : recovered.notarizations) {
    if (view <= floor_) continue;
    if (!held.proposal) {
      if (const HeldProposal* own = proposals_.find(held.certificate.proposal))
        held.proposal = own->propose.proposal;
      else
        wanted_proposals_.emplace(held.certificate.proposal, held.certificate);
    }
    certificates_.add_notarization(std::move(held));
  }
  for (auto& [view, certificate] : recovered.nullifications) {
    if (view > floor_) certificates_.add_nullification(std::move(certificate));
  }
  for (const auto& [view, id] : recovered.finalized) {
    if (view > floor_) own_finalized_.emplace(view, id);
  }
  view_ = std::max({view_, certificates_.highest().next(), floor_.next()});

  if (!identity_) return;

  if (view_.value > config_.caps.evidence_views)
    votes_.prune_left(View(view_.value - config_.caps.evidence_views));
  const auto insert = [this](const Vote& vote) {
    if (!votes_.conflict_of(vote)) votes_.add(vote);
  };
  const auto insert_own = [&](VoteType type, View view, const ProposalId& id) {
    insert(sign_vote(committee_, *identity_->signer, identity_->index, type, view, id));
  };
  for (const auto& [view, id] : own_notarized_) {
    insert_own(VoteType::notarize, view, id);
    insert(proposals_.find(view)->propose.vote);  // the leader's, checked before it was written
  }
  for (const View view : own_nullified_) insert_own(VoteType::nullify, view, ProposalId{});
  for (const auto& [view, id] : own_finalized_) insert_own(VoteType::finalize, view, id);
}

}  // namespace vostro::consensus
