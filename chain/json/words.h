/// Words and small texts that writers and readers of JSON share: each pair in one place, so that
/// both agree.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/money.h"
#include "chain/quote.h"
#include "chain/receipt.h"
#include "chain/tx/answer.h"
#include "chain/tx/governance.h"
#include "chain/tx/issuing.h"
#include "chain/tx/payment.h"

namespace vostro::chain::words {

inline constexpr std::array<std::pair<Role, std::string_view>, 3> roles = {
    {{Role::maker, "maker"}, {Role::checker, "checker"}, {Role::service, "service"}}};
inline constexpr std::array<std::pair<Payer, std::string_view>, 2> payers = {
    {{Payer::debtor, "debtor"}, {Payer::creditor, "creditor"}}};
inline constexpr std::array<std::pair<IfShort, std::string_view>, 1> if_short = {
    {{IfShort::reject, "reject"}}};
inline constexpr std::array<std::pair<UnblockTo, std::string_view>, 2> unblock_to = {
    {{UnblockTo::pay, "pay"}, {UnblockTo::release, "release"}}};
inline constexpr std::array<std::pair<RedeemResult, std::string_view>, 2> redeem_results = {
    {{RedeemResult::paid, "paid"}, {RedeemResult::failed, "failed"}}};
inline constexpr std::array<std::pair<PlaceKind, std::string_view>, 3> places = {
    {{PlaceKind::account, "account"}, {PlaceKind::hold, "hold"}, {PlaceKind::supply, "supply"}}};
inline constexpr std::array<std::pair<Period, std::string_view>, 2> periods = {
    {{Period::business_date, "business-date"}, {Period::month, "month"}}};
inline constexpr std::array<std::pair<ParticipantRole, std::string_view>, 3> participant_roles = {
    {{ParticipantRole::settlement_agent, "settlement-agent"},
     {ParticipantRole::fx_provider, "fx-provider"},
     {ParticipantRole::supervisor, "supervisor"}}};

/// The word of an enumerator; empty where it has none.
template <class E, std::size_t N>
[[nodiscard]] std::string_view word_of(const std::array<std::pair<E, std::string_view>, N>& table,
                                       E value) {
  for (const auto& [each, word] : table) {
    if (each == value) return word;
  }
  return {};
}
template <class E, std::size_t N>
[[nodiscard]] std::optional<E> from_word(const std::array<std::pair<E, std::string_view>, N>& table,
                                         std::string_view word) {
  for (const auto& [value, each] : table) {
    if (each == word) return value;
  }
  return std::nullopt;
}
/// Of an enumeration that numbers its words from 1 to `last` and has a to_string.
template <class E>
[[nodiscard]] std::optional<E> by_to_string(std::string_view word, E last) {
  for (int i = 1; i <= static_cast<int>(last); ++i) {
    if (to_string(static_cast<E>(i)) == word) return static_cast<E>(i);
  }
  return std::nullopt;
}

/// A rate with all its digits: a quote's signature covers mantissa and scale, so "1.10" and "1.1"
/// are two rates.
[[nodiscard]] inline std::string exact_text(const Rate& rate) {
  return format_amount(MinorUnits(static_cast<std::int64_t>(rate.mantissa)), rate.scale);
}
[[nodiscard]] inline std::optional<Rate> exact_rate(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::size_t digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
  if (digits > Rate::scale_max) return std::nullopt;
  const auto scale = static_cast<std::uint8_t>(digits);
  const auto mantissa = parse_amount(text, scale, Digits::exact);
  if (!mantissa) return std::nullopt;
  return Rate{static_cast<std::uint64_t>(mantissa->value), scale};
}

}  // namespace vostro::chain::words
