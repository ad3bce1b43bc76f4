// Goal: a payment's life is the state table of the ledger's specification, and money is where the
// table says. Method: every event meets every state; then charges, delays, caps and recalls with
// their entries and balances.
#include <array>
#include <functional>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {
namespace {

using namespace chain;

enum class Stage { delayed, held, blocked, settled, ended };
constexpr Stage stages[] = {Stage::delayed, Stage::held, Stage::blocked, Stage::settled,
                            Stage::ended};

/// A payment to SUDBFRPP/ask, brought to a stage, and the receipt that shows the stage.
struct Subject {
  OwnedId name;
  AccountId debtor;
  std::string_view signer;
  Original last;
};

Subject bring_to(Network& n, Stage stage) {
  const AccountId ask = account("SUDBFRPP/ask");
  const bool is_slow = stage == Stage::delayed;
  const std::string_view debtor = is_slow ? "NORDDEFF/slow" : "NORDDEFF/main";
  const std::string_view signer = is_slow ? "slow" : "maker";
  const auto order =
      n.payment(debtor, "SUDBFRPP/ask").accept_by(n.in_seconds(600)).signed_by({signer}).verified();
  EXPECT_EQ(n.outcome(order), is_slow ? "delayed" : "held");
  const OwnedId name = order->id();
  if (stage == Stage::blocked) {
    EXPECT_EQ(n.send(Block{ask, name, "law", {}}, {"sud"}), "blocked");
  }
  if (stage == Stage::settled) {
    EXPECT_EQ(n.send(Accept{ask, name}, {"sud"}), "settled");
  }
  if (stage == Stage::ended) {
    EXPECT_EQ(n.send(Reject{ask, name, code("AC04")}, {"sud"}), "released");
  }
  return {name, account(debtor), signer, n.ledger.original(n.ledger.height(), 0)};
}

struct LifeRow {
  const char* event;
  std::function<std::string(Network&, const Subject&)> send;
  std::array<std::string, 5> expected;  // delayed, held, blocked, settled, ended
};

const std::vector<LifeRow>& state_table() {
  static const AccountId ask = account("SUDBFRPP/ask");
  static const std::vector<LifeRow> table{
      {"Cancel",
       [](Network& n, const Subject& s) {
         return n.send(Cancel{s.name, {}}, {s.signer});
       },
       {"cancelled", "nothing_delayed", "nothing_delayed", "nothing_delayed", "nothing_delayed"}},
      {"Recall",
       [](Network& n, const Subject& s) {
         return n.send(Recall{s.debtor, s.name, code("DUPL"), s.last}, {s.signer});
       },
       {"cancelled", "cancelled", "wrong_state", "recall_requested", "not_found"}},
      {"Recall without original",
       [](Network& n, const Subject& s) {
         return n.send(Recall{s.debtor, s.name, code("DUPL"), {}}, {s.signer});
       },
       {"cancelled", "cancelled", "wrong_state", "not_found", "not_found"}},
      {"Accept",
       [](Network& n, const Subject& s) {
         return n.send(Accept{ask, s.name}, {"sud"});
       },
       {"wrong_state", "settled", "wrong_state", "not_found", "not_found"}},
      {"Reject",
       [](Network& n, const Subject& s) {
         return n.send(Reject{ask, s.name, code("AC04")}, {"sud"});
       },
       {"wrong_state", "released", "wrong_state", "not_found", "not_found"}},
      {"Block",
       [](Network& n, const Subject& s) {
         return n.send(Block{ask, s.name, "law", {}}, {"sud"});
       },
       {"wrong_state", "blocked", "wrong_state", "not_found", "not_found"}},
      {"Unblock pay",
       [](Network& n, const Subject& s) {
         return n.send(Unblock{ask, s.name, UnblockTo::pay, "law", {}}, {"sud"});
       },
       {"wrong_state", "wrong_state", "settled", "not_found", "not_found"}},
      {"Unblock release",
       [](Network& n, const Subject& s) {
         return n.send(Unblock{ask, s.name, UnblockTo::release, "law", {}}, {"sud"});
       },
       {"wrong_state", "wrong_state", "released", "not_found", "not_found"}},
      {"RefuseRecall",
       [](Network& n, const Subject& s) {
         return n.send(RefuseRecall{ask, s.name, code("CUST")}, {"sud"});
       },
       {"not_found", "not_found", "not_found", "not_found", "not_found"}},
      {"ConfirmCredit",
       [](Network& n, const Subject& s) {
         return n.send(ConfirmCredit{s.last, test_time}, {"sud"});
       },
       {"not_found", "not_found", "not_found", "credited", "not_found"}},
      {"Return",
       [](Network& n, const Subject& s) {
         return n.send(Return{s.last, MinorUnits(100), code("FOCR"), {}}, {"sud"});
       },
       {"not_found", "not_found", "not_found", "returned", "not_found"}},
  };
  return table;
}

TEST(PaymentLife, EveryEventMeetsEveryState) {
  for (const LifeRow& row : state_table()) {
    for (const Stage stage : stages) {
      SCOPED_TRACE(std::string(row.event) + " meets stage " +
                   std::to_string(static_cast<int>(stage)));
      Network n;
      const Subject subject = bring_to(n, stage);
      EXPECT_EQ(row.send(n, subject), row.expected[static_cast<std::size_t>(stage)]);
    }
  }
}

// Money is with the debtor after cancelled and released, with the creditor after settled, in
// between in the hold.
TEST(PaymentLife, MoneyIsWhereTheTableSays) {
  for (const LifeRow& row : state_table()) {
    for (const Stage stage : {Stage::held, Stage::blocked}) {
      Network n;
      const Subject subject = bring_to(n, stage);
      EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 100);
      const std::string word = row.send(n, subject);
      const bool is_back = word == "cancelled" || word == "released";
      EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - (is_back ? 0 : 100)) << row.event;
      EXPECT_EQ(n.balance("SUDBFRPP/ask"), word == "settled" ? 100 : 0) << row.event;
      EXPECT_EQ(n.ledger.load<Hold>(subject.name).has_value(), !is_back && word != "settled")
          << row.event;
    }
  }
}

