/// Firm FX quotes and the price of an amount. Source: blueprint section 3, "FX".
#pragma once

#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "base/keys.h"
#include "base/money.h"
#include "chain/account.h"

namespace vostro::chain {

/// mantissa x 10^-scale, units of the debtor's currency for one unit of the creditor's.
struct Rate {
  std::uint64_t mantissa = 0;  ///< 1 to 10^12
  std::uint8_t scale = 0;      ///< 0 to 12

  static constexpr std::uint64_t mantissa_max = 1'000'000'000'000;
  static constexpr std::uint8_t scale_max = 12;
  auto operator<=>(const Rate&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(mantissa, scale);
  }
};
[[nodiscard]] constexpr bool is_valid(const Rate& rate) {
  return rate.mantissa >= 1 && rate.mantissa <= Rate::mantissa_max && rate.scale <= Rate::scale_max;
}
[[nodiscard]] std::string to_text(const Rate& rate);  ///< "1.0842"
[[nodiscard]] std::optional<Rate> parse_rate(
    std::string_view text);  ///< the shortest scale that says it exactly

struct Quote {
  static constexpr std::size_t debtors_max = 16;

  Hash network_id;
  Uuid id;
  AccountId provider;
  Currency sells;  ///< the creditor's currency
  Currency buys;   ///< the debtor's currency
  Rate rate;
  MinorUnits limit;  ///< most that is sold, in minor units of `sells`
  UnixSeconds expires_at;
  std::uint32_t hold_max_s =
      0;  ///< longest acceptance period, in seconds after the block that takes it
  std::vector<Bic> debtors;  ///< debtor agents that may take it, ascending; empty: all

  bool operator==(const Quote&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(network_id, id, provider, sells, buys, rate, limit, expires_at, hold_max_s,
            bounded<debtors_max>(debtors));
  }
};

struct SignedQuote {
  Quote quote;
  PublicKey key;
  Signature signature;  ///< over "VOSTRO-QUOTE-1" padded with zeros to 16 bytes || network id ||
                        ///< H("quote", quote)

  bool operator==(const SignedQuote&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(quote, key, signature);
  }
};
[[nodiscard]] Hash quote_hash(const Quote& quote);
[[nodiscard]] Bytes quote_message(const Quote& quote);
/// Form without state: rate, limit, time, currencies distinct, debtors ascending, identifiers
/// valid. Not the network.
[[nodiscard]] bool is_well_formed(const Quote& quote);

/// What the debtor pays so that the creditor gets exactly `amount`:
/// ceil(amount * mantissa * 10^debtor_exponent / (10^scale * 10^creditor_exponent)), in 128 bits,
/// rounded once. Empty when the result does not fit money_max_default, or an argument is out of
/// range (amount 0 or below).
[[nodiscard]] std::optional<MinorUnits> price_of(MinorUnits amount, const Rate& rate,
                                                 std::uint8_t debtor_exponent,
                                                 std::uint8_t creditor_exponent);
/// The largest amount whose price is within `budget`; empty when not even one minor unit is.
[[nodiscard]] std::optional<MinorUnits> largest_amount_within(MinorUnits budget, const Rate& rate,
                                                              std::uint8_t debtor_exponent,
                                                              std::uint8_t creditor_exponent);

}  // namespace vostro::chain
