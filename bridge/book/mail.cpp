#include "bridge/book/mail.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/checked.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_of(const SqlRow& row, std::size_t column) {
  const std::int64_t value = row.number(column);
  if (value < 0) throw BookDamaged("a number below zero where none can be");
  return static_cast<std::uint64_t>(value);
}

std::string_view word_of(OutboxItem::Kind kind) {
  switch (kind) {
    case OutboxItem::Kind::order:
      return "order";
    case OutboxItem::Kind::file:
      return "file";
    case OutboxItem::Kind::annex:
      return "annex";
  }
  VOSTRO_CHECK(false);
}

OutboxItem::Kind kind_from(const std::string& word) {
  using enum OutboxItem::Kind;
  for (const auto kind : {order, file, annex})
    if (word == word_of(kind)) return kind;
  throw BookDamaged("\"" + word + "\" is nothing that an outbox holds");
}

/// Calls `work` with a group of ids as values, and with " IN (...)" for them.
template <class Work>
void for_groups_of(const std::vector<std::string>& ids, const Work& work) {
  in_groups(ids.size(), [&](std::size_t first, std::size_t count) {
    const auto from = ids.begin() + static_cast<std::ptrdiff_t>(first);
    work(SqlValues(from, from + static_cast<std::ptrdiff_t>(count)),
         " IN (" + holders(count) + ")");
  });
}

/// What a transaction puts into the outbox and takes out of it. A place is given at once, so that
/// the order is that of the steps.
class WaitingMail : public WaitingRows {
 public:
  void put(BookTransaction& book, const OutboxItem& item) {
    if (gone_.contains(item.id)) write(book);
    come(row_of(item, book.next_place()));
  }

  void send_once(BookTransaction& book, const JournalMessage& message) {
    const OutboxItem item{message.message_id + ".xml", OutboxItem::Kind::file, message.content};
    if (!messages_.contains(item.id) && !said_.contains(item.id))
      messages_.emplace(item.id, Message{message, row_of(item, book.next_place())});
  }

  void take_out(BookTransaction& book, const std::string& id) {
    if (messages_.contains(id)) write(book);
    coming_.erase(id);
    gone_.insert(id);
  }

  void write(BookTransaction& book) override {
    for (Message& each : unknown_ones(book, std::exchange(messages_, {}))) {
      insert(book, each.content);
      said_.insert(std::get<std::string>(each.row.front()));
      come(std::move(each.row));
    }
    const auto gone = std::exchange(gone_, {});
    for_groups_of({gone.begin(), gone.end()}, [&](const SqlValues& ids, const std::string& in) {
      book.sql().run("DELETE FROM outbox WHERE id" + in, ids);
    });
    std::vector<SqlValues> rows;
    for (auto& [id, row] : std::exchange(coming_, {})) rows.push_back(std::move(row));
    book.insert_rows("outbox", "id, place, kind, content, is_sent, issues", std::move(rows));
  }

 private:
  struct Message {
    JournalMessage content;
    SqlValues row;  ///< of the outbox
  };

  void come(SqlValues row) {
    const std::string id = std::get<std::string>(row.front());
    if (!coming_.emplace(id, std::move(row)).second)
      throw BookDamaged("the outbox would hold " + id + " twice");
  }

  static SqlValues row_of(const OutboxItem& item, std::int64_t place) {
    return {item.id,
            place,
            std::string(word_of(item.kind)),
            item.content,
            std::int64_t{item.is_sent ? 1 : 0},
            item.issues ? to_text(*item.issues) : std::string()};
  }

  /// Those that the journal does not have, in the order of their places.
  static std::vector<Message> unknown_ones(BookTransaction& book,
                                           std::map<std::string, Message> messages) {
    std::vector<std::string> ids;
    for (const auto& [file, each] : messages) ids.push_back(each.content.message_id);
    std::set<std::pair<std::string, std::string>> known;  // sender and id
    for_groups_of(ids, [&](const SqlValues& values, const std::string& in) {
      for (const SqlRow& row : book.sql().rows(
               2,
               "SELECT sender, message_id FROM messages WHERE direction = 'out' AND message_id" +
                   in,
               values))
        known.emplace(row.text(0), row.text(1));
    });
    std::vector<Message> unknown;
    for (auto& [file, each] : messages)
      if (!known.contains({each.content.sender, each.content.message_id}))
        unknown.push_back(std::move(each));
    std::ranges::sort(unknown, {}, [](const Message& each) { return std::get<1>(each.row[1]); });
    return unknown;
  }