// An answer by another account than the payment's own finds no such payment, even within one bank.
TEST(PaymentLife, OnlyItsOwnAccountsAnswer) {
  Network n;
  const Subject subject = bring_to(n, Stage::held);
  EXPECT_EQ(n.send(Accept{account("SUDBFRPP/main"), subject.name}, {"sud"}), "not_found");
  EXPECT_EQ(n.send(Recall{account("NORDDEFF/other"), subject.name, code("DUPL"), {}}, {"maker"}),
            "not_found");
  EXPECT_EQ(n.send(Accept{account("SUDBFRPP/ask"), subject.name}, {"maker"}),
            "dropped: a signer is not in the policy");
}

TEST(PaymentLife, AccountThatTakesUnaskedSettlesAtOnceEvenWhenAcceptanceIsRequired) {
  Network n;
  EXPECT_EQ(n.outcome(n.payment().accept_by(n.in_seconds(60))), "settled");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/main", "SUDBFRPP/ask").signed_by({"sud"})), "settled")
      << "the owner";
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "OSTBATWW/main")), "settled") << "listed";
}

// AB05, in the first block whose time is above the deadline and not before.
TEST(PaymentLife, DeadlinePassesInTheFirstBlockAboveIt) {
  Network n;
  const OwnedId name = n.hold_payment();
  const UnixSeconds deadline = *n.ledger.load<Hold>(name)->accept_by;
  EXPECT_EQ(next_due(n.ledger.store()), deadline);
  EXPECT_FALSE(n.ledger.try_block({}, to_millis(deadline)).has_value());
  EXPECT_EQ(n.pass_to(UnixMillis(deadline.value * 1000 + 1)), "released");
  EXPECT_EQ(n.receipts[0].reason, Reason::acceptance_timed_out);
  EXPECT_EQ(n.receipts[0].kind, ReceiptKind::due);
  EXPECT_EQ(n.receipts[0].id, name);
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00);
  EXPECT_EQ(next_due(n.ledger.store()), std::nullopt);
}

TEST(PaymentLife, DueWorkGoesByTimeThenNameAndStopsAtMaxDue) {
  Network n;
  Parameters parameters = *n.ledger.load<Parameters>({});
  parameters.max_due = 2;
  n.ledger.write(Only{}, parameters);
  const UnixSeconds late = n.in_seconds(200);
  const UnixSeconds early = n.in_seconds(100);
  std::vector<OwnedId> names;
  for (const UnixSeconds deadline : {late, late, early}) {
    const auto order = n.payment("NORDDEFF/main", "SUDBFRPP/ask").accept_by(deadline).verified();
    EXPECT_EQ(n.outcome(order), "held");
    names.push_back(order->id());
  }
  std::sort(names.begin(), names.begin() + 2);
  const UnixMillis time(late.value * 1000 + 1);
  EXPECT_EQ(n.pass_to(time), "released released");
  EXPECT_EQ(n.receipts[0].id, names[2]);
  EXPECT_EQ(n.receipts[1].id, names[0]);
  EXPECT_EQ(n.pass_to(time), "released");
  EXPECT_EQ(n.receipts[0].id, names[1]);
}

