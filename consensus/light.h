/// Who signs in which epoch, shown to somebody who knows the validators of an earlier one and has
/// no chain. Pure. Source: consensus-spec section 14, "Light client / auditor".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "consensus/committee.h"
#include "consensus/verify.h"

namespace vostro::consensus {

/// The end of an epoch: the block that closed it, final, and who votes after it.
struct EpochStep {
  FinalityProof closing;
  std::vector<Validator> next;  ///< all of them, ascending by member

  bool operator==(const EpochStep&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(closing, bounded<validators_max>(next));
  }
};

/// The committee of the epoch that begins after `step`, an end of `committee`'s epoch. `version` is
/// the protocol's in the new epoch, as the headers of that epoch say: votes name it, so under a
/// wrong one no signature is valid. Empty where the closing block is of another network or epoch,
/// not final by this committee, closes nothing, or names another set.
[[nodiscard]] std::optional<Committee> committee_after(const Committee& committee,
                                                       const EpochStep& step, std::uint16_t version,
                                                       SignatureCache& cache);

}  // namespace vostro::consensus
