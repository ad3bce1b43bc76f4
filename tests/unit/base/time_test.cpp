// Goal: dates and times are the Gregorian calendar's, day by day, and their text is read in one
// form only. Method: a walk over every day up to the year 9999 with a calendar of the test's own,
// and tables.
#include "base/time.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "base/random.h"

namespace vostro {
namespace {

std::string padded(int value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(width - text.size(), '0') + text;
}

TEST(Date, AgreesWithAWalkOverEveryDayUntil9999) {
  constexpr std::array<int, 12> usual{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int32_t days = 0;
  for (int year = 1970; year <= 9999; ++year) {
    const bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    for (int month = 1; month <= 12; ++month) {
      const Date first(days);
      const int length = usual[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
      const std::string prefix = padded(year, 4) + "-" + padded(month, 2) + "-";
      for (int day = 1; day <= length; ++day, ++days) {
        const std::string text = prefix + padded(day, 2);
        ASSERT_EQ(parse_date(text), Date(days)) << text;
        ASSERT_EQ(to_text(Date(days)), text);
        ASSERT_EQ(month_of(Date(days)), first) << text;
      }
      ASSERT_FALSE(parse_date(prefix + padded(length + 1, 2)).has_value()) << prefix << length + 1;
    }
  }
  EXPECT_EQ(days, 2'932'897);
}

TEST(Date, KnowsAFewDaysByNumber) {
  EXPECT_EQ(parse_date("1970-01-01"), Date(0));
  EXPECT_EQ(parse_date("2000-02-29"), Date(11'016));
  EXPECT_EQ(parse_date("2026-11-23"), Date(20'780));
}

TEST(Date, IsReadInOneFormOnly) {
  for (const std::string_view text :
       {"",           "2026",        "2026-11",     "2026-1-01",   "2026-11-1",
        "26-11-23",   "02026-11-23", "2026-11-23 ", " 2026-11-23", "2026/11/23",
        "2026-11/23", "20261123",    "2026-00-10",  "2026-13-10",  "2026-11-00",
        "2026-11-31", "2026-02-29",  "2100-02-29",  "1969-12-31",  "0000-01-01",
        "2026-1a-01", "-026-11-23",  "2026-+1-01",  "2026-11-23Z"})
    EXPECT_FALSE(parse_date(text).has_value()) << text;
  EXPECT_FALSE(parse_date(std::string_view("2026-11-2\0", 10)).has_value());
}

TEST(Date, IsWrittenBeyondWhatIsRead) {
  EXPECT_EQ(to_text(Date(-1)), "1969-12-31");
  EXPECT_EQ(to_text(Date(2'932'897)), "10000-01-01");
  EXPECT_EQ(to_text(Date(-719'529)), "-0001-12-31");
  EXPECT_EQ(to_text(month_of(Date(-1))), "1969-12-01");
  EXPECT_EQ(to_text(Date(std::numeric_limits<std::int32_t>::max())), "5881580-07-11");
}

TEST(Time, IsWrittenInUtc) {
  EXPECT_EQ(to_text(UnixSeconds(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_text(UnixSeconds(1'795'446'999)), "2026-11-23T15:16:39Z");
  EXPECT_EQ(to_text(UnixSeconds(86'399)), "1970-01-01T23:59:59Z");
  EXPECT_EQ(to_text(UnixMillis(1'795'446'999'123)), "2026-11-23T15:16:39.123Z");
  EXPECT_EQ(to_text(UnixMillis(7)), "1970-01-01T00:00:00.007Z");
}

TEST(Time, IsReadBack) {
  constexpr std::uint64_t seed = 86'400;
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr std::uint64_t end = 253'402'300'800;  // 10000-01-01
  Random random(seed);
  for (int i = 0; i < 100'000; ++i) {
    const UnixSeconds time(random.uniform(end));
    ASSERT_EQ(parse_time(to_text(time)), time) << time.value;
    const std::string millis = to_text(to_millis(time));
    ASSERT_EQ(millis, to_text(time).substr(0, 19) + ".000Z");
  }
  EXPECT_EQ(parse_time("9999-12-31T23:59:59Z"), UnixSeconds(end - 1));
}

TEST(Time, IsReadInOneFormOnly) {
  ASSERT_TRUE(parse_time("2026-11-23T15:16:39Z").has_value());
  for (const std::string_view text :
       {"", "2026-11-23", "2026-11-23T15:16:39", "2026-11-23T15:16Z", "2026-11-23 15:16:39Z",
        "2026-11-23t15:16:39Z", "2026-11-23T15:16:39z", "2026-11-23T15:16:39.5Z",
        "2026-11-23T15:16:39+00:00", "2026-11-23T24:00:00Z", "2026-11-23T15:60:00Z",
        "2026-12-31T23:59:60Z", "2026-11-31T15:16:39Z", "1969-12-31T23:59:59Z",
        "2026-11-23T-5:16:39Z", "2026-11-23T15:16:3 Z", "2026-11-23T15.16:39Z",
        "2026-11-23T15:16.39Z", " 2026-11-23T15:16:39"})
    EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(Time, IsWrittenWhateverItsSize) {
  EXPECT_EQ(to_text(UnixSeconds(253'402'300'800)), "10000-01-01T00:00:00Z");
  EXPECT_EQ(to_text(UnixSeconds(std::numeric_limits<std::uint64_t>::max())),
            "584554051223-11-09T07:00:15Z");
}

TEST(Time, GivesBackWhatItTakesAndRefusesTheRestOfRandomBytes) {
  constexpr std::uint64_t seed = 8601;
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text = "2026-11-23T15:16:39Z";
    if (random.happens(1, 2)) text.resize(10);
    for (std::uint64_t changes = random.uniform(3); changes > 0; --changes) {
      const bool digit = random.happens(3, 4);
      text[random.uniform(text.size())] =
          static_cast<char>(digit ? '0' + random.uniform(10) : random.uniform(256));
    }
    if (random.happens(1, 20)) text.resize(random.uniform(30));
    const auto date = parse_date(text);
    const auto time = parse_time(text);
    ASSERT_FALSE(date && time) << text;
    if (date) {
      ASSERT_EQ(to_text(*date), text);
    }
    if (time) {
      ASSERT_EQ(to_text(*time), text);
    }
    ++(date || time ? taken : refused);
  }
  EXPECT_GT(taken, 1000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace vostro
