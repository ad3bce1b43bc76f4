#include "node/runtime/vote_gate.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace vostro::node {

bool VoteGate::admit(consensus::PeerId peer, const consensus::Vote& vote, View current,
                     p2p::SteadyTime now) {
  const std::uint64_t oldest = current.value - std::min(current.value, views_below);
  if (vote.view.value < oldest) return false;
  const std::lock_guard lock(mutex_);
  Peer& of_peer = peers_[peer];
  if (vote.view.value > current.value + views_ahead) return of_peer.ahead.try_take(now);
  of_peer.seen.erase(of_peer.seen.begin(),
                     of_peer.seen.lower_bound({View(oldest), consensus::ValidatorIndex(0)}));
  std::set<Hash>& votes = of_peer.seen[{vote.view, vote.signer}];
  const Byte type = static_cast<Byte>(vote.type);
  const Hash name = hash("vote", {ByteView(&type, 1), vote.proposal.view(), vote.signature});
  if (votes.contains(name)) return true;  // known to be good by now, or worth another look
  if (votes.size() == votes_max) return false;
  votes.insert(name);
  return true;
}

bool VoteGate::admit_other_epoch(consensus::PeerId peer, const consensus::Message& message,
                                 p2p::SteadyTime now) {
  const bool is_asked_or_asks = std::visit(
      []<class Body>(const Body&) {
        return std::is_same_v<Body, consensus::GetBlock> ||
               std::is_same_v<Body, consensus::BlockMessage> ||
               std::is_same_v<Body, consensus::GetBatch> ||
               std::is_same_v<Body, consensus::BatchMessage> ||
               std::is_same_v<Body, consensus::GetFinality> ||
               std::is_same_v<Body, consensus::Finality>;
      },
      message.body);
  if (is_asked_or_asks) return true;
  const std::lock_guard lock(mutex_);
  return peers_[peer].other_epochs.try_take(now);
}

void VoteGate::begin_epoch() {
  const std::lock_guard lock(mutex_);
  for (auto& [peer, of_peer] : peers_) of_peer.seen.clear();
}

}  // namespace vostro::node
