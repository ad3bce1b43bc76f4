/// Texts of ISO 20022 as values: the one place where amounts, dates, times, codes and counts of
/// messages are read, strictly. White space around a value is an error here; who wants it otherwise
/// takes it off before. Pure; any thread. Source: threat model 2.7 (XML Schema passes "+1.00",
/// "01.00", " 1.00 ", JPY 100.5, currency XQX).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/identifiers.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"

namespace vostro::iso20022 {

/// ISODateTime as it stands: whether it has a zone is part of it. Made by lex_date_time only.
struct DateTime {
  std::string text;

  bool operator==(const DateTime&) const = default;
};
/// Seconds since 1970, fractions cut; empty where the text names no zone, and before 1970.
[[nodiscard]] std::optional<UnixSeconds> utc_of(const DateTime& time);
[[nodiscard]] DateTime date_time_of(UnixSeconds time);

/// A number that is no money (a rate, a sum over currencies), as it stands.
struct Decimal {
  std::string text;

  bool operator==(const Decimal&) const = default;
};

// Each answers what is wrong, as a person corrects it.
/// `currency` must be of ISO 4217 with a minor unit; fewer digits than it has will do; 0 and above.
[[nodiscard]] Result<Money, std::string> lex_money(std::string_view text,
                                                   std::string_view currency);
/// The amount as it is written in messages: all digits of the currency.
[[nodiscard]] std::string money_text(const Money& money);
[[nodiscard]] Result<Currency, std::string> lex_currency(std::string_view text);
[[nodiscard]] Result<Date, std::string> lex_date(std::string_view text);
/// "2026-11-23T15:16:39", at most nine digits of a second, with or without Z or an offset.
[[nodiscard]] Result<DateTime, std::string> lex_date_time(std::string_view text);
/// 1 to 18 digits with one point; at most 17 after it; no sign, no leading zero.
[[nodiscard]] Result<Decimal, std::string> lex_decimal(std::string_view text);
/// 1 to 18 digits.
[[nodiscard]] Result<std::uint64_t, std::string> lex_count(std::string_view text);
/// Clean text (base/text.h) of at least one character, in one or more lines.
[[nodiscard]] Result<std::string, std::string> lex_text(std::string_view text);

__extension__ typedef __int128 Wide;  // -Wpedantic knows the type by no other name

/// Digits after the point in which sums over currencies are compared: no currency has more.
inline constexpr unsigned sum_digits = exponent_max;
/// 18 digits of ISO 20022, with up to 17 of them after the point, in units of 10^-sum_digits; empty
/// where digits beyond those are no zeros.
[[nodiscard]] std::optional<Wide> parse_sum(std::string_view text);
[[nodiscard]] std::string sum_text(Wide sum);
/// An amount in the same units.
[[nodiscard]] Wide sum_of(const Money& money);

}  // namespace vostro::iso20022
