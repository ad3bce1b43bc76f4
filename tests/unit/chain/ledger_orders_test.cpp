// Goal: exchanges, bulks, issuing, policies and ids behave as the bodies' table says.
// Method: small stories on a small network, with balances; the money equation is checked after each
// block by the harness.
#include <functional>
#include <ostream>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {
namespace {

using namespace chain;

// FX.

FxPaymentBuilder held_fx(Network& n) {
  return fx(n).to("SUDBFRPP/ask").accept_by(n.in_seconds(60));
}

struct FxBalances {
  std::int64_t debtor_usd, debtor_eur, creditor_eur, desk_usd, desk_eur;
  bool operator==(const FxBalances&) const = default;
};
std::ostream& operator<<(std::ostream& out, const FxBalances& b) {
  return out << b.debtor_usd << " " << b.debtor_eur << " " << b.creditor_eur << " " << b.desk_usd
             << " " << b.desk_eur;
}
/// As changes from the beginning.
FxBalances changes(const Network& n, std::string_view creditor, std::int64_t creditor_before) {
  const std::int64_t start = 10'000'00;
  return {n.balance("NORDDEFF/main", "USD") - start, n.balance("NORDDEFF/main") - start,
          n.balance(creditor) - creditor_before, n.balance("FXPRUS33/desk", "USD") - start,
          n.balance("FXPRUS33/desk") - start};
}

TEST(Fx, BothLegsSettleTogether) {
  Network n;
  EXPECT_EQ(n.outcome(fx(n)), "settled");
  EXPECT_EQ(changes(n, "SUDBFRPP/main", 10'000'00), (FxBalances{-1356, 0, 1250, 1356, -1250}));
  EXPECT_EQ(n.receipts[0].entries.size(), 4U);
}

TEST(Fx, AHoldHasBothLegsAndEndsInAnyWay) {
  const AccountId ask = account("SUDBFRPP/ask");
  struct Case {
    const char* what;
    std::function<std::string(Network&, const OwnedId&)> end;
    FxBalances after;
  };
  const auto block = [ask](Network& n, const OwnedId& name) {
    EXPECT_EQ(n.send(Block{ask, name, "law", {}}, {"sud"}), "blocked");
    EXPECT_EQ(changes(n, "SUDBFRPP/ask", 0), (FxBalances{-1363, 0, 0, 1356, -1250}))
        << "the exchange has settled";
  };
  const std::vector<Case> cases{
      {"accept",
       [&](Network& n, const OwnedId& name) {
         return n.send(Accept{ask, name}, {"sud"});
       },
       {-1363, 0, 1250, 1356, -1250}},
      {"reject",
       [&](Network& n, const OwnedId& name) {
         return n.send(Reject{ask, name, code("AC04")}, {"sud"});
       },
       {0, 0, 0, 0, 0}},
      {"recall",
       [&](Network& n, const OwnedId& name) {
         return n.send(Recall{account("NORDDEFF/main"), name, code("DUPL"), {}}, {"maker"});
       },
       {0, 0, 0, 0, 0}},
      {"timeout",
       [&](Network& n, const OwnedId&) {
         return n.pass_to(UnixMillis(n.ledger.time().value + 100'000));
       },
       {0, 0, 0, 0, 0}},
      {"block and pay",
       [&](Network& n, const OwnedId& name) {
         block(n, name);
         return n.send(Unblock{ask, name, UnblockTo::pay, "law", {}}, {"sud"});
       },
       {-1363, 0, 1250, 1356, -1250}},
      {"block and release: the bought money and the charges not spent",
       [&](Network& n, const OwnedId& name) {
         block(n, name);
         return n.send(Unblock{ask, name, UnblockTo::release, "law", {}}, {"sud"});
       },
       {-1356, 1250, 0, 1356, -1250}},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    Network n;
    const auto order = held_fx(n).charge(debtor_charge("SUDBFRPP/fees", 7)).verified();
    ASSERT_EQ(n.outcome(order), "held");
    EXPECT_EQ(changes(n, "SUDBFRPP/ask", 0), (FxBalances{-1363, 0, 0, 0, -1250}));
    const std::string word = row.end(n, order->id());
    EXPECT_TRUE(word == "settled" || word == "released" || word == "cancelled") << word;
    EXPECT_EQ(changes(n, "SUDBFRPP/ask", 0), row.after);
  }
}

TEST(Fx, T15_FillsCountAreNotGivenBackAndAreForgottenAfterExpiry) {
  Network n;
  const SignedQuote quote = a_quote().limit(2500).build();
  const OwnedId fill{bic("FXPRUS33"), quote.quote.id};
  const auto held = held_fx(n).quote(quote).verified();
  EXPECT_EQ(n.outcome(held), "held");
  EXPECT_EQ(n.send(Reject{account("SUDBFRPP/ask"), held->id(), code("AC04")}, {"sud"}), "released");
  EXPECT_EQ(n.outcome(fx(n).quote(quote)), "settled");
  EXPECT_EQ(n.outcome(fx(n).quote(quote).amount(eur(1)).debtor_amount(usd(2))), "quote_exhausted");
  EXPECT_EQ(n.ledger.load<QuoteFill>(fill)->sold, MinorUnits(2500));
  n.ledger.set_time(to_millis(UnixSeconds(quote.quote.expires_at.value)));
  (void)n.settle_payment();
  EXPECT_FALSE(n.ledger.load<QuoteFill>(fill).has_value());
  EXPECT_EQ(next_due(n.ledger.store()), std::nullopt) << "forgetting wakes no idle network";
}

TEST(Fx, T15_OverfilledFromTwoNodesInOneBlockSettlesOnce) {
  Network n;
  const SignedQuote quote = a_quote().limit(1250).build();
  const auto block = n.ledger.block({fx(n).quote(quote).verified(), fx(n).quote(quote).verified()});
  EXPECT_EQ(Network::word_of(block.receipts[0]), "settled");
  EXPECT_EQ(Network::word_of(block.receipts[1]), "quote_exhausted");
}

TEST(Fx, T15_RoundingOfYenAndDinarNeitherMakesNorLosesUnits) {
  Network n;
  EXPECT_EQ(n.issue("FXPRUS33/desk", kwd(1'000'000)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", jpy(1'000'000)), "done");
  // One fils, a thousandth of a dinar, at 482.35 yen for a dinar: 0.48235 yen, rounded up to one.
  const SignedQuote quote = a_quote().sells("KWD").buys("JPY").rate(48235, 2).build();
  EXPECT_EQ(n.outcome(fx(n).quote(quote).amount(kwd(1)).debtor_amount(jpy(0 + 1))), "settled");
  EXPECT_EQ(n.outcome(fx(n).quote(quote).amount(kwd(1000)).debtor_amount(jpy(482))),
            "quote_amount_wrong");
  EXPECT_EQ(n.outcome(fx(n).quote(quote).amount(kwd(1000)).debtor_amount(jpy(483))), "settled");
  EXPECT_EQ(n.balance("FXPRUS33/desk", "JPY"), 484);
  EXPECT_EQ(n.balance("SUDBFRPP/main", "KWD"), 1001);
}

TEST(Fx, ExpiredQuoteCannotBeWithdrawn) {
  Network n;
  EXPECT_EQ(n.send(Cancel{{}, a_quote().expires_at(test_time).quote()}, {"desk"}), "quote_expired");
  EXPECT_EQ(n.send(Cancel{{}, a_quote().quote()}, {"maker"}),
            "dropped: a signer is not in the policy");
}

// Bulks.

TEST(Bulk, T14_OneBadItemIsRejectedAlone) {
  Network n;
  const OwnedId used = n.settle_payment();
  const auto batch = a_batch()
                         .id(n.next_id())
                         .item(uetr(1), "SUDBFRPP/main", 100)
                         .item(used.id, "SUDBFRPP/main", 100)
                         .item(uetr(2), "SUDBFRPP/none", 100)
                         .item(uetr(3), "SUDBFRPP/ask", 100)
                         .item(uetr(4), "SUDBFRPP/main", 10'000'00)
                         .item(uetr(5), "OSTBATWW/main", 100)
                         .valid_until(n.soon())
                         .verified();
  EXPECT_EQ(n.outcome(batch), "done");
  std::vector<std::string> words;
  for (const Receipt& receipt : n.receipts) words.push_back(Network::word_of(receipt));
  EXPECT_EQ(words,
            (std::vector<std::string>{"done", "settled", "id_used", "creditor_account_unknown",
                                      "acceptance_needed", "funds_short", "settled"}));
  EXPECT_TRUE(n.receipts[0].entries.empty());
  EXPECT_EQ(n.receipts[1].kind, ReceiptKind::item);
  EXPECT_EQ(n.receipts[1].transaction_hash, batch->hash());
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 300);
  // A rejected item's UETR is used; a used one keeps its first record.
  EXPECT_EQ(n.original({bic("NORDDEFF"), uetr(3)}).receipt, n.receipts[4]);
  EXPECT_EQ(n.original(used).receipt.kind, ReceiptKind::transaction);
  EXPECT_EQ(n.outcome(n.payment().id(uetr(3))), "dropped: the id is used already");
  EXPECT_EQ(
      n.send(Return{n.original({bic("NORDDEFF"), uetr(1)}), MinorUnits(100), code("FOCR"), {}},
             {"sud"}),
      "returned");
}

TEST(Bulk, T14_ItemThatFailsHalfWayLeavesNothingBehind) {
  Network n;
  Parameters parameters = *n.ledger.load<Parameters>({});
  parameters.money_max =
      MinorUnits(10'000'50);  // the debtor is debited before the credit turns out too large
  n.ledger.write(Only{}, parameters);
  EXPECT_EQ(n.outcome(a_batch()
                          .id(n.next_id())
                          .item(uetr(1), "SUDBFRPP/main", 100)
                          .item(uetr(2), "SUDBFRPP/main", 50)),
            "done");
  EXPECT_EQ(Network::word_of(n.receipts[1]), "result_above_maximum");
  EXPECT_EQ(Network::word_of(n.receipts[2]), "settled");
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 50);
  EXPECT_EQ(n.balance("SUDBFRPP/main"), 10'000'50);
}

TEST(Bulk, T9_RivalsInOneBlock) {
  Network n;
  const auto payment = n.payment().id(uetr(1)).verified();
  const auto batch = a_batch()
                         .id(n.next_id())
                         .item(uetr(1), "SUDBFRPP/main", 5)
                         .item(uetr(2), "SUDBFRPP/main", 5)
                         .valid_until(n.soon())
                         .verified();
  const auto other = n.payment("NORDDEFF/main", "OSTBATWW/main").id(uetr(2)).verified();
  const auto block = n.ledger.block({payment, batch, other});
  EXPECT_EQ(block.transactions.size(), 2U) << "the payment under the item's UETR is dropped";
  std::vector<std::string> words;
  for (const Receipt& receipt : block.receipts) words.push_back(Network::word_of(receipt));
  EXPECT_EQ(words, (std::vector<std::string>{"settled", "done", "id_used", "settled"}));
  ASSERT_EQ(block.ids.size(), 3U);
  EXPECT_EQ(block.ids[1].second.hash, batch->hash());
  EXPECT_EQ(block.ids[2].second.hash,
            item_hash(std::get<PaymentBatch>(batch->transaction().body).items[1]));
}

TEST(Bulk, RejectedAsAWholeUsesUpItsItemsIds) {
  Network n;
  const auto batch = a_batch()
                         .from("NORDDEFF/capped")
                         .id(n.next_id())
                         .item(uetr(1), "SUDBFRPP/main", 60'00)
                         .item(uetr(2), "SUDBFRPP/main", 60'00)
                         .signed_by({"capped"})
                         .valid_until(n.soon())
                         .verified();
  const auto block = n.ledger.block({batch});
  ASSERT_EQ(block.receipts.size(), 1U);
  EXPECT_EQ(Network::word_of(block.receipts[0]), "daily_cap_passed");
  EXPECT_EQ(n.original({bic("NORDDEFF"), uetr(2)}).receipt, block.receipts[0]);
  const auto& items = std::get<PaymentBatch>(batch->transaction().body).items;
  ASSERT_EQ(block.ids.size(), 3U);
  for (std::size_t i = 0; i < items.size(); ++i)
    EXPECT_EQ(block.ids[i + 1].second.hash, item_hash(items[i]));
}

TEST(Bulk, HeldItemsHaveLivesOfTheirOwn) {
  Network n;
  EXPECT_EQ(n.outcome(a_batch()
                          .id(n.next_id())
                          .item(uetr(1), "SUDBFRPP/ask", 100)
                          .item(uetr(2), "SUDBFRPP/ask", 100)
                          .accept_by(n.in_seconds(60))),
            "done");
  const AccountId ask = account("SUDBFRPP/ask");
  EXPECT_EQ(n.send(Accept{ask, {bic("NORDDEFF"), uetr(1)}}, {"sud"}), "settled");
  EXPECT_EQ(n.send(Reject{ask, {bic("NORDDEFF"), uetr(2)}, code("AC04")}, {"sud"}), "released");
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 100);
}

// Ids.

TEST(Ids, T8_SameTransactionTwiceHasOneEffect) {
  Network n;
  const auto payment = n.payment().verified();
  const auto block = n.ledger.block({payment, payment});
  EXPECT_EQ(block.transactions.size(), 1U);
  EXPECT_EQ(block.receipts.size(), 1U);
  EXPECT_EQ(n.outcome(payment), "dropped: the id is used already");
  EXPECT_EQ(n.original(payment->id()).receipt, block.receipts[0]);
  EXPECT_EQ(n.balance("SUDBFRPP/main"), 10'000'00 + 100);
}

TEST(Ids, AnotherBanksIdIsAnother) {
  Network n;
  const OwnedId mine = n.settle_payment();
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/main", "NORDDEFF/main").id(mine.id).signed_by({"sud"})),
            "settled");
}

// In one batch: the order of an earlier block, one that is there twice, and one whose time is over.
// A liar may put them there; they are dropped by rule, and what is good beside them has its effect.
TEST(Ids, C7_WhatIsExpiredOrIncludedBeforeLeavesNoReceipt) {
  Network n;
  const auto before = n.payment().verified();
  EXPECT_EQ(n.outcome(before), "settled");
  const auto fresh = n.payment().verified();
  const auto expired = n.payment().valid_until(UnixSeconds(test_time.value - 1)).verified();
  const auto block = n.ledger.block({before, fresh, expired, fresh});
  ASSERT_EQ(block.receipts.size(), 1U);
  EXPECT_EQ(block.transactions.size(), 1U);
  EXPECT_EQ(n.original(fresh->id()).receipt, block.receipts[0]);
  EXPECT_EQ(n.balance("SUDBFRPP/main"), 10'000'00 + 200);
}

TEST(Ids, DroppedTransactionDoesNotUseItsIdUp) {
  Network n;
  const Uuid id = n.next_id();
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/dual").id(id).signed_by({"dual-maker"})),
            "dropped: the signatures do not meet the policy's rule");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/dual").id(id).signed_by({"dual-maker", "dual-checker"})),
            "settled");
}

TEST(Ids, RejectedTransactionUsesItsIdUp) {
  Network n;
  const Uuid id = n.next_id();
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/none").id(id)),
            "creditor_account_unknown");
  EXPECT_EQ(n.outcome(n.payment().id(id)), "dropped: the id is used already");
}

