#include "consensus/peers.h"

#include <algorithm>

namespace vostro::consensus {
namespace {

bool once_in(std::optional<std::uint64_t>& last_ms, std::uint64_t period_ms, std::uint64_t now_ms) {
  if (last_ms && *last_ms + period_ms > now_ms) return false;
  last_ms = now_ms;
  return true;
}

}  // namespace

Peer* PeerTable::find_or_add(PeerId peer) {
  const auto found = peers_.find(peer);
  if (found != peers_.end()) return &found->second;
  if (peers_.size() >= caps_.peers) return nullptr;
  return &peers_[peer];
}

const Peer* PeerTable::find(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

std::vector<PeerId> PeerTable::past(View view) const {
  std::vector<PeerId> past;
  for (const auto& [id, peer] : peers_) {
    if (peer.status.view > view) past.push_back(id);
  }
  return past;
}

std::vector<PeerId> PeerTable::final_from(View view) const {
  std::vector<PeerId> reached;
  for (const auto& [id, peer] : peers_) {
    if (peer.status.final_view >= view) reached.push_back(id);
  }
  return reached;
}

bool PeerTable::may_help(PeerId peer, std::uint64_t now_ms) {
  Peer* found = find_or_add(peer);
  return found != nullptr && once_in(found->helped_at_ms, timeouts_.help_ms, now_ms);
}

bool PeerTable::may_ask(PeerId peer, std::uint64_t now_ms) {
  Peer* found = find_or_add(peer);
  return found != nullptr && once_in(found->asked_at_ms, timeouts_.help_ms, now_ms);
}

bool PeerTable::spend(PeerId peer, std::size_t bytes, std::uint64_t now_ms) {
  Peer* found = find_or_add(peer);
  if (found == nullptr) return false;
  if (!found->budget_started) {
    found->budget_started = true;
    found->budget_bytes = caps_.reply_bytes_burst;
    found->budget_at_ms = now_ms;
  }
  // A minute fills any bucket, and keeps the product far from overflow.
  const std::uint64_t elapsed_ms = std::min<std::uint64_t>(now_ms - found->budget_at_ms, 60'000);
  const std::uint64_t earned = elapsed_ms * caps_.reply_bytes_per_second / 1'000;
  if (earned > 0) {
    found->budget_bytes =
        std::min<std::uint64_t>(found->budget_bytes + earned, caps_.reply_bytes_burst);
    found->budget_at_ms = now_ms;
  }
  if (bytes > found->budget_bytes) return false;
  found->budget_bytes -= bytes;
  return true;
}

}  // namespace vostro::consensus