  std::map<std::string, Message> messages_;  ///< by the file's name
  std::set<std::string> said_;               ///< those of them that are in the journal by now
  std::map<std::string, SqlValues> coming_;  ///< by id
  std::set<std::string> gone_;
};

/// The outbox can be read then.
Sql& settled(BookTransaction& book) {
  book.waiting<WaitingMail>().write(book);
  return book.sql();
}

std::vector<OutboxItem> select_outbox(BookTransaction& book, const std::string& where,
                                      const SqlValues& values) {
  std::vector<OutboxItem> items;
  for (const SqlRow& row : settled(book).rows(
           6, "SELECT id, kind, content, is_sent, issues, place FROM outbox " + where, values)) {
    items.push_back({row.text(0), kind_from(row.text(1)), row.text(2), row.number(3) != 0,
                     std::nullopt, row.number(5)});
    if (!row.text(4).empty()) items.back().issues = currency_column(row, 4);
  }
  return items;
}

void set_sent(BookTransaction& book, const std::vector<std::string>& ids, bool is_sent) {
  Sql& sql = settled(book);
  for_groups_of(ids, [&](const SqlValues& values, const std::string& in) {
    sql.run("UPDATE outbox SET is_sent = " + std::string(is_sent ? "1" : "0") + " WHERE id" + in,
            values);
  });
}

std::vector<Stranger> select_strangers(BookTransaction& book, const std::string& where,
                                       const SqlValues& values) {
  std::vector<Stranger> found;
  for (const SqlRow& row : book.sql().rows(
           5, "SELECT id, kind, height, currency, amount FROM strangers " + where, values))
    found.push_back({row.text(0),
                     row.text(1),
                     Height(unsigned_of(row, 2)),
                     {currency_column(row, 3), MinorUnits(row.number(4))}});
  return found;
}

}  // namespace

std::optional<InboxFile> find_file(BookTransaction& book, const Hash& file) {
  const auto rows = book.sql().rows(
      3, "SELECT name, outcome, detail FROM inbox WHERE file_hash = :v0", {to_hex(file.view())});
  if (rows.empty()) return std::nullopt;
  return InboxFile{file, rows.front().text(0), rows.front().text(1), rows.front().text(2)};
}

bool is_file_known(BookTransaction& book, const std::string& digits) {
  // "g" is behind every hexadecimal digit.
  return !book.sql()
              .rows(1, "SELECT name FROM inbox WHERE file_hash >= :v0 AND file_hash < :v1 LIMIT 1",
                    {digits, digits + "g"})
              .empty();
}

void insert(BookTransaction& book, const InboxFile& file) {
  book.sql().run(
      "INSERT INTO inbox (file_hash, name, at_ms, outcome, detail) VALUES (:v0, :v1, :v2, :v3,"
      " :v4)",
      {to_hex(file.file.view()), file.name, signed_of(book.now().value), file.outcome,
       file.detail});
}

std::optional<Hash> find_message(BookTransaction& book, const std::string& direction,
                                 const std::string& sender, const std::string& message_id) {
  const auto rows = book.sql().rows(1,
                                    "SELECT file_hash FROM messages WHERE direction = :v0 AND"
                                    " sender = :v1 AND message_id = :v2",
                                    {direction, sender, message_id});
  if (rows.empty()) return std::nullopt;
  return hash_column(rows.front(), 0);
}

void insert(BookTransaction& book, const JournalMessage& message) {
  book.append("messages", {{"at_ms", signed_of(book.now().value)},
                           {"direction", message.direction},
                           {"type", message.type},
                           {"sender", message.sender},
                           {"message_id", message.message_id},
                           {"file_hash", to_hex(message.file.view())},
                           {"content", message.content}});
}

std::vector<SentMessage> sent_messages(BookTransaction& book, std::int64_t after,
                                       std::size_t count_max) {
  book.flush();
  std::vector<SentMessage> found;
  for (const SqlRow& row :
       book.sql().rows(5,
                       "SELECT seq, at_ms, type, message_id, file_hash FROM messages"
                       " WHERE direction = 'out' AND seq > :v0 ORDER BY seq LIMIT " +
                           std::to_string(count_max),
                       {after}))
    found.push_back({row.number(0), UnixMillis(unsigned_of(row, 1)), row.text(2), row.text(3),
                     hash_column(row, 4)});
  return found;
}

