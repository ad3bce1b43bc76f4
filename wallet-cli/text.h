/// What people type, and how things are written for them. Pure; any thread; no locale.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "base/strong.h"
#include "chain/account.h"

namespace vostro::wallet {

/// "1250.00 EUR", "1250 EUR", "10 JPY". The error is a sentence that names the currency's limit:
/// "10.5 JPY: JPY has no digits after the point".
[[nodiscard]] Result<Money, std::string> parse_money(std::string_view text);
/// An amount whose currency is known from elsewhere.
[[nodiscard]] Result<MinorUnits, std::string> parse_units(std::string_view amount,
                                                          const Currency& currency);
[[nodiscard]] std::string to_text(const Money& money);  ///< "1250.00 EUR"

/// "90s", "15m", "1h", "7d": whole seconds; empty for 0, for other text and beyond ten years.
[[nodiscard]] std::optional<std::uint64_t> parse_duration_s(std::string_view text);
/// "2026-11-23T15:16:39Z", or "+1h" from `now`. The error is a sentence.
[[nodiscard]] Result<UnixSeconds, std::string> parse_when(std::string_view text, UnixSeconds now);

/// The error is a sentence.
[[nodiscard]] Result<chain::AccountId, std::string> parse_account_name(std::string_view text);

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate that `text` was probably meant to be; empty where none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view text,
                                                 const std::vector<std::string>& candidates);
/// "; did you mean NORDDEFF/main?", or nothing.
[[nodiscard]] std::string suggestion(std::string_view text,
                                     const std::vector<std::string>& candidates);

/// Columns of equal width, two spaces apart; no spaces at the end of a line.
[[nodiscard]] std::string columns(const std::vector<std::vector<std::string>>& rows);
/// "label     value" lines for one object.
[[nodiscard]] std::string labelled(const std::vector<std::pair<std::string, std::string>>& fields);

[[nodiscard]] std::vector<std::string> split_list(std::string_view text, char at);

}  // namespace vostro::wallet
