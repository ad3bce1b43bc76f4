// Spec section 5, "broadcast CERT once (skip peers that proved they hold it)". What votes prove
// here they prove to most others in the same moment, so a certificate waits for T_flush, and goes
// to those who have not shown by then that they hold it. Nobody depends on it who is reached by
// proposals: they bring the certificates that they need. Once a later view is final, the
// certificates up to it move nobody, and its finalization goes in their place: the newest, T_flush
// after the first that was not sent.
#include <algorithm>

#include "consensus/engine.h"

namespace vostro::consensus {

/// Only what may move somebody, not what is learned of views long left.
void Engine::announce(const Certificate& certificate) {
  if (!identity_ || !started_ || certificate.view.next() < view_) return;
  unannounced_.try_emplace({certificate.view, certificate.type},
                           now_.steady_ms + pacing_.flush_ms());
  rearm_announce();
}

void Engine::announce_finalization() {
  if (!identity_ || !started_) return;
  std::erase_if(unannounced_,
                [this](const auto& entry) { return entry.first.first <= final_view_; });
  if (!announce_final_at_ms_) announce_final_at_ms_ = now_.steady_ms + pacing_.flush_ms();
  rearm_announce();
}

void Engine::announce_due() {
  std::erase_if(unannounced_, [this](const auto& entry) {
    const auto& [view, type] = entry.first;
    if (view.next() < view_) return true;  // we and others have moved on
    if (entry.second > now_.steady_ms) return false;
    if (type == VoteType::notarize)
      broadcast(CertMessage{*certificates_.notarization(view)}, peers_.past(view));
    else
      broadcast(CertMessage{{*certificates_.nullification(view), std::nullopt}}, peers_.past(view));
    return true;
  });
  if (announce_final_at_ms_ && *announce_final_at_ms_ <= now_.steady_ms) announce_final_now();
  rearm_announce();
}

void Engine::announce_final_now() {
  if (!identity_ || !started_) return;
  const HeldCertificate& newest = awaited_finalization_ ? *awaited_finalization_ : *final_;
  broadcast(CertMessage{newest}, peers_.final_from(newest.certificate.view));
  announce_final_at_ms_.reset();
}

void Engine::rearm_announce() {
  std::optional<std::uint64_t> at_ms = announce_final_at_ms_;
  for (const auto& [certificate, due_ms] : unannounced_)
    at_ms = std::min(at_ms.value_or(due_ms), due_ms);
  if (!at_ms || (running_.contains(TimerKind::announce) && announce_timer_ms_ <= *at_ms)) return;
  announce_timer_ms_ = *at_ms;
  set_timer(TimerKind::announce, *at_ms - std::min(*at_ms, now_.steady_ms));
}

/// Whoever sends a certificate of a view has left that view by it. A finalization without its
/// proposal is not his F yet: he needs more than certificates to come to it.
void Engine::note_held_by(PeerId peer, const HeldCertificate& held) {
  const Certificate& certificate = held.certificate;
  Peer* sender = peers_.find_or_add(peer);
  if (sender == nullptr) return;
  sender->status.view = std::max(sender->status.view, certificate.view.next());
  if (certificate.type == VoteType::finalize && held.proposal)
    sender->status.final_view = std::max(sender->status.final_view, certificate.view);
}

}  // namespace vostro::consensus
