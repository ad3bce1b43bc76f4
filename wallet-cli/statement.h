/// Statements: an account's entries of some business dates, with the balances before and after, in
/// each currency. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/answers.h"

namespace vostro::wallet {

struct Period {
  Date from;  ///< both included
  Date to;
};

struct CurrencyStatement {
  Currency currency;
  MinorUnits opening;   ///< after the last entry before the period
  MinorUnits credited;  ///< sum of the entries above 0
  MinorUnits debited;   ///< sum of the entries below 0, as an amount above 0
  MinorUnits closing;   ///< after the last entry of the period
  std::vector<client::EntryView> entries;
};

/// Of all entries of the account up to the period's end, oldest first. Errors: a sentence, where
/// opening and entries do not make the balances that the node shows: then nothing may be printed.
[[nodiscard]] Result<std::vector<CurrencyStatement>, std::string> make_statement(
    const std::vector<client::EntryView>& entries, const Period& period);

}  // namespace vostro::wallet
