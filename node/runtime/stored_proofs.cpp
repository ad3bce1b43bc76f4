#include "node/runtime/stored_proofs.h"

#include "base/check.h"
#include "base/codec.h"
#include "chain/records.h"

namespace vostro::node {

std::optional<consensus::FinalityProof> newest_proof_of(const chain::StoreView& view, Epoch epoch) {
  // An epoch that has a first block says with which block the one before was closed.
  const auto next = chain::load<chain::EpochRecord>(view, epoch.next());
  const auto stored = next ? view.proof_at_or_above(next->anchor_height) : view.newest_proof();
  if (!stored) return std::nullopt;
  auto proof = decode<consensus::FinalityProof>(stored->bytes);
  VOSTRO_CHECK(proof.has_value());
  if (proof->header.epoch != epoch) return std::nullopt;
  return std::move(*proof);
}

}  // namespace vostro::node
