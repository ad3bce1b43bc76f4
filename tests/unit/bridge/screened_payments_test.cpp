// Goal: what a list hits, or a person holds, is neither ordered nor credited before two persons
// have decided, whenever it is hit. Method: both flows with real lists, on real databases.
#include <array>
#include <fstream>

#include "bridge/flow/screening.h"
#include "bridge/flow/screening_passage.h"
#include "tests/unit/bridge/payment_case.h"

namespace vostro::bridge::payments_test {
namespace {

/// The lists themselves, with one that names Muster's country.
class ScreenedPayments : public ThePayments {
 protected:
  void SetUp() override {
    ThePayments::SetUp();
    if (IsSkipped()) return;
    listed("KP");
    ScreeningConfig config;
    config.lists = {
        {"own", screening::Format::countries, {(lists_home_.path() / "own.csv").string()}}};
    auto lists = ScreeningLists::open(config);
    ASSERT_TRUE(lists) << lists.error();
    lists_.emplace(*std::move(lists));
    rules_.gate = &gate_.emplace(*lists_, kOurs);
    for (const char* name : {"anna", "carl"})
      config_.persons.push_back({name, persons_[config_.persons.size()].public_key()});
  }
  void listed(const std::string& country) {
    std::ofstream(lists_home_.path() / "own.csv") << "country,measure,basis\n"
                                                  << country << ",embargo,x\n";
  }
  void listed_now(const std::string& country) {
    listed(country);
    EXPECT_EQ(lists_->look(true), ScreeningLists::Reload::loaded);
  }
  void turn() {
    step([&](BookTransaction& rows) {
      screen_again(rows, lists_->screener());
      act_on_screenings(rows, config_, maker_);
      move_payments_on(rows, rules_, false);
    });
  }
  Screening screening(PaymentSide side) {
    return look<Screening>([&](BookTransaction& rows) {
      return find_screening(
                 rows, side == PaymentSide::outgoing ? Direction::outgoing : Direction::incoming,
                 name_of(side))
          .value();
    });
  }
  void both_decide(PaymentSide side, ScreeningAction action) {
    for (std::size_t person = 0; person < 2; ++person) {
      const Screening about = screening(side);
      const bool has_paper =
          action != ScreeningAction::release && action != ScreeningAction::reject;
      ScreeningDecision decision{id_of(about),
                                 about.round,
                                 action,
                                 has_paper ? "EU 833/2014 art 5" : "",
                                 has_paper ? hash("document", {}) : Hash{},
                                 "seen",
                                 config_.persons[person].name,
                                 persons_[person].public_key(),
                                 {}};
      decision.signature = persons_[person].sign(decision_message(kNetwork, about, decision));
      step([&](BookTransaction& rows) { insert(rows, decision); });
    }
    turn();
  }
  std::size_t alarms_open() {
    return look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); });
  }

  test::TemporaryDirectory lists_home_;
  std::array<SecretKey, 2> persons_{SecretKey::generate(), SecretKey::generate()};
  std::optional<ScreeningLists> lists_;
  std::optional<ScreeningPassage> gate_;
};
VOSTRO_ON_BOTH_DATABASES(ScreenedPayments);

TEST_P(ScreenedPayments, WhatIsOnNoListGoesOnAndIsAskedAboutNoMore) {
  order();
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::ordered);
  EXPECT_EQ(screening(PaymentSide::outgoing).state, ScreeningState::closed);
  listed_now("DE");
  turn();
  EXPECT_EQ(screening(PaymentSide::outgoing).state, ScreeningState::closed);
  EXPECT_EQ(alarms_open(), 0u);
}

TEST_P(ScreenedPayments, WhereSomebodyLivesIsAskedAboutBesideHisAddress) {
  take(replaced(pain001(to_text(uetr_)), "</PstlAdr>", "</PstlAdr><CtryOfRes>KP</CtryOfRes>"));
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::screening);
}

// What two persons may freeze is not given back because a file asks for it.
TEST_P(ScreenedPayments, ARecallOfWhatScreeningHoldsWaitsForPeople) {
  listed_now("DE");
  for (const auto& [action, code] :
       {std::pair(ScreeningAction::release, "DS02"), std::pair(ScreeningAction::reject, "RR04")}) {
    uetr_ = client::make_uetr();
    take(pain001(to_text(uetr_)));
    step([&](BookTransaction& rows) { take_recalls(rows, rules_, {{{"R-1", uetr_, "DUPL"}}}); });
    EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::screening);
    EXPECT_EQ(payment(PaymentSide::outgoing).recall, RecallState::asked);
    EXPECT_EQ(screening(PaymentSide::outgoing).state, ScreeningState::waiting);
    EXPECT_EQ(alarms_open(), 1u);
    both_decide(PaymentSide::outgoing, action);
    EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::refused);
    EXPECT_EQ(payment(PaymentSide::outgoing).code, code);
    EXPECT_EQ(payment(PaymentSide::outgoing).recall, RecallState::over);
    EXPECT_EQ(alarms_open(), 0u);
  }
  uetr_ = client::make_uetr();
  take(pain001(to_text(uetr_)));
  both_decide(PaymentSide::outgoing, ScreeningAction::block);
  step([&](BookTransaction& rows) { take_recalls(rows, rules_, {{{"R-1", uetr_, "DUPL"}}}); });
  turn();
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::screening);
  EXPECT_EQ(screening(PaymentSide::outgoing).state, ScreeningState::blocked);
}

TEST_P(ScreenedPayments, WhatIsTakenAndNotYetOrderedIsAskedAboutAgain) {
  take(pain001(to_text(uetr_)));
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::ready);
  listed_now("DE");
  const Terms terms{std::nullopt, UnixSeconds(kNow.value / 1000 + 600), hash("a", {}), {1, 2}};
  step([&](BookTransaction& rows) {
    order_payment(rows, rules_,
                  *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                  terms);
  });
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::screening);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  EXPECT_EQ(alarms_open(), 1u);
}

