// JSON of ledger objects: every body there and back, and row A4 of the bad input catalogue.
#include "chain/json/json.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "chain/json/strict.h"
#include "chain/json/values.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

std::optional<std::uint8_t> exponent_of(const Currency& currency) {
  return iso4217_exponent(currency);
}

std::string payment_text() {
  return to_json(a_payment().build(), exponent_of);
}

/// The payment's JSON with one piece of text replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string text = payment_text();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

JsonError refusal_of(std::string_view text) {
  const auto read = transaction_from_json(text, exponent_of);
  EXPECT_FALSE(read.has_value()) << text;
  return read ? JsonError{JsonFault::not_json, "accepted"} : read.error();
}

TEST(Json, EveryBodyThereAndBack) {
  std::set<std::size_t> kinds;
  for (const Sample& sample : every_body()) {
    SCOPED_TRACE(sample.name);
    const std::string text = to_json(sample.transaction, exponent_of);
    const auto read = transaction_from_json(text, exponent_of);
    ASSERT_TRUE(read.has_value()) << to_string(read.error()) << "\n" << text;
    EXPECT_EQ(*read, sample.transaction) << text;
    EXPECT_EQ(encode_transaction(*read), encode_transaction(sample.transaction));
    kinds.insert(sample.transaction.body.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Body>) << "a body without a sample";
}

// Walks every object of a text; each field is left out, made a number, and joined by one that is
// not known.
void each_object(boost::json::value& at, const std::function<void(boost::json::object&)>& visit) {
  if (auto* object = at.if_object()) {
    visit(*object);
    for (auto& field : *object) each_object(field.value(), visit);
  } else if (auto* array = at.if_array()) {
    for (auto& element : *array) each_object(element, visit);
  }
}

TEST(Json, EveryObjectOfEveryBodyRefusesUnknownFieldsAndNumbersForText) {
  for (const Sample& sample : every_body()) {
    SCOPED_TRACE(sample.name);
    boost::json::value whole = boost::json::parse(to_json(sample.transaction, exponent_of));
    const auto refuses = [&whole](const std::set<JsonFault>& faults) {
      const std::string text = boost::json::serialize(whole);
      const auto read = transaction_from_json(text, exponent_of);
      EXPECT_FALSE(read.has_value()) << text;
      if (!read) {
        EXPECT_TRUE(faults.contains(read.error().fault)) << to_string(read.error()) << "\n" << text;
      }
    };
    each_object(whole, [&](boost::json::object& object) {
      object["role"] = "admin";
      refuses({JsonFault::unknown_field});
      object.erase("role");
      std::vector<std::string> names;
      for (const auto& field : object) names.emplace_back(field.key().data(), field.key().size());
      for (const std::string& name : names) {
        const boost::json::value kept = object.at(name);
        if (kept.is_string()) {
          object[name] = 7;
          refuses({JsonFault::wrong_type});
        } else if (kept.is_number()) {
          object[name] = "7";
          refuses({JsonFault::wrong_type});
        } else if (kept.is_object() || kept.is_array()) {
          object[name] = true;
          refuses({JsonFault::wrong_type});
        }
        object[name] = kept;
      }
    });
  }
}

TEST(Json, EveryRequiredFieldIsMissed) {
  for (const std::string name :
       {"version", "network_id", "id", "valid_until", "body", "signatures"}) {
    boost::json::value whole = boost::json::parse(payment_text());
    whole.as_object().erase(name);
    EXPECT_EQ(refusal_of(boost::json::serialize(whole)),
              (JsonError{JsonFault::missing_field, name}));
  }
  for (const std::string name :
       {"type", "debtor", "creditor", "amount", "bearer", "acceptance", "if_short"}) {
    boost::json::value whole = boost::json::parse(payment_text());
    whole.at("body").as_object().erase(name);
    EXPECT_EQ(refusal_of(boost::json::serialize(whole)),
              (JsonError{JsonFault::missing_field, "body." + name}));
  }
  // What may be absent means none.
  boost::json::value whole = boost::json::parse(payment_text());
  for (const char* name : {"charges", "purpose", "annex"}) whole.at("body").as_object().erase(name);
  EXPECT_EQ(transaction_from_json(boost::json::serialize(whole), exponent_of).value(),
            a_payment().build());
}

TEST(Json, A4_AmountsAreTextWithTheCurrencysDigits) {
  const JsonError bad{JsonFault::bad_amount, "body.amount.amount"};
  for (const char* amount :
       {"\"1e2\"", "\"12.5\"", "\"12.500\"", "\"12\"", "\"-0\"", "\"-12.50\"", "\"-0.00\"",
        "\"+12.50\"", "\"012.50\"", "\" 12.50\"", "\"12,50\"", "\".50\"", "\"12.\"", "\"\"",
        "\"18446744073709551616.00\"", "\"1000000000000000.01\"", "\"NaN\""}) {
    EXPECT_EQ(refusal_of(with("\"12.50\"", amount)), bad) << amount;
  }
  const JsonError no_text{JsonFault::wrong_type, "body.amount.amount"};
  for (const char* amount :
       {"1250", "-0", "0", "true", "null", "[]", "{}", "18446744073709551615"}) {
    EXPECT_EQ(refusal_of(with("\"12.50\"", amount)), no_text) << amount;
  }
  const JsonError no_integer{JsonFault::not_an_integer, "body.amount.amount"};
  for (const char* amount :
       {"12.50", "1e2", "18446744073709551616", "1e400", "-1e400", "-0.0", "1E0"}) {
    EXPECT_EQ(refusal_of(with("\"12.50\"", amount)), no_integer) << amount;
  }
}

TEST(Json, A4_DigitsFollowTheCurrency) {
  EXPECT_EQ(transaction_from_json(to_json(a_payment().amount(jpy(1250)).build(), exponent_of),
                                  exponent_of)
                .value(),
            a_payment().amount(jpy(1250)).build());
  EXPECT_NE(to_json(a_payment().amount(jpy(1250)).build(), exponent_of).find("\"1250\""),
            std::string::npos);
  EXPECT_NE(to_json(a_payment().amount(kwd(1250)).build(), exponent_of).find("\"1.250\""),
            std::string::npos);
  EXPECT_EQ(refusal_of(with("\"EUR\",\"amount\":\"12.50\"", "\"JPY\",\"amount\":\"10.5\"")).fault,
            JsonFault::bad_amount);
  EXPECT_EQ(refusal_of(with("\"EUR\",\"amount\":\"12.50\"", "\"KWD\",\"amount\":\"12.50\"")).fault,
            JsonFault::bad_amount);
  EXPECT_EQ(refusal_of(with("\"EUR\"", "\"XQX\"")),
            (JsonError{JsonFault::unknown_currency, "body.amount.currency"}));
  EXPECT_EQ(refusal_of(with("\"EUR\"", "\"eur\"")),
            (JsonError{JsonFault::bad_value, "body.amount.currency"}));
}

TEST(Json, A4_RepeatedFields) {
  EXPECT_EQ(refusal_of(with("\"version\":1", "\"version\":1,\"version\":1")),
            (JsonError{JsonFault::repeated_field, "version"}));
  EXPECT_EQ(refusal_of(with("\"amount\":\"12.50\"", "\"amount\":\"12.50\",\"amount\":\"99.00\"")),
            (JsonError{JsonFault::repeated_field, "body.amount.amount"}));
  // The same name, written with an escape.
  EXPECT_EQ(
      refusal_of(with("\"amount\":\"12.50\"", "\"amount\":\"12.50\",\"\\u0061mount\":\"99.00\""))
          .fault,
      JsonFault::repeated_field);
}

TEST(Json, A4_NulInTextAndNames) {
  EXPECT_EQ(refusal_of(with("NORDDEFF/main", "NORDDEFF/a\\u0000b")),
            (JsonError{JsonFault::nul, "body.debtor"}));
  EXPECT_EQ(refusal_of(with("\"version\"", "\"ver\\u0000sion\"")).fault, JsonFault::nul);
  std::string raw = payment_text();
  raw.insert(raw.find("main"), 1, '\0');
  EXPECT_EQ(refusal_of(raw).fault, JsonFault::not_json);
}

TEST(Json, A4_DepthSixteenAndNoMore) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_strict(nested(16)).has_value());
  ASSERT_FALSE(parse_strict(nested(17)).has_value());
  EXPECT_EQ(parse_strict(nested(17)).error().fault, JsonFault::too_deep);
  EXPECT_EQ(parse_strict(std::string(100'000, '[')).error().fault, JsonFault::too_deep);
  std::string objects;
  for (int i = 0; i < 17; ++i) objects += "{\"a\":";
  EXPECT_EQ(parse_strict(objects + "1" + std::string(17, '}')).error().fault, JsonFault::too_deep);
  EXPECT_EQ(refusal_of(with("\"purpose\":null", "\"purpose\":" + nested(16))).fault,
            JsonFault::too_deep);
}

TEST(Json, A4_BadUtf8ByteOrderMarkAndOtherSyntax) {
  const std::string good = payment_text();
  for (const std::string& text :
       {"\xEF\xBB\xBF" + good, with("NORDDEFF/main", "NORD\xFF"), with("NORDDEFF/main", "\xC0\xAF"),
        with("NORDDEFF/main", "\xED\xA0\x80"), with("NORDDEFF/main", "\\ud800"), good + "x",
        good + good, std::string(), std::string("{"), good.substr(0, good.size() - 1),
        with("\"version\":1", "\"version\":01"), with("\"version\":1", "version:1"),
        with("\"version\":1,", "\"version\":1,,"), "/**/" + good,
        with("\"version\":1", "\"version\":NaN"), with("\"version\":1", "'version':1")}) {
    EXPECT_EQ(refusal_of(text).fault, JsonFault::not_json) << text;
  }
  EXPECT_TRUE(transaction_from_json(" \n" + good + "\r\n", exponent_of).has_value());
}

TEST(Json, FaultsNameTheFieldAndRepeatNothing) {
  const auto check = [](std::string_view from, std::string_view to, JsonFault fault,
                        std::string_view where) {
    EXPECT_EQ(refusal_of(with(from, to)), (JsonError{fault, std::string(where)}));
  };
  check("\"version\":1", "\"version\":65536", JsonFault::bad_value, "version");
  check("\"version\":1", "\"version\":-1", JsonFault::bad_value, "version");
  check("\"type\":\"Payment\"", "\"type\":\"payment\"", JsonFault::bad_value, "body.type");
  check("\"bearer\":\"SHAR\"", "\"bearer\":\"OURS\"", JsonFault::bad_value, "body.bearer");
  check("\"if_short\":\"reject\"", "\"if_short\":\"queue\"", JsonFault::bad_value, "body.if_short");
  check("\"acceptance\":\"immediate\"", "\"acceptance\":\"required\"", JsonFault::bad_value,
        "body.acceptance");
  check("\"acceptance\":\"immediate\"", "\"acceptance\":{}", JsonFault::missing_field,
        "body.acceptance.accept_by");
  check("\"acceptance\":\"immediate\"", "\"acceptance\":{\"accept_by\":\"2026-02-30T00:00:00Z\"}",
        JsonFault::bad_value, "body.acceptance.accept_by");
  check("NORDDEFF/main", "../../etc", JsonFault::bad_value, "body.debtor");
  check("\"purpose\":null", "\"purpose\":\"SALARY\"", JsonFault::bad_value, "body.purpose");
  check("\"annex\":null", "\"annex\":\"00\"", JsonFault::bad_value, "body.annex");
  check("ed25519:", "ed448:", JsonFault::bad_value, "signatures[0].key");
  check("\"charges\":[]",
        "\"charges\":[{\"payer\":\"debtor\",\"account\":\"NORDDEFF/"
        "fees\",\"amount\":{\"currency\":\"USD\",\"amount\":\"1.00\"}}]",
        JsonFault::bad_value, "body.charges[0].amount.currency");
  check("\"charges\":[]", "\"charges\":[1,2,3,4,5]", JsonFault::too_many, "body.charges");
  EXPECT_EQ(to_string(refusal_of("[]")), "document: the value is of another type than expected");
  EXPECT_EQ(to_string(refusal_of(with("NORDDEFF/main", "<script>"))).find("script"),
            std::string::npos);
  const auto unknown = refusal_of("{\"\\u001b[31mred\":{\"a\":1,\"a\":2}}");
  EXPECT_EQ(unknown.where.find('\x1b'), std::string::npos);
}

TEST(Json, EveryFaultHasAWord) {
  std::set<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(JsonFault::too_many); ++i) {
    seen.insert(to_string(static_cast<JsonFault>(i)));
    EXPECT_GT(to_string(JsonError{static_cast<JsonFault>(i), "x"}).size(), 10U);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(JsonFault::too_many) + 1);
}

TEST(Json, QuotesKeepEveryDigitOfTheirRate) {
  for (const Rate rate : {Rate{10842, 4}, Rate{1, 0}, Rate{10, 1}, Rate{1, 12},
                          Rate{Rate::mantissa_max, 12}, Rate{Rate::mantissa_max, 0}}) {
    const SignedQuote quote =
        a_quote().rate(rate.mantissa, rate.scale).debtors({"NORDDEFF"}).build();
    const std::string text = to_json(quote, exponent_of);
    EXPECT_EQ(signed_quote_from_json(text, exponent_of).value(), quote) << text;
  }
  std::string text = to_json(a_quote().build(), exponent_of);
  EXPECT_NE(text.find("\"rate\":\"1.0842\""), std::string::npos);
  text.replace(text.find("1.0842"), 6, "1.0000000000001");
  EXPECT_EQ(signed_quote_from_json(text, exponent_of).error(),
            (JsonError{JsonFault::bad_value, "quote.rate"}));
}

TEST(Json, PoliciesThereAndBack) {
  const Policy policy =
      a_policy()
          .with_key("anna", maker)
          .with_key("ben", checker | service)
          .rule({ActionClass::pay, currency("EUR"), MinorUnits(500'000), maker, 0, 0})
          .rule({ActionClass::pay, {}, MinorUnits(500'000), maker, 1, 60'000})
          .alone(ActionClass::manage)
          .cap(jpy(1'000'000))
          .build();
  const std::string text = to_json(policy, exponent_of);
  EXPECT_EQ(policy_from_json(text, exponent_of).value(), policy) << text;
  EXPECT_NE(text.find("\"up_to\":{\"minor_units\":\"500000\"}"), std::string::npos) << text;
  std::string twice = text;
  twice.replace(twice.find("[\"maker\"]"), 9, "[\"maker\",\"maker\"]");
  EXPECT_EQ(policy_from_json(twice, exponent_of).error().fault, JsonFault::bad_value);
}

TEST(Json, ReceiptsThereAndBack) {
  Receipt receipt = a_payment_receipt(1);
  receipt.entries.push_back({{PlaceKind::hold, {}, OwnedId{bic("NORDDEFF"), uetr(1)}},
                             currency("KWD"),
                             MinorUnits(-5),
                             EntryKind::charge,
                             Date(19'676)});
  receipt.entries.push_back(
      {{PlaceKind::supply, {}, {}}, currency("KWD"), MinorUnits(5), EntryKind::principal, Date(0)});
  for (int status = 1; status <= static_cast<int>(Status::done); ++status) {
    receipt.status = static_cast<Status>(status);
    const std::string text = to_json(receipt, exponent_of);
    EXPECT_EQ(receipt_from_json(text, exponent_of).value(), receipt) << text;
  }
  for (int reason = 1; reason <= static_cast<int>(reason_last); ++reason) {
    receipt.status = Status::rejected;
    receipt.reason = static_cast<Reason>(reason);
    receipt.given_code = code("AC04");
    EXPECT_EQ(receipt_from_json(to_json(receipt, exponent_of), exponent_of).value(), receipt);
  }
  std::string text = to_json(receipt, exponent_of);
  const std::string status = "\"iso_status\":\"RJCT\"";
  ASSERT_NE(text.find(status), std::string::npos) << text;
  EXPECT_NE(text.find("\"-0.005\""), std::string::npos);
  text.replace(text.find(status), status.size(), "\"iso_status\":\"ACSC\"");
  EXPECT_EQ(receipt_from_json(text, exponent_of).error(),
            (JsonError{JsonFault::bad_value, "iso_status"}));
}

TEST(Json, MoneyOfAnUnlistedCurrencySaysItsMinorUnits) {
  const auto nothing_listed = [](const Currency&) { return std::optional<std::uint8_t>(); };
  EXPECT_EQ(boost::json::serialize(to_value(eur(1250), nothing_listed)),
            R"({"currency":"EUR","amount":"12.50"})");
  EXPECT_EQ(boost::json::serialize(to_value(money("XQX", 1250), nothing_listed)),
            R"({"currency":"XQX","minor_units":"1250"})");
}

TEST(Json, ThePaymentAsTheManualShowsIt) {
  const Transaction payment = a_payment().build();
  const std::string expected =
      R"({"version":1,"network_id":")" + to_hex(network().view()) + R"(","id":")" +
      to_text(uetr(1)) +
      R"(","valid_until":"2023-11-14T23:13:20Z","body":{"type":"Payment","debtor":"NORDDEFF/main",)" +
      R"("creditor":"SUDBFRPP/main","amount":{"currency":"EUR","amount":"12.50"},"charges":[],"purpose":null,)" +
      R"("annex":null,"bearer":"SHAR","acceptance":"immediate","if_short":"reject"},"signatures":[{"key":")" +
      to_text(payment.signatures[0].key) + R"(","signature":")" +
      to_text(payment.signatures[0].signature) + R"("}]})";
  EXPECT_EQ(to_json(payment, exponent_of), expected);
}

TEST(Json, RecordsOfTheState) {
  Participant participant;
  participant.bic = bic("NORDDEFF");
  participant.legal_name = "Nordbank \"AG\"";
  participant.country = {'D', 'E'};
  participant.roles = {3};
  participant.policy = simple_policy({"anna"});
  const std::string text = boost::json::serialize(to_value(participant, exponent_of));
  EXPECT_NE(
      text.find(
          R"("legal_name":"Nordbank \"AG\"","country":"DE","lei":null,"roles":["settlement-agent","fx-provider"])"),
      std::string::npos)
      << text;
  CurrencyRecord record;
  record.agent = bic("EURADEFF");
  record.issued = MinorUnits(100'000);
  record.policy = simple_policy({"anna"});
  const auto value = to_value(currency("EUR"), record, exponent_of);
  EXPECT_EQ(boost::json::serialize(value.at("issued")), R"({"currency":"EUR","amount":"1000.00"})");
  EXPECT_EQ(value.at("status").as_string(), "active");
  const auto of_account =
      to_value(account("NORDDEFF/main"),
               AccountRecord{{}, {AcceptsKind::listed, {bic("SUDBFRPP")}}, AccountStatus::frozen},
               exponent_of);
  EXPECT_EQ(
      boost::json::serialize(of_account),
      R"({"account":"NORDDEFF/main","policy":null,"accepts":["SUDBFRPP"],"status":"frozen"})");
}

}  // namespace
}  // namespace vostro::chain
