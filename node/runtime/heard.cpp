#include "node/runtime/heard.h"

#include <algorithm>

namespace vostro::node {
namespace {

/// Block times end in year 9999; clocks of peers may say anything.
constexpr std::uint64_t kClockMax = 253'402'300'799'999;

}  // namespace

void Heard::on_frame(consensus::PeerId peer, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  peers_[peer].at = now;
}

void Heard::on_status(consensus::PeerId peer, const consensus::Status& status, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  PeerHeard& heard = peers_[peer];
  heard.view = status.view;
  heard.final_view = status.final_view;
  heard.final_height = status.final_height;
  heard.clock_offset_ms = static_cast<std::int64_t>(std::min(status.clock.value, kClockMax)) -
                          static_cast<std::int64_t>(now.value);
}

void Heard::on_vote(consensus::PeerId peer, View view) {
  const std::lock_guard lock(mutex_);
  PeerHeard& heard = peers_[peer];
  if (heard.view) heard.view = std::max(*heard.view, view);
}

void Heard::on_connected(consensus::PeerId peer, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  PeerHeard& heard = peers_[peer];
  heard.since = now;
  heard.failure.reset();
}

void Heard::on_disconnected(consensus::PeerId peer, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  PeerHeard& heard = peers_[peer];
  heard = PeerHeard{.at = heard.at, .since = now};
}

void Heard::on_failure(consensus::PeerId peer, std::string reason, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  PeerHeard& heard = peers_[peer];
  if (heard.failure && heard.failure->reason == reason) return;
  heard.failure = PeerFailure{std::move(reason), now};
}

std::optional<PeerHeard> Heard::of(consensus::PeerId peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(peer);
  return found == peers_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace vostro::node
