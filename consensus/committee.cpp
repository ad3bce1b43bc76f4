#include "consensus/committee.h"

#include "base/check.h"
#include "base/planted.h"

namespace vostro::consensus {

namespace {

std::vector<PeerId> numbered(std::size_t validators) {
  std::vector<PeerId> peers;
  for (std::uint32_t i = 0; i < validators; ++i) peers.push_back(PeerId(i));
  return peers;
}

}  // namespace

Committee::Committee(EpochContext context, std::vector<PeerId> peers)
    : context_(std::move(context)),
      ctx_(context_.digest()),
      set_hash_(context_.validators.digest()),
      leaders_(leader_order(ctx_, context_.validators.size())),
      peers_(std::move(peers)) {
  VOSTRO_CHECK(peers_.size() == size());
  for (std::size_t i = 0; i < size(); ++i)
    indexes_.emplace(peers_[i], ValidatorIndex(static_cast<std::uint16_t>(i)));
  VOSTRO_CHECK(indexes_.size() == size());
}

Committee::Committee(EpochContext context)
    : Committee(context, numbered(context.validators.size())) {}

ValidatorIndex Committee::leader(View view) const {
  VOSTRO_CHECK(view.value > 0);
  return leaders_[(view.value - 1) % leaders_.size()];
}

std::optional<ValidatorIndex> Committee::validator_of(PeerId peer) const {
  const auto found = indexes_.find(peer);
  return found == indexes_.end() ? std::nullopt : std::optional(found->second);
}

Bytes Committee::message_of(VoteType type, View view, const ProposalId& proposal) const {
  if (is_planted(Planted::votes_of_any_epoch)) {
    EpochContext none = context_;
    none.epoch = Epoch(0);
    return vote_message(none, Hash{}, type, view, proposal);
  }
  return vote_message(context_, ctx_, type, view, proposal);
}

Vote sign_vote(const Committee& committee, Signer& signer, ValidatorIndex index, VoteType type,
               View view, const ProposalId& proposal) {
  return {type, view, proposal, index, signer.sign(committee.message_of(type, view, proposal))};
}

}  // namespace vostro::consensus
