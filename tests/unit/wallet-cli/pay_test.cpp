// Goal: `vostro pay` shows what is signed, sends it once, and says honestly what became of it.
// Method: whole command lines against a node that answers from tables.
#include <filesystem>
#include <fstream>

#include "client/order.h"
#include "tests/unit/genesis/genesis_support.h"
#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::wallet {
namespace {

using test::pay_args;
using test::Ran;

class Pay : public test::WalletTest {
 protected:
  static std::string text(const boost::json::object& object, std::string_view name) {
    const auto* found = object.if_contains({name.data(), name.size()});
    return found != nullptr && found->is_string()
               ? std::string(found->get_string().data(), found->get_string().size())
               : "";
  }
};

TEST_F(Pay, SettlesAndForgetsTheOrder) {
  const Ran ran = run(pay_args({"--yes", "--wait", "--json", "--charge-bearer", "DEBT", "--charge",
                                "debtor:NORDDEFF/nostro:0.30", "--purpose", "SUPP"}));
  ASSERT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  const auto posted = node_->posted_transactions();
  ASSERT_EQ(posted.size(), 1U);
  const auto& payment = std::get<chain::Payment>(posted[0].body);
  EXPECT_EQ(payment.debtor, test::account("NORDDEFF/main"));
  EXPECT_EQ(payment.credit.creditor, test::account("SUDBFRPP/main"));
  EXPECT_EQ(payment.credit.amount, MinorUnits(1250));
  EXPECT_EQ(payment.bearer, chain::Bearer::debt);
  ASSERT_EQ(payment.credit.charges.size(), 1U);
  EXPECT_EQ(payment.credit.charges[0].amount, MinorUnits(30));
  EXPECT_EQ(posted[0].network_id, network_id_);
  EXPECT_EQ(posted[0].valid_until, UnixSeconds(test::test_time.value + 24 * 3600));
  EXPECT_TRUE(chain::verify(chain::encode_transaction(posted[0]), network_id_));
  const auto json = ran.json();
  EXPECT_EQ(text(json, "status"), "settled");
  EXPECT_EQ(text(json, "iso_status"), "ACSC");
  EXPECT_EQ(text(json, "outcome"), "final");
  EXPECT_EQ(text(json, "uetr"), to_text(posted[0].id));
  EXPECT_EQ(text(json, "debtor"), "NORDDEFF/main");
  EXPECT_EQ(json.at("exit_code").as_int64(), 0);
  for (const char* field :
       {"owner", "id", "agent", "reason", "reason_code", "height", "block_time", "receipt",
        "message", "creditor", "amount", "debtor_amount", "accept_by", "repeat", "quote"})
    EXPECT_TRUE(json.contains(field)) << field;
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Pay, ShowsEverythingBeforeItAsks) {
  typed_ = "y";
  const Ran ran = run(pay_args({"--wait"}));
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  for (const char* shown : {"Test network", "NORDDEFF/main", "SUDBFRPP/main", "12.50 EUR", "SHAR",
                            "payer pays", "payee gets", "uetr", "settled (ACSC)"})
    EXPECT_NE(ran.out.find(shown), std::string::npos) << shown << "\n" << ran.out;
  EXPECT_EQ(ran.out.find('\033'), std::string::npos);
}

TEST_F(Pay, ColoursOnlyATerminalWithoutNoColor) {
  is_terminal_ = true;
  EXPECT_NE(run(pay_args({"--wait", "--yes"})).out.find("\033[32msettled\033[0m"),
            std::string::npos);
  variables_["NO_COLOR"] = "1";
  EXPECT_EQ(run(pay_args({"--wait", "--yes"})).out.find('\033'), std::string::npos);
}

TEST_F(Pay, IsDeclinedOrNotAsked) {
  typed_ = "n";
  EXPECT_EQ(run(pay_args()).exit, Exit::declined);
  typed_.reset();
  const Ran ran = run(pay_args());
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("--yes"), std::string::npos);
  EXPECT_TRUE(node_->posted_transactions().empty());
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Pay, ARejectionIsOneWithItsReason) {
  node_->outcome(chain::Status::rejected, chain::Reason::funds_short);
  const Ran ran = run(pay_args({"--yes", "--wait", "--json"}));
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_EQ(text(ran.json(), "status"), "rejected");
  EXPECT_EQ(text(ran.json(), "reason_code"), "AM04");
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Pay, WithoutWaitItIsAcceptedAndRemembered) {
  node_->outcome(std::nullopt);
  const Ran ran = run(pay_args({"--yes", "--json"}));
  EXPECT_EQ(ran.exit, Exit::ok);
  EXPECT_EQ(text(ran.json(), "outcome"), "accepted");
  EXPECT_EQ(stored_orders(), 1U);
  // The same again, while nobody knows how the first one ends, is asked about; a second payment
  // that is meant is not.
  EXPECT_EQ(run(pay_args({"--yes"})).exit, Exit::unknown);
  EXPECT_EQ(node_->posted_transactions().size(), 1U);
  EXPECT_EQ(run(pay_args({"--yes", "--another"})).exit, Exit::ok);
  EXPECT_EQ(node_->posted_transactions().size(), 2U);
}

