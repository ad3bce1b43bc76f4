// Goal: what one payment waits for, or the node refuses to say about it, stops no other. Method:
// the rounds over a real book, against a server that answers as a node does.
#include "bridge/errands.h"

#include "base/codec.h"
#include "tests/unit/bridge/payment_case.h"
#include "tests/unit/client/api_support.h"

namespace vostro::bridge::payments_test {
namespace {

using vostro::test::client_of;
using vostro::test::HttpReply;
using vostro::test::HttpSeen;
using vostro::test::json_reply;
using vostro::test::problem_reply;

/// Rounds over the payments, and what the node says.
class TheErrands : public ThePayments {
 protected:
  void SetUp() override {
    ThePayments::SetUp();
    if (IsSkipped()) return;
    config_.poll = std::chrono::milliseconds(0);
    config_.participant->annex_within = std::chrono::seconds(0);
    api_.emplace(client_of(server_.url()));
    errands_.emplace(*book_, *api_, rules_, annex_key_);
  }
  void round() {
    const auto done = errands_->round(now_);
    ASSERT_TRUE(done) << to_string(done.error());
  }

  /// The last of those that wait, and the one that can be dealt with.
  void arrive_later_without_annex() {
    ++now_.value;
    uetr_ = client::make_uetr();
    without_annex_ = to_text(uetr_);
    step_at(now_, [&](BookTransaction& rows) {
      CustomerPayment late;
      late.side = PaymentSide::incoming;
      late.name = name_of(PaymentSide::incoming);
      late.amount = {kEuro, MinorUnits(200)};
      late.other = kTheirs;
      late.since = now_;
      late.state = PaymentState::arrived;
      insert(rows, late, "held for us");
    });
  }

  HttpReply reply_to(const HttpSeen& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/v1/currencies") {
      const std::string policy =
          chain::to_json(vostro::test::simple_policy({"maker"}), client::iso_exponents());
      return json_reply(
          200, R"({"items":[{"currency":"EUR","exponent":2,"agent":"ALBAGB2L","policy":)" + policy +
                   R"(,"status":"active","business_date":"2026-01-05",)" +
                   R"("issued":{"currency":"EUR","amount":"0.00"},)" +
                   R"("redeemed":{"currency":"EUR","amount":"0.00"},)" +
                   R"("open_redemptions":{"currency":"EUR","amount":"0.00"},)" +
                   R"("attestation":null,"attestation_max_age_s":null}],"next":null})");
    }
    if (path == "/v1/participants") return json_reply(200, R"({"items":[],"next":null})");
    if (path.starts_with("/v1/proofs/payment/")) return proof_;
    if (path.starts_with("/v1/annexes/"))
      return problem_reply(404, "unknown-annex", "it has not come");
    if (path.starts_with("/v1/payments/")) {
      const std::string uetr = path.substr(path.rfind('/') + 1);
      if (uetr == troubled_) return trouble_;
      const bool has_annex = uetr != without_annex_;
      return json_reply(200, R"({"uetr":")" + uetr + R"(","agent":"SUDBFRPP","status":"held",)" +
                                 R"("iso_status":"PDNG","annex":)" +
                                 (has_annex ? "\"" + std::string(64, 'a') + "\"" : "null") + more_ +
                                 "}");
    }
    return problem_reply(404, "unknown-path", "nothing here");
  }

  std::string without_annex_;
  std::string troubled_;
  HttpReply trouble_;
  std::string more_;
  HttpReply proof_ = problem_reply(410, "history-elsewhere", "this node begins at height 4000");
  vostro::test::HttpServer server_{[this](const HttpSeen& request) { return reply_to(request); }};
  std::optional<client::ApiClient> api_;
  client::AnnexKey annex_key_{SecretKey::generate()};
  std::optional<Errands> errands_;
};
VOSTRO_ON_BOTH_DATABASES(TheErrands);

TEST_P(TheErrands, PaymentsWithoutTheirAnnexStopNoOther) {
  for (int i = 0; i < 300; ++i) {
    uetr_ = client::make_uetr();
    tell_in("held", 0, chain::Status::held);
  }
  arrive_later_without_annex();
  for (int i = 0; i < 3; ++i) round();
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::rejecting);
}

