/// Which misbehaviour has been reported already, so that each is reported once and nobody can fill
/// the disk with it.
#pragma once

#include <map>
#include <set>
#include <tuple>

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
  using Kind = std::pair<ValidatorIndex, EvidenceKind>;
  std::size_t per_kind_max_;
  std::size_t largest_ = 0;
  std::map<Kind, std::size_t> counts_;
  std::set<std::tuple<Kind, std::uint64_t, std::uint64_t>>
      reported_;  ///< with view, or incarnation and number
};

}  // namespace vostro::consensus