TEST_P(ScreenedPayments, TwoPersonsReleaseOneOrTurnItDown) {
  listed_now("DE");
  order();
  arrive();
  for (const PaymentSide side : {PaymentSide::outgoing, PaymentSide::incoming})
    EXPECT_EQ(payment(side).state, PaymentState::screening);
  EXPECT_EQ(alarms_open(), 2u);
  both_decide(PaymentSide::outgoing, ScreeningAction::reject);
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::refused);
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "RR04");
  EXPECT_EQ(has(kMuster), 1'000);
  both_decide(PaymentSide::incoming, ScreeningAction::release);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::accepting);
  EXPECT_EQ(alarms_open(), 0u);
  const auto accept = only_order();
  tell(PaymentSide::incoming, {"final"}, 200, {kUs, accept.id}, chain::Status::settled);
  EXPECT_EQ(has(kDupont), 200);
  EXPECT_EQ(screening(PaymentSide::incoming).state, ScreeningState::closed);
}

TEST_P(ScreenedPayments, WhatIsBlockedIsFrozenAndCreditedWhenTwoPersonsUnblockIt) {
  listed_now("DE");
  arrive();
  both_decide(PaymentSide::incoming, ScreeningAction::block);
  const auto block = only_order();
  EXPECT_EQ(std::get<chain::Block>(block.body).payment, name_of(PaymentSide::incoming));
  tell(PaymentSide::incoming, {"blocked"}, 0, {kUs, block.id}, chain::Status::done);
  EXPECT_EQ(screening(PaymentSide::incoming).state, ScreeningState::blocked);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::blocked);
  both_decide(PaymentSide::incoming, ScreeningAction::unblock_pay);
  const auto unblock = only_order();
  tell(PaymentSide::incoming, {"final"}, 200, {kUs, unblock.id}, chain::Status::done);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);
  EXPECT_EQ(has(kDupont), 200);
  EXPECT_EQ(screening(PaymentSide::incoming).state, ScreeningState::closed);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  EXPECT_EQ(alarms_open(), 0u);
}

// Between Accept and its receipt there may be an hour: approvers, or a node that is away.
TEST_P(ScreenedPayments, WhoIsListedAfterAcceptWasSignedIsNotCredited) {
  arrive();
  const auto accept = only_order();
  step([&](BookTransaction& rows) {
    mark_sent(rows, {chain::to_text(chain::OwnedId{kUs, accept.id})});
  });
  listed_now("DE");
  turn();
  tell(PaymentSide::incoming, {"final"}, 200, {kUs, accept.id}, chain::Status::settled);
  turn();
  EXPECT_EQ(has(kDupont), 0);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::screening);
  EXPECT_EQ(screening(PaymentSide::incoming).state, ScreeningState::waiting);
  EXPECT_EQ(alarms_open(), 1u);
  both_decide(PaymentSide::incoming, ScreeningAction::reject);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
  EXPECT_EQ(payment(PaymentSide::incoming).code, "RR04");
  EXPECT_EQ(alarms_open(), 0u);
}

TEST_P(ScreenedPayments, AnAcceptThatWasNotSentIsTakenBackWhenSomebodyHolds) {
  arrive();
  ASSERT_EQ(waiting(OutboxItem::Kind::order).size(), 1u);
  step([&](BookTransaction& rows) {
    EXPECT_TRUE(hold_by_hand(
        rows,
        {Direction::incoming, name_of(PaymentSide::incoming), kOurs, {kEuro, MinorUnits(200)}, {}},
        "anna", "a letter"));
  });
  turn();
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::screening);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  both_decide(PaymentSide::incoming, ScreeningAction::release);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::accepting);
}

TEST_P(ScreenedPayments, ABlockThatComesAfterTheMoneyLeavesItToPeople) {
  arrive();
  const auto accept = only_order();
  step([&](BookTransaction& rows) {
    mark_sent(rows, {chain::to_text(chain::OwnedId{kUs, accept.id})});
  });
  listed_now("DE");
  turn();
  both_decide(PaymentSide::incoming, ScreeningAction::block);
  const auto block = screening(PaymentSide::incoming).order.value();
  tell(PaymentSide::incoming, {"final"}, 200, {kUs, accept.id}, chain::Status::settled);
  tell(PaymentSide::incoming, {}, 0, {kUs, block}, chain::Status::rejected);
  turn();
  EXPECT_EQ(has(kDupont), 0);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::screening);
  EXPECT_EQ(screening(PaymentSide::incoming).state, ScreeningState::waiting);
  EXPECT_EQ(alarms_open(), 1u);
  both_decide(PaymentSide::incoming, ScreeningAction::release);
  EXPECT_EQ(has(kDupont), 200);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
}

// People of the bank set it free past the bridge, with an order of their own.
TEST_P(ScreenedPayments, WhatWasUnblockedByAnotherOrderIsDecidedAgain) {
  listed_now("DE");
  arrive();
  both_decide(PaymentSide::incoming, ScreeningAction::block);
  tell(PaymentSide::incoming, {"blocked"}, 0, {kUs, only_order().id}, chain::Status::done);
  tell(PaymentSide::incoming, {"final"}, 200, {kUs, client::make_uetr()}, chain::Status::done);
  EXPECT_EQ(has(kDupont), 0);
  EXPECT_EQ(screening(PaymentSide::incoming).state, ScreeningState::waiting);
  both_decide(PaymentSide::incoming, ScreeningAction::release);
  EXPECT_EQ(has(kDupont), 200);
}

}  // namespace
}  // namespace vostro::bridge::payments_test
