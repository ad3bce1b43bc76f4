/// Ed25519 keys and signatures, by libsodium. The acceptance rule is a consensus rule
/// (consensus-spec section 2): single verification, and keys only when they are valid points of
/// prime order. Pure but for `generate`; any thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace vostro {

/// Scheme tag of keys and signatures. 1 is the only one today; the byte leaves room for another.
enum class Scheme : std::uint8_t { ed25519 = 1 };
[[nodiscard]] constexpr bool is_listed(Scheme s) {
  return s == Scheme::ed25519;
}

struct PublicKey {
  Scheme scheme = Scheme::ed25519;
  std::array<Byte, 32> bytes{};

  auto operator<=>(const PublicKey&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(scheme, bytes);
  }
};

struct Signature {
  Scheme scheme = Scheme::ed25519;
  std::array<Byte, 64> bytes{};

  auto operator<=>(const Signature&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(scheme, bytes);
  }
};

/// True for a canonical encoding of a point of prime order: what may be registered as a key.
/// Small order, mixed order, non-canonical and zero are refused (catalogue row T2).
[[nodiscard]] bool is_admissible(const PublicKey& key);

/// One libsodium verification, and nothing else: admission is checked once, where a key is
/// registered (it costs as much as a verification). Whoever looks up a signer in a policy or a
/// validator set thus has both.
[[nodiscard]] bool is_valid_signature(const PublicKey& key, ByteView message,
                                      const Signature& signature);

/// A signing key, in guarded, locked memory that is wiped on destruction. Cannot be copied or
/// printed. The public key is always derived from the seed, never accepted beside it.
class SecretKey {
 public:
  static constexpr std::size_t seed_size = 32;

  [[nodiscard]] static SecretKey generate();
  /// `seed` has 32 bytes; the caller wipes its own copy.
  [[nodiscard]] static SecretKey from_seed(ByteView seed);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] Signature sign(ByteView message) const;
  /// The seed, for the keystore only.
  [[nodiscard]] ByteView seed() const;

 private:
  struct SodiumFree {
    void operator()(Byte* memory) const;
  };
  SecretKey() = default;
  PublicKey public_key_;
  std::unique_ptr<Byte, SodiumFree> secret_;  // 64 bytes: seed, then public key
};

/// Initialises libsodium; aborts when that fails. Called by everything that needs it; cheap after
/// the first time.
void ensure_crypto_ready();

/// Random bytes from the operating system. Not for the pure houses.
void fill_random(std::span<Byte> out);

[[nodiscard]] std::string to_text(const PublicKey& key);  ///< "ed25519:" and 64 hexadecimal digits
[[nodiscard]] std::optional<PublicKey> public_key_from_text(std::string_view text);
[[nodiscard]] std::string to_text(
    const Signature& signature);  ///< "ed25519:" and 128 hexadecimal digits
[[nodiscard]] std::optional<Signature> signature_from_text(std::string_view text);

}  // namespace vostro
