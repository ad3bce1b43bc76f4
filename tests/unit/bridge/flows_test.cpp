#include "bridge/messages.h"
#include "bridge/reports.h"
#include "tests/unit/bridge/flow_case.h"

namespace vostro::bridge {
namespace {

using namespace test;

struct MatchRow {
  std::string name;
  std::function<void(FiatEntry&)> change;
  std::string doubt;
};
class MatchCredit : public testing::TestWithParam<MatchRow> {};

TEST_P(MatchCredit, B8_SaysForWhomOrWhyNot) {
  FiatEntry entry = credit("r");
  GetParam().change(entry);
  const Match match = match_credit(config(), entry, *parse_date("2026-11-23"));
  EXPECT_EQ(match.doubt, GetParam().doubt);
  EXPECT_EQ(match.account.has_value(), GetParam().doubt.empty());
  EXPECT_TRUE(!match.account || *match.account == kMain);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, MatchCredit,
    testing::Values(
        MatchRow{"named", [](FiatEntry&) {}, ""},
        MatchRow{"in_capitals", [](FiatEntry& e) { e.texts = {"VOSTRO/MERLSGSG/MAIN"}; }, ""},
        MatchRow{"twice", [](FiatEntry& e) { e.texts.push_back("VOSTRO/MERLSGSGXXX/main"); }, ""},
        MatchRow{"not_named",
                 [](FiatEntry& e) {
                   e.texts = {"MERLSGSG/main", "VOSTRO/", ""};
                 },
                 "no_account_named"},
        MatchRow{"no_bank", [](FiatEntry& e) { e.texts = {"VOSTRO/NOBANK/main"}; },
                 "no_account_named"},
        MatchRow{"two_named", [](FiatEntry& e) { e.texts.push_back("VOSTRO/MERLSGSG/other"); },
                 "several_accounts_named"},
        MatchRow{"a_stranger", [](FiatEntry& e) { e.texts = {"VOSTRO/GULFBHBM/main"}; },
                 "no_standing_instruction"},
        MatchRow{"other_debtor", [](FiatEntry& e) { e.debtor_account = "SG-2"; }, "other_debtor"},
        MatchRow{"no_debtor", [](FiatEntry& e) { e.debtor_account = ""; }, "other_debtor"},
        MatchRow{"reversal", [](FiatEntry& e) { e.is_reversal = true; }, "reversal"},
        MatchRow{"several", [](FiatEntry& e) { e.payments = 2; }, "several_payments"},
        MatchRow{"no_details", [](FiatEntry& e) { e.payments = 0; }, "several_payments"},
        MatchRow{"dollars", [](FiatEntry& e) { e.amount.currency = *parse_currency("USD"); },
                 "wrong_currency"},
        MatchRow{"tomorrow", [](FiatEntry& e) { e.value = parse_date("2026-11-24"); }, ""},
        MatchRow{"too_late", [](FiatEntry& e) { e.value = parse_date("2026-11-25"); }, "odd_date"},
        MatchRow{"ten_days", [](FiatEntry& e) { e.value = parse_date("2026-11-13"); }, ""},
        MatchRow{"too_old", [](FiatEntry& e) { e.value = parse_date("2026-11-12"); }, "odd_date"}),
    [](const auto& row) { return row.param.name; });

using TheFlows = FlowTest;
VOSTRO_ON_BOTH_DATABASES(TheFlows);

TEST_P(TheFlows, ACreditIsIssuedOnce) {
  notice(credit("a"));
  ASSERT_EQ(waiting().size(), 1u);
  const auto order = order_in(waiting()[0]);
  const auto& issue = std::get<chain::Issue>(order.body);
  EXPECT_EQ(issue.account, kMain);
  EXPECT_EQ(issue.entry, client::fiat_entry_hash(kPool, "a"));
  EXPECT_EQ(order.id, client::issue_id(issue.entry, 1));
  EXPECT_EQ(sums(), (Sums{500, 0, -500, 0, 0, 0, 0}));
  take(issue_receipt(funding("a")));
  take(issue_receipt(funding("a")));  // a receipt that comes again changes nothing
  EXPECT_EQ(sums(), (Sums{500, 0, 0, -500, 0, 0, 0}));
  EXPECT_TRUE(waiting().empty());
  notice(credit("a"));
  EXPECT_EQ(sums(), (Sums{500, 0, 0, -500, 0, 0, 0}));
  EXPECT_TRUE(alarm_kinds().empty());
}

TEST_P(TheFlows, B6_OneReferenceIsOneEntry) {
  notice(credit("a"));
  notice(credit("a", 501));
  EXPECT_EQ(sums()[0], 500);
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"entry"});
}

