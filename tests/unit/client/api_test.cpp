// Goal: the client tells apart what the node said, what it did not say, and what it cannot have
// heard. Method: a server of raw sockets that answers well, wrongly, late, half, or not at all.
#include <gtest/gtest.h>

#include "tests/unit/client/api_support.h"

namespace vostro::client {
namespace {

using namespace std::chrono_literals;
using test::HttpReply;
using test::HttpSeen;
using test::HttpServer;
using Kind = ApiError::Kind;

TEST(Api, SendsTheTokenAndReadsTheStatus) {
  HttpServer server([](const HttpSeen&) {
    return test::json_reply(200, test::status_answer(test::network(), "Demo"));
  });
  auto api = test::client_of(server.url());
  const auto status = api.status();
  ASSERT_TRUE(status) << to_string(status.error());
  EXPECT_EQ(status->network_id, test::network());
  EXPECT_EQ(status->network_name, "Demo");
  EXPECT_EQ(status->height, Height(12));
  EXPECT_EQ(status->protocol_version, 1U);
  EXPECT_TRUE(status->is_ready);
  EXPECT_FALSE(status->block_time);
  ASSERT_EQ(server.seen().size(), 1U);
  EXPECT_EQ(server.seen()[0].target, "/v1/status");
  EXPECT_EQ(server.seen()[0].fields.at("authorization"), "Bearer token-of-the-test");
  EXPECT_EQ(server.seen()[0].fields.at("host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(Api, KeepsItsConnection) {
  HttpServer server([](const HttpSeen&) {
    return test::json_reply(200, test::status_answer(test::network(), "Demo"));
  });
  auto api = test::client_of(server.url());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(api.status());
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(api.connections_made(), 1U);
}

TEST(Api, ConnectsAgainWhereTheServerClosedTheKeptConnection) {
  HttpServer server([](const HttpSeen&) {
    HttpReply reply = test::json_reply(200, test::status_answer(test::network(), "Demo"));
    reply.closes = true;  // without having said so
    return reply;
  });
  auto api = test::client_of(server.url());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(api.status()) << i;
  EXPECT_EQ(server.connections(), 3);
}

TEST(Api, DoesNotReuseAConnectionThatTheServerSaysItCloses) {
  HttpServer server([](const HttpSeen&) {
    return test::json_reply(200, test::status_answer(test::network(), "Demo"),
                            "Connection: close\r\n");
  });
  auto api = test::client_of(server.url());
  ASSERT_TRUE(api.status());
  ASSERT_TRUE(api.status());
  EXPECT_EQ(server.connections(), 2);
}

TEST(Api, SaysThatNothingWasSentWhereNobodyListens) {
  auto api = test::client_of("http://127.0.0.1:" + std::to_string(test::closed_port()));
  const auto status = api.status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, Kind::cannot_connect);
}

TEST(Api, TimesOutWhereTheNodeIsSilent) {
  HttpServer server([](const HttpSeen&) { return HttpReply{}; });
  auto api = test::client_of(server.url(), 100ms);
  const auto status = api.status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, Kind::timed_out);
}

TEST(Api, TimesOutInTheMiddleOfAnAnswer) {
  HttpServer server([](const HttpSeen&) {
    return HttpReply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"network", false};
  });
  auto api = test::client_of(server.url(), 100ms);
  const auto status = api.status();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, Kind::timed_out);
}

struct BrokenRow {
  std::string name;
  HttpReply reply;
  Kind kind;
};

TEST(Api, TakesNoBrokenAnswer) {
  const std::vector<BrokenRow> rows{
      {"closed without a word", {"", true}, Kind::broken_off},
      {"closed in the header", {"HTTP/1.1 200 OK\r\nConte", true}, Kind::broken_off},
      {"closed in the body",
       {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"netw", true},
       Kind::broken_off},
      {"no HTTP", {"SSH-2.0-OpenSSH_9.2\r\n\r\n", true}, Kind::bad_answer},
      {"two lengths",
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}", true},
       Kind::bad_answer},
      {"body beyond all bounds",
       {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", true},
       Kind::bad_answer},
      {"header beyond all bounds",
       {"HTTP/1.1 200 OK\r\nX: " + std::string(64 * 1024, 'x') + "\r\n\r\n", true},
       Kind::bad_answer},
      {"no JSON", test::json_reply(200, "<html>hello</html>"), Kind::bad_answer},
      {"a list", test::json_reply(200, "[]"), Kind::bad_answer},
      {"a field missing", test::json_reply(200, "{\"network_id\":\"00\"}"), Kind::bad_answer},
      {"a field twice", test::json_reply(200, "{\"height\":1,\"height\":2}"), Kind::bad_answer},
      {"moved elsewhere", test::json_reply(302, "{}", "Location: http://elsewhere\r\n"),
       Kind::bad_answer},
  };
  for (const BrokenRow& row : rows) {
    HttpServer server([&row](const HttpSeen&) { return row.reply; });
    auto api = test::client_of(server.url());
    const auto status = api.status();
    ASSERT_FALSE(status) << row.name;
    EXPECT_EQ(status.error().kind, row.kind) << row.name << ": " << to_string(status.error());
  }
}

