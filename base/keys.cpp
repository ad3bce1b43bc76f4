#include "base/keys.h"

#include <sodium.h>

#include "base/check.h"

namespace vostro {
namespace {

constexpr std::string_view kEd25519 = "ed25519:";

template <class Fixed>
std::optional<Fixed> from_text(std::string_view text) {
  if (!text.starts_with(kEd25519)) return std::nullopt;
  text.remove_prefix(kEd25519.size());
  Fixed fixed;
  if (text.size() != fixed.bytes.size() * 2) return std::nullopt;
  const auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), fixed.bytes.begin());
  return fixed;
}

}  // namespace

void ensure_crypto_ready() {
  static const int outcome = sodium_init();
  VOSTRO_CHECK(outcome >= 0);
}

bool is_admissible(const PublicKey& key) {
  return is_listed(key.scheme) && crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

bool is_valid_signature(const PublicKey& key, ByteView message, const Signature& signature) {
  if (!is_listed(key.scheme) || key.scheme != signature.scheme) return false;
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

void SecretKey::SodiumFree::operator()(Byte* memory) const {
  sodium_free(memory);
}

SecretKey SecretKey::generate() {
  ensure_crypto_ready();
  SecretKey key;
  key.secret_.reset(static_cast<Byte*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
  VOSTRO_CHECK(key.secret_ != nullptr);
  VOSTRO_CHECK(crypto_sign_keypair(key.public_key_.bytes.data(), key.secret_.get()) == 0);
  return key;
}

SecretKey SecretKey::from_seed(ByteView seed) {
  ensure_crypto_ready();
  VOSTRO_CHECK(seed.size() == seed_size);
  SecretKey key;
  key.secret_.reset(static_cast<Byte*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
  VOSTRO_CHECK(key.secret_ != nullptr);
  VOSTRO_CHECK(
      crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_.get(), seed.data()) == 0);
  return key;
}

Signature SecretKey::sign(ByteView message) const {
  Signature signature;
  VOSTRO_CHECK(crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                                    secret_.get()) == 0);
  return signature;
}

ByteView SecretKey::seed() const {
  return {secret_.get(), seed_size};
}

void fill_random(std::span<Byte> out) {
  ensure_crypto_ready();
  randombytes_buf(out.data(), out.size());
}

std::string to_text(const PublicKey& key) {
  return std::string(kEd25519) + to_hex(key.bytes);
}
std::optional<PublicKey> public_key_from_text(std::string_view text) {
  return from_text<PublicKey>(text);
}
std::string to_text(const Signature& signature) {
  return std::string(kEd25519) + to_hex(signature.bytes);
}
std::optional<Signature> signature_from_text(std::string_view text) {
  return from_text<Signature>(text);
}

}  // namespace vostro
