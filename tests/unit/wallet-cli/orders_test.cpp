// Goal: the other commands sign the body that they name, show what the node says, and end with the
// right exit code.
#include <filesystem>
#include <fstream>

#include "client/order.h"
#include "tests/unit/genesis/genesis_support.h"
#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::wallet {
namespace {

using test::Ran;

class Commands : public test::WalletTest {
 protected:
  static constexpr const char* kUetr = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

  void payment_is(const std::string& status) {
    node_->answer("GET", std::string("/v1/payments/") + kUetr,
                  test::json_reply(200, payment(status)));
  }
  static std::string payment(const std::string& status) {
    return std::string("{\"uetr\":\"") + kUetr +
           "\",\"agent\":\"SUDBFRPP\",\"debtor\":\"SUDBFRPP/main\",\"creditor\":\"NORDDEFF/"
           "main\",\"amount\":{\"currency\":"
           "\"EUR\",\"amount\":\"12.50\"},\"status\":\"" +
           status +
           "\",\"iso_status\":\"PDNG\",\"reason\":null,\"reason_code\":null,\"ordered_at\":\"2026-"
           "11-23T15:16:39.123Z\","
           "\"final_at\":null,\"height\":3,\"accept_by\":\"2026-11-24T00:00:00Z\"}";
  }
  template <class Body>
  Body body() {
    const auto posted = node_->posted_transactions();
    EXPECT_EQ(posted.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Body>(posted.at(0).body));
    EXPECT_TRUE(chain::verify(chain::encode_transaction(posted[0]), network_id_));
    return std::get<Body>(posted[0].body);
  }
  chain::Policy has_policy_of_its_own() {
    const chain::Policy own = test::simple_policy({"maker", "second"});
    node_->answer(
        "GET", "/v1/accounts/NORDDEFF/main",
        test::json_reply(200, R"({"account":"NORDDEFF/main","status":"open","accepts":"all",)"
                              R"("policy":"own","balances":[],"own_policy":)" +
                                  chain::to_json(own, client::iso_exponents()) + "}"));
    return own;
  }
  /// For an order that is no payment.
  Ran order(std::vector<std::string> args) {
    node_->outcome(chain::Status::done);
    args.insert(args.end(), {"--yes", "--key", "maker"});
    return run(std::move(args));
  }
};

TEST_F(Commands, StatusSaysWhetherItWasChecked) {
  const Ran ran = run({"network", "status"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_NE(ran.out.find("as in the genesis file"), std::string::npos);
  const auto json = run({"network", "status", "--json"}).json();
  EXPECT_EQ(json.at("network_id").as_string(), to_hex(network_id_.view()));
  EXPECT_TRUE(json.at("checked_against_genesis").as_bool());
}

TEST_F(Commands, ListsShowTheirItems) {
  EXPECT_NE(run({"account", "list"}).out.find("NORDDEFF/nostro"), std::string::npos);
  EXPECT_NE(run({"account", "balance"}).out.find("100.00 EUR"), std::string::npos);
  EXPECT_NE(run({"account", "show", "NORDDEFF/main"}).out.find("open"), std::string::npos);
  EXPECT_EQ(run({"network", "participants", "--json"}).json().at("items").as_array().size(), 4U);
  EXPECT_EQ(run({"network", "currencies", "--json"}).json().at("items").as_array().size(), 3U);
  EXPECT_EQ(run({"quote", "list", "--json"}).json().at("items").as_array().size(), 0U);
  EXPECT_EQ(run({"account", "balance", "NORDDEFF/man"}).exit, Exit::usage);
}

TEST_F(Commands, AccountOrdersNameTheirAccount) {
  ASSERT_EQ(order({"account", "open", "NORDDEFF/new", "--accepts", "SUDBFRPP,ALBAGB2L"}).exit,
            Exit::ok);
  const auto opened = body<chain::OpenAccount>();
  EXPECT_EQ(opened.account, test::account("NORDDEFF/new"));
  EXPECT_EQ(opened.accepts.agents, (std::vector{test::bic("ALBAGB2L"), test::bic("SUDBFRPP")}));
  EXPECT_FALSE(opened.policy);
}

TEST_F(Commands, AFrozenAccountIsNamed) {
  ASSERT_EQ(order({"account", "freeze", "NORDDEFF/main"}).exit, Exit::ok);
  EXPECT_EQ(body<chain::Freeze>().account, test::account("NORDDEFF/main"));
}

TEST_F(Commands, AnUpdateKeepsWhatWasNotNamed) {
  ASSERT_EQ(order({"account", "update", "NORDDEFF/main", "--policy", "owner"}).exit, Exit::ok);
  EXPECT_EQ(body<chain::UpdateAccount>().accepts.kind, chain::AcceptsKind::all);
}

TEST_F(Commands, AnUpdateNeverDropsAPolicyUnasked) {
  const chain::Policy own = has_policy_of_its_own();
  const Ran ran = order({"account", "update", "NORDDEFF/main", "--accepts", "none"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_EQ(body<chain::UpdateAccount>().policy, own);
}

TEST_F(Commands, AnUpdateGivesUpAPolicyWhereAsked) {
  (void)has_policy_of_its_own();
  ASSERT_EQ(order({"account", "update", "NORDDEFF/main", "--policy", "owner"}).exit, Exit::ok);
  EXPECT_EQ(body<chain::UpdateAccount>().policy, std::nullopt);
}

TEST_F(Commands, AProposalIsWhatTheFileSays) {
  const std::string file = path("change.json");
  std::ofstream(file) << R"({"type":"SetCurrency","currency":"EUR","standing":"suspended"})";
  ASSERT_EQ(order({"network", "propose", "--participant", "NORDDEFF", "--change", file,
                   "--not-before", "+7d"})
                .exit,
            Exit::ok);
  const auto proposed = body<chain::Propose>();
  EXPECT_EQ(proposed.participant, test::bic("NORDDEFF"));
  EXPECT_EQ(proposed.change,
            chain::Change(chain::SetCurrency{test::currency("EUR"), chain::Standing::suspended}));
  EXPECT_GT(proposed.closes_at, proposed.not_before);
  std::ofstream(file) << R"({"type":"SetCurrency","currency":"EUR"})";
  const Ran ran = order({"network", "propose", "--participant", "NORDDEFF", "--change", file});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("standing"), std::string::npos) << ran.err;
}

TEST_F(Commands, AVoteNamesTheProposalAndItsProposer) {
  const auto proposal_is = [&](const std::string& status) {
    node_->answer(
        "GET", "/v1/proposals",
        test::json_reply(
            200,
            std::string("{\"items\":[{\"id\":{\"owner\":\"SUDBFRPP\",\"id\":\"") + kUetr +
                "\"},\"change\":{\"type\":\"SetCurrency\",\"currency\":\"EUR\",\"standing\":"
                "\"suspended\"},\"status\":\"" +
                status +
                "\",\"not_before\":\"2026-12-01T00:00:00Z\",\"closes_at\":\"2026-12-14T00:00:00Z\","
                "\"transaction_hash\":\"" +
                std::string(64, '0') +
                "\",\"votes\":[{\"voter\":\"SUDBFRPP\",\"yes\":true}],\"voters\":4,\"needed\":3,"
                "\"yes\":1,\"no\":0,\"proposed_height\":3,\"passed_height\":null,"
                "\"ended_height\":null,\"obstacle\":null}],\"next\":null}"));
  };
  proposal_is("open");
  const auto listed = run({"network", "proposals", "--json"}).json();
  EXPECT_EQ(listed.at("items").as_array().at(0).at("proposer").as_string(), "SUDBFRPP");
  EXPECT_NE(run({"network", "proposals", kUetr}).out.find("SUDBFRPP"), std::string::npos);
  EXPECT_EQ(order({"network", "vote", kUetr, "no"}).exit, Exit::usage) << "whose vote?";
  ASSERT_EQ(order({"network", "vote", "--participant", "NORDDEFF", kUetr, "no"}).exit, Exit::ok);
  const auto vote = body<chain::Vote>();
  EXPECT_EQ(vote.participant, test::bic("NORDDEFF"));
  EXPECT_EQ(vote.proposal.owner, test::bic("SUDBFRPP"));
  EXPECT_FALSE(vote.yes);
  EXPECT_EQ(order({"network", "vote", "--participant", "NORDDEFF", kUetr, "perhaps"}).exit,
            Exit::usage);
  EXPECT_EQ(order({"network", "vote", "--participant", "NORDDEFF",
                   "00000000-0000-4000-8000-000000000000", "yes"})
                .exit,
            Exit::refused);
  proposal_is("lapsed");
  EXPECT_EQ(order({"network", "vote", "--participant", "NORDDEFF", kUetr, "yes"}).exit,
            Exit::refused);
}

TEST_F(Commands, AnIssueHasTheIdOfItsEntry) {
  ASSERT_EQ(
      order({"issue", "--to", "NORDDEFF/main", "--amount", "1000.00 EUR", "--reference", "REF-1"})
          .exit,
      Exit::ok);
  const auto issue = body<chain::Issue>();
  EXPECT_EQ(issue.agent, test::bic("ALBAGB2L"));
  EXPECT_EQ(issue.money, test::eur(100'000));
  EXPECT_EQ(issue.entry, client::fiat_entry_hash("ALBAGB2L", "REF-1"));
  EXPECT_EQ(node_->posted_transactions()[0].id, client::issue_id(issue.entry, 1));
  // Once more: the same transaction, whatever the time.
  node_->outcome(chain::Status::done);
  ASSERT_EQ(run({"issue", "--to", "NORDDEFF/main", "--amount", "1000.00 EUR", "--reference",
                 "REF-1", "--try", "2", "--yes", "--key", "maker"})
                .exit,
            Exit::ok);
  EXPECT_EQ(node_->posted_transactions()[1].id, client::issue_id(issue.entry, 2));
}

TEST_F(Commands, TheBusinessDateIsTheAgents) {
  const Ran ran = order({"business-date", "EUR", "2026-01-06"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_EQ(body<chain::OpenBusinessDate>().date, *parse_date("2026-01-06"));
  EXPECT_EQ(order({"business-date", "EUR", "2026-02-30"}).exit, Exit::usage);
}

TEST_F(Commands, ReservesAreAttested) {
  std::ofstream(path("camt053.xml")) << "<Document/>";
  const Ran ran = order({"attest", "--balance", "1250.00 EUR", "--statement", path("camt053.xml"),
                         "--as-of", "2026-01-05T17:00:00Z"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  const auto said = body<chain::AttestReserves>();
  EXPECT_EQ(said.agent, test::bic("ALBAGB2L"));
  EXPECT_EQ(said.balance, MinorUnits(125'000));
  EXPECT_EQ(said.statement, hash("file", as_bytes("<Document/>")));
  EXPECT_EQ(to_text(said.as_of), "2026-01-05T17:00:00Z");
  EXPECT_EQ(order({"attest", "--balance", "5", "--statement", path("camt053.xml")}).exit,
            Exit::usage);
  EXPECT_EQ(order({"attest", "--balance", "5.00 EUR", "--statement", path("none.xml")}).exit,
            Exit::local);
}

TEST_F(Commands, ReservesAreShownAgainstWhatCirculates) {
  const auto currency = [](const std::string& attestation, const std::string& max_age) {
    const auto money = [](const std::string& amount) {
      return R"({"currency":"EUR","amount":")" + amount + "\"}";
    };
    return test::json_reply(
        200, R"({"items":[{"currency":"EUR","exponent":2,"agent":"ALBAGB2L","policy":)" +
                 chain::to_json(test::simple_policy({"maker"}), client::iso_exponents()) +
                 R"(,"status":"active","business_date":"2026-01-05","issued":)" + money("500.00") +
                 R"(,"redeemed":)" + money("100.00") + R"(,"open_redemptions":)" + money("50.00") +
                 R"(,"attestation":)" + attestation + R"(,"attestation_max_age_s":)" + max_age +
                 R"(}],"next":null})");
  };
  const auto said = [](const std::string& amount) {
    return R"({"balance":{"currency":"EUR","amount":")" + amount + R"("},"statement":")" +
           std::string(64, '0') + R"(","as_of":")" +
           to_text(UnixSeconds(test::test_time.value - 61)) + R"("})";
  };
  const auto shown = [&](const std::string& attestation, const std::string& max_age) {
    node_->answer("GET", "/v1/currencies", currency(attestation, max_age));
    const auto item = run({"reserves", "EUR", "--json"}).json().at("items").as_array().at(0);
    EXPECT_EQ(item.at("circulating").at("amount").as_string(), "350.00");
    return std::string(item.at("issuing").as_string());
  };
  EXPECT_EQ(shown("null", "null"), "open");
  EXPECT_EQ(shown("null", "60"), "old");
  EXPECT_EQ(shown(said("350.00"), "null"), "open");
  EXPECT_EQ(shown(said("350.00"), "60"), "old");
  EXPECT_EQ(shown(said("349.99"), "null"), "short");
  EXPECT_NE(run({"reserves"}).out.find("SHORT by 0.01 EUR: nothing is issued"), std::string::npos);
}

TEST_F(Commands, TheInboxListsAndAnswers) {
  node_->answer("GET", "/v1/payments",
                test::json_reply(200, "{\"items\":[" + payment("held") + "],\"next\":null}"));
  const Ran list = run({"inbox", "list", "--participant", "NORDDEFF"});
  EXPECT_NE(list.out.find(kUetr), std::string::npos);
  EXPECT_EQ(run({"inbox", "list", "--participant", "ALBAGB2L"}).out,
            "nothing waits for an answer\n");
  payment_is("held");
  ASSERT_EQ(order({"inbox", "accept", kUetr}).exit, Exit::ok);
  const auto accept = body<chain::Accept>();
  EXPECT_EQ(accept.creditor, test::account("NORDDEFF/main"));
  EXPECT_EQ(accept.payment, (chain::OwnedId{test::bic("SUDBFRPP"), *parse_uetr(kUetr)}));
}

TEST_F(Commands, ARejectionCarriesItsCode) {
  payment_is("held");
  ASSERT_EQ(order({"inbox", "reject", kUetr, "--reason", "AC04"}).exit, Exit::ok);
  EXPECT_EQ(body<chain::Reject>().code, test::code("AC04"));
  EXPECT_EQ(order({"inbox", "reject", kUetr, "--reason", "nope"}).exit, Exit::usage);
}

TEST_F(Commands, OnlyAHeldPaymentIsAnswered) {
  payment_is("settled");
  EXPECT_EQ(order({"inbox", "accept", kUetr}).exit, Exit::refused);
  EXPECT_TRUE(node_->posted_transactions().empty());
}

TEST_F(Commands, RecallAndCancelNameTheOrder) {
  payment_is("held");
  ASSERT_EQ(order({"recall", kUetr, "--reason", "CUST"}).exit, Exit::ok);
  EXPECT_EQ(body<chain::Recall>().debtor, test::account("SUDBFRPP/main"));
  payment_is("settled");
  EXPECT_EQ(order({"recall", kUetr, "--reason", "CUST"}).exit, Exit::refused);
}

TEST_F(Commands, CancelTakesTheProfilesBank) {
  ASSERT_EQ(order({"cancel", kUetr, "--participant", "NORDDEFF"}).exit, Exit::ok);
  EXPECT_EQ(body<chain::Cancel>().delayed,
            (chain::OwnedId{test::bic("NORDDEFF"), *parse_uetr(kUetr)}));
}

TEST_F(Commands, TrackEndsByWhatBecameOfIt) {
  for (const auto& [status, exit] :
       std::vector<std::pair<std::string, Exit>>{{"settled", Exit::ok},
                                                 {"held", Exit::ok},
                                                 {"pending", Exit::ok},
                                                 {"rejected", Exit::refused},
                                                 {"released", Exit::refused},
                                                 {"cancelled", Exit::refused},
                                                 {"expired", Exit::refused}}) {
    payment_is(status);
    const Ran ran = run({"track", kUetr, "--json"});
    EXPECT_EQ(ran.exit, exit) << status;
    EXPECT_EQ(ran.json().at("status").as_string(), status);
  }
  EXPECT_EQ(run({"track", "00000000-0000-4000-8000-000000000001"}).exit, Exit::refused);
  EXPECT_EQ(run({"track", "not-a-uetr"}).exit, Exit::usage);
  node_->answer("GET", std::string("/v1/payments/") + kUetr,
                test::problem_reply(409, "ambiguous-uetr", "whose?"));
  EXPECT_NE(run({"track", kUetr}).err.find("--agent"), std::string::npos);
}

TEST_F(Commands, TrackForgetsAnOrderThatIsFinal) {
  node_->outcome(std::nullopt);
  ASSERT_EQ(run(test::pay_args({"--yes"})).exit, Exit::ok);
  ASSERT_EQ(stored_orders(), 1U);
  const auto transaction = node_->posted_transactions().at(0);
  const std::string uetr = to_text(transaction.id);
  // Unknown to this node: the order stays, and the answer says what to do.
  const Ran unknown = run({"track", uetr});
  EXPECT_EQ(unknown.exit, Exit::unknown);
  EXPECT_NE(unknown.err.find("submit --pending"), std::string::npos);
  EXPECT_EQ(stored_orders(), 1U);
  std::string settled = payment("settled");
  settled.replace(settled.find(kUetr), uetr.size(), uetr);
  node_->answer("GET", "/v1/payments/" + uetr, test::json_reply(200, settled));
  node_->answer("GET", "/v1/transactions/NORDDEFF/" + uetr,
                test::json_reply(200, test::final_answer(transaction, chain::Status::settled)));
  EXPECT_EQ(run({"track", uetr}).exit, Exit::ok);
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Commands, TrackForgetsAnOrderThatExpired) {
  node_->outcome(std::nullopt);
  ASSERT_EQ(run(test::pay_args({"--yes"})).exit, Exit::ok);
  const auto transaction = node_->posted_transactions().at(0);
  const std::string uetr = to_text(transaction.id);
  node_->answer(
      "GET", "/v1/transactions/NORDDEFF/" + uetr,
      test::json_reply(200, "{" + test::id_fields(transaction) + ",\"status\":\"expired\"}"));
  const Ran ran = run({"track", uetr, "--json"});
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_EQ(ran.json().at("error").as_object().at("code").as_string(), "expired");
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Commands, SubmitPendingStaysUnknownWhileNobodyAnswers) {
  EXPECT_EQ(run({"submit", "--pending"}).out, "no order is unfinished\n");
  node_->answer("POST", "/v1/transactions", {"", true});
  ASSERT_EQ(run(test::pay_args({"--yes", "--wait"})).exit, Exit::unknown);
  EXPECT_EQ(run({"submit", "--pending"}).exit, Exit::unknown);
  EXPECT_EQ(stored_orders(), 1U);
  EXPECT_EQ(run({"submit"}).exit, Exit::usage);
}

TEST_F(Commands, APublishedQuoteIsSound) {
  const Ran ran = run({"quote",   "publish",     "--provider", "NORDDEFF/main", "--sells",
                       "SGD",     "--buys",      "EUR",        "--rate",        "0.6850",
                       "--limit", "1000.00 SGD", "--expires",  "+10m",          "--hold-max",
                       "1h",      "--debtors",   "SUDBFRPP",   "--yes",         "--key",
                       "maker",   "--json"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  std::string body;
  for (const auto& request : node_->seen()) {
    if (request.method == "POST" && request.target == "/v1/quotes") body = request.body;
  }
  const auto quote = chain::signed_quote_from_json(body, client::iso_exponents());
  ASSERT_TRUE(quote);
  EXPECT_TRUE(client::is_sound(*quote, network_id_));
  EXPECT_EQ(quote->quote.limit, MinorUnits(100'000));
  EXPECT_EQ(quote->quote.hold_max_s, 3'600U);
  EXPECT_EQ(ran.json().at("id").as_string(), to_text(quote->quote.id));
}

TEST_F(Commands, QuotesThatMakeNoSenseAreUsage) {
  const std::vector<std::string> good{
      "quote",  "publish", "--provider", "NORDDEFF/main", "--sells", "SGD",   "--buys", "EUR",
      "--rate", "0.685",   "--limit",    "1000.00 SGD",   "--yes",   "--key", "maker"};
  for (const auto& [at, wrong] :
       std::vector<std::pair<std::size_t, std::string>>{{7, "SGD"},
                                                        {9, "0"},
                                                        {9, "-1"},
                                                        {9, "1e3"},
                                                        {9, "0.1234567890123"},
                                                        {11, "1000.00 EUR"},
                                                        {11, "0 SGD"}}) {
    auto args = good;
    args[at] = wrong;
    EXPECT_EQ(run(args).exit, Exit::usage) << wrong;
  }
  auto late = good;
  late.insert(late.end(), {"--expires", "+2h"});
  EXPECT_EQ(run(late).exit, Exit::usage);
}

TEST_F(Commands, KeysAreMadeListedAndShown) {
  const Ran made =
      run({"key", "new", "anna", "--roles", "maker+checker", "--cost", "development", "--json"});
  ASSERT_EQ(made.exit, Exit::ok) << made.out << made.err;
  EXPECT_EQ(made.json().at("purpose").as_string(), "treasury anna maker+checker");
  EXPECT_EQ(run({"key", "new", "anna", "--cost", "development"}).exit, Exit::local);
  EXPECT_EQ(run({"key", "list", "--json"}).json().at("items").as_array().size(), 3U);
  const auto shown = run({"key", "show", "anna", "--json"});
  EXPECT_EQ(shown.json().at("public_key"), made.json().at("public_key"));
  EXPECT_NE(run({"key", "show", "ana"}).err.find("did you mean anna?"), std::string::npos);
  EXPECT_EQ(run({"key", "new", "Bad Name"}).exit, Exit::usage);
  EXPECT_EQ(run({"key", "new", "x", "--roles", "boss"}).exit, Exit::usage);
}

TEST_F(Commands, ErrorsAreJsonWhereThatIsAskedFor) {
  const auto json = run({"account", "show", "NORDDEFF/mian", "--json"}).json();
  EXPECT_EQ(json.at("exit_code").as_int64(), 2);
  EXPECT_EQ(json.at("error").as_object().at("code").as_string(), "unknown_account");
  EXPECT_EQ(run_bare({"frobnicate", "--json"}).json().at("exit_code").as_int64(), 2);
}

TEST_F(Commands, ATokenThatOthersCanReadIsRefused) {
  std::filesystem::permissions(
      path("token"), std::filesystem::perms::owner_all | std::filesystem::perms::group_read);
  const Ran ran = run({"network", "status"});
  EXPECT_EQ(ran.exit, Exit::not_authorised);
  EXPECT_TRUE(node_->seen().empty());
}

}  // namespace
}  // namespace vostro::wallet
