#include "bridge/calendar.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <set>

#include "base/text.h"

namespace vostro::bridge {
namespace {

constexpr std::int32_t kDaysMax = 3'660;

/// 0 is a Monday. 1970-01-01 was a Thursday.
int weekday_of(Date date) {
  return (date.value + 3) % 7;
}

/// The process's time zone, for as long as this lives.
class ZoneInForce {
 public:
  explicit ZoneInForce(const std::string& zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
  }
  ~ZoneInForce() {
    if (before_)
      ::setenv("TZ", before_->c_str(), 1);
    else
      ::unsetenv("TZ");
    ::tzset();
  }
  ZoneInForce(const ZoneInForce&) = delete;
  ZoneInForce& operator=(const ZoneInForce&) = delete;

  /// That time of that day there; where clocks are put forward over it, the time after.
  [[nodiscard]] static UnixSeconds at(Date date, int minutes) {
    const std::string text = to_text(date);
    std::tm there{};
    there.tm_year = std::atoi(text.substr(0, 4).c_str()) - 1900;
    there.tm_mon = std::atoi(text.substr(5, 2).c_str()) - 1;
    there.tm_mday = std::atoi(text.substr(8, 2).c_str());
    there.tm_hour = minutes / 60;
    there.tm_min = minutes % 60;
    there.tm_isdst = -1;
    return UnixSeconds(static_cast<std::uint64_t>(std::mktime(&there)));
  }

 private:
  std::optional<std::string> before_;
};

/// A name of the database, and no path out of it: the C library takes any other word for UTC.
bool is_zone(const std::string& zone) {
  const bool is_plain = std::ranges::all_of(zone, [](char c) {
    return is_digit(c) || is_upper(c) || is_lower(c) || c == '/' || c == '_' || c == '-' ||
           c == '+';
  });
  std::error_code none;
  return is_plain && !zone.empty() && zone.front() != '/' &&
         std::filesystem::is_regular_file("/usr/share/zoneinfo/" + zone, none);
}

struct Holidays {
  std::optional<std::pair<Date, Date>> covers;
  std::set<Date> dates;
};

/// One line without its comment; empty: it is good.
std::string take_line(Holidays& into, std::string_view line) {
  if (line.starts_with("covers ")) {
    const auto first = parse_date(line.substr(7, 10));
    const auto last =
        line.size() == 28 && line[17] == ' ' ? parse_date(line.substr(18)) : std::nullopt;
    if (!first || !last || into.covers || *last < *first) return "write once: covers FIRST LAST";
    if (last->value - first->value > kDaysMax) return "it covers more than ten years";
    into.covers = {*first, *last};
    return {};
  }
  const auto date = parse_date(line.substr(0, 10));
  if (!date || (line.size() > 10 && line[10] != ' ')) return "write a date, and a name behind it";
  if (!into.covers || *date < into.covers->first || *date > into.covers->second)
    return "the date is outside of what the file covers";
  if (!into.dates.empty() && *date <= *into.dates.rbegin()) return "dates must ascend";
  into.dates.insert(*date);
  return {};
}

}  // namespace

std::optional<OpenDay> Calendar::business_day(UnixSeconds now) const {
  const auto found = std::ranges::upper_bound(days, now, {}, &OpenDay::cut_off);
  // Before the first day nobody knows what was closed.
  if (found == days.end() || (found == days.begin() && now < found->begins)) return std::nullopt;
  return *found;
}

std::optional<OpenDay> Calendar::day_over(UnixSeconds now) const {
  const auto found = std::ranges::upper_bound(days, now, {}, &OpenDay::cut_off);
  if (found == days.begin()) return std::nullopt;
  return *std::prev(found);
}

std::optional<int> parse_minutes(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U})
    if (!is_digit(text[i])) return std::nullopt;
  const int hours = (text[0] - '0') * 10 + text[1] - '0';
  const int minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (hours > 23 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

Result<Calendar, std::string> make_calendar(std::string_view text, const CalendarRule& rule) {
  if (!is_zone(rule.zone))
    return fail("\"" + rule.zone + "\" is no zone of the system's database (tzdata)");
  Holidays holidays;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (const std::string wrong = take_line(holidays, line); !wrong.empty())
      return fail("line " + std::to_string(number) + ": " + wrong);
  }
  if (!holidays.covers) return fail(std::string("it does not say what it covers"));
  Calendar calendar;
  calendar.first = holidays.covers->first;
  calendar.last = holidays.covers->second;
  const ZoneInForce zone(rule.zone);
  for (Date day = calendar.first; day <= calendar.last; day = Date(day.value + 1))
    if (weekday_of(day) < 5 && !holidays.dates.contains(day))
      calendar.days.push_back(
          {day, ZoneInForce::at(day, 0), ZoneInForce::at(day, rule.cut_off_minutes)});
  return calendar;
}

}  // namespace vostro::bridge
