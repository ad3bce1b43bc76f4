/// Columns of the book as values of ours. What is not of its form is a damaged book. All but
/// `FlowSum` is for this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/identifiers.h"
#include "base/money.h"
#include "bridge/book/book.h"
#include "chain/account.h"

namespace vostro::bridge {

[[nodiscard]] Hash hash_column(const SqlRow& row, std::size_t column);
[[nodiscard]] Uuid uuid_column(const SqlRow& row, std::size_t column);
[[nodiscard]] Bic bic_column(const SqlRow& row, std::size_t column);
[[nodiscard]] Currency currency_column(const SqlRow& row, std::size_t column);
[[nodiscard]] UnixMillis time_column(const SqlRow& row, std::size_t column);
[[nodiscard]] chain::AccountId account_column(const SqlRow& row, std::size_t column);

/// The only row there can be; none where there is none.
template <class T>
[[nodiscard]] std::optional<T> first_of(std::vector<T> found) {
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

/// What all flows of one account and state are about, together.
struct FlowSum {
  Currency currency;
  chain::AccountId account;
  std::string state;
  MinorUnits sum;
};
/// `where`: which rows of the table, each with currency, account, state and amount.
[[nodiscard]] std::vector<FlowSum> flow_sums(BookTransaction& book, std::string_view table,
                                             std::string_view where);

/// ":v0, :v1, ..."
[[nodiscard]] std::string holders(std::size_t count);
/// "(:v0, :v1), (:v2, :v3), ..."
[[nodiscard]] std::string row_holders(std::size_t rows, std::size_t columns);
/// The same for rows of VALUES alone, where a number that is not named as one is text to
/// PostgreSQL. Both databases call its columns column1, column2, ...
[[nodiscard]] std::string typed_rows(const SqlValues& values, std::size_t columns);
/// Of all columns of a flow's row, each with its length.
[[nodiscard]] Hash facts_hash(std::string_view tag, const SqlValues& values);

}  // namespace vostro::bridge