// Racing and spending twice.

TEST(Funds, T12_OfTwoDebitsThatRaceExactlyOneSettles) {
  Network n;
  const auto all = eur(10'000'00);
  const auto block = n.ledger.block({n.payment("NORDDEFF/main", "SUDBFRPP/main", all).verified(),
                                     n.payment("NORDDEFF/main", "OSTBATWW/main", all).verified()});
  EXPECT_EQ(Network::word_of(block.receipts[0]), "settled");
  EXPECT_EQ(Network::word_of(block.receipts[1]), "funds_short");
}

TEST(Funds, T12_HeldAndBlockedMoneyCannotBeSpent) {
  Network n;
  const auto held = n.payment("NORDDEFF/main", "SUDBFRPP/ask", eur(10'000'00))
                        .accept_by(n.in_seconds(600))
                        .verified();
  EXPECT_EQ(n.outcome(held), "held");
  EXPECT_EQ(n.outcome(n.payment()), "funds_short");
  EXPECT_EQ(n.send(Block{account("SUDBFRPP/ask"), held->id(), "law", {}}, {"sud"}), "blocked");
  EXPECT_EQ(n.outcome(n.payment()), "funds_short");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/ask", "SUDBFRPP/main").signed_by({"sud"})),
            "funds_short");
}

