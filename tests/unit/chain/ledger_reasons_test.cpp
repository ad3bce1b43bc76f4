// Goal: every reason the ledger gives has a case that gets it, and where two apply, the first in
// order is the one given. Method: a table of cases over a small network, one transaction each; the
// reason's word comes last.
#include <functional>
#include <set>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {
namespace {

using namespace chain;

struct Case {
  const char* what;
  std::function<std::string(Network&)> play;
  std::string expected;
};

void suspend_participant(Network& n, std::string_view name) {
  Participant record = *n.ledger.load<Participant>(bic(name));
  record.status = Standing::suspended;
  n.ledger.write(bic(name), record);
}
void change_currency(Network& n, std::string_view code,
                     const std::function<void(CurrencyRecord&)>& change) {
  CurrencyRecord record = *n.ledger.load<CurrencyRecord>(currency(code));
  change(record);
  n.ledger.write(currency(code), record);
}
void suspend_currency(Network& n, std::string_view code) {
  change_currency(n, code, [](CurrencyRecord& record) { record.status = Standing::suspended; });
}
void set_status(Network& n, std::string_view name, AccountStatus status) {
  AccountRecord record = *n.ledger.load<AccountRecord>(account(name));
  record.status = status;
  n.ledger.write(account(name), record);
}
OwnedId unknown(std::string_view owner = "NORDDEFF") {
  return {bic(owner), uetr(77)};
}
FxPaymentBuilder fx(Network& n, const SignedQuote& quote) {
  return fx(n).quote(quote);
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      // Common checks, in order.
      {"no such payment",
       [](Network& n) {
         return n.send(Accept{account("SUDBFRPP/ask"), unknown()}, {"sud"});
       },
       "not_found"},
      {"creditor's bank unknown",
       [](Network& n) { return n.outcome(n.payment("NORDDEFF/main", "WESTDEFF/main")); },
       "participant_unknown"},
      {"creditor's bank suspended",
       [](Network& n) {
         suspend_participant(n, "SUDBFRPP");
         return n.outcome(n.payment());
       },
       "participant_suspended"},
      {"acting bank suspended",
       [](Network& n) {
         suspend_participant(n, "NORDDEFF");
         return n.outcome(n.payment());
       },
       "participant_suspended"},
      {"T13 creditor's account unknown",
       [](Network& n) { return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/none")); },
       "creditor_account_unknown"},
      {"a charge's account unknown",
       [](Network& n) { return n.outcome(n.payment().charge(debtor_charge("SUDBFRPP/none", 1))); },
       "account_unknown"},
      {"T13 account closed",
       [](Network& n) {
         set_status(n, "SUDBFRPP/main", AccountStatus::closed);
         return n.outcome(n.payment());
       },
       "account_closed"},
      {"no rule for this amount",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/dual", "SUDBFRPP/main", eur(1'000'01))
                              .signed_by({"dual-maker", "dual-checker"}));
       },
       "no_rule_for_amount"},
      {"T13 account frozen",
       [](Network& n) {
         EXPECT_EQ(n.send(Freeze{account("NORDDEFF/main")}, {"second"}), "done");
         return n.outcome(n.payment());
       },
       "account_frozen"},
      {"T13 currency unknown",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", money("GBP", 1)));
       },
       "currency_not_available"},
      {"currency suspended",
       [](Network& n) {
         suspend_currency(n, "EUR");
         return n.outcome(n.payment());
       },
       "currency_not_available"},
      {"T16 over the daily cap",
       [](Network& n) {
         return n.outcome(
             n.payment("NORDDEFF/capped", "SUDBFRPP/main", eur(100'01)).signed_by({"capped"}));
       },
       "daily_cap_passed"},
      // Own checks.
      {"acceptance needed",
       [](Network& n) { return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/ask")); },
       "acceptance_needed"},
      {"not on the list of agents",
       [](Network& n) {
         return n.outcome(n.payment("SUDBFRPP/main", "OSTBATWW/main").signed_by({"sud"}));
       },
       "acceptance_needed"},
      {"accept_by at block time",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/ask").accept_by(n.in_seconds(1)));
       },
       "accept_by_out_of_range"},
      {"accept_by beyond max_acceptance",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/ask")
                              .accept_by(n.in_seconds(2 + 30 * 24 * 3600)));
       },
       "accept_by_out_of_range"},
      {"accept_by before the delay ends",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/slow", "SUDBFRPP/ask")
                              .accept_by(n.in_seconds(11))
                              .signed_by({"slow"}));
       },
       "accept_by_out_of_range"},
      {"T15 quote by a key without right",
       [](Network& n) { return n.outcome(fx(n, a_quote().signed_by("maker").build())); },
       "quote_signer_unknown"},
      {"debtor not among the quote's",
       [](Network& n) { return n.outcome(fx(n, a_quote().debtors({"OSTBATWW"}).build())); },
       "debtor_not_in_quote"},
      {"T15 quote expired",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().expires_at(UnixSeconds(test_time.value + 1)).build()));
       },
       "quote_expired"},
      {"quote beyond max_quote_life",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().expires_at(n.in_seconds(2 + 3600)).build()));
       },
       "quote_expired"},
      {"T15 quote withdrawn",
       [](Network& n) {
         EXPECT_EQ(n.send(Cancel{{}, a_quote().quote()}, {"desk"}), "done");
         return n.outcome(fx(n));
       },
       "quote_exhausted"},
      {"quote's limit passed",
       [](Network& n) { return n.outcome(fx(n, a_quote().limit(1249).build())); },
       "quote_exhausted"},
      {"debtor_amount too low",
       [](Network& n) { return n.outcome(fx(n).debtor_amount(usd(1355))); }, "quote_amount_wrong"},
      {"debtor_amount too high",
       [](Network& n) { return n.outcome(fx(n).debtor_amount(usd(1357))); }, "quote_amount_wrong"},
      {"quote's hold_max passed",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().hold_max_s(30).build())
                              .to("SUDBFRPP/ask")
                              .accept_by(n.in_seconds(32)));
       },
       "quote_hold_too_long"},
      {"provider frozen",
       [](Network& n) {
         set_status(n, "FXPRUS33/desk", AccountStatus::frozen);
         return n.outcome(fx(n));
       },
       "provider_frozen"},
      {"provider short",
       [](Network& n) {
         EXPECT_EQ(
             n.outcome(
                 n.payment("FXPRUS33/desk", "SUDBFRPP/main", eur(9'990'00)).signed_by({"desk"})),
             "settled");
         return n.outcome(fx(n));
       },
       "provider_short"},
      {"T16 late accept",
       [](Network& n) {
         const OwnedId name = n.hold_payment();
         Parameters parameters = *n.ledger.load<Parameters>({});
         parameters.max_due = 0;  // as if others that are due had used up the block's share
         n.ledger.write(Only{}, parameters);
         n.ledger.set_time(UnixMillis(n.ledger.time().value + 60'000));
         return n.send(Accept{account("SUDBFRPP/ask"), name}, {"sud"});
       },
       "deadline_passed"},
      {"T16 second return",
       [](Network& n) {
         const Original original = n.original(n.settle_payment());
         const Return giving_back{original, MinorUnits(100), code("FOCR"), {}};
         EXPECT_EQ(n.send(giving_back, {"sud"}), "returned");
         return n.send(giving_back, {"sud"});
       },
       "already_returned"},
      {"second recall",
       [](Network& n) {
         const OwnedId name = n.settle_payment();
         const Recall recall{account("NORDDEFF/main"), name, code("DUPL"), n.original(name)};
         EXPECT_EQ(n.send(recall, {"maker"}), "recall_requested");
         return n.send(recall, {"maker"});
       },
       "recall_open"},
      {"returning more than came",
       [](Network& n) {
         return n.send(Return{n.original(n.settle_payment()), MinorUnits(101), code("FOCR"), {}},
                       {"sud"});
       },
       "amount_above_original"},
      {"entry issued before",
       [](Network& n) {
         const Issue issue{bic("AGNTDEFF"), account("NORDDEFF/main"), eur(1), hash_of("entry")};
         EXPECT_EQ(n.send(issue, {"agent"}), "done");
         return n.send(issue, {"agent"});
       },
       "entry_issued"},
      {"reserves short",
       [](Network& n) {
         change_currency(n, "EUR", [](CurrencyRecord& c) {
           c.attestation = {MinorUnits(1), {}, test_time};
         });
         return n.issue("NORDDEFF/main", eur(1));
       },
       "reserves_short"},
      {"attestation too old",
       [](Network& n) {
         change_currency(n, "EUR", [](CurrencyRecord& c) {
           c.attestation = {money_max_default, {}, test_time};
           c.attestation_max_age_s = 1;
         });
         return n.issue("NORDDEFF/main", eur(1));
       },
       "reserves_short"},
      {"no attestation where one must be young",
       [](Network& n) {
         change_currency(n, "EUR", [](CurrencyRecord& c) { c.attestation_max_age_s = 1; });
         return n.issue("NORDDEFF/main", eur(1));
       },
       "reserves_short"},
      {"attestation of the same second",
       [](Network& n) {
         const UnixSeconds as_of = test_time;
         EXPECT_EQ(n.attest(eur(1), as_of), "done");
         return n.attest(eur(2), as_of);
       },
       "date_not_after"},
      {"attestation of a time to come",
       [](Network& n) { return n.attest(eur(1), n.in_seconds(5)); }, "date_ahead"},
      {"attestation of another's currency",
       [](Network& n) {
         change_currency(n, "EUR", [](CurrencyRecord& c) { c.status = Standing::suspended; });
         return n.attest(eur(1), test_time);
       },
       "currency_not_available"},
      {"business date goes back",
       [](Network& n) {
         return n.send(OpenBusinessDate{bic("AGNTDEFF"), currency("EUR"), Date(19'675)}, {"agent"});
       },
       "date_not_after"},
      {"account exists",
       [](Network& n) {
         return n.send(OpenAccount{account("NORDDEFF/main"), {}, accepts_all()}, {"maker"});
       },
       "account_exists"},
      {"balance left",
       [](Network& n) { return n.send(CloseAccount{account("NORDDEFF/main")}, {"maker"}); },
       "balance_left"},
      {"hold left at the creditor",
       [](Network& n) {
         (void)n.hold_payment();
         return n.send(CloseAccount{account("SUDBFRPP/ask")}, {"sud"});
       },
       "balance_left"},
      {"nothing delayed",
       [](Network& n) {
         return n.send(Cancel{unknown(), {}}, {"maker"});
       },
       "nothing_delayed"},
      {"wrong state",
       [](Network& n) {
         const OwnedId name = n.hold_payment();
         EXPECT_EQ(n.send(Block{account("SUDBFRPP/ask"), name, "law", {}}, {"sud"}), "blocked");
         return n.send(Accept{account("SUDBFRPP/ask"), name}, {"sud"});
       },
       "wrong_state"},
      // After the own ones.
      {"T12 balance + 1",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(10'000'01)));
       },
       "funds_short"},
      {"charges on top of the whole balance",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(10'000'00))
                              .charge(debtor_charge("SUDBFRPP/fees", 1)));
       },
       "funds_short"},
      {"T11 credit above money_max",
       [](Network& n) {
         Parameters parameters = *n.ledger.load<Parameters>({});
         parameters.money_max = MinorUnits(10'000'99);
         n.ledger.write(Only{}, parameters);
         return n.outcome(n.payment());
       },
       "result_above_maximum"},
      // Answers at the door only.
      {"acting account unknown", [](Network& n) { return n.outcome(n.payment("NORDDEFF/none")); },
       "dropped: the acting account or participant is unknown"},
      {"not the currency's agent",
       [](Network& n) {
         return n.send(Issue{bic("NORDDEFF"), account("NORDDEFF/main"), eur(1), hash_of("e")},
                       {"maker"});
       },
       "dropped: the acting account or participant is unknown"},
      {"T6 unknown signer beside a good one",
       [](Network& n) {
         return n.outcome(n.payment().signed_by({"maker", "stranger"}));
       },
       "dropped: a signer is not in the policy"},
      {"T16 one approval too few",
       [](Network& n) { return n.outcome(n.payment("NORDDEFF/dual").signed_by({"dual-maker"})); },
       "dropped: the signatures do not meet the policy's rule"},
      {"T16 maker is checker, by two keys of one person",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/dual").signed_by({"dual-maker", "dual-both"}));
       },
       "dropped: the signatures do not meet the policy's rule"},
      {"T10 valid_until past",
       [](Network& n) { return n.outcome(n.payment().valid_until(UnixSeconds(test_time.value))); },
       "dropped: valid_until has passed"},
      {"T10 valid_until at block time",
       [](Network& n) { return n.outcome(n.payment().valid_until(n.in_seconds(1))); }, "settled"},
      {"T10 valid_until at the maximum",
       [](Network& n) {
         return n.outcome(n.payment().valid_until(n.in_seconds(1 + 7 * 24 * 3600)));
       },
       "settled"},
      {"T10 valid_until beyond the maximum",
       [](Network& n) {
         return n.outcome(n.payment().valid_until(n.in_seconds(2 + 7 * 24 * 3600)));
       },
       "dropped: valid_until is further ahead than the network allows"},
  };
  return all;
}

