// Goal: an order that needs more signatures waits on its own bank's node and nowhere else, goes to
// the ledger when distinct persons have signed it and never before, and nothing of that is lost or
// can be made up. Method: the real book over a real store, through the API's handlers; restarts and
// damaged files.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "node/runtime/approval_book.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
namespace json = boost::json;

struct Approvals : testing::Test {
  FakeNode node;
  Door nord{node};

  /// EUR 1.00 from an account whose payments a maker enters and a checker approves.
  PaymentBuilder dual(std::initializer_list<std::string_view> signers) {
    PaymentBuilder payment = node.payment();
    payment.from("NORDDEFF/dual").signed_by(signers);
    return payment;
  }
  Response offer(const Bytes& bytes, const std::string& token = "token") {
    return nord.post("/v1/approvals", framed({bytes}), "application/octet-stream", token);
  }
  Response refuse_as(std::string_view name, const chain::VerifiedTransaction& order,
                     const std::string& reason) {
    const Bytes message = chain::refusal_message(network(), order.hash(), reason);
    const json::object body{{"key", to_text(key(name).public_key())},
                            {"signature", to_text(key(name).sign(message))},
                            {"reason", reason}};
    return nord.post(path(order) + "/refusal", json::serialize(body));
  }
  static std::string path(const chain::VerifiedTransaction& order) {
    return "/v1/approvals/" + to_text(order.id().id);
  }
  std::string state(const chain::VerifiedTransaction& order) {
    return std::string(json_of(nord.get(path(order))).at("state").as_string());
  }
};

TEST_F(Approvals, WaitsForACheckerAndThenGoesToTheLedger) {
  auto payment = dual({"dual-maker"});
  const auto entered = payment.verified();
  const auto response = offer(payment.bytes(), "t-maker");
  ASSERT_EQ(response.status, 202U) << response.body;
  const auto item = json_of(response);
  EXPECT_EQ(item.at("state").as_string(), "waiting");
  EXPECT_EQ(item.at("kind").as_string(), "Payment");
  EXPECT_EQ(item.at("signatures_given").to_number<int>(), 1);
  EXPECT_EQ(item.at("signatures_wanted").to_number<int>(), 2);
  EXPECT_EQ(item.at("signers").at(0).at("person").as_string(), "dual-maker");
  EXPECT_EQ(item.at("steps").at(0).at("token").as_string(), "t-maker");
  EXPECT_FALSE(node.pending(entered->id()));

  // The checker fetches the bytes, signs them on a machine of her own, and brings them.
  EXPECT_EQ(nord.get(path(*entered) + "/transaction").body, as_text(entered->bytes()));
  payment.signed_by({"dual-checker"});
  const auto approved = offer(payment.bytes(), "t-checker");
  ASSERT_EQ(approved.status, 202U) << approved.body;
  EXPECT_EQ(json_of(approved).at("state").as_string(), "released");
  EXPECT_EQ(json_of(approved).at("steps").as_array().size(), 3U);
  EXPECT_TRUE(node.pending(entered->id()));
  node.block_of_pending();
  EXPECT_EQ(state(*entered), "final");
  // The same once more is no error and no second payment.
  EXPECT_EQ(json_of(offer(payment.bytes())).at("state").as_string(), "final");
}

