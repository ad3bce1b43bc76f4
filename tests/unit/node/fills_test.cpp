// Goal: a desk sees what was taken of its quotes, and whether the exchange is done; an agent sees
// what is to be paid out. Nobody else sees either.
#include <gtest/gtest.h>

#include "chain/json/json.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
namespace json = boost::json;

constexpr const char* kFills = "/v1/accounts/FXPRUS33/desk/fills";

struct Fills : testing::Test {
  FakeNode node;
  Door desk{node, "FXPRUS33"};
  std::uint64_t last_quote = 100;

  /// NORDDEFF/main pays 12.50 EUR with 13.56 USD; held where `to` takes nothing unasked.
  chain::OwnedId exchange(std::string_view to = "SUDBFRPP/main") {
    auto order = an_fx_payment();
    order.id(node.next_id()).to(to).quote(a_quote().id(uetr(++last_quote)).build());
    order.valid_until(UnixSeconds(test_time.value + 3'600));
    if (to != "SUDBFRPP/main") order.accept_by(UnixSeconds(test_time.value + 600));
    const auto transaction = order.verified();
    node.block({transaction});
    return transaction->id();
  }
  json::array items(std::string_view target = kFills) const {
    return json_of(desk.get(target)).at("items").as_array();
  }
};

TEST_F(Fills, SayWhatWasTakenOfWhichQuote) {
  node.block({node.payment().verified()});
  const auto payment = exchange();
  const auto found = items();
  ASSERT_EQ(found.size(), 1U);
  const auto& fill = found[0].as_object();
  EXPECT_EQ(fill.at("quote").as_string(), to_text(uetr(last_quote)));
  EXPECT_EQ(fill.at("uetr").as_string(), to_text(payment.id));
  EXPECT_EQ(fill.at("agent").as_string(), "NORDDEFF");
  EXPECT_EQ(fill.at("debtor").as_string(), "NORDDEFF/main");
  EXPECT_EQ(fill.at("creditor").as_string(), "SUDBFRPP/main");
  EXPECT_EQ(fill.at("sold").at("amount").as_string(), "12.50");
  EXPECT_EQ(fill.at("bought").at("amount").as_string(), "13.56");
  EXPECT_EQ(fill.at("bought").at("currency").as_string(), "USD");
  EXPECT_EQ(fill.at("rate").as_string(), "1.0842");
  EXPECT_EQ(fill.at("exchange").as_string(), "done");
  EXPECT_EQ(fill.at("status").as_string(), "settled");
  EXPECT_EQ(fill.at("height").as_int64(), 8);
}

TEST_F(Fills, FollowAHeldExchangeToItsEnd) {
  const auto accepted = exchange("SUDBFRPP/ask");
  const auto rejected = exchange("SUDBFRPP/ask");
  ASSERT_EQ(items().size(), 2U);
  for (const auto& fill : items()) EXPECT_EQ(fill.at("exchange").as_string(), "open");
  const auto answer = [&](chain::Body body) {
    node.block({a_transaction(std::move(body)).id(node.next_id()).signed_by({"sud"}).verified()});
  };
  answer(chain::Accept{account("SUDBFRPP/ask"), accepted});
  answer(chain::Reject{account("SUDBFRPP/ask"), rejected, {'A', 'C', '0', '4'}});
  const auto found = items();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("exchange").as_string(), "done");
  EXPECT_EQ(found[1].at("exchange").as_string(), "undone");
  EXPECT_EQ(found[1].at("status").as_string(), "released");
}

TEST_F(Fills, OfABlockedPaymentTheExchangeIsDone) {
  const auto payment = exchange("SUDBFRPP/ask");
  node.block({a_transaction(chain::Block{account("SUDBFRPP/ask"), payment, "act", hash_of("doc")})
                  .id(node.next_id())
                  .signed_by({"sud"})
                  .verified()});
  EXPECT_EQ(items().at(0).at("exchange").as_string(), "done");
  EXPECT_EQ(items().at(0).at("status").as_string(), "blocked");
}

TEST_F(Fills, PagesMeetWithoutGapOrRepeat) {
  std::vector<std::string> expected;
  for (int i = 0; i < 5; ++i) {
    expected.push_back(to_text(exchange().id));
    node.block({node.payment().verified()});
  }
  for (const std::size_t limit : {1U, 2U, 5U, 100U}) {
    std::vector<std::string> found;
    std::string cursor;
    do {
      const auto page = json_of(desk.get(std::string(kFills) + "?limit=" + std::to_string(limit) +
                                         (cursor.empty() ? "" : "&cursor=" + cursor)));
      for (const auto& item : page.at("items").as_array())
        found.emplace_back(item.at("uetr").as_string());
      cursor = page.at("next").is_null() ? "" : std::string(page.at("next").as_string());
    } while (!cursor.empty());
    EXPECT_EQ(found, expected) << limit;
  }
  EXPECT_EQ(items(std::string(kFills) + "?from_height=9").size(), 4U);
  EXPECT_EQ(items(std::string(kFills) + "?from_height=1").size(), 5U);
  EXPECT_TRUE(items(std::string(kFills) + "?from_height=99").empty());
}

TEST_F(Fills, AreTheProvidersOnly) {
  exchange();
  const Door debtor(node, "NORDDEFF");
  EXPECT_EQ(code_of(debtor.get(kFills)), "unknown-account");
  EXPECT_EQ(json_of(debtor.get(kFills, Role::operate)).at("items").as_array().size(), 1U);
  EXPECT_TRUE(
      json_of(debtor.get("/v1/accounts/NORDDEFF/main/fills")).at("items").as_array().empty())
      << "a debtor gives for no quote of its own";
  EXPECT_EQ(code_of(desk.get("/v1/accounts/FXPRUS33/nothing/fills")), "unknown-account");
  for (const std::string wrong : {"?cursor=1", "?cursor=1.2", "?cursor=1.2.300", "?from_height=x",
                                  "?cursor=1.2.3&from_height=1", "?quote=x"})
    EXPECT_EQ(desk.get(std::string(kFills) + wrong).status, 400U) << wrong;
}

TEST_F(Fills, OpenRedemptionsAreTheBanksAndTheAgents) {
  const auto redeem = a_transaction(chain::Redeem{account("NORDDEFF/main"), eur(500), {}})
                          .id(node.next_id())
                          .signed_by({"maker"})
                          .verified();
  node.block({redeem});
  exchange("SUDBFRPP/ask");  // a hold that is none
  for (const std::string_view bank : {"NORDDEFF", "AGNTDEFF"}) {
    const auto page = json_of(Door(node, bank).get("/v1/redemptions"));
    ASSERT_EQ(page.at("items").as_array().size(), 1U) << bank;
    const auto& item = page.at("items").as_array()[0].as_object();
    EXPECT_EQ(item.at("owner").as_string(), "NORDDEFF");
    EXPECT_EQ(item.at("id").as_string(), to_text(redeem->id().id));
    EXPECT_EQ(item.at("account").as_string(), "NORDDEFF/main");
    EXPECT_EQ(item.at("amount").at("amount").as_string(), "5.00");
    EXPECT_EQ(item.at("state").as_string(), "open");
    EXPECT_TRUE(page.at("next").is_null());
  }
  EXPECT_TRUE(
      json_of(Door(node, "SUDBFRPP").get("/v1/redemptions")).at("items").as_array().empty());
  EXPECT_EQ(Door(node).get("/v1/redemptions?cursor=x").status, 400U);
  node.block({a_transaction(
                  chain::RedeemOutcome{
                      bic("AGNTDEFF"), redeem->id(), chain::RedeemResult::paid, {}, hash_of("m")})
                  .id(node.next_id())
                  .signed_by({"agent"})
                  .verified()});
  EXPECT_TRUE(json_of(Door(node).get("/v1/redemptions")).at("items").as_array().empty());
}

TEST_F(Fills, AnAccountShowsItsOwnPolicy) {
  const Door nord(node);
  EXPECT_TRUE(json_of(nord.get("/v1/accounts/NORDDEFF/main")).at("own_policy").is_null());
  const auto dual = json_of(nord.get("/v1/accounts/NORDDEFF/dual"));
  EXPECT_EQ(dual.at("policy").as_string(), "own");
  EXPECT_EQ(dual.at("own_policy").at("keys").as_array().size(), 3U);
}

}  // namespace
}  // namespace vostro::node::api
