// Goal: every reason has a word of its own, a sentence, and a code that ISO 20022 lists. Method:
// all enumerators, held against the external code sets.
#include "chain/reason.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "chain/receipt.h"
#include "tests/support/test_data.h"

namespace vostro::chain {
namespace {

std::vector<Reason> all_reasons() {
  std::vector<Reason> reasons;
  for (unsigned number = 0; number <= 255; ++number) {
    const auto reason = static_cast<Reason>(number);
    if (is_listed(reason)) reasons.push_back(reason);
  }
  return reasons;
}

TEST(Reason, HasAWordOfItsOwnAndASentence) {
  std::set<std::string_view> words;
  for (const Reason reason : all_reasons()) {
    EXPECT_TRUE(words.insert(to_string(reason)).second) << to_string(reason);
    EXPECT_EQ(reason_from(to_string(reason)), reason);
    EXPECT_TRUE(sentence(reason).ends_with('.')) << to_string(reason);
    EXPECT_EQ(iso_code(reason).size(), 4U) << to_string(reason);
  }
  EXPECT_EQ(words.size(), 49U);
  EXPECT_FALSE(words.contains("unknown"));
  EXPECT_EQ(reason_from("unknown"), std::nullopt);
  EXPECT_EQ(reason_from(""), std::nullopt);
}

// The codes are what other banks' systems act on: a row each, as blueprint section 3 names them.
TEST(Reason, HasTheCodeOfTheBlueprint) {
  struct Row {
    Reason reason;
    std::string_view code;
  };
  using enum Reason;
  const Row table[] = {
      {not_found, "AG09"},
      {participant_unknown, "RC05"},
      {participant_suspended, "AG10"},
      {debtor_account_unknown, "AC02"},
      {creditor_account_unknown, "AC03"},
      {account_unknown, "AC01"},
      {account_closed, "AC04"},
      {signer_not_in_policy, "DS0H"},
      {no_rule_for_amount, "AM02"},
      {signatures_short, "DS19"},
      {account_frozen, "AC06"},
      {currency_not_available, "AM03"},
      {corridor_refused, "RR04"},
      {daily_cap_passed, "AM14"},
      {acceptance_needed, "AG01"},
      {accept_by_out_of_range, "TM01"},
      {id_used, "AM05"},
      {quote_signer_unknown, "DS0H"},
      {debtor_not_in_quote, "AG01"},
      {quote_expired, "TM01"},
      {quote_exhausted, "AM23"},
      {quote_amount_wrong, "AM09"},
      {quote_hold_too_long, "TM01"},
      {provider_frozen, "AC06"},
      {provider_short, "AM04"},
      {wrong_state, "RCON"},
      {deadline_passed, "TM01"},
      {already_returned, "FF12"},
      {recall_open, "AM05"},
      {amount_above_original, "AM09"},
      {entry_issued, "AM05"},
      {reserves_short, "AM13"},
      {date_not_after, "DT01"},
      {account_exists, "AM05"},
      {balance_left, "AG03"},
      {nothing_delayed, "AG09"},
      {change_breaks_rule, "FF01"},
      {funds_short, "AM04"},
      {result_above_maximum, "AM02"},
      {cancelled_by_order, "DS02"},
      {acceptance_timed_out, "AB05"},
      {legal_decision, "LEGL"},
      {not_a_voter, "AG01"},
      {proposal_closed, "TM01"},
      {already_voted, "AM05"},
      {votes_short, "TM01"},
      {evidence_known, "AM05"},
      {evidence_wrong, "FF01"},
      {date_ahead, "DT01"},
  };
  EXPECT_EQ(std::size(table), all_reasons().size());
  for (const auto& [reason, code] : table) EXPECT_EQ(iso_code(reason), code) << to_string(reason);
}

std::set<std::string> codes_in(const std::filesystem::path& folder, std::string_view set) {
  const auto file = folder / ("external_" + std::string(set) + "_code.json");
  const auto json = boost::json::parse(test::read_text(file));
  std::set<std::string> codes;
  for (const auto& [code, meaning] : json.at("codes").as_object()) codes.emplace(code);
  return codes;
}

TEST(Reason, CodesAreListedWhereTheirMessageTakesThem) {
  VOSTRO_TEST_DATA_OR_SKIP(folder, "iso20022/codes");
  const auto status_codes = codes_in(folder, "status_reason");
  const auto refusal_codes = codes_in(folder, "payment_cancellation_rejection");
  for (const Reason reason : all_reasons()) {
    // A legal decision is the answer to a cancellation request; all else are status reasons
    // (pacs.002).
    const auto& codes = reason == Reason::legal_decision ? refusal_codes : status_codes;
    EXPECT_TRUE(codes.contains(std::string(iso_code(reason)))) << to_string(reason);
  }
}

TEST(Status, CodesAreListed) {
  VOSTRO_TEST_DATA_OR_SKIP(folder, "iso20022/codes");
  const auto codes = codes_in(folder, "payment_transaction_status");
  for (auto status = Status::rejected; is_listed(status);
       status = static_cast<Status>(static_cast<std::uint8_t>(status) + 1)) {
    if (iso_status(status).empty()) continue;
    EXPECT_TRUE(codes.contains(std::string(iso_status(status)))) << to_string(status);
  }
}

}  // namespace
}  // namespace vostro::chain