TEST(LedgerReasons, EachCaseGetsItsReason) {
  for (const Case& row : cases()) {
    SCOPED_TRACE(row.what);
    Network n;
    EXPECT_EQ(row.play(n), row.expected);
    ASSERT_TRUE(check_whole_state(n.ledger.store()).has_value());
  }
}

// Reasons with another way to occur: not as a receipt of one transaction (door, holds, bulks), at
// due time, with governance (governance_test.cpp), or of evidence (evidence_test.cpp).
TEST(LedgerReasons, TheTableNamesEveryReasonOfOneTransaction) {
  const std::set<Reason> elsewhere{Reason::debtor_account_unknown,
                                   Reason::signer_not_in_policy,
                                   Reason::signatures_short,
                                   Reason::corridor_refused,
                                   Reason::id_used,
                                   Reason::change_breaks_rule,
                                   Reason::cancelled_by_order,
                                   Reason::acceptance_timed_out,
                                   Reason::legal_decision,
                                   Reason::not_a_voter,
                                   Reason::proposal_closed,
                                   Reason::already_voted,
                                   Reason::votes_short,
                                   Reason::evidence_known,
                                   Reason::evidence_wrong};
  std::set<std::string> named;
  for (const Case& row : cases()) named.insert(row.expected);
  for (auto r = static_cast<int>(Reason::not_found); r <= static_cast<int>(reason_last); ++r) {
    const auto reason = static_cast<Reason>(r);
    EXPECT_NE(named.contains(std::string(to_string(reason))), elsewhere.contains(reason))
        << to_string(reason);
  }
}

