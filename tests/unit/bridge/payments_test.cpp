// Goal: a customer's payment comes to its end by each way there is, at both banks, and no cent is
// made or lost. Method: both state machines on real databases, driven by receipts; after each step
// the book is recomputed.
#include "tests/unit/bridge/payment_case.h"

namespace vostro::bridge::payments_test {
namespace {

TEST(CustomerMessages, AnOrderWithoutUetrHasOneThatFollowsFromItsMessage) {
  const CustomerOrder first = order_in(pain001(""));
  EXPECT_EQ(first.uetr, order_in(pain001("")).uetr);
  EXPECT_NE(first.uetr, order_in(pain001("", "2.00", "MSG-2")).uetr);
  EXPECT_EQ(version_of(first.uetr), 4);
  EXPECT_EQ(first.refusal, "");
}

TEST(CustomerMessages, WhatTravelsIsAllOfTheOrder) {
  const CustomerOrder order = order_in(pain001("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"));
  const auto details = read_details(order.details);
  ASSERT_TRUE(details) << details.error();
  EXPECT_EQ(details->debtor_agent, kUs);
  EXPECT_EQ(details->creditor_agent, kThem);
  EXPECT_EQ(details->uetr, order.uetr);
  EXPECT_EQ(details->amount, (Money{kEuro, MinorUnits(200)}));
  EXPECT_EQ(details->debtor().name, "Muster");
  EXPECT_EQ(details->debtor().account, kMuster);
  EXPECT_EQ(details->creditor().account, kDupont);
  EXPECT_EQ(details->end_to_end_id, "E-1");
  EXPECT_FALSE(read_details("<x/>"));
}

VOSTRO_ON_BOTH_DATABASES(ThePayments);

// Of the versions beside .08 no guideline asks for a BIC.
TEST(CustomerMessages, APacs008ThatNamesABankWithoutBicIsRefusedAsAWhole) {
  std::string text = order_in(pain001("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")).details;
  text = replaced(text, "pacs.008.001.08", "pacs.008.001.10");
  const std::size_t begin = text.find("<Document");
  ASSERT_NE(begin, std::string::npos);
  text = R"(<RequestPayload><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">)"
         R"(<Fr><FIId><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></FIId></Fr>)"
         R"(<To><FIId><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></FIId></To>)"
         R"(<BizMsgIdr>MSG-1</BizMsgIdr><MsgDefIdr>pacs.008.001.10</MsgDefIdr>)"
         R"(<CreDt>2026-01-05T09:00:00Z</CreDt></AppHdr>)" +
         text.substr(begin) + "</RequestPayload>";
  const auto whole = read_message(text, kUs, kUs);
  ASSERT_TRUE(whole) << whole.error();
  const std::string bic = "<BICFI>SUDBFRPP</BICFI>";
  const std::size_t at = text.find(bic, text.find("<CdtrAgt>"));
  ASSERT_NE(at, std::string::npos);
  text.replace(at, bic.size(), "<ClrSysMmbId><MmbId>30004</MmbId></ClrSysMmbId>");
  const auto without = read_message(text, kUs, kUs);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().find("BIC"), std::string::npos) << without.error();
}

// What has no name is on no list.
TEST(CustomerMessages, AnOrderThatNamesNobodyIsRefused) {
  for (const char* name : {"Muster", "Dupont"}) {
    const CustomerOrder order =
        order_in(replaced(pain001(""), "<Nm>" + std::string(name) + "</Nm>", "<Nm>...</Nm>"));
    EXPECT_EQ(order.refusal, "FF01") << name;
  }
  EXPECT_TRUE(is_named("\xe4\xb8\xad"));
  EXPECT_FALSE(is_named(""));
}

