/// An account's statement over business dates, out of an exported database: opening balance, every
/// entry, closing balance, as camt.053 or CSV.
///
/// A ledger proves balances after whole blocks, and a currency's business date may change within
/// one. So a statement names a block with what its later entries, of the next date, add: closing
/// balance + `later` = balance after the block, always (docs/audit.md, "Where a business date
/// ends").
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
  /// The last block that the account's period reaches into: `as-of` proves the balance after it.
  std::string height;
  std::string block;
  std::string time;  ///< of it
  std::vector<Line> lines;
  std::vector<Line> later;  ///< of this block, but of later business dates
  std::int64_t proved = 0;  ///< the balance after the block: `closing` and `later`
};

/// Where the business dates up to a given one end: all blocks below `height` belong to them, and of
/// that block the receipts before number `receipt`.
struct PeriodEnd {
  std::int64_t height = 0;  ///< one above the last block where there is nothing later
  std::int64_t receipt = 0;
};
/// Of the dates up to `to` (as text) of a currency (as text). Throws DatabaseError.
[[nodiscard]] PeriodEnd end_of_period(Database& database, const std::string& currency,
                                      const std::string& to);
/// Throws DatabaseError.
[[nodiscard]] Statement statement_of(Database& database, const chain::AccountId& account,
                                     const Currency& currency, Date from, Date to);
/// Errors: what the message's rules do not take, in a sentence.
[[nodiscard]] Result<std::string, std::string> to_camt053(const Statement& statement,
                                                          Database& database);
[[nodiscard]] std::string to_csv(const Statement& statement, Database& database);

}  // namespace vostro::audit
