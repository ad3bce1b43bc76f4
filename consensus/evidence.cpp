#include "consensus/evidence.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/no_cache.h"
#include "consensus/verify.h"
#include "consensus/votes.h"

namespace vostro::consensus {

bool EvidenceTable::admit(const Evidence& evidence) {
  const Offence offence = offence_of(evidence);
  if (reported_.contains(offence)) return false;
  std::size_t& count = counts_[{offence.validator, offence.kind}];
  if (count >= per_kind_max_) return false;
  largest_ = std::max(largest_, ++count);
  reported_.insert(offence);
  return true;
}

std::vector<Evidence> evidence_from(const Certificate& one, const Certificate& other) {
  std::vector<Evidence> found;
  const std::vector<Vote> others = votes_in(other);
  for (const Vote& vote : votes_in(one)) {
    const auto at = std::ranges::find(others, vote.signer, &Vote::signer);
    if (at != others.end() && exclude_each_other(vote, *at))
      found.emplace_back(VotePair{vote, *at});
  }
  return found;
}

std::optional<Offence> Judge::claim_of(ByteView evidence) const {
  const auto decoded = decode_evidence(evidence);
  if (!decoded) return std::nullopt;
  return offence_of(*decoded);
}

bool Judge::proves(const EpochSigners& signers, ByteView evidence) const {
  const auto decoded = decode_evidence(evidence);
  if (!decoded) return false;
  if (is_planted(Planted::evidence_unchecked)) return true;
  std::vector<Validator> validators;
  validators.reserve(signers.validators.size());
  for (const EpochSigners::Validator& each : signers.validators) {
    Validator validator{{}, each.key};
    validator.member.bytes = each.member;
    validators.push_back(validator);
  }
  auto set = ValidatorSet::make(std::move(validators));
  VOSTRO_CHECK(set.has_value());  // it was one, on the ledger or in a proof that was checked
  BlockId anchor;
  anchor.bytes = signers.anchor.bytes;
  const Committee committee({signers.network_id, signers.version, signers.epoch, anchor, Height(0),
                             UnixMillis(0), *std::move(set)});
  NoCache cache;
  return verify_evidence(committee, *decoded, cache).has_value();
}

}  // namespace vostro::consensus
