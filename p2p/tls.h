/// TLS as the threat model wants it: version 1.3 only, certificates of both sides, and a peer is
/// who its Ed25519 key says, nothing else: no authority, no name, no date, no ticket, no early
/// data. OpenSSL stays in tls.cpp.
#pragma once

#include <functional>
#include <optional>

#include "base/keys.h"

struct ssl_ctx_st;
struct ssl_st;

namespace vostro::p2p {

/// A context for both roles, with a self-signed certificate of `key` made on the spot. The caller
/// owns it (SSL_CTX_free). Aborts only where OpenSSL lacks memory or Ed25519.
[[nodiscard]] ssl_ctx_st* make_tls_context(const SecretKey& key);

/// Decides about the peer of one connection during its handshake. Outlives that connection's SSL
/// object.
struct KeyCheck {
  std::function<bool(const PublicKey&)> is_pinned;
  std::optional<PublicKey>
      seen;  ///< The key of the peer's certificate, pinned or not; proved only by the handshake.
  bool is_refused = false;  ///< The certificate had no Ed25519 key or one that is not pinned.
};
/// Without this call every peer is refused.
void check_peer_with(ssl_st* connection, KeyCheck* check);

}  // namespace vostro::p2p
