// Operations over a real block store, without sockets: what is shown, to whom, and what is refused.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "chain/json/json.h"
#include "net/http/target.h"
#include "node/api/problem.h"
#include "node/api/routes.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
namespace json = boost::json;

constexpr std::string_view kOther = "SUDBFRPP";

struct Api : testing::Test {
  FakeNode node;
  Door nord{node};
  Door ost{node, "OSTBATWW"};

  /// A settled payment of NORDDEFF to SUDBFRPP; its UETR.
  std::string settled(std::int64_t cents = 100) {
    const auto payment = node.payment(cents).verified();
    node.block({payment});
    return to_text(payment->id().id);
  }
  static chain::ExponentOf exponents() {
    return [](const Currency& currency) { return iso4217_exponent(currency); };
  }
};

TEST_F(Api, StatusSaysWhereTheNodeIs) {
  const auto body = json_of(nord.get("/v1/status"));
  EXPECT_EQ(body.at("height").as_int64(), 6);
  EXPECT_EQ(body.at("participant").as_string(), "NORDDEFF");
  EXPECT_EQ(body.at("version").as_string(), "1.2.3");
  EXPECT_TRUE(body.at("halted").is_null());
  EXPECT_TRUE(body.at("outdated").is_null());
  EXPECT_EQ(body.at("protocol_version").as_int64(), 1);
}

TEST_F(Api, AnOutdatedNodeSaysWhichVersionItLacks) {
  node.unknown_version = 2;
  const auto body = json_of(nord.get("/v1/status"));
  EXPECT_EQ(body.at("outdated").at("protocol_version").as_int64(), 2);
  EXPECT_EQ(nord.get("/readyz").status, 200U) << "until it is in force the node goes on";
}

TEST_F(Api, HealthAndReadiness) {
  EXPECT_EQ(nord.get("/healthz").status, 200U);
  EXPECT_EQ(nord.get("/readyz").status, 200U);
  node.ready = false;
  EXPECT_EQ(code_of(nord.get("/readyz")), "not-ready");
  node.disk_full = true;
  EXPECT_EQ(code_of(nord.get("/readyz")), "disk-full");
  EXPECT_EQ(code_of(nord.post("/v1/approvals", framed({node.payment().bytes()}),
                              "application/octet-stream")),
            "disk-full");
  EXPECT_TRUE(json_of(nord.get("/v1/status")).at("disk_full").as_bool());
  EXPECT_EQ(nord.get("/healthz").status, 200U);
  node.halted = "the disk failed";
  EXPECT_EQ(code_of(nord.get("/healthz")), "halted");
  EXPECT_EQ(json_of(nord.get("/v1/status")).at("halted").at("reason").as_string(),
            "the disk failed");
}

TEST_F(Api, PostedJsonIsSubmittedAsTheSameTransaction) {
  const auto payment = node.payment();
  const auto response = nord.post("/v1/transactions", chain::to_json(payment.build(), exponents()));
  ASSERT_EQ(response.status, 202U) << response.body;
  const auto body = json_of(response);
  EXPECT_EQ(body.at("transaction_hash").as_string(), to_hex(payment.verified()->hash().view()));
  EXPECT_EQ(body.at("status").as_string(), "pending");
  const std::string link(body.at("link").as_string());
  EXPECT_EQ(json_of(nord.get(link)).at("status").as_string(), "pending");
  node.block_of_pending();
  const auto final_body = json_of(nord.get(link));
  EXPECT_EQ(final_body.at("status").as_string(), "final");
  EXPECT_EQ(final_body.at("receipt").at("status").as_string(), "settled");
}

TEST_F(Api, SeveralCanonicalEncodingsAreAnsweredInOrder) {
  const auto good = node.payment();
  auto forged = node.payment().bytes();
  forged.back() ^= 1;
  const auto short_of = node.payment().signed_by({"sud"});
  const auto response =
      nord.post("/v1/transactions", framed({good.bytes(), forged, short_of.bytes()}),
                "application/octet-stream");
  ASSERT_EQ(response.status, 200U) << response.body;
  const auto body = json_of(response);
  const json::array& items = body.at("items").as_array();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].at("status_code").as_int64(), 202);
  EXPECT_EQ(items[1].at("status_code").as_int64(), 400);
  EXPECT_EQ(items[1].at("code").as_string(), "bad_signature");
  EXPECT_EQ(items[2].at("status_code").as_int64(), 409);
  EXPECT_EQ(items[2].at("reason").as_string(), "DS0H");
}

