// Goal: what the node will not take ends where it can never be taken, and holds nothing else back.
// Method: rounds over a real book and real directories, against a server that answers as a node
// does.
#include "bridge/delivery.h"

#include "bridge/channel/directories.h"
#include "client/annex.h"
#include "tests/unit/bridge/payment_case.h"
#include "tests/unit/client/api_support.h"

namespace vostro::bridge::payments_test {
namespace {

using vostro::test::client_of;
using vostro::test::HttpReply;
using vostro::test::HttpSeen;
using vostro::test::json_reply;
using vostro::test::problem_reply;

class TheDelivery : public ThePayments {
 protected:
  void SetUp() override {
    ThePayments::SetUp();
    if (IsSkipped()) return;
    config_.retry = std::chrono::seconds(3600);  // nothing is tried twice in a test
    api_.emplace(client_of(server_.url()));
    delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);
  }
  void round() {
    const auto done = delivery_->round(now_);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  /// With an annex that a node could keep.
  void order_sealed() {
    take(pain001(to_text(uetr_)));
    client::Annex annex;
    annex.salt = client::fresh_salt();
    annex.debtor.name = "Muster";
    annex.creditor.name = "Dupont";
    const auto sealed = client::seal(annex, name_of(PaymentSide::outgoing),
                                     {client::AnnexKey(SecretKey::generate()).public_key()});
    ASSERT_TRUE(sealed) << client::to_string(sealed.error());
    const Terms terms{std::nullopt, UnixSeconds(kNow.value / 1000 + 600), sealed->commitment,
                      chain::encode_sealed_annex(*sealed)};
    step([&](BookTransaction& rows) {
      order_payment(rows, rules_,
                    *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                    terms);
    });
  }
  /// The ledger has another order of the bank under the payment's UETR.
  void other_order(const chain::AccountId& debtor) {
    chain::Receipt receipt;
    receipt.id = {kUs, uetr_};
    receipt.transaction_hash = hash("another order", {});
    receipt.status = chain::Status::settled;
    receipt.payment = chain::PaymentFacts{uetr_, debtor, kTheirs, {kEuro, MinorUnits(200)}};
    looked_up_ = json_reply(200, "{\"id\":\"" + to_text(uetr_) +
                                     "\",\"owner\":\"NORDDEFF\",\"transaction_hash\":\"" +
                                     to_hex(receipt.transaction_hash.view()) + "\"," +
                                     vostro::test::final_fields(receipt) + "}");
  }
  void expired_order() {
    looked_up_ = json_reply(200, "{\"id\":\"" + to_text(uetr_) +
                                     "\",\"owner\":\"NORDDEFF\",\"transaction_hash\":null,"
                                     "\"status\":\"expired\"}");
  }
  HttpReply reply_to(const HttpSeen& request) {
    if (request.target == "/v1/annexes") return annex_;
    if (request.method == "POST" && request.target.starts_with("/v1/approvals"))
      return json_reply(202,
                        vostro::test::approval_answer(vostro::test::posted(request), "waiting"));
    if (request.method == "POST") return order_;
    return looked_up_;
  }
  [[nodiscard]] std::size_t asked(const std::string& method, const std::string& target) const {
    const auto seen = server_.seen();
    return static_cast<std::size_t>(std::ranges::count_if(seen, [&](const HttpSeen& each) {
      return each.method == method && each.target.starts_with(target);
    }));
  }

  HttpReply annex_ =
      json_reply(200, "{\"items\":[{\"status_code\":201,\"id\":\"" + to_text(uetr_) + "\"}]}");
  HttpReply order_ = problem_reply(409, "id-used", "the id was used with other content");
  HttpReply looked_up_ = problem_reply(404, "unknown-transaction", "never seen");
  vostro::test::HttpServer server_{[this](const HttpSeen& request) { return reply_to(request); }};
  test::TemporaryDirectory files_;
  Directories directories_ =
      *Directories::open((files_.path() / "files").string(), std::chrono::seconds(1));
  SecretKey sign_key_ = SecretKey::generate();
  std::optional<client::ApiClient> api_;
  std::optional<Delivery> delivery_;
};
VOSTRO_ON_BOTH_DATABASES(TheDelivery);

// Treasury paid under the customer's UETR, from another account of the bank.
TEST_P(TheDelivery, AnAnnexOfAUsedUetrRefusesThePayment) {
  order_sealed();
  annex_ = problem_reply(409, "annex-mismatch", "the order commits to another annex");
  other_order({kUs, "treasury"});
  round();
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::refused);
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "AM05");
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_EQ(asked("POST", "/v1/transactions"), 0u);
}

TEST_P(TheDelivery, AnOrderOfAUsedUetrRefusesThePayment) {
  order_sealed();
  other_order({kUs, "treasury"});
  round();
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "AM05");
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_TRUE(waiting(OutboxItem::Kind::order).empty());
}

