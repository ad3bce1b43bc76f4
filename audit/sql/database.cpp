#include "audit/sql/database.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <list>

namespace vostro::audit {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgresql = "postgresql:";

/// What a statement is given: SOCI keeps references, so a list holds them.
struct Bound {
  std::list<long long> numbers;
  std::list<std::string> texts;
  std::list<soci::indicator> indicators;
};

void bind(soci::statement& statement, const Cells& values, Bound& bound) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = "v" + std::to_string(i);
    if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
      statement.exchange(soci::use(bound.numbers.emplace_back(*number), name));
      continue;
    }
    const auto* text = std::get_if<std::string>(&values[i]);
    auto& indicator = bound.indicators.emplace_back(text == nullptr ? soci::i_null : soci::i_ok);
    auto& kept = bound.texts.emplace_back(text == nullptr ? std::string() : *text);
    statement.exchange(soci::use(kept, indicator, name));
  }
}

/// SOCI's exceptions end here: the first line says what is wrong, the rest repeats the statement.
template <class Work>
auto guarded(Work&& work) {
  try {
    return work();
  } catch (const DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    std::string what = error.what();
    what.resize(std::min(what.find('\n'), what.size()));
    throw DatabaseError(what);
  }
}

/// A cell in the text format of COPY.
void append_copy(std::string& out, const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) {
    out += "\\N";
  } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    out += std::to_string(*number);
  } else {
    for (const char c : std::get<std::string>(cell)) {
      if (c == '\\')
        out += "\\\\";
      else if (c == '\n')
        out += "\\n";
      else if (c == '\r')
        out += "\\r";
      else if (c == '\t')
        out += "\\t";
      else
        out += c;
    }
  }
}

}  // namespace

struct Database::Session {
  DatabaseAddress::Kind kind;
  soci::session soci;
};

std::optional<DatabaseAddress> parse_database(std::string_view text) {
  const auto is_plain = [](std::string_view value) {
    return !value.empty() &&
           std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  };
  if (text.starts_with(kSqlite)) {
    const std::string_view path = text.substr(kSqlite.size());
    if (!is_plain(path) || path.find_first_of(" '\"?") != std::string_view::npos)
      return std::nullopt;
    return DatabaseAddress{DatabaseAddress::Kind::sqlite, std::string(path)};
  }
  if (text.starts_with(kPostgresql)) {
    const std::string_view where = text.substr(kPostgresql.size());
    if (!is_plain(where) || where.find("password") != std::string_view::npos) return std::nullopt;
    return DatabaseAddress{DatabaseAddress::Kind::postgresql, std::string(where)};
  }
  return std::nullopt;
}

std::string cell_text(const std::optional<std::string>& cell) {
  return cell.value_or("");
}
std::int64_t cell_number(const std::optional<std::string>& cell) {
  std::int64_t value = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), value);
  return value;
}

Database::Database(const DatabaseAddress& address, bool may_write)
    : session_(std::make_unique<Session>()) {
  session_->kind = address.kind;
  guarded([&] {
    if (address.kind == DatabaseAddress::Kind::sqlite) {
      std::error_code none;
      if (!may_write && !std::filesystem::exists(address.where, none))
        throw DatabaseError("there is no such file: make it with vostro-audit export");
      // SOCI would set `synchronous` before `timeout`, and then not wait for another process.
      session_->soci.open(soci::sqlite3, "db=" + address.where + " timeout=10");
      session_->soci << "PRAGMA synchronous=NORMAL";
      if (may_write) session_->soci << "PRAGMA journal_mode=WAL";
    } else {
      std::string where = address.where + " client_encoding=UTF8";
      if (where.find("connect_timeout") == std::string::npos) where += " connect_timeout=10";
      session_->soci.open(soci::postgresql, where);
      session_->soci << "SET client_min_messages = warning";
    }
  });
}

Database::~Database() = default;

void Database::begin() {
  guarded([&] {
    session_->soci << (session_->kind == DatabaseAddress::Kind::sqlite ? "BEGIN IMMEDIATE"
                                                                       : "BEGIN");
  });
}
void Database::commit() {
  guarded([&] { session_->soci << "COMMIT"; });
}

void Database::run(std::string_view text, const Cells& values) {
  guarded([&] {
    Bound bound;
    soci::statement statement(session_->soci);
    bind(statement, values, bound);
    statement.alloc();
    statement.prepare(std::string(text));
    statement.define_and_bind();
    statement.execute(true);
  });
}