std::optional<std::string> sent_content(BookTransaction& book, const std::string& message_id) {
  book.flush();
  const auto rows = book.sql().rows(
      1, "SELECT content FROM messages WHERE direction = 'out' AND message_id = :v0", {message_id});
  if (rows.empty()) return std::nullopt;
  return rows.front().text(0);
}

void insert(BookTransaction& book, const OutboxItem& item) {
  book.waiting<WaitingMail>().put(book, item);
}

void send_once(BookTransaction& book, const JournalMessage& message) {
  book.waiting<WaitingMail>().send_once(book, message);
}

void mark_sent(BookTransaction& book, const std::vector<std::string>& ids) {
  set_sent(book, ids, true);
}

void mark_unsent(BookTransaction& book, const std::vector<std::string>& ids) {
  set_sent(book, ids, false);
}

std::optional<OutboxItem> find_in_outbox(BookTransaction& book, const std::string& id) {
  return first_of(select_outbox(book, "WHERE id = :v0", {id}));
}

bool was_sent(BookTransaction& book, const std::string& id) {
  const auto item = find_in_outbox(book, id);
  return !item || item->is_sent;
}

void remove_from_outbox(BookTransaction& book, const std::string& id) {
  book.waiting<WaitingMail>().take_out(book, id);
}

void remove_from_outbox(BookTransaction& book, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) remove_from_outbox(book, id);
}

std::vector<OutboxItem> outbox(BookTransaction& book, std::size_t count_max,
                               const OutboxPart& part) {
  std::string where =
      "WHERE issues NOT IN (SELECT currency FROM stops WHERE state = 'stopped') AND place > :v0";
  SqlValues values{part.after};
  if (part.of == OutboxPart::Of::files) where += " AND kind = 'file'";
  if (part.of == OutboxPart::Of::orders) {
    // An order follows its annex: one whose annex is not in this part any more, and not sent,
    // waits.
    where +=
        " AND kind <> 'file' AND id NOT IN (SELECT SUBSTR(id, 7) FROM outbox WHERE kind = 'annex'"
        " AND place <= :v1)";
    values.emplace_back(part.after);
  }
  return select_outbox(book, where + " ORDER BY place LIMIT " + std::to_string(count_max), values);
}

std::int64_t outbox_size(BookTransaction& book) {
  return settled(book).rows(1, "SELECT COUNT(*) FROM outbox").front().number(0);
}

std::map<std::string, std::int64_t> outbox_sizes(BookTransaction& book) {
  std::map<std::string, std::int64_t> sizes;
  for (const auto kind : {OutboxItem::Kind::order, OutboxItem::Kind::file, OutboxItem::Kind::annex})
    sizes[std::string(word_of(kind))] = 0;
  for (const SqlRow& row : settled(book).rows(2, "SELECT kind, COUNT(*) FROM outbox GROUP BY kind"))
    sizes[row.text(0)] = row.number(1);
  return sizes;
}

bool is_in_outbox(BookTransaction& book, const std::string& id) {
  return !settled(book).rows(1, "SELECT id FROM outbox WHERE id = :v0", {id}).empty();
}

std::optional<client::EventPlace> cursor(BookTransaction& book, const Hash& network_id) {
  const auto rows =
      book.sql().rows(3, "SELECT network, height, place FROM chain_cursor WHERE one = 1");
  if (rows.empty()) return std::nullopt;
  if (hash_column(rows.front(), 0) != network_id)
    throw BookDamaged("it is the book of another network, with the id " + rows.front().text(0));
  client::EventPlace place{Height(unsigned_of(rows.front(), 1))};
  if (!rows.front().is_null(2))
    place.index = static_cast<std::uint32_t>(unsigned_of(rows.front(), 2));
  return place;
}

void set_cursor(BookTransaction& book, const Hash& network_id, const client::EventPlace& place) {
  SqlValues values{to_hex(network_id.view()), signed_of(place.height.value), std::monostate{}};
  if (place.index) values.back() = std::int64_t{*place.index};
  if (book.sql().run("UPDATE chain_cursor SET network = :v0, height = :v1, place = :v2"
                     " WHERE one = 1",
                     values) == 0)
    book.sql().run(
        "INSERT INTO chain_cursor (one, network, height, place) VALUES (1, :v0, :v1, :v2)", values);
}