TEST_F(Pay, ATimeoutIsUnknownAndNeverFailed) {
  node_->answer("POST", "/v1/transactions", {"", true});
  const Ran ran = run(pay_args({"--yes", "--wait"}));
  EXPECT_EQ(ran.exit, Exit::unknown);
  EXPECT_NE(ran.out.find("unknown"), std::string::npos);
  EXPECT_NE(ran.out.find("vostro track "), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("fail"), std::string::npos);
  ASSERT_EQ(stored_orders(), 1U);
  // The same again would pay twice.
  const std::size_t sent = node_->posted_transactions().size();
  const Ran again = run(pay_args({"--yes", "--wait", "--json"}));
  EXPECT_EQ(again.exit, Exit::unknown);
  EXPECT_EQ(text(again.json().at("error").as_object(), "code"), "unfinished_order");
  EXPECT_EQ(node_->posted_transactions().size(), sent);
}

// T8 and T9, the client's side: after a crash or a timeout the very same bytes go out, under the
// same UETR.
TEST_F(Pay, T8SubmitPendingSendsTheSameBytes) {
  node_->answer("POST", "/v1/transactions", {"", true});
  ASSERT_EQ(run(pay_args({"--yes", "--wait"})).exit, Exit::unknown);
  const auto first = node_->posted_transactions().at(0);
  const std::size_t sent = node_->posted_transactions().size();
  node_->answer("POST", "/v1/transactions",
                test::json_reply(200, test::final_answer(first, chain::Status::settled)));
  const Ran ran = run({"submit", "--pending", "--json"});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  EXPECT_GT(node_->posted_transactions().size(), sent);
  for (const auto& each : node_->posted_transactions()) EXPECT_EQ(each, first);
  EXPECT_EQ(ran.json().at("items").as_array().size(), 1U);
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Pay, T9AnUnfinishedUetrSendsTheStoredOrderAndNoOther) {
  const std::string uetr = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
  node_->answer("POST", "/v1/transactions", {"", true});
  ASSERT_EQ(run(pay_args({"--yes", "--wait", "--uetr", uetr})).exit, Exit::unknown);
  ASSERT_EQ(run(pay_args({"--yes", "--wait", "--uetr", uetr})).exit, Exit::unknown);
  const auto posted = node_->posted_transactions();
  ASSERT_GE(posted.size(), 2U);
  for (const auto& each : posted) EXPECT_EQ(each, posted[0]);
  auto other = pay_args({"--yes", "--wait", "--uetr", uetr});
  other[6] = "12.51 EUR";
  EXPECT_EQ(run(other).exit, Exit::refused);
  EXPECT_EQ(node_->posted_transactions().size(), posted.size());
}

