/// An account's statement over business dates, out of an exported database: opening balance, every
/// entry, closing balance, as camt.053 or CSV.
#pragma once

#include <cstdint>
#include <string>

#include "audit/sql/database.h"
#include "base/money.h"
#include "base/time.h"
#include "chain/account.h"

namespace vostro::audit {

struct Statement {
  struct Line {
    std::string business_date;
    std::string time;
    std::string height;
    std::string id;  ///< of the order that posted it
    std::string uetr;
    std::string other;  ///< the other account of the payment
    std::string kind;   ///< principal or charge
    std::int64_t amount = 0;
  };
  chain::AccountId account;
  Currency currency;
  Date from;
  Date to;
  std::int64_t opening = 0;
  std::int64_t closing = 0;
  /// The last block of the period: the balance after it is the closing one, and `as-of` proves it.
  std::string height;
  std::string block;
  std::string time;  ///< of it
  std::vector<Line> lines;
};

/// The last block of the business dates up to `to` (as text) of a currency (as text). Throws
/// DatabaseError.
[[nodiscard]] std::int64_t last_height(Database& database, const std::string& currency,
                                       const std::string& to);
/// Throws DatabaseError.
[[nodiscard]] Statement statement_of(Database& database, const chain::AccountId& account,
                                     const Currency& currency, Date from, Date to);
/// Errors: what the message's rules do not take, in a sentence.
[[nodiscard]] Result<std::string, std::string> to_camt053(const Statement& statement);
[[nodiscard]] std::string to_csv(const Statement& statement, Database& database);

}  // namespace vostro::audit
