/// What becomes of proposals: which changes may be, and how one takes effect. Source: blueprint
/// section 3, "Governance"; catalogue row C11.
#pragma once

#include <optional>
#include <string_view>

#include "chain/due.h"
#include "chain/turn.h"

namespace vostro::chain {

/// A proposal stays open for votes no longer than this: 90 days.
inline constexpr std::uint64_t proposal_life_max_s = 90ULL * 24 * 3600;

/// Why a change cannot be, in order of precedence. On the ledger all of them are FF01; this is what
/// people are told.
enum class ChangeFault : std::uint8_t {
  already_there,   ///< The participant, currency or validator to be added exists.
  unknown,         ///< What is to be changed does not exist.
  removed,         ///< A removed participant stays removed.
  no_change,       ///< It is so already.
  tls_key_taken,   ///< Another participant's node has this TLS key, or a validator has this key.
  agent_unfit,     ///< The agent is no active participant with the role of settlement agent.
  owns_validator,  ///< The participant owns a validator, or is to own one.
  is_agent,        ///< The participant is the agent of a currency that is not suspended.
  money_left,      ///< Accounts of the participant hold money or are party to a hold.
  quorum_lost,     ///< Too few active owners of validators would be left to pass any change.
  too_many_rules,  ///< The network has 256 corridor rules.
  owner_unfit,     ///< The participant that is to own a validator is not active.
  key_taken,       ///< Another validator or a node's certificate has this key.
  too_many_validators,  ///< The network has 128 validators.
  too_few_validators,   ///< Fewer than four would be left: the network could not bear one at fault.
};
[[nodiscard]] std::string_view to_string(ChangeFault fault);  ///< one sentence for a person

/// Whether the change could take effect on this state.
[[nodiscard]] Result<void, ChangeFault> check_change(State& state, const Change& change);
/// The same for whoever looks without executing.
[[nodiscard]] Result<void, ChangeFault> check_change(const StateReader& state,
                                                     const Change& change);

/// Q of this many validators' owners pass a change: floor(2n/3) + 1, as of blocks.
[[nodiscard]] constexpr std::size_t votes_needed(std::size_t validators) {
  return 2 * validators / 3 + 1;
}
[[nodiscard]] bool owns_validator(const Validators& validators, const Bic& owner);
/// Votes of owners of validators, for or against; others' do not count.
[[nodiscard]] std::size_t count_votes(const Validators& validators, const Proposal& proposal,
                                      bool yes);

/// Passes an open proposal that has the votes of enough of these owners, or refuses it when so many
/// said no that it cannot get them; stores it either way. False where it has the votes, and
/// PendingChanges::count_max others wait: it is left as it was.
[[nodiscard]] bool decide(State& state, Height height, const OwnedId& name, Proposal proposal,
                          const Validators& validators);
/// Where the next validators are named: votes that were short of the old number can be enough of
/// the new one, or out of reach, and nobody may be left to vote. In order of their names.
void decide_open_proposals(State& state, BlockPoint block, const Validators& validators);

/// Voting has ended without a majority, or the date of a passed change has come. Empty where the
/// proposal is in no such state: the store is damaged.
[[nodiscard]] std::optional<Receipt> proposal_due(State& state, BlockPoint block,
                                                  const OwnedId& name, DueKind kind);

}  // namespace vostro::chain
