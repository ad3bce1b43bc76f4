// Goal: money text means exactly one number of minor units or is refused with the first reason that
// applies. Method: tables, properties of round trips, and ISO 4217's own list.
#include "base/money.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>
#include <set>

#include "base/checked.h"
#include "base/random.h"
#include "tests/support/test_data.h"

namespace vostro {
namespace {

using enum MoneyError;
using test::CsvTable;

std::uint8_t exponent_of(std::string_view code) {
  return iso4217_exponent(parse_currency(code).value()).value();
}

struct Accepted {
  std::string_view text;
  std::string_view currency;
  std::int64_t units;
};

struct Refused {
  std::string_view text;
  std::string_view currency;
  MoneyError reason;
};

TEST(Amount, TakesExactDigits) {
  constexpr std::array<Accepted, 14> table{{
      {"0.00", "EUR", 0},
      {"0.01", "EUR", 1},
      {"0.10", "EUR", 10},
      {"1.00", "EUR", 100},
      {"12.50", "EUR", 1250},
      {"1250.00", "EUR", 125'000},
      {"0", "JPY", 0},
      {"10", "JPY", 10},
      {"1.234", "BHD", 1234},
      {"0.001", "BHD", 1},
      {"1.0001", "CLF", 10'001},
      {"1000000000000000.00", "EUR", 100'000'000'000'000'000},
      {"100000000000000000", "JPY", 100'000'000'000'000'000},
      {"100000000000000.000", "BHD", 100'000'000'000'000'000},
  }};
  for (const Accepted& row : table) {
    for (const Digits digits : {Digits::exact, Digits::up_to}) {
      const auto units = parse_amount(row.text, exponent_of(row.currency), digits);
      ASSERT_TRUE(units.has_value()) << row.text << ' ' << row.currency;
      EXPECT_EQ(units->value, row.units) << row.text << ' ' << row.currency;
    }
    EXPECT_EQ(format_amount(MinorUnits(row.units), exponent_of(row.currency)), row.text);
  }
}

TEST(Amount, TakesFewerDigitsOnlyWhereThatIsAllowed) {
  constexpr std::array<Accepted, 5> table{{
      {"1250", "EUR", 125'000},
      {"1250.5", "EUR", 125'050},
      {"0", "EUR", 0},
      {"1.2", "BHD", 1200},
      {"1000000000000000", "EUR", 100'000'000'000'000'000},
  }};
  for (const Accepted& row : table) {
    const std::uint8_t exponent = exponent_of(row.currency);
    EXPECT_EQ(parse_amount(row.text, exponent, Digits::up_to).value().value, row.units) << row.text;
    EXPECT_EQ(parse_amount(row.text, exponent, Digits::exact).error(), wrong_digits) << row.text;
  }
}

constexpr std::array<Refused, 47> kRefused{{
    {"", "EUR", not_a_number},
    {".", "EUR", not_a_number},
    {"1.", "EUR", not_a_number},
    {".5", "EUR", not_a_number},
    {".50", "EUR", not_a_number},
    {"-0", "EUR", not_a_number},
    {"-0.00", "EUR", not_a_number},
    {"-1.00", "EUR", not_a_number},
    {"+1.00", "EUR", not_a_number},
    {"01.00", "EUR", not_a_number},
    {"00", "EUR", not_a_number},
    {"00.00", "EUR", not_a_number},
    {"1e2", "EUR", not_a_number},
    {"1E2", "EUR", not_a_number},
    {"1.0e1", "EUR", not_a_number},
    {"0x10", "EUR", not_a_number},
    {"1,00", "EUR", not_a_number},
    {"1,000.00", "EUR", not_a_number},
    {"1 000.00", "EUR", not_a_number},
    {"1'000.00", "EUR", not_a_number},
    {" 1.00", "EUR", not_a_number},
    {"1.00 ", "EUR", not_a_number},
    {"1.00\n", "EUR", not_a_number},
    {"1.0.0", "EUR", not_a_number},
    {"1..00", "EUR", not_a_number},
    {"1.-0", "EUR", not_a_number},
    {"1.0 ", "EUR", not_a_number},
    {"NaN", "EUR", not_a_number},
    {"inf", "EUR", not_a_number},
    {"EUR 1.00", "EUR", not_a_number},
    {"1.00 EUR", "EUR", not_a_number},
    {"\xD9\xA1", "EUR", not_a_number},  // an Arabic-Indic digit
    {std::string_view("1.00\0", 5), "EUR", not_a_number},
    {std::string_view("1\0", 2), "JPY", not_a_number},
    {"01.001", "EUR", not_a_number},                 // also wrong digits
    {"099999999999999999999", "JPY", not_a_number},  // also too large
    {"10.5", "JPY", wrong_digits},
    {"10.0", "JPY", wrong_digits},
    {"1.001", "EUR", wrong_digits},
    {"1.000", "EUR", wrong_digits},
    {"1.2345", "BHD", wrong_digits},
    {"99999999999999999999.001", "EUR", wrong_digits},  // also too large
    {"1000000000000000.01", "EUR", too_large},
    {"100000000000000001", "JPY", too_large},
    {"9223372036854775807", "JPY", too_large},
    {"9223372036854775808", "JPY", too_large},
    {"18446744073709551617", "JPY", too_large},  // 1 to a reader that wraps
}};

TEST(Amount, RefusesWithTheFirstReasonThatApplies) {
  for (const Refused& row : kRefused) {
    const auto units = parse_amount(row.text, exponent_of(row.currency), Digits::up_to);
    ASSERT_FALSE(units.has_value()) << row.text << ' ' << row.currency;
    EXPECT_EQ(to_string(units.error()), to_string(row.reason)) << row.text << ' ' << row.currency;
    EXPECT_FALSE(parse_amount(row.text, exponent_of(row.currency), Digits::exact).has_value())
        << row.text;
  }
}

TEST(Amount, RefusesManyDigitsWhateverTheirCount) {
  for (const std::size_t count : {19u, 20u, 64u, 100'000u}) {
    EXPECT_EQ(parse_amount(std::string(count, '9'), 2, Digits::up_to).error(), too_large);
    EXPECT_EQ(parse_amount("0." + std::string(count, '0'), 2, Digits::up_to).error(), wrong_digits);
  }
}

TEST(Amount, StaysWithinItsTypeForAnyExponent) {
  EXPECT_EQ(parse_amount("0", 255, Digits::up_to).value(), MinorUnits(0));
  EXPECT_EQ(parse_amount("1", 255, Digits::up_to).error(), too_large);
  EXPECT_EQ(parse_amount("1", 17, Digits::up_to).value(), money_max_default);
  EXPECT_EQ(parse_amount("1", 18, Digits::up_to).error(), too_large);
}

TEST(Amount, IsWrittenWithTheCurrencysDigits) {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(format_amount(MinorUnits(5), 0), "5");
  EXPECT_EQ(format_amount(MinorUnits(5), 1), "0.5");
  EXPECT_EQ(format_amount(MinorUnits(5), 3), "0.005");
  EXPECT_EQ(format_amount(MinorUnits(0), 2), "0.00");
  EXPECT_EQ(format_amount(MinorUnits(-5), 2), "-0.05");
  EXPECT_EQ(format_amount(MinorUnits(-1250), 2), "-12.50");
  EXPECT_EQ(format_amount(MinorUnits(highest), 2), "92233720368547758.07");
  EXPECT_EQ(format_amount(MinorUnits(lowest), 2), "-92233720368547758.08");
  EXPECT_EQ(format_amount(MinorUnits(lowest), 0), "-9223372036854775808");
}

TEST(MoneyError, HasADistinctSentenceForEachReason) {
  EXPECT_EQ(
      (std::set{to_string(not_a_number), to_string(wrong_digits), to_string(too_large)}).size(),
      3u);
}

// RapidCheck prints the seed of each run; RC_PARAMS="seed=..." repeats it.

RC_GTEST_PROP(AmountProperty, WhatIsWrittenIsReadBack, ()) {
  const auto units = *rc::gen::inRange<std::int64_t>(0, money_max_default.value + 1);
  const auto exponent = *rc::gen::inRange<std::uint8_t>(0, exponent_max + 1);
  const std::string text = format_amount(MinorUnits(units), exponent);
  RC_ASSERT(parse_amount(text, exponent, Digits::exact).value() == MinorUnits(units));
  RC_ASSERT(parse_amount(text, exponent, Digits::up_to).value() == MinorUnits(units));
}

RC_GTEST_PROP(AmountProperty, WhatIsReadIsWrittenBack, ()) {
  const auto whole = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  const auto exponent = *rc::gen::inRange<std::uint8_t>(0, exponent_max + 1);
  std::string text = std::to_string(whole);
  if (exponent > 0) text += '.';
  for (int i = 0; i < exponent; ++i) text += *rc::gen::inRange('0', static_cast<char>('9' + 1));
  const auto units = parse_amount(text, exponent, Digits::exact);
  RC_ASSERT(units.has_value());
  RC_ASSERT(format_amount(*units, exponent) == text);
}

RC_GTEST_PROP(AmountProperty, ANegativeAmountIsThePositiveOneBehindAMinus, ()) {
  const auto units = *rc::gen::inRange<std::int64_t>(1, std::numeric_limits<std::int64_t>::max());
  const auto exponent = *rc::gen::inRange<std::uint8_t>(0, exponent_max + 1);
  const std::string negative = format_amount(MinorUnits(-units), exponent);
  RC_ASSERT(negative == "-" + format_amount(MinorUnits(units), exponent));
  RC_ASSERT(parse_amount(negative, exponent, Digits::exact).error() == not_a_number);
}

// Bytes near to numbers: what is taken is a plain decimal number within the bounds.
TEST(Amount, TakesNothingElseOfRandomBytes) {
  constexpr std::uint64_t seed = 4217;
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr std::string_view likely = "0123456789012345678901234567890.....-+e, ";
  Random random(seed);
  std::size_t taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::uint64_t size = random.uniform(24); size > 0; --size)
      text.push_back(random.happens(1, 200) ? static_cast<char>(random.uniform(256))
                                            : likely[random.uniform(likely.size())]);
    const auto exponent = static_cast<std::uint8_t>(random.uniform(exponent_max + 1));
    const auto units = parse_amount(text, exponent, Digits::up_to);
    if (!units) continue;
    ++taken;
    ASSERT_EQ(text.find_first_not_of("0123456789."), std::string::npos) << text;
    ASSERT_GE(units->value, 0);
    ASSERT_LE(*units, money_max_default);
    const std::string full = format_amount(*units, exponent);
    ASSERT_TRUE(full.starts_with(text)) << text << " became " << full;
    ASSERT_EQ(full.find_first_not_of(".0", text.size()), std::string::npos) << full;
  }
  EXPECT_GT(taken, 1000u);
}

// Currencies

TEST(Currency, IsThreeUpperCaseLetters) {
  EXPECT_EQ(to_text(parse_currency("EUR").value()), "EUR");
  EXPECT_TRUE(parse_currency("ZZZ").has_value());  // a code, though ISO 4217 does not list it
  for (const std::string_view text :
       {"", "E", "EU", "EURO", "eur", "Eur", "EU1", "EU ", "\xC3\x84R"})
    EXPECT_FALSE(parse_currency(text).has_value()) << text;
  EXPECT_FALSE(parse_currency(std::string_view("EU\0", 3)).has_value());
  EXPECT_FALSE(is_valid(Currency{}));
  EXPECT_TRUE(is_valid(Currency{{'E', 'U', 'R'}}));
}

TEST(Currency, HasTheDigitsOfIso4217) {
  EXPECT_EQ(exponent_of("EUR"), 2);
  EXPECT_EQ(exponent_of("JPY"), 0);
  EXPECT_EQ(exponent_of("BHD"), 3);
  EXPECT_EQ(exponent_of("CLF"), 4);
  for (const auto code : {"XAU", "XTS", "XXX", "ZZZ", "AAA", "DEM"})
    EXPECT_FALSE(iso4217_exponent(parse_currency(code).value()).has_value()) << code;
  EXPECT_FALSE(iso4217_exponent(Currency{}).has_value());
  EXPECT_FALSE(iso4217_exponent(Currency{{'e', 'u', 'r'}}).has_value());
}

using Exponents = std::map<std::string, std::string>;

/// Text between `<tag>` and `</tag>` within `xml`, empty where there is none.
std::string element(std::string_view xml, const std::string& tag) {
  const std::size_t from = xml.find("<" + tag + ">");
  if (from == std::string_view::npos) return {};
  const std::size_t begin = from + tag.size() + 2;
  return std::string(xml.substr(begin, xml.find('<', begin) - begin));
}

/// ISO 4217 list one: code to minor unit, "N.A." where it has none.
Exponents list_one(const std::filesystem::path& file) {
  const std::string xml = test::read_text(file);
  Exponents exponents;
  constexpr std::string_view entry = "<CcyNtry>";
  for (std::size_t at = xml.find(entry); at != std::string::npos;) {
    const std::size_t end = xml.find("</CcyNtry>", at);
    const std::string_view body = std::string_view(xml).substr(at, end - at);
    if (const std::string code = element(body, "Ccy"); !code.empty())
      exponents[code] = element(body, "CcyMnrUnts");
    at = xml.find(entry, end);
  }
  return exponents;
}

/// The newer list: codes without a date of withdrawal.
Exponents current_codes(const std::filesystem::path& file) {
  const CsvTable table = CsvTable::read(file);
  Exponents exponents;
  for (std::size_t row = 0; row < table.size(); ++row)
    if (table.at(row, "WithdrawalDate").empty() && !table.at(row, "AlphabeticCode").empty())
      exponents[table.at(row, "AlphabeticCode")] = table.at(row, "MinorUnit");
  return exponents;
}

void expect_exponents(const Exponents& expected) {
  for (const auto& [code, minor_unit] : expected) {
    const auto exponent = iso4217_exponent(parse_currency(code).value());
    if (minor_unit == "N.A." || minor_unit == "-") {
      EXPECT_FALSE(exponent.has_value()) << code;
    } else {
      ASSERT_TRUE(exponent.has_value()) << code;
      EXPECT_EQ(std::to_string(*exponent), minor_unit) << code;
    }
  }
}

TEST(Currency, TableIsThatOfIso4217InBothDirections) {
  VOSTRO_TEST_DATA_OR_SKIP(xml, "currencies/iso4217_list_one.xml");
  VOSTRO_TEST_DATA_OR_SKIP(csv, "currencies/codes-all.csv");
  const Exponents list = list_one(xml);
  const Exponents current = current_codes(csv);
  EXPECT_EQ(list.size(), 179u);
  EXPECT_GT(current.size(), 170u);
  expect_exponents(list);
  expect_exponents(current);
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) {
        const std::string code{a, b, c};
        if (iso4217_exponent(parse_currency(code).value())) {
          EXPECT_TRUE(list.contains(code) || current.contains(code)) << code;
        }
      }
    }
  }
}

// Checked arithmetic

TEST(Checked, IsEmptyOnOverflowAndExactElsewhere) {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(checked_add<std::int64_t>(highest - 1, 1), highest);
  EXPECT_FALSE(checked_add<std::int64_t>(highest, 1).has_value());
  EXPECT_FALSE(checked_add<std::int64_t>(lowest, -1).has_value());
  EXPECT_EQ(checked_sub<std::int64_t>(lowest + 1, 1), lowest);
  EXPECT_FALSE(checked_sub<std::int64_t>(lowest, 1).has_value());
  EXPECT_FALSE(checked_sub<std::int64_t>(0, lowest).has_value());
  EXPECT_FALSE(checked_sub<std::uint64_t>(0, 1).has_value());
  EXPECT_EQ(checked_mul<std::int64_t>(highest / 2, 2), highest - 1);
  EXPECT_FALSE(checked_mul<std::int64_t>(highest / 2 + 1, 2).has_value());
  EXPECT_FALSE(checked_mul<std::int64_t>(lowest, -1).has_value());
  EXPECT_FALSE(checked_add<std::uint8_t>(255, 1).has_value());
  EXPECT_EQ(checked_mul<std::uint8_t>(15, 17), 255);
}

}  // namespace
}  // namespace vostro
