// Goal: an order is forgotten only when it is certain what became of it. Method: a table of what a
// node can answer, to an order sent for the first time and to one that may have been sent before,
// with the outcome and whether it stays stored.
#include "client/delivery.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/time.h"
#include "tests/unit/client/api_support.h"

namespace vostro::client {
namespace {

using namespace std::chrono_literals;
using test::HttpReply;
using test::HttpSeen;
using test::HttpServer;

class DeliveryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "vostro-delivery-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    auto journal = PaymentJournal::open(root_ + "/orders");
    ASSERT_TRUE(journal);
    journal_.emplace(*std::move(journal));
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  [[nodiscard]] bool is_stored() const { return journal_->find(order_.name)->has_value(); }

  const chain::Transaction transaction_ = test::a_payment().amount(test::eur(1250)).build();
  const StoredOrder order_ = make_stored_order(transaction_, UnixMillis(1'700'000'000'000));
  std::string root_;
  std::optional<PaymentJournal> journal_;
};

struct Row {
  std::string name;
  HttpReply to_post;
  HttpReply to_look_up;  ///< GET of the transaction
  Outcome outcome;
  bool stays;
};

HttpReply state_reply(const chain::Transaction& transaction, const std::string& status) {
  return test::json_reply(200,
                          "{" + test::id_fields(transaction) + ",\"status\":\"" + status + "\"}");
}
HttpReply never_seen() {
  return test::problem_reply(404, "unknown-transaction", "never seen");
}

TEST_F(DeliveryTest, OfANewOrder) {
  const HttpReply none = test::problem_reply(500, "internal", "not to be asked");
  const std::vector<Row> rows{
      {"settled", test::json_reply(200, test::final_answer(transaction_, chain::Status::settled)),
       none, Outcome::final, false},
      {"rejected",
       test::json_reply(200, test::final_answer(transaction_, chain::Status::rejected,
                                                chain::Reason::funds_short)),
       none, Outcome::final, false},
      {"accepted", test::json_reply(202, test::pending_answer(transaction_)), none,
       Outcome::accepted, true},
      {"wrong form", test::problem_reply(400, "bad_charges", "no"), none, Outcome::refused, false},
      {"used id", test::problem_reply(409, "id-used", "no", "AM05"), none, Outcome::refused, false},
      {"a signer", test::problem_reply(409, "not-authorised", "no", "DS0H"), none, Outcome::refused,
       false},
      {"window", test::problem_reply(422, "outside-window", "no", "TM01"), none, Outcome::refused,
       false},
      {"token", test::problem_reply(401, "unauthorised", "no"), none, Outcome::not_sent, false},
      {"role", test::problem_reply(403, "forbidden", "no"), none, Outcome::not_sent, false},
      {"busy", test::problem_reply(429, "busy", "no"), none, Outcome::not_sent, false},
      {"halted", test::problem_reply(503, "halted", "no"), none, Outcome::not_sent, false},
      {"not ready", test::problem_reply(503, "not-ready", "no"), none, Outcome::not_sent, false},
      {"disk full", test::problem_reply(503, "disk-full", "no"), none, Outcome::not_sent, false},
      {"not known yet", test::problem_reply(503, "outcome-unknown", "no"), none, Outcome::unknown,
       true},
      {"store", test::problem_reply(503, "store-failed", "no"), none, Outcome::unknown, true},
      {"fault", test::problem_reply(500, "internal", "no"), none, Outcome::unknown, true},
      {"gateway", test::problem_reply(502, "bad-gateway", "no"), none, Outcome::unknown, true},
      {"silence", {}, none, Outcome::unknown, true},
      {"closed", {"", true}, none, Outcome::unknown, true},
      {"nonsense", test::json_reply(200, "{}"), none, Outcome::unknown, true},
      {"another's answer",
       test::json_reply(202, test::pending_answer(test::a_payment().id(test::uetr(9)).build())),
       none, Outcome::unknown, true},
  };
  for (const Row& row : rows) {
    HttpServer server([&](const HttpSeen& request) {
      return request.method == "POST" ? row.to_post : row.to_look_up;
    });
    auto api = test::client_of(server.url(), 300ms);
    const auto delivery = deliver_new(*journal_, api, order_, true);
    ASSERT_TRUE(delivery) << row.name;
    EXPECT_EQ(delivery->outcome, row.outcome) << row.name;
    EXPECT_EQ(is_stored(), row.stays) << row.name;
    EXPECT_FALSE(delivery->journal) << row.name;
    ASSERT_TRUE(journal_->remove(order_.name));
  }
}

TEST_F(DeliveryTest, ShortOfSignaturesItIsBroughtForApproval) {
  struct Brought {
    std::string name;
    HttpReply reply;
    Outcome outcome;
    bool stays;
  };
  const std::vector<Brought> rows{
      {"waits", test::json_reply(202, test::approval_answer(transaction_, "waiting")),
       Outcome::awaiting_approval, false},
      {"was complete by now",
       test::json_reply(202, test::approval_answer(transaction_, "released")), Outcome::accepted,
       true},
      {"a person has refused it", test::problem_reply(409, "approval-refused", "no"),
       Outcome::refused, false},
      {"too many wait", test::problem_reply(429, "busy", "no"), Outcome::not_sent, false},
      {"the book cannot be written", test::problem_reply(500, "store-failed", "no"),
       Outcome::unknown, true},
      {"silence", {}, Outcome::unknown, true},
      {"another's answer",
       test::json_reply(
           202, test::approval_answer(test::a_payment().id(test::uetr(9)).build(), "waiting")),
       Outcome::unknown, true},
  };
  const HttpReply short_of = test::problem_reply(409, "not-authorised", "no", "DS19");
  for (const bool was_sent_before : {false, true}) {
    for (const Brought& row : rows) {
      HttpServer server([&](const HttpSeen& request) {
        if (request.method == "GET") return never_seen();
        return request.target.starts_with("/v1/approvals") ? row.reply : short_of;
      });
      auto api = test::client_of(server.url(), 300ms);
      if (was_sent_before) {
        ASSERT_TRUE(journal_->store(order_));
      }
      // Only the first time a failed attempt proves that no node has it.
      const bool is_doubted = was_sent_before && row.outcome == Outcome::not_sent;
      const Delivery delivery = was_sent_before ? deliver_again(*journal_, api, order_, true)
                                                : *deliver_new(*journal_, api, order_, true);
      EXPECT_EQ(delivery.outcome, is_doubted ? Outcome::unknown : row.outcome) << row.name;
      EXPECT_EQ(is_stored(), row.stays || is_doubted) << row.name;
      EXPECT_EQ(delivery.approval.has_value(),
                row.outcome == Outcome::awaiting_approval || row.outcome == Outcome::accepted)
          << row.name;
      ASSERT_TRUE(journal_->remove(order_.name));
    }
  }
}

TEST_F(DeliveryTest, OfAnOrderThatMayHaveBeenSentBefore) {
  const HttpReply used = test::problem_reply(409, "id-used", "no", "AM05");
  const HttpReply late = test::problem_reply(422, "outside-window", "no", "TM01");
  const auto final_as = [](const chain::Transaction& transaction) {
    return test::json_reply(200, test::final_answer(transaction, chain::Status::settled));
  };
  const auto rival = test::a_payment().amount(test::eur(999)).build();
  ASSERT_EQ(rival.id, transaction_.id);
  const std::vector<Row> rows{
      {"settled", final_as(transaction_), never_seen(), Outcome::final, false},
      {"accepted", test::json_reply(202, test::pending_answer(transaction_)), never_seen(),
       Outcome::accepted, true},
      {"too late, and settled before", late, final_as(transaction_), Outcome::final, false},
      {"too late, and waiting", late, state_reply(transaction_, "pending"), Outcome::accepted,
       true},
      {"too late, and expired", late, state_reply(transaction_, "expired"), Outcome::expired,
       false},
      {"too late, and never seen here", late, never_seen(), Outcome::unknown, true},
      {"signers, and never seen here", test::problem_reply(409, "not-authorised", "no", "DS0H"),
       never_seen(), Outcome::unknown, true},
      {"id used by another order", used, final_as(rival), Outcome::refused, false},
      {"refused, and the look-up fails", used, test::problem_reply(500, "internal", "no"),
       Outcome::unknown, true},
      {"token", test::problem_reply(401, "unauthorised", "no"), never_seen(), Outcome::unknown,
       true},
      {"busy", test::problem_reply(429, "busy", "no"), never_seen(), Outcome::unknown, true},
      {"silence", {}, never_seen(), Outcome::unknown, true},
  };
  for (const Row& row : rows) {
    HttpServer server([&](const HttpSeen& request) {
      if (request.method == "POST") {
        EXPECT_EQ(test::posted(request), transaction_) << row.name;
        return row.to_post;
      }
      // An order that nobody saw has expired only by the node's word about its own end.
      EXPECT_NE(
          request.target.find("?valid_until=" + url_encode(to_text(transaction_.valid_until))),
          std::string::npos);
      return row.to_look_up;
    });
    auto api = test::client_of(server.url(), 300ms);
    ASSERT_TRUE(journal_->store(order_));
    const Delivery delivery = deliver_again(*journal_, api, order_, true);
    EXPECT_EQ(delivery.outcome, row.outcome) << row.name;
    EXPECT_EQ(is_stored(), row.stays) << row.name;
    ASSERT_TRUE(journal_->remove(order_.name));
  }
}

TEST_F(DeliveryTest, NothingIsStoredWhereNobodyListens) {
  auto api = test::client_of("http://127.0.0.1:" + std::to_string(test::closed_port()));
  const auto delivery = deliver_new(*journal_, api, order_, true);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->outcome, Outcome::not_sent);
  EXPECT_FALSE(is_stored());
  // The same of an order that may have been sent before proves nothing.
  ASSERT_TRUE(journal_->store(order_));
  EXPECT_EQ(deliver_again(*journal_, api, order_, true).outcome, Outcome::unknown);
  EXPECT_TRUE(is_stored());
}