TEST_F(Pay, T9AUsedUetrShowsThePaymentThatHasIt) {
  const std::string uetr = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
  node_->answer("POST", "/v1/transactions",
                test::problem_reply(409, "id-used", "the id was used", "AM05"));
  const auto payment = [&](const std::string& amount) {
    return test::json_reply(
        200, "{\"uetr\":\"" + uetr +
                 "\",\"agent\":\"NORDDEFF\",\"debtor\":\"NORDDEFF/main\",\"creditor\":"
                 "\"SUDBFRPP/main\",\"amount\":{\"currency\":\"EUR\",\"amount\":\"" +
                 amount +
                 "\"},\"status\":\"settled\",\"iso_status\":\"ACSC\",\"reason\":null,\"reason_"
                 "code\":null,"
                 "\"ordered_at\":\"2026-11-23T15:16:39.123Z\",\"final_at\":null,\"height\":3,"
                 "\"accept_by\":null}");
  };
  node_->answer("GET", "/v1/payments/" + uetr, payment("12.50"));
  const Ran same = run(pay_args({"--yes", "--wait", "--json", "--uetr", uetr}));
  EXPECT_EQ(same.exit, Exit::ok) << same.out;
  EXPECT_EQ(text(same.json(), "status"), "settled");
  EXPECT_TRUE(same.json().at("repeat").as_bool());
  node_->answer("GET", "/v1/payments/" + uetr, payment("99.00"));
  const Ran other = run(pay_args({"--yes", "--wait", "--json", "--uetr", uetr}));
  EXPECT_EQ(other.exit, Exit::refused);
  EXPECT_EQ(text(other.json(), "reason_code"), "AM05");
}

TEST_F(Pay, RefusalsHaveTheirExitCodes) {
  struct Row {
    test::HttpReply reply;
    Exit exit;
  };
  const std::vector<Row> rows{
      {test::problem_reply(400, "bad_charges", "no"), Exit::refused},
      {test::problem_reply(401, "unauthorised", "no"), Exit::not_authorised},
      {test::problem_reply(403, "forbidden", "no"), Exit::not_authorised},
      {test::problem_reply(409, "not-authorised", "no", "DS0H"), Exit::not_authorised},
      {test::problem_reply(422, "outside-window", "no", "TM01"), Exit::refused},
      {test::problem_reply(429, "busy", "no"), Exit::unreachable},
      {test::problem_reply(503, "halted", "no"), Exit::unreachable},
      {test::problem_reply(500, "internal", "no"), Exit::unknown}};
  for (const Row& row : rows) {
    node_->answer("POST", "/v1/transactions", row.reply);
    EXPECT_EQ(run(pay_args({"--yes", "--wait"})).exit, row.exit) << row.reply.bytes;
    EXPECT_EQ(stored_orders(), row.exit == Exit::unknown ? 1U : 0U) << row.reply.bytes;
  }
}

TEST_F(Pay, ANodeThatIsNotThereIsUnreachable) {
  const std::string port = std::to_string(test::closed_port());
  const Ran ran = run_bare(
      {"network", "status", "--api", "http://127.0.0.1:" + port, "--token-file", path("token")});
  EXPECT_EQ(ran.exit, Exit::unreachable);
}

TEST_F(Pay, MoneyErrorsNameTheLimitAndSendNothing) {
  auto args = pay_args({"--yes"});
  args[6] = "1.001 EUR";
  const Ran ran = run(args);
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("EUR has at most 2 digits"), std::string::npos) << ran.err;
  args[6] = "10.5 JPY";
  EXPECT_NE(run(args).err.find("JPY has no digits"), std::string::npos);
  args[6] = "10.50 GBP";
  EXPECT_NE(run(args).err.find("this network has no GBP; it has EUR, JPY, SGD"), std::string::npos);
  EXPECT_TRUE(node_->posted_transactions().empty());
}

