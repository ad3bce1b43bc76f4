/// Words for what a validator did against the protocol, shared by those who know votes and those
/// who know the ledger, and the narrow way by which the ledger asks whether evidence proves it:
/// execution decides by it, so every answer is a pure function of its arguments. Source:
/// consensus-spec section 8.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/keys.h"
#include "base/strong.h"

namespace vostro {

/// The kinds of evidence.
enum class EvidenceKind : std::uint8_t {
  double_notarize = 1,    ///< E1
  double_finalize = 2,    ///< E2
  finalize_nullify = 3,   ///< E3
  double_batch = 4,       ///< E4
  bad_justification = 5,  ///< E5
};
[[nodiscard]] constexpr bool is_listed(EvidenceKind kind) {
  return kind >= EvidenceKind::double_notarize && kind <= EvidenceKind::bad_justification;
}
/// The specification's code, for names, logs and people: "E1".
[[nodiscard]] std::string_view code_of(EvidenceKind kind);
/// The enumerator's word, for JSON: "double_notarize".
[[nodiscard]] std::string_view to_string(EvidenceKind kind);
/// What the validator did, for a person; goes on after its name.
[[nodiscard]] std::string_view sentence(EvidenceKind kind);

/// One act of one validator in an epoch. Whatever proves the same act has the same offence.
struct Offence {
  std::uint16_t validator = 0;  ///< index in the epoch's set
  EvidenceKind kind = EvidenceKind::double_notarize;
  std::uint64_t place = 0;   ///< the view; of E4 the incarnation of the lane
  std::uint64_t number = 0;  ///< of E4 the batch's number in the lane, else 0

  auto operator<=>(const Offence&) const = default;
};

/// Who could sign in an epoch, and what binds signatures to it.
struct EpochSigners {
  struct Validator {
    std::array<Byte, 16> member;
    PublicKey key;
  };
  Hash network_id;
  std::uint16_t version = 1;  ///< of the protocol
  Epoch epoch;
  Hash anchor;                        ///< digest of the block that the epoch begins on
  std::vector<Validator> validators;  ///< ascending by member
};

/// Reads evidence in the encoding of docs/encoding.md, "Evidence". Any thread.
class EvidenceJudge {
 public:
  virtual ~EvidenceJudge() = default;
  /// What the bytes claim, nothing checked; none where they are no evidence in its canonical
  /// encoding. Costs no signature check.
  [[nodiscard]] virtual std::optional<Offence> claim_of(ByteView evidence) const = 0;
  /// True if they prove what they claim. Costs two signature checks; for E5 as many as there are
  /// signatures in the justification, until the first that is bad.
  [[nodiscard]] virtual bool proves(const EpochSigners& signers, ByteView evidence) const = 0;
};

}  // namespace vostro