// Where two apply, the one that comes first in Reason is given.
TEST(LedgerReasons, TheFirstReasonInOrderWins) {
  const std::vector<Case> pairs{
      {"not found before acting bank suspended",
       [](Network& n) {
         suspend_participant(n, "SUDBFRPP");
         return n.send(Accept{account("SUDBFRPP/ask"), unknown()}, {"sud"});
       },
       "not_found"},
      {"participant unknown before another suspended",
       [](Network& n) {
         suspend_participant(n, "NORDDEFF");
         return n.outcome(n.payment("NORDDEFF/main", "WESTDEFF/main"));
       },
       "participant_unknown"},
      {"suspended before account unknown",
       [](Network& n) {
         suspend_participant(n, "SUDBFRPP");
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/none"));
       },
       "participant_suspended"},
      {"creditor unknown before a charge's account",
       [](Network& n) {
         return n.outcome(
             n.payment("NORDDEFF/main", "SUDBFRPP/none").charge(debtor_charge("SUDBFRPP/nil", 1)));
       },
       "creditor_account_unknown"},
      {"unknown before closed",
       [](Network& n) {
         set_status(n, "SUDBFRPP/main", AccountStatus::closed);
         return n.outcome(n.payment().charge(debtor_charge("SUDBFRPP/none", 1)));
       },
       "account_unknown"},
      {"closed before no rule",
       [](Network& n) {
         set_status(n, "SUDBFRPP/main", AccountStatus::closed);
         return n.outcome(
             n.payment("NORDDEFF/dual", "SUDBFRPP/main", eur(1'000'01)).signed_by({"dual-maker"}));
       },
       "account_closed"},
      {"no rule before frozen",
       [](Network& n) {
         set_status(n, "NORDDEFF/dual", AccountStatus::frozen);
         return n.outcome(
             n.payment("NORDDEFF/dual", "SUDBFRPP/main", eur(1'000'01)).signed_by({"dual-maker"}));
       },
       "no_rule_for_amount"},
      {"frozen before currency",
       [](Network& n) {
         set_status(n, "NORDDEFF/main", AccountStatus::frozen);
         suspend_currency(n, "EUR");
         return n.outcome(n.payment());
       },
       "account_frozen"},
      {"currency before cap",
       [](Network& n) {
         suspend_currency(n, "EUR");
         return n.outcome(
             n.payment("NORDDEFF/capped", "SUDBFRPP/main", eur(100'01)).signed_by({"capped"}));
       },
       "currency_not_available"},
      {"cap before acceptance",
       [](Network& n) {
         return n.outcome(
             n.payment("NORDDEFF/capped", "SUDBFRPP/ask", eur(100'01)).signed_by({"capped"}));
       },
       "daily_cap_passed"},
      {"acceptance before funds",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/ask", eur(10'000'01)));
       },
       "acceptance_needed"},
      {"acceptance before the quote's checks",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().signed_by("maker").build()).to("SUDBFRPP/ask"));
       },
       "acceptance_needed"},
      {"signer before debtors",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().debtors({"OSTBATWW"}).signed_by("maker").build()));
       },
       "quote_signer_unknown"},
      {"debtors before expiry",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().debtors({"OSTBATWW"}).expires_at(test_time).build()));
       },
       "debtor_not_in_quote"},
      {"expiry before limit",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().expires_at(test_time).limit(1).build()));
       },
       "quote_expired"},
      {"limit before amount",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().limit(1).build()).debtor_amount(usd(1)));
       },
       "quote_exhausted"},
      {"amount before hold_max",
       [](Network& n) {
         return n.outcome(fx(n, a_quote().hold_max_s(1).build())
                              .to("SUDBFRPP/ask")
                              .accept_by(n.in_seconds(60))
                              .debtor_amount(usd(1)));
       },
       "quote_amount_wrong"},
      {"hold_max before provider frozen",
       [](Network& n) {
         set_status(n, "FXPRUS33/desk", AccountStatus::frozen);
         return n.outcome(
             fx(n, a_quote().hold_max_s(1).build()).to("SUDBFRPP/ask").accept_by(n.in_seconds(60)));
       },
       "quote_hold_too_long"},
      {"provider short before debtor short",
       [](Network& n) {
         return n.outcome(
             fx(n).amount(eur(10'000'01)).debtor_amount(usd(10'842'02)).quote(a_quote().build()));
       },
       "provider_short"},
      {"funds before maximum",
       [](Network& n) {
         Parameters parameters = *n.ledger.load<Parameters>({});
         parameters.money_max = MinorUnits(10'000'00);
         n.ledger.write(Only{}, parameters);
         return n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(10'000'01)));
       },
       "funds_short"},
      {"wrong state before deadline",
       [](Network& n) {
         const OwnedId name = n.hold_payment();
         EXPECT_EQ(n.send(Block{account("SUDBFRPP/ask"), name, "law", {}}, {"sud"}), "blocked");
         n.ledger.set_time(UnixMillis(n.ledger.time().value + 100'000));
         return n.send(Reject{account("SUDBFRPP/ask"), name, code("AC04")}, {"sud"});
       },
       "wrong_state"},
      {"returned before amount",
       [](Network& n) {
         const Original original = n.original(n.settle_payment());
         EXPECT_EQ(n.send(Return{original, MinorUnits(1), code("FOCR"), {}}, {"sud"}), "returned");
         return n.send(Return{original, MinorUnits(101), code("FOCR"), {}}, {"sud"});
       },
       "already_returned"},
      {"returned before open recall",
       [](Network& n) {
         const OwnedId name = n.settle_payment();
         EXPECT_EQ(n.send(Return{n.original(name), MinorUnits(1), code("FOCR"), {}}, {"sud"}),
                   "returned");
         return n.send(Recall{account("NORDDEFF/main"), name, code("DUPL"), n.original(name)},
                       {"maker"});
       },
       "already_returned"},
      {"window before id",
       [](Network& n) {
         const OwnedId name = n.settle_payment();
         return n.outcome(n.payment().id(name.id).valid_until(UnixSeconds(test_time.value)));
       },
       "dropped: valid_until has passed"},
      {"id before signers",
       [](Network& n) {
         const OwnedId name = n.settle_payment();
         return n.outcome(n.payment().id(name.id).signed_by({"stranger"}));
       },
       "dropped: the id is used already"},
      {"stranger before too few",
       [](Network& n) {
         return n.outcome(n.payment("NORDDEFF/dual").signed_by({"dual-maker", "stranger"}));
       },
       "dropped: a signer is not in the policy"},
  };
  for (const Case& row : pairs) {
    SCOPED_TRACE(row.what);
    Network n;
    EXPECT_EQ(row.play(n), row.expected);
  }
}

// T11: a rejected order leaves every balance as it was, whichever check refused it.
TEST(LedgerReasons, T11_RejectionChangesNoBalance) {
  Network n;
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(10'000'00))
                          .charge(debtor_charge("SUDBFRPP/fees", 1))),
            "funds_short");
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00);
  EXPECT_EQ(n.balance("SUDBFRPP/main"), 10'000'00);
  EXPECT_EQ(n.balance("SUDBFRPP/fees"), 0);
  EXPECT_TRUE(n.receipts.back().entries.empty());
  ASSERT_TRUE(n.receipts.back().payment.has_value());
}

}  // namespace
}  // namespace vostro::test