Database::Table Database::query(std::string_view text, const Cells& values) {
  return guarded([&] {
    Table table;
    Bound bound;
    soci::row row;
    soci::statement statement(session_->soci);
    bind(statement, values, bound);
    statement.exchange(soci::into(row));
    statement.alloc();
    statement.prepare(std::string(text));
    statement.define_and_bind();
    for (bool has_row = statement.execute(true); has_row; has_row = statement.fetch()) {
      if (table.columns.empty())
        for (std::size_t i = 0; i < row.size(); ++i)
          table.columns.push_back(row.get_properties(i).get_name());
      TextRow cells;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (row.get_indicator(i) == soci::i_null) {
          cells.emplace_back();
          continue;
        }
        switch (row.get_properties(i).get_data_type()) {
          case soci::dt_string:
          case soci::dt_xml:
          case soci::dt_blob:
            cells.emplace_back(row.get<std::string>(i));
            break;
          case soci::dt_integer:
            cells.emplace_back(std::to_string(row.get<int>(i)));
            break;
          case soci::dt_long_long:
            cells.emplace_back(std::to_string(row.get<long long>(i)));
            break;
          case soci::dt_unsigned_long_long:
            cells.emplace_back(std::to_string(row.get<unsigned long long>(i)));
            break;
          case soci::dt_double: {
            // Sums and averages of PostgreSQL are of this type; ours are whole numbers.
            const double number = row.get<double>(i);
            cells.emplace_back(std::to_string(static_cast<long long>(number)));
            break;
          }
          case soci::dt_date:
            throw DatabaseError("a column of a type that no table here has");
        }
      }
      table.rows.push_back(std::move(cells));
    }
    return table;
  });
}

bool Database::has_table(std::string_view name) {
  const std::string from =
      session_->kind == DatabaseAddress::Kind::sqlite
          ? "sqlite_master WHERE type = 'table' AND name = :v0"
          : "pg_tables WHERE schemaname = current_schema() AND tablename = :v0";
  return !query("SELECT 1 AS found FROM " + from, {std::string(name)}).rows.empty();
}

void Database::insert(std::string_view table, std::size_t columns, const std::vector<Cells>& rows) {
  if (rows.empty()) return;
  guarded([&] {
    if (session_->kind == DatabaseAddress::Kind::postgresql) {
      auto* connection =
          static_cast<soci::postgresql_session_backend*>(session_->soci.get_backend())->conn_;
      const auto check = [&](bool good) {
        if (!good) throw DatabaseError(PQerrorMessage(connection));
      };
      ::PGresult* begun =
          PQexec(connection, ("COPY " + std::string(table) + " FROM STDIN").c_str());
      const bool is_copying = PQresultStatus(begun) == PGRES_COPY_IN;
      PQclear(begun);
      check(is_copying);
      std::string text;
      for (const Cells& row : rows) {
        for (std::size_t i = 0; i < columns; ++i) {
          if (i > 0) text += '\t';
          append_copy(text, row.at(i));
        }
        text += '\n';
      }
      check(PQputCopyData(connection, text.data(), static_cast<int>(text.size())) == 1);
      check(PQputCopyEnd(connection, nullptr) == 1);
      ::PGresult* done = PQgetResult(connection);
      const bool is_done = PQresultStatus(done) == PGRES_COMMAND_OK;
      PQclear(done);
      const std::string said = PQerrorMessage(connection);
      while (::PGresult* more = PQgetResult(connection)) PQclear(more);
      if (!is_done) throw DatabaseError(said);
      return;
    }
    // One prepared statement, its values exchanged for each row.
    std::string text = "INSERT INTO " + std::string(table) + " VALUES (";
    std::vector<std::string> values(columns);
    std::vector<soci::indicator> indicators(columns, soci::i_ok);
    soci::statement statement(session_->soci);
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string name = "v" + std::to_string(i);
      text += (i > 0 ? ", :" : ":") + name;
      statement.exchange(soci::use(values[i], indicators[i], name));
    }
    statement.alloc();
    statement.prepare(text + ")");
    statement.define_and_bind();
    for (const Cells& row : rows) {
      for (std::size_t i = 0; i < columns; ++i) {
        const Cell& cell = row.at(i);
        indicators[i] = std::holds_alternative<std::monostate>(cell) ? soci::i_null : soci::i_ok;
        // SQLite makes numbers of texts where the column is one of numbers.
        if (const auto* number = std::get_if<std::int64_t>(&cell))
          values[i] = std::to_string(*number);
        else if (const auto* written = std::get_if<std::string>(&cell))
          values[i] = *written;
      }
      statement.execute(true);
    }
  });
}

}  // namespace vostro::audit