TEST(Api, HandsOverProblemDetails) {
  HttpServer server([](const HttpSeen&) {
    return test::problem_reply(429, "busy", "too much is waiting", "", "Retry-After: 3\r\n");
  });
  auto api = test::client_of(server.url());
  const auto status = api.status();
  ASSERT_FALSE(status);
  ASSERT_EQ(status.error().kind, Kind::problem);
  EXPECT_EQ(status.error().problem->status, 429U);
  EXPECT_EQ(status.error().problem->code, "busy");
  EXPECT_EQ(status.error().problem->retry_after_s, 3U);
  EXPECT_EQ(to_string(status.error()), "too much is waiting [busy]; try again in 3 s");
}

TEST(Api, MakesDoWithAnErrorThatHasNoProblemDetails) {
  HttpServer server([](const HttpSeen&) {
    return HttpReply{"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nno!!", false};
  });
  auto api = test::client_of(server.url());
  const auto status = api.status();
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_problem(502));
  EXPECT_EQ(to_string(status.error()), "the node answered with status 502");
}

TEST(Api, SubmitsCanonicalBytesAndReadsTheReceipt) {
  const auto transaction = test::a_payment().amount(test::eur(1250)).build();
  HttpServer server([&](const HttpSeen& request) {
    EXPECT_EQ(test::posted(request), transaction);
    return test::json_reply(
        200, test::final_answer(transaction, chain::Status::rejected, chain::Reason::funds_short));
  });
  auto api = test::client_of(server.url());
  const auto answer = api.submit(chain::encode_transaction(transaction), true);
  ASSERT_TRUE(answer) << to_string(answer.error());
  ASSERT_TRUE(answer->final);
  EXPECT_EQ(answer->final->receipt,
            test::receipt_of(transaction, chain::Status::rejected, chain::Reason::funds_short));
  EXPECT_EQ(answer->final->height, Height(7));
  EXPECT_EQ(to_text(answer->final->block_time), "2026-11-23T15:16:39.123Z");
  EXPECT_EQ(server.seen()[0].target, "/v1/transactions?wait=final");
  EXPECT_EQ(server.seen()[0].fields.at("content-type"), "application/octet-stream");
}

TEST(Api, ReadsTheAnswerToOneOfSeveralEncodings) {
  const auto transaction = test::a_payment().build();
  std::string item = test::pending_answer(transaction);
  item.insert(1, "\"status_code\":202,");
  HttpServer server(
      [&](const HttpSeen&) { return test::json_reply(200, "{\"items\":[" + item + "]}"); });
  auto api = test::client_of(server.url());
  const auto answer = api.submit(chain::encode_transaction(transaction), false);
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_FALSE(answer->final);
  EXPECT_EQ(answer->id.id, transaction.id);
}

TEST(Api, FindsTheProblemOfOneOfSeveralEncodings) {
  HttpServer server([](const HttpSeen&) {
    return test::json_reply(
        200, R"({"items":[{"status_code":409,"code":"id-used","detail":"used","reason":"AM05"}]})");
  });
  auto api = test::client_of(server.url());
  const auto answer = api.submit(chain::encode_transaction(test::a_payment().build()), false);
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is_problem(409, "id-used"));
  EXPECT_EQ(answer.error().problem->reason, "AM05");
}