TEST_F(Pay, K4AWrongAccountNameSuggestsTheNearest) {
  auto args = pay_args({"--yes"});
  args[2] = "NORDDEFF/mian";
  const Ran debtor = run(args);
  EXPECT_EQ(debtor.exit, Exit::usage);
  EXPECT_NE(debtor.err.find("did you mean NORDDEFF/main?"), std::string::npos) << debtor.err;
  args = pay_args({"--yes"});
  args[4] = "SUDBFRPQ/main";
  const Ran creditor = run(args);
  EXPECT_EQ(creditor.exit, Exit::usage);
  EXPECT_NE(creditor.err.find("did you mean SUDBFRPP?"), std::string::npos) << creditor.err;
  args[4] = "SUDBFRPP/mai";
  node_->outcome(chain::Status::rejected, chain::Reason::creditor_account_unknown);
  const Ran label = run(args);
  EXPECT_NE(label.err.find("did you mean SUDBFRPP/main?"), std::string::npos) << label.err;
}

TEST_F(Pay, K4AWrongKeyNameSuggestsTheNearest) {
  const Ran ran = run({"pay", "--from", "NORDDEFF/main", "--to", "SUDBFRPP/main", "--amount",
                       "1 EUR", "--yes", "--key", "makr"});
  EXPECT_EQ(ran.exit, Exit::not_authorised);
  EXPECT_NE(ran.err.find("did you mean maker?"), std::string::npos) << ran.err;
  EXPECT_TRUE(node_->posted_transactions().empty());
}

TEST_F(Pay, K4AnotherNetworksNodeIsRefused) {
  test::FakeNode other(test::hash_of("another network"));
  for (const auto& args : {pay_args({"--yes"}), std::vector<std::string>{"account", "list"}}) {
    auto all = args;
    for (const std::string& each :
         {std::string("--api"), other.url(), std::string("--token-file"), path("token"),
          std::string("--genesis"), path("genesis.toml"), std::string("--state-dir"), path("state"),
          std::string("--key-dir"), path("keys")})
      all.push_back(each);
    const Ran ran = run_bare(all);
    EXPECT_EQ(ran.exit, Exit::wrong_network) << ran.err;
    EXPECT_NE(ran.err.find(to_hex(network_id_.view())), std::string::npos);
  }
  EXPECT_TRUE(other.posted_transactions().empty());
}

TEST_F(Pay, SigningNeedsTheGenesisFile) {
  const Ran ran =
      run_bare({"pay", "--from", "NORDDEFF/main", "--to", "SUDBFRPP/main", "--amount", "1 EUR",
                "--yes", "--api", node_->url(), "--token-file", path("token")});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("--genesis"), std::string::npos);
}

TEST_F(Pay, AWrongPassphraseSignsNothing) {
  write_private("wrong", "battery staple\n");
  const Ran ran =
      run_bare(pay_args({"--yes", "--api", node_->url(), "--token-file", path("token"), "--genesis",
                         path("genesis.toml"), "--state-dir", path("state"), "--key-dir",
                         path("keys"), "--passphrase-file", path("wrong")}));
  EXPECT_EQ(ran.exit, Exit::not_authorised);
  EXPECT_EQ(stored_orders(), 0U);
}

TEST_F(Pay, MakerAndCheckerSignTogether) {
  ASSERT_EQ(run(pay_args({"--key", "checker", "--yes", "--wait"})).exit, Exit::ok);
  const auto posted = node_->posted_transactions();
  ASSERT_EQ(posted.at(0).signatures.size(), 2U);
  EXPECT_LT(posted[0].signatures[0].key, posted[0].signatures[1].key);
}

chain::SignedQuote quote_of(const Hash& network, std::uint64_t number, std::uint64_t mantissa) {
  return test::a_quote()
      .id(test::uetr(number))
      .network(network)
      .provider("ALBAGB2L/main")
      .sells("SGD")
      .buys("EUR")
      .rate(mantissa, 4)
      .limit(1'000'000)
      .expires_at(UnixSeconds(test::test_time.value + 300))
      .hold_max_s(0)
      .build();
}

