#include "node/replica/epochs.h"

#include "base/check.h"
#include "chain/records.h"
#include "node/replica/executor.h"

namespace vostro::node {

consensus::EpochContext context_at(const chain::StateReader& state, const Hash& network_id,
                                   const BasePoint& head) {
  const auto validators = chain::load<chain::Validators>(state, {});
  VOSTRO_CHECK(validators.has_value());
  const bool is_closed = !validators->next.empty();
  const Epoch epoch(validators->epoch + (is_closed ? 1 : 0));
  if (!is_closed) {
    // The first block of each epoch puts it on record.
    if (const auto begun = chain::load<chain::EpochRecord>(state, epoch)) {
      consensus::BlockId anchor;
      anchor.bytes = begun->anchor.bytes;
      return {network_id,         begun->version,           epoch, anchor, begun->anchor_height,
              begun->anchor_time, set_of(begun->validators)};
    }
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