// Goal: each order of a group is told what became of itself, and none another's answer.
TEST(Api, SubmitsSeveralInOneRequestAndAnswersEach) {
  const std::vector transactions{test::a_payment().build(), test::a_payment().build(),
                                 test::a_payment().build()};
  std::vector<Bytes> encoded;
  Bytes framed;
  for (const auto& each : transactions) {
    encoded.push_back(chain::encode_transaction(each));
    append_little_endian(framed, encoded.back().size(), 4);
    append(framed, encoded.back());
  }
  std::string items;
  HttpServer server([&](const HttpSeen& request) {
    EXPECT_EQ(request.body, as_text(framed));
    return test::json_reply(200, "{\"items\":[" + items + "]}");
  });
  auto api = test::client_of(server.url());
  const std::vector<ByteView> views(encoded.begin(), encoded.end());
  const auto item = [&](std::size_t i) {
    std::string text = test::pending_answer(transactions[i]);
    return text.insert(1, "\"status_code\":202,");
  };
  items = item(0) + R"(,{"status_code":409,"code":"id-used","detail":"used","reason":"AM05"},)" +
          item(2);
  const auto answers = api.submit_all(views);
  ASSERT_EQ(answers.size(), 3u);
  ASSERT_TRUE(answers[0] && answers[2]);
  EXPECT_EQ(answers[0]->id.id, transactions[0].id);
  EXPECT_EQ(answers[2]->id.id, transactions[2].id);
  ASSERT_FALSE(answers[1]);
  EXPECT_TRUE(answers[1].error().is_problem(409, "id-used"));
  items = item(0) + "," + item(1);  // whose is missing?
  for (const auto& answer : api.submit_all(views)) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ApiError::Kind::bad_answer);
  }
}

TEST(Api, ReadsEveryPageOfAList) {
  HttpServer server([](const HttpSeen& request) {
    const bool is_second = request.target.find("cursor=a%2fb") != std::string::npos;
    const std::string bic = is_second ? "SUDBFRPP" : "NORDDEFF";
    return test::json_reply(200,
                            "{\"items\":[{\"bic\":\"" + bic +
                                "\",\"legal_name\":\"Bank\",\"country\":\"DE\",\"lei\":null,"
                                "\"roles\":[\"fx-provider\"],\"policy\":" +
                                chain::to_json(test::simple_policy({"maker"}), iso_exponents()) +
                                ",\"status\":\"active\",\"validator\":true}],\"next\":" +
                                (is_second ? "null" : "\"a/b\"") + "}");
  });
  auto api = test::client_of(server.url());
  const auto all = all_pages([&](const auto& cursor) { return api.participants(cursor); });
  ASSERT_TRUE(all) << to_string(all.error());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(to_text((*all)[1].bic), "SUDBFRPP");
}

TEST(Api, GivesUpOnAListThatDoesNotEnd) {
  HttpServer server(
      [](const HttpSeen&) { return test::json_reply(200, R"({"items":[],"next":"again"})"); });
  auto api = test::client_of(server.url());
  const auto all = all_pages([&](const auto& cursor) { return api.currencies(cursor); }, 5);
  ASSERT_FALSE(all);
  EXPECT_EQ(server.seen().size(), 5U);
}

// The node refuses a cursor beside a height: only the first page is asked for by height.
TEST(Api, APageThatFollowsIsAskedForByItsCursorAlone) {
  HttpServer server([](const HttpSeen& request) {
    const bool is_first = request.target.find("from_height") != std::string::npos;
    return test::json_reply(
        200, is_first ? R"({"items":[],"next":"7.0.1"})" : R"({"items":[],"next":null})");
  });
  auto api = test::client_of(server.url());
  const auto account = test::account("NORDDEFF/main");
  const std::string at = "/v1/accounts/NORDDEFF/main/";
  const auto entries = all_pages([&](const auto& cursor) {
    return api.entries(account, test::currency("EUR"), Height(2), cursor);
  });
  ASSERT_TRUE(entries) << to_string(entries.error());
  const auto fills =
      all_pages([&](const auto& cursor) { return api.fills(account, Height(2), cursor); });
  ASSERT_TRUE(fills) << to_string(fills.error());
  ASSERT_EQ(server.seen().size(), 4U);
  EXPECT_EQ(server.seen()[0].target, at + "entries?limit=100&currency=EUR&from_height=2");
  EXPECT_EQ(server.seen()[1].target, at + "entries?limit=100&currency=EUR&cursor=7.0.1");
  EXPECT_EQ(server.seen()[2].target, at + "fills?limit=100&from_height=2");
  EXPECT_EQ(server.seen()[3].target, at + "fills?limit=100&cursor=7.0.1");
}