TEST_F(DeliveryTest, IsStoredBeforeItIsSent) {
  bool was_stored = false;
  HttpServer server([&](const HttpSeen&) {
    was_stored = is_stored();
    return test::json_reply(200, test::final_answer(transaction_, chain::Status::settled));
  });
  auto api = test::client_of(server.url());
  ASSERT_TRUE(deliver_new(*journal_, api, order_, true));
  EXPECT_TRUE(was_stored);
}

TEST_F(DeliveryTest, NothingIsSentThatCannotBeStored) {
  HttpServer server(
      [](const HttpSeen&) { return test::problem_reply(500, "internal", "not to be asked"); });
  auto api = test::client_of(server.url());
  std::filesystem::remove_all(root_ + "/orders");
  const auto delivery = deliver_new(*journal_, api, order_, true);
  ASSERT_FALSE(delivery);
  EXPECT_EQ(delivery.error().kind, JournalError::Kind::file);
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(DeliveryTest, ARefusalAfterALostConnectionIsLookedUp) {
  // The kept connection dies with the first send, which the node took all the same; the second is
  // told that it is late.
  int posts = 0;
  HttpServer server([&](const HttpSeen& request) {
    if (request.target == "/v1/status")
      return test::json_reply(200, test::status_answer(test::network(), "Demo"));
    if (request.method != "POST") return state_reply(transaction_, "pending");
    return ++posts == 1 ? HttpReply{"", true} : test::problem_reply(429, "busy", "no");
  });
  auto api = test::client_of(server.url());
  ASSERT_TRUE(api.status());
  const auto delivery = deliver_new(*journal_, api, order_, true);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(posts, 2);
  EXPECT_EQ(delivery->outcome, Outcome::unknown);
  EXPECT_TRUE(is_stored());
}

// T9, the client's side: a retry after a crash sends the bytes that were stored, not new ones.
TEST_F(DeliveryTest, T9ARetrySendsTheStoredBytes) {
  HttpServer server([&](const HttpSeen& request) {
    EXPECT_EQ(Bytes(as_bytes(request.body).begin() + 4, as_bytes(request.body).end()),
              order_.transaction);
    return test::json_reply(200, test::final_answer(transaction_, chain::Status::settled));
  });
  ASSERT_TRUE(journal_->store(order_));
  auto reopened = PaymentJournal::open(root_ + "/orders");
  ASSERT_TRUE(reopened);
  auto api = test::client_of(server.url());
  const auto content = reopened->list();
  ASSERT_EQ(content->orders.size(), 1U);
  EXPECT_EQ(deliver_again(*reopened, api, content->orders[0], true).outcome, Outcome::final);
  EXPECT_TRUE(reopened->list()->orders.empty());
}

}  // namespace
}  // namespace vostro::client
