/// How the validators of an epoch follow from the network's first ones: what proofs and files of
/// evidence carry for somebody who has no chain.
#pragma once

#include <optional>
#include <vector>

#include "chain/records.h"
#include "chain/store/view.h"
#include "consensus/light.h"

namespace vostro::node::api {

/// The ends of the epochs before this one, ascending, back to the network's first, whose anchor has
/// no header. The epoch is on record, or has just begun. Empty where the store lacks one.
[[nodiscard]] std::optional<std::vector<consensus::EpochStep>> epoch_steps_before(
    const chain::StoreView& view, Epoch epoch);

/// The record of an epoch, also before its first block. None of others.
[[nodiscard]] std::optional<chain::EpochRecord> record_of_epoch(const chain::StoreView& view,
                                                                Epoch epoch);

}  // namespace vostro::node::api
