/// One line of a desk's stream of prices (docs/fx-desk.md), and the quotes that say it. Pure; any
/// thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "base/strong.h"
#include "chain/quote.h"

namespace vostro::wallet {

struct DeskPair {
  Currency base;     ///< EUR of EUR/USD
  Currency counter;  ///< USD: what rates are in

  auto operator<=>(const DeskPair&) const = default;
};
[[nodiscard]] std::string to_text(const DeskPair& pair);  ///< "EUR/USD"

/// What a quote promises. The desk's ask sells the base currency, its bid buys it: that sells the
/// counter currency.
struct DeskSide {
  Currency sells;
  Currency buys;
  chain::Rate rate;
  MinorUnits limit;  ///< of what is sold

  bool operator==(const DeskSide&) const = default;
};

struct DeskPrice {
  static constexpr std::size_t line_bytes_max = 4'096;

  DeskPair pair;
  std::array<std::optional<DeskSide>, 2> sides;  ///< ask, bid; without both the pair is withdrawn
  UnixSeconds until;  ///< the price is good until then, unless another line of the pair comes
  std::uint32_t hold_max_s = 0;
  std::vector<Bic> debtors;  ///< ascending

  bool operator==(const DeskPrice&) const = default;
};
/// The error is a sentence that begins with the field at fault.
[[nodiscard]] Result<DeskPrice, std::string> parse_desk_price(std::string_view line,
                                                              UnixSeconds now);

/// 1 / rate with as many digits as a rate has, rounded up: never in favour of who pays. Empty where
/// no rate says it.
[[nodiscard]] std::optional<chain::Rate> inverse_of(const chain::Rate& rate);

}  // namespace vostro::wallet
