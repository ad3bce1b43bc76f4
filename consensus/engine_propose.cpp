// The leader's part of spec section 5: what to build on, and proposing it once.
#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/engine.h"

namespace vostro::consensus {

const BaseSearch& Engine::base() {
  if (!base_) base_ = certificates_.find_base(view_, final_view_);
  return *base_;
}

void Engine::try_propose() {
  if (!may_vote() || !is_leader() || building_on_ || view_timer_ == ViewTimer::expired) return;
  if (own_notarized_.contains(view_) || own_nullified_.contains(view_) || !work()) return;
  const BaseSearch search = base();
  const auto set_lead = [this] {
    if (lead_set_) return;
    lead_set_ = true;
    set_timer(TimerKind::lead, timeout_ms() / 2);
  };
  if (!search.base) {
    ask_for_base(search);
    set_lead();
    return;
  }
  const View base = *search.base;
  if (has_new_work(base) && may_extend(base)) {
    build_on(base);
    set_lead();
  } else if (base.value > 0 && !is_final_block(base) && !is_planted(Planted::tip_never_repeated)) {
    if (flush_over_) {
      // Without its body nothing is proposed, and the others need not wait for longer than T/2.
      const View tried = view_;
      repeat(base);
      if (view_ == tried && !own_notarized_.contains(tried)) set_lead();
    } else if (!flush_set_) {
      flush_set_ = true;
      set_timer(TimerKind::flush, pacing_.flush_ms());
    }
  } else if (base.value > 0 && heartbeat_due()) {
    repeat(base);
  }
}

void Engine::ask_for_base(const BaseSearch& search) {
  if (asked_base_ == search) return;
  asked_base_ = search;
  if (search.lacking) return;  // its proposal is being fetched since the notarization came
  broadcast(GetCerts{search.gap_from, search.gap_to});
}

bool Engine::is_final_block(View view) const {
  if (view == final_view_) return true;
  const auto block = block_of(view);
  return block && final_ && *block == final_->proposal->block;
}

bool Engine::has_new_work(View base) const {
  const auto block = block_of(base);
  const BlockWork* work = block ? work_on(*block) : nullptr;
  return work != nullptr && (work->includable || (work->due && is_due(*work->due)));
}

bool Engine::may_extend(View base) const {
  const auto parent = parent_of(base);
  if (parent && parent->closes_epoch && !is_planted(Planted::closed_epoch_extended)) return false;
  return parent && parent->height.value - std::min(parent->height, final_height()).value <
                       config_.caps.extend_above_final;
}

void Engine::build_on(View base) {
  const auto parent = parent_of(base);
  VOSTRO_CHECK(parent);
  building_on_ = base;
  const UnixMillis time = std::max(now_.wall, parent->time.next());
  emit(BuildBlock{view_, base, *block_of(base), parent->height.next(), time});
}

void Engine::on_event(const BlockBuilt& event) {
  if (event.view != view_ || building_on_ != event.parent_view) return;
  building_on_.reset();
  if (own_notarized_.contains(view_) || own_nullified_.contains(view_)) return;
  if (event.parent_view < final_view_)
    return;  // the base has moved meanwhile: build again on the new one
  const Proposal proposal{view_, event.parent_view, event.block.header.id(), Hash{}};
  // The driver's work is judged like anybody's: a leader that errs skips its view instead of making
  // others refuse.
  if (shape_of(proposal, event.block) != Shape::extend) {
    vote_nullify(view_);
    return;
  }
  propose(event.parent_view, event.block);
}

void Engine::on_event(const CannotBuild& event) {
  if (event.view != view_ || !building_on_) return;
  building_on_.reset();
  if (!own_notarized_.contains(view_)) vote_nullify(view_);
}

void Engine::repeat(View parent_view) {
  const auto id = block_of(parent_view);
  VOSTRO_CHECK(id);
  const BlockBody* body = proposals_.block(*id);
  if (body == nullptr) {
    want_block(*id);
    return;
  }
  propose(parent_view, BlockBody(*body));
}

Justification Engine::justification_for(View view, View parent_view) const {
  Justification justification;
  if (parent_view.value > 0) {
    const auto parent = parent_certificate(parent_view);
    VOSTRO_CHECK(parent);
    justification.parent = parent->certificate;
  }
  for (View skipped = parent_view.next(); skipped < view; skipped = skipped.next()) {
    const Certificate* nullification = certificates_.nullification(skipped);
    VOSTRO_CHECK(nullification != nullptr);
    justification.nullifications.push_back(*nullification);
  }
  return justification;
}

void Engine::propose(View parent_view, const BlockBody& block) {
  if (!may_notarize(view_) || proposals_.find(view_) != nullptr) return;
  Justification justification = justification_for(view_, parent_view);
  const Proposal proposal{view_, parent_view, block.header.id(), justification.digest()};
  const ProposalId id = proposal.id(committee_.ctx());
  std::optional<Proposal> parent_proposal;
  if (const auto parent = parent_certificate(parent_view)) parent_proposal = parent->proposal;
  const Vote vote =
      sign_vote(committee_, *identity_->signer, identity_->index, VoteType::notarize, view_, id);
  proposals_.add(
      {Propose{proposal, parent_proposal, block.header, block.cut, std::move(justification), vote},
       id, now_.wall});
  vote_notarize(view_);
}

}  // namespace vostro::consensus