TEST(Api, ReadsAccountsPaymentsEntriesAndBlocks) {
  const std::string zeros(64, '0');
  HttpServer server([&](const HttpSeen& request) {
    if (request.target.find("/entries") != std::string::npos)
      return test::json_reply(
          200, R"({"items":[{"height":3,"block_time":"2026-11-23T15:16:39Z","index":0,
        "id":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","owner":"NORDDEFF","kind":"principal",
        "amount":{"currency":"EUR","amount":"-12.50"},"balance":{"currency":"EUR","amount":"87.50"},
        "business_date":"2026-11-23","counterparty":"SUDBFRPP/main","uetr":null,"status":"settled"}],"next":null})");
    if (request.target.find("/v1/accounts/") == 0)
      return test::json_reply(
          200, R"({"account":"NORDDEFF/main","status":"open","accepts":["SUDBFRPP"],"policy":"own",
        "balances":[{"currency":"EUR","amount":"100.00","held":"1.00"},{"currency":"JPY","amount":"5","held":"0"}]})");
    if (request.target.find("/v1/payments/") == 0)
      return test::json_reply(
          200,
          R"({"uetr":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","agent":"NORDDEFF","debtor":"NORDDEFF/main",
        "creditor":"SUDBFRPP/main","amount":{"currency":"EUR","amount":"12.50"},"status":"held","iso_status":"PDNG","reason":null,
        "reason_code":null,"ordered_at":"2026-11-23T15:16:39.123Z","final_at":null,"height":3,
        "accept_by":"2026-11-24T00:00:00Z","receipts":[]})");
    return test::json_reply(
        200, "{\"height\":3,\"block_id\":\"" + zeros + "\",\"parent\":\"" + zeros +
                 "\",\"time\":\"2026-11-23T15:16:39.123Z\",\"proposer\":\"NORDDEFF\",\"view\":1,"
                 "\"epoch\":0,"
                 "\"state_root\":\"" +
                 zeros + "\",\"tx_root\":\"" + zeros + "\",\"receipt_root\":\"" + zeros +
                 "\",\"transactions\":[],\"due\":[],\"finality\":null}");
  });
  auto api = test::client_of(server.url());
  const auto account = api.account(test::account("NORDDEFF/main"));
  ASSERT_TRUE(account) << to_string(account.error());
  EXPECT_TRUE(account->has_own_policy);
  ASSERT_EQ(account->balances.size(), 2U);
  EXPECT_EQ(account->balances[0].amount, test::eur(10'000));
  EXPECT_EQ(account->balances[0].held, test::eur(100));
  const auto entries =
      api.entries(test::account("NORDDEFF/main"), test::currency("EUR"), Height(2));
  ASSERT_TRUE(entries) << to_string(entries.error());
  EXPECT_EQ(entries->items.at(0).amount, test::eur(-1250));
  const auto payment =
      api.payment(*parse_uuid("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"), test::bic("NORDDEFF"));
  ASSERT_TRUE(payment) << to_string(payment.error());
  EXPECT_EQ(payment->status, "held");
  EXPECT_TRUE(payment->accept_by.has_value());
  const auto block = api.block(std::nullopt);
  ASSERT_TRUE(block) << to_string(block.error());
  EXPECT_EQ(server.seen()[1].target,
            "/v1/accounts/NORDDEFF/main/entries?limit=100&currency=EUR&from_height=2");
  EXPECT_EQ(server.seen()[2].target,
            "/v1/payments/6f9619ff-8b86-4d01-b42d-00cf4fc964ff?agent=NORDDEFF");
  EXPECT_EQ(server.seen()[3].target, "/v1/blocks/latest");
}

TEST(Api, PublishesWhatItCanReadBack) {
  const chain::SignedQuote quote = test::a_quote().build();
  HttpServer server([&](const HttpSeen& request) {
    if (request.method == "POST") return test::json_reply(201, "{}");
    std::string item = chain::to_json(quote, iso_exponents());
    item.insert(1, R"("remaining":{"currency":"EUR","amount":"5.00"},)");
    return test::json_reply(200, "{\"items\":[" + item + "],\"next\":null}");
  });
  auto api = test::client_of(server.url());
  ASSERT_TRUE(api.publish(quote));
  EXPECT_EQ(*chain::signed_quote_from_json(server.seen()[0].body, iso_exponents()), quote);
  const auto quotes = api.quotes(test::currency("EUR"), test::currency("USD"));
  ASSERT_TRUE(quotes) << to_string(quotes.error());
  EXPECT_EQ(quotes->items.at(0).quote, quote);
  EXPECT_EQ(quotes->items.at(0).remaining, MinorUnits(500));
}

TEST(Api, ReadsBlockTimes) {
  EXPECT_EQ(parse_block_time("1970-01-01T00:00:01.007Z"), UnixMillis(1'007));
  EXPECT_EQ(parse_block_time("1970-01-01T00:00:01Z"), UnixMillis(1'000));
  for (const char* wrong :
       {"", "1970-01-01T00:00:01.07Z", "1970-01-01T00:00:01.0070Z", "1970-01-01T00:00:01.00xZ",
        "1970-01-01T00:00:01.007", "1970-13-01T00:00:01.007Z"})
    EXPECT_FALSE(parse_block_time(wrong)) << wrong;
}

}  // namespace
}  // namespace vostro::client
