/// Which votes are worth a signature check: the window of views comes first, and of one signer and
/// view no peer gets more than three different votes checked (consensus-spec section 11). What it
/// turns away costs a hash at most; the rest is the engine's to judge. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "consensus/messages.h"
#include "p2p/limits.h"

namespace vostro::node {

class VoteGate {
 public:
  /// One of each type. A fourth would be the second that contradicts the first, and evidence needs
  /// one.
  static constexpr std::size_t votes_max = 3;
  /// Views below the current one of which votes may still be evidence, or late FINALIZE votes.
  static constexpr std::uint64_t views_below = 64;
  /// Views above: the loop may be a few turns late. A vote further ahead only shows that it lags.
  static constexpr std::uint64_t views_ahead = 64;
  /// Votes beyond, of one peer; and what nobody asked for of other epochs.
  static constexpr p2p::Rate ahead_rate{10, 20};

  /// False: let the vote go without checking it, and blame nobody.
  [[nodiscard]] bool admit(consensus::PeerId peer, const consensus::Vote& vote, View current,
                           p2p::SteadyTime now);
  /// The same for a message of another epoch, which nobody can check here: it shows that one of the
  /// two lags, and few are enough for that. Requests and answers are not looked at.
  [[nodiscard]] bool admit_other_epoch(consensus::PeerId peer, const consensus::Message& message,
                                       p2p::SteadyTime now);
  /// Views are those of another epoch from now on.
  void begin_epoch();

 private:
  using Key = std::pair<View, consensus::ValidatorIndex>;
  struct Peer {
    std::map<Key, std::set<Hash>> seen;  ///< of views in the window only
    p2p::TokenBucket ahead{ahead_rate};
    p2p::TokenBucket other_epochs{ahead_rate};
  };

  std::mutex mutex_;
  std::map<consensus::PeerId, Peer> peers_;
};

}  // namespace vostro::node
