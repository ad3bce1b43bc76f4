#include "bridge/book/sql.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace vostro::bridge {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgresql = "postgresql:";
/// Of one connection. Beyond it all are dropped and prepared again: a text with changing numbers
/// in it must not fill the server's memory.
constexpr std::size_t kPreparedMax = 512;

/// libpq's, where the operator says nothing else: a server whose machine or network is gone is
/// given up after some 20 s, and not after TCP's quarter of an hour. A statement that is at work is
/// not affected: its machine answers.
const std::pair<std::string, std::string> kConnectOptions[]{
    {"connect_timeout", "10"},      // s
    {"tcp_user_timeout", "10000"},  // ms, for what was sent and not acknowledged
    {"keepalives_idle", "10"},      // s
    {"keepalives_interval", "5"},   // s
    {"keepalives_count", "2"},
};

/// A value in libpq's connection string: in quotes, with quotes and backslashes escaped.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

/// A statement that the database has read and planned: only its values change. SOCI keeps
/// references to them, so it stays where it is.
class Sql::Prepared {
 public:
  Prepared(soci::session& session, const std::string& text, const SqlValues& values,
           std::size_t columns)
      : slots_(values.size()), cells_(columns), indicators_(columns, soci::i_ok), soci_(session) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      Slot& slot = slots_[i];
      const std::string name = "v" + std::to_string(i);
      if (std::holds_alternative<std::int64_t>(values[i]))
        soci_.exchange(soci::use(slot.number, name));
      else
        soci_.exchange(soci::use(slot.text, slot.indicator, name));
    }
    // Everything is read as text: both databases give it alike, whatever the column's type.
    for (std::size_t i = 0; i < columns; ++i) soci_.exchange(soci::into(cells_[i], indicators_[i]));
    soci_.alloc();
    soci_.prepare(text);
    soci_.define_and_bind();
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  /// `values` are of the kinds that it was made with.
  std::int64_t run(const SqlValues& values) {
    set(values);
    soci_.execute(true);
    return soci_.get_affected_rows();
  }

  std::vector<SqlRow> rows(const SqlValues& values) {
    set(values);
    std::vector<SqlRow> found;
    for (bool has_row = soci_.execute(true); has_row; has_row = soci_.fetch()) {
      std::vector<std::optional<std::string>> row;
      for (std::size_t i = 0; i < cells_.size(); ++i)
        row.push_back(indicators_[i] == soci::i_null ? std::nullopt : std::optional(cells_[i]));
      found.emplace_back(std::move(row));
    }
    return found;
  }

 private:
  struct Slot {
    long long number = 0;
    std::string text;
    soci::indicator indicator = soci::i_ok;
  };
  void set(const SqlValues& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
        slots_[i].number = *number;
        continue;
      }
      const auto* text = std::get_if<std::string>(&values[i]);
      slots_[i].indicator = text == nullptr ? soci::i_null : soci::i_ok;
      slots_[i].text = text == nullptr ? std::string() : *text;
    }
  }

  std::vector<Slot> slots_;
  std::vector<std::string> cells_;
  std::vector<soci::indicator> indicators_;
  soci::statement soci_;
};

struct Sql::Session {
  soci::session soci;
  std::unordered_map<std::string, std::unique_ptr<Prepared>> prepared;  // only looked up

  Prepared& prepare(std::string_view text, const SqlValues& values, std::size_t columns) {
    // A number and a text are bound differently.
    std::string key = std::to_string(columns);
    for (const SqlValue& value : values)
      key += std::holds_alternative<std::int64_t>(value) ? 'n' : 't';
    key += ' ';
    key += text;
    const auto known = prepared.find(key);
    if (known != prepared.end()) return *known->second;
    if (prepared.size() >= kPreparedMax) prepared.clear();
    auto made = std::make_unique<Prepared>(soci, std::string(text), values, columns);
    return *prepared.emplace(std::move(key), std::move(made)).first->second;
  }
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

const std::string& SqlRow::text(std::size_t column) const {
  const auto& value = columns_.at(column);
  if (!value) throw SqlError("the book has no value where one must be");
  return *value;
}

std::int64_t SqlRow::number(std::size_t column) const {
  const std::string& written = text(column);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  if (error != std::errc{} || end != written.data() + written.size())
    throw SqlError("the book has \"" + written + "\" where a number must be");
  return value;
}

Sql::Sql(DatabaseAddress address, SecretText password)
    : address_(std::move(address)), password_(std::move(password)) {}

Sql::~Sql() = default;

Sql::Session& Sql::session() {
  if (session_) return *session_;
  auto made = std::make_unique<Session>();
  if (address_.kind == DatabaseAddress::Kind::sqlite) {
    // `timeout`: seconds to wait for another process. SOCI sets `synchronous` before it, and would
    // not wait where a process that was killed is being recovered from: it is set here.
    made->soci.open(soci::sqlite3, "db=" + address_.where + " timeout=10");
    made->soci << "PRAGMA synchronous=FULL";
    made->soci << "PRAGMA journal_mode=WAL";
    made->soci << "PRAGMA foreign_keys=ON";
    made->soci << "PRAGMA cache_size=-65536";  // 64 MiB: a day of a large bank
  } else {
    std::string where = address_.where + " client_encoding=UTF8";
    for (const auto& [name, value] : kConnectOptions)
      if (where.find(name) == std::string::npos) where += " " + name + "=" + value;
    if (!password_.empty()) where += " password=" + quoted(password_.reveal());
    made->soci.open(soci::postgresql, where);
    wipe(where);
    made->soci << "SET synchronous_commit = on";
    made->soci << "SET lock_timeout = '10s'";
    made->soci << "SET statement_timeout = '60s'";
    // A bridge that stands still in a transaction holds the lease's row: the next one must get it.
    made->soci << "SET idle_in_transaction_session_timeout = '10s'";
    made->soci << "SET client_min_messages = warning";
  }
  session_ = std::move(made);
  return *session_;
}

/// SOCI's exceptions end here. After one the connection's state is unknown: it is dropped, and the
/// database rolls back what was open on it.
template <class Work>
auto Sql::guarded(Work&& work) {
  try {
    return work(session());
  } catch (const std::exception& error) {
    std::string what = error.what();
    session_.reset();
    // The first line says what is wrong; the rest repeats the statement with its values.
    what.resize(std::min(what.find('\n'), what.size()));
    throw SqlError(what);
  }
}

void Sql::begin() {
  guarded([&](Session& session) {
    session.soci << (address_.kind == DatabaseAddress::Kind::sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
  });
}

void Sql::begin_reading() {
  guarded([&](Session& session) {
    session.soci << (address_.kind == DatabaseAddress::Kind::sqlite
                         ? "BEGIN"
                         : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  });
}

void Sql::commit() {
  guarded([](Session& session) { session.soci << "COMMIT"; });
}

void Sql::roll_back() {
  if (!session_) return;
  try {
    session_->soci << "ROLLBACK";
  } catch (const std::exception&) {
    session_.reset();  // the database rolls back by itself what loses its connection
  }
}

std::int64_t Sql::run(std::string_view text, const SqlValues& values) {
  return guarded([&](Session& session) { return session.prepare(text, values, 0).run(values); });
}

std::vector<SqlRow> Sql::rows(std::size_t columns, std::string_view text, const SqlValues& values) {
  return guarded(
      [&](Session& session) { return session.prepare(text, values, columns).rows(values); });
}

}  // namespace vostro::bridge