TEST_F(Pay, TakesTheBestQuoteAndShowsTheNext) {
  node_->quote(quote_of(network_id_, 1, 6'900), MinorUnits(1'000'000));
  node_->quote(quote_of(network_id_, 2, 6'850), MinorUnits(1'000'000));
  auto args = pay_args({"--pay-with", "EUR", "--yes", "--wait"});
  args[6] = "100.01 SGD";
  const Ran ran = run(args);
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  // 100.01 * 0.6850 = 68.50685, and the debtor's is rounded up.
  for (const char* shown : {"100.01 SGD", "68.51 EUR at 0.6850 EUR per SGD",
                            "69.01 EUR at 0.6900 EUR per SGD", "ends 2023-11-14T22:18:20Z"})
    EXPECT_NE(ran.out.find(shown), std::string::npos) << shown << "\n" << ran.out;
  const auto posted = node_->posted_transactions();
  const auto& exchange = std::get<chain::FxPayment>(posted.at(0).body);
  EXPECT_EQ(exchange.debtor_amount, test::eur(6'851));
  EXPECT_EQ(exchange.quote.quote.id, test::uetr(2));
  EXPECT_EQ(exchange.credit.amount, MinorUnits(10'001));
  EXPECT_EQ(posted[0].valid_until, UnixSeconds(test::test_time.value + 300));
}

TEST_F(Pay, WithoutAQuoteNothingIsSent) {
  node_->quote(quote_of(network_id_, 1, 6'900), MinorUnits(1));
  auto args = pay_args({"--pay-with", "EUR", "--yes"});
  args[6] = "100.00 SGD";
  const Ran ran = run(args);
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_NE(ran.err.find("1 with less left than the amount"), std::string::npos) << ran.err;
}

// A quote cannot be taken by an order that names its provider as payer or payee.
TEST_F(Pay, ToTheProvidersOwnAccountIsRefusedBeforeAnythingIsSigned) {
  const auto quote = quote_of(network_id_, 1, 6'900);
  node_->quote(quote, MinorUnits(1'000'000));
  auto args = pay_args({"--pay-with", "EUR", "--yes"});
  args[4] = chain::to_text(quote.quote.provider);
  args[6] = "100.00 SGD";
  const Ran ran = run(args);
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_NE(ran.err.find("1 of the payer's or the payee's own account"), std::string::npos)
      << ran.err;
  EXPECT_TRUE(node_->posted_transactions().empty());
}

TEST_F(Pay, HoldsForAcceptance) {
  node_->outcome(chain::Status::held);
  const Ran ran = run(pay_args({"--accept-by", "+1h", "--yes", "--wait", "--json"}));
  EXPECT_EQ(ran.exit, Exit::ok);
  EXPECT_EQ(text(ran.json(), "iso_status"), "PDNG");
  EXPECT_EQ(text(ran.json(), "accept_by"), "2023-11-14T23:13:20Z");
  EXPECT_EQ(std::get<chain::Payment>(node_->posted_transactions().at(0).body).acceptance.accept_by,
            UnixSeconds(test::test_time.value + 3'600));
}

TEST_F(Pay, AStateDirectoryThatCannotBeUsedSendsNothing) {
  std::ofstream(path("state")) << "a file";
  const Ran ran = run(pay_args({"--yes"}));
  EXPECT_EQ(ran.exit, Exit::local) << ran.err;
  EXPECT_TRUE(node_->posted_transactions().empty());
}

TEST_F(Pay, DamagedStoredOrdersAreReported) {
  node_->answer("POST", "/v1/transactions", {"", true});
  ASSERT_EQ(run(pay_args({"--yes", "--wait"})).exit, Exit::unknown);
  for (const auto& each : std::filesystem::recursive_directory_iterator(path("state"))) {
    if (each.path().extension() == ".order") std::filesystem::resize_file(each.path(), 10);
  }
  node_->answer("POST", "/v1/transactions", test::problem_reply(400, "bad_charges", "no"));
  EXPECT_NE(run(pay_args({"--yes", "--wait"})).err.find("this stored order is damaged"),
            std::string::npos);
}

}  // namespace
}  // namespace vostro::wallet
