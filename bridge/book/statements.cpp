#include "bridge/book/statements.h"

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kStatementColumns =
    "digest, account, currency, number, id, opening, closing, day, file_hash, state, why, is_last,"
    " at_ms, content";
constexpr std::size_t kStatementCount = 14;

StatementState statement_state_from(const std::string& word) {
  using enum StatementState;
  for (const auto state : {held, taken, replaced})
    if (word == to_string(state)) return state;
  throw BookDamaged("\"" + word + "\" is no state of a statement");
}

SqlValues values_of(const Statement& statement) {
  return {key_of(statement),
          statement.account,
          to_text(statement.currency),
          statement.number,
          statement.id,
          statement.opening.value,
          statement.closing.value,
          std::int64_t{statement.date.value},
          to_hex(statement.file.view()),
          std::string(to_string(statement.state)),
          statement.why,
          std::int64_t{statement.is_last ? 1 : 0},
          static_cast<std::int64_t>(statement.at.value),
          statement.content};
}

std::vector<Statement> select_statements(BookTransaction& book, const std::string& where,
                                         const SqlValues& values) {
  std::vector<Statement> found;
  for (const SqlRow& row : book.sql().rows(
           kStatementCount,
           "SELECT " + std::string(kStatementColumns) + " FROM statements " + where, values)) {
    Statement each;
    each.digest = hash_column(row, 0);
    each.account = row.text(1);
    each.currency = currency_column(row, 2);
    each.number = row.number(3);
    each.id = row.text(4);
    each.opening = MinorUnits(row.number(5));
    each.closing = MinorUnits(row.number(6));
    each.date = Date(static_cast<std::int32_t>(row.number(7)));
    each.file = hash_column(row, 8);
    each.state = statement_state_from(row.text(9));
    each.why = row.text(10);
    each.is_last = row.number(11) != 0;
    each.at = time_column(row, 12);
    each.content = row.text(13);
    found.push_back(std::move(each));
  }
  return found;
}

}  // namespace

std::string_view to_string(StatementState state) {
  switch (state) {
    case StatementState::held:
      return "held";
    case StatementState::taken:
      return "taken";
    case StatementState::replaced:
      return "replaced";
  }
  VOSTRO_CHECK(false);
}

std::string key_of(const Statement& statement) {
  return to_hex(statement.digest.view());
}

Hash facts_of(const Statement& statement) {
  SqlValues values = values_of(statement);
  values.pop_back();
  return facts_hash("book-statement", values);
}

std::string subject_of(const Statement& statement) {
  return "statement/" + key_of(statement);
}

void insert(BookTransaction& book, const Statement& statement, std::string_view detail) {
  book.sql().run("INSERT INTO statements (" + std::string(kStatementColumns) + ") VALUES (" +
                     holders(kStatementCount) + ")",
                 values_of(statement));
  book.transition(statement_flow, key_of(statement), to_string(statement.state),
                  facts_of(statement), detail);
}

void update(BookTransaction& book, const Statement& statement, std::string_view detail) {
  const SqlValues values{std::string(to_string(statement.state)), statement.why,
                         std::int64_t{statement.is_last ? 1 : 0}, statement.content,
                         key_of(statement)};
  if (book.sql().run("UPDATE statements SET state = :v0, why = :v1, is_last = :v2, content = :v3"
                     " WHERE digest = :v4",
                     values) != 1)
    throw BookDamaged("the statement " + key_of(statement) + " is gone");
  book.transition(statement_flow, key_of(statement), to_string(statement.state),
                  facts_of(statement), detail);
}

std::optional<Statement> find_statement(BookTransaction& book, const Hash& digest) {
  return first_of(select_statements(book, "WHERE digest = :v0", {to_hex(digest.view())}));
}

std::optional<Statement> last_statement(BookTransaction& book, const std::string& account) {
  return first_of(select_statements(book, "WHERE account = :v0 AND is_last = 1", {account}));
}

std::vector<Statement> statements_in(BookTransaction& book, StatementState state) {
  return select_statements(book, "WHERE state = :v0 ORDER BY account, number, at_ms, digest",
                           {std::string(to_string(state))});
}

std::vector<Statement> all_statements(BookTransaction& book) {
  return select_statements(book, "ORDER BY account, number, at_ms, digest", {});
}

}  // namespace vostro::bridge
