/// Statements of the bank: which were taken, which is the last one of an account, and which are
/// held until they are in turn or two persons release them. One row each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "bridge/book/book.h"

namespace vostro::bridge {

inline constexpr std::string_view statement_flow = "statement";

enum class StatementState : std::uint8_t {
  held = 1,  ///< Nothing of it was taken: `why` says the doubt.
  taken,     ///< Its entries are in the book; the newest of them is the account's last.
  replaced,  ///< Another of its number was taken later.
};
[[nodiscard]] std::string_view to_string(StatementState state);

struct Statement {
  Hash digest;  ///< of what it says (its encoding): who it is
  std::string account;
  Currency currency;
  std::int64_t number = 0;
  std::string id;
  MinorUnits opening;
  MinorUnits closing;
  Date date;
  Hash file;  ///< that brought it
  StatementState state = StatementState::held;
  std::string why;       ///< a word where it is held: docs/bridge.md has the list
  bool is_last = false;  ///< of those taken: the next one follows it
  UnixMillis at;
  std::string content;  ///< its encoding in hexadecimal, while it is held

  bool operator==(const Statement&) const = default;
};
[[nodiscard]] std::string key_of(const Statement& statement);      ///< digest in hexadecimal
[[nodiscard]] Hash facts_of(const Statement& statement);           ///< of all but the content
[[nodiscard]] std::string subject_of(const Statement& statement);  ///< "statement/DIGEST"

void insert(BookTransaction& book, const Statement& statement, std::string_view detail);
void update(BookTransaction& book, const Statement& statement, std::string_view detail);
[[nodiscard]] std::optional<Statement> find_statement(BookTransaction& book, const Hash& digest);
/// The account's last; none before the first.
[[nodiscard]] std::optional<Statement> last_statement(BookTransaction& book,
                                                      const std::string& account);
[[nodiscard]] std::vector<Statement> statements_in(BookTransaction& book, StatementState state);
[[nodiscard]] std::vector<Statement> all_statements(BookTransaction& book);

}  // namespace vostro::bridge