TEST_P(ThePayments, OutAndConfirmed) {
  order();
  EXPECT_EQ(has(kMuster), 800);
  EXPECT_EQ(sums(), (Sums{0, -200, 0, 1'000}));
  EXPECT_EQ(waiting(OutboxItem::Kind::annex).size(), 1u);
  const auto sent = only_order();
  EXPECT_EQ(sent.id, uetr_);
  const auto& body = std::get<chain::Payment>(sent.body);
  EXPECT_EQ(body.credit.annex, hash("a", {}));
  EXPECT_EQ(body.credit.creditor, kTheirs);
  EXPECT_TRUE(body.acceptance.is_required());
  tell_out("held", -200, chain::Status::held);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  EXPECT_TRUE(waiting(OutboxItem::Kind::annex).empty());
  tell_out("final", 0, chain::Status::settled);
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 1'000}));
  tell_out("credited", 0, chain::Status::credited);
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::confirmed);
  for (const char* word : {"PDNG", "ACSC", "ACCC"})
    EXPECT_EQ(files_with("<TxSts>" + std::string(word)), 1u) << word;
}

TEST_P(ThePayments, OutAndBack) {
  order();
  tell_out("held", -200, chain::Status::held);
  tell_out("released", 200, chain::Status::released, "AC04");
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::refused);
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "AC04");
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 1'000}));
  EXPECT_EQ(files_with("<Cd>AC04</Cd>"), 1u);
}

TEST_P(ThePayments, OutAndRejectedByTheLedgerOrByNobodyTaken) {
  order();
  tell_out("rejected", 0, chain::Status::rejected);
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  uetr_ = client::make_uetr();
  order();
  step([&](BookTransaction& rows) {
    EXPECT_TRUE(on_payment_order_failed(rows, rules_, {kUs, uetr_}, true, "expired"));
  });
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "TM01");
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_TRUE(waiting(OutboxItem::Kind::annex).empty());
}

TEST_P(ThePayments, OutReturnedInPart) {
  order();
  tell_out("final", -200, chain::Status::settled);
  tell_out("returned", 150, chain::Status::returned, "FOCR");
  EXPECT_EQ(has(kMuster), 950);
  EXPECT_EQ(sums(), (Sums{-50, 0, 0, 1'000}));
  EXPECT_EQ(files_with("camt.054.001.08"), 1u);
}

TEST_P(ThePayments, OutReturnedToAnAccountThatIsClosedStaysWithTheBank) {
  order();
  tell_out("final", -200, chain::Status::settled);
  close(kMuster);
  tell_out("returned", 200, chain::Status::returned, "FOCR");
  EXPECT_EQ(has(kMuster), 800);
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 800}));
  EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 1u);
}

TEST_P(ThePayments, ShortOfMoneyIsRefusedWhenItIsOrdered) {
  take(pain001(to_text(uetr_), "10.01"));
  const Terms terms{std::nullopt, UnixSeconds(kNow.value / 1000 + 600), hash("a", {}), {}};
  step([&](BookTransaction& rows) {
    order_payment(rows, rules_,
                  *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                  terms);
  });
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "AM04");
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
}

TEST_P(ThePayments, ARecallThatCameTooEarlyIsMadeAgain) {
  order();
  tell_out("held", -200, chain::Status::held);
  step([&](BookTransaction& rows) {
    take_recalls(rows, rules_, {{{"R-1", uetr_, "DUPL"}}});
    order_recall(rows, rules_,
                 *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                 std::nullopt);
  });
  const auto first = only_order();
  tell_out("final", 0, chain::Status::settled);  // accepted before the recall came
  tell(PaymentSide::outgoing, {}, 0, {kUs, first.id}, chain::Status::rejected);
  EXPECT_EQ(payment(PaymentSide::outgoing).recall, RecallState::asked);
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::settled);
  step([&](BookTransaction& rows) {
    order_recall(rows, rules_,
                 *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                 original(PaymentSide::outgoing));
  });
  EXPECT_NE(only_order().id, first.id);
}

TEST_P(ThePayments, ARecallOfAnOrderThatExpiresIsAgreedTo) {
  order();
  step([&](BookTransaction& rows) {
    take_recalls(rows, rules_, {{{"R-1", uetr_, "DUPL"}}});
    EXPECT_TRUE(on_payment_order_failed(rows, rules_, {kUs, uetr_}, true, "expired"));
  });
  EXPECT_EQ(payment(PaymentSide::outgoing).recall, RecallState::over);
  EXPECT_EQ(files_with("<Conf>CNCL</Conf>"), 1u);
}

