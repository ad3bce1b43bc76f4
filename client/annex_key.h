/// A bank's annex key: the X25519 key that opens what is sealed to it, and no other use. On disk it
/// is a keystore file like any other (base/keystore.h) whose purpose is `annex_purpose`: the X25519
/// key is the Montgomery form of the file's Ed25519 key, so that the public part can be shown
/// without a passphrase. Nothing signs with such a key. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/keys.h"
#include "chain/sealed_annex.h"

namespace vostro::client {

/// What a keystore file says of a key that opens annexes.
inline constexpr std::string_view annex_purpose = "annex";

/// `annex_key` of the registry for a keystore file's public key. Empty where that is no Ed25519
/// point of prime order.
[[nodiscard]] std::optional<chain::AnnexPublicKey> annex_public_key(const PublicKey& key);

/// In guarded, locked memory that is wiped on destruction. Cannot be copied or printed.
class AnnexKey {
 public:
  explicit AnnexKey(const SecretKey& key);

  [[nodiscard]] const chain::AnnexPublicKey& public_key() const { return public_key_; }
  /// 32 bytes, for client/annex.cpp only.
  [[nodiscard]] ByteView secret() const;

 private:
  struct SodiumFree {
    void operator()(Byte* memory) const;
  };
  chain::AnnexPublicKey public_key_{};
  std::unique_ptr<Byte, SodiumFree> secret_;
};

}  // namespace vostro::client
