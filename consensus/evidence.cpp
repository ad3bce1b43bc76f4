#include "consensus/evidence.h"

#include <algorithm>

namespace vostro::consensus {
namespace {

/// Where the misbehaviour took place: a view, or a number in a lane.
std::pair<std::uint64_t, std::uint64_t> place_of(const Evidence& evidence) {
  if (const auto* votes = std::get_if<VotePair>(&evidence)) return {votes->first.view.value, 0};
  if (const auto* batches = std::get_if<BatchPair>(&evidence))
    return {batches->first.batch->batch.incarnation, batches->first.batch->batch.seq};
  return {std::get<BadJustification>(evidence).proposal.view.value, 0};
}

}  // namespace

bool EvidenceTable::admit(const Evidence& evidence) {
  const Kind kind{accused_by(evidence), kind_of(evidence)};
  const auto [major, minor] = place_of(evidence);
  const auto key = std::tuple{kind, major, minor};
  if (reported_.contains(key)) return false;
  std::size_t& count = counts_[kind];
  if (count >= per_kind_max_) return false;
  largest_ = std::max(largest_, ++count);
  reported_.insert(key);
  return true;
}

}  // namespace vostro::consensus
