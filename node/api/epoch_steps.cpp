#include "node/api/epoch_steps.h"

#include <algorithm>

#include "base/codec.h"
#include "chain/membership.h"

namespace vostro::node::api {

std::optional<std::vector<consensus::EpochStep>> epoch_steps_before(const chain::StoreView& view,
                                                                    Epoch epoch) {
  std::vector<consensus::EpochStep> steps;  // newest first
  for (; epoch.value > 0; epoch = epoch.previous()) {
    const auto record = record_of_epoch(view, epoch);
    if (!record) return std::nullopt;
    const auto anchor = view.header(record->anchor_height);
    if (!anchor || anchor->empty()) break;
    const auto stored = view.proof_at_or_above(record->anchor_height);
    if (!stored || stored->height != record->anchor_height) return std::nullopt;
    auto closing = decode<consensus::FinalityProof>(stored->bytes);
    if (!closing) return std::nullopt;
    consensus::EpochStep step{*std::move(closing), {}};
    for (const chain::Validator& each : record->validators)
      step.next.push_back({consensus::MemberId{each.id.bytes}, each.key});
    steps.push_back(std::move(step));
  }
  std::ranges::reverse(steps);
  return steps;
}

std::optional<chain::EpochRecord> record_of_epoch(const chain::StoreView& view, Epoch epoch) {
  if (auto record = chain::load<chain::EpochRecord>(view, epoch)) return record;
  const auto& head = view.head();
  if (!head) return std::nullopt;
  auto now = chain::epoch_now(view, head->block, head->height, head->time);
  if (!now || now->epoch != epoch) return std::nullopt;
  return std::move(now->record);
}

}  // namespace vostro::node::api
