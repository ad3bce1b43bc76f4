// Goal: the creditor gets the exact amount and the debtor pays the least whole number of minor
// units that covers it; no unit appears or vanishes (T15). Method: edges by hand, properties
// against long division in decimal digits.
#include "chain/quote.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <string>

#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

constexpr std::int64_t kMax = money_max_default.value;
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();

struct PriceRow {
  std::int64_t amount;
  Rate rate;
  std::uint8_t debtor_exponent;
  std::uint8_t creditor_exponent;
  std::optional<std::int64_t> price;
};

TEST(Price, T15EdgesOfExponentsRatesAndRanges) {
  const PriceRow table[] = {
      // EUR 12.50 at 1.0842 USD: 13.5525 is rounded up.
      {1250, {10842, 4}, 2, 2, 1356},
      // An exact price is not rounded.
      {10000, {10842, 4}, 2, 2, 10842},
      {1, {1, 0}, 2, 2, 1},
      {1, {1, 12}, 2, 2, 1},
      // JPY 1 at 0.00201 KWD (3 digits): 2.01 fils, rounded up.
      {1, {201, 5}, 3, 0, 3},
      {100, {201, 5}, 3, 0, 201},
      // KWD 0.001 at 497.5 JPY (0 digits): 0.4975 yen, rounded up.
      {1, {4975, 1}, 0, 3, 1},
      {2, {4975, 1}, 0, 3, 1},
      {3, {4975, 1}, 0, 3, 2},
      {1000, {4975, 1}, 0, 3, 498},
      {2000, {4975, 1}, 0, 3, 995},
      // CLF has four digits.
      {1, {1, 0}, 4, 0, 10'000},
      {10'000, {1, 0}, 0, 4, 1},
      {10'001, {1, 0}, 0, 4, 2},
      // Range of the rate.
      {1, {0, 0}, 2, 2, std::nullopt},
      {1, {Rate::mantissa_max, 0}, 2, 2, 1'000'000'000'000},
      {1, {Rate::mantissa_max + 1, 0}, 2, 2, std::nullopt},
      {1, {std::numeric_limits<std::uint64_t>::max(), 0}, 2, 2, std::nullopt},
      {1, {1, 13}, 2, 2, std::nullopt},
      {1, {1, 255}, 2, 2, std::nullopt},
      // Range of the exponents.
      {1, {1, 0}, 5, 2, std::nullopt},
      {1, {1, 0}, 2, 5, std::nullopt},
      {1, {1, 0}, 255, 255, std::nullopt},
      // Range of amount and price.
      {0, {1, 0}, 2, 2, std::nullopt},
      {-1, {1, 0}, 2, 2, std::nullopt},
      {kInt64Min, {1, 0}, 2, 2, std::nullopt},
      {kMax, {1, 0}, 2, 2, kMax},
      {kMax + 1, {1, 1}, 2, 2, std::nullopt},
      {kInt64Max, {1, 12}, 0, 4, std::nullopt},
      {kMax, {1'000'001, 6}, 2, 2, std::nullopt},
      {kMax, {Rate::mantissa_max, 0}, 4, 0, std::nullopt},
      {kMax, {Rate::mantissa_max, 12}, 4, 4, kMax},
      {kMax, {1, 12}, 0, 4, 10},
      {100'001, {Rate::mantissa_max, 0}, 2, 2, std::nullopt},
      {100'000, {Rate::mantissa_max, 0}, 2, 2, kMax},
  };
  for (const auto& row : table) {
    const auto price =
        price_of(MinorUnits(row.amount), row.rate, row.debtor_exponent, row.creditor_exponent);
    const auto expected = row.price ? std::optional(MinorUnits(*row.price)) : std::nullopt;
    EXPECT_EQ(price, expected) << row.amount << " at " << row.rate.mantissa << "e-"
                               << unsigned{row.rate.scale};
  }
}

TEST(Price, LargestAmountWithinABudget) {
  struct Row {
    std::int64_t budget;
    Rate rate;
    std::uint8_t debtor_exponent;
    std::uint8_t creditor_exponent;
    std::optional<std::int64_t> amount;
  };
  const Row table[] = {
      {1356, {10842, 4}, 2, 2, 1250},
      {1, {10842, 4}, 2, 2, std::nullopt},
      {2, {10842, 4}, 2, 2, 1},
      {2, {201, 5}, 3, 0, std::nullopt},
      {3, {201, 5}, 3, 0, 1},
      {1, {4975, 1}, 0, 3, 2},
      {0, {1, 0}, 2, 2, std::nullopt},
      {-5, {1, 0}, 2, 2, std::nullopt},
      {kInt64Min, {1, 0}, 2, 2, std::nullopt},
      {1, {0, 0}, 2, 2, std::nullopt},
      {kMax, {1, 0}, 2, 2, kMax},
      {kMax, {1, 12}, 0, 4, kMax},      // what it could buy does not fit
      {kInt64Max, {1, 0}, 2, 2, kMax},  // no price is above money_max
      {kInt64Max, {2, 0}, 2, 2, kMax / 2},
      {kMax, {Rate::mantissa_max, 0}, 4, 0, 10},
  };
  for (const auto& row : table) {
    const auto amount = largest_amount_within(MinorUnits(row.budget), row.rate, row.debtor_exponent,
                                              row.creditor_exponent);
    const auto expected = row.amount ? std::optional(MinorUnits(*row.amount)) : std::nullopt;
    EXPECT_EQ(amount, expected) << row.budget << " at " << row.rate.mantissa;
  }
}

// Decimal text as the checker's arithmetic: slow, and nothing in common with the code under test.
std::string times(const std::string& a, const std::string& b) {
  std::vector<int> digits(a.size() + b.size(), 0);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      const int sum = (a[i] - '0') * (b[j] - '0') + digits[i + j + 1];
      digits[i + j + 1] = sum % 10;
      digits[i + j] += sum / 10;
    }
  }
  std::string text;
  for (const int digit : digits) text.push_back(static_cast<char>('0' + digit));
  const auto first = text.find_first_not_of('0');
  return first == std::string::npos ? "0" : text.substr(first);
}
bool is_below(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct Case {
  MinorUnits amount;
  Rate rate;
  std::uint8_t debtor_exponent;
  std::uint8_t creditor_exponent;
};
Case any_case() {
  // Magnitudes are drawn first, so that small, usual and extreme numbers all occur.
  const auto up_to_power = [](int power) {
    std::int64_t top = 1;
    const int digits = *rc::gen::inRange(0, power + 1);
    for (int i = 0; i < digits; ++i) top *= 10;
    return *rc::gen::inRange<std::int64_t>(1, top + 1);
  };
  Case c{};
  c.amount = MinorUnits(up_to_power(17));
  c.rate.mantissa = static_cast<std::uint64_t>(up_to_power(12));
  c.rate.scale = static_cast<std::uint8_t>(*rc::gen::inRange(0, 13));
  c.debtor_exponent = static_cast<std::uint8_t>(*rc::gen::inRange(0, 5));
  c.creditor_exponent = static_cast<std::uint8_t>(*rc::gen::inRange(0, 5));
  return c;
}
std::optional<MinorUnits> price_of(const Case& c) {
  return chain::price_of(c.amount, c.rate, c.debtor_exponent, c.creditor_exponent);
}

/// price * denominator >= amount * numerator, by decimal text.
bool covers(std::int64_t price, const Case& c) {
  const auto power = [](unsigned n) { return "1" + std::string(n, '0'); };
  const std::string due =
      times(times(std::to_string(c.amount.value), std::to_string(c.rate.mantissa)),
            power(c.debtor_exponent));
  const std::string paid =
      times(std::to_string(price), power(unsigned{c.rate.scale} + c.creditor_exponent));
  return !is_below(paid, due);
}

RC_GTEST_PROP(PriceProperty, IsTheLeastThatCoversTheAmount, ()) {
  const Case c = any_case();
  const auto price = price_of(c);
  if (!price) {
    RC_ASSERT(!covers(kMax, c));
    return;
  }
  RC_ASSERT(price->value >= 1 && *price <= money_max_default);
  RC_ASSERT(covers(price->value, c));
  RC_ASSERT(!covers(price->value - 1, c));
}

RC_GTEST_PROP(PriceProperty, GrowsWithTheAmount, ()) {
  Case c = any_case();
  const auto price = price_of(c);
  c.amount = MinorUnits(c.amount.value - *rc::gen::inRange<std::int64_t>(0, c.amount.value));
  const auto smaller = price_of(c);
  if (price) {
    RC_ASSERT(smaller.has_value());
    RC_ASSERT(*smaller <= *price);
  }
}

RC_GTEST_PROP(PriceProperty, LargestAmountIsItsInverse, ()) {
  Case c = any_case();
  const MinorUnits budget = c.amount;
  const auto largest =
      largest_amount_within(budget, c.rate, c.debtor_exponent, c.creditor_exponent);
  const auto is_within = [&](std::int64_t amount) {
    c.amount = MinorUnits(amount);
    const auto price = price_of(c);
    return price && *price <= budget;
  };
  if (largest) {
    RC_ASSERT(is_within(largest->value));
    RC_ASSERT(largest->value == kMax || !is_within(largest->value + 1));
  } else {
    RC_ASSERT(!is_within(1));
  }
}

RC_GTEST_PROP(PriceProperty, ASpentPriceBuysAtLeastTheAmount, ()) {
  const Case c = any_case();
  const auto price = price_of(c);
  RC_PRE(price.has_value());
  const auto largest =
      largest_amount_within(*price, c.rate, c.debtor_exponent, c.creditor_exponent);
  RC_ASSERT(largest.has_value());
  RC_ASSERT(*largest >= c.amount);
}

TEST(RateText, ReadsTheShortestScaleAndWritesItBack) {
  struct Row {
    std::string_view text;
    Rate rate;
    std::string_view again;
  };
  const Row table[] = {
      {"1.0842", {10842, 4}, "1.0842"},
      {"1.08420", {10842, 4}, "1.0842"},
      {"150", {150, 0}, "150"},
      {"150.000", {150, 0}, "150"},
      {"0.5", {5, 1}, "0.5"},
      {"0.000000000001", {1, 12}, "0.000000000001"},
      {"1000000000000", {Rate::mantissa_max, 0}, "1000000000000"},
      {"0.00000000000100000000000", {1, 12}, "0.000000000001"},
  };
  for (const auto& [text, rate, again] : table) {
    ASSERT_EQ(parse_rate(text), rate) << text;
    EXPECT_EQ(to_text(rate), again);
  }
  EXPECT_EQ(to_text(Rate{10840, 4}), "1.0840");
}

TEST(RateText, RefusesWhatIsNoRate) {
  for (const std::string_view text :
       {"", ".", "0", "0.0", "1.", ".5", "-1", "+1", "01", "00.5", "1e3", "1,5", " 1", "1 ",
        "1.0.0", "1000000000001", "0.0000000000001", "18446744073709551617", "1000000000.0001"})
    EXPECT_EQ(parse_rate(text), std::nullopt) << text;
}

TEST(Quote, T15IsRefusedWhereItsFormIsWrong) {
  const auto quote = [] { return test::a_quote().quote(); };
  EXPECT_TRUE(is_well_formed(quote()));
  EXPECT_TRUE(is_well_formed(test::a_quote().debtors({"NORDDEFF", "SUDBFRPP"}).quote()));
  const std::function<void(Quote&)> faults[] = {
      [](Quote& q) { q.id = {}; },
      [](Quote& q) { q.id = test::derived_id(1); },
      [](Quote& q) { q.provider.label = "UP"; },
      [](Quote& q) { q.provider.owner = {}; },
      [](Quote& q) { q.sells = q.buys; },
      [](Quote& q) {
        q.sells = Currency{{'e', 'u', 'r'}};
      },
      [](Quote& q) { q.buys = {}; },
      [](Quote& q) { q.rate.mantissa = 0; },
      [](Quote& q) { q.rate.mantissa = Rate::mantissa_max + 1; },
      [](Quote& q) { q.rate.scale = 13; },
      [](Quote& q) { q.limit = MinorUnits(0); },
      [](Quote& q) { q.limit = MinorUnits(-1); },
      [](Quote& q) { q.limit = MinorUnits(kMax + 1); },
      [](Quote& q) { q.expires_at = UnixSeconds(unix_seconds_max.value + 1); },
      [](Quote& q) {
        q.debtors = {test::bic("SUDBFRPP"), test::bic("NORDDEFF")};
      },
      [](Quote& q) {
        q.debtors = {test::bic("SUDBFRPP"), test::bic("SUDBFRPP")};
      },
      [](Quote& q) { q.debtors = {Bic{}}; },
      [](Quote& q) {
        q.debtors.clear();
        for (char c = 'A'; c <= 'Q'; ++c)
          q.debtors.push_back(test::bic("NORDDEFF" + std::string(3, c)));
      },
  };
  for (std::size_t i = 0; i < std::size(faults); ++i) {
    Quote q = quote();
    faults[i](q);
    EXPECT_FALSE(is_well_formed(q)) << "fault " << i;
  }
}

TEST(Quote, MessageNamesDomainNetworkAndContent) {
  const Quote quote = test::a_quote().quote();
  const Bytes message = quote_message(quote);
  ASSERT_EQ(message.size(), 16U + 32U + 32U);
  EXPECT_EQ(as_text(ByteView(message).first(16)), std::string_view("VOSTRO-QUOTE-1\0\0", 16));
  EXPECT_TRUE(std::ranges::equal(ByteView(message).subspan(16, 32), quote.network_id.bytes));
  EXPECT_TRUE(std::ranges::equal(ByteView(message).subspan(48), quote_hash(quote).bytes));
}

}  // namespace
}  // namespace vostro::chain
