#include "consensus/light.h"

namespace vostro::consensus {

std::optional<Committee> committee_after(const Committee& committee, const EpochStep& step,
                                         std::uint16_t version, SignatureCache& cache) {
  const Header& header = step.closing.header;
  const EpochContext& context = committee.context();
  const bool is_of_epoch = header.network_id == context.network_id &&
                           header.epoch == context.epoch && header.set_hash == committee.set_hash();
  if (!is_of_epoch || !header.closes_epoch()) return std::nullopt;
  auto next = ValidatorSet::make(step.next);
  if (!next || next->digest() != header.next_set_hash) return std::nullopt;
  if (!verify_finality(committee, step.closing, cache)) return std::nullopt;
  return Committee({context.network_id, version, context.epoch.next(), header.id(), header.height,
                    header.time, *std::move(next)});
}

}  // namespace vostro::consensus
