/// One SQL database behind plain values: SQLite in a file of its own, or PostgreSQL. SOCI stays in
/// sql.cpp. Only the book uses this; statements are those that both databases take alike.
///
/// Errors are exceptions inside this folder, `SqlError`; Book::write and Book::read turn them into
/// results. A connection that failed is dropped, and made again at the next `begin`. A statement is
/// prepared once for a connection, and kept with it. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret_text.h"

namespace vostro::bridge {

/// Where the book is.
struct DatabaseAddress {
  enum class Kind : std::uint8_t { sqlite, postgresql };
  Kind kind = Kind::sqlite;
  std::string where;  ///< path of the file, or libpq's connection string without a password
};
/// "sqlite:PATH" or "postgresql:host=... dbname=..."; empty for anything else, for a PATH with
/// spaces or quotes, and for a connection string with a password in it.
[[nodiscard]] std::optional<DatabaseAddress> parse_database(std::string_view text);

/// Where many rows are written alike: a few sizes of groups, largest first, so that each is a
/// statement that stays prepared.
inline constexpr std::size_t rows_at_once[]{64, 16, 4, 1};
/// Calls `work(first, size)` for each group of `count` rows.
template <class Work>
void in_groups(std::size_t count, const Work& work) {
  std::size_t done = 0;
  for (const std::size_t size : rows_at_once)
    for (; count - done >= size; done += size) work(done, size);
}

class SqlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// NULL, a number, or text.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;
using SqlValues = std::vector<SqlValue>;

/// A row as text, column by column; none is NULL.
class SqlRow {
 public:
  explicit SqlRow(std::vector<std::optional<std::string>> columns) : columns_(std::move(columns)) {}
  [[nodiscard]] bool is_null(std::size_t column) const { return !columns_.at(column); }
  /// Throws SqlError where the column is NULL.
  [[nodiscard]] const std::string& text(std::size_t column) const;
  [[nodiscard]] std::int64_t number(std::size_t column) const;

 private:
  std::vector<std::optional<std::string>> columns_;
};

class Sql {
 public:
  Sql(DatabaseAddress address, SecretText password);
  ~Sql();

  /// A transaction that may write: it waits for another one's, at most some seconds.
  void begin();
  /// One consistent look, which nobody waits for.
  void begin_reading();
  /// On disk, or throws: then nobody can tell, and whoever wrote looks.
  void commit();
  /// Never throws.
  void roll_back();

  /// Placeholders are :v0, :v1, ... in the order of `values`. The count of changed rows.
  std::int64_t run(std::string_view statement, const SqlValues& values = {});
  /// `columns`: how many the statement selects.
  [[nodiscard]] std::vector<SqlRow> rows(std::size_t columns, std::string_view statement,
                                         const SqlValues& values = {});

  [[nodiscard]] const DatabaseAddress& address() const { return address_; }

 private:
  struct Session;
  class Prepared;
  Session& session();
  template <class Work>
  auto guarded(Work&& work);

  DatabaseAddress address_;
  SecretText password_;
  std::unique_ptr<Session> session_;
};

}  // namespace vostro::bridge
