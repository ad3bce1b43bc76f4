// Goal: a desk's quotes follow its input, and none outlives it: whatever ends the stream, what may
// be live is withdrawn or named. Method: the command, with an input and a clock that the test
// moves.
#include <set>

#include "client/order.h"
#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::wallet {
namespace {

using test::Ran;
using End = InputBatch::End;

/// Each step gives what comes next; it may also change the clock and the node.
class Script final : public LineSource {
 public:
  using Steps = std::vector<std::function<InputBatch()>>;
  Script(Steps steps, std::function<bool()> on_pause)
      : steps_(std::move(steps)), on_pause_(std::move(on_pause)) {}
  InputBatch next(std::chrono::milliseconds) override {
    if (at_ == steps_.size()) return {{}, false, End::input};
    return steps_[at_++]();
  }
  bool pause(std::chrono::milliseconds) override { return on_pause_(); }

 private:
  Steps steps_;
  std::function<bool()> on_pause_;
  std::size_t at_ = 0;
};

class Quotes : public test::WalletTest {
 protected:
  static constexpr const char* kLine =
      R"({"pair":"EUR/SGD","bid":"1.45","ask":"1.46","size":"1000.00 EUR","until":"+10m"})";

  static InputBatch line(std::size_t number, const std::string& text) {
    return {{{number, text}}, false, End::none};
  }
  static std::function<InputBatch()> give(const std::string& text, std::size_t number = 1) {
    return [=] { return line(number, text); };
  }
  static std::function<InputBatch()> idle() {
    return [] { return InputBatch{}; };
  }
  Ran stream(Script::Steps steps, std::vector<std::string> more = {"--json"}) {
    node_->outcome(chain::Status::done);
    open_lines_ = [this, steps](const std::string& input) {
      EXPECT_EQ(input, "-");
      return std::make_unique<Script>(steps, [this] { return ++pauses_ > 3; });
    };
    std::vector<std::string> args{"quote", "publish", "--provider", "NORDDEFF/main", "--stream",
                                  "-",     "--yes",   "--key",      "maker"};
    args.insert(args.end(), more.begin(), more.end());
    return run(std::move(args));
  }
  [[nodiscard]] std::vector<chain::SignedQuote> published() const {
    std::vector<chain::SignedQuote> quotes;
    for (const auto& request : node_->seen()) {
      if (request.method != "POST" || request.target != "/v1/quotes") continue;
      const auto quote = chain::signed_quote_from_json(request.body, client::iso_exponents());
      EXPECT_TRUE(quote);
      if (quote) quotes.push_back(*quote);
    }
    return quotes;
  }
  [[nodiscard]] std::set<Uuid> withdrawn() const {
    std::set<Uuid> ids;
    for (const chain::Transaction& transaction : node_->posted_transactions()) {
      const auto* cancel = std::get_if<chain::Cancel>(&transaction.body);
      EXPECT_TRUE(cancel != nullptr && cancel->quote);
      if (cancel != nullptr && cancel->quote) ids.insert(cancel->quote->id);
      EXPECT_TRUE(chain::verify(chain::encode_transaction(transaction), network_id_));
    }
    return ids;
  }
  [[nodiscard]] std::set<Uuid> published_ids() const {
    std::set<Uuid> ids;
    for (const chain::SignedQuote& quote : published()) ids.insert(quote.quote.id);
    return ids;
  }
  std::size_t pauses_ = 0;
};

TEST_F(Quotes, AStreamQuotesBothSidesAndWithdrawsThemAtItsEnd) {
  const Ran ran = stream({give(kLine), idle()});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  const auto quotes = published();
  ASSERT_EQ(quotes.size(), 2U);
  for (const chain::SignedQuote& quote : quotes) EXPECT_TRUE(client::is_sound(quote, network_id_));
  EXPECT_EQ(withdrawn(), published_ids());
  const auto json = ran.json();
  EXPECT_EQ(json.at("ended_by").as_string(), "end_of_input");
  EXPECT_EQ(json.at("published").as_int64(), 2);
  EXPECT_EQ(json.at("withdrawn").as_int64(), 2);
  EXPECT_TRUE(json.at("live").as_array().empty());
  EXPECT_NE(ran.err.find("live       "), std::string::npos) << ran.err;
}

TEST_F(Quotes, ASignalEndsItToo) {
  const Ran ran = stream({give(kLine), [] { return InputBatch{{}, false, End::signal}; }});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_EQ(ran.json().at("ended_by").as_string(), "signal");
  EXPECT_EQ(withdrawn().size(), 2U);
}

TEST_F(Quotes, ANewLineReplacesAndAnOldQuoteIsMadeAnew) {
  const std::string next = R"({"pair":"EUR/SGD","ask":"1.47","size":"500.00 EUR","until":"+10m"})";
  const Ran ran = stream({give(kLine), give(next, 2), [this] {
                            now_.value += 21'000;
                            return InputBatch{};
                          }});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  const auto quotes = published();
  ASSERT_EQ(quotes.size(), 4U);
  EXPECT_EQ(chain::to_text(quotes[2].quote.rate), "1.47");
  EXPECT_EQ(chain::to_text(quotes[3].quote.rate), "1.47");
  EXPECT_EQ(quotes[3].quote.expires_at.value, test::test_time.value + 51);
  EXPECT_EQ(withdrawn(), published_ids());
}

TEST_F(Quotes, OfLinesThatWaitedTheLastOneCounts) {
  const Ran ran = stream({[] {
    InputBatch batch = line(1, kLine);
    batch.lines.push_back(
        {2, R"({"pair":"EUR/SGD","ask":"1.47","size":"500.00 EUR","until":"+10m"})"});
    return batch;
  }});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  ASSERT_EQ(published().size(), 1U);
}

TEST_F(Quotes, AFileQuotesWhatItHoldsNow) {
  const std::string other = R"({"pair":"USD/SGD","ask":"1.30","size":"10.00 USD","until":"+10m"})";
  const auto whole = [](std::vector<InputLine> lines) {
    return [lines] { return InputBatch{lines, true, End::none}; };
  };
  const Ran ran =
      stream({whole({{1, kLine}, {2, other}}), whole({{1, other}}), whole({{1, other}})});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_EQ(published().size(), 3U) << "a line that stays the same goes on";
  EXPECT_EQ(withdrawn(), published_ids());
}

TEST_F(Quotes, ABadLineWithdrawsAll) {
  const Ran ran = stream({give(kLine), give("{\"pair\":\"EUR/SGD\",\"ask\":1.46}", 2)});
  EXPECT_EQ(ran.exit, Exit::usage);
  const auto json = ran.json();
  const auto& error = json.at("error").as_object();
  EXPECT_EQ(error.at("code").as_string(), "bad_line");
  EXPECT_NE(error.at("message").as_string().find("line 2: "), std::string::npos);
  EXPECT_EQ(withdrawn().size(), 2U);
}

TEST_F(Quotes, ARefusalEndsIt) {
  node_->answer("POST", "/v1/quotes",
                test::problem_reply(409, "quote-signer-unknown", "no", "DS0H"));
  const Ran ran = stream({give(kLine)});
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_EQ(ran.json().at("error").as_object().at("code").as_string(), "quote-signer-unknown");
}

TEST_F(Quotes, AClockThatIsWrongIsNamed) {
  node_->answer("POST", "/v1/quotes", test::problem_reply(422, "quote-expired", "no", "TM01"));
  const Ran ran = stream({give(kLine)});
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_NE(ran.json().at("error").as_object().at("message").as_string().find("clocks"),
            std::string::npos);
}

TEST_F(Quotes, ABusyNodeIsAskedAgain) {
  node_->answer("POST", "/v1/quotes", test::problem_reply(429, "busy", "no"));
  const Ran ran = stream({give(kLine), [this] {
                            node_->forget_answer("POST", "/v1/quotes");
                            return InputBatch{};
                          }});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_EQ(ran.json().at("published").as_int64(), 2);
  EXPECT_NE(ran.err.find("not published, it is tried again"), std::string::npos) << ran.err;
}

TEST_F(Quotes, WhatCannotBeWithdrawnIsNamed) {
  const Ran ran = stream({give(kLine), [this] {
                            node_->answer("POST", "/v1/transactions",
                                          test::problem_reply(503, "not-ready", "no"));
                            return InputBatch{{}, false, End::signal};
                          }});
  EXPECT_EQ(ran.exit, Exit::unknown);
  EXPECT_EQ(ran.json().at("live").as_array().size(), 2U);
}

TEST_F(Quotes, WhatCannotBeWithdrawnEndsByItself) {
  const Ran ran = stream({give(kLine), [this] {
                            node_->answer("POST", "/v1/transactions",
                                          test::problem_reply(503, "not-ready", "no"));
                            now_.value += 31'000;
                            return InputBatch{{}, false, End::signal};
                          }});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.err;
}

TEST_F(Quotes, FillsAreToldOnceAndLessenTheSize) {
  const Ran ran =
      stream({give(kLine),
              [this] {
                const auto quotes = published();
                const bool is_ask = quotes.at(0).quote.sells == test::currency("EUR");
                const chain::Quote& ask = quotes.at(is_ask ? 0 : 1).quote;
                node_->answer("GET", "/v1/accounts/NORDDEFF/main/fills",
                              test::json_reply(
                                  200, "{\"items\":[{\"quote\":\"" + vostro::to_text(ask.id) +
                                           R"(","uetr":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff",)"
                                           R"("agent":"SUDBFRPP","debtor":"SUDBFRPP/main",)"
                                           R"("creditor":"ALBAGB2L/main","sold":{"currency":"EUR",)"
                                           R"("amount":"400.00"},"bought":{"currency":"SGD",)"
                                           R"("amount":"584.00"},"rate":"1.46","exchange":"done",)"
                                           R"("status":"settled","height":14,"block_time":)"
                                           R"("2026-11-23T15:16:39.123Z","index":0}],)"
                                           R"("next":null})"));
                return InputBatch{};
              },
              idle(),
              [this] {
                now_.value += 21'000;
                return InputBatch{};
              }});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  const auto json = ran.json();
  EXPECT_EQ(json.at("fills").as_int64(), 1);
  EXPECT_NE(ran.err.find("600.00 EUR left of the price"), std::string::npos) << ran.err;
  bool is_lessened = false;
  for (const chain::SignedQuote& quote : published())
    is_lessened = is_lessened || quote.quote.limit == MinorUnits(60'000);
  EXPECT_TRUE(is_lessened);
  EXPECT_EQ(json.at("positions").as_array().size(), 2U);
}

TEST_F(Quotes, OptionsOfASingleQuoteAndOfAStreamDoNotMix) {
  EXPECT_EQ(stream({}, {"--rate", "1.0"}).exit, Exit::usage);
  EXPECT_EQ(stream({}, {"--life", "5s"}).exit, Exit::usage);
  const Ran ran = run({"quote", "publish", "--provider", "NORDDEFF/main", "--key", "maker"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("--sells is required"), std::string::npos) << ran.err;
}

chain::SignedQuote live_quote(const Hash& network) {
  return test::a_quote()
      .network(network)
      .provider("NORDDEFF/main")
      .id(test::uetr(7))
      .expires_at(UnixSeconds(test::test_time.value + 120))
      .limit(100'000)
      .build();
}

TEST_F(Quotes, AQuoteIsWithdrawnById) {
  const chain::SignedQuote quote = live_quote(network_id_);
  node_->quote(quote, MinorUnits(40'000));
  node_->outcome(chain::Status::done);
  const Ran ran = run(
      {"quote", "withdraw", vostro::to_text(test::uetr(7)), "--yes", "--key", "maker", "--json"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  const auto posted = node_->posted_transactions();
  ASSERT_EQ(posted.size(), 1U);
  EXPECT_EQ(std::get<chain::Cancel>(posted[0].body).quote, quote.quote);
  EXPECT_EQ(posted[0].valid_until, quote.quote.expires_at);
  EXPECT_NE(ran.err.find("400.00 EUR"), std::string::npos) << ran.err;
  const Ran unknown =
      run({"quote", "withdraw", vostro::to_text(test::uetr(8)), "--yes", "--key", "maker"});
  EXPECT_EQ(unknown.exit, Exit::refused);
  EXPECT_EQ(run({"quote", "withdraw", "x", "--yes", "--key", "maker"}).exit, Exit::usage);
}

TEST_F(Quotes, FillsSumUpByCurrency) {
  const auto fill = [](const std::string& exchange, const std::string& sold,
                       const std::string& bought) {
    return R"({"quote":"6f9619ff-8b86-4d01-b42d-00cf4fc964f0",)"
           R"("uetr":"6f9619ff-8b86-4d01-b42d-00cf4fc964ff","agent":"SUDBFRPP","debtor":)"
           R"("SUDBFRPP/main","creditor":"ALBAGB2L/main","sold":{"currency":"EUR","amount":")" +
           sold + R"("},"bought":{"currency":"SGD","amount":")" + bought +
           R"("},"rate":"1.46","exchange":")" + exchange +
           R"(","status":"settled","height":14,"block_time":"2026-11-23T15:16:39.123Z","index":0})";
  };
  node_->answer(
      "GET", "/v1/accounts/NORDDEFF/main/fills",
      test::json_reply(200, "{\"items\":[" + fill("done", "10.00", "14.60") + "," +
                                fill("done", "5.00", "7.30") + "," + fill("open", "1.00", "1.46") +
                                "," + fill("undone", "99.00", "144.54") + "],\"next\":null}"));
  node_->quote(live_quote(network_id_), MinorUnits(40'000));
  const Ran ran = run({"quote", "fills", "--provider", "NORDDEFF/main", "--json"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  const auto json = ran.json();
  EXPECT_EQ(json.at("items").as_array().size(), 4U);
  ASSERT_EQ(json.at("positions").as_array().size(), 2U);
  const auto& euro = json.at("positions").as_array()[0].as_object();
  EXPECT_EQ(euro.at("sold").at("amount").as_string(), "15.00");
  EXPECT_EQ(euro.at("net").at("amount").as_string(), "-15.00");
  EXPECT_EQ(euro.at("open_sold").at("amount").as_string(), "1.00");
  const auto& dollar = json.at("positions").as_array()[1].as_object();
  EXPECT_EQ(dollar.at("bought").at("amount").as_string(), "21.90");
  ASSERT_EQ(json.at("quotes").as_array().size(), 1U);
  EXPECT_EQ(json.at("quotes").as_array()[0].at("remaining").at("amount").as_string(), "400.00");
  EXPECT_EQ(run({"quote", "fills", "--provider", "NORDDEFF/main", "--from-height", "0"}).exit,
            Exit::usage);
}

}  // namespace
}  // namespace vostro::wallet
