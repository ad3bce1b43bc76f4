/// Whom this node takes in, and whom it dials: the participants that the ledger names, with the TLS
/// keys that it names for them, and the observers of the genesis file. Addresses are the
/// operator's. One thread at a time.
///
/// Of two validators the one with the lower key dials at once, the other where it is left alone for
/// a while: so it is enough that one of them knows the other's address, and a new bank reaches
/// everybody without a change at anybody. Whoever does not validate dials those who do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chain/storage.h"
#include "consensus/types.h"
#include "genesis/definition.h"
#include "p2p/peer.h"

namespace vostro::node {

/// What the operator says of another bank's node.
struct PeerAddress {
  Bic participant;
  std::string host;
  std::uint16_t port = 0;
  /// Where the ledger as this node has it is older than the peer's key: taken until the ledger
  /// names it, and then no more.
  std::optional<PublicKey> tls_key;

  bool operator==(const PeerAddress&) const = default;
};

/// A participant's node, as the ledger has it.
struct LedgerPeer {
  Bic participant;
  PublicKey tls_key;

  bool operator==(const LedgerPeer&) const = default;
};
/// All participants but the removed ones, ascending; a suspended one goes on following, and its
/// validator voting.
[[nodiscard]] std::vector<LedgerPeer> ledger_peers(const chain::StateReader& state);

/// Their names in registries, logs and metrics.
[[nodiscard]] std::string peer_name_of(const Bic& participant);
[[nodiscard]] std::string peer_name_of(const genesis::Observer& observer);
[[nodiscard]] std::string peer_name_of(const consensus::MemberId& validator);

class Roster {
 public:
  explicit Roster(std::vector<genesis::Observer> observers) : observers_(std::move(observers)) {}

  void set_addresses(std::vector<PeerAddress> addresses) { addresses_ = std::move(addresses); }

  struct Situation {
    std::vector<LedgerPeer> peers;
    std::set<Bic> validators;  ///< owners of the epoch's
    bool own_votes = false;
    PublicKey own_key;  ///< for TLS
  };
  [[nodiscard]] p2p::Registry registry(const Situation& now);

 private:
  std::vector<genesis::Observer> observers_;
  std::vector<PeerAddress> addresses_;
  std::set<std::pair<Bic, PublicKey>> outlived_;  ///< pins that the ledger has named
};

}  // namespace vostro::node
