/// Whom this node talks to: the registry that the owner hands in, from the genesis file or the
/// ledger. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/keys.h"

namespace vostro::p2p {

/// One pinned identity: a bank's validator, or an observer that may connect.
struct PeerIdentity {
  std::string name;   ///< Unique in the registry, 1 to 64 characters; a bank's BIC. Stands in logs
                      ///< and metrics.
  PublicKey tls_key;  ///< Unique in the registry. Not the consensus key.
  std::string host;   ///< Address or host name; looked at only when `dial` is set.
  std::uint16_t port = 0;
  bool dial =
      false;  ///< This node opens the connections; otherwise it waits for the peer to do so.
  /// With `dial`: only where the peer has not come by itself for `Limits::patience`. Of two that
  /// could dial each other one is patient, so that it is enough that one of them knows an address.
  bool is_patient = false;

  bool operator==(const PeerIdentity&) const = default;
};
using Registry = std::vector<PeerIdentity>;

/// Which of two validators dials at once: the one with the lower key; the other is patient. An
/// observer dials always, since validators need not know where it is.
[[nodiscard]] inline bool is_dialler(const PublicKey& own, const PublicKey& peer) {
  return own < peer;
}

}  // namespace vostro::p2p
