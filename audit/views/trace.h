/// What became of one payment, and which payments fit a filter, out of an exported database.
#pragma once

#include <string>
#include <vector>

#include "audit/sql/database.h"
#include "base/money.h"

namespace vostro::audit {

/// All with this UETR: two banks may have used the same. Empty `agent`: all banks. Throws
/// DatabaseError.
[[nodiscard]] std::string trace_json(Database& database, const std::string& uetr,
                                     const std::string& agent);
[[nodiscard]] std::string trace_text(Database& database, const std::string& uetr,
                                     const std::string& agent);

/// Empty or none: not asked for.
struct PaymentQuery {
  std::string bank;                         ///< on either side, as text
  std::string account;                      ///< on either side
  std::string currency;                     ///< of either leg
  std::optional<std::int64_t> amount_from;  ///< minor units of the creditor's leg
  std::optional<std::int64_t> amount_to;
  std::string from;    ///< ordered at this time or later, as the database writes times
  std::string before;  ///< ordered earlier
  std::string status;
  std::size_t limit = 100;
};
[[nodiscard]] Database::Table find_payments(Database& database, const PaymentQuery& query);

/// Minor units as text with the currency's point: 125000 of EUR is "1250.00".
class Amounts {
 public:
  explicit Amounts(Database& database);
  [[nodiscard]] std::string text(std::int64_t units, const std::string& currency) const;
  /// Empty where it is no amount of the currency.
  [[nodiscard]] std::optional<std::int64_t> units(const std::string& text,
                                                  const std::string& currency) const;

 private:
  std::vector<std::pair<std::string, std::uint8_t>> exponents_;
};

}  // namespace vostro::audit