TEST_P(TheFlows, WhatTheLedgerRejectsWaitsForPeople) {
  notice(credit("a"));
  take(issue_receipt(funding("a"), Status::rejected));
  EXPECT_EQ(funding("a").state, FundingState::suspense);
  EXPECT_EQ(funding("a").reason, "ledger_account_unknown");
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(sums(), (Sums{500, -500, 0, 0, 0, 0, 0}));
}

TEST_P(TheFlows, AnExpiredOrderIsMadeAnewWithTheNextNumber) {
  notice(credit("a"));
  const auto first = order_in(waiting().at(0));
  now_ = UnixMillis(now_.value + 700'000);
  step([&](BookTransaction& rows) {
    on_issue_expired(rows, maker_, find_funding_by_order(rows, first.id).value());
  });
  ASSERT_EQ(waiting().size(), 1u);
  const auto second = order_in(waiting()[0]);
  EXPECT_EQ(second.id, client::issue_id(client::fiat_entry_hash(kPool, "a"), 2));
  EXPECT_GT(second.valid_until, first.valid_until);
  EXPECT_EQ(sums(), (Sums{500, 0, -500, 0, 0, 0, 0}));
}

// Goal: a restored book finds what the ledger has already. Method: the Issue's event comes first,
// of a second try; then the file is read again.
TEST_P(TheFlows, WhatIsIssuedAlreadyIsNotIssuedAgain) {
  Funding before;
  before.amount = {kEuro, MinorUnits(500)};
  before.order = client::issue_id(client::fiat_entry_hash(kPool, "a"), 2);
  take(issue_receipt(before));
  EXPECT_EQ(alarm_kinds(), (std::vector<std::string>{"break", "stranger"}));
  EXPECT_EQ(sums(), (Sums{0, 0, 0, -500, 0, 0, 500}));
  notice(credit("a"));
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(funding("a").state, FundingState::issued);
  EXPECT_EQ(sums(), (Sums{500, 0, 0, -500, 0, 0, 0}));
  EXPECT_TRUE(alarm_kinds().empty());
}

TEST_P(TheFlows, SuspenseNeedsTwoPersonsOfTheConfiguration) {
  const SecretKey anna = SecretKey::generate();
  const SecretKey carl = SecretKey::generate();
  const SecretKey other = SecretKey::generate();
  config_.persons = {{"anna", anna.public_key()}, {"carl", carl.public_key()}};
  FiatEntry entry = credit("a");
  entry.texts = {"?"};
  notice(entry);
  EXPECT_EQ(sums(), (Sums{500, -500, 0, 0, 0, 0, 0}));
  const auto decide = [&](const SecretKey& key, const std::string& person,
                          const chain::AccountId& to, bool is_forged = false) {
    const Funding now = funding("a");
    const Bytes message = decision_message(kNetwork, now, to, "why");
    step([&](BookTransaction& rows) {
      insert(rows, Decision{now.entry, to, "why", person, key.public_key(),
                            is_forged ? other.sign(message) : key.sign(message)});
    });
    step([&](BookTransaction& rows) { act_on_decisions(rows, config_, maker_); });
    return funding("a").state == FundingState::issuing;
  };
  EXPECT_FALSE(decide(anna, "anna", kMain));
  EXPECT_FALSE(decide(anna, "anna", kMain));
  EXPECT_FALSE(decide(anna, "carl", kMain));           // another's name
  EXPECT_FALSE(decide(other, "bert", kMain));          // nobody's key
  EXPECT_FALSE(decide(carl, "carl", kMain, true));     // another's signature
  EXPECT_FALSE(decide(carl, "carl", {kMember, "x"}));  // another account
  EXPECT_TRUE(decide(carl, "carl", kMain));
  EXPECT_EQ(sums(), (Sums{500, 0, -500, 0, 0, 0, 0}));
  // Rejected by the ledger: what was decided before counts no more.
  take(issue_receipt(funding("a"), Status::rejected));
  EXPECT_FALSE(decide(carl, "carl", kMain));
  EXPECT_TRUE(decide(anna, "anna", kMain));
  EXPECT_EQ(funding("a").attempt, 2u);
}

TEST_P(TheFlows, ARedemptionIsPaidAndBurnt) {
  redeem();
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 200, -200, 0, 0}));
  ASSERT_EQ(waiting().size(), 1u);
  EXPECT_EQ(waiting()[0].id, payout_message_id(redeem_) + ".xml");
  redeem();  // told twice
  EXPECT_EQ(waiting().size(), 1u);
  for (const char* status : {"RCVD", "ACTC", "PDNG", "ACSP"}) answer(status);
  EXPECT_EQ(redemption().state, RedemptionState::paying);
  answer("ACSC");
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 200, -200, 200, 0}));
  ASSERT_EQ(waiting().size(), 1u);
  const auto order = order_in(waiting()[0]);
  const auto& outcome = std::get<chain::RedeemOutcome>(order.body);
  EXPECT_EQ(outcome.result, chain::RedeemResult::paid);
  EXPECT_EQ(outcome.redeem, redeem_);
  EXPECT_EQ(outcome.message, hash("x", as_bytes("ACSC")));
  answer("ACSC");
  EXPECT_EQ(waiting().size(), 1u);
  take(outcome_receipt(order.id, true));
  EXPECT_EQ(redemption().state, RedemptionState::burnt);
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 200, 0, 0, 0}));
  EXPECT_TRUE(waiting().empty());
  EXPECT_TRUE(alarm_kinds().empty());
}

