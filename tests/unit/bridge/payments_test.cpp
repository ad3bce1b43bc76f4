// Goal: a customer's payment comes to its end by each way there is, at both banks, and no cent is
// made or lost. Method: both state machines on real databases, driven by receipts; after each step
// the book is recomputed.
#include <algorithm>
#include <array>
#include <fstream>

#include "bridge/book/customers.h"
#include "bridge/book/links.h"
#include "bridge/book/payments.h"
#include "bridge/customer_messages.h"
#include "bridge/flow/incoming.h"
#include "bridge/flow/outgoing.h"
#include "bridge/flow/payment_events.h"
#include "bridge/flow/screening.h"
#include "bridge/flow/screening_passage.h"
#include "bridge/messages.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge::payments_test {
namespace {

using chain::PlaceKind;
using test::kNow;

const Currency kEuro = *parse_currency("EUR");
const Bic kUs = *parse_bic("NORDDEFF");
const Bic kThem = *parse_bic("SUDBFRPP");
const chain::AccountId kOurs{kUs, "customers"};
const chain::AccountId kTheirs{kThem, "customers"};
const std::string kMuster = "DE89370400440532013000";
const std::string kDupont = "FR1420041010050500013M02606";
const Hash kNetwork = hash("test-network", {});

std::string pain001(const std::string& uetr, const std::string& amount = "2.00",
                    const std::string& message_id = "MSG-1") {
  return R"(<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>)" +
         message_id + R"(</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs>
<InitgPty><Nm>Muster</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd>
<ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt><Dbtr><Nm>Muster</Nm><PstlAdr><TwnNm>Kiel</TwnNm><Ctry>DE</Ctry></PstlAdr></Dbtr>
<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>E-1</EndToEndId>)" +
         (uetr.empty() ? "" : "<UETR>" + uetr + "</UETR>") + R"(</PmtId>
<Amt><InstdAmt Ccy="EUR">)" +
         amount +
         R"(</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>SUDBFRPP</BICFI></FinInstnId></CdtrAgt>
<Cdtr><Nm>Dupont</Nm></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct>
</CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>)";
}

CustomerOrder order_in(const std::string& text) {
  const auto message = read_message(text, kUs, kUs);
  EXPECT_TRUE(message) << (message ? "" : message.error());
  return std::get<CustomerOrders>(message->content).orders.at(0);
}

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