TEST_F(Api, BadFramingOfCanonicalBytesIsRefusedWhole) {
  const std::string one = framed({node.payment().bytes()});
  for (const std::string& body :
       {std::string(), one.substr(0, 3), one.substr(0, one.size() - 1), one + "x",
        std::string(4, '\0'), std::string("\xff\xff\xff\xff") + one})
    EXPECT_EQ(code_of(nord.post("/v1/transactions", body, "application/octet-stream")), "bad-body");
  EXPECT_EQ(code_of(nord.post("/v1/transactions", one, "text/plain")), "wrong-media-type");
}

// Catalogue row A10: a repeat gets the first receipt, other content under the id is refused.
TEST_F(Api, CatalogueA10RepeatsAndRivals) {
  auto payment = node.payment(100);
  node.block({payment.verified()});
  const auto repeat =
      nord.post("/v1/transactions", framed({payment.bytes()}), "application/octet-stream");
  ASSERT_EQ(repeat.status, 200U) << repeat.body;
  EXPECT_EQ(json_of(repeat).at("height").as_int64(), 7);
  EXPECT_EQ(json_of(repeat).at("receipt").at("status").as_string(), "settled");
  const auto rival = nord.post("/v1/transactions", framed({payment.amount(eur(101)).bytes()}),
                               "application/octet-stream");
  EXPECT_EQ(code_of(rival), "id-used");
  EXPECT_EQ(json_of(rival).at("reason").as_string(), "AM05");
}

TEST_F(Api, RefusalsOfTheDoorHaveTheirCodes) {
  const auto post = [&](const PaymentBuilder& payment) {
    return nord.post("/v1/transactions", framed({payment.bytes()}), "application/octet-stream");
  };
  EXPECT_EQ(code_of(post(node.payment().valid_until(test_time))), "outside-window");
  EXPECT_EQ(code_of(post(node.payment().network(hash_of("another")))), "wrong_network");
  node.busy = true;
  const auto busy = post(node.payment());
  EXPECT_EQ(code_of(busy), "busy");
  EXPECT_EQ(busy.headers.front().first, "Retry-After");
  node.halted = "why";
  EXPECT_EQ(code_of(post(node.payment())), "halted");
}

// What is not final when the wait is over is pending, where the node has it.
TEST_F(Api, WaitingEndsWithPending) {
  const auto payment = node.payment();
  const auto waited = nord.post("/v1/transactions?wait=final", framed({payment.bytes()}),
                                "application/octet-stream");
  EXPECT_EQ(waited.status, 202U) << waited.body;
  EXPECT_EQ(json_of(waited).at("status").as_string(), "pending");
}

// Catalogue row A4: each is 400 with a code of its own, and nothing aborts.
TEST_F(Api, CatalogueA4StrictJson) {
  const std::string good = chain::to_json(node.payment().build(), exponents());
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const std::vector<std::pair<std::string, std::string>> rows = {
      {with(R"("1.00")", "1.00"), "not_an_integer"},
      {with(R"("1.00")", "100"), "wrong_type"},
      {with(R"("1.00")", R"("1e2")"), "bad_amount"},
      {with(R"("1.00")", R"("-0")"), "bad_amount"},
      {with(R"("1.00")", R"("1.0")"), "bad_amount"},
      {with(R"("1.00")", "18446744073709551616"), "not_an_integer"},
      {with(R"("1.00")", "1e400"), "not_an_integer"},
      {with(R"({"version")", R"({"role":"x","version")"), "unknown_field"},
      {with(R"({"version")", R"({"version":1,"version")"), "repeated_field"},
      {with(R"("1.00")", R"("a\u0000b")"), "nul"},
      {with(R"("1.00")", "\"\xff\""), "not_json"},
      {"\xef\xbb\xbf" + good, "not_json"},
      {std::string(17, '[') + std::string(17, ']'), "too_deep"},
      {"", "not_json"},
  };
  for (const auto& [text, code] : rows) {
    const auto response = nord.post("/v1/transactions", text);
    EXPECT_EQ(response.status, 400U);
    EXPECT_EQ(code_of(response), code) << text.substr(0, 200);
  }
}

// JSON that has the right fields but not the right form never reaches the encoder.
TEST_F(Api, JsonOfWrongFormIsRefused) {
  chain::Transaction transaction = node.payment().build();
  transaction.body = chain::Block{
      account("NORDDEFF/main"), {bic("SUDBFRPP"), uetr(1)}, std::string(36, 'x'), hash_of("order")};
  const auto response = nord.post("/v1/transactions", chain::to_json(transaction, exponents()));
  EXPECT_EQ(response.status, 400U) << response.body;
}

