/// Currencies and money in whole minor units. Never a float. Pure; any thread; no locale.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"

namespace vostro {

/// ISO 4217 alphabetic code. What is listed on a ledger is the ledger's affair; this is only the
/// code.
struct Currency {
  std::array<char, 3> code{};

  auto operator<=>(const Currency&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code);
  }
};
[[nodiscard]] std::string to_text(const Currency& currency);
/// Three upper-case letters, listed in ISO 4217 or not.
[[nodiscard]] std::optional<Currency> parse_currency(std::string_view text);
[[nodiscard]] bool is_valid(const Currency& currency);

/// Digits after the point of the currency's minor unit (EUR 2, JPY 0, BHD 3), for current codes of
/// ISO 4217 list one that have one, and for the codes that left it since 2024. Empty for others,
/// gold and test codes among them.
[[nodiscard]] std::optional<std::uint8_t> iso4217_exponent(const Currency& currency);
inline constexpr std::uint8_t exponent_max =
    4;  ///< CLF and UYW have four digits, no currency has more.

/// A whole number of a currency's minor units.
using MinorUnits = Strong<struct MinorUnitsTag, std::int64_t>;

/// Most that one amount or balance may be, in minor units, unless the network says less. Blueprint
/// 3, "Governance".
inline constexpr MinorUnits money_max_default{100'000'000'000'000'000};

struct Money {
  Currency currency;
  MinorUnits units;

  auto operator<=>(const Money&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency, units);
  }
};

/// Why money text was refused, in order of precedence.
enum class MoneyError : std::uint8_t {
  not_a_number,  ///< Not `^(0|[1-9][0-9]*)(\.[0-9]+)?$`: signs, spaces, exponents, leading zeros,
                 ///< commas.
  wrong_digits,  ///< More digits after the point than the currency has ("10.5 JPY", "1.001 EUR").
  too_large,     ///< Does not fit money_max_default.
};
[[nodiscard]] std::string_view to_string(MoneyError error);

enum class Digits : std::uint8_t {
  exact,  ///< JSON and files of ours: exactly the currency's digits ("1250.00").
  up_to,  ///< A person's typing and ISO 20022: fewer will do ("1250", "1250.5").
};
/// Text to minor units. "12.50" with exponent 2 is 1250.
[[nodiscard]] Result<MinorUnits, MoneyError> parse_amount(std::string_view text,
                                                          std::uint8_t exponent, Digits digits);
/// Minor units to text with exactly `exponent` digits; a minus sign where negative.
[[nodiscard]] std::string format_amount(MinorUnits units, std::uint8_t exponent);

}  // namespace vostro