TEST_P(TheFlows, ARefusedPayoutIsUnlockedWithTheBanksReason) {
  redeem();
  answer("RJCT", "AC04");
  const auto order = order_in(waiting().at(0));
  const auto& outcome = std::get<chain::RedeemOutcome>(order.body);
  EXPECT_EQ(outcome.result, chain::RedeemResult::failed);
  EXPECT_EQ(outcome.code, (chain::GivenCode{'A', 'C', '0', '4'}));
  take(outcome_receipt(order.id, false));
  EXPECT_EQ(redemption().state, RedemptionState::unlocked);
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 0, 0, 0, 0}));
}

TEST_P(TheFlows, AReasonThatIsNoCodeBecomesNotSpecified) {
  redeem();
  answer("RJCT", "own words");
  EXPECT_EQ(redemption().code, (chain::GivenCode{'M', 'S', '0', '3'}));
}

TEST_P(TheFlows, B10_OnlyTheFirstWordOfTheBankCounts) {
  answer("ACSC", "", "VR-unknown");
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"answer"});
  redeem();
  answer("WHAT");
  EXPECT_EQ(redemption().state, RedemptionState::paying);
  answer("ACSC");
  answer("RJCT", "AC04");
  EXPECT_EQ(redemption().state, RedemptionState::paid);
  EXPECT_EQ(waiting().size(), 1u);
  const auto kinds = alarm_kinds();
  EXPECT_EQ(std::ranges::count(kinds, "contradiction"), 1);
  take(outcome_receipt(*redemption().order, true));
  answer("RJCT", "AC04");
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 200, 0, 0, 0}));
}

