#include "node/replica/epochs.h"

#include "base/check.h"
#include "chain/membership.h"
#include "node/replica/executor.h"

namespace vostro::node {

namespace {

consensus::EpochContext context_of(const Hash& network_id, Epoch epoch,
                                   const chain::EpochRecord& record) {
  consensus::BlockId anchor;
  anchor.bytes = record.anchor.bytes;
  return {network_id,         record.version,           epoch, anchor, record.anchor_height,
          record.anchor_time, set_of(record.validators)};
}

}  // namespace

std::optional<consensus::EpochContext> context_on_record(const chain::StateReader& state,
                                                         const Hash& network_id, Epoch epoch) {
  const auto begun = chain::load<chain::EpochRecord>(state, epoch);
  if (!begun) return std::nullopt;
  return context_of(network_id, epoch, *begun);
}

consensus::EpochContext context_at(const chain::StateReader& state, const Hash& network_id,
                                   const BasePoint& head) {
  Hash id;
  id.bytes = head.id.bytes;
  const auto now = chain::epoch_now(state, id, head.height, head.time);
  VOSTRO_CHECK(now.has_value());
  return context_of(network_id, now->epoch, now->record);
}

consensus::EpochRecord record_of(const consensus::EpochContext& context) {
  return {context.version,       context.epoch,       context.anchor,
          context.anchor_height, context.anchor_time, context.validators.all()};
}

}  // namespace vostro::node
