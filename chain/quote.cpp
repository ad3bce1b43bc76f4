#include "chain/quote.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "base/codec.h"
#include "base/text.h"

namespace vostro::chain {
namespace {

__extension__ typedef unsigned __int128 Wide;  // -Wpedantic knows the type by no other name

constexpr std::size_t kQuoteDomainSize = 16;

constexpr Wide power_of_ten(unsigned exponent) {
  Wide result = 1;
  for (unsigned i = 0; i < exponent; ++i) result *= 10;
  return result;
}

constexpr auto kAmountMax = static_cast<Wide>(money_max_default.value);

// No product below can overflow: the largest factors are allowed together.
constexpr Wide kWideMax = ~Wide{0};
static_assert(kAmountMax <= kWideMax / Rate::mantissa_max / power_of_ten(exponent_max));
static_assert(kAmountMax <=
              kWideMax / power_of_ten(Rate::scale_max) / power_of_ten(exponent_max) / 2);

/// price = ceil(amount * numerator / denominator)
struct Ratio {
  Wide numerator;
  Wide denominator;
};

std::optional<Ratio> ratio_of(const Rate& rate, std::uint8_t debtor_exponent,
                              std::uint8_t creditor_exponent) {
  if (!is_valid(rate) || debtor_exponent > exponent_max || creditor_exponent > exponent_max)
    return std::nullopt;
  return Ratio{rate.mantissa * power_of_ten(debtor_exponent),
               power_of_ten(rate.scale) * power_of_ten(creditor_exponent)};
}

std::optional<MinorUnits> amount_from(Wide units) {
  if (units < 1 || units > kAmountMax) return std::nullopt;
  return MinorUnits(static_cast<std::int64_t>(units));
}

}  // namespace

std::string to_text(const Rate& rate) {
  std::string digits = std::to_string(rate.mantissa);
  if (rate.scale == 0) return digits;
  if (digits.size() <= rate.scale) digits.insert(0, rate.scale + 1U - digits.size(), '0');
  digits.insert(digits.size() - rate.scale, 1, '.');
  return digits;
}

std::optional<Rate> parse_rate(std::string_view text) {
  const auto point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
  }
  const auto all_digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), is_digit);
  };
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction)) return std::nullopt;
  if (whole.size() > 1 && whole[0] == '0') return std::nullopt;
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  if (fraction.size() > Rate::scale_max) return std::nullopt;

  std::string digits(whole);
  digits += fraction;
  Rate rate{.scale = static_cast<std::uint8_t>(fraction.size())};
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, rate.mantissa).ec != std::errc{}) return std::nullopt;
  if (!is_valid(rate)) return std::nullopt;
  return rate;
}

Hash quote_hash(const Quote& quote) {
  return hash("quote", encode(quote));
}

Bytes quote_message(const Quote& quote) {
  Bytes message;
  message.reserve(kQuoteDomainSize + 2 * Hash::size);
  append(message, as_bytes("VOSTRO-QUOTE-1"));
  message.resize(kQuoteDomainSize);
  append(message, quote.network_id.view());
  append(message, quote_hash(quote).view());
  return message;
}

bool is_well_formed(const Quote& quote) {
  if (version_of(quote.id) != 4 || !is_valid(quote.provider)) return false;
  if (!is_valid(quote.sells) || !is_valid(quote.buys) || quote.sells == quote.buys) return false;
  if (!is_valid(quote.rate)) return false;
  if (quote.limit.value < 1 || quote.limit > money_max_default) return false;
  if (quote.expires_at > unix_seconds_max) return false;
  if (quote.debtors.size() > Quote::debtors_max) return false;
  if (std::adjacent_find(quote.debtors.begin(), quote.debtors.end(), std::greater_equal<>()) !=
      quote.debtors.end())
    return false;
  return std::all_of(quote.debtors.begin(), quote.debtors.end(),
                     [](const Bic& bic) { return is_valid(bic); });
}

std::optional<MinorUnits> price_of(MinorUnits amount, const Rate& rate,
                                   std::uint8_t debtor_exponent, std::uint8_t creditor_exponent) {
  const auto ratio = ratio_of(rate, debtor_exponent, creditor_exponent);
  if (!ratio || amount.value < 1 || amount > money_max_default) return std::nullopt;
  const Wide product = static_cast<Wide>(amount.value) * ratio->numerator;
  const Wide rounded_up =
      product / ratio->denominator + (product % ratio->denominator != 0 ? 1 : 0);
  return amount_from(rounded_up);
}

std::optional<MinorUnits> largest_amount_within(MinorUnits budget, const Rate& rate,
                                                std::uint8_t debtor_exponent,
                                                std::uint8_t creditor_exponent) {
  const auto ratio = ratio_of(rate, debtor_exponent, creditor_exponent);
  if (!ratio || budget.value < 1) return std::nullopt;
  // No price is above money_max, so a budget above it buys no more than money_max does. For whole
  // numbers, ceil(amount * n / d) <= b holds exactly where amount * n <= b * d.
  const Wide within = std::min(static_cast<Wide>(budget.value), kAmountMax);
  return amount_from(std::min(within * ratio->denominator / ratio->numerator, kAmountMax));
}

}  // namespace vostro::chain
