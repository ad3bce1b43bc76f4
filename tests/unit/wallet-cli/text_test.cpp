// Goal: what people type means what they think it means, or is refused with the limit's name.
#include "wallet-cli/text.h"

#include <gtest/gtest.h>

#include "tests/support/chain_builders.h"

namespace vostro::wallet {
namespace {

TEST(MoneyText, IsReadByTheCurrencysDigits) {
  EXPECT_EQ(parse_money("1250.00 EUR"), test::eur(125'000));
  EXPECT_EQ(parse_money("1250 EUR"), test::eur(125'000));
  EXPECT_EQ(parse_money("1250.5 EUR"), test::eur(125'050));
  EXPECT_EQ(parse_money("10 JPY"), test::jpy(10));
  EXPECT_EQ(parse_money("1.234 KWD"), test::kwd(1'234));
  EXPECT_EQ(to_text(test::eur(125'000)), "1250.00 EUR");
  EXPECT_EQ(to_text(test::jpy(-3)), "-3 JPY");
}

struct MoneyRow {
  const char* text;
  const char* error;
};

TEST(MoneyText, ErrorsNameTheLimit) {
  const std::vector<MoneyRow> rows{
      {"10.5 JPY", "10.5 JPY: JPY has no digits after the point"},
      {"1.001 EUR", "1.001 EUR: EUR has at most 2 digits after the point"},
      {"1.0001 BHD", "1.0001 BHD: BHD has at most 3 digits after the point"},
      {"1000000000000000.01 EUR",
       "1000000000000000.01 EUR: the most that an amount can be is 1000000000000000.00"},
      {"0 EUR", "0 EUR: the amount must be above 0"},
      {"0.00 EUR", "0.00 EUR: the amount must be above 0"},
      {"-1 EUR", "-1 EUR: write the amount with digits and one point, as in 1250.00"},
      {"1,50 EUR", "1,50 EUR: write the amount with digits and one point, as in 1250.00"},
      {"1e2 EUR", "1e2 EUR: write the amount with digits and one point, as in 1250.00"},
      {"01 EUR", "01 EUR: write the amount with digits and one point, as in 1250.00"},
      {"1 XAU", "1 XAU: XAU is no currency of ISO 4217 with a minor unit"},
      {"1250.00", "\"1250.00\": write the amount, a space and the currency, as in \"1250.00 EUR\""},
      {"1250 eur",
       "\"1250 eur\": write the amount, a space and the currency, as in \"1250.00 EUR\""},
      {"EUR 1250",
       "\"EUR 1250\": write the amount, a space and the currency, as in \"1250.00 EUR\""},
      {"1250  EUR",
       "\"1250  EUR\": write the amount, a space and the currency, as in \"1250.00 EUR\""},
  };
  for (const MoneyRow& row : rows) {
    const auto money = parse_money(row.text);
    ASSERT_FALSE(money) << row.text;
    EXPECT_EQ(money.error(), row.error);
  }
}

TEST(TimeText, IsUtcOrADurationFromNow) {
  const UnixSeconds now(1'700'000'000);
  EXPECT_EQ(parse_when("+90s", now), UnixSeconds(1'700'000'090));
  EXPECT_EQ(parse_when("+15m", now), UnixSeconds(1'700'000'900));
  EXPECT_EQ(parse_when("+1h", now), UnixSeconds(1'700'003'600));
  EXPECT_EQ(parse_when("+7d", now), UnixSeconds(1'700'604'800));
  EXPECT_EQ(parse_when("2026-11-23T15:16:39Z", now), UnixSeconds(1'795'446'999));
}

TEST(TimeText, OtherTextAndThePastAreRefused) {
  const UnixSeconds now(1'700'000'000);
  for (const char* wrong :
       {"", "+", "+1", "+0s", "+1w", "+1.5h", "1h", "+99999999999999999999s", "+4000d", "tomorrow",
        "2026-11-23", "2026-11-23T15:16:39+01:00", "2023-11-14T22:13:20Z", "1999-01-01T00:00:00Z"})
    EXPECT_FALSE(parse_when(wrong, now)) << wrong;
}

TEST(Nearest, CountsSwapsAsOne) {
  EXPECT_EQ(edit_distance("main", "main"), 0U);
  EXPECT_EQ(edit_distance("mian", "main"), 1U);
  EXPECT_EQ(edit_distance("man", "main"), 1U);
  EXPECT_EQ(edit_distance("mainn", "main"), 1U);
  EXPECT_EQ(edit_distance("", "main"), 4U);
  EXPECT_EQ(edit_distance("abc", "xyz"), 3U);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> accounts{"NORDDEFF/main", "NORDDEFF/nostro", "SUDBFRPP/main"};
  EXPECT_EQ(nearest("NORDDEFF/mian", accounts), "NORDDEFF/main");
  EXPECT_EQ(nearest("NORDDEF/nostro", accounts), "NORDDEFF/nostro");
  EXPECT_EQ(nearest("SUDBFRPP/mainx", accounts), "SUDBFRPP/main");
  EXPECT_FALSE(nearest("ALBAGB2L/treasury", accounts));
  EXPECT_EQ(suggestion("NORDDEFF/mian", accounts), "; did you mean NORDDEFF/main?");
  EXPECT_EQ(suggestion("zzz", accounts), "");
}

TEST(Columns, AreAsWideAsTheirWidestText) {
  EXPECT_EQ(columns({{"A", "B"}, {"long", "x"}}), "A     B\nlong  x\n");
  EXPECT_EQ(columns({{"M\xc3\xbc", "x"}, {"abc", "y"}}), "M\xc3\xbc   x\nabc  y\n");
  EXPECT_EQ(columns({}), "");
}

}  // namespace
}  // namespace vostro::wallet
