#include "bridge/book/fiat_items.h"

#include <algorithm>

#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kItemColumns =
    "account, key, currency, posted, stated, reference, statement, due, state";
constexpr std::size_t kItemCount = 9;

SqlValues values_of(const FiatItem& item) {
  return {item.account,
          item.key,
          to_text(item.currency),
          item.posted.value,
          item.stated.value,
          item.reference,
          item.statement,
          std::int64_t{item.due.value},
          std::string(state_of(item))};
}

std::vector<FiatItem> select_items(BookTransaction& book, const std::string& where,
                                   const SqlValues& values) {
  std::vector<FiatItem> found;
  for (const SqlRow& row : book.sql().rows(
           kItemCount, "SELECT " + std::string(kItemColumns) + " FROM fiat_items " + where, values))
    found.push_back({row.text(0), row.text(1), currency_column(row, 2), MinorUnits(row.number(3)),
                     MinorUnits(row.number(4)), row.text(5), row.text(6),
                     Date(static_cast<std::int32_t>(row.number(7)))});
  return found;
}

std::vector<BankWord> select_words(BookTransaction& book, const std::string& where,
                                   const SqlValues& values) {
  std::vector<BankWord> found;
  for (const SqlRow& row :
       book.sql().rows(2, "SELECT account, file_hash FROM words " + where, values))
    found.push_back({row.text(0), hash_column(row, 1)});
  return found;
}

}  // namespace

std::string_view state_of(const FiatItem& item) {
  const bool is_posted = item.posted.value != 0;
  const bool is_stated = !item.statement.empty();
  if (is_posted) return is_stated ? "both" : "posted";
  return is_stated ? "stated" : "told";
}

std::string key_of(const FiatItem& item) {
  return item.account + "/" + item.key;
}

Hash facts_of(const FiatItem& item) {
  return facts_hash("book-fiat", values_of(item));
}

std::string credit_key(const std::string& reference) {
  return "C/" + reference;
}
std::string debit_key(const std::string& reference) {
  return "D/" + reference;
}
std::string payout_key(const std::string& message_id) {
  return "P/" + message_id;
}

void save(BookTransaction& book, const FiatItem& item) {
  const SqlValues all = values_of(item);
  const SqlValues changed{all[3], all[4], all[5], all[6], all[7], all[8], all[0], all[1]};
  if (book.sql().run("UPDATE fiat_items SET posted = :v0, stated = :v1, reference = :v2,"
                     " statement = :v3, due = :v4, state = :v5 WHERE account = :v6 AND key = :v7",
                     changed) == 0)
    book.sql().run("INSERT INTO fiat_items (" + std::string(kItemColumns) + ") VALUES (" +
                       holders(kItemCount) + ")",
                   all);
  book.transition(fiat_flow, key_of(item), state_of(item), facts_of(item), item.statement);
}

std::optional<FiatItem> find_item(BookTransaction& book, const std::string& account,
                                  const std::string& key) {
  return first_of(select_items(book, "WHERE account = :v0 AND key = :v1", {account, key}));
}

std::optional<FiatItem> find_debit(BookTransaction& book, const std::string& account,
                                   const std::string& reference) {
  // Sorted here: a database asked to sort may read the whole account in the order of its keys.
  auto found = select_items(book, "WHERE account = :v0 AND reference = :v1", {account, reference});
  std::erase_if(found, [](const FiatItem& each) { return each.key.starts_with("C/"); });
  std::ranges::sort(found, {}, &FiatItem::key);
  return first_of(std::move(found));
}

std::vector<FiatItem> overdue_items(BookTransaction& book, const std::string& account, Date day) {
  return select_items(book, "WHERE account = :v0 AND state = 'posted' AND due <= :v1 ORDER BY key",
                      {account, std::int64_t{day.value}});
}

