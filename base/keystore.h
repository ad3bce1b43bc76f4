/// The keystore file: one Ed25519 signing key, sealed under a passphrase. It knows no ledger and no
/// network; a wallet, a validator and a settlement agent use the same file. Any thread. Not for the
/// pure houses: it reads and writes files.
///
/// Format, version 1, integers little-endian, all of it at most 4096 bytes:
///
///   size  field
///      8  "VOSTROKS"
///      2  format version, 1
///      1  key derivation, 1 = Argon2id 1.3 with one lane
///      1  cipher, 1 = XChaCha20-Poly1305 (IETF)
///      4  memory of the derivation in KiB
///      4  passes of the derivation
///     16  salt
///     24  nonce
///     33  public key: scheme (1 = Ed25519), 32 bytes
///    1+n  name, at most 64 bytes of clean text (base/text.h)
///    1+n  purpose, at most 64 bytes of clean text
///     48  the seed of 32 bytes, encrypted, then the authenticator of 16; associated data is all
///     that stands above
///
/// Salt and nonce are fresh at every save. Source: threat model 2.6, catalogue rows K1 to K3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/keys.h"
#include "base/private_file.h"
#include "base/result.h"
#include "base/secret_text.h"

namespace vostro {

/// What guessing one passphrase costs, and opening the file too. Memory is given back before load
/// and save return.
struct Cost {
  std::uint32_t memory_kib = 0;
  std::uint32_t passes = 0;

  bool operator==(const Cost&) const = default;
};
/// Bounds for making and for opening: what a damaged or planted header may ask of us (catalogue row
/// K2).
inline constexpr Cost cost_min{8 * 1024, 1};
inline constexpr Cost cost_max{2 * 1024 * 1024, 16};
/// Wallets and validators: 256 MiB, 3 passes, about 0.4 s.
inline constexpr Cost cost_default{256 * 1024, 3};
/// Keys that issue and redeem: 1 GiB, 4 passes, about 4.5 s.
inline constexpr Cost cost_settlement_agent{1024 * 1024, 4};
/// Development networks and tests, where the keys guard nothing.
inline constexpr Cost cost_development = cost_min;

[[nodiscard]] constexpr bool is_allowed(Cost cost) {
  return cost.memory_kib >= cost_min.memory_kib && cost.memory_kib <= cost_max.memory_kib &&
         cost.passes >= cost_min.passes && cost.passes <= cost_max.passes;
}
static_assert(is_allowed(cost_default) && is_allowed(cost_settlement_agent));

/// What the owner writes on the key: "validator of BANKDEFF", "checker 2".
struct KeyLabel {
  static constexpr std::size_t size_max = 64;  ///< bytes of each

  std::string name;
  std::string purpose;

  bool operator==(const KeyLabel&) const = default;
};

/// The part of the file that needs no passphrase. Only `load_key` proves that it was not altered.
struct KeyInfo {
  KeyLabel label;
  PublicKey public_key;
  Cost cost;

  bool operator==(const KeyInfo&) const = default;
};

struct KeystoreError {
  /// In order of precedence.
  enum class Kind : std::uint8_t {
    bad_request,  ///< For save: label too long or not clean text, empty passphrase, cost outside
                  ///< its bounds.
    unsafe_or_missing,  ///< The file or its directory is not as base/private_file.h demands; `file`
                        ///< says what.
    cannot_open,  ///< Wrong passphrase, or damaged, or no keystore file: nobody can tell these
                  ///< apart.
    not_enough_memory,  ///< This machine does not have the memory that the file's cost asks for.
  };
  Kind kind = Kind::cannot_open;
  FileError file = FileError::input_output;  ///< Where kind is unsafe_or_missing.

  bool operator==(const KeystoreError&) const = default;
};
/// One sentence without the path.
[[nodiscard]] std::string to_string(const KeystoreError& error);

/// Seals `key` into a new file of mode 0600. With IfExists::replace an old file gives way in one
/// step, or stays whole. Errors: bad_request, not_enough_memory, unsafe_or_missing.
[[nodiscard]] Result<void, KeystoreError> save_key(const std::string& path, const SecretKey& key,
                                                   const KeyLabel& label,
                                                   const Passphrase& passphrase,
                                                   Cost cost = cost_default,
                                                   IfExists if_exists = IfExists::refuse);

/// Errors: unsafe_or_missing; cannot_open, before any derivation where the header is not sound;
/// not_enough_memory.
[[nodiscard]] Result<SecretKey, KeystoreError> load_key(const std::string& path,
                                                        const Passphrase& passphrase);

/// Errors: unsafe_or_missing, cannot_open.
[[nodiscard]] Result<KeyInfo, KeystoreError> inspect_key(const std::string& path);

}  // namespace vostro
