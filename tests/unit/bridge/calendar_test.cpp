#include "bridge/calendar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace vostro::bridge {
namespace {

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Calendar made(std::string_view text, const CalendarRule& rule = {}) {
  auto calendar = make_calendar(text, rule);
  EXPECT_TRUE(calendar) << calendar.error();
  return calendar.value_or(Calendar{});
}

UnixSeconds at(std::string_view time) {
  return *parse_time(time);
}

std::string day_at(const Calendar& calendar, std::string_view time) {
  const auto day = calendar.business_day(at(time));
  return day ? to_text(day->date) : "none";
}

// Friday 20 to Tuesday 24 November 2026; the Monday is a holiday.
constexpr std::string_view kWeekend =
    "# comment\ncovers 2026-11-20 2026-11-24\n\n2026-11-23 Some Day  # why\n";

TEST(ACalendar, GoesOnAtTheCutOffAndOverClosedDays) {
  const Calendar calendar = made(kWeekend);
  EXPECT_EQ(calendar.days.size(), 2U);
  EXPECT_EQ(day_at(calendar, "2026-11-19T23:59:59Z"), "none");
  EXPECT_EQ(day_at(calendar, "2026-11-20T00:00:00Z"), "2026-11-20");
  EXPECT_EQ(day_at(calendar, "2026-11-20T17:59:59Z"), "2026-11-20");
  EXPECT_EQ(day_at(calendar, "2026-11-20T18:00:00Z"), "2026-11-24");
  EXPECT_EQ(day_at(calendar, "2026-11-23T12:00:00Z"), "2026-11-24");
  EXPECT_EQ(day_at(calendar, "2026-11-24T18:00:00Z"), "none");
  EXPECT_FALSE(calendar.day_over(at("2026-11-20T17:59:59Z")));
  EXPECT_EQ(to_text(calendar.day_over(at("2026-11-22T12:00:00Z"))->date), "2026-11-20");
}

TEST(ACalendar, KnowsTheClocksOfItsZone) {
  const std::string_view year = "covers 2026-03-27 2026-03-30\n";  // clocks go forward on the 29th
  const Calendar berlin = made(year, {"Europe/Berlin", 18 * 60});
  ASSERT_EQ(berlin.days.size(), 2U);
  EXPECT_EQ(to_text(berlin.days[0].cut_off), "2026-03-27T17:00:00Z");
  EXPECT_EQ(to_text(berlin.days[1].cut_off), "2026-03-30T16:00:00Z");
  EXPECT_EQ(to_text(berlin.days[1].begins), "2026-03-29T22:00:00Z");
  const Calendar singapore = made(year, {"Asia/Singapore", 17 * 60 + 30});
  EXPECT_EQ(to_text(singapore.days[0].cut_off), "2026-03-27T09:30:00Z");
  EXPECT_EQ(std::getenv("TZ"), nullptr) << "the process's own zone is what it was";
}

TEST(ACalendar, SaysWhatIsWrongWithItsFile) {
  const auto wrong = [](std::string_view text, const CalendarRule& rule = {}) {
    const auto calendar = make_calendar(text, rule);
    return calendar ? std::string("good") : calendar.error();
  };
  EXPECT_EQ(wrong(kWeekend), "good");
  EXPECT_EQ(wrong(""), "it does not say what it covers");
  EXPECT_EQ(wrong("2026-11-23 x\n"), "line 1: the date is outside of what the file covers");
  EXPECT_EQ(wrong("covers 2026-11-20 2026-11-19\n"), "line 1: write once: covers FIRST LAST");
  EXPECT_EQ(wrong("covers 2026-11-20 2036-12-19\n"), "line 1: it covers more than ten years");
  EXPECT_EQ(wrong("covers 2026-11-20 2026-11-24\n23.11.2026\n"),
            "line 2: write a date, and a name behind it");
  EXPECT_EQ(wrong("covers 2026-11-20 2026-11-24\n2026-11-24 b\n2026-11-23 a\n"),
            "line 3: dates must ascend");
  for (const char* zone : {"", "Europe/Nowhere", "../passwd", "/etc/passwd", "Europe"})
    EXPECT_NE(wrong(kWeekend, {zone, 0}).find("no zone"), std::string::npos) << zone;
}

TEST(ACutOff, IsATimeOfADay) {
  EXPECT_EQ(parse_minutes("00:00"), 0);
  EXPECT_EQ(parse_minutes("23:59"), 23 * 60 + 59);
  for (const char* bad : {"", "24:00", "12:60", "1:00", "12.00", "12:00 ", "+1:00"})
    EXPECT_FALSE(parse_minutes(bad)) << bad;
}

TEST(OurCalendars, CanBeRead) {
  for (const char* code : {"EUR", "USD", "SGD"}) {
    const Calendar calendar =
        made(text_of(std::string(VOSTRO_BRIDGE_CALENDARS) + "/" + code + ".txt"));
    EXPECT_EQ(to_text(calendar.first), "2026-01-01") << code;
    EXPECT_EQ(day_at(calendar, "2026-12-25T12:00:00Z"), "2026-12-28") << code;
  }
}

// Goal: the euro's days are those of its system. Method: against a list that is not ours.
TEST(OurCalendars, OfTheEuroAreThoseOfItsSystem) {
  const char* data = std::getenv("VOSTRO_TEST_DATA");
  const std::string file =
      std::string(data == nullptr ? "" : data) + "/calendars/target_closing_days.json";
  if (data == nullptr || !std::filesystem::exists(file)) GTEST_SKIP() << "no test data: " << file;
  const std::string list = text_of(file);
  const Calendar ours = made(text_of(std::string(VOSTRO_BRIDGE_CALENDARS) + "/EUR.txt"));
  std::size_t compared = 0;
  for (Date day = ours.first; day <= ours.last; day = Date(day.value + 1)) {
    const std::string written = to_text(day);
    if ((day.value + 3) % 7 >= 5 ||
        list.find("\"" + written.substr(0, 4) + "-") == std::string::npos)
      continue;
    const bool is_open = std::ranges::find(ours.days, day, &OpenDay::date) != ours.days.end();
    EXPECT_EQ(is_open, list.find("\"" + written + "\"") == std::string::npos) << written;
    ++compared;
  }
  EXPECT_GT(compared, 250U);
}

}  // namespace
}  // namespace vostro::bridge
