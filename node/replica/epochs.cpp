#include "node/replica/epochs.h"

#include "base/check.h"
#include "chain/records.h"
#include "node/replica/executor.h"

namespace vostro::node {

std::optional<consensus::EpochContext> context_on_record(const chain::StateReader& state,
                                                         const Hash& network_id, Epoch epoch) {
  const auto begun = chain::load<chain::EpochRecord>(state, epoch);
  if (!begun) return std::nullopt;
  consensus::BlockId anchor;
  anchor.bytes = begun->anchor.bytes;
  return consensus::EpochContext{
      network_id,         begun->version,           epoch, anchor, begun->anchor_height,
      begun->anchor_time, set_of(begun->validators)};
}

consensus::EpochContext context_at(const chain::StateReader& state, const Hash& network_id,
                                   const BasePoint& head) {
  const auto validators = chain::load<chain::Validators>(state, {});
  VOSTRO_CHECK(validators.has_value());
  const bool is_closed = !validators->next.empty();
  const Epoch epoch(validators->epoch + (is_closed ? 1 : 0));
  if (!is_closed) {
    // The first block of each epoch puts it on record.
    if (auto begun = context_on_record(state, network_id, epoch)) return std::move(*begun);
    VOSTRO_CHECK(head.height.value == 0);
  }
  return {network_id,
          is_closed ? validators->next_version : validators->version,
          epoch,
          head.id,
          head.height,
          head.time,
          set_of(is_closed ? validators->next : validators->now)};
}

consensus::EpochRecord record_of(const consensus::EpochContext& context) {
  return {context.version,       context.epoch,       context.anchor,
          context.anchor_height, context.anchor_time, context.validators.all()};
}

}  // namespace vostro::node