TEST(Funds, T16_AcceptRejectRecallAndBlockRacingHaveOneOutcome) {
  const AccountId ask = account("SUDBFRPP/ask");
  for (int first = 0; first < 4; ++first) {
    Network n;
    const OwnedId name = n.hold_payment();
    const auto make = [&](Body body, std::string_view signer) {
      return a_transaction(std::move(body))
          .id(n.next_id())
          .signed_by({signer})
          .valid_until(n.soon())
          .verified();
    };
    std::vector<VerifiedTransactionPtr> racers{
        make(Accept{ask, name}, "sud"), make(Reject{ask, name, code("AC04")}, "sud"),
        make(Recall{account("NORDDEFF/main"), name, code("DUPL"), {}}, "maker"),
        make(Block{ask, name, "law", {}}, "sud")};
    std::rotate(racers.begin(), racers.begin() + first, racers.end());
    const auto block = n.ledger.block(racers);
    EXPECT_NE(block.receipts[0].status, Status::rejected);
    for (std::size_t i = 1; i < block.receipts.size(); ++i)
      EXPECT_EQ(block.receipts[i].status, Status::rejected) << first << " " << i;
  }
}

// Issuing and redeeming.

TEST(Issuing, RedeemIsPaidOutOrComesBackOnce) {
  Network n;
  const std::int64_t issued = n.ledger.load<CurrencyRecord>(currency("EUR"))->issued.value;
  for (const RedeemResult result : {RedeemResult::paid, RedeemResult::failed}) {
    const Uuid id = n.next_id();
    EXPECT_EQ(n.outcome(a_transaction(Redeem{account("NORDDEFF/main"), eur(500), {}}).id(id)),
              "done");
    EXPECT_EQ(n.ledger.load<CurrencyRecord>(currency("EUR"))->open_redemptions, MinorUnits(500));
    RedeemOutcome outcome{bic("AGNTDEFF"), {bic("NORDDEFF"), id}, result, {}, {}};
    if (result == RedeemResult::failed) outcome.code = code("AC04");
    EXPECT_EQ(n.send(Accept{account("NORDDEFF/main"), outcome.redeem}, {"maker"}), "not_found")
        << "a redemption is no payment";
    EXPECT_EQ(n.send(outcome, {"agent"}), "done");
    EXPECT_EQ(n.send(outcome, {"agent"}), "not_found");
  }
  const auto euro = n.ledger.load<CurrencyRecord>(currency("EUR"));
  EXPECT_EQ(euro->redeemed, MinorUnits(500));
  EXPECT_EQ(euro->open_redemptions, MinorUnits(0));
  EXPECT_EQ(euro->issued.value, issued);
  EXPECT_EQ(n.balance("NORDDEFF/main"), 10'000'00 - 500);
}

