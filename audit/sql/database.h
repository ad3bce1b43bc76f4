/// The auditor's own database: SQLite in a file, or PostgreSQL. SOCI and libpq stay in
/// database.cpp. Statements are those that both take alike. Errors are exceptions of this folder,
/// DatabaseError, which its public functions turn into results. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace vostro::audit {

class DatabaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct DatabaseAddress {
  enum class Kind : std::uint8_t { sqlite, postgresql };
  Kind kind = Kind::sqlite;
  std::string where;  ///< path of the file, or libpq's connection string

  bool operator==(const DatabaseAddress&) const = default;
};
/// "sqlite:PATH" or "postgresql:host=... dbname=..."; empty for anything else, and for a
/// connection string with a password, which libpq takes from its own places (PGPASSFILE).
[[nodiscard]] std::optional<DatabaseAddress> parse_database(std::string_view text);

/// NULL, a number, or text.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;
using Cells = std::vector<Cell>;
/// Cells as text; none is NULL.
using TextRow = std::vector<std::optional<std::string>>;

/// A cell for people: none is empty.
[[nodiscard]] std::string cell_text(const std::optional<std::string>& cell);
/// 0 for none.
[[nodiscard]] std::int64_t cell_number(const std::optional<std::string>& cell);

class Database {
 public:
  /// `may_write`: makes an SQLite file that is not there. Throws.
  Database(const DatabaseAddress& address, bool may_write);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void begin();
  void commit();

  /// One statement. Placeholders are :v0, :v1, ... in the order of `values`.
  void run(std::string_view statement, const Cells& values = {});
  struct Table {
    std::vector<std::string> columns;  ///< names
    std::vector<TextRow> rows;
  };
  [[nodiscard]] Table query(std::string_view statement, const Cells& values = {});
  [[nodiscard]] bool has_table(std::string_view name);

  /// Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.
  void insert(std::string_view table, std::size_t columns, const std::vector<Cells>& rows);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace vostro::audit
