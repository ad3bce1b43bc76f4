// Goal: whoever changes who may sign sees what changes; a redemption is closed by whoever may, with
// what it concerns in view.
#include "wallet-cli/policies.h"

#include <boost/json/serialize.hpp>
#include <fstream>

#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::wallet {
namespace {

using test::Ran;

class Policies : public test::WalletTest {
 protected:
  Ran order(std::vector<std::string> args) {
    node_->outcome(chain::Status::done);
    args.insert(args.end(), {"--yes", "--key", "maker"});
    return run(std::move(args));
  }
  std::string file_with(const chain::Policy& policy) {
    std::ofstream(path("policy.json")) << chain::to_json(policy, client::iso_exponents());
    return path("policy.json");
  }
  template <class Body>
  Body body() {
    const auto posted = node_->posted_transactions();
    EXPECT_EQ(posted.size(), 1U);
    return std::get<Body>(posted.at(0).body);
  }
};

TEST_F(Policies, AreShownAsAFileTakesThem) {
  const chain::Policy policy = test::simple_policy({"maker"});
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"policy", "show", "NORDDEFF"},
        std::vector<std::string>{"policy", "show", "EUR"},
        std::vector<std::string>{"account", "policy", "NORDDEFF/main"}}) {
    auto with_json = args;
    with_json.emplace_back("--json");
    const auto json = run(with_json).json();
    const auto again =
        chain::policy_from_json(boost::json::serialize(json.at("policy")), client::iso_exponents());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, policy);
    EXPECT_NE(run(args).out.find("rule pay: "), std::string::npos) << run(args).out;
  }
  EXPECT_EQ(run({"policy", "show", "NORDDEFG"}).exit, Exit::refused);
  EXPECT_EQ(run({"policy", "show", "GBP"}).exit, Exit::usage);
}

TEST_F(Policies, AChangeIsShownBeforeItIsSigned) {
  const chain::Policy next = test::simple_policy({"maker", "another"});
  const Ran ran = order({"policy", "update", "NORDDEFF", "--policy", file_with(next)});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_NE(ran.out.find("key of another"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("no longer"), std::string::npos) << ran.out;
  const auto update = body<chain::UpdatePolicy>();
  EXPECT_EQ(update.participant, test::bic("NORDDEFF"));
  EXPECT_EQ(update.currency, std::nullopt);
  EXPECT_EQ(update.policy, next);
}

TEST_F(Policies, OfACurrencyAreItsAgents) {
  const chain::Policy next = test::simple_policy({"another"});
  ASSERT_EQ(order({"policy", "update", "EUR", "--policy", file_with(next)}).exit, Exit::ok);
  const auto update = body<chain::UpdatePolicy>();
  EXPECT_EQ(update.participant, test::bic("ALBAGB2L"));
  EXPECT_EQ(update.currency, test::currency("EUR"));
}

TEST_F(Policies, WhatChangesNothingOrIsNoneIsRefused) {
  const chain::Policy same = test::simple_policy({"maker"});
  EXPECT_EQ(order({"policy", "update", "NORDDEFF", "--policy", file_with(same)}).exit,
            Exit::refused);
  chain::Policy none = same;
  none.rules.clear();
  EXPECT_EQ(order({"policy", "update", "NORDDEFF", "--policy", file_with(none)}).exit, Exit::usage);
  EXPECT_EQ(order({"policy", "update", "NORDDEFF", "--policy", path("nothing")}).exit, Exit::local);
  EXPECT_TRUE(node_->posted_transactions().empty());
}

TEST_F(Policies, ARuleThatGoesIsNamed) {
  chain::Policy now = test::simple_policy({"maker"});
  chain::Policy then = now;
  then.rules.erase(then.rules.begin());
  then.caps = {{test::currency("EUR"), MinorUnits(500)}};
  const Lines changes = policy_changes(now, then);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].first, "no longer");
  EXPECT_EQ(changes[1].second, "at most 5.00 EUR a day");
  std::swap(then.rules[0], then.rules[1]);
  then.caps.clear();
  then.rules.push_back(now.rules[0]);
  EXPECT_EQ(policy_changes(now, then).size(), 1U) << "the first rule that fits decides";
}

class Redemptions : public Policies {
 protected:
  static constexpr const char* kId = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
  void one_is_open(const std::string& state = "open") {
    node_->answer("GET", "/v1/redemptions",
                  test::json_reply(200, std::string(R"({"items":[{"owner":"SUDBFRPP","id":")") +
                                            kId + R"(","account":"SUDBFRPP/main","amount":)" +
                                            R"({"currency":"EUR","amount":"12.50"},"state":")" +
                                            state + R"("}],"next":null})"));
    std::ofstream(path("message.xml")) << "<paid/>";
  }
};

TEST_F(Redemptions, APaidOneIsClosed) {
  one_is_open();
  EXPECT_EQ(run({"redemptions", "--json"}).json().at("items").as_array().size(), 1U);
  const Ran ran = order({"redeem-outcome", kId, "--paid", "--message", path("message.xml")});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_NE(ran.out.find("12.50 EUR"), std::string::npos);
  const auto outcome = body<chain::RedeemOutcome>();
  EXPECT_EQ(outcome.agent, test::bic("ALBAGB2L"));
  EXPECT_EQ(outcome.redeem, (chain::OwnedId{test::bic("SUDBFRPP"), *parse_uuid(kId)}));
  EXPECT_EQ(outcome.result, chain::RedeemResult::paid);
  EXPECT_EQ(outcome.message, hash("document", as_bytes("<paid/>")));
}

TEST_F(Redemptions, AFailedOneHasItsReason) {
  one_is_open();
  ASSERT_EQ(
      order({"redeem-outcome", kId, "--failed", "AC01", "--message", path("message.xml")}).exit,
      Exit::ok);
  const auto outcome = body<chain::RedeemOutcome>();
  EXPECT_EQ(outcome.result, chain::RedeemResult::failed);
  EXPECT_EQ(outcome.code, (chain::GivenCode{'A', 'C', '0', '1'}));
}

TEST_F(Redemptions, WhatIsNotOpenIsNotClosed) {
  const auto close = [this](std::vector<std::string> more) {
    std::vector<std::string> args{"redeem-outcome", kId, "--message", path("message.xml")};
    args.insert(args.end(), more.begin(), more.end());
    return order(args).exit;
  };
  one_is_open();
  EXPECT_EQ(close({}), Exit::usage);
  EXPECT_EQ(close({"--paid", "--failed", "AC01"}), Exit::usage);
  EXPECT_EQ(close({"--paid", "--owner", "NORDDEFF"}), Exit::refused);
  one_is_open("delayed");
  EXPECT_EQ(close({"--paid"}), Exit::refused);
  node_->forget_answer("GET", "/v1/redemptions");
  EXPECT_EQ(close({"--paid"}), Exit::refused);
  EXPECT_TRUE(node_->posted_transactions().empty());
}

}  // namespace
}  // namespace vostro::wallet
