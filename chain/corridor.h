/// Corridor rules: which credits between banks of two countries the network lets pass, and how
/// much. A small total language: a rule names what it is about, every rule that is about a credit
/// must let it pass, and there is nothing else. Source: blueprint section 3, "Governance".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/money.h"
#include "chain/tx/payment.h"

namespace vostro::chain {

using Country = std::array<char, 2>;  ///< ISO 3166-1 alpha-2

enum class Period : std::uint8_t { business_date = 1, month = 2 };
[[nodiscard]] constexpr bool is_listed(Period p) {
  return p == Period::business_date || p == Period::month;
}

/// Most that one debtor agent orders in a period of the currency's business dates.
struct PeriodLimit {
  MinorUnits amount;
  Period period = Period::business_date;

  auto operator<=>(const PeriodLimit&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(amount, period);
  }
};

/// About credits that fit every field which is set; of those it allows what is within its limits.
struct CorridorRule {
  static constexpr std::size_t purposes_max = 16;
  static constexpr std::size_t count_max = 256;  ///< rules a network has at once

  std::optional<Country> debtor_country;    ///< of the debtor agent
  std::optional<Country> creditor_country;  ///< of the creditor agent
  std::optional<Currency> currency;         ///< of what the creditor gets
  std::vector<Purpose> purposes;            ///< ascending; none: any, also a credit without one
  /// At least one of the two. Without a currency only 0, which lets nothing pass.
  std::optional<MinorUnits> per_payment;
  std::optional<PeriodLimit> per_period;  ///< only with a currency

  bool operator==(const CorridorRule&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(debtor_country, creditor_country, currency, bounded<purposes_max>(purposes),
            per_payment, per_period);
  }
};
[[nodiscard]] bool is_well_formed(const CorridorRule& rule);

/// A credit as the rules see it.
struct CorridorCredit {
  Bic debtor_agent;
  Bic creditor_agent;
  Money amount;  ///< what the creditor gets
  std::optional<Purpose> purpose;
};
[[nodiscard]] bool concerns(const CorridorRule& rule, const CorridorCredit& credit,
                            const Country& debtor_country, const Country& creditor_country);

}  // namespace vostro::chain
