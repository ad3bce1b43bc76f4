// Goal: at most one wanted quote a side, made anew before it ends, never for more than is left of
// the price; what is no longer wanted is withdrawn, and what has ended is not.
#include "wallet-cli/desk.h"

#include <gtest/gtest.h>

#include "tests/support/chain_builders.h"

namespace vostro::wallet {
namespace {

constexpr UnixSeconds at(std::uint64_t s) {
  return UnixSeconds(test::test_time.value + s);
}

struct ADesk : testing::Test {
  std::uint64_t last_id = 0;
  Desk desk{{test::network(), test::account("FXPRUS33/desk"), 30},
            [this] { return test::uetr(++last_id); }};

  void line(const std::string& rates, std::uint64_t now = 0, const std::string& until = "+600s") {
    const auto price = parse_desk_price(
        R"({"pair":"EUR/USD","until":")" + until + "\"" + (rates.empty() ? "" : ",") + rates + "}",
        at(now));
    ASSERT_TRUE(price) << price.error();
    ASSERT_TRUE(desk.set_price(*price));
  }
  /// Makes what is due and publishes it; the quotes.
  std::vector<chain::Quote> published(std::uint64_t now) {
    desk.advance(at(now));
    auto quotes = desk.to_publish(at(now));
    for (const chain::Quote& quote : quotes) {
      desk.offered(quote.id);
      desk.published(quote.id);
    }
    return quotes;
  }
  std::vector<Uuid> unwanted(std::uint64_t now) {
    std::vector<Uuid> ids;
    for (const chain::Quote& quote : desk.to_withdraw(at(now))) ids.push_back(quote.id);
    return ids;
  }
};

constexpr const char* kBoth = R"("bid":"1.0838","ask":"1.0842","size":"1000.00 EUR")";
constexpr const char* kAsk = R"("ask":"1.0842","size":"1000.00 EUR")";

TEST_F(ADesk, QuotesBothSidesOnce) {
  line(kBoth);
  const auto quotes = published(0);
  ASSERT_EQ(quotes.size(), 2U);
  EXPECT_EQ(quotes[0].sells, test::currency("EUR"));
  EXPECT_EQ(quotes[1].sells, test::currency("USD"));
  for (const chain::Quote& quote : quotes) {
    EXPECT_TRUE(chain::is_well_formed(quote));
    EXPECT_EQ(quote.expires_at, at(30));
  }
  EXPECT_TRUE(published(1).empty());
  EXPECT_TRUE(unwanted(1).empty());
}

TEST_F(ADesk, MakesAQuoteAnewBeforeItEnds) {
  line(kAsk);
  ASSERT_EQ(published(0).size(), 1U);
  EXPECT_TRUE(published(19).empty());
  const auto next = published(20);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].expires_at, at(50));
  EXPECT_EQ(unwanted(20), std::vector{test::uetr(1)});
  desk.withdrawn(test::uetr(1));
  EXPECT_TRUE(unwanted(20).empty());
}

TEST_F(ADesk, QuotesNothingBeyondTheEndOfThePrice) {
  line(kAsk, 0, "+40s");
  EXPECT_EQ(published(0)[0].expires_at, at(30));
  EXPECT_EQ(published(20)[0].expires_at, at(40));
  EXPECT_TRUE(published(31).empty()) << "it is the last one";
  EXPECT_TRUE(published(39).empty());
  EXPECT_TRUE(desk.open(at(41)).empty()) << "it has ended by itself";
  line(kAsk, 50, "+4s");
  EXPECT_TRUE(published(50).empty()) << "nobody takes a quote that is about to end";
}

TEST_F(ADesk, ANewLineReplaces) {
  line(kBoth);
  ASSERT_EQ(published(0).size(), 2U);
  line(R"("ask":"1.0900","size":"500.00 EUR")", 1);
  const auto quotes = published(1);
  ASSERT_EQ(quotes.size(), 1U);
  EXPECT_EQ(chain::to_text(quotes[0].rate), "1.09");
  EXPECT_EQ(unwanted(1).size(), 2U) << "the bid goes too";
  line("", 2);
  EXPECT_TRUE(published(2).empty());
  EXPECT_EQ(unwanted(2).size(), 3U);
}

TEST_F(ADesk, FillsLessenWhatIsQuotedNext) {
  line(kAsk);
  ASSERT_EQ(published(0).size(), 1U);
  const Desk::Offer* offer = desk.fill(test::uetr(1), MinorUnits(30'000));
  ASSERT_NE(offer, nullptr);
  EXPECT_EQ(desk.left_of_price(*offer), MinorUnits(70'000));
  const auto next = published(20);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].limit, MinorUnits(70'000));
  // The old one was taken once more before its withdrawal was final.
  (void)desk.fill(test::uetr(1), MinorUnits(20'000));
  EXPECT_EQ(published(40)[0].limit, MinorUnits(50'000));
  EXPECT_EQ(desk.fill(test::uetr(99), MinorUnits(1)), nullptr);
}

TEST_F(ADesk, WhatIsSoldOutRestsUntilTheNextLine) {
  line(kAsk);
  ASSERT_EQ(published(0).size(), 1U);
  (void)desk.fill(test::uetr(1), MinorUnits(100'000));
  EXPECT_TRUE(published(5).empty());
  EXPECT_TRUE(published(25).empty());
  EXPECT_TRUE(desk.open(at(5)).empty());
  line(kAsk, 30);
  EXPECT_EQ(published(30).size(), 1U);
}

TEST_F(ADesk, WhatAnotherHasWithdrawnRestsUntilTheNextLine) {
  line(kBoth);
  ASSERT_EQ(published(0).size(), 2U);
  desk.closed(test::uetr(1));
  EXPECT_TRUE(published(5).empty());
  EXPECT_EQ(published(20).size(), 1U) << "the other side goes on";
  line(kBoth, 21);
  EXPECT_EQ(published(21).size(), 2U);
}

TEST_F(ADesk, WhatMayHaveBeenTakenIsWithdrawnToo) {
  line(kAsk);
  desk.advance(at(0));
  ASSERT_EQ(desk.to_publish(at(0)).size(), 1U);
  desk.stop();
  EXPECT_TRUE(unwanted(0).empty()) << "nobody has seen it";
  line(kAsk, 1);
  desk.advance(at(1));
  desk.offered(test::uetr(2));  // and no answer came
  EXPECT_EQ(desk.to_publish(at(1)).size(), 1U) << "it is tried again";
  desk.stop();
  EXPECT_EQ(unwanted(1), std::vector{test::uetr(2)});
  EXPECT_TRUE(desk.to_publish(at(1)).empty());
  EXPECT_TRUE(unwanted(32).empty()) << "it has ended by itself";
}

TEST_F(ADesk, ALostQuoteIsPublishedAgain) {
  line(kAsk);
  ASSERT_EQ(published(0).size(), 1U);
  desk.lost(test::uetr(1));
  const auto again = desk.to_publish(at(3));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].id, test::uetr(1));
}

TEST_F(ADesk, HasABoundOnPairs) {
  std::size_t taken = 0;
  for (char a = 'A'; a <= 'J'; ++a) {
    for (char b = 'A'; b <= 'J'; ++b) {
      DeskPrice price;
      price.pair = {Currency{{'X', a, b}}, test::currency("EUR")};
      price.sides[0] = DeskSide{price.pair.base, price.pair.counter, {1, 0}, MinorUnits(1)};
      if (desk.set_price(std::move(price))) ++taken;
    }
  }
  EXPECT_EQ(taken, Desk::pairs_max);
}

}  // namespace
}  // namespace vostro::wallet