// Delay.

PaymentBuilder slow_payment(Network& n, const Money& amount = eur(100)) {
  return n.payment("NORDDEFF/slow", "SUDBFRPP/main", amount).signed_by({"slow"});
}
UnixMillis after_delay(const Network& n) {
  return UnixMillis(n.ledger.time().value + 11'000);
}

TEST(Delay, MoneyLeavesAtOnceAndArrivesWhenTheDelayIsOver) {
  Network n;
  const auto order = slow_payment(n).charge(debtor_charge("SUDBFRPP/fees", 5)).verified();
  EXPECT_EQ(n.outcome(order), "delayed");
  EXPECT_EQ(n.balance("NORDDEFF/slow"), 10'000'00 - 105);
  EXPECT_EQ(n.balance("SUDBFRPP/main"), 10'000'00);
  EXPECT_EQ(n.pass_to(after_delay(n)), "settled");
  EXPECT_EQ(n.receipts[0].id, order->id());
  EXPECT_EQ(n.receipts[0].transaction_hash, order->hash());
  EXPECT_EQ(n.balance("SUDBFRPP/main"), 10'000'00 + 100);
  EXPECT_EQ(n.balance("SUDBFRPP/fees"), 5);
  EXPECT_EQ(
      n.send(Return{n.ledger.original(n.ledger.height(), 0), MinorUnits(100), code("FOCR"), {}},
             {"sud"}),
      "returned")
      << "a due receipt is an original too";
}

TEST(Delay, ChecksRunAgainAndARejectionGivesTheMoneyBack) {
  Network n;
  EXPECT_EQ(n.outcome(slow_payment(n)), "delayed");
  EXPECT_EQ(n.send(Freeze{account("NORDDEFF/slow")}, {"slow"}), "done");
  EXPECT_EQ(n.pass_to(after_delay(n)), "account_frozen");
  EXPECT_EQ(n.balance("NORDDEFF/slow"), 10'000'00);
  EXPECT_EQ(n.receipts[0].entries.size(), 2U);
}

TEST(Delay, EndsInAHoldWhereAcceptanceIsRequired) {
  Network n;
  const auto order = n.payment("NORDDEFF/slow", "SUDBFRPP/ask")
                         .accept_by(n.in_seconds(100))
                         .signed_by({"slow"})
                         .verified();
  EXPECT_EQ(n.outcome(order), "delayed");
  EXPECT_EQ(n.pass_to(after_delay(n)), "held");
  EXPECT_TRUE(n.receipts[0].entries.empty()) << "the money was in the hold already";
  EXPECT_EQ(n.send(Accept{account("SUDBFRPP/ask"), order->id()}, {"sud"}), "settled");
}

TEST(Delay, T16_CancelledThenDueHappensOnce) {
  Network n;
  const auto order = slow_payment(n).verified();
  EXPECT_EQ(n.outcome(order), "delayed");
  EXPECT_EQ(n.send(Cancel{order->id(), {}}, {"maker"}), "dropped: a signer is not in the policy");
  EXPECT_EQ(n.send(Cancel{order->id(), {}}, {"slow"}), "cancelled");
  EXPECT_EQ(n.receipts[0].reason, Reason::cancelled_by_order);
  EXPECT_EQ(n.balance("NORDDEFF/slow"), 10'000'00);
  const auto nothing = n.ledger.try_block({}, after_delay(n));
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().error, ExecutionError::empty);
}

TEST(Delay, RedeemAndReturnWaitWithTheirMoney) {
  Network n;
  const Uuid redeem_id = n.next_id();
  EXPECT_EQ(n.outcome(a_transaction(Redeem{account("NORDDEFF/slow"), eur(300), {}})
                          .id(redeem_id)
                          .signed_by({"slow"})),
            "delayed");
  const RedeemOutcome paid{
      bic("AGNTDEFF"), {bic("NORDDEFF"), redeem_id}, RedeemResult::paid, {}, {}};
  EXPECT_EQ(n.send(paid, {"agent"}), "not_found") << "not open yet";
  EXPECT_EQ(n.pass_to(after_delay(n)), "done");
  EXPECT_EQ(n.send(paid, {"agent"}), "done");

  const OwnedId in = n.settle_payment("NORDDEFF/main", "NORDDEFF/slow");
  EXPECT_EQ(n.send(Return{n.original(in), MinorUnits(100), code("FOCR"), {}}, {"slow"}), "delayed");
  EXPECT_EQ(n.balance("NORDDEFF/slow"), 10'000'00 - 300);
  EXPECT_EQ(n.pass_to(after_delay(n)), "returned");
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00);
}

