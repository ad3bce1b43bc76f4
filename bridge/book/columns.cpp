#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

template <class Parsed>
auto must(const Parsed& parsed, const SqlRow& row, std::size_t column, std::string_view what) {
  if (!parsed) throw BookDamaged("\"" + row.text(column) + "\" is no " + std::string(what));
  return *parsed;
}

}  // namespace

Hash hash_column(const SqlRow& row, std::size_t column) {
  return must(fixed_from_hex<Hash>(row.text(column)), row, column, "hash");
}
Uuid uuid_column(const SqlRow& row, std::size_t column) {
  return must(parse_uuid(row.text(column)), row, column, "UUID");
}
Bic bic_column(const SqlRow& row, std::size_t column) {
  return must(parse_bic(row.text(column)), row, column, "BIC");
}
Currency currency_column(const SqlRow& row, std::size_t column) {
  return must(parse_currency(row.text(column)), row, column, "currency");
}
UnixMillis time_column(const SqlRow& row, std::size_t column) {
  const std::int64_t value = row.number(column);
  if (value < 0) throw BookDamaged("a time before 1970");
  return UnixMillis(static_cast<std::uint64_t>(value));
}
chain::AccountId account_column(const SqlRow& row, std::size_t column) {
  return must(chain::parse_account(row.text(column)), row, column, "account");
}

std::vector<FlowSum> flow_sums(BookTransaction& book, std::string_view table,
                               std::string_view where) {
  std::vector<FlowSum> found;
  // As text: a sum of BIGINT is a NUMERIC in PostgreSQL.
  for (const SqlRow& row : book.sql().rows(
           4, "SELECT currency, account, state, CAST(SUM(amount) AS TEXT) FROM " +
                  std::string(table) + " WHERE " + std::string(where) +
                  " GROUP BY currency, account, state ORDER BY currency, account, state"))
    found.push_back(
        {currency_column(row, 0), account_column(row, 1), row.text(2), MinorUnits(row.number(3))});
  return found;
}

std::string holders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? ":v" : ", :v") + std::to_string(i);
  return text;
}

std::string row_holders(std::size_t rows, std::size_t columns) {
  std::string text;
  for (std::size_t i = 0; i < rows * columns; ++i) {
    text += i == 0 ? "(" : i % columns == 0 ? "), (" : ", ";
    text += ":v" + std::to_string(i);
  }
  return text + ")";
}

std::string typed_rows(const SqlValues& values, std::size_t columns) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += i == 0 ? "(" : i % columns == 0 ? "), (" : ", ";
    const bool is_number = std::holds_alternative<std::int64_t>(values[i]);
    text += (is_number ? "CAST(:v" : ":v") + std::to_string(i) + (is_number ? " AS BIGINT)" : "");
  }
  return text + ")";
}

Hash facts_hash(std::string_view tag, const SqlValues& values) {
  std::string joined;
  for (const SqlValue& value : values) {
    const auto* number = std::get_if<std::int64_t>(&value);
    const std::string cell =
        number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
    joined += std::to_string(cell.size()) + ":" + cell;
  }
  return hash(tag, as_bytes(joined));
}

}  // namespace vostro::bridge