// An order for next month waits for its day before it waits for a price.
TEST_P(ThePayments, TheTimeForAPriceBeginsWhenOneIsWanted) {
  take(pain001(to_text(uetr_)));
  const auto wait_at = [&](std::int64_t seconds) {
    step_at(UnixMillis(kNow.value + static_cast<std::uint64_t>(seconds) * 1'000),
            [&](BookTransaction& rows) {
              wait_for_terms(
                  rows, rules_,
                  *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                  "no quote");
            });
    return payment(PaymentSide::outgoing).state;
  };
  const std::int64_t limit = config_.participant->quote_within.count();
  EXPECT_EQ(wait_at(86'400), PaymentState::ready);
  EXPECT_EQ(wait_at(86'400 + limit), PaymentState::ready);
  EXPECT_EQ(wait_at(86'400 + limit + 1), PaymentState::refused);
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "AM23");
}

// A Block of a payment in another currency exchanges it, and its release gives back what was
// bought.
TEST_P(ThePayments, OutBlockedAndReleasedInAnotherCurrencyStaysWithTheBank) {
  const Currency dollar = *parse_currency("USD");
  const chain::OwnedId name = name_of(PaymentSide::outgoing);
  step([&](BookTransaction& rows) {
    CustomerPayment made;
    made.name = name;
    made.amount = {dollar, MinorUnits(220)};
    made.other = kTheirs;
    made.source_type = "pain.001.001.09";
    made.source_id = "MSG-1";
    made.group_id = "P-1";
    made.end_to_end_id = "E-1";
    made.since = kNow;
    made.state = PaymentState::ordered;
    made.customer = kMuster;
    made.details = order_in(pain001(to_text(uetr_))).details;
    made.booked = Money{kEuro, MinorUnits(200)};
    made.order = uetr_;
    debit(rows, "ordered", key_of(made), kMuster, BankAccount::outgoing, *made.booked);
    insert(rows, made, "debited and ordered");
  });
  const auto tell_of = [&](const std::string& word, chain::Status status, const Currency& currency,
                           std::int64_t cents) {
    client::FinalReceipt placed{Height(++height_), kNow, 0, {}};
    placed.receipt.id = word == "held" ? name : chain::OwnedId{kThem, client::make_uetr()};
    placed.receipt.status = status;
    placed.receipt.payment = chain::PaymentFacts{uetr_, kOurs, kTheirs, {dollar, MinorUnits(220)}};
    if (cents != 0)
      placed.receipt.entries.push_back({{PlaceKind::account, kOurs, std::nullopt},
                                        currency,
                                        MinorUnits(cents),
                                        chain::EntryKind::principal,
                                        *parse_date("2026-01-05")});
    step([&](BookTransaction& rows) {
      take_events(rows, rules_, std::vector<client::Event>{client::ReceiptEvent{placed, {word}}});
    });
  };
  tell_of("held", chain::Status::held, kEuro, -200);
  tell_of("blocked", chain::Status::blocked, kEuro, 0);
  tell_of("released", chain::Status::released, dollar, 220);
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::returned);
  EXPECT_EQ(has(kMuster), 800);  // what he paid is the provider's
  EXPECT_EQ(sums(), (Sums{-200, 0, 0, 1'000}));
  const auto own = look<std::int64_t>([&](BookTransaction& rows) {
    return balances(rows)[dollar][code_of(BankAccount::own, dollar)].value;
  });
  EXPECT_EQ(own, -220);
  EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 1u);
}

TEST_P(ThePayments, InAndConfirmed) {
  arrive();
  const auto accept = only_order();
  EXPECT_EQ(std::get<chain::Accept>(accept.body).payment, name_of(PaymentSide::incoming));
  EXPECT_EQ(has(kDupont), 0);
  tell(PaymentSide::incoming, {"accepted", "final"}, 200, {kUs, accept.id}, chain::Status::settled);
  EXPECT_EQ(has(kDupont), 200);
  EXPECT_EQ(sums(), (Sums{200, 0, 0, 1'000}));
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);
  EXPECT_EQ(files_with("tech:xsd:pacs.008.001.08"), 1u);
  EXPECT_EQ(files_with("tech:xsd:camt.054.001.08"), 1u);
  step([&](BookTransaction& rows) {
    confirm_credit(rows, rules_,
                   *find_payment(rows, PaymentSide::incoming, name_of(PaymentSide::incoming)),
                   original(PaymentSide::incoming));
  });
  tell(PaymentSide::incoming, {"credited"}, 0, {kUs, only_order().id}, chain::Status::credited);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::confirmed);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
}

// A participant that sends 2.00 and takes 1.99 of it back as the creditor's charges has paid 0.01.
TEST_P(ThePayments, InOfWhichChargesWereTakenCreditsNobodyAndReturnsWhatArrived) {
  arrive();
  tell_settled(only_order().id, 199);
  EXPECT_EQ(has(kDupont), 0);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
  EXPECT_EQ(payment(PaymentSide::incoming).code, "AM09");
  EXPECT_EQ(sums(), (Sums{1, 0, -1, 1'000}));
  order_return_of(PaymentSide::incoming);
  const auto back = only_order();
  EXPECT_EQ(std::get<chain::Return>(back.body).amount, MinorUnits(1));
  tell(PaymentSide::incoming, {"returned"}, -1, {kUs, back.id}, chain::Status::returned, "AM09");
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 1'000}));
}

TEST_P(ThePayments, InThatSettledUnaskedLessChargesIsReturnedWithWhatArrived) {
  close(kDupont);
  tell_settled(client::make_uetr(), 199);
  open_annex();
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
  order_return_of(PaymentSide::incoming);
  EXPECT_EQ(std::get<chain::Return>(only_order().body).amount, MinorUnits(1));
}

struct Obstacle {
  std::string name;
  std::function<void(BookTransaction&)> make;
  std::string code;
};
const std::vector<Obstacle>& obstacles() {
  const auto changed = [](const std::function<void(Customer&)>& change) {
    return [change](BookTransaction& rows) {
      auto customer = *find_customer(rows, kDupont);
      change(customer);
      update(rows, customer, "changed");
    };
  };
  static const std::vector<Obstacle> all{
      {"closed", changed([](Customer& c) { c.status = CustomerStatus::closed; }), "AC04"},
      {"blocked", changed([](Customer& c) { c.status = CustomerStatus::blocked; }), "AC06"}};
  return all;
}

TEST_P(ThePayments, InIsRejectedBeforeAnyMoneyMoved) {
  for (const Obstacle& each : obstacles()) {
    SCOPED_TRACE(each.name);
    uetr_ = client::make_uetr();
    step(each.make);
    arrive();
    const auto reject = only_order();
    const auto& code = std::get<chain::Reject>(reject.body).code;
    EXPECT_EQ(std::string(code.begin(), code.end()), each.code);
    tell(PaymentSide::incoming, {"released"}, 0, {kUs, reject.id}, chain::Status::released, "AC04");
    EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::released);
    EXPECT_EQ(has(kDupont), 0);
    EXPECT_EQ(sums(), (Sums{0, 0, 0, 1'000}));
  }
}

TEST_P(ThePayments, InThatSettledUnaskedIsReturned) {
  close(kDupont);
  arrive(true);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
  EXPECT_EQ(sums(), (Sums{200, 0, -200, 1'000}));
  step([&](BookTransaction& rows) {
    order_return(rows, rules_,
                 *find_payment(rows, PaymentSide::incoming, name_of(PaymentSide::incoming)),
                 original(PaymentSide::incoming));
  });
  const auto back = only_order();
  EXPECT_EQ(std::get<chain::Return>(back.body).amount, MinorUnits(200));
  tell(PaymentSide::incoming, {"returned"}, -200, {kUs, back.id}, chain::Status::returned, "AC04");
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returned);
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 1'000}));
}

TEST_P(ThePayments, InGivenBackByItsCustomerWhoNeedsToHaveIt) {
  arrive(true);
  EXPECT_EQ(has(kDupont), 200);
  tell_in("recalled", 0, chain::Status::recall_requested, "DUPL");
  EXPECT_EQ(files_with("tech:xsd:camt.056.001.08"), 1u);
  step([&](BookTransaction& rows) {
    debit(rows, "cash", "x", kDupont, BankAccount::own, {kEuro, MinorUnits(1)});
  });
  const RecallAnswer agreed{{{uetr_, false, ""}}};
  step([&](BookTransaction& rows) { take_recall_answers(rows, rules_, agreed); });
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);  // he has not enough
  step([&](BookTransaction& rows) {
    credit(rows, "cash", "x", kDupont, BankAccount::own, {kEuro, MinorUnits(1)});
    take_recall_answers(rows, rules_, agreed);
    take_recall_answers(rows, rules_, agreed);  // twice
  });
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
  EXPECT_EQ(has(kDupont), 0);
  // A confirmation that was on its way changes nothing any more.
  tell_in("credited", 0, chain::Status::credited);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
}

TEST_P(ThePayments, InRecallRefused) {
  arrive(true);
  tell_in("recalled", 0, chain::Status::recall_requested, "DUPL");
  step([&](BookTransaction& rows) {
    take_recall_answers(rows, rules_, {{{uetr_, true, "CUST"}}});
  });
  const auto refusal = only_order();
  EXPECT_EQ(std::get<chain::RefuseRecall>(refusal.body).payment, name_of(PaymentSide::incoming));
  tell(PaymentSide::incoming, {"recall_refused"}, 0, {kUs, refusal.id}, chain::Status::done,
       "CUST");
  EXPECT_EQ(payment(PaymentSide::incoming).recall, RecallState::over);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);
}

TEST_P(ThePayments, ARefusalOfARecallThatExpiresIsMadeAgainAndThenLeftToPeople) {
  arrive(true);
  tell_in("recalled", 0, chain::Status::recall_requested, "DUPL");
  const auto refuse = [&] {
    step([&](BookTransaction& rows) {
      take_recall_answers(rows, rules_, {{{uetr_, true, "CUST"}}});
    });
    return only_order().id;
  };
  const auto expire = [&](const Uuid& order) {
    step([&](BookTransaction& rows) {
      EXPECT_TRUE(on_payment_order_failed(rows, rules_, {kUs, order}, true, "expired"));
    });
  };
  const auto alarms_open = [&] {
    return look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); });
  };
  const Uuid first = refuse();
  expire(first);
  const Uuid second = only_order().id;
  EXPECT_NE(second, first);
  EXPECT_EQ(payment(PaymentSide::incoming).recall, RecallState::refusing);
  expire(second);
  expire(only_order().id);
  EXPECT_EQ(payment(PaymentSide::incoming).recall, RecallState::open);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  EXPECT_EQ(alarms_open(), 1u);
  const Uuid again = refuse();
  EXPECT_EQ(alarms_open(), 0u);
  step([&](BookTransaction& rows) {
    EXPECT_TRUE(on_payment_order_failed(rows, rules_, {kUs, again}, false, "approval_refused"));
  });
  EXPECT_EQ(payment(PaymentSide::incoming).recall, RecallState::open);
  EXPECT_EQ(alarms_open(), 1u);
}

TEST_P(ThePayments, AReturnThatCannotBeLeavesItsConfirmationOnItsWay) {
  arrive(true);
  step([&](BookTransaction& rows) {
    confirm_credit(rows, rules_,
                   *find_payment(rows, PaymentSide::incoming, name_of(PaymentSide::incoming)),
                   original(PaymentSide::incoming));
    debit(rows, "cash", "x", kDupont, BankAccount::own, {kEuro, MinorUnits(1)});
  });
  const Uuid confirmation = only_order().id;
  step([&](BookTransaction& rows) {
    take_returns(rows, rules_, {{{uetr_, {kEuro, MinorUnits(200)}, "AC04"}}});
  });
  EXPECT_EQ(payment(PaymentSide::incoming).order, confirmation);
  EXPECT_EQ(only_order().id, confirmation);
}

TEST_P(ThePayments, InBlockedBeforeItsAnnexCameIsOpenedWhenItIsUnblocked) {
  tell_in("held", 0, chain::Status::held);
  tell_in("blocked", 0, chain::Status::blocked);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::blocked);
  tell_in("final", 200, chain::Status::settled);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::arrived);
  open_annex();
  EXPECT_EQ(has(kDupont), 200);
}

// The bank's own policy may delay a Return: what it locks has left the account before it is one.
TEST_P(ThePayments, AReturnThatIsDelayedLeavesNothingBehind) {
  close(kDupont);
  arrive(true);
  order_return_of(PaymentSide::incoming);
  const chain::OwnedId back{kUs, only_order().id};
  client::FinalReceipt placed{Height(++height_), kNow, 0, {}};
  placed.receipt.id = back;
  placed.receipt.status = chain::Status::delayed;
  chain::Entry locked;
  locked.place = {PlaceKind::account, kOurs, std::nullopt};
  locked.currency = kEuro;
  locked.amount = MinorUnits(-200);
  placed.receipt.entries.push_back(locked);
  step([&](BookTransaction& rows) {
    take_events(rows, rules_, std::vector<client::Event>{client::ReceiptEvent{placed, {}}});
  });
  EXPECT_EQ(sums(), (Sums{0, 0, -200, 1'200}));
  tell(PaymentSide::incoming, {"returned"}, 0, back, chain::Status::returned, "AC04");
  EXPECT_EQ(sums(), (Sums{0, 0, 0, 1'000}));
}

TEST_P(ThePayments, TheDayOfSettlementIsThatOfTheCurrencyThatArrives) {
  client::FinalReceipt placed{Height(++height_), kNow, 0, {}};
  placed.receipt.id = name_of(PaymentSide::incoming);
  placed.receipt.status = chain::Status::settled;
  placed.receipt.payment = facts(PaymentSide::incoming);
  const auto add = [&](const chain::AccountId& account, const char* currency, std::int64_t cents,
                       const char* day) {
    placed.receipt.entries.push_back({{PlaceKind::account, account, std::nullopt},
                                      *parse_currency(currency),
                                      MinorUnits(cents),
                                      chain::EntryKind::principal,
                                      *parse_date(day)});
  };
  add(kTheirs, "USD", -220, "2026-01-05");
  add({kThem, "desk"}, "USD", 220, "2026-01-05");
  add({kThem, "desk"}, "EUR", -200, "2026-01-06");
  add(kOurs, "EUR", 200, "2026-01-06");
  step([&](BookTransaction& rows) {
    take_events(rows, rules_, std::vector<client::Event>{client::ReceiptEvent{placed, {"final"}}});
  });
  EXPECT_EQ(payment(PaymentSide::incoming).settled, *parse_date("2026-01-06"));
  open_annex();
  EXPECT_EQ(files_with("<IntrBkSttlmDt>2026-01-06</IntrBkSttlmDt>"), 1u);
}

// An Accept that was turned down, and one that a person gave by hand.
TEST_P(ThePayments, AnAlarmAboutAnAnswerEndsWhenTheLedgerMovesOn) {
  arrive();
  const Uuid accept = only_order().id;
  step([&](BookTransaction& rows) {
    EXPECT_TRUE(on_payment_order_failed(rows, rules_, {kUs, accept}, false, "approval_refused"));
  });
  EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 1u);
  tell_in("final", 200, chain::Status::settled);
  EXPECT_EQ(has(kDupont), 200);
  EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 0u);
}

class Gate : public PaymentGate {
 public:
  Passage look(BookTransaction&, const CustomerPayment& payment) override {
    EXPECT_TRUE(read_details(payment.details));  // it sees whom it screens
    return says;
  }
  void settled(BookTransaction&, const CustomerPayment&) override {}
  void over(BookTransaction&, const CustomerPayment&) override { ++overs; }
  Passage says = Passage::waiting;
  int overs = 0;
};

TEST_P(ThePayments, ScreeningHoldsBothSidesUntilPeopleDecide) {
  Gate gate;
  rules_.gate = &gate;
  order();
  arrive();
  for (const PaymentSide side : {PaymentSide::outgoing, PaymentSide::incoming})
    EXPECT_EQ(payment(side).state, PaymentState::screening);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  EXPECT_EQ(has(kMuster), 1'000);
  step([&](BookTransaction& rows) { move_payments_on(rows, rules_, true); });
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
  gate.says = Passage::open;
  step([&](BookTransaction& rows) { move_payments_on(rows, rules_, false); });
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::ready);
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::accepting);
  EXPECT_EQ(gate.overs, 0);  // both may be asked about again
}

TEST_P(ThePayments, ScreeningRefusesBothSides) {
  Gate gate;
  rules_.gate = &gate;
  order();
  arrive();
  gate.says = Passage::refused;
  step([&](BookTransaction& rows) { move_payments_on(rows, rules_, false); });
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::refused);
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "RR04");
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::rejecting);
  const auto code = std::get<chain::Reject>(only_order().body).code;
  EXPECT_EQ(std::string(code.begin(), code.end()), "RR04");
}

// The core agrees while the annex is on its way, or while two persons look at the names.
TEST_P(ThePayments, ARecallAgreedToBeforeAnyCustomerHasItIsGivenBackThen) {
  Gate gate;
  rules_.gate = &gate;
  for (const bool is_screened : {false, true}) {
    uetr_ = client::make_uetr();
    gate.says = Passage::waiting;
    tell_in("final", 200, chain::Status::settled);
    if (is_screened) open_annex();
    tell_in("recalled", 0, chain::Status::recall_requested, "DUPL");
    step([&](BookTransaction& rows) { take_recall_answers(rows, rules_, {{{uetr_, false, ""}}}); });
    EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 0u);
    if (!is_screened) open_annex();
    EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::screening);
    gate.says = Passage::open;
    step([&](BookTransaction& rows) { move_payments_on(rows, rules_, false); });
    EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::returning);
    EXPECT_EQ(payment(PaymentSide::incoming).code, "FOCR");
    EXPECT_EQ(has(kDupont), 0);
    EXPECT_EQ(files_with("tech:xsd:pacs.008.001.08"), 0u);
  }
  rules_.gate = nullptr;
}

TEST_P(ThePayments, ARecallAgreedToAndThenRefusedIsCredited) {
  Gate gate;
  rules_.gate = &gate;
  tell_in("final", 200, chain::Status::settled);
  open_annex();
  tell_in("recalled", 0, chain::Status::recall_requested, "DUPL");
  for (const bool is_refused : {false, true})
    step([&](BookTransaction& rows) {
      take_recall_answers(rows, rules_, {{{uetr_, is_refused, is_refused ? "CUST" : ""}}});
    });
  EXPECT_TRUE(std::holds_alternative<chain::RefuseRecall>(only_order().body));
  gate.says = Passage::open;
  step([&](BookTransaction& rows) { move_payments_on(rows, rules_, false); });
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);
  EXPECT_EQ(has(kDupont), 200);
}

TEST_P(ThePayments, TreasurysMovesArePostedAgainstTheBankItself) {
  client::FinalReceipt placed{Height(1), kNow, 0, {}};
  placed.receipt.id = {kThem, client::make_uetr()};
  chain::Entry entry;
  entry.place = {PlaceKind::account, kOurs, std::nullopt};
  entry.currency = kEuro;
  entry.amount = MinorUnits(5'000);
  placed.receipt.entries.push_back(entry);
  step([&](BookTransaction& rows) {
    take_events(rows, rules_, std::vector<client::Event>{client::ReceiptEvent{placed, {}}});
  });
  EXPECT_EQ(sums(), (Sums{5'000, 0, 0, -4'000}));
}

TEST_P(ThePayments, AnInsidersBalanceShows) {
  tamper("UPDATE customers SET balance = 999999 WHERE account = '" + kMuster + "'");
  const auto faults =
      look<std::vector<std::string>>([](BookTransaction& rows) { return audit(rows).faults; });
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults.front().find(kMuster), std::string::npos);
}

}  // namespace
}  // namespace vostro::bridge::payments_test