TEST(Delay, OrdersThatMoveNoMoneyWaitToo) {
  Network n;
  Policy policy = simple_policy({"sud"});
  for (Rule& rule : policy.rules)
    if (rule.action == ActionClass::answer) rule.delay_ms = 10'000;
  EXPECT_EQ(n.send(UpdatePolicy{bic("SUDBFRPP"), {}, policy}, {"sud"}), "done");
  const OwnedId name = n.hold_payment();
  EXPECT_EQ(n.send(Accept{account("SUDBFRPP/ask"), name}, {"sud"}), "delayed");
  EXPECT_FALSE(n.receipts[0].payment.has_value()) << "the answer is delayed, not the payment";
  EXPECT_EQ(n.ledger.load<Hold>(name)->state, HoldState::held);
  EXPECT_EQ(n.pass_to(after_delay(n)), "settled");
}

TEST(Delay, RuleWithADelayFitsNoBulkAndNoExchange) {
  Network n;
  EXPECT_EQ(n.outcome(a_batch()
                          .from("NORDDEFF/slow")
                          .item(uetr(1), "SUDBFRPP/main", 1)
                          .signed_by({"slow"})
                          .id(n.next_id())),
            "no_rule_for_amount");
  EXPECT_EQ(n.outcome(an_fx_payment().from("NORDDEFF/slow").signed_by({"slow"}).id(n.next_id())),
            "no_rule_for_amount");
}

// Caps.

