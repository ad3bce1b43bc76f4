// Spec sections 6 and 10: when there is work, which timers run, and what is sent again.
#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/engine.h"
#include "consensus/wire_size.h"

namespace vostro::consensus {
namespace {

/// Certificates of so many oldest and so many newest views above F go with a RETX.
constexpr std::size_t kEnds = 8;

}  // namespace

// ---- Is there work?
// -------------------------------------------------------------------------------------

const BlockWork* Engine::work_on(const BlockId& block) const {
  const auto found = work_.find(block);
  return found == work_.end() ? nullptr : &found->second;
}

/// For all but the leader D_future later, so that clock skew alone makes nobody time out.
bool Engine::is_due(UnixMillis due) const {
  const std::uint64_t grace = is_leader() ? 0 : config_.timeouts.future_ms;
  return now_.wall.value > due.value && now_.wall.value - due.value > grace;
}

bool Engine::heartbeat_due() const {
  const std::uint64_t period = config_.timeouts.heartbeat_ms;
  return period > 0 && final_view_.value > 0 && now_.steady_ms - final_at_ms_ >= period;
}

/// W4. Stays true until the view is left.
bool Engine::is_busy() {
  if (busy_) return true;
  if (proposals_.find(view_) != nullptr || own_notarized_.contains(view_)) return busy_ = true;
  const auto signers = votes_.signers_from(view_);
  // An own NULLIFY alone, which counts for K where K = 1, would keep a node busy that timed out
  // last.
  const bool is_own_only = signers.size() == 1 && identity_ && signers.front() == identity_->index;
  return busy_ = signers.size() >= committee_.one_honest() && !is_own_only;
}

bool Engine::work() {
  if (!may_vote()) return false;
  if (is_planted(Planted::always_busy)) return true;
  if (is_busy()) return true;  // W4
  const View highest = highest_notarized();
  if (highest > final_view_ && !is_final_block(highest)) return true;  // W2
  if (has_new_work(highest)) return true;                              // W1, W3
  return heartbeat_due();                                              // W5
}

// ---- Timers
// ---------------------------------------------------------------------------------------------

/// T(cur), or T_skip where the leader has been silent for long and that has not been tried too
/// often.
std::uint64_t Engine::timeout_ms() const {
  const bool may_skip = view_.value - 1 - final_view_.value <= committee_.faulty_max();
  if (may_skip && pacing_.is_silent(committee_.leader(view_), identity_->index, now_.steady_ms))
    return pacing_.round_trip_ms();
  return pacing_.view_ms(view_, final_view_);
}

void Engine::rearm() {
  if (halted_) return;
  const bool working = work();
  had_work_ = working;
  if (working && view_timer_ == ViewTimer::idle) {
    view_timer_ = ViewTimer::armed;
    pacing_.on_armed(now_.steady_ms);
    set_timer(TimerKind::view, timeout_ms());
  } else if (!working && view_timer_ == ViewTimer::armed) {
    view_timer_ = ViewTimer::idle;
    cancel_timer(TimerKind::view);
  }
  const bool repeating = working || is_fetching();
  if (!repeating) {
    cancel_timer(TimerKind::retransmit);
    retransmit_period_ms_ = 0;
  } else if (!running_.contains(TimerKind::retransmit)) {
    if (retransmit_period_ms_ == 0) retransmit_period_ms_ = pacing_.flush_ms();
    set_timer(TimerKind::retransmit, retransmit_period_ms_);
  }
  rearm_due();
}

/// Wakes the engine when something becomes due, or the heartbeat does. These two run in idleness
/// too: they send nothing.
void Engine::rearm_due() {
  std::optional<UnixMillis> at;
  if (may_vote()) {
    const auto block = tip();
    const BlockWork* next = block ? work_on(*block) : nullptr;
    if (next != nullptr && next->due && !is_due(*next->due))
      at = UnixMillis(next->due->value + 1 + (is_leader() ? 0 : config_.timeouts.future_ms));
  }
  if (at && (at != due_timer_ || !running_.contains(TimerKind::due))) {
    set_timer(TimerKind::due, at->value - std::min(at->value, now_.wall.value));
  } else if (!at) {
    cancel_timer(TimerKind::due);
  }
  due_timer_ = at;

  const std::uint64_t period = config_.timeouts.heartbeat_ms;
  const bool beats = may_vote() && period > 0 && final_view_.value > 0 && !heartbeat_due();
  if (beats && !running_.contains(TimerKind::heartbeat)) {
    const std::uint64_t elapsed = now_.steady_ms - final_at_ms_;
    set_timer(TimerKind::heartbeat, period - std::min(period, elapsed));
  } else if (!beats) {
    cancel_timer(TimerKind::heartbeat);
  }
}

void Engine::on_event(const TimerFired& event) {
  const bool is_of_view = event.kind == TimerKind::view || event.kind == TimerKind::lead ||
                          event.kind == TimerKind::flush || event.kind == TimerKind::clock ||
                          event.kind == TimerKind::retransmit;
  if (!running_.contains(event.kind) || (is_of_view && event.view != view_)) return;
  running_.erase(event.kind);
  switch (event.kind) {
    case TimerKind::view:
      if (view_timer_ != ViewTimer::armed) return;
      view_timer_ = ViewTimer::expired;
      vote_nullify(view_);
      return;
    case TimerKind::lead:
      if (is_leader() && !own_notarized_.contains(view_)) vote_nullify(view_);
      return;
    case TimerKind::flush:
      flush_over_ = true;  // the step ends with try_propose, which now repeats the tip
      return;
    case TimerKind::clock:
      notarize_in_time();
      return;
    case TimerKind::retransmit:
      ask_again();
      if (work()) retransmit();
      retransmit_period_ms_ =
          std::min(2 * retransmit_period_ms_, config_.timeouts.retransmit_max_ms);
      return;
    case TimerKind::due:
    case TimerKind::heartbeat:
      return;  // time has moved on: the end of every step looks whether there is work
    case TimerKind::listen:
      start_voting();
      return;
    case TimerKind::announce:
      announce_due();
      return;
  }
  VOSTRO_CHECK(false);
}

/// After a start, once nobody else was heard under this key.
void Engine::start_voting() {
  listening_ = false;
  if (!identity_) return;
  // Notarizations recovered or received meanwhile; voting may raise F and remove some, so they are
  // listed first.
  std::vector<View> views;
  for (const auto& [view, held] : certificates_.notarizations()) views.push_back(view);
  for (const View view : views) vote_finalize(view);
  if (halted_) return;
  consider();
  if (!halted_ && work()) retransmit();
}

// ---- Sending again
// --------------------------------------------------------------------------------------

void Engine::retransmit() {
  if (is_planted(Planted::retransmission_missing)) return;
  emit(ShareLanes{});
  if (const HeldProposal* held = proposals_.find(view_)) broadcast(wire_form(held->propose));
  for (const Vote& vote : votes_.of_view(view_)) broadcast(VoteMessage{vote});
  if (finality_) broadcast(Finality{{*finality_}});
  if (lacks_final_header()) broadcast(CertMessage{*final_});
  retransmit_certificates();
}

void Engine::retransmit_certificates() {
  std::set<View> views;
  const auto add_ends = [&views](const auto& certificates) {
    std::size_t count = 0;
    for (auto at = certificates.begin(); at != certificates.end() && count < kEnds; ++at, ++count)
      views.insert(at->first);
    count = 0;
    for (auto at = certificates.rbegin(); at != certificates.rend() && count < kEnds; ++at, ++count)
      views.insert(at->first);
  };
  add_ends(certificates_.notarizations());
  add_ends(certificates_.nullifications());
  std::size_t bytes = 0;
  const auto broadcast_within_budget = [&](const HeldCertificate& held) {
    bytes += wire_size(held);
    if (bytes <= config_.caps.retransmit_bytes) broadcast(CertMessage{held});
  };
  // Newest first: the entry certificate of the current view must not fall to the budget.
  for (auto view = views.rbegin(); view != views.rend(); ++view) {
    if (const HeldCertificate* notarized = certificates_.notarization(*view))
      broadcast_within_budget(*notarized);
    if (const Certificate* nullification = certificates_.nullification(*view))
      broadcast_within_budget({*nullification, std::nullopt});
    if (!identity_) continue;
    if (const auto own = votes_.find(VoteType::finalize, *view, identity_->index))
      broadcast(VoteMessage{*own});
  }
}

}  // namespace vostro::consensus