void insert(BookTransaction& book, const Stranger& stranger) {
  book.sql().run(
      "INSERT INTO strangers (id, kind, height, currency, amount) VALUES (:v0, :v1, :v2, :v3, :v4)",
      {stranger.id, stranger.kind, signed_of(stranger.height.value),
       to_text(stranger.amount.currency), stranger.amount.units.value});
}

std::vector<Stranger> strangers(BookTransaction& book) {
  return select_strangers(book, "ORDER BY height, id", {});
}

std::optional<Stranger> find_stranger(BookTransaction& book, const std::string& id) {
  return first_of(select_strangers(book, "WHERE id = :v0", {id}));
}

void remove_stranger(BookTransaction& book, const std::string& id) {
  book.sql().run("DELETE FROM strangers WHERE id = :v0", {id});
}

void add_to_ledger_total(BookTransaction& book, const LedgerTotal& more) {
  const SqlValues values{more.issued.value, more.redeemed.value, to_text(more.currency),
                         to_text(more.participant)};
  if (book.sql().run("UPDATE ledger_totals SET issued = issued + :v0, redeemed = redeemed + :v1"
                     " WHERE currency = :v2 AND participant = :v3",
                     values) == 0)
    book.sql().run("INSERT INTO ledger_totals (issued, redeemed, currency, participant) VALUES (" +
                       holders(4) + ")",
                   values);
}

std::vector<LedgerTotal> ledger_totals(BookTransaction& book) {
  std::vector<LedgerTotal> found;
  for (const SqlRow& row : book.sql().rows(
           4,
           "SELECT currency, participant, issued, redeemed FROM ledger_totals ORDER BY currency,"
           " participant"))
    found.push_back({currency_column(row, 0), bic_column(row, 1), MinorUnits(row.number(2)),
                     MinorUnits(row.number(3))});
  return found;
}

void ensure_accounts(BookTransaction& book, const Currency& currency) {
  for (const BookAccount account : book_accounts) {
    const std::string code = code_of(account, currency);
    book.ensure_account(code, currency);
  }
}

std::map<Currency, std::map<std::string, MinorUnits>> balances(BookTransaction& book) {
  book.flush();
  std::map<Currency, std::map<std::string, MinorUnits>> found;
  // As text: a sum of BIGINT is a NUMERIC in PostgreSQL.
  for (const SqlRow& row : book.sql().rows(
           3,
           "SELECT a.code, a.currency, CAST(COALESCE(SUM(p.amount), 0) AS TEXT) FROM accounts a"
           " LEFT JOIN postings p ON p.account = a.code GROUP BY a.code, a.currency"))
    found[currency_column(row, 1)][row.text(0)] = MinorUnits(row.number(2));
  return found;
}

std::optional<UnixMillis> raised_since(BookTransaction& book, const std::string& key) {
  const auto rows = book.sql().rows(1, "SELECT first_ms FROM alarms WHERE key = :v0", {key});
  if (rows.empty()) return std::nullopt;
  return UnixMillis(unsigned_of(rows.front(), 0));
}

bool is_closed_by_people(std::string_view key) {
  constexpr std::string_view kKinds[]{"answer",  "closed",   "contradiction", "debit",
                                      "entry",   "file",     "message",       "odd",
                                      "refused", "returned", "statement",     "uetr"};
  return std::ranges::find(kKinds, key.substr(0, key.find('/'))) != std::end(kKinds);
}

bool close_alarm(BookTransaction& book, const std::string& key, std::string_view reason) {
  if (!raised_since(book, key)) return false;
  book.clear(key);
  book.transition(alarm_flow, key, "closed", Hash{}, reason);
  return true;
}

std::vector<Alarm> alarms(BookTransaction& book) {
  std::vector<Alarm> found;
  for (const SqlRow& row : book.sql().rows(
           5, "SELECT key, first_ms, last_ms, count, text FROM alarms ORDER BY first_ms, key"))
    found.push_back({row.text(0), UnixMillis(unsigned_of(row, 1)), UnixMillis(unsigned_of(row, 2)),
                     row.number(3), row.text(4)});
  return found;
}

}  // namespace vostro::bridge