TEST(Cap, T16_CountsOrdersOfABusinessDateAlsoThoseThatComeBack) {
  Network n;
  const auto pay = [&](std::int64_t cents, std::string_view to) {
    auto order = n.payment("NORDDEFF/capped", to, eur(cents)).signed_by({"capped"});
    if (to == "SUDBFRPP/ask") order.accept_by(n.in_seconds(60));
    const auto transaction = order.verified();
    return std::pair(n.outcome(transaction), transaction->id());
  };
  const auto [word, held] = pay(60'00, "SUDBFRPP/ask");
  EXPECT_EQ(word, "held");
  EXPECT_EQ(n.send(Reject{account("SUDBFRPP/ask"), held, code("AC04")}, {"sud"}), "released");
  EXPECT_EQ(pay(40'01, "SUDBFRPP/main").first, "daily_cap_passed");
  EXPECT_EQ(pay(40'00, "SUDBFRPP/main").first, "settled");
  EXPECT_EQ(pay(1, "SUDBFRPP/main").first, "daily_cap_passed");
  EXPECT_EQ(n.send(OpenBusinessDate{bic("AGNTDEFF"), currency("EUR"), Date(19'676)}, {"agent"}),
            "done");
  EXPECT_EQ(pay(100'00, "SUDBFRPP/main").first, "settled");
}

TEST(Cap, RejectedOrdersDoNotCount) {
  Network n;
  EXPECT_EQ(
      n.outcome(n.payment("NORDDEFF/capped", "SUDBFRPP/ask", eur(100'00)).signed_by({"capped"})),
      "acceptance_needed");
  EXPECT_EQ(
      n.outcome(n.payment("NORDDEFF/capped", "SUDBFRPP/main", eur(100'00)).signed_by({"capped"})),
      "settled");
}

TEST(Cap, DelayedOrderCountsOnceWhenOrdered) {
  Network n;
  Policy policy = delayed_policy("slow");
  policy.caps = {{currency("EUR"), MinorUnits(150)}};
  EXPECT_EQ(n.send(UpdateAccount{account("NORDDEFF/slow"), policy, accepts_all()}, {"slow"}),
            "done");
  EXPECT_EQ(n.outcome(slow_payment(n)), "delayed");
  EXPECT_EQ(n.outcome(slow_payment(n)), "daily_cap_passed");
  EXPECT_EQ(n.pass_to(after_delay(n)), "settled");
  EXPECT_EQ(n.outcome(slow_payment(n, eur(50))), "delayed");
}

// Charges.

struct ChargeCase {
  Bearer bearer;
  std::vector<Charge> charges;
  std::int64_t debtor, creditor, fees;  // change of each balance
};

TEST(Charges, EachIsAnEntryOfItsOwnWhoeverBearsIt) {
  const std::vector<ChargeCase> cases{
      {Bearer::debt,
       {debtor_charge("SUDBFRPP/fees", 7), debtor_charge("SUDBFRPP/fees", 2)},
       -1009,
       1000,
       9},
      {Bearer::shar,
       {debtor_charge("SUDBFRPP/fees", 7), creditor_charge("SUDBFRPP/fees", 2)},
       -1007,
       998,
       9},
      {Bearer::cred, {creditor_charge("SUDBFRPP/fees", 7)}, -1000, 993, 7},
      {Bearer::cred, {}, -1000, 1000, 0},
  };
  for (const bool is_held : {false, true}) {
    for (const ChargeCase& row : cases) {
      Network n;
      const std::string_view creditor = is_held ? "SUDBFRPP/ask" : "SUDBFRPP/main";
      const std::int64_t creditor_before = n.balance(creditor);
      auto order = n.payment("NORDDEFF/main", creditor, eur(1000)).bearer(row.bearer);
      for (const Charge& charge : row.charges) order.charge(charge);
      if (is_held) order.accept_by(n.in_seconds(60));
      const auto transaction = order.verified();
      EXPECT_EQ(n.outcome(transaction), is_held ? "held" : "settled");
      if (is_held) {
        EXPECT_EQ(n.send(Accept{account(creditor), transaction->id()}, {"sud"}), "settled");
      }
      EXPECT_EQ(n.receipts[0].entries.size(), 2 + 2 * row.charges.size());
      EXPECT_EQ(n.balance("NORDDEFF/main") - 10'000'00, row.debtor);
      EXPECT_EQ(n.balance(creditor) - creditor_before, row.creditor);
      EXPECT_EQ(n.balance("SUDBFRPP/fees"), row.fees);
    }
  }
}

TEST(Charges, AReleaseGivesThemBackAReturnDoesNot) {
  Network n;
  const auto held = n.payment("NORDDEFF/main", "SUDBFRPP/ask")
                        .charge(debtor_charge("SUDBFRPP/fees", 7))
                        .accept_by(n.in_seconds(60))
                        .verified();
  EXPECT_EQ(n.outcome(held), "held");
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 107);
  EXPECT_EQ(n.send(Reject{account("SUDBFRPP/ask"), held->id(), code("AC04")}, {"sud"}), "released");
  EXPECT_EQ(n.receipts[0].given_code, code("AC04"));
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00);

  const auto settled = n.payment().charge(debtor_charge("SUDBFRPP/fees", 7)).verified();
  EXPECT_EQ(n.outcome(settled), "settled");
  EXPECT_EQ(n.send(Return{n.original(settled->id()), MinorUnits(100), code("FOCR"), {}}, {"sud"}),
            "returned");
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 7);
}

// Recall and return.

TEST(Recall, RequestIsAnsweredOnceByReturnOrRefusal) {
  Network n;
  const OwnedId name = n.settle_payment();
  const Recall recall{account("NORDDEFF/main"), name, code("DUPL"), n.original(name)};
  EXPECT_EQ(n.send(recall, {"maker"}), "recall_requested");
  EXPECT_EQ(n.send(RefuseRecall{account("SUDBFRPP/main"), name, code("CUST")}, {"sud"}), "done");
  const Original refusal = n.ledger.original(n.ledger.height(), 0);
  EXPECT_EQ(n.send(RefuseRecall{account("SUDBFRPP/main"), name, code("CUST")}, {"sud"}),
            "not_found");
  EXPECT_EQ(n.send(ConfirmCredit{refusal, test_time}, {"sud"}), "not_found")
      << "a refusal is no original";
  EXPECT_EQ(n.send(recall, {"maker"}), "recall_requested");
  EXPECT_EQ(n.send(Return{*recall.original, MinorUnits(60), code("FOCR"), {}}, {"sud"}),
            "returned");
  EXPECT_FALSE(n.ledger.load<OpenRecall>(name).has_value());
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 40);
}

TEST(Recall, ForgedOriginalsAreNotFound) {
  Network n;
  const OwnedId name = n.settle_payment();
  const Original genuine = n.original(name);
  const auto refused = [&](const std::function<void(Original&)>& forge) {
    Original forged = genuine;
    forge(forged);
    return n.send(Return{forged, MinorUnits(100), code("FOCR"), {}}, {"sud"});
  };
  EXPECT_EQ(refused([](Original& o) { o.receipt.payment->amount.units = MinorUnits(100'000); }),
            "not_found");
  EXPECT_EQ(refused([](Original& o) { o.height = Height(1); }), "not_found");
  EXPECT_EQ(refused([](Original& o) { o.height = Height(1'000'000); }), "not_found");
  EXPECT_EQ(refused([](Original& o) {
              o.path.siblings.push_back({});
              o.path.count = 2;
            }),
            "not_found");
  EXPECT_EQ(refused([](Original&) {}), "returned");
}

}  // namespace
}  // namespace vostro::test
