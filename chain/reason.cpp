#include "chain/reason.h"

namespace vostro::chain {
namespace {

struct Words {
  std::string_view name;
  std::string_view iso;
  std::string_view sentence;
};

/// All that is said of a reason, in one place. No default: the compiler finds the forgotten one.
Words words_of(Reason reason) {
  switch (reason) {
    case Reason::not_found:
      return {"not_found", "AG09", "What is named by UETR, id or original is not there."};
    case Reason::participant_unknown:
      return {"participant_unknown", "RC05", "No participant of this network has that BIC."};
    case Reason::participant_suspended:
      return {"participant_suspended", "AG10", "The participant is suspended."};
    case Reason::debtor_account_unknown:
      return {"debtor_account_unknown", "AC02", "The debtor's account does not exist."};
    case Reason::creditor_account_unknown:
      return {"creditor_account_unknown", "AC03", "The creditor's account does not exist."};
    case Reason::account_unknown:
      return {"account_unknown", "AC01", "An account that is named does not exist."};
    case Reason::account_closed:
      return {"account_closed", "AC04", "An account that is named is closed."};
    case Reason::signer_not_in_policy:
      return {"signer_not_in_policy", "DS0H", "A signer is not in the policy."};
    case Reason::no_rule_for_amount:
      return {"no_rule_for_amount", "AM02", "The policy has no rule for this currency and amount."};
    case Reason::signatures_short:
      return {"signatures_short", "DS19", "The signatures do not meet the policy's rule."};
    case Reason::account_frozen:
      return {"account_frozen", "AC06", "The account to debit is frozen."};
    case Reason::currency_not_available:
      return {"currency_not_available", "AM03",
              "The currency is unknown to this network, or suspended."};
    case Reason::corridor_refused:
      return {"corridor_refused", "RR04", "A corridor rule of the network refuses the payment."};
    case Reason::daily_cap_passed:
      return {"daily_cap_passed", "AM14", "The payment would pass the policy's cap of the day."};
    case Reason::acceptance_needed:
      return {"acceptance_needed", "AG01",
              "The creditor's account does not take payments of this agent unasked: ask for "
              "acceptance."};
    case Reason::accept_by_out_of_range:
      return {"accept_by_out_of_range", "TM01",
              "The time to accept by is not in the future, before a delay ends, or too far ahead."};
    case Reason::id_used:
      return {"id_used", "AM05", "The UETR is used already."};
    case Reason::quote_signer_unknown:
      return {"quote_signer_unknown", "DS0H",
              "The quote is not signed as its provider's policy demands."};
    case Reason::debtor_not_in_quote:
      return {"debtor_not_in_quote", "AG01", "The quote is not for this debtor agent."};
    case Reason::quote_expired:
      return {"quote_expired", "TM01",
              "The quote has expired, or is valid for longer than the network allows."};
    case Reason::quote_exhausted:
      return {"quote_exhausted", "AM23", "The quote was withdrawn, or its limit is passed."};
    case Reason::quote_amount_wrong:
      return {"quote_amount_wrong", "AM09",
              "The debtor's amount is not what the rate gives, rounded up."};
    case Reason::quote_hold_too_long:
      return {"quote_hold_too_long", "TM01",
              "The time to accept by is beyond what the quote allows."};
    case Reason::provider_frozen:
      return {"provider_frozen", "AC06", "The FX provider's account is frozen."};
    case Reason::provider_short:
      return {"provider_short", "AM04",
              "The FX provider's account does not hold the amount it sells."};
    case Reason::wrong_state:
      return {"wrong_state", "RCON", "The payment's state does not allow this."};
    case Reason::deadline_passed:
      return {"deadline_passed", "TM01", "The deadline has passed."};
    case Reason::already_returned:
      return {"already_returned", "FF12", "The payment was returned before."};
    case Reason::recall_open:
      return {"recall_open", "AM05", "A recall of this payment is open already."};
    case Reason::amount_above_original:
      return {"amount_above_original", "AM09", "The amount is above the original's."};
    case Reason::entry_issued:
      return {"entry_issued", "AM05", "The fiat entry was issued before."};
    case Reason::reserves_short:
      return {"reserves_short", "AM13",
              "The reserves do not cover it, or their attestation is too old."};
    case Reason::date_not_after:
      return {"date_not_after", "DT01", "The date is not after the current one."};
    case Reason::account_exists:
      return {"account_exists", "AM05", "The account exists already."};
    case Reason::balance_left:
      return {"balance_left", "AG03", "The account still has a balance or a hold."};
    case Reason::nothing_delayed:
      return {"nothing_delayed", "AG09", "Nothing is delayed under this id."};
    case Reason::change_breaks_rule:
      return {"change_breaks_rule", "FF01", "The change would break a rule of the network."};
    case Reason::funds_short:
      return {"funds_short", "AM04", "The account does not hold the amount."};
    case Reason::result_above_maximum:
      return {"result_above_maximum", "AM02", "A balance would pass the network's maximum."};
    case Reason::cancelled_by_order:
      return {"cancelled_by_order", "DS02", "Cancelled by order of a key of the policy."};
    case Reason::acceptance_timed_out:
      return {"acceptance_timed_out", "AB05", "The creditor's bank did not answer in time."};
    case Reason::legal_decision:
      return {"legal_decision", "LEGL", "Given back by legal decision."};
    case Reason::not_a_voter:
      return {"not_a_voter", "AG01", "Only participants that own a validator vote."};
    case Reason::proposal_closed:
      return {"proposal_closed", "TM01",
              "The proposal is not open for votes, or would be so in the past or beyond 90 days."};
    case Reason::already_voted:
      return {"already_voted", "AM05", "The participant has voted on this proposal before."};
    case Reason::votes_short:
      return {"votes_short", "TM01", "Voting ended without enough votes for the proposal."};
    case Reason::evidence_known:
      return {"evidence_known", "AM05", "What the evidence proves is on record already."};
    case Reason::evidence_wrong:
      return {"evidence_wrong", "FF01",
              "The evidence is not in its encoding, or does not prove what it claims."};
    case Reason::date_ahead:
      return {"date_ahead", "DT01", "The date is later than the ledger's own time."};
  }
  return {"unknown", "NARR", "The reason is not known."};
}

}  // namespace

std::string_view iso_code(Reason reason) {
  return words_of(reason).iso;
}

std::string_view to_string(Reason reason) {
  return words_of(reason).name;
}

std::string_view sentence(Reason reason) {
  return words_of(reason).sentence;
}

std::optional<Reason> reason_from(std::string_view word) {
  for (auto number = static_cast<std::uint8_t>(Reason::not_found);
       number <= static_cast<std::uint8_t>(reason_last); ++number) {
    const auto reason = static_cast<Reason>(number);
    if (to_string(reason) == word) return reason;
  }
  return std::nullopt;
}

}  // namespace vostro::chain