MinorUnits told_after(BookTransaction& book, const std::string& account, Date day) {
  return MinorUnits(book.sql()
                        .rows(1,
                              "SELECT CAST(COALESCE(SUM(posted), 0) AS TEXT) FROM fiat_items WHERE"
                              " account = :v0 AND state = 'posted' AND due > :v1",
                              {account, std::int64_t{day.value}})
                        .front()
                        .number(0));
}

std::vector<FiatItem> items_of_statement(BookTransaction& book, const std::string& account,
                                         const std::string& statement) {
  return select_items(book, "WHERE account = :v0 AND statement = :v1 ORDER BY key",
                      {account, statement});
}

std::vector<FiatItem> all_items(BookTransaction& book) {
  return select_items(book, "ORDER BY account, key", {});
}

Hash facts_of(const BankWord& word) {
  return facts_hash("book-word", {word.account, to_hex(word.file.view())});
}

void save(BookTransaction& book, const BankWord& word) {
  const std::string file = to_hex(word.file.view());
  if (book.sql().run("UPDATE words SET file_hash = :v0 WHERE account = :v1",
                     {file, word.account}) == 0)
    book.sql().run("INSERT INTO words (account, file_hash) VALUES (:v0, :v1)",
                   {word.account, file});
  book.transition(word_flow, word.account, "told", facts_of(word), file);
}

std::optional<BankWord> bank_word(BookTransaction& book, const std::string& account) {
  return first_of(select_words(book, "WHERE account = :v0", {account}));
}

std::vector<BankWord> all_bank_words(BookTransaction& book) {
  return select_words(book, "ORDER BY account", {});
}

void adopt_items(BookTransaction& book, const std::string& account, const Currency& currency) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const auto adopt = [&](const std::string& prefix, const std::string& columns,
                         const std::string& from, const SqlValue& about) {
    // Key behind its prefix, the bank's reference, signed amount, time.
    const std::string key = "'" + prefix + "' || " + columns.substr(0, columns.find(','));
    for (const SqlRow& row : book.sql().rows(
             4,
             "SELECT " + columns + " FROM " + from +
                 " AND NOT EXISTS (SELECT 1 FROM fiat_items i WHERE i.account = :v1 AND i.key = " +
                 key + ")",
             {about, account}))
      save(book, {account, prefix + row.text(0), currency, MinorUnits(row.number(2)), MinorUnits(0),
                  row.text(1), "", Date(static_cast<std::int32_t>(row.number(3) / kDayMs))});
  };
  adopt("C/", "f.bank_reference, f.bank_reference, f.amount, f.at_ms",
        "fundings f WHERE f.fiat_account = :v0", account);
  adopt("P/", "r.message_id, '', -r.amount, r.ordered_ms",
        "redemptions r WHERE r.currency = :v0 AND r.answer <> '' AND r.code = ''",
        to_text(currency));
  book.flush();
  adopt("D/", "e.reference, e.reference, p.amount, e.at_ms",
        "entries e JOIN postings p ON p.entry = e.seq WHERE e.kind = 'debit' AND p.account = :v0",
        code_of(BookAccount::nostro, currency));
}

FiatSums sums_of(BookTransaction& book, const std::string& account) {
  FiatSums sums;
  for (const SqlRow& row : book.sql().rows(
           3,
           "SELECT state, CAST(SUM(posted) AS TEXT), CAST(SUM(stated) AS TEXT) FROM fiat_items"
           " WHERE account = :v0 GROUP BY state",
           {account})) {
    const std::int64_t posted = row.number(1);
    const std::int64_t stated = row.number(2);
    sums.posted = MinorUnits(sums.posted.value + posted);
    sums.stated = MinorUnits(sums.stated.value + stated);
    if (row.text(0) == "posted") sums.unstated = MinorUnits(sums.unstated.value + posted);
    if (row.text(0) == "stated") sums.unposted = MinorUnits(sums.unposted.value + stated);
  }
  return sums;
}

}  // namespace vostro::bridge
