#include "iso20022/lexer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace vostro::iso20022 {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

int number(std::string_view two_digits) {
  return (two_digits[0] - '0') * 10 + (two_digits[1] - '0');
}

/// "15:16"
bool is_hour_and_minute(std::string_view text) {
  return text.size() == 5 && is_digits(text.substr(0, 2)) && text[2] == ':' &&
         is_digits(text.substr(3)) && number(text.substr(0, 2)) < 24 && number(text.substr(3)) < 60;
}

constexpr std::size_t kSecondsEnd = 19;  // "2026-11-23T15:16:39"

/// What stands behind the seconds' fraction: "", "Z" or "+01:00".
std::string_view zone_of(std::string_view text) {
  std::string_view rest = text.substr(kSecondsEnd);
  if (rest.starts_with('.'))
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  return rest;
}

}  // namespace

Result<Money, std::string> lex_money(std::string_view text, std::string_view currency) {
  const auto code = parse_currency(currency);
  const auto exponent = code ? iso4217_exponent(*code) : std::nullopt;
  if (!exponent)
    return fail(std::string(
        "the attribute Ccy names no currency of ISO 4217 with a minor unit, as in Ccy=\"EUR\""));
  const auto units = parse_amount(text, *exponent, Digits::up_to);
  if (units) return Money{*code, *units};
  const std::string name = to_text(*code);
  if (units.error() == MoneyError::not_a_number)
    return fail(std::string("write the amount with digits and one point, as in 1250.00"));
  if (units.error() == MoneyError::wrong_digits)
    return fail(*exponent == 0 ? name + " has no digits after the point"
                               : name + " has at most " + std::to_string(*exponent) +
                                     " digits after the point");
  return fail("the most that an amount can be is " + format_amount(money_max_default, *exponent) +
              " " + name);
}

std::string money_text(const Money& money) {
  return format_amount(money.units, iso4217_exponent(money.currency).value_or(0));
}

Result<Currency, std::string> lex_currency(std::string_view text) {
  if (const auto code = parse_currency(text)) return *code;
  return fail(std::string("write three capital letters, as in EUR"));
}

Result<Date, std::string> lex_date(std::string_view text) {
  if (const auto date = parse_date(text)) return *date;
  return fail(std::string("this is no date; write it as in 2026-11-23"));
}

Result<DateTime, std::string> lex_date_time(std::string_view text) {
  const auto refused =
      fail(std::string("this is no time; write it as in 2026-11-23T15:16:39Z or +01:00"));
  if (text.size() < kSecondsEnd || !parse_date(text.substr(0, 10)) || text[10] != 'T' ||
      !is_hour_and_minute(text.substr(11, 5)) || text[16] != ':' ||
      !is_digits(text.substr(17, 2)) || number(text.substr(17, 2)) > 59)
    return refused;
  const std::string_view zone = zone_of(text);
  const std::string_view fraction =
      text.substr(kSecondsEnd, text.size() - kSecondsEnd - zone.size());
  if (!fraction.empty() && (fraction.size() < 2 || fraction.size() > 10)) return refused;
  const bool is_offset =
      !zone.empty() && (zone[0] == '+' || zone[0] == '-') && is_hour_and_minute(zone.substr(1));
  if (!zone.empty() && zone != "Z" && !is_offset) return refused;
  return DateTime{std::string(text)};
}

std::optional<UnixSeconds> utc_of(const DateTime& time) {
  if (time.text.size() < kSecondsEnd) return std::nullopt;
  const std::string_view zone = zone_of(time.text);
  if (zone.empty()) return std::nullopt;
  auto seconds = parse_time(time.text.substr(0, kSecondsEnd) + "Z");
  if (!seconds || zone == "Z") return seconds;
  const int minutes = number(zone.substr(1, 2)) * 60 + number(zone.substr(4, 2));
  const std::uint64_t ahead = static_cast<std::uint64_t>(minutes) * 60;
  if (zone[0] == '-') return UnixSeconds(seconds->value + ahead);
  if (ahead > seconds->value) return std::nullopt;
  return UnixSeconds(seconds->value - ahead);
}

DateTime date_time_of(UnixSeconds time) {
  return DateTime{to_text(time)};
}

Result<Decimal, std::string> lex_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const bool has_part = point != std::string_view::npos;
  const std::string_view part = has_part ? text.substr(point + 1) : std::string_view();
  const bool is_number = is_digits(whole) && (whole.size() == 1 || whole[0] != '0') &&
                         (!has_part || is_digits(part)) && whole.size() + part.size() <= 18;
  if (is_number) return Decimal{std::string(text)};
  return fail(std::string("write the number with at most 18 digits and one point, as in 1250.00"));
}

Result<std::uint64_t, std::string> lex_count(std::string_view text) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (text.empty() || text.size() > 18 || error != std::errc{} || stop != end)
    return fail(std::string("a number has 1 to 18 digits here, and nothing else"));
  return count;
}

Result<std::string, std::string> lex_text(std::string_view text) {
  std::string line(text);
  // Banks break lines in free text; what else is no character of a text stays out.
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (!text.empty() && is_clean_text(line)) return std::string(text);
  return fail(std::string("a text has at least one character, and no control characters"));
}

std::optional<Wide> parse_sum(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view part = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (whole.empty() || whole.size() > 20 || (point != std::string_view::npos && part.empty()))
    return std::nullopt;
  while (part.size() > sum_digits && part.back() == '0') part.remove_suffix(1);
  if (part.size() > sum_digits) return std::nullopt;
  Wide sum = 0;
  for (const std::string_view digits : {whole, part}) {
    for (const char c : digits) {
      if (!is_digit(c)) return std::nullopt;
      sum = sum * 10 + (c - '0');
    }
  }
  for (std::size_t i = part.size(); i < sum_digits; ++i) sum *= 10;
  return sum;
}

std::string sum_text(Wide sum) {
  const bool is_negative = sum < 0;
  if (is_negative) sum = -sum;
  std::string digits;
  for (; sum > 0 || digits.size() <= sum_digits; sum /= 10)
    digits.push_back(static_cast<char>('0' + static_cast<int>(sum % 10)));
  if (is_negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  digits.insert(digits.size() - sum_digits, ".");
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

Wide sum_of(const Money& money) {
  Wide units = money.units.value;
  for (unsigned i = iso4217_exponent(money.currency).value_or(0); i < sum_digits; ++i) units *= 10;
  return units;
}

}  // namespace vostro::iso20022
