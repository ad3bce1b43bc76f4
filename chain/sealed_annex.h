/// A sealed annex as nodes carry and keep it: what it belongs to and for whom it is, in the clear,
/// and a content that no node can open. It is not part of the ledger, which holds the commitment
/// alone. `client/annex.h` seals and opens it. Pure; any thread.
/// Source: blueprint section 3, "Annex"; docs/encoding.md, "Sealed annex".
#pragma once

#include <array>
#include <vector>

#include "base/decode_error.h"
#include "base/fields.h"
#include "base/hash.h"
#include "base/identifiers.h"
#include "base/result.h"
#include "chain/account.h"

namespace vostro::chain {

/// An X25519 public key to which annexes are sealed: `annex_key` of a participant.
using AnnexPublicKey = std::array<Byte, 32>;

struct SealedAnnex {
  static constexpr std::uint8_t version_now = 1;
  /// Debtor agent, creditor agent, and the supervisors.
  static constexpr std::size_t slots_max = 16;
  /// An annex of 256 KiB, padded, with its authenticator.
  static constexpr std::size_t content_size_max = 256 * 1024 + 2 * 1024;
  /// All of it: far below the 512 KiB that an annex's frame may have (threat model 2.2).
  static constexpr std::size_t size_max = 260 * 1024;

  /// The content's key, sealed to one reader: libsodium's sealed box (X25519, XSalsa20-Poly1305).
  struct Slot {
    AnnexPublicKey reader{};
    std::array<Byte, 80> sealed_key{};

    auto operator<=>(const Slot&) const = default;
    template <class Archive>
    void serialize(Archive& archive) {
      archive(reader, sealed_key);
    }
  };

  std::uint8_t version = version_now;
  /// The participant that signs the transaction, and the transaction's id; in a bulk, the item's.
  OwnedId belongs_to;
  Hash commitment;               ///< what the ledger holds
  std::vector<Slot> slots;       ///< by reader, ascending, each once
  std::array<Byte, 24> nonce{};  ///< of XChaCha20-Poly1305
  Bytes content;                 ///< associated data is the encoding of all that stands above

  bool operator==(const SealedAnnex&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, belongs_to, commitment, bounded<slots_max>(slots), nonce,
            bounded<content_size_max>(content));
  }
};

/// What the content is bound to: the encoding of every field but the content.
[[nodiscard]] Bytes associated_data(const SealedAnnex& sealed);
[[nodiscard]] Bytes encode_sealed_annex(const SealedAnnex& sealed);

/// Why bytes are no sealed annex.
struct SealedAnnexFault {
  /// In order of precedence.
  enum class Kind : std::uint8_t {
    too_large,        ///< More than SealedAnnex::size_max bytes.
    malformed,        ///< Not the canonical encoding; `decoding` says where.
    unknown_version,  ///< Another version than 1.
    bad_name,         ///< Its owner is no BIC, or its id no UUID of version 4 or 8.
    bad_slots,        ///< No reader, or readers not ascending.
  };
  Kind kind = Kind::malformed;
  DecodeError decoding{};

  bool operator==(const SealedAnnexFault&) const = default;
};
/// One sentence, without a byte of what it judges.
[[nodiscard]] std::string to_string(const SealedAnnexFault& fault);

[[nodiscard]] Result<SealedAnnex, SealedAnnexFault> decode_sealed_annex(ByteView bytes);

}  // namespace vostro::chain
