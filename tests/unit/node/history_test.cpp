// Goal: of blocks that are not kept whole the API says that, and where history begins, and answers
// nothing else in their place. Method: a real store with some blocks, pruned.
#include <gtest/gtest.h>

#include "node/api/events.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders

TEST(History, WhatIsNotKeptWholeIsSaidToBeElsewhere) {
  FakeNode node;
  const auto old = node.payment(12'34).verified();
  node.block({old});
  const Height old_at = node.store().head()->height;
  for (int i = 0; i < 5; ++i) node.block({node.payment(1).verified()});
  const auto newer = node.payment(1).verified();
  node.block({newer});
  const Height begins = node.store().head()->height;
  node.prune(begins);

  const Door door(node);
  const auto code = [&](const std::string& target) { return code_of(door.get(target)); };
  const auto of = [](const chain::VerifiedTransactionPtr& payment) {
    return to_text(payment->id().id);
  };
  const std::string gone = "history-elsewhere";
  EXPECT_EQ(code("/v1/blocks/" + std::to_string(old_at.value)), gone);
  EXPECT_EQ(code("/v1/transactions/NORDDEFF/" + of(old)), gone);
  EXPECT_EQ(code("/v1/payments/" + of(old)), gone);
  EXPECT_EQ(code("/v1/proofs/payment/" + of(old)), gone);
  EXPECT_EQ(code("/v1/blocks/" + std::to_string(begins.value)), "200");
  for (const auto& [height, said] : {std::pair(old_at, gone), {begins, std::string("200")}})
    EXPECT_EQ(code_of(door.get("/v1/chain/" + std::to_string(height.value), Role::operate)), said);
  EXPECT_EQ(code("/v1/transactions/NORDDEFF/" + of(newer)), "200");
  EXPECT_EQ(code("/v1/payments/" + of(newer)), "200");
  // Another bank learns nothing of it.
  const Door other(node, "FXPRUS33");
  EXPECT_EQ(code_of(other.get("/v1/payments/" + of(old) + "?agent=NORDDEFF")), "unknown-payment");

  // A repeat gets no receipt, and a second use of the id by another order is refused as ever.
  const auto repeat =
      door.post("/v1/transactions", framed({old->bytes()}), "application/octet-stream");
  EXPECT_EQ(code_of(repeat), gone);
  const std::string said(json_of(repeat).as_object().at("detail").as_string());
  EXPECT_NE(said.find("block " + std::to_string(old_at.value)), std::string::npos) << said;
  EXPECT_NE(said.find("begins with block " + std::to_string(begins.value)), std::string::npos)
      << said;
  EXPECT_FALSE(node.store().failure().has_value());
}

TEST(History, WhatWaitsKeepsItsAnnex) {
  FakeNode node;
  const Hash hash = hash_of("annex");
  auto builder = node.payment(12'34);
  const std::uint64_t now_s = node.store().head()->time.value / 1000;
  builder.to("SUDBFRPP/ask").accept_by(UnixSeconds(now_s + 3'600)).annex(hash);
  const auto held = builder.verified();
  const auto redeem = a_transaction(chain::Redeem{account("SUDBFRPP/main"), eur(500), hash})
                          .id(node.next_id())
                          .signed_by({"sud"})
                          .verified();
  node.block({held, redeem});
  for (int i = 0; i < 5; ++i) node.block({node.payment(1).verified()});
  const std::string payment = "/v1/payments/" + to_text(held->id().id) + "?agent=NORDDEFF";
  const std::string said = to_hex(hash.view());
  const auto check = [&] {
    for (const std::string_view bank : {"NORDDEFF", "SUDBFRPP"}) {
      const Door door(node, bank);
      EXPECT_EQ(json_of(door.get(payment)).at("annex"), boost::json::value(said)) << bank;
      const auto listed = json_of(door.get("/v1/payments?status=held")).at("items");
      ASSERT_EQ(listed.as_array().size(), 1U) << bank;
      EXPECT_EQ(listed.at(0).at("annex"), boost::json::value(said)) << bank;
    }
    for (const std::string_view bank : {"SUDBFRPP", "AGNTDEFF"}) {
      const auto open = json_of(Door(node, bank).get("/v1/redemptions")).at("items");
      ASSERT_EQ(open.as_array().size(), 1U) << bank;
      EXPECT_EQ(open.at(0).at("annex"), boost::json::value(said)) << bank;
    }
    const std::string order = "/v1/transactions/SUDBFRPP/" + to_text(redeem->id().id);
    EXPECT_EQ(json_of(Door(node, "SUDBFRPP").get(order)).at("annex"), boost::json::value(said));
  };
  check();
  node.prune(Height(node.store().head()->height.value - 1));
  check();
  node.prune(node.store().head()->height);
  check();
  // Above whatever it joined by, a node does not know: it says so, and never "none".
  node.join();
  const Door sud(node, "SUDBFRPP");
  EXPECT_EQ(code_of(sud.get(payment)), "history-elsewhere");
  EXPECT_EQ(code_of(sud.get("/v1/redemptions")), "history-elsewhere");
  EXPECT_EQ(code_of(Door(node, "AGNTDEFF").get("/v1/redemptions")), "history-elsewhere");
  EXPECT_TRUE(json_of(sud.get("/v1/payments?status=held")).at("items").as_array().empty());
  EXPECT_FALSE(node.store().failure().has_value());
}

TEST(History, EventsOfBlocksThatAreNotKeptAreNoEvents) {
  FakeNode node;
  for (int i = 0; i < 5; ++i) node.block({node.payment(1).verified()});
  const Height head = node.store().head()->height;
  node.prune(head);
  EventFeed before(node.store(), {{Height(1), 0}, {}, true});
  const auto refused = before.next(head, 1'000'000);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("history begins"), std::string::npos) << refused.error();
  EventFeed here(node.store(), {{head, 0}, {}, true});
  const auto events = here.next(head, 1'000'000);
  ASSERT_TRUE(events.has_value());
  EXPECT_FALSE(events->empty());
}

}  // namespace
}  // namespace vostro::node::api
