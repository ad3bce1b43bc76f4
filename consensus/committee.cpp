#include "consensus/committee.h"

#include "base/check.h"

namespace vostro::consensus {

Committee::Committee(EpochContext context)
    : context_(std::move(context)),
      ctx_(context_.digest()),
      set_hash_(context_.validators.digest()),
      leaders_(leader_order(ctx_, context_.validators.size())) {}

ValidatorIndex Committee::leader(View view) const {
  VOSTRO_CHECK(view.value > 0);
  return leaders_[(view.value - 1) % leaders_.size()];
}

std::optional<ValidatorIndex> Committee::validator_of(PeerId peer) const {
  if (peer.value >= size()) return std::nullopt;
  return ValidatorIndex(static_cast<std::uint16_t>(peer.value));
}

Bytes Committee::message_of(VoteType type, View view, const ProposalId& proposal) const {
  return vote_message(context_, ctx_, type, view, proposal);
}

Vote sign_vote(const Committee& committee, Signer& signer, ValidatorIndex index, VoteType type,
               View view, const ProposalId& proposal) {
  return {type, view, proposal, index, signer.sign(committee.message_of(type, view, proposal))};
}

}  // namespace vostro::consensus
