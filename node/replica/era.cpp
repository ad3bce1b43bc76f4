#include "node/replica/era.h"

#include <algorithm>

namespace vostro::node {
namespace {

std::vector<consensus::SharedBatch> batches_in(const consensus::RecoveredState& recovered) {
  std::vector<consensus::SharedBatch> batches;
  for (const auto& [id, batch] : recovered.batches) batches.push_back(batch);
  return batches;
}

std::vector<consensus::BlockBody> bodies_in(const consensus::RecoveredState& recovered) {
  std::vector<consensus::BlockBody> bodies;
  for (const auto& [view, own] : recovered.notarized)
    bodies.push_back({own.propose.header, own.propose.cut});
  return bodies;
}

std::shared_ptr<const consensus::Committee> committee_of(consensus::EpochContext context,
                                                         Surroundings& surroundings) {
  std::vector<consensus::PeerId> peers;
  for (const consensus::Validator& validator : context.validators.all())
    peers.push_back(surroundings.peer_of(validator.member));
  return std::make_shared<const consensus::Committee>(std::move(context), std::move(peers));
}

}  // namespace

Standing standing_in(consensus::EpochContext context, Surroundings& surroundings,
                     const std::optional<consensus::FinalityProof>& newest_proof) {
  Standing standing;
  standing.committee = committee_of(std::move(context), surroundings);
  const consensus::Committee& committee = *standing.committee;
  for (std::uint16_t i = 0; i < committee.size() && !standing.identity; ++i) {
    const consensus::ValidatorIndex index(i);
    auto voter = surroundings.voter_of(committee.key(index));
    // What the key has signed in epochs before that of its journal is not remembered there.
    if (!voter || voter->recovered.epoch > committee.epoch()) continue;
    standing.identity = consensus::Identity{index, voter->signer};
    standing.is_recorded = voter->recovered.epoch == committee.epoch();
    if (standing.is_recorded) standing.recovered = std::move(voter->recovered);
  }
  consensus::RecoveredState& recovered = standing.recovered;
  recovered.epoch = committee.epoch();
  standing.contradicts =
      recovered.epoch_record && *recovered.epoch_record != record_of(committee.context());
  if (newest_proof && newest_proof->header.epoch == committee.epoch())
    consensus::apply(recovered, consensus::NewFinality{*newest_proof});
  return standing;
}

Era::Era(const consensus::Config& engine_config, const consensus::LaneConfig& lane_config,
         Standing standing, const chain::StateReader& state)
    : committee(std::move(standing.committee)),
      own(standing.identity ? std::optional(standing.identity->index) : std::nullopt),
      signer(standing.identity ? standing.identity->signer : nullptr),
      is_recorded(standing.is_recorded),
      contradicts(standing.contradicts),
      incarnation(standing.recovered.incarnation),
      recovered_finality(standing.recovered.finality),
      recovered_batches(batches_in(standing.recovered)),
      recovered_bodies(bodies_in(standing.recovered)),
      engine(engine_config, *committee, standing.identity, std::move(standing.recovered)),
      lanes(lane_config, committee->ctx(), committee->size(), own,
            lane_positions(state, committee->size())) {}

}  // namespace vostro::node
