/// What validators of a small network say to each other and write into their journals: a real run
/// of four engines, with a silent leader in between, and one of each message beside it.
#pragma once

#include <set>
#include <tuple>
#include <vector>

#include "consensus/committee.h"
#include "consensus/records.h"

namespace vostro::fuzz {

using GenuineVote = std::tuple<consensus::ValidatorIndex, consensus::VoteType, View,
                               consensus::ProposalId, consensus::SignatureBytes>;

struct ConsensusSamples {
  consensus::Committee committee;
  std::vector<consensus::Record> records;    ///< of one validator, in order
  std::vector<consensus::Message> messages;  ///< at least one of each kind; all can be verified
  std::set<GenuineVote> votes;               ///< all that were ever signed
};
/// Made at the first call.
[[nodiscard]] const ConsensusSamples& consensus_samples();

}  // namespace vostro::fuzz