TEST_F(Approvals, ThePaymentsTimelineBeginsWithWhoEnteredAndApprovedIt) {
  node.block({node.issue("NORDDEFF/dual", eur(10'00))});
  auto payment = dual({"dual-maker"});
  const auto entered = payment.verified();
  const std::string path = "/v1/payments/" + to_text(entered->id().id);
  const auto events = [&](Door& door) {
    std::string words;
    const auto shown = json_of(door.get(path));
    for (const auto& step : shown.at("timeline").as_array()) {
      words += std::string(step.at("event").as_string()) + " ";
      const bool is_of_the_ledger = !step.at("height").is_null();
      const std::string_view event = step.at("event").as_string();
      EXPECT_EQ(is_of_the_ledger, event != "entered" && event != "approved" && event != "refused");
    }
    return words + std::string(shown.at("status").as_string());
  };
  Door bank_of_creditor(node, "SUDBFRPP");
  ASSERT_EQ(offer(payment.bytes()).status, 202U);
  EXPECT_EQ(events(nord), "entered awaiting_approval");
  EXPECT_EQ(code_of(bank_of_creditor.get(path)), "unknown-payment");
  payment.signed_by({"dual-checker"});
  ASSERT_EQ(offer(payment.bytes()).status, 202U);
  EXPECT_EQ(events(nord), "entered approved pending");
  node.block_of_pending();
  EXPECT_EQ(events(nord), "entered approved ordered final settled");
  EXPECT_EQ(events(bank_of_creditor), "ordered final settled") << "who signed is no other bank's";
}

TEST_F(Approvals, ARefusedOrderIsShownAsSuchAndNotAsUnknown) {
  auto payment = dual({"dual-maker"});
  const auto entered = payment.verified();
  ASSERT_EQ(offer(payment.bytes()).status, 202U);
  ASSERT_EQ(refuse_as("dual-checker", *entered, "wrong beneficiary").status, 200U);
  const auto shown = json_of(nord.get("/v1/payments/" + to_text(entered->id().id)));
  EXPECT_EQ(shown.at("status").as_string(), "refused");
  EXPECT_EQ(shown.at("timeline").as_array().size(), 2U);
}

TEST_F(Approvals, CatalogueA6NobodyApprovesHisOwnRequest) {
  auto payment = dual({"dual-maker"});
  ASSERT_EQ(offer(payment.bytes()).status, 202U);
  const auto again = offer(payment.bytes());
  EXPECT_EQ(again.status, 202U);
  EXPECT_EQ(json_of(again).at("signatures_given").to_number<int>(), 1);
  // A second key of the same person.
  payment.signed_by({"dual-both"});
  const auto own = offer(payment.bytes());
  EXPECT_EQ(own.status, 403U);
  EXPECT_EQ(code_of(own), "own-request");
  EXPECT_EQ(state(*payment.verified()), "waiting");
  EXPECT_FALSE(node.pending(payment.verified()->id()));
  // A token that may only read enters nothing.
  EXPECT_EQ(nord.role_of("POST", "/v1/approvals"), Role::write);
  EXPECT_EQ(nord.role_of("POST", path(*payment.verified()) + "/refusal"), Role::write);
}

TEST_F(Approvals, ARefusalIsSignedGivenAReasonAndFinal) {
  auto payment = dual({"dual-maker"});
  const auto entered = payment.verified();
  ASSERT_EQ(offer(payment.bytes()).status, 202U);
  EXPECT_EQ(code_of(refuse_as("sud", *entered, "not ours")), "not-authorised");
  EXPECT_EQ(code_of(refuse_as("dual-checker", *entered, "")), "bad_value");
  const auto response = refuse_as("dual-checker", *entered, "wrong beneficiary");
  ASSERT_EQ(response.status, 200U) << response.body;
  EXPECT_EQ(json_of(response).at("state").as_string(), "refused");
  const auto steps = json_of(response).at("steps").as_array();
  EXPECT_EQ(steps.back().at("reason").as_string(), "wrong beneficiary");
  EXPECT_EQ(steps.back().at("signers").at(0).at("person").as_string(), "dual-checker");
  payment.signed_by({"dual-checker"});
  EXPECT_EQ(code_of(offer(payment.bytes())), "approval-refused");
  EXPECT_EQ(code_of(refuse_as("dual-checker", *entered, "again")), "approval-closed");
  EXPECT_FALSE(node.pending(entered->id()));
}

TEST_F(Approvals, WhatIsNotOfThisBankOrNotInOrderIsRefused) {
  PaymentBuilder foreign = node.payment();
  foreign.from("SUDBFRPP/main").to("NORDDEFF/main").signed_by({"sud"});
  EXPECT_EQ(code_of(offer(foreign.bytes())), "other-bank");
  EXPECT_EQ(code_of(offer(dual({"sud"}).bytes())), "not-authorised");
  auto old = dual({"dual-maker"});
  old.valid_until(UnixSeconds(1'000));
  EXPECT_EQ(code_of(offer(old.bytes())), "outside-window");
  auto forged = dual({"dual-maker"}).bytes();
  forged.back() ^= 1;
  EXPECT_EQ(code_of(offer(forged)), "bad_signature");
  EXPECT_EQ(code_of(nord.post("/v1/approvals",
                              framed({dual({"dual-maker"}).bytes(), dual({"dual-maker"}).bytes()}),
                              "application/octet-stream")),
            "bad-body");
  EXPECT_EQ(code_of(nord.get("/v1/approvals/" + to_text(uetr(1)))), "unknown-approval");
  // Another order under an id that waits.
  auto first = dual({"dual-maker"});
  ASSERT_EQ(offer(first.bytes()).status, 202U);
  first.amount(eur(99)).signed_by({"dual-checker"});
  EXPECT_EQ(code_of(offer(first.bytes())), "id-used");
  EXPECT_EQ(json_of(nord.get("/v1/approvals?state=waiting")).at("items").as_array().size(), 1U);
  EXPECT_EQ(json_of(nord.get("/v1/approvals?state=final")).at("items").as_array().size(), 0U);
}

TEST_F(Approvals, WhatTheDoorPutsOffStaysCompleteAndIsHandedOnLater) {
  node.busy = true;
  const auto payment = dual({"dual-maker", "dual-checker"});
  const auto response = offer(payment.bytes());
  EXPECT_EQ(code_of(response), "busy");
  ASSERT_EQ(node.approvals().complete().size(), 1U);
  EXPECT_EQ(node.approvals().complete()[0]->bytes(), payment.bytes());
  node.busy = false;
  EXPECT_EQ(json_of(offer(payment.bytes())).at("state").as_string(), "released");
  EXPECT_TRUE(node.approvals().complete().empty());
}

TEST_F(Approvals, WhatIsOverIsClosedAndItsBytesAreDropped) {
  auto expiring = dual({"dual-maker"});
  const auto time = node.store().head()->time;
  expiring.valid_until(UnixSeconds(time.value / 1000 + 3));
  auto released = dual({"dual-maker", "dual-checker"});
  ASSERT_EQ(offer(expiring.bytes()).status, 202U);
  ASSERT_EQ(offer(released.bytes()).status, 202U);
  EXPECT_EQ(state(*expiring.verified()), "waiting");
  EXPECT_EQ(state(*released.verified()), "released");
  node.block_of_pending();
  while (!has_passed(expiring.build().valid_until, node.store().head()->time))
    node.block({node.payment(1).verified()});
  for (const bool is_restarted : {false, true}) {
    if (is_restarted) node.reopen_approvals();
    for (const auto& [order, word] : {std::pair(&expiring, "expired"), {&released, "final"}}) {
      const auto item = json_of(nord.get(path(*order->verified())));
      EXPECT_EQ(item.at("state").as_string(), word);
      EXPECT_EQ(item.at("steps").as_array().back().at("kind").as_string(), word);
      EXPECT_EQ(item.at("amount").at("amount").as_string(), "1.00");
      EXPECT_TRUE(item.at("signatures_wanted").is_null());
      EXPECT_EQ(code_of(nord.get(path(*order->verified()) + "/transaction")), "approval-closed");
      EXPECT_EQ(code_of(refuse_as("dual-checker", *order->verified(), "late")), "approval-closed");
      EXPECT_FALSE(node.approvals().find(order->verified()->id())->transaction);
    }
  }
  EXPECT_EQ(code_of(offer(expiring.bytes())), "outside-window");
  EXPECT_EQ(json_of(offer(released.bytes())).at("state").as_string(), "final");
  EXPECT_EQ(json_of(nord.get("/v1/approvals?state=waiting")).at("items").as_array().size(), 0U);
  EXPECT_EQ(json_of(nord.get("/v1/approvals?state=expired")).at("items").as_array().size(), 1U);
}

TEST_F(Approvals, TooMuchIsPushedBackAndARefusalIsNotForgotten) {
  auto refused = dual({"dual-maker"});
  ASSERT_EQ(offer(refused.bytes()).status, 202U);
  ASSERT_EQ(refuse_as("dual-checker", *refused.verified(), "no").status, 200U);
  for (std::size_t i = 0; i < ApprovalBook::waiting_max; ++i)
    ASSERT_EQ(offer(dual({"dual-maker"}).bytes()).status, 202U) << i;
  const auto full = offer(dual({"dual-maker"}).bytes());
  EXPECT_EQ(full.status, 429U);
  EXPECT_EQ(code_of(full), "busy");
  refused.signed_by({"dual-checker"});
  EXPECT_EQ(code_of(offer(refused.bytes())), "approval-refused");
  // One that is refused makes room for another.
  const auto waiting = node.approvals().all();
  const auto one =
      std::ranges::find_if(waiting, [](const auto& each) { return !each.is_closed(); });
  ASSERT_NE(one, waiting.end());
  EXPECT_EQ(refuse_as("dual-checker", *one->transaction, "no").status, 200U);
  EXPECT_EQ(offer(dual({"dual-maker"}).bytes()).status, 202U);
}

TEST_F(Approvals, EveryStepOutlivesARestart) {
  auto waiting = dual({"dual-maker"});
  auto refused = dual({"dual-maker"});
  auto done = dual({"dual-maker", "dual-checker"});
  ASSERT_EQ(offer(waiting.bytes()).status, 202U);
  ASSERT_EQ(offer(refused.bytes()).status, 202U);
  ASSERT_EQ(refuse_as("dual-checker", *refused.verified(), "no").status, 200U);
  node.busy = true;
  static_cast<void>(offer(done.bytes()));
  const auto before = json_of(nord.get("/v1/approvals"));
  node.reopen_approvals();
  EXPECT_EQ(json_of(nord.get("/v1/approvals")), before);
  EXPECT_EQ(node.approvals().complete().size(), 1U);
  node.busy = false;
  waiting.signed_by({"dual-checker"});
  EXPECT_EQ(json_of(offer(waiting.bytes())).at("state").as_string(), "released");
}

// Whoever has the node and its files, but only one person's key, gets nothing into a block.
TEST_F(Approvals, AForgedFileIsNotBelievedAndOneKeyIsNotEnough) {
  auto payment = dual({"dual-maker"});
  ASSERT_EQ(offer(payment.bytes()).status, 202U);
  // The door itself asks for both, whatever the book says.
  EXPECT_EQ(
      code_of(nord.post("/v1/transactions", framed({payment.bytes()}), "application/octet-stream")),
      "not-authorised");
  EXPECT_FALSE(node.pending(payment.verified()->id()));

  ASSERT_EQ(refuse_as("dual-checker", *payment.verified(), "not ours").status, 200U);
  std::vector<Bytes> steps;
  ASSERT_TRUE(AppendFile::open(node.directory.path("approvals"), [&](ByteView record) {
    steps.emplace_back(record.begin(), record.end());
  }));
  ASSERT_EQ(steps.size(), 2U);
  const auto book_of = [&](const std::string& path) {
    return ApprovalBook::open(path,
                              {network(), bic("NORDDEFF"), node.store(),
                               [&] { return UnixMillis(node.store().head()->time.value + 1000); },
                               [&] { return node.store().head()->time; }});
  };
  // Every byte of both steps turned, each in a file whose checksums are right: never a complete
  // order, never another one, never another refusal.
  std::size_t refused = 0;
  for (std::size_t step = 0; step < steps.size(); ++step) {
    for (std::size_t at = 0; at < steps[step].size(); ++at) {
      const std::string copy =
          node.directory.path("forged-" + std::to_string(step) + "-" + std::to_string(at));
      {
        auto file = AppendFile::open(copy, [](ByteView) {});
        ASSERT_TRUE(file);
        for (std::size_t i = 0; i < steps.size(); ++i) {
          Bytes record = steps[i];
          if (i == step) record[at] ^= 1;
          ASSERT_TRUE(file->append(record));
        }
      }
      const auto book = book_of(copy);
      if (!book) {
        ++refused;
        continue;
      }
      EXPECT_TRUE((*book)->complete().empty()) << step << " " << at;
      for (const Approval& approval : (*book)->all()) {
        EXPECT_EQ(approval.hash, payment.verified()->hash()) << step << " " << at;
        if (approval.last() == ApprovalStepKind::refused) {
          EXPECT_EQ(approval.steps.back().reason, "not ours") << step << " " << at;
        }
      }
    }
  }
  // What is not signed is a time, a token's name and a person's, which a turned bit leaves
  // readable.
  EXPECT_GT(refused, (steps[0].size() + steps[1].size()) / 2);
}

}  // namespace
}  // namespace vostro::node::api
