/// The fiat book: what the settlement agent holds at its bank, what it owes for it, and every
/// message and step between the two. One database, one writer: whoever has the lease.
///
/// All that belongs together happens in one database transaction: the state of a flow, its
/// postings, what is to be sent (outbox), and how far the chain was read (cursor). Rows that are
/// only ever added are chained by hashes (`verify` of audit.h), so that a later edit shows.
///
/// One thread at a time. Source: threat model 2.7, rows F33 to F35.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "base/hash.h"
#include "base/money.h"
#include "base/strong.h"
#include "bridge/book/sql.h"

namespace vostro::bridge {

struct BookError {
  enum class Kind : std::uint8_t {
    unavailable,  ///< The database does not answer, or refuses; what was asked may have been done.
    newer,        ///< The tables are of a newer program.
    fenced,       ///< Another bridge has the lease: this one must end.
    damaged,      ///< The book contradicts itself or was edited: a person has to look.
  };
  Kind kind = Kind::unavailable;
  std::string what;
};
[[nodiscard]] std::string to_string(const BookError& error);

/// Who may write. The number grows with each holder; a beat, with each write.
struct Lease {
  std::string holder;
  std::int64_t fence = 0;
  std::int64_t beat = 0;

  bool operator==(const Lease&) const = default;
};

/// Part of an entry: a signed sum on an account of the book. Plus is what the bank owes us (debit),
/// minus what we owe.
struct Posting {
  std::string account;
  Money amount;
};

/// The accounts of one currency. Their balances sum to zero: what we hold is what we owe.
enum class BookAccount : std::uint8_t {
  nostro,     ///< Held at the bank.
  suspense,   ///< Credited, and nobody knows yet for whom.
  issuing,    ///< Credited, and on its way to the ledger.
  ledger,     ///< In circulation on the ledger.
  redeeming,  ///< Locked on the ledger, to be paid out.
  burning,    ///< Paid out, or refused, and the ledger does not say so yet.
  unmatched,  ///< Issued or closed on the ledger without the book.
};
inline constexpr BookAccount book_accounts[]{
    BookAccount::nostro,    BookAccount::suspense, BookAccount::issuing,  BookAccount::ledger,
    BookAccount::redeeming, BookAccount::burning,  BookAccount::unmatched};
[[nodiscard]] std::string_view to_string(BookAccount account);
/// "nostro/EUR"
[[nodiscard]] std::string code_of(BookAccount account, const Currency& currency);

class BookTransaction;

/// Rows of one table as a transaction leaves them, kept in memory until they are written together.
class WaitingRows {
 public:
  virtual ~WaitingRows() = default;
  /// Writes what waits; nothing waits then. It may be called again while it is at work.
  virtual void write(BookTransaction& book) = 0;
};

/// Inside one database transaction. Its functions throw SqlError, which Book catches.
class BookTransaction {
 public:
  BookTransaction(Sql& sql, UnixMillis now) : sql_(sql), now_(now) {}

  /// Before it reads what may wait to be written, whoever wrote calls `flush`: entries, postings,
  /// transitions, messages, links, and what `waiting` has.
  [[nodiscard]] Sql& sql() { return sql_; }
  [[nodiscard]] UnixMillis now() const { return now_; }

  using Columns = std::vector<std::pair<std::string_view, SqlValue>>;
  /// Adds a row to `table` and links it; its number.
  std::int64_t append(std::string_view table, const Columns& columns);
  /// Writes the rows that wait to be written together; Book does so before it commits.
  void flush();
  /// The transaction's rows of that kind.
  template <class Rows>
  [[nodiscard]] Rows& waiting() {
    std::unique_ptr<WaitingRows>& rows = waiting_[std::type_index(typeid(Rows))];
    if (!rows) rows = std::make_unique<Rows>();
    return static_cast<Rows&>(*rows);
  }
  /// Inserts them, in as few statements as there are sizes of groups. `columns`: their names, as in
  /// SQL; each row has a value for each.
  void insert_rows(std::string_view table, const std::string& columns, std::vector<SqlValues> rows);

