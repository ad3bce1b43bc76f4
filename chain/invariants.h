/// What is always true of the ledger, one named function each. A breach means that this node, its
/// disk or this code is wrong: it stops and serves reads only. The error is a sentence with both
/// values, for the log. Source: blueprint section 3, "Invariants".
#pragma once

#include <string>
#include <vector>

#include "chain/state.h"

namespace vostro::chain {

using Sound = Result<void, std::string>;

// Of one block, by what it changed. All changes must be committed.

/// Per currency: balances and holds change by what was issued less what was redeemed.
[[nodiscard]] Sound check_money_equation(const State& state);
/// No balance, hold, sum of a currency, fill or spent amount is below zero.
[[nodiscard]] Sound check_nothing_negative(const State& state);
/// The entries of each receipt sum to zero per currency.
[[nodiscard]] Sound check_entries_balance(const std::vector<Receipt>& receipts);
/// Every balance changes by what the entries say.
[[nodiscard]] Sound check_entries_explain_balances(const State& state,
                                                   const std::vector<Receipt>& receipts);
/// What goes into a hold and out of it is what was in it before and after: a hold ends once.
[[nodiscard]] Sound check_holds_end_once(const State& state, const std::vector<Receipt>& receipts);
/// Open redemptions of each currency change with the redemptions' holds.
[[nodiscard]] Sound check_open_redemptions(const State& state);
/// Proposals go their way, each vote is counted once, and no vote is changed.
[[nodiscard]] Sound check_proposals(const State& state);
/// Sets are ascending, distinct and no smaller than allowed; members and version change only where
/// an epoch begins, to what the block before it named; and no lane outlives its epoch.
[[nodiscard]] Sound check_validators(const State& state);
/// All of the above.
[[nodiscard]] Sound check_block(const State& state, const std::vector<Receipt>& receipts);

/// The money equation over the whole stored state, for start-up, tools and tests: reads every
/// balance and hold.
[[nodiscard]] Sound check_whole_state(const StateReader& state);

}  // namespace vostro::chain