TEST_P(TheFlows, ALateAnswerRaisesAnAlarmAndGuessesNothing) {
  redeem();
  now_ = redemption().deadline;
  step([](BookTransaction& rows) { look_at_deadlines(rows); });
  EXPECT_TRUE(alarm_kinds().empty());
  now_ = UnixMillis(now_.value + 1);
  step([](BookTransaction& rows) { look_at_deadlines(rows); });
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"late"});
  EXPECT_EQ(redemption().state, RedemptionState::paying);
  answer("ACCC");
  EXPECT_EQ(redemption().state, RedemptionState::paid);
  EXPECT_TRUE(alarm_kinds().empty());
}

TEST_P(TheFlows, WithoutAStandingInstructionARedemptionWaits) {
  const auto standings = std::exchange(config_.standings, {});
  redeem();
  EXPECT_EQ(redemption().state, RedemptionState::waiting);
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"waiting"});
  config_.standings = standings;
  step([&](BookTransaction& rows) { pay_waiting(rows, config_, rules_.write_payout); });
  EXPECT_EQ(redemption().state, RedemptionState::paying);
  EXPECT_EQ(waiting().size(), 1u);
  EXPECT_TRUE(alarm_kinds().empty());
}

// Goal: the ledger goes on at weekends, and the bank does not. Method: a Redeem on a Friday
// evening.
TEST_P(TheFlows, APayoutWaitsForAnOpenDay) {
  now_ = kNow;  // 15 January 2027, a Friday, 08:00
  config_.calendars.resize(1);
  config_.calendars[0].currency = kEuro;
  config_.calendars[0].calendar =
      *make_calendar("covers 2027-01-01 2027-12-31\n2027-01-18 Closed\n", {"UTC", 7 * 60});
  redeem();
  EXPECT_EQ(redemption().state, RedemptionState::waiting);
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 200, -200, 0, 0}));
  const auto try_at = [&](std::uint64_t hours) {
    now_ = UnixMillis(kNow.value + hours * 3'600'000);
    step([&](BookTransaction& rows) { pay_waiting(rows, config_, rules_.write_payout); });
    return redemption().state;
  };
  EXPECT_EQ(try_at(3 * 24), RedemptionState::waiting);       // Monday: a holiday
  EXPECT_EQ(try_at(3 * 24 + 15), RedemptionState::waiting);  // 23:00
  EXPECT_EQ(try_at(3 * 24 + 16), RedemptionState::paying);   // Tuesday
  EXPECT_TRUE(alarm_kinds().empty());
  EXPECT_EQ(payout_of(config_, config_.standings[0], redemption()).settlement,
            *parse_date("2027-01-19"));
}

TEST_P(TheFlows, ABusinessDateIsOpenedOnce) {
  config_.calendars.resize(1);
  config_.calendars[0].currency = kEuro;
  config_.calendars[0].calendar = *make_calendar("covers 2027-01-01 2027-12-31\n", {"UTC", 7 * 60});
  const auto look_at = [&](const char* ledger_date) {
    step([&](BookTransaction& rows) {
      open_business_date(rows, config_, maker_, kEuro, *parse_date(ledger_date));
    });
  };
  look_at("2027-01-18");  // Friday's cut-off is over: it is Monday already
  EXPECT_TRUE(waiting().empty());
  look_at("2027-01-15");
  look_at("2027-01-15");
  ASSERT_EQ(waiting().size(), 1U);
  const auto order = order_in(waiting()[0]);
  EXPECT_EQ(std::get<chain::OpenBusinessDate>(order.body).date, *parse_date("2027-01-18"));
  // It is in no block in time: the next try is another order.
  step([&](BookTransaction& rows) {
    on_agent_order_failed(rows, maker_, find_agent_order(rows, order.id).value(), true, "expired");
  });
  ASSERT_EQ(waiting().size(), 1U);
  Receipt receipt;
  receipt.id = {kAgent, order_in(waiting()[0]).id};
  EXPECT_NE(receipt.id.id, order.id);
  take(receipt);
  EXPECT_TRUE(waiting().empty());
  EXPECT_TRUE(alarm_kinds().empty());
  sums();
}

