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
