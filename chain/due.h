/// What happens at the start of a block: delays that are over, deadlines that have passed, quotes
/// that have expired. Source: blueprint section 3, "A payment's life".
#pragma once

#include <vector>

#include "chain/turn.h"

namespace vostro::chain {

/// Works off what is due, by time and then name, at most Parameters::max_due; a receipt for each.
[[nodiscard]] std::vector<Receipt> work_off_due(State& state, BlockPoint block);

/// Forgets fills of expired quotes, at most Parameters::max_due in one block.
void forget_expired_fills(State& state, BlockPoint block);

/// Puts an order that has passed all checks aside until its delay is over, its money in a hold.
/// Errors: daily_cap_passed, funds_short (the same checks have just passed, so neither occurs).
[[nodiscard]] Result<void, Reason> order_later(Turn& turn, const VerifiedTransaction& transaction);

}  // namespace vostro::chain
