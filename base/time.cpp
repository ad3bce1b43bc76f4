#include "base/time.h"

#include "base/text.h"

namespace vostro {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kYearMin = 1970;

struct Civil {
  std::int64_t year = kYearMin;
  unsigned month = 1;  ///< 1 to 12
  unsigned day = 1;    ///< 1 to 31
};

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that the
// leap day is a year's last, and repeat in eras of 400 years or 146 097 days. 719 468 days lie
// between 0000-03-01 and 1970-01-01.
constexpr std::int64_t kEraDays = 146'097;
constexpr std::int64_t kEpochShift = 719'468;

constexpr std::int64_t days_from(const Civil& civil) {
  const std::int64_t year = civil.month <= 2 ? civil.year - 1 : civil.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (static_cast<std::int64_t>(civil.month) + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kEraDays + day_of_era - kEpochShift;
}

constexpr Civil civil_from(std::int64_t days) {
  const std::int64_t shifted = days + kEpochShift;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - (kEraDays - 1)) / kEraDays;
  const std::int64_t day_of_era = shifted - era * kEraDays;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Civil civil;
  civil.day = static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  civil.month =
      static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  return civil;
}
static_assert(days_from({1970, 1, 1}) == 0);
static_assert(days_from({2000, 3, 1}) == 11'017);

constexpr bool is_leap(std::int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr unsigned days_in(std::int64_t year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// `value` with zeros in front, `width` digits at least.
void append_number(std::string& text, std::uint64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

void append_date(std::string& text, std::int64_t days) {
  const Civil civil = civil_from(days);
  if (civil.year < 0) text.push_back('-');
  append_number(text, static_cast<std::uint64_t>(civil.year < 0 ? -civil.year : civil.year), 4);
  text.push_back('-');
  append_number(text, civil.month, 2);
  text.push_back('-');
  append_number(text, civil.day, 2);
}

/// Date and time of day without fraction and Z.
std::string to_seconds_text(std::uint64_t seconds) {
  constexpr auto per_day = static_cast<std::uint64_t>(kSecondsPerDay);
  const std::uint64_t of_day = seconds % per_day;
  std::string text;
  append_date(text, static_cast<std::int64_t>(seconds / per_day));
  text.push_back('T');
  append_number(text, of_day / 3600, 2);
  text.push_back(':');
  append_number(text, of_day / 60 % 60, 2);
  text.push_back(':');
  append_number(text, of_day % 60, 2);
  return text;
}

/// All of `text` as a number of digits only; the caller has fixed its size.
std::optional<unsigned> number_of(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number_of(text.substr(0, 4));
  const auto month = number_of(text.substr(5, 2));
  const auto day = number_of(text.substr(8, 2));
  if (!year || !month || !day || *year < kYearMin || *month < 1 || *month > 12) return std::nullopt;
  if (*day < 1 || *day > days_in(*year, *month)) return std::nullopt;
  return Date(static_cast<std::int32_t>(days_from({*year, *month, *day})));
}

std::string to_text(Date date) {
  std::string text;
  append_date(text, date.value);
  return text;
}

Date month_of(Date date) {
  Civil civil = civil_from(date.value);
  civil.day = 1;
  return Date(static_cast<std::int32_t>(days_from(civil)));
}

std::string to_text(UnixSeconds time) {
  return to_seconds_text(time.value) + "Z";
}

std::string to_text(UnixMillis time) {
  std::string text = to_seconds_text(time.value / 1000) + ".";
  append_number(text, time.value % 1000, 3);
  return text + "Z";
}

std::optional<UnixSeconds> parse_time(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
    return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto hour = number_of(text.substr(11, 2));
  const auto minute = number_of(text.substr(14, 2));
  const auto second = number_of(text.substr(17, 2));
  if (!date || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::int64_t of_day = std::int64_t{*hour} * 3600 + *minute * 60 + *second;
  return UnixSeconds(static_cast<std::uint64_t>(date->value * kSecondsPerDay + of_day));
}

}  // namespace vostro
