#include "consensus/records.h"

#include <algorithm>

namespace vostro::consensus {
namespace {

void store(RecoveredState& state, const HeldCertificate& held) {
  const View view = held.certificate.view;
  if (view <= state.floor) return;
  switch (held.certificate.type) {
    case VoteType::notarize: {
      const auto [at, is_new] = state.notarizations.try_emplace(view, held);
      if (!is_new && !at->second.proposal) at->second.proposal = held.proposal;
      return;
    }
    case VoteType::nullify:
      state.nullifications.try_emplace(view, held.certificate);
      return;
    case VoteType::finalize:
      if (!state.finalization || state.finalization->certificate.view < view)
        state.finalization = held;
      return;
  }
}

template <class Map>
void drop_up_to(Map& map, View floor) {
  map.erase(map.begin(), map.upper_bound(floor));
}

void raise_floor(RecoveredState& state, View floor) {
  if (floor <= state.floor) return;
  state.floor = floor;
  std::vector<ArchivedCertificate> outlived;
  for (auto at = state.notarizations.begin(); at != state.notarizations.upper_bound(floor); ++at)
    outlived.push_back({state.epoch, std::move(at->second)});
  for (auto at = state.nullifications.begin(); at != state.nullifications.upper_bound(floor); ++at)
    outlived.push_back({state.epoch, {std::move(at->second), std::nullopt}});
  std::stable_sort(outlived.begin(), outlived.end(),
                   [](const ArchivedCertificate& a, const ArchivedCertificate& b) {
                     return a.held.certificate.view < b.held.certificate.view;
                   });
  state.outlived.insert(state.outlived.end(), outlived.begin(), outlived.end());
  drop_up_to(state.notarized, floor);
  drop_up_to(state.nullified, floor);
  drop_up_to(state.finalized, floor);
  drop_up_to(state.notarizations, floor);
  drop_up_to(state.nullifications, floor);
  if (state.finalization && state.finalization->certificate.view <= floor)
    state.finalization.reset();
}

void take_proof(RecoveredState& state, const FinalityProof& proof) {
  if (state.finality && state.finality->proposal.view >= proof.proposal.view) return;
  state.finality = proof;
  raise_floor(state, proof.proposal.view);
  state.outlived.push_back({state.epoch, {proof.finalization, proof.proposal}});
}

void take(RecoveredState& state, const OwnNotarize& record) {
  const View view = record.propose.proposal.view;
  if (record.entry) store(state, *record.entry);
  if (view > state.floor) state.notarized.try_emplace(view, record);
}
void take(RecoveredState& state, const OwnNullify& record) {
  if (record.entry) store(state, *record.entry);
  if (record.view > state.floor) state.nullified.insert(record.view);
}
void take(RecoveredState& state, const OwnFinalize& record) {
  const Certificate& certificate = record.notarization.certificate;
  store(state, record.notarization);
  if (certificate.view > state.floor)
    state.finalized.try_emplace(certificate.view, certificate.proposal);
}
void take(RecoveredState& state, const CertificateRecord& record) {
  store(state, record.held);
}
void take(RecoveredState& state, const NewFinality& record) {
  take_proof(state, record.proof);
}
void take(RecoveredState& state, const IncarnationRecord& record) {
  state.incarnation = std::max(state.incarnation, record.incarnation);
}
void take(RecoveredState& state, const Checkpoint& record) {
  state.epoch = record.epoch;
  state.incarnation = std::max(state.incarnation, record.incarnation);
  if (record.proof) take_proof(state, *record.proof);
  raise_floor(state, record.floor);
}
void take(RecoveredState& state, const EpochRecord& record) {
  std::vector<ArchivedCertificate> outlived = std::move(state.outlived);
  state = RecoveredState{};
  state.outlived = std::move(outlived);
  state.epoch = record.epoch;
  state.epoch_record = record;
}
void take(RecoveredState& state, const BatchRecord& record) {
  state.batches.try_emplace(record.batch.batch->batch.id(), record.batch);
}

}  // namespace

void apply(RecoveredState& state, const Record& record) {
  std::visit([&state](const auto& body) { take(state, body); }, record);
}

bool needs_sync(const Record& record) {
  return std::holds_alternative<OwnNotarize>(record) ||
         std::holds_alternative<OwnNullify>(record) ||
         std::holds_alternative<OwnFinalize>(record) ||
         std::holds_alternative<IncarnationRecord>(record) ||
         std::holds_alternative<EpochRecord>(record);
}

}  // namespace vostro::consensus
