#include "base/money.h"

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"

namespace vostro {
namespace {

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Appends one decimal digit. Empty above the cap, so that a long text ends early and nothing can
/// overflow.
std::optional<std::int64_t> with_digit(std::int64_t units, char digit) {
  const auto shifted = checked_mul<std::int64_t>(units, 10);
  if (!shifted) return std::nullopt;
  const auto sum = checked_add<std::int64_t>(*shifted, digit - '0');
  if (!sum || *sum > money_max_default.value) return std::nullopt;
  return sum;
}

}  // namespace

std::string_view to_string(MoneyError error) {
  switch (error) {
    case MoneyError::not_a_number:
      return "the amount is not a plain decimal number";
    case MoneyError::wrong_digits:
      return "the digits after the point are not those of the currency";
    case MoneyError::too_large:
      return "the amount is too large";
  }
  return "unknown";
}

Result<MinorUnits, MoneyError> parse_amount(std::string_view text, std::uint8_t exponent,
                                            Digits digits) {
  const std::size_t point = text.find('.');
  const bool has_point = point != std::string_view::npos;
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = has_point ? text.substr(point + 1) : std::string_view();
  if (!are_digits(whole) || (whole.size() > 1 && whole.front() == '0'))
    return fail(MoneyError::not_a_number);
  if (has_point && !are_digits(fraction)) return fail(MoneyError::not_a_number);
  if (fraction.size() > exponent || (digits == Digits::exact && fraction.size() != exponent))
    return fail(MoneyError::wrong_digits);

  std::optional<std::int64_t> units = 0;
  for (std::size_t i = 0; units && i < whole.size(); ++i) units = with_digit(*units, whole[i]);
  for (std::size_t i = 0; units && i < exponent; ++i)
    units = with_digit(*units, i < fraction.size() ? fraction[i] : '0');
  if (!units) return fail(MoneyError::too_large);
  return MinorUnits(*units);
}

std::string format_amount(MinorUnits units, std::uint8_t exponent) {
  const bool negative = units.value < 0;
  // The smallest number has no positive counterpart of its own type, but one among the unsigned.
  const auto bits = static_cast<std::uint64_t>(units.value);
  std::string text = std::to_string(negative ? 0 - bits : bits);
  if (text.size() <= exponent) text.insert(0, exponent + 1 - text.size(), '0');
  if (exponent > 0) text.insert(text.size() - exponent, 1, '.');
  if (negative) text.insert(0, 1, '-');
  return text;
}

}  // namespace vostro
