// Goal: a line of a desk's stream says exactly the quotes that are made of it, in the desk's favour
// by at most one unit; anything else is refused with the field at fault.
#include "wallet-cli/desk_price.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/chain_builders.h"

namespace vostro::wallet {
namespace {

constexpr UnixSeconds kLineRead = test::test_time;

DeskPrice good(std::string_view line) {
  auto price = parse_desk_price(line, kLineRead);
  EXPECT_TRUE(price) << price.error();
  return price ? *price : DeskPrice{};
}

TEST(DeskPrice, SaysBothSides) {
  const DeskPrice price =
      good(R"({"pair":"EUR/USD","bid":"1.0838","ask":"1.0842","size":"1000.00 EUR","until":"+60s",)"
           R"("hold_max":"15m","debtors":["SUDBFRPP","NORDDEFF"]})");
  EXPECT_EQ(to_text(price.pair), "EUR/USD");
  EXPECT_EQ(price.until, UnixSeconds(kLineRead.value + 60));
  EXPECT_EQ(price.hold_max_s, 900U);
  EXPECT_EQ(price.debtors, (std::vector{test::bic("NORDDEFF"), test::bic("SUDBFRPP")}));
  const DeskSide ask{
      test::currency("EUR"), test::currency("USD"), {10'842, 4}, MinorUnits(100'000)};
  EXPECT_EQ(price.sides[0], ask);
  // 1 / 1.0838 = 0.92268 (rounded up), and 1000 EUR are worth 1083.80 USD.
  ASSERT_TRUE(price.sides[1]);
  EXPECT_EQ(price.sides[1]->sells, test::currency("USD"));
  EXPECT_EQ(price.sides[1]->buys, test::currency("EUR"));
  EXPECT_EQ(chain::to_text(price.sides[1]->rate), "0.922679461156");
  EXPECT_EQ(price.sides[1]->limit, MinorUnits(108'379));
}

TEST(DeskPrice, OneSideOrNone) {
  const DeskPrice ask =
      good(R"({"pair":"USD/JPY","ask":"161.23","size":"5.00 USD","until":"2027-01-01T00:00:00Z"})");
  EXPECT_TRUE(ask.sides[0]);
  EXPECT_FALSE(ask.sides[1]);
  const DeskPrice none = good(R"({"pair":"USD/JPY","until":"+1s"})");
  EXPECT_FALSE(none.sides[0] || none.sides[1]);
  // One that waited behind others may have passed already.
  EXPECT_EQ(good(R"({"pair":"USD/JPY","until":"2020-01-01T00:00:00Z"})").until.value,
            1'577'836'800U);
}

TEST(DeskPrice, NamesTheFieldAtFault) {
  struct Row {
    std::string line;
    std::string error;
  };
  const auto with = [](const std::string& fields) { return "{\"until\":\"+60s\"," + fields + "}"; };
  const std::string pair = R"("pair":"EUR/USD")";
  const Row table[] = {
      {"EUR/USD 1.08", "this is not JSON"},
      {with(pair + R"(,"mid":"1.08")"), "a field that is not known"},
      {with(pair + "," + pair), "stands twice"},
      {R"({"pair":"EUR/USD"})", "until: "},
      {with(pair + R"(,"ask":1,"size":"1.00 EUR")"), "ask: the value is of another type"},
      {with(pair + R"(,"ask":1.0842,"size":"1.00 EUR")"), "numbers are whole"},
      {with(R"("pair":"EURUSD")"), "pair \"EURUSD\""},
      {with(R"("pair":"EUR/EUR")"), "pair \"EUR/EUR\""},
      {with(R"("pair":"eur/usd")"), "pair \"eur/usd\""},
      {with(pair + R"(,"ask":"1.0842")"), "size is missing"},
      {with(pair + R"(,"size":"1.00 EUR")"), "There is no bid nor ask"},
      {with(pair + R"(,"ask":"1.0842","size":"1.00 USD")"), "sizes of EUR/USD are in EUR"},
      {with(pair + R"(,"ask":"1.0842","size":"1.001 EUR")"), "EUR has at most 2 digits"},
      {with(pair + R"(,"ask":"0","size":"1.00 EUR")"), "ask \"0\""},
      {with(pair + R"(,"bid":"1,08","size":"1.00 EUR")"), "bid \"1,08\""},
      {with(pair + R"(,"bid":"1.0843","ask":"1.0842","size":"1.00 EUR")"), "is above the ask"},
      {with(pair + R"(,"bid":"0.001","size":"0.01 EUR")"), "less than the smallest USD"},
      {with(pair + R"(,"debtors":["NORDDEFF","NORDDEFF"])"), "stands there twice"},
      {with(pair + R"(,"debtors":["NORD"])"), "debtors \"NORD\""},
      {with(pair + R"(,"hold_max":"1")"), "hold_max \"1\""},
      {R"({"pair":"EUR/USD","until":"soon"})", "until \"soon\""},
      {std::string(DeskPrice::line_bytes_max + 1, ' '), "more than 4096 bytes"},
  };
  for (const auto& [line, error] : table) {
    const auto price = parse_desk_price(line, kLineRead);
    ASSERT_FALSE(price) << line;
    EXPECT_NE(price.error().find(error), std::string::npos) << line << ": " << price.error();
  }
  const std::string seventeen = with(pair + R"(,"debtors":["A)" + std::string(16, ' ') + R"("])");
  EXPECT_FALSE(parse_desk_price(seventeen, kLineRead));
}

RC_GTEST_PROP(DeskPriceProperty, AnInverseIsNeverInFavourOfWhoPays, ()) {
  chain::Rate rate;
  rate.mantissa = *rc::gen::inRange<std::uint64_t>(1, chain::Rate::mantissa_max + 1);
  rate.scale = static_cast<std::uint8_t>(*rc::gen::inRange(0, 13));
  const auto inverse = inverse_of(rate);
  if (!inverse) return;
  RC_ASSERT(chain::is_valid(*inverse));
  __extension__ typedef unsigned __int128 Wide;
  const auto power = [](unsigned n) {
    Wide out = 1;
    while (n-- > 0) out *= 10;
    return out;
  };
  // rate * inverse >= 1, and with one less in the last digit below it.
  const Wide one = power(unsigned{rate.scale} + inverse->scale);
  RC_ASSERT(Wide{rate.mantissa} * inverse->mantissa >= one);
  RC_ASSERT(Wide{rate.mantissa} * (inverse->mantissa - 1) < one);
}

TEST(DeskPrice, AnInverseHasTheMostDigitsThatFit) {
  EXPECT_EQ(inverse_of({1, 0}), (chain::Rate{chain::Rate::mantissa_max, 12}));
  EXPECT_EQ(inverse_of({2, 0}), (chain::Rate{500'000'000'000, 12}));
  EXPECT_EQ(inverse_of({1, 12}), (chain::Rate{chain::Rate::mantissa_max, 0}));
  EXPECT_EQ(inverse_of({chain::Rate::mantissa_max, 0}), (chain::Rate{1, 12}));
  EXPECT_EQ(inverse_of({0, 0}), std::nullopt);
}

}  // namespace
}  // namespace vostro::wallet