TEST_P(TheErrands, OrdersForALaterDayStopNoOther) {
  const Uuid mine = uetr_;
  std::string text = pain001("");
  const std::string today = "<Dt>2026-01-05</Dt>";
  text.replace(text.find(today), today.size(), "<Dt>2026-02-01</Dt>");
  const CustomerOrder later = order_in(text);
  step([&](BookTransaction& rows) {
    for (int i = 0; i < 600; ++i) {
      CustomerOrder each = later;
      each.uetr = client::make_uetr();
      take_orders(rows, rules_, {{each}}, "pain.001.001.09", "MSG-1");
    }
  });
  ++now_.value;
  uetr_ = mine;
  step_at(now_, [&](BookTransaction& rows) {
    CustomerOrder each = order_in(pain001(to_text(uetr_)));
    take_orders(rows, rules_, {{each}}, "pain.001.001.09", "MSG-2");
  });
  round();
  // Nobody is a participant at this node: what is asked about is refused.
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "RC04");
  // And those whose day has not come are as they were.
  EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) {
              return payments_in(rows, PaymentState::ready).size();
            }),
            600u);
}

// A node that prunes has not what a Recall of an old payment shows.
TEST_P(TheErrands, AQuestionThatTheNodeRefusesStopsNoOther) {
  order();
  tell_out("final", -200, chain::Status::settled);
  step([&](BookTransaction& rows) { take_recalls(rows, rules_, {{{"R-1", uetr_, "DUPL"}}}); });
  const Uuid recalled = uetr_;
  uetr_ = client::make_uetr();
  ++now_.value;
  step_at(now_, [&](BookTransaction& rows) {
    CustomerOrder each = order_in(pain001(to_text(uetr_)));
    take_orders(rows, rules_, {{each}}, "pain.001.001.09", "MSG-2");
  });
  round();
  EXPECT_EQ(payment(PaymentSide::outgoing).code, "RC04");
  // Whoever recalls is told that it cannot be done here.
  uetr_ = recalled;
  EXPECT_EQ(payment(PaymentSide::outgoing).recall, RecallState::over);
  EXPECT_EQ(files_with("<TxCxlSts>RJCR</TxCxlSts>"), 1u);
}

TEST_P(TheErrands, WhatTheNodeRefusesToSayIsAnAlarmUntilItSaysIt) {
  arrive(true);
  round();
  const auto kinds = [&] {
    return look<std::vector<std::string>>([](BookTransaction& rows) {
      std::vector<std::string> found;
      for (const Alarm& each : alarms(rows))
        found.push_back(each.key.substr(0, each.key.find('/')));
      return found;
    });
  };
  EXPECT_EQ(kinds(), std::vector<std::string>{"node"});
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);
  chain::Original shown = original(PaymentSide::incoming);
  proof_ = json_reply(200, "{\"original\":\"" + to_hex(encode(shown)) + "\"}");
  round();
  EXPECT_EQ(kinds(), std::vector<std::string>());
  EXPECT_TRUE(std::holds_alternative<chain::ConfirmCredit>(only_order().body));
}

// A node newer than the bridge; a connection that one answer always breaks off.
TEST_P(TheErrands, AnAnswerThatCannotBeReadOrNeverComesStopsNoOther) {
  for (const bool is_readable : {false, true}) {
    trouble_ = is_readable ? HttpReply{"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", true}
                           : json_reply(200, R"({"uetr":"a word of next year"})");
    tell_in("held", 0, chain::Status::held);
    const Uuid first = uetr_;
    troubled_ = to_text(first);
    arrive_later_without_annex();
    for (int i = 0; i < 3; ++i) round();
    EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::rejecting);
    const auto open = look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); });
    EXPECT_EQ(open, is_readable ? 0u : 1u);
    // Once it can be read all is as it always is.
    troubled_.clear();
    without_annex_ = to_text(first);
    for (int i = 0; i < 3; ++i) round();
    uetr_ = first;
    EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::rejecting);
    EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 0u);
    uetr_ = client::make_uetr();
  }
}

TEST_P(TheErrands, WhatChargesWouldBeTakenOfIsNotAccepted) {
  tell_in("held", 0, chain::Status::held);
  more_ = R"(,"creditor_gets":{"currency":"EUR","amount":"0.01"})";
  round();
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::rejecting);
  const auto code = std::get<chain::Reject>(only_order().body).code;
  EXPECT_EQ(std::string(code.begin(), code.end()), "AM09");
}

TEST_P(TheErrands, ANodeThatDoesNotAnswerEndsTheRound) {
  arrive(true);
  api_.emplace(client_of("http://127.0.0.1:" + std::to_string(vostro::test::closed_port())));
  round();
  EXPECT_EQ(payment(PaymentSide::incoming).state, PaymentState::credited);
  EXPECT_EQ(look<std::size_t>([](BookTransaction& rows) { return alarms(rows).size(); }), 0u);
}

}  // namespace
}  // namespace vostro::bridge::payments_test