TEST_P(TheFlows, ADelayedRedemptionIsPaidWhenItIsOpen) {
  redeem(200, Status::delayed);
  EXPECT_EQ(redemption().state, RedemptionState::delayed);
  EXPECT_TRUE(waiting().empty());
  Receipt due;
  due.id = redeem_;
  due.kind = chain::ReceiptKind::due;
  take(due);
  EXPECT_EQ(redemption().state, RedemptionState::paying);
  EXPECT_EQ(waiting().size(), 1u);
}

TEST_P(TheFlows, ACancelledRedemptionIsNotPaid) {
  redeem(200, Status::delayed);
  Receipt cancel;
  cancel.id = {kMember, client::make_uetr()};
  cancel.entries = {posting(PlaceKind::hold, -200, redeem_), posting(PlaceKind::account, 200)};
  take(cancel);
  EXPECT_EQ(redemption().state, RedemptionState::cancelled);
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 0, 0, 0, 0}));
}

TEST_P(TheFlows, AnOutcomeThatTheLedgerRejectsIsSentAgainAsAnother) {
  redeem();
  answer("ACSC");
  const auto first = order_in(waiting().at(0));
  Receipt rejected;
  rejected.id = {kAgent, first.id};
  rejected.status = Status::rejected;
  rejected.reason = chain::Reason::currency_not_available;
  take(rejected);
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"close"});
  EXPECT_EQ(redemption().state, RedemptionState::paid);
  step([&](BookTransaction& rows) { close_again(rows, maker_); });
  const auto second = order_in(waiting().at(0));
  EXPECT_NE(second.id, first.id);
  step([&](BookTransaction& rows) { close_again(rows, maker_); });
  EXPECT_EQ(waiting().size(), 1u);
  take(outcome_receipt(second.id, true));
  EXPECT_EQ(redemption().state, RedemptionState::burnt);
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>());
}

TEST_P(TheFlows, AnOutcomeByAnotherHandIsSeen) {
  redeem();
  take(outcome_receipt(client::make_uetr(), true));
  EXPECT_EQ(redemption().state, RedemptionState::burnt);
  EXPECT_EQ(alarm_kinds(), (std::vector<std::string>{"break", "closed"}));
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 200, 0, 0, -200}));
  // The bank's word, read later, is the same: nothing is at odds any more.
  answer("ACSC");
  EXPECT_TRUE(alarm_kinds().empty());
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 200, 0, 0, 0}));
  answer("RJCT");
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"contradiction"});
}

// Goal: a refusal that is read after the ledger unlocked the money is none that was paid.
TEST_P(TheFlows, ARefusalAfterTheLedgersWordIsNotPaid) {
  redeem();
  take(outcome_receipt(client::make_uetr(), false));
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"closed"});
  answer("RJCT", "AC04");
  EXPECT_TRUE(alarm_kinds().empty());
  EXPECT_EQ(redemption().code, (chain::GivenCode{'A', 'C', '0', '4'}));
  EXPECT_TRUE(look<bool>([](BookTransaction& rows) { return paid_sums(rows).empty(); }));
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 0, 0, 0, 0}));
}

TEST_P(TheFlows, ADebitThatNoPayoutExplainsIsABreak) {
  redeem();
  FiatEntry debit = credit("d", 200);
  debit.is_credit = false;
  debit.instruction = {"NOTPROVIDED", payout_message_id(redeem_)};
  notice(debit);
  EXPECT_TRUE(alarm_kinds().empty());
  debit.reference = "e";
  debit.instruction = {"other"};
  notice(debit);
  notice(debit);  // told twice
  EXPECT_EQ(alarm_kinds(), (std::vector<std::string>{"break", "debit"}));
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 200, -200, 0, 200}));
}

