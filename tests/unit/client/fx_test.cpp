// Goal: the best quote that can be used is taken, and nothing that only looks better.
#include "client/fx.h"

#include <gtest/gtest.h>

#include "tests/support/chain_builders.h"

namespace vostro::client {
namespace {

constexpr UnixSeconds kAsked = test::test_time;

test::QuoteBuilder a_live_quote(std::uint64_t number) {
  return test::a_quote()
      .id(test::uetr(number))
      .limit(1'000'000)
      .expires_at(UnixSeconds(kAsked.value + 300))
      .hold_max_s(600);
}
QuoteView view_of(const chain::SignedQuote& quote) {
  return {quote, quote.quote.limit};
}

FxRequest a_request() {
  return {test::network(),
          test::account("NORDDEFF/main"),
          test::account("SUDBFRPP/main"),
          test::eur(10'000),
          test::currency("USD"),
          kAsked,
          {}};
}

TEST(Fx, TakesTheCheapestAndNamesTheNext) {
  const auto search =
      search_quotes(a_request(), {view_of(a_live_quote(1).rate(10'900, 4).build()),
                                  view_of(a_live_quote(2).rate(10'842, 4).build()),
                                  view_of(a_live_quote(3).rate(10'850, 4).build())});
  ASSERT_EQ(search.offers.size(), 3U);
  EXPECT_EQ(search.offers[0].quote.quote.quote.id, test::uetr(2));
  EXPECT_EQ(search.offers[0].price, test::usd(10'842));
  EXPECT_EQ(search.offers[1].price, test::usd(10'850));
}

TEST(Fx, OfEqualPricesTheLongerLived) {
  const auto search = search_quotes(
      a_request(), {view_of(a_live_quote(1).build()),
                    view_of(a_live_quote(2).expires_at(UnixSeconds(kAsked.value + 400)).build())});
  ASSERT_EQ(search.offers.size(), 2U);
  EXPECT_EQ(search.offers[0].quote.quote.quote.id, test::uetr(2));
}

TEST(Fx, LeavesOutWhatCannotBeUsed) {
  FxRequest request = a_request();
  request.accept_by = UnixSeconds(kAsked.value + 3'600);
  chain::SignedQuote forged = a_live_quote(1).build();
  forged.quote.rate.mantissa = 1;
  QuoteView sold_out = view_of(a_live_quote(2).hold_max_s(7'200).build());
  sold_out.remaining = MinorUnits(9'999);
  const auto search = search_quotes(
      request, {view_of(forged), sold_out,
                view_of(a_live_quote(3)
                            .hold_max_s(7'200)
                            .expires_at(UnixSeconds(kAsked.value + quote_seconds_min - 1))
                            .build()),
                view_of(a_live_quote(4).hold_max_s(7'200).debtors({"SUDBFRPP"}).build()),
                view_of(a_live_quote(5).hold_max_s(3'599).build()),
                view_of(a_live_quote(6).hold_max_s(7'200).network(test::hash_of("other")).build()),
                view_of(a_live_quote(7).hold_max_s(7'200).sells("GBP").build())});
  EXPECT_TRUE(search.offers.empty());
  EXPECT_EQ(search.unsound, 3U);
  EXPECT_EQ(search.too_small, 1U);
  EXPECT_EQ(search.ending, 1U);
  EXPECT_EQ(search.not_for_us, 1U);
  EXPECT_EQ(search.hold_too_short, 1U);
  EXPECT_EQ(why_none(search),
            "of the quotes there are 3 not sound, 1 expired or about to, 1 for other banks only, 1 "
            "with less left than the "
            "amount, 1 with a shorter acceptance period");
}

// The ledger takes no exchange whose provider is a party to it (chain/form.cpp).
TEST(Fx, LeavesOutThePartiesOwnQuotes) {
  const auto by = [](std::uint64_t number, std::string_view provider) {
    return view_of(a_live_quote(number).provider(provider).build());
  };
  const auto search = search_quotes(
      a_request(), {by(1, "NORDDEFF/main"), by(2, "SUDBFRPP/main"), by(3, "SUDBFRPP/desk")});
  ASSERT_EQ(search.offers.size(), 1U);
  EXPECT_EQ(search.offers[0].quote.quote.quote.id, test::uetr(3));
  EXPECT_EQ(search.of_a_party, 2U);
}

TEST(Fx, TakesWhatIsJustEnough) {
  FxRequest request = a_request();
  request.accept_by = UnixSeconds(kAsked.value + 600);
  QuoteView view = view_of(a_live_quote(1)
                               .debtors({"NORDDEFF"})
                               .expires_at(UnixSeconds(kAsked.value + quote_seconds_min))
                               .build());
  view.remaining = MinorUnits(10'000);
  EXPECT_EQ(search_quotes(request, {view}).offers.size(), 1U);
}

TEST(Fx, SaysWhenThereAreNone) {
  EXPECT_EQ(why_none(search_quotes(a_request(), {})), "there are no quotes for these currencies");
}

}  // namespace
}  // namespace vostro::client