// One of our account for customers is this payment: its receipt comes with the events.
TEST_P(TheDelivery, AnOrderOfTheSameAccountIsLeftToItsReceipt) {
  order_sealed();
  other_order(kOurs);
  round();
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::ordered);
  EXPECT_EQ(has(kMuster), 800);
}

TEST_P(TheDelivery, AnOrderWhoseAnnexIsNotTakenExpires) {
  order_sealed();
  annex_ = problem_reply(429, "too-many-annexes", "later");
  round();
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::ordered);
  expired_order();
  delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);  // its time to wait is over
  round();
  EXPECT_EQ(payment(PaymentSide::outgoing).state, PaymentState::refused);
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "TM01");
  EXPECT_EQ(has(kMuster), 1'000);
  EXPECT_TRUE(waiting(OutboxItem::Kind::annex).empty());
}

// The request as a whole: to ask about each order would be 256 requests more.
TEST_P(TheDelivery, ARefusedRequestAsksAboutNoneOfItsAnnexes) {
  order_sealed();
  for (const auto& [status, code] : {std::pair(429U, "rate-limit"), std::pair(503U, "disk-full")}) {
    annex_ = problem_reply(status, code, "not now");
    delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);  // it is due again
    round();
    EXPECT_EQ(asked("GET", "/v1/transactions/"), 0u) << code;
    EXPECT_EQ(waiting(OutboxItem::Kind::annex).size(), 1u) << code;
  }
}

TEST_P(TheDelivery, OrdersThatWaitForApproversHoldBackNothingBehindThem) {
  order_ = problem_reply(409, "not-authorised", "more signatures", "DS19");
  step([&](BookTransaction& rows) {
    for (int i = 0; i < 300; ++i)
      maker_.order(rows, client::make_uetr(),
                   chain::OpenBusinessDate{kUs, kEuro, *parse_date("2026-01-06")});
    insert(rows, OutboxItem{"V1.xml", OutboxItem::Kind::file, "<a/>"});
  });
  round();
  EXPECT_EQ(waiting(OutboxItem::Kind::file).size(), 0u);
  EXPECT_EQ(asked("POST", "/v1/approvals"), 256u);
  round();
  EXPECT_EQ(asked("POST", "/v1/approvals"), 300u);
}

TEST_P(TheDelivery, ANodeThatDoesNotAnswerIsNotAskedForEachOrder) {
  const auto orders = [&](int count) {
    step([&](BookTransaction& rows) {
      for (int i = 0; i < count; ++i)
        maker_.order(rows, client::make_uetr(),
                     chain::OpenBusinessDate{kUs, kEuro, *parse_date("2026-01-06")});
    });
  };
  order_ = looked_up_ = HttpReply{"", true};
  orders(1);
  round();
  const std::size_t posts_of_one = asked("POST", "/v1/transactions");
  EXPECT_GT(posts_of_one, 0u);
  orders(300);
  round();
  EXPECT_EQ(asked("POST", "/v1/transactions"), 2 * posts_of_one);
  delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);  // all of them are due again
  const std::size_t before = server_.seen().size();
  round();
  EXPECT_LE(server_.seen().size() - before, 2u) << "one question, and perhaps its repeat";
}

// The node has kept none of them: nobody has to ask what became of each.
TEST_P(TheDelivery, OrdersThatTheNodeHadNoRoomForStayTogether) {
  step([&](BookTransaction& rows) {
    for (int i = 0; i < 200; ++i)
      maker_.order(rows, client::make_uetr(),
                   chain::OpenBusinessDate{kUs, kEuro, *parse_date("2026-01-06")});
  });
  order_ = problem_reply(503, "disk-full", "no room");
  testing::internal::CaptureStderr();
  round();
  const std::string logged = testing::internal::GetCapturedStderr();
  const std::string_view what = "an order has not reached the node";
  ASSERT_NE(logged.find(what), std::string::npos) << logged;
  EXPECT_EQ(logged.find(what, logged.find(what) + 1), std::string::npos) << "once is enough";
  EXPECT_EQ(server_.seen().size(), 2u);
  delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);  // all of them are due again
  round();
  EXPECT_EQ(asked("POST", "/v1/transactions"), 4u);
  EXPECT_EQ(server_.seen().size(), 4u);
  // Where it does not say so, it may have kept each.
  order_ = problem_reply(503, "outcome-unknown", "who knows");
  delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);
  round();
  delivery_.emplace(*book_, directories_, *api_, rules_, sign_key_);
  round();
  EXPECT_EQ(asked("GET", "/v1/transactions/"), 200u);
}

// A part of the outbox may end between an annex and its order.
TEST_P(TheDelivery, AnOrderWaitsForAnAnnexThatAnEarlierPartHas) {
  order_sealed();
  const auto rest = look<std::vector<OutboxItem>>([&](BookTransaction& rows) {
    const auto all = outbox(rows, 10, {OutboxPart::Of::orders, 0});
    EXPECT_EQ(all.size(), 2u);
    return outbox(rows, 10, {OutboxPart::Of::orders, all.front().place});
  });
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace vostro::bridge::payments_test
