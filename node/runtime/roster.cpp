#include "node/runtime/roster.h"

#include <algorithm>

#include "base/check.h"
#include "chain/records.h"
#include "chain/registry.h"

namespace vostro::node {
namespace {

constexpr std::size_t kScanPage = 256;

}  // namespace

std::vector<LedgerPeer> ledger_peers(const chain::StateReader& state) {
  std::vector<LedgerPeer> peers;
  const Bytes prefix{chain::Participant::prefix};
  Bytes from;
  for (;;) {
    const auto rows = state.scan(prefix, from, kScanPage);
    for (const auto& [key, value] : rows) {
      const auto participant = chain::decode_record<chain::Participant>(value);
      // A damaged store stops the node where it is read for blocks.
      if (participant && participant->status != chain::Standing::removed)
        peers.push_back({participant->bic, participant->tls_key});
    }
    if (rows.size() < kScanPage) return peers;
    from = rows.back().first;
    from.push_back(0);
  }
}

std::string peer_name_of(const Bic& participant) {
  return to_text(participant);
}

std::string peer_name_of(const genesis::Observer& observer) {
  return to_text(observer.owner) + "." + observer.name;
}

std::string peer_name_of(const consensus::MemberId& validator) {
  return peer_name_of(chain::owner_of(chain::ValidatorId{validator.bytes}).value_or(Bic{}));
}

p2p::Registry Roster::registry(const Situation& now) {
  p2p::Registry registry;
  std::set<PublicKey> taken{now.own_key};
  const auto add = [&](p2p::PeerIdentity identity) {
    // A key stands for one peer: the first, and the ledger comes first.
    if (taken.insert(identity.tls_key).second) registry.push_back(std::move(identity));
  };
  const auto address_of = [this](const Bic& bic) {
    const auto found = std::ranges::find(addresses_, bic, &PeerAddress::participant);
    return found == addresses_.end() ? nullptr : &*found;
  };
  const auto identity_of = [&](const Bic& bic, const PublicKey& key, bool is_pinned) {
    p2p::PeerIdentity identity;
    identity.name = peer_name_of(bic);
    identity.tls_key = key;
    const PeerAddress* address = address_of(bic);
    if (address == nullptr) return identity;
    const bool votes = now.validators.contains(bic);
    identity.host = address->host;
    identity.port = address->port;
    // Behind a pinned key there may be a validator that this node does not know of yet.
    identity.dial = votes || is_pinned;
    identity.is_patient = votes && now.own_votes && !p2p::is_dialler(now.own_key, key);
    return identity;
  };

  for (const LedgerPeer& peer : now.peers) {
    const PeerAddress* address = address_of(peer.participant);
    std::optional<PublicKey> pin = address == nullptr ? std::nullopt : address->tls_key;
    if (pin == peer.tls_key) outlived_.insert({peer.participant, *pin});
    if (pin && outlived_.contains({peer.participant, *pin})) pin.reset();
    add(identity_of(peer.participant, pin.value_or(peer.tls_key), pin.has_value()));
  }
  for (const PeerAddress& address : addresses_) {
    const bool is_known = std::ranges::find(now.peers, address.participant,
                                            &LedgerPeer::participant) != now.peers.end();
    // Of one that the ledger has named and names no more the operator's word is the older one.
    if (is_known || !address.tls_key || outlived_.contains({address.participant, *address.tls_key}))
      continue;
    add(identity_of(address.participant, *address.tls_key, true));
  }
  for (const genesis::Observer& observer : observers_) {
    p2p::PeerIdentity identity;
    identity.name = peer_name_of(observer);
    identity.tls_key = observer.tls_key;
    add(std::move(identity));
  }
  return registry;
}

}  // namespace vostro::node
