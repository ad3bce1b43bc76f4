/// Civil dates and UTC text of times. No time zone, no locale, and no clock: now is handed in by
/// the caller.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong.h"

namespace vostro {

/// A date of the proleptic Gregorian calendar, as days since 1970-01-01. Business dates are of this
/// type.
using Date = Strong<struct DateTag, std::int32_t>;

/// "2026-11-23", of the years 1970 to 9999; empty when it is no such date.
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);
[[nodiscard]] std::string to_text(Date date);
/// The first day of the date's month: the key of a monthly period.
[[nodiscard]] Date month_of(Date date);

/// "2026-11-23T15:16:39Z"
[[nodiscard]] std::string to_text(UnixSeconds time);
/// "2026-11-23T15:16:39.123Z"
[[nodiscard]] std::string to_text(UnixMillis time);
/// Exactly the form "YYYY-MM-DDThh:mm:ssZ"; empty otherwise, and for leap seconds.
[[nodiscard]] std::optional<UnixSeconds> parse_time(std::string_view text);

}  // namespace vostro