TEST(Issuing, ReservesAreSupplyLessOpenRedemptions) {
  Network n;
  CurrencyRecord euro = *n.ledger.load<CurrencyRecord>(currency("EUR"));
  euro.attestation = {MinorUnits(euro.issued.value - 500), {}, test_time};
  n.ledger.write(currency("EUR"), euro);
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short");
  EXPECT_EQ(n.send(Redeem{account("NORDDEFF/main"), eur(500), {}}, {"maker"}), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "done");
}

// A shortfall of one cent, and the ledger itself refuses; the next word that covers opens it again.
TEST(Issuing, NothingIsIssuedWhileOneCentIsMissing) {
  Network n;
  const std::int64_t supply = n.ledger.load<CurrencyRecord>(currency("EUR"))->issued.value;
  EXPECT_EQ(n.attest(eur(supply), UnixSeconds(test_time.value + 1)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "done") << "covered before it";
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short");
  EXPECT_EQ(n.attest(eur(supply), UnixSeconds(test_time.value + 2)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short");
  EXPECT_EQ(n.attest(eur(supply + 1), UnixSeconds(test_time.value + 3)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "done");
  EXPECT_EQ(n.attest(eur(0), UnixSeconds(test_time.value + 4)), "done")
      << "an agent may say that it has nothing";
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short");
  const auto euro = n.ledger.load<CurrencyRecord>(currency("EUR"));
  EXPECT_EQ(euro->issued.value, supply + 2);
  EXPECT_EQ(euro->attestation,
            (Attestation{MinorUnits(0), hash_of("statement"), UnixSeconds(test_time.value + 4)}));
  EXPECT_EQ(n.outcome(n.payment()), "settled") << "what is there goes on";
}

TEST(Issuing, AnAttestationOfATimeToComeDoesNotStayYoung) {
  Network n;
  CurrencyRecord euro = *n.ledger.load<CurrencyRecord>(currency("EUR"));
  euro.attestation_max_age_s = 3;
  n.ledger.write(currency("EUR"), euro);
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short") << "nothing was attested";
  EXPECT_EQ(n.attest({currency("EUR"), money_max_default}, n.in_seconds(3600)), "date_ahead");
  EXPECT_EQ(n.attest({currency("EUR"), money_max_default}, n.in_seconds(0)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "done");
  EXPECT_EQ(n.outcome(n.payment()), "settled") << "a second goes by";
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short");
}

TEST(Issuing, BusinessDateStandsInTheEntries) {
  Network n;
  EXPECT_EQ(n.send(OpenBusinessDate{bic("AGNTDEFF"), currency("EUR"), Date(19'700)}, {"agent"}),
            "done");
  EXPECT_EQ(n.outcome(n.payment()), "settled");
  for (const Entry& entry : n.receipts[0].entries) EXPECT_EQ(entry.business_date, Date(19'700));
}

// Accounts and policies.

TEST(Accounts, FrozenAccountStillGetsAndAnswers) {
  Network n;
  const OwnedId name = n.hold_payment();
  EXPECT_EQ(n.send(Freeze{account("SUDBFRPP/ask")}, {"sud"}), "done");
  EXPECT_EQ(n.send(Accept{account("SUDBFRPP/ask"), name}, {"sud"}), "settled");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/ask", "SUDBFRPP/main").signed_by({"sud"})),
            "account_frozen");
  EXPECT_EQ(n.send(Unfreeze{account("SUDBFRPP/ask")}, {"sud"}), "done");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/ask", "SUDBFRPP/main").signed_by({"sud"})), "settled");
}

TEST(Accounts, AnyOneKeyFreezesButManageUnfreezes) {
  Network n;
  const AccountId dual = account("NORDDEFF/dual");
  Policy policy = a_policy()
                      .with_key("dual-maker", maker)
                      .with_key("dual-checker", checker)
                      .dual(ActionClass::manage)
                      .build();
  EXPECT_EQ(n.send(UpdateAccount{dual, policy, accepts_all()}, {"dual-maker"}), "done");
  EXPECT_EQ(n.send(Freeze{dual}, {"dual-checker"}), "done");
  EXPECT_EQ(n.send(Unfreeze{dual}, {"dual-checker"}),
            "dropped: the signatures do not meet the policy's rule");
  EXPECT_EQ(n.send(Unfreeze{dual}, {"dual-maker", "dual-checker"}), "done");
}

TEST(Accounts, PolicyChangesFollowThePolicyTheyChange) {
  Network n;
  const UpdatePolicy change{bic("NORDDEFF"), {}, simple_policy({"new"})};
  EXPECT_EQ(n.send(change, {"new"}), "dropped: a signer is not in the policy");
  EXPECT_EQ(n.send(change, {"maker"}), "done");
  EXPECT_EQ(n.outcome(n.payment()), "dropped: a signer is not in the policy")
      << "the old keys have gone";
  EXPECT_EQ(n.outcome(n.payment().signed_by({"new"})), "settled");
  // Within one block too: the second order is judged under what the first left.
  const auto back = a_transaction(UpdatePolicy{bic("NORDDEFF"), {}, simple_policy({"maker"})})
                        .id(n.next_id())
                        .signed_by({"new"})
                        .verified();
  const auto block =
      n.ledger.block({back, n.payment().signed_by({"new"}).verified(), n.payment().verified()});
  EXPECT_EQ(block.transactions.size(), 2U);
  const UpdatePolicy of_currency{bic("AGNTDEFF"), currency("EUR"), simple_policy({"new"})};
  EXPECT_EQ(n.send(of_currency, {"agent"}), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "dropped: a signer is not in the policy");
  EXPECT_EQ(n.issue("NORDDEFF/main", usd(1)), "done");
}

TEST(Accounts, OpenedUsedEmptiedClosed) {
  Network n;
  const AccountId fresh = account("NORDDEFF/new-one");
  EXPECT_EQ(n.send(OpenAccount{fresh, {}, accepts_all()}, {"maker"}), "done");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/main", "NORDDEFF/new-one").signed_by({"sud"})),
            "settled");
  EXPECT_EQ(n.send(CloseAccount{fresh}, {"maker"}), "balance_left");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/new-one", "SUDBFRPP/main")), "settled");
  EXPECT_EQ(n.send(CloseAccount{fresh}, {"maker"}), "done");
  EXPECT_EQ(n.send(CloseAccount{fresh}, {"maker"}), "account_closed");
  EXPECT_EQ(n.send(OpenAccount{fresh, {}, accepts_all()}, {"maker"}), "account_exists");
}

// Blocks.

TEST(Blocks, LanesAreStateAndABlockWithoutWorkCannotBe) {
  Network n;
  const auto lane = LaneRecord{3, 9, hash_of("tip")};
  const BlockInput input{network(), Height(1),  UnixMillis(start_time.value + 60'000), {}, {},
                         {},        {{2, lane}}};
  const auto empty = execute_block(n.ledger.store(), n.ledger.store(), consensus::Judge(), input);
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error().error, ExecutionError::empty);
  BlockInput with_work = input;
  with_work.candidates = {n.payment().verified()};
  const auto block =
      execute_block(n.ledger.store(), n.ledger.store(), consensus::Judge(), with_work);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->state.at(key_of<Lane>(2)), encode_record(Lane{lane}));
}

TEST(Blocks, DamagedStateStopsTheNode) {
  Network n;
  n.ledger.write({{key_of<AccountRecord>(account("SUDBFRPP/main")), Bytes{1, 2, 3}}});
  const auto block =
      n.ledger.try_block({n.payment().verified()}, UnixMillis(n.ledger.time().value + 1));
  ASSERT_FALSE(block.has_value());
  EXPECT_EQ(block.error().error, ExecutionError::invariant_broken);
}

}  // namespace
}  // namespace vostro::test