  /// An entry with its postings, which sum to zero in each currency.
  void post(std::string_view kind, const std::string& reference,
            const std::vector<Posting>& postings);
  /// From one account to another: `amount` is above zero, `to` grows towards plus.
  void move(std::string_view kind, const std::string& reference, BookAccount from, BookAccount to,
            const Money& amount);

  /// Notes the state that a flow has now. `facts` is the hash of what can never change about it.
  void transition(std::string_view flow, const std::string& key, std::string_view state,
                  const Hash& facts, std::string_view detail);

  /// Something that a person has to look at; the same key again only counts.
  void raise(const std::string& key, const std::string& text);
  void clear(const std::string& key);

  /// Makes an account of the book where there is none.
  void ensure_account(const std::string& code, const Currency& currency);
  /// Behind everything in the outbox.
  [[nodiscard]] std::int64_t next_place();

 private:
  /// Rows of one table, all with the same columns.
  struct Group {
    std::string_view table;
    std::string columns;
    std::vector<SqlValues> rows;
  };
  /// False: there is no such alarm, for certain.
  [[nodiscard]] bool may_be_raised(const std::string& key);

  Sql& sql_;
  UnixMillis now_;
  std::optional<std::pair<std::int64_t, std::string>> last_link_;
  // Rows that nothing in a flow reads back; a posting comes behind its entry.
  std::array<Group, 5> groups_{Group{"entries", {}, {}}, Group{"postings", {}, {}},
                               Group{"transitions", {}, {}}, Group{"messages", {}, {}},
                               Group{"links", {}, {}}};
  std::map<std::type_index, std::unique_ptr<WaitingRows>> waiting_;
  // As the transaction sees them, for no other writes meanwhile.
  std::set<std::string> accounts_;
  std::optional<std::set<std::string>> alarms_;  ///< none: not looked at
  bool are_alarms_all_ = false;
  std::optional<std::int64_t> last_place_;
};

class Book {
 public:
  /// Makes or migrates the tables. Errors: unavailable, newer.
  [[nodiscard]] static Result<Book, BookError> open(DatabaseAddress address, SecretText password,
                                                    UnixMillis now);

  [[nodiscard]] Result<Lease, BookError> lease();
  /// Takes the lease from whoever has it, where it still is what was `seen`; false where it is not.
  /// Only for a lease that nobody holds, or that did not beat for its time.
  [[nodiscard]] Result<bool, BookError> take_lease(const Lease& seen, const std::string& holder);
  /// Gives it back, so that the next one need not wait. No error where it is another's already.
  [[nodiscard]] Result<void, BookError> release_lease();
  [[nodiscard]] std::int64_t fence() const { return fence_; }

  using Work = std::function<void(BookTransaction&)>;
  /// Does `work` as a whole or not at all, and only while this book has the lease.
  [[nodiscard]] Result<void, BookError> write(UnixMillis now, const Work& work);
  /// For a person's decision, which needs no lease: it takes its turn among the writes.
  [[nodiscard]] Result<void, BookError> write_as_desk(UnixMillis now, const Work& work);
  /// One consistent look, which no writer waits for; `work` writes nothing.
  [[nodiscard]] Result<void, BookError> read(UnixMillis now, const Work& work);

 private:
  Book(DatabaseAddress address, SecretText password);
  [[nodiscard]] Result<void, BookError> transact(const std::function<void()>& work,
                                                 bool is_writing);

  std::unique_ptr<Sql> sql_;
  std::string holder_;
  std::int64_t fence_ = 0;
};

/// What a work throws to stop and be rolled back: the book says something that cannot be.
class BookDamaged : public SqlError {
 public:
  using SqlError::SqlError;
};

}  // namespace vostro::bridge
