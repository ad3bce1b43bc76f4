/// Evidence of misbehaviour: which has been reported already, so that each is reported once and
/// nobody can fill the disk with it; and what it proves, for whoever has no engine.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "consensus/messages.h"

namespace vostro::consensus {

class EvidenceTable {
 public:
  explicit EvidenceTable(std::size_t per_kind_max) : per_kind_max_(per_kind_max) {}

  /// True if it is new and within the cap of its signer and kind; it then counts as reported.
  bool admit(const Evidence& evidence);
  [[nodiscard]] std::size_t size() const { return reported_.size(); }
  /// The most items of one signer and kind.
  [[nodiscard]] std::size_t largest() const { return largest_; }

 private:
  std::size_t per_kind_max_;
  std::size_t largest_ = 0;
  std::map<std::pair<std::uint16_t, EvidenceKind>, std::size_t> counts_;
  std::set<Offence> reported_;
};

/// What two certificates show that cannot both be: an act of each validator that signed both, at
/// least f + 1 of them. Empty where they can.
[[nodiscard]] std::vector<Evidence> evidence_from(const Certificate& one, const Certificate& other);

/// What verify_evidence says, to whoever has the signers of an epoch and bytes. The one judge of
/// execution, of the API, and of evidence files.
class Judge final : public EvidenceJudge {
 public:
  [[nodiscard]] std::optional<Offence> claim_of(ByteView evidence) const override;
  [[nodiscard]] bool proves(const EpochSigners& signers, ByteView evidence) const override;
};

}  // namespace vostro::consensus