TEST_P(TheFlows, OtherBanksAffairsPass) {
  Receipt receipt;
  receipt.id = {kMember, client::make_uetr()};
  receipt.entries = {posting(PlaceKind::account, -5), posting(PlaceKind::account, 5)};
  receipt.payment.emplace();
  take(receipt);
  receipt.payment.reset();
  receipt.entries.clear();
  take(receipt);
  receipt.id = {kMember, client::make_uetr()};
  receipt.entries = {posting(PlaceKind::supply, -9), posting(PlaceKind::account, 9)};
  for (Entry& entry : receipt.entries) entry.currency = *parse_currency("SGD");
  take(receipt);
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(alarm_kinds().empty());
  EXPECT_TRUE(look<bool>([](BookTransaction& rows) {
    return cursor(rows, kNetwork) == client::EventPlace{Height(7), 0};
  }));
}

TEST(FaultOfANotice, NamesWhatNoBookCanTake) {
  const auto fault = [](const std::function<void(FiatEntry&)>& change) {
    FiatEntry entry = credit("a");
    change(entry);
    return fault_of(config(), {{credit("b"), entry}});
  };
  EXPECT_EQ(fault([](FiatEntry&) {}), "");
  EXPECT_NE(fault([](FiatEntry& e) { e.account = "other"; }), "");
  EXPECT_NE(fault([](FiatEntry& e) { e.amount.currency = *parse_currency("USD"); }), "");
  EXPECT_NE(fault([](FiatEntry& e) { e.reference = ""; }), "");
  EXPECT_NE(fault([](FiatEntry& e) { e.amount.units = MinorUnits(0); }), "");
  EXPECT_EQ(fault([](FiatEntry& e) {
              e.account = "other";
              e.is_booked = false;
            }),
            "");
}

TEST(APayout, IsTheSameBytesEachTime) {
  Redemption redemption;
  redemption.id = {kMember, *parse_uuid("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")};
  redemption.account = kMain;
  redemption.amount = {kEuro, MinorUnits(20'000)};
  redemption.ordered = kNow;
  redemption.business_date = *parse_date("2026-11-23");
  redemption.message_id = payout_message_id(redemption.id);
  const BridgeConfig with = config();
  const Payout payout = payout_of(with, with.standings[0], redemption);
  EXPECT_EQ(version_of(payout.uetr), 4);
  EXPECT_EQ(payout.message_id.size(), 32u);
  const auto text = write_payout(payout);
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(*text, *write_payout(payout_of(with, with.standings[0], redemption)));
  for (const char* part : {"<IntrBkSttlmAmt Ccy=\"EUR\">200.00</IntrBkSttlmAmt>",
                           "<IntrBkSttlmDt>2026-11-23</IntrBkSttlmDt>", "DBSSSGSG", "SG-9"})
    EXPECT_NE(text->find(part), std::string::npos) << part;
  // It is for the bank; nobody else acts on it.
  EXPECT_FALSE(read_message(*text, with.bank));
}

TEST(Reconciliation, AddsUpToTheCent) {
  PoolPosition position;
  position.held = MinorUnits(1'000);
  position.supply = MinorUnits(700);
  position.issuing = MinorUnits(200);
  position.suspense = MinorUnits(150);
  position.burning = MinorUnits(50);
  add_up(position);
  EXPECT_EQ(position.difference.value, 0);
  position.held = MinorUnits(999);
  add_up(position);
  EXPECT_EQ(position.difference.value, -1);
  Reconciliation found;
  found.pools = {position};
  EXPECT_FALSE(found.is_sound());
  EXPECT_NE(to_report(found).find("BREAK"), std::string::npos);
  EXPECT_NE(to_json(found).find("\"difference\":\"-0.01\""), std::string::npos);
  found.ledger_height = Height(1);
  EXPECT_NE(to_report(found).find("NOT COMPARABLE"), std::string::npos);
}

}  // namespace
}  // namespace vostro::bridge
