#include "p2p/peer_state.h"

#include <set>

namespace vostro::p2p {
namespace {

constexpr std::size_t kNameSizeMax = 64;

}  // namespace

Result<void, std::string> check_registry(const Registry& registry) {
  std::set<std::string> names;
  std::set<PublicKey> keys;
  for (const PeerIdentity& peer : registry) {
    if (peer.name.empty() || peer.name.size() > kNameSizeMax) {
      return fail("a peer's name must have 1 to 64 characters: \"" + peer.name + "\"");
    }
    if (!names.insert(peer.name).second) return fail("peer " + peer.name + " is listed twice");
    if (!keys.insert(peer.tls_key).second) {
      return fail("the TLS key of peer " + peer.name + " belongs to another peer too");
    }
    if (peer.dial && (peer.host.empty() || peer.port == 0)) {
      return fail("peer " + peer.name + " is to be dialled and has no address");
    }
  }
  return {};
}

}  // namespace vostro::p2p
