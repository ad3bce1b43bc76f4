#include "bridge/book/book.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/checked.h"
#include "bridge/book/columns.h"
#include "bridge/book/links.h"
#include "bridge/book/migrations.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kRowsWaitingMax = 10'000;
constexpr std::size_t kAlarmsKnownMax = 1'000;

class Fenced : public SqlError {
 public:
  using SqlError::SqlError;
};

}  // namespace

std::string to_string(const BookError& error) {
  switch (error.kind) {
    case BookError::Kind::unavailable:
      return "the book's database does not answer: " + error.what;
    case BookError::Kind::newer:
    case BookError::Kind::fenced:
      return error.what;
    case BookError::Kind::damaged:
      return "the book contradicts itself: " + error.what;
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(BookAccount account) {
  switch (account) {
    case BookAccount::nostro:
      return "nostro";
    case BookAccount::suspense:
      return "suspense";
    case BookAccount::issuing:
      return "issuing";
    case BookAccount::ledger:
      return "ledger";
    case BookAccount::redeeming:
      return "redeeming";
    case BookAccount::burning:
      return "burning";
    case BookAccount::unmatched:
      return "unmatched";
  }
  VOSTRO_CHECK(false);
}

std::string code_of(BookAccount account, const Currency& currency) {
  return std::string(to_string(account)) + "/" + to_text(currency);
}

// ---- inside a transaction ----

std::int64_t BookTransaction::append(std::string_view table, const Columns& columns) {
  if (!last_link_) {
    const auto rows = sql_.rows(2, "SELECT seq, hash FROM links ORDER BY seq DESC LIMIT 1");
    last_link_ = rows.empty() ? std::pair<std::int64_t, std::string>{0, ""}
                              : std::pair{rows.front().number(0), rows.front().text(1)};
  }
  const std::int64_t seq = last_link_->first + 1;
  SqlValues values{seq};
  std::string names = "seq";
  std::vector<std::string> cells;
  for (const auto& [name, value] : columns) {
    names += ", " + std::string(name);
    const auto* number = std::get_if<std::int64_t>(&value);
    cells.push_back(number != nullptr ? std::to_string(*number) : std::get<std::string>(value));
    values.push_back(value);
  }
  const std::string hash = link_hash(last_link_->second, seq, table, cells);
  const auto group = std::ranges::find(groups_, table, &Group::table);
  if (group != groups_.end()) {
    group->columns = names;
    group->rows.push_back(std::move(values));
  } else {
    insert_rows(table, names, {std::move(values)});
  }
  Group& links = groups_.back();
  links.columns = "seq, kind, hash";
  links.rows.push_back({seq, std::string(table), hash});
  last_link_ = {seq, hash};
  if (links.rows.size() >= kRowsWaitingMax) flush();
  return seq;
}

void BookTransaction::flush() {
  for (const auto& [kind, rows] : waiting_) rows->write(*this);
  for (Group& group : groups_)
    insert_rows(group.table, group.columns, std::exchange(group.rows, {}));
}

void BookTransaction::insert_rows(std::string_view table, const std::string& columns,
                                  std::vector<SqlValues> rows) {
  in_groups(rows.size(), [&](std::size_t first, std::size_t count) {
    const std::size_t cells = rows[first].size();
    SqlValues values;
    for (std::size_t i = first; i < first + count; ++i)
      std::ranges::move(rows[i], std::back_inserter(values));
    sql_.run("INSERT INTO " + std::string(table) + " (" + columns + ") VALUES " +
                 row_holders(count, cells),
             values);
  });
}

void BookTransaction::ensure_account(const std::string& code, const Currency& currency) {
  if (!accounts_.insert(code).second) return;
  if (sql_.rows(1, "SELECT code FROM accounts WHERE code = :v0", {code}).empty())
    sql_.run("INSERT INTO accounts (code, currency) VALUES (:v0, :v1)", {code, to_text(currency)});
}

std::int64_t BookTransaction::next_place() {
  if (!last_place_)
    last_place_ = sql_.rows(1, "SELECT COALESCE(MAX(place), 0) FROM outbox").front().number(0);
  return ++*last_place_;
}

void BookTransaction::post(std::string_view kind, const std::string& reference,
                           const std::vector<Posting>& postings) {
  std::map<Currency, std::int64_t> sums;
  for (const Posting& posting : postings) {
    VOSTRO_CHECK(posting.amount.units.value != 0);
    auto& sum = sums[posting.amount.currency];
    const auto next = checked_add(sum, posting.amount.units.value);
    VOSTRO_CHECK(next);
    sum = *next;
  }
  // Double entry: what one account gets another gives.
  for (const auto& [currency, sum] : sums) VOSTRO_CHECK(sum == 0);
  const std::int64_t entry = append("entries", {{"at_ms", static_cast<std::int64_t>(now_.value)},
                                                {"kind", std::string(kind)},
                                                {"reference", reference}});
  for (const Posting& posting : postings)
    append("postings", {{"entry", entry},
                        {"account", posting.account},
                        {"currency", to_text(posting.amount.currency)},
                        {"amount", posting.amount.units.value}});
}

void BookTransaction::move(std::string_view kind, const std::string& reference, BookAccount from,
                           BookAccount to, const Money& amount) {
  VOSTRO_CHECK(amount.units.value > 0);
  post(kind, reference,
       {{code_of(to, amount.currency), amount},
        {code_of(from, amount.currency), {amount.currency, MinorUnits(-amount.units.value)}}});
}

void BookTransaction::transition(std::string_view flow, const std::string& key,
                                 std::string_view state, const Hash& facts,
                                 std::string_view detail) {
  append("transitions", {{"at_ms", static_cast<std::int64_t>(now_.value)},
                         {"flow", std::string(flow)},
                         {"key", key},
                         {"state", std::string(state)},
                         {"facts", to_hex(facts.view())},
                         {"detail", std::string(detail)}});
}

bool BookTransaction::may_be_raised(const std::string& key) {
  if (!alarms_) {
    alarms_.emplace();
    for (const SqlRow& row :
         sql_.rows(1, "SELECT key FROM alarms LIMIT " + std::to_string(kAlarmsKnownMax + 1)))
      alarms_->insert(row.text(0));
    are_alarms_all_ = alarms_->size() <= kAlarmsKnownMax;
  }
  return !are_alarms_all_ || alarms_->contains(key);
}

void BookTransaction::raise(const std::string& key, const std::string& text) {
  const auto now = static_cast<std::int64_t>(now_.value);
  if (!may_be_raised(key) ||
      sql_.run("UPDATE alarms SET last_ms = :v0, count = count + 1, text = :v1 WHERE key = :v2",
               {now, text, key}) == 0)
    sql_.run(
        "INSERT INTO alarms (key, first_ms, last_ms, count, text) VALUES (:v0, :v1, :v2, 1, :v3)",
        {key, now, now, text});
  alarms_->insert(key);
}

void BookTransaction::clear(const std::string& key) {
  // Hardly any key that is cleared was raised.
  if (!may_be_raised(key)) return;
  sql_.run("DELETE FROM alarms WHERE key = :v0", {key});
  alarms_->erase(key);
}

// ---- the book ----

Book::Book(DatabaseAddress address, SecretText password)
    : sql_(std::make_unique<Sql>(std::move(address), std::move(password))) {}

Result<void, BookError> Book::transact(const std::function<void()>& work, bool is_writing) {
  try {
    if (is_writing)
      sql_->begin();
    else
      sql_->begin_reading();
    work();
    if (is_writing)
      sql_->commit();
    else
      sql_->roll_back();
    return {};
  } catch (const Fenced& error) {
    sql_->roll_back();
    return fail(BookError{BookError::Kind::fenced, error.what()});
  } catch (const BookDamaged& error) {
    sql_->roll_back();
    return fail(BookError{BookError::Kind::damaged, error.what()});
  } catch (const SqlError& error) {
    sql_->roll_back();
    return fail(BookError{BookError::Kind::unavailable, error.what()});
  }
}

Result<Book, BookError> Book::open(DatabaseAddress address, SecretText password, UnixMillis now) {
  Book book(std::move(address), std::move(password));
  try {
    if (schema_of(*book.sql_) > newest_schema())
      return fail(BookError{BookError::Kind::newer,
                            "the book's tables are of a newer vostro-bridge: run that one"});
    migrate(*book.sql_, static_cast<std::int64_t>(now.value));
  } catch (const SqlError& error) {
    return fail(BookError{BookError::Kind::unavailable, error.what()});
  }
  return book;
}

Result<Lease, BookError> Book::lease() {
  Lease lease;
  auto done = transact(
      [&] {
        const auto rows = sql_->rows(3, "SELECT holder, fence, beat FROM lease WHERE one = 1");
        if (rows.size() != 1) throw BookDamaged("it has no lease");
        lease = {rows.front().text(0), rows.front().number(1), rows.front().number(2)};
      },
      false);
  if (!done) return fail(done.error());
  return lease;
}

Result<bool, BookError> Book::take_lease(const Lease& seen, const std::string& holder) {
  VOSTRO_CHECK(!holder.empty());
  std::int64_t changed = 0;
  auto done = transact(
      [&] {
        changed = sql_->run(
            "UPDATE lease SET holder = :v0, fence = :v1, beat = :v2 WHERE one = 1 AND"
            " holder = :v3 AND fence = :v4 AND beat = :v5",
            {holder, seen.fence + 1, seen.beat + 1, seen.holder, seen.fence, seen.beat});
      },
      true);
  if (!done) return fail(done.error());
  if (changed != 1) return false;
  holder_ = holder;
  fence_ = seen.fence + 1;
  return true;
}

Result<void, BookError> Book::release_lease() {
  return transact(
      [&] {
        sql_->run("UPDATE lease SET holder = '' WHERE one = 1 AND holder = :v0 AND fence = :v1",
                  {holder_, fence_});
      },
      true);
}

Result<void, BookError> Book::write(UnixMillis now, const Work& work) {
  return transact(
      [&] {
        // The first statement: it locks the lease's row until the end, so that writers take turns,
        // and nothing follows it where the lease is another's.
        if (sql_->run("UPDATE lease SET beat = beat + 1 WHERE one = 1 AND holder = :v0 AND"
                      " fence = :v1",
                      {holder_, fence_}) != 1)
          throw Fenced("another bridge has taken over the book: this one ends");
        BookTransaction transaction(*sql_, now);
        work(transaction);
        transaction.flush();
      },
      true);
}

Result<void, BookError> Book::write_as_desk(UnixMillis now, const Work& work) {
  return transact(
      [&] {
        sql_->run("UPDATE lease SET holder = holder WHERE one = 1");
        BookTransaction transaction(*sql_, now);
        work(transaction);
        transaction.flush();
      },
      true);
}

Result<void, BookError> Book::read(UnixMillis now, const Work& work) {
  return transact(
      [&] {
        BookTransaction transaction(*sql_, now);
        work(transaction);
      },
      false);
}

}  // namespace vostro::bridge
