#include "client/annex_key.h"

#include <sodium.h>

#include <algorithm>

#include "base/check.h"

namespace vostro::client {

std::optional<chain::AnnexPublicKey> annex_public_key(const PublicKey& key) {
  ensure_crypto_ready();
  chain::AnnexPublicKey converted{};
  if (!is_admissible(key) ||
      crypto_sign_ed25519_pk_to_curve25519(converted.data(), key.bytes.data()) != 0)
    return std::nullopt;
  return converted;
}

AnnexKey::AnnexKey(const SecretKey& key)
    : secret_(static_cast<Byte*>(sodium_malloc(crypto_box_SECRETKEYBYTES))) {
  // libsodium's secret key is the seed, then the public key.
  const std::unique_ptr<Byte, SodiumFree> whole(
      static_cast<Byte*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
  VOSTRO_CHECK(secret_ != nullptr && whole != nullptr);
  std::ranges::copy(key.seed(), whole.get());
  std::ranges::copy(key.public_key().bytes, whole.get() + SecretKey::seed_size);
  VOSTRO_CHECK(crypto_sign_ed25519_sk_to_curve25519(secret_.get(), whole.get()) == 0);
  VOSTRO_CHECK(crypto_scalarmult_base(public_key_.data(), secret_.get()) == 0);
}

ByteView AnnexKey::secret() const {
  return {secret_.get(), crypto_box_SECRETKEYBYTES};
}

void AnnexKey::SodiumFree::operator()(Byte* memory) const {
  sodium_free(memory);
}

}  // namespace vostro::client
