/// What is remembered of peers: how far they said they are, when they were last helped, how many
/// bytes of answers they may still have, and the proposal of theirs that waits for its
/// justification. Bounded by the number of peers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "consensus/config.h"
#include "consensus/messages.h"

namespace vostro::consensus {

/// A PROPOSE whose justification comes in parts from the peer that sent it.
struct WaitingPropose {
  Propose propose;
  ProposalId id;
  std::vector<Certificate> certificates;
  bool all_valid = true;
};

struct Peer {
  Status status;  ///< as last told, or shown by a vote or certificate it sent; zero before that
  std::optional<std::uint64_t> helped_at_ms;
  std::optional<std::uint64_t> asked_at_ms;
  std::uint64_t budget_at_ms = 0;
  std::uint64_t budget_bytes = 0;
  bool budget_started = false;
  std::optional<WaitingPropose> waiting;
};

class PeerTable {
 public:
  explicit PeerTable(const Config& config) : timeouts_(config.timeouts), caps_(config.caps) {}

  /// Null when there are too many peers already.
  [[nodiscard]] Peer* find_or_add(PeerId peer);
  [[nodiscard]] const Peer* find(PeerId peer) const;
  void forget(PeerId peer) { peers_.erase(peer); }
  /// Peers whose STATUS shows that they are past `view`.
  [[nodiscard]] std::vector<PeerId> past(View view) const;
  /// Peers that have shown a finalization of `view` or of a later one.
  [[nodiscard]] std::vector<PeerId> final_from(View view) const;

  /// True at most once in help_ms for a peer.
  [[nodiscard]] bool may_help(PeerId peer, std::uint64_t now_ms);
  [[nodiscard]] bool may_ask(PeerId peer, std::uint64_t now_ms);
  /// Takes `bytes` from the peer's budget of answers; false, and nothing taken, when it has fewer
  /// left.
  [[nodiscard]] bool spend(PeerId peer, std::size_t bytes, std::uint64_t now_ms);

  [[nodiscard]] std::size_t size() const { return peers_.size(); }

 private:
  Timeouts timeouts_;
  Caps caps_;
  std::map<PeerId, Peer> peers_;
};

}  // namespace vostro::consensus