/// A participant with one customer of 10.00 EUR.
class ThePayments : public test::BookTest {
 protected:
  void SetUp() override {
    BookTest::SetUp();
    if (IsSkipped()) return;
    config_.agent = kUs;
    config_.bank = kUs;
    config_.participant.emplace();
    config_.participant->account = kOurs;
    book_.emplace(open_active());
    step([](BookTransaction& rows) {
      insert(rows, Customer{kMuster, "Muster", kEuro, CustomerStatus::open, {}}, "opened");
      insert(rows, Customer{kDupont, "Dupont", kEuro, CustomerStatus::open, {}}, "opened");
      credit(rows, "brought", kMuster, kMuster, BankAccount::own, {kEuro, MinorUnits(1'000)});
    });
  }
  void step(const Book::Work& work) {
    const auto done = book_->write(kNow, work);
    ASSERT_TRUE(done) << to_string(done.error());
    // After every step.
    const auto read = book_->read(kNow, [](BookTransaction& rows) {
      EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
    });
    ASSERT_TRUE(read);
  }
  template <class T>
  T look(const std::function<T(BookTransaction&)>& what) {
    std::optional<T> seen;
    const auto done = book_->read(kNow, [&](BookTransaction& rows) { seen.emplace(what(rows)); });
    EXPECT_TRUE(done) << to_string(done.error());
    return std::move(*seen);
  }
  CustomerPayment payment(PaymentSide side) {
    return look<CustomerPayment>(
        [&](BookTransaction& rows) { return find_payment(rows, side, name_of(side)).value(); });
  }
  chain::OwnedId name_of(PaymentSide side) const {
    return {side == PaymentSide::outgoing ? kUs : kThem, uetr_};
  }
  std::int64_t has(const std::string& account) {
    return look<std::int64_t>(
        [&](BookTransaction& rows) { return find_customer(rows, account)->balance.value; });
  }
  /// position, outgoing, incoming, own.
  std::vector<std::int64_t> sums() {
    return look<std::vector<std::int64_t>>([](BookTransaction& rows) {
      auto all = balances(rows);
      std::vector<std::int64_t> found;
      for (const BankAccount account : bank_accounts)
        found.push_back(all[kEuro][code_of(account, kEuro)].value);
      return found;
    });
  }
  std::vector<OutboxItem> waiting(OutboxItem::Kind kind) {
    return look<std::vector<OutboxItem>>([&](BookTransaction& rows) {
      auto items = outbox(rows, 100);
      std::erase_if(items, [&](const OutboxItem& each) { return each.kind != kind; });
      return items;
    });
  }
  std::size_t files_with(const std::string& part) {
    const auto files = waiting(OutboxItem::Kind::file);
    return static_cast<std::size_t>(std::ranges::count_if(files, [&](const OutboxItem& each) {
      return each.content.find(part) != std::string::npos;
    }));
  }
  chain::Transaction only_order() {
    const auto orders = waiting(OutboxItem::Kind::order);
    EXPECT_EQ(orders.size(), 1u);
    return *chain::decode_transaction(*from_hex(orders.at(0).content));
  }
  void close(const std::string& account) {
    step([&](BookTransaction& rows) {
      auto customer = *find_customer(rows, account);
      customer.status = CustomerStatus::closed;
      update(rows, customer, "closed");
    });
  }

  /// What a block tells: the last step, and what moved on our account.
  void tell(PaymentSide side, std::vector<std::string> steps, std::int64_t cents,
            const chain::OwnedId& id, chain::Status status, const char* code = nullptr) {
    client::FinalReceipt placed{Height(++height_), kNow, 0, {}};
    placed.receipt.id = id;
    placed.receipt.status = status;
    placed.receipt.payment = facts(side);
    if (code != nullptr) {
      placed.receipt.given_code.emplace();
      std::copy_n(code, 4, placed.receipt.given_code->begin());
    }
    if (cents != 0) {
      chain::Entry entry;
      entry.place = {PlaceKind::account, kOurs, std::nullopt};
      entry.currency = kEuro;
      entry.amount = MinorUnits(cents);
      entry.business_date = *parse_date("2026-01-05");
      placed.receipt.entries.push_back(entry);
    }
    step([&](BookTransaction& rows) {
      take_event(rows, rules_, client::ReceiptEvent{placed, std::move(steps)});
    });
  }
  void tell_out(const std::string& word, std::int64_t cents, chain::Status status,
                const char* code = nullptr) {
    tell(PaymentSide::outgoing, {word}, cents, name_of(PaymentSide::outgoing), status, code);
  }
  void tell_in(const std::string& word, std::int64_t cents, chain::Status status,
               const char* code = nullptr) {
    tell(PaymentSide::incoming, {word}, cents, {kThem, client::make_uetr()}, status, code);
  }

  [[nodiscard]] chain::PaymentFacts facts(PaymentSide side) const {
    const bool is_out = side == PaymentSide::outgoing;
    return {uetr_, is_out ? kOurs : kTheirs, is_out ? kTheirs : kOurs, {kEuro, MinorUnits(200)}};
  }
  [[nodiscard]] chain::Original original(PaymentSide side) const {
    chain::Original shown;
    shown.height = Height(1);
    shown.receipt.id = name_of(side);
    shown.receipt.status = chain::Status::settled;
    shown.receipt.payment = facts(side);
    return shown;
  }

  void take(const std::string& text) {
    const auto message = read_message(text, kUs, kUs);
    ASSERT_TRUE(message) << message.error();
    step([&](BookTransaction& rows) {
      take_orders(rows, rules_, std::get<CustomerOrders>(message->content), message->type,
                  message->message_id);
    });
  }
  void order() {
    take(pain001(to_text(uetr_)));
    const Terms terms{std::nullopt, UnixSeconds(kNow.value / 1000 + 600), hash("a", {}), {1, 2}};
    step([&](BookTransaction& rows) {
      order_payment(rows, rules_,
                    *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                    terms);
    });
  }
  /// A payment of 2.00 EUR is held for us, and opened.
  void arrive(bool is_settled = false) {
    tell_in(is_settled ? "final" : "held", is_settled ? 200 : 0,
            is_settled ? chain::Status::settled : chain::Status::held);
    std::string text = order_in(pain001(to_text(uetr_))).details;
    const auto swap = [&](const std::string& from, const std::string& to) {
      for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
        text.replace(at, from.size(), to);
    };
    swap("NORDDEFF", "-");
    swap("SUDBFRPP", "NORDDEFF");
    swap("<BICFI>-<", "<BICFI>SUDBFRPP<");
    ASSERT_TRUE(read_details(text));
    step([&](BookTransaction& rows) {
      on_opened(rows, rules_,
                *find_payment(rows, PaymentSide::incoming, name_of(PaymentSide::incoming)),
                Opened{text, {}});
    });
  }

  Uuid uetr_ = client::make_uetr();
  std::uint64_t height_ = 0;
  BridgeConfig config_;
  OrderMaker maker_{kNetwork, kUs, SecretKey::generate(), std::chrono::seconds(600)};
  Rules rules_{config_, maker_, nullptr};
  std::optional<Book> book_;
};
VOSTRO_ON_BOTH_DATABASES(ThePayments);
using Sums = std::vector<std::int64_t>;

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

class Gate : public PaymentGate {
 public:
  Passage look(BookTransaction&, const CustomerPayment& payment) override {
    EXPECT_TRUE(read_details(payment.details));  // it sees whom it screens
    return says;
  }
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

TEST_P(ThePayments, TreasurysMovesArePostedAgainstTheBankItself) {
  client::FinalReceipt placed{Height(1), kNow, 0, {}};
  placed.receipt.id = {kThem, client::make_uetr()};
  chain::Entry entry;
  entry.place = {PlaceKind::account, kOurs, std::nullopt};
  entry.currency = kEuro;
  entry.amount = MinorUnits(5'000);
  placed.receipt.entries.push_back(entry);
  step([&](BookTransaction& rows) { take_event(rows, rules_, client::ReceiptEvent{placed, {}}); });
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