TEST_F(Api, UnknownTransactionsAreUnknownUntilTheyHaveExpired) {
  const std::string path = "/v1/transactions/NORDDEFF/" + to_text(uetr(999'999));
  EXPECT_EQ(code_of(nord.get(path)), "unknown-transaction");
  EXPECT_EQ(code_of(nord.get(path + "?valid_until=2099-01-01T00:00:00Z")), "unknown-transaction");
  EXPECT_EQ(json_of(nord.get(path + "?valid_until=2020-01-01T00:00:00Z")).at("status").as_string(),
            "expired");
}

TEST_F(Api, PaymentHasItsReceiptsAndItsEnd) {
  auto order = node.payment();
  const auto payment =
      order.to("SUDBFRPP/ask").accept_by(UnixSeconds(test_time.value + 3'000)).verified();
  node.block({payment});
  const std::string path = "/v1/payments/" + to_text(payment->id().id);
  const auto held = json_of(nord.get(path));
  EXPECT_EQ(held.at("status").as_string(), "held");
  EXPECT_EQ(held.at("iso_status").as_string(), "PDNG");
  EXPECT_TRUE(held.at("final_at").is_null());
  EXPECT_EQ(held.at("accept_by").as_string(), to_text(UnixSeconds(test_time.value + 3'000)));
  node.block({a_transaction(chain::Accept{account("SUDBFRPP/ask"), payment->id()})
                  .id(node.next_id())
                  .signed_by({"sud"})
                  .verified()});
  const auto settled = json_of(nord.get(path));
  EXPECT_EQ(settled.at("status").as_string(), "settled");
  EXPECT_EQ(settled.at("receipts").as_array().size(), 2U);
  EXPECT_TRUE(settled.at("final_at").is_string());
  EXPECT_TRUE(settled.at("accept_by").is_null());
  EXPECT_TRUE(settled.at("creditor_gets").is_null());
}

TEST_F(Api, AHeldPaymentTellsWhatItsCreditorGets) {
  auto order = node.payment(2'50);
  const auto payment = order.to("SUDBFRPP/ask")
                           .charge(creditor_charge("NORDDEFF/main", 2'49))
                           .accept_by(UnixSeconds(test_time.value + 3'000))
                           .verified();
  node.block({payment});
  const auto held = json_of(nord.get("/v1/payments/" + to_text(payment->id().id)));
  EXPECT_EQ(held.at("creditor_gets").at("amount").as_string(), "0.01");
  EXPECT_EQ(held.at("amount").at("amount").as_string(), "2.50");
}

// Catalogue row A5: a right token, another bank's object.
TEST_F(Api, CatalogueA5OtherBanksObjectsAreNotThere) {
  const std::string uetr = settled();
  EXPECT_EQ(nord.get("/v1/payments/" + uetr).status, 200U);
  EXPECT_EQ(Door(node, kOther).get("/v1/payments/" + uetr).status, 200U)
      << "the creditor's bank is a party";
  EXPECT_EQ(code_of(ost.get("/v1/payments/" + uetr)), "unknown-payment");
  EXPECT_EQ(ost.get("/v1/payments/" + uetr, Role::operate).status, 200U);
  EXPECT_EQ(code_of(ost.get("/v1/transactions/NORDDEFF/" + uetr)), "unknown-transaction");
  EXPECT_EQ(code_of(ost.get("/v1/accounts/NORDDEFF/main")), "unknown-account");
  EXPECT_EQ(code_of(ost.get("/v1/accounts/NORDDEFF/nothing")), "unknown-account");
  EXPECT_EQ(ost.get("/v1/accounts/NORDDEFF/main", Role::operate).status, 200U);
  EXPECT_EQ(code_of(ost.get("/v1/accounts/NORDDEFF/main/entries")), "unknown-account");
  EXPECT_EQ(code_of(ost.get("/v1/payments?agent=NORDDEFF")), "other-bank");
  EXPECT_TRUE(json_of(ost.get("/v1/blocks/7")).at("transactions").as_array().empty());
  EXPECT_EQ(json_of(nord.get("/v1/blocks/7")).at("transactions").as_array().size(), 1U);
}

TEST_F(Api, ListsOfPaymentsAreNewestFirstAndPagesMeetWithoutGapOrRepeat) {
  std::vector<std::string> expected;
  for (int i = 0; i < 7; ++i) expected.insert(expected.begin(), settled());
  for (const std::string role : {"any", "debtor"}) {
    for (const std::size_t limit : {1U, 2U, 3U, 7U, 100U}) {
      std::vector<std::string> found;
      std::string cursor;
      do {
        const auto page = json_of(
            nord.get("/v1/payments?role=" + role + "&limit=" + std::to_string(limit) + cursor));
        for (const auto& item : page.at("items").as_array())
          found.emplace_back(item.at("uetr").as_string());
        cursor =
            page.at("next").is_null() ? "" : "&cursor=" + std::string(page.at("next").as_string());
      } while (!cursor.empty() && found.size() < 100);
      EXPECT_EQ(found, expected) << role << " " << limit;
    }
  }
  EXPECT_TRUE(json_of(nord.get("/v1/payments?role=creditor")).at("items").as_array().empty());
  EXPECT_TRUE(json_of(nord.get("/v1/payments?status=held")).at("items").as_array().empty());
  EXPECT_TRUE(json_of(nord.get("/v1/payments?currency=USD")).at("items").as_array().empty());
}

// A bank that is debtor agent of some, creditor agent of others and both of its own transfers sees
// each once, in order.
TEST_F(Api, PaymentsOfBothSidesAreMergedIntoOneList) {
  std::vector<std::string> expected;
  for (int i = 0; i < 3; ++i) {
    for (const auto& [from, to, signer] :
         {std::tuple("NORDDEFF/main", "SUDBFRPP/main", "maker"),
          std::tuple("SUDBFRPP/main", "NORDDEFF/main", "sud"),
          std::tuple("NORDDEFF/main", "NORDDEFF/other", "maker")}) {
      const auto payment = node.payment().from(from).to(to).signed_by({signer}).verified();
      node.block({payment});
      expected.insert(expected.begin(), to_text(payment->id().id));
    }
  }
  for (const std::size_t limit : {1U, 2U, 4U, 9U, 100U}) {
    std::vector<std::string> found;
    std::string cursor;
    do {
      const auto page = json_of(nord.get("/v1/payments?limit=" + std::to_string(limit) + cursor));
      for (const auto& item : page.at("items").as_array())
        found.emplace_back(item.at("uetr").as_string());
      cursor =
          page.at("next").is_null() ? "" : "&cursor=" + std::string(page.at("next").as_string());
    } while (!cursor.empty() && found.size() < 100);
    EXPECT_EQ(found, expected) << limit;
  }
}

TEST_F(Api, AccountsShowBalancesAndWhatIsHeld) {
  auto order = node.payment(2'50);
  node.block({order.to("SUDBFRPP/ask").accept_by(UnixSeconds(test_time.value + 3'000)).verified()});
  const auto body = json_of(nord.get("/v1/accounts/NORDDEFF/main"));
  EXPECT_EQ(
      json::serialize(body.at("balances")),
      R"([{"currency":"EUR","amount":"9997.50","held":"2.50"},{"currency":"USD","amount":"10000.00","held":"0.00"}])");
  EXPECT_EQ(json_of(nord.get("/v1/accounts")).at("items").as_array().size(), 5U);
  EXPECT_EQ(json_of(nord.get("/v1/accounts?limit=2")).at("items").as_array().size(), 2U);
  EXPECT_GT(json_of(nord.get("/v1/accounts", Role::operate)).at("items").as_array().size(), 5U);
}

TEST_F(Api, OfABlockedExchangeTheMoneyThatWasBoughtIsHeld) {
  const auto exchange = test::an_fx_payment()
                            .id(node.next_id())
                            .to("SUDBFRPP/ask")
                            .accept_by(UnixSeconds(test_time.value + 3'000))
                            .verified();
  const auto held_by = [&](const std::string& account) {
    const auto body =
        json_of(nord.get("/v1/accounts/" + account, Role::operate)).at("balances").as_array();
    std::map<std::string, std::string> held;
    for (const auto& balance : body)
      held[std::string(balance.at("currency").as_string())] = balance.at("held").as_string();
    return held;
  };
  using Held = std::map<std::string, std::string>;
  node.block({exchange});
  EXPECT_EQ(held_by("NORDDEFF/main"), (Held{{"EUR", "0.00"}, {"USD", "13.56"}}));
  EXPECT_EQ(held_by("FXPRUS33/desk"), (Held{{"EUR", "12.50"}, {"USD", "0.00"}}));
  node.block(
      {test::a_transaction(chain::Block{test::account("SUDBFRPP/ask"), exchange->id(), "law", {}})
           .id(node.next_id())
           .signed_by({"sud"})
           .verified()});
  EXPECT_EQ(held_by("NORDDEFF/main"), (Held{{"EUR", "12.50"}, {"USD", "0.00"}}));
  EXPECT_EQ(held_by("FXPRUS33/desk"), (Held{{"EUR", "0.00"}, {"USD", "0.00"}}));
}

TEST_F(Api, StatementsCarryTheRunningBalanceAcrossPages) {
  for (int i = 0; i < 5; ++i) settled(100);
  std::vector<std::string> balances;
  std::string cursor;
  do {
    const auto page =
        json_of(nord.get("/v1/accounts/NORDDEFF/main/entries?currency=EUR&limit=2" + cursor));
    for (const auto& item : page.at("items").as_array())
      balances.emplace_back(item.at("balance").at("amount").as_string());
    cursor = page.at("next").is_null() ? "" : "&cursor=" + std::string(page.at("next").as_string());
  } while (!cursor.empty() && balances.size() < 100);
  EXPECT_EQ(balances, (std::vector<std::string>{"10000.00", "9999.00", "9998.00", "9997.00",
                                                "9996.00", "9995.00"}));
  const auto later = json_of(nord.get("/v1/accounts/NORDDEFF/main/entries?from_height=10"));
  ASSERT_EQ(later.at("items").as_array().size(), 2U);
  EXPECT_EQ(later.at("items").as_array().front().at("balance").at("amount").as_string(), "9996.00");
  EXPECT_EQ(later.at("items").as_array().front().at("counterparty").as_string(), "SUDBFRPP/main");
}

TEST_F(Api, BlocksDirectoryAndQuotes) {
  settled();
  const auto block = json_of(nord.get("/v1/blocks/latest"));
  EXPECT_EQ(block.at("height").as_int64(), 7);
  EXPECT_EQ(block.at("transactions").as_array().front().at("kind").as_string(), "Payment");
  EXPECT_TRUE(json_of(nord.get("/v1/blocks/0")).at("parent").is_null());
  EXPECT_EQ(code_of(nord.get("/v1/blocks/8")), "unknown-block");
  EXPECT_EQ(json_of(nord.get("/v1/participants")).at("items").as_array().size(), 5U);
  EXPECT_EQ(
      json_of(nord.get("/v1/participants?limit=2&cursor=FXPRUS33")).at("items").as_array().size(),
      2U);
  EXPECT_EQ(json_of(nord.get("/v1/currencies")).at("items").as_array().size(), 4U);

  const auto quote = a_quote().debtors({"NORDDEFF"}).build();
  EXPECT_EQ(nord.post("/v1/quotes", chain::to_json(quote, exponents())).status, 201U);
  EXPECT_EQ(json_of(nord.get("/v1/quotes?sells=EUR&buys=USD")).at("items").as_array().size(), 1U);
  EXPECT_TRUE(json_of(nord.get("/v1/quotes?sells=USD")).at("items").as_array().empty());
  EXPECT_TRUE(json_of(ost.get("/v1/quotes")).at("items").as_array().empty())
      << "it is for NORDDEFF only";
}

TEST_F(Api, ValidatorsAreShownAsTheNodeSeesThem) {
  ValidatorStatus own{.index = 0, .participant = bic("NORDDEFF"), .is_this_node = true};
  own.view = View(12);
  ValidatorStatus other{.index = 1, .participant = bic("SUDBFRPP"), .connected = true};
  other.member = chain::validator_id_of(bic("SUDBFRPP"));
  other.last_seen = UnixMillis(1'800'000'000'123);
  other.round_trip_us = 850;
  other.finalized_height = Height(7);
  other.clock_offset_ms = -3;
  other.since = UnixMillis(1'800'000'000'001);
  own.failure.emplace("unknown_key", UnixMillis(1'800'000'000'002));
  node.validators_seen = {own, other};
  const auto items = json_of(nord.get("/v1/validators")).at("items").as_array();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_TRUE(items[0].at("this_node").as_bool());
  EXPECT_EQ(items[0].at("view").as_int64(), 12);
  EXPECT_TRUE(items[0].at("last_seen").is_null());
  EXPECT_EQ(items[1].at("member_id").as_string(), "53554442465250505858580000000000");
  EXPECT_EQ(items[1].at("last_seen").as_string(), "2027-01-15T08:00:00.123Z");
  EXPECT_EQ(items[1].at("round_trip_us").as_int64(), 850);
  EXPECT_EQ(items[1].at("finalized_height").as_int64(), 7);
  EXPECT_EQ(items[1].at("clock_offset_ms").as_int64(), -3);
  EXPECT_TRUE(items[1].at("view").is_null());
  EXPECT_EQ(items[1].at("since").as_string(), "2027-01-15T08:00:00.001Z");
  EXPECT_TRUE(items[1].at("failure").is_null());
  EXPECT_TRUE(items[0].at("since").is_null());
  EXPECT_EQ(items[0].at("failure").at("reason").as_string(), "unknown_key");
  EXPECT_EQ(items[0].at("failure").at("since").as_string(), "2027-01-15T08:00:00.002Z");
  const auto first = json_of(nord.get("/v1/validators?limit=1"));
  EXPECT_EQ(first.at("next").as_string(), "1");
  const auto second = json_of(nord.get("/v1/validators?limit=1&cursor=1"));
  EXPECT_EQ(second.at("items").as_array().size(), 1U);
  EXPECT_TRUE(second.at("next").is_null());
  EXPECT_TRUE(json_of(nord.get("/v1/validators?cursor=99")).at("items").as_array().empty());
}

// Blocks may be hours apart: a date that has passed since the newest one is not waited for any
// more.
TEST_F(Api, AChangeWaitsForItsDateAsOfNow) {
  const UnixSeconds date(test_time.value + 3'600);
  const auto send = [&](chain::Body body) {
    const auto transaction =
        a_transaction(std::move(body)).id(node.next_id()).signed_by({"maker"}).verified();
    node.block({transaction});
    return transaction->id();
  };
  const chain::Change changes[] = {chain::ActivateVersion{2},
                                   chain::SetParameter{chain::ParameterName::max_due, 9'999}};
  for (const chain::Change& change : changes) {
    const chain::OwnedId name =
        send(chain::Propose{bic("NORDDEFF"), change, date, UnixSeconds(date.value + 86'400)});
    send(chain::Vote{bic("NORDDEFF"), name, true});
  }
  const auto waits = [&] {
    std::map<std::string, std::string> words;
    const auto text_of = [](const json::value& value) { return std::string(value.as_string()); };
    const auto proposals = json_of(nord.get("/v1/proposals"));
    for (const auto& each : proposals.at("items").as_array())
      words[text_of(each.at("change").at("type"))] = text_of(each.at("waits_for").at("what"));
    const auto set = json_of(nord.get("/v1/validators/set"));
    words["of the set"] = text_of(set.at("pending").at(0).at("waits_for").at("what"));
    return words;
  };
  using Words = std::map<std::string, std::string>;
  node.clock = UnixMillis(date.value * 1000);
  EXPECT_EQ(waits(),
            (Words{{"ActivateVersion", "date"}, {"SetParameter", "date"}, {"of the set", "date"}}));
  node.clock = UnixMillis(date.value * 1000 + 1);
  EXPECT_EQ(waits(), (Words{{"ActivateVersion", "quorum"},
                            {"SetParameter", "next_block"},
                            {"of the set", "quorum"}}));
  node.clock = UnixMillis(0);  // set back: blocks were later, and that is what the ledger knows
  EXPECT_EQ(waits(),
            (Words{{"ActivateVersion", "date"}, {"SetParameter", "date"}, {"of the set", "date"}}));
}

TEST_F(Api, TheValidatorSetShowsWhatPassedChangesWaitFor) {
  const auto send = [&](chain::Body body, std::string_view signer = "maker") {
    const auto transaction =
        a_transaction(std::move(body)).id(node.next_id()).signed_by({signer}).verified();
    node.block({transaction});
    return transaction->id();
  };
  const auto pass = [&](chain::Change change) {
    const chain::OwnedId name = send(chain::Propose{bic("NORDDEFF"), std::move(change), test_time,
                                                    UnixSeconds(test_time.value + 86'400)});
    send(chain::Vote{bic("NORDDEFF"), name, true});
    return name;
  };
  const auto set = [&] { return json_of(nord.get("/v1/validators/set")).as_object(); };
  EXPECT_EQ(set().at("epoch").as_int64(), 0);
  EXPECT_EQ(set().at("protocol_version").as_int64(), 1);
  ASSERT_EQ(set().at("validators").as_array().size(), 1U);
  EXPECT_EQ(set().at("validators").at(0).at("participant").as_string(), "NORDDEFF");
  EXPECT_TRUE(set().at("validators").at(0).at("readiness").is_null());
  EXPECT_TRUE(set().at("pending").as_array().empty());

  pass(chain::ActivateVersion{2});
  const PublicKey& south = key("validator south").public_key();
  const chain::OwnedId added = pass(chain::AddValidator{
      bic("SUDBFRPP"), south,
      key("validator south").sign(chain::possession_message(network(), bic("SUDBFRPP"), south))});
  const json::object waiting = set();
  ASSERT_EQ(waiting.at("pending").as_array().size(), 2U);
  const auto& version = waiting.at("pending").at(0);
  EXPECT_EQ(version.at("change").at("type").as_string(), "ActivateVersion");
  EXPECT_EQ(version.at("waits_for").at("what").as_string(), "quorum");
  EXPECT_EQ(version.at("waits_for").at("ready").as_int64(), 0);
  EXPECT_EQ(version.at("waits_for").at("needed").as_int64(), 1);
  EXPECT_EQ(waiting.at("pending").at(1).at("waits_for").at("what").as_string(), "ready");
  EXPECT_TRUE(waiting.at("pending").at(1).at("waits_for").at("needed").is_null());
  const auto proposals = json_of(nord.get("/v1/proposals"));
  for (const auto& each : proposals.at("items").as_array()) {
    const bool is_added = each.at("id").at("id").as_string() == to_text(added.id);
    EXPECT_EQ(each.at("waits_for").at("what").as_string(), is_added ? "ready" : "quorum");
  }

  const Height height = node.store().view().head()->height;
  send(chain::Ready{bic("NORDDEFF"), key("validator").public_key(), height, {1}}, "validator");
  EXPECT_EQ(set().at("validators").at(0).at("readiness").at("versions").as_array().size(), 1U);
  EXPECT_TRUE(set().at("next").is_null());
  send(chain::Ready{bic("SUDBFRPP"), south, height, {1, 2}}, "validator south");
  const json::object closed = set();
  EXPECT_EQ(closed.at("next").at("epoch").as_int64(), 1);
  EXPECT_EQ(closed.at("next").at("protocol_version").as_int64(), 1);
  EXPECT_EQ(closed.at("next").at("validators").as_array().size(), 2U);
  EXPECT_EQ(closed.at("pending").as_array().size(), 1U);
  EXPECT_EQ(nord.get("/v1/validators/set?limit=1").status, 400U);
}

TEST_F(Api, ProposalsShowHowTheVotesStandAndWhatTheyWouldBreak) {
  const auto send = [&](chain::Body body) {
    const auto transaction = a_transaction(std::move(body)).id(node.next_id()).verified();
    node.block({transaction});
    return transaction->id();
  };
  const auto propose = [&](chain::Change change) {
    return send(chain::Propose{bic("NORDDEFF"), std::move(change), test_time,
                               UnixSeconds(test_time.value + 86'400)});
  };
  EXPECT_TRUE(json_of(nord.get("/v1/proposals")).at("items").as_array().empty());
  chain::CorridorRule rule;
  rule.per_payment = MinorUnits(0);
  const chain::OwnedId first = propose(chain::SetCorridorRule{3, rule});
  const chain::OwnedId second = propose(chain::SetCorridorRule{3, rule});
  const auto item = [&](const chain::OwnedId& name, std::string_view target = "/v1/proposals") {
    const auto answer = json_of(nord.get(target));
    for (const auto& each : answer.at("items").as_array())
      if (each.at("id").at("id").as_string() == to_text(name.id)) return each.as_object();
    return json::object();
  };
  EXPECT_EQ(item(first).at("status").as_string(), "open");
  EXPECT_EQ(item(first).at("change").at("type").as_string(), "SetCorridorRule");
  EXPECT_EQ(item(first).at("needed").as_int64(), 1);
  EXPECT_EQ(item(first).at("yes").as_int64(), 0);
  EXPECT_TRUE(item(first).at("obstacle").is_null());

  send(chain::Vote{bic("NORDDEFF"), first, true});
  EXPECT_EQ(item(first).at("status").as_string(), "passed");
  settled();  // the block in which it takes effect
  const json::object done = item(first);
  EXPECT_EQ(done.at("status").as_string(), "in_force");
  EXPECT_EQ(done.at("yes").as_int64(), 1);
  EXPECT_EQ(done.at("votes").as_array().front().at("voter").as_string(), "NORDDEFF");
  EXPECT_EQ(done.at("ended_height").as_int64(), done.at("passed_height").as_int64() + 1);
  EXPECT_TRUE(item(second).at("obstacle").is_string()) << "it is so already";
  const auto rules = json_of(nord.get("/v1/rules"));
  EXPECT_EQ(rules.at("parameters").at("max_due").as_string(), "10000");
  const auto& in_force = rules.at("corridor_rules").as_array().at(0);
  EXPECT_EQ(in_force.at("number").as_int64(), 3);
  EXPECT_EQ(in_force.at("rule").at("per_payment").at("minor_units").as_string(), "0");
  EXPECT_EQ(in_force.at("since_height").as_int64(), done.at("ended_height").as_int64());
  EXPECT_TRUE(item(first, "/v1/proposals?status=open").empty());
  EXPECT_FALSE(item(second, "/v1/proposals?status=open").empty());

  const auto page = json_of(nord.get("/v1/proposals?limit=1"));
  ASSERT_EQ(page.at("items").as_array().size(), 1U);
  const auto rest =
      json_of(nord.get("/v1/proposals?cursor=" + std::string(page.at("next").as_string())));
  EXPECT_EQ(rest.at("items").as_array().size(), 1U);
  EXPECT_TRUE(rest.at("next").is_null());
  EXPECT_EQ(nord.get("/v1/proposals?cursor=68").status, 400U) << "a key of another kind";
  EXPECT_EQ(nord.get("/v1/proposals?status=closed").status, 400U);
}

// Catalogue row A7: what is not understood is refused, never ignored.
TEST_F(Api, CatalogueA7OddPathsAndParameters) {
  for (const std::string target : {"/v1/payments/..",
                                   "/v1/payments/%00",
                                   "/v1/payments/' OR 1=1",
                                   "/v1//payments",
                                   "/v1/payments/",
                                   "/v1/blocks/-1",
                                   "/v1/blocks/01",
                                   "/v1/blocks/99999999999999999999",
                                   "/v1/accounts/nord/main",
                                   "/v1/payments?limit=0",
                                   "/v1/payments?limit=-1",
                                   "/v1/payments?limit=101",
                                   "/v1/payments?limit=1e1",
                                   "/v1/payments?page=1",
                                   "/v1/payments?limit=1&limit=2",
                                   "/v1/payments?limit",
                                   "/v1/payments?cursor=9999999999999999999999.1",
                                   "/v1/payments?cursor=%00",
                                   "/v1/payments?cursor=\xc3\xa9",
                                   "/v1/payments?status=%ff",
                                   "/v1/payments?status=done",
                                   "/v1/accounts/NORDDEFF/main/entries?cursor=1.2.3~EU1",
                                   "/v1/transactions/NORDDEFF/xyz",
                                   "/v1/status?x=1"}) {
    const auto response = nord.get(target);
    EXPECT_EQ(response.status, 400U) << target << " " << response.body;
    EXPECT_EQ(response.body.find("OR 1"), std::string::npos) << "input is not repeated";
  }
  EXPECT_EQ(nord.get("/v1/payments/" + std::string(10'000, 'a')).status, 400U);
  EXPECT_EQ(code_of(nord.get("/v1/nothing")), "not-found");
  EXPECT_EQ(code_of(nord.get("/v1/transactions")), "method-not-allowed");
}

TEST(Problem, IsARfc9457Object) {
  const Response response = refuse(problems::id_used, {.field = "id", .reason = "AM05"});
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto body = json_of(response);
  EXPECT_EQ(body.at("type").as_string(), "https://vostro.example/problems/id-used");
  EXPECT_EQ(body.at("status").as_int64(), 409);
  EXPECT_EQ(body.at("field").as_string(), "id");
  EXPECT_FALSE(body.as_object().contains("retry"));
}

// Catalogue row A6: what changes something needs the role write, or more.
TEST(Routes, CatalogueA6WritesNeedTheRole) {
  for (const Route& route : routes()) {
    if (route.method == "GET" || route.method == "HEAD") continue;
    EXPECT_TRUE(route.role && *route.role >= Role::write) << route.pattern;
  }
  for (const Route& route : routes()) {
    if (route.pattern.starts_with("/v1/")) {
      EXPECT_TRUE(route.role) << route.pattern;
    }
  }
}

}  // namespace
}  // namespace vostro::node::api
