/// Why the ledger says no: reasons of ours, in the order in which they are looked for, each with
/// its ISO 20022 code. A rejection is an outcome with a receipt, not an error. Source: blueprint
/// section 3, "Common checks" and "Bodies".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vostro::chain {

enum class Reason : std::uint8_t {
  // Common checks, in this order.
  not_found = 1,             ///< AG09: what is named by UETR, id or original is not there.
  participant_unknown,       ///< RC05
  participant_suspended,     ///< AG10
  debtor_account_unknown,    ///< AC02
  creditor_account_unknown,  ///< AC03
  account_unknown,           ///< AC01: any other account
  account_closed,            ///< AC04
  signer_not_in_policy,      ///< DS0H
  no_rule_for_amount,        ///< AM02
  signatures_short,          ///< DS19
  account_frozen,            ///< AC06
  currency_not_available,    ///< AM03: unknown or suspended
  corridor_refused,          ///< RR04
  daily_cap_passed,          ///< AM14
  // Own checks of the bodies.
  acceptance_needed,       ///< AG01: the account does not take this agent's payments unasked
  accept_by_out_of_range,  ///< TM01
  id_used,                 ///< AM05: the UETR is used already
  quote_signer_unknown,    ///< DS0H
  debtor_not_in_quote,     ///< AG01
  quote_expired,           ///< TM01: expired, or valid beyond max_quote_life
  quote_exhausted,         ///< AM23: withdrawn, or the limit is passed
  quote_amount_wrong,      ///< AM09: debtor_amount is not what the rate gives
  quote_hold_too_long,     ///< TM01: accept_by beyond the quote's hold_max
  provider_frozen,         ///< AC06
  provider_short,          ///< AM04
  wrong_state,             ///< RCON: the payment's state does not allow this
  deadline_passed,         ///< TM01
  already_returned,        ///< FF12
  recall_open,             ///< AM05: a recall is open already
  amount_above_original,   ///< AM09
  entry_issued,            ///< AM05: the fiat entry was issued before
  reserves_short,          ///< AM13: reserves short, or the attestation too old
  date_not_after,          ///< DT01: not after the last one
  account_exists,          ///< AM05
  balance_left,            ///< AG03: balance or hold left
  nothing_delayed,         ///< AG09: nothing delayed under this id
  change_breaks_rule,      ///< FF01
  // After the own ones.
  funds_short,           ///< AM04
  result_above_maximum,  ///< AM02: a balance would pass money_max
  // How held money comes back.
  cancelled_by_order,    ///< DS02: cancelled by one of the policy's keys
  acceptance_timed_out,  ///< AB05
  legal_decision,        ///< LEGL
  // Own checks of proposals and votes, before change_breaks_rule.
  not_a_voter,      ///< AG01: the participant owns no validator
  proposal_closed,  ///< TM01: voting is over, or would be open in the past or for too long
  already_voted,    ///< AM05
  // How a proposal ends without effect.
  votes_short,  ///< TM01
  // Own checks of reported evidence, after deadline_passed.
  evidence_known,  ///< AM05: the same act of the same validator is on record
  evidence_wrong,  ///< FF01: it does not prove what it claims
  // Own check of attested reserves, after date_not_after.
  date_ahead,  ///< DT01: later than the block
};
inline constexpr Reason reason_last = Reason::date_ahead;
[[nodiscard]] constexpr bool is_listed(Reason r) {
  return r >= Reason::not_found && r <= reason_last;
}

/// The four letters and digits of ISO 20022 (external code sets: status, return and cancellation
/// reasons).
[[nodiscard]] std::string_view iso_code(Reason reason);
/// The enumerator's word, for logs and JSON: "quote_exhausted".
[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] std::optional<Reason> reason_from(std::string_view word);
/// One sentence for a person.
[[nodiscard]] std::string_view sentence(Reason reason);

}  // namespace vostro::chain
