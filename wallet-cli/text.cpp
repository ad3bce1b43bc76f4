#include "wallet-cli/text.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/time.h"

namespace vostro::wallet {
namespace {

std::string digits_rule(const Currency& currency, std::uint8_t exponent) {
  const std::string code = vostro::to_text(currency);
  if (exponent == 0) return code + " has no digits after the point";
  return code + " has at most " + std::to_string(exponent) + " digits after the point";
}

std::size_t width_of(std::string_view text) {
  // Bytes that continue a UTF-8 character take no column.
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

Result<MinorUnits, std::string> parse_units(std::string_view amount, const Currency& currency) {
  const std::string shown = std::string(amount) + " " + vostro::to_text(currency);
  const auto exponent = iso4217_exponent(currency);
  if (!exponent)
    return fail(shown + ": " + vostro::to_text(currency) +
                " is no currency of ISO 4217 with a minor unit");
  const auto units = parse_amount(amount, *exponent, Digits::up_to);
  if (!units) {
    switch (units.error()) {
      case MoneyError::not_a_number:
        return fail(shown + ": write the amount with digits and one point, as in 1250.00");
      case MoneyError::wrong_digits:
        return fail(shown + ": " + digits_rule(currency, *exponent));
      case MoneyError::too_large:
        return fail(shown + ": the most that an amount can be is " +
                    format_amount(money_max_default, *exponent));
    }
    VOSTRO_CHECK(false);
  }
  if (units->value <= 0) return fail(shown + ": the amount must be above 0");
  return *units;
}

Result<Money, std::string> parse_money(std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto currency =
      space == std::string_view::npos ? std::nullopt : parse_currency(text.substr(space + 1));
  if (!currency)
    return fail("\"" + std::string(text) +
                "\": write the amount, a space and the currency, as in \"1250.00 EUR\"");
  const auto units = parse_units(text.substr(0, space), *currency);
  if (!units) return fail(units.error());
  return Money{*currency, *units};
}

std::string to_text(const Money& money) {
  const auto exponent = iso4217_exponent(money.currency);
  const std::string code = vostro::to_text(money.currency);
  if (!exponent) return std::to_string(money.units.value) + " minor units of " + code;
  return format_amount(money.units, *exponent) + " " + code;
}

std::optional<std::uint64_t> parse_duration_s(std::string_view text) {
  constexpr std::uint64_t ten_years_s = 10ULL * 366 * 24 * 3600;
  if (text.size() < 2) return std::nullopt;
  std::uint64_t unit = 0;
  switch (text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = std::uint64_t{24} * 3600;
      break;
    default:
      return std::nullopt;
  }
  std::uint64_t count = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stopped != end || count == 0 || count > ten_years_s / unit)
    return std::nullopt;
  return count * unit;
}

Result<UnixSeconds, std::string> parse_when(std::string_view text, UnixSeconds now) {
  const std::string rule = "\"" + std::string(text) +
                           "\" is no time: write UTC as in 2026-11-23T15:16:39Z, or a duration "
                           "from now as in +90s, +15m, +1h, +7d";
  if (text.starts_with('+')) {
    const auto seconds = parse_duration_s(text.substr(1));
    if (!seconds) return fail(rule);
    return UnixSeconds(now.value + *seconds);
  }
  const auto time = parse_time(text);
  if (!time) return fail(rule);
  if (*time <= now)
    return fail("\"" + std::string(text) + "\" is not in the future; it is now " +
                vostro::to_text(now));
  return *time;
}

Result<chain::AccountId, std::string> parse_account_name(std::string_view text) {
  auto account = chain::parse_account(text);
  if (account) return *std::move(account);
  return fail("\"" + std::string(text) +
              "\" is no account name: write the owner's BIC, a slash and a label of a-z, 0-9 "
              "and -, as in NORDDEFF/main (" +
              std::string(to_string(account.error())) + ")");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows of the table are enough.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({replaced, last[j] + 1, now[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

std::optional<std::string> nearest(std::string_view text,
                                   const std::vector<std::string>& candidates) {
  // Of three letters two others make anything of anything.
  const std::size_t most = text.size() <= 3 ? 1 : std::max<std::size_t>(2, text.size() / 4);
  std::optional<std::string> best;
  std::size_t best_distance = most + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(text, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggestion(std::string_view text, const std::vector<std::string>& candidates) {
  const auto found = nearest(text, candidates);
  return found ? "; did you mean " + *found + "?" : std::string();
}

std::string columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string labelled(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [label, value] : fields) rows.push_back({label, value});
  return columns(rows);
}

std::vector<std::string> split_list(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(at, begin);
    parts.emplace_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

}  // namespace vostro::wallet
