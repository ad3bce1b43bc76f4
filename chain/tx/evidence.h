/// What a bank reports of a validator that broke the protocol. Source: consensus-spec section 8;
/// catalogue row C12.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/identifiers.h"
#include "base/strong.h"

namespace vostro::chain {

/// Evidence E1 to E5, as a node keeps it (docs/encoding.md, "Evidence"): to the ledger bytes, which
/// its EvidenceJudge reads.
struct ReportEvidence {
  static constexpr std::uint8_t tag = 43;
  /// With all else that a transaction may have, 256 KiB are not passed: 16 signatures take 1,569
  /// bytes, the other fields less than 100. Longer evidence is kept by nodes only.
  static constexpr std::size_t evidence_bytes_max = 260'000;

  Bic participant;  ///< who reports
  Epoch epoch;      ///< in which it was signed
  Bytes evidence;   ///< 1 to 260,000 bytes

  bool operator==(const ReportEvidence&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, epoch, bounded<evidence_bytes_max>(evidence));
  }
};

/// Evidence of an epoch that has ended can be reported for 30 days after its end. Its keys are
/// destroyed then (consensus-spec section 9); one that was stolen instead must not convict its
/// owner for ever.
inline constexpr std::uint64_t evidence_life_s = 30ULL * 24 * 3600;

}  // namespace vostro::chain
