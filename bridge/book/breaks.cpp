#include "bridge/book/breaks.h"

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kBreakColumns =
    "key, kind, currency, reference, participant, amount, text, since_ms, state, is_seen";

BreakKind kind_column(const SqlRow& row, std::size_t column) {
  for (const BreakKind kind : break_kinds)
    if (row.text(column) == to_string(kind)) return kind;
  throw BookDamaged("\"" + row.text(column) + "\" is no kind of a break");
}

std::vector<Break> select_breaks(BookTransaction& book, const std::string& where,
                                 const SqlValues& values) {
  std::vector<Break> found;
  for (const SqlRow& row : book.sql().rows(
           10, "SELECT " + std::string(kBreakColumns) + " FROM breaks " + where, values)) {
    Break each;
    each.kind = kind_column(row, 1);
    each.currency = currency_column(row, 2);
    each.reference = row.text(3);
    if (!row.text(4).empty()) each.participant = bic_column(row, 4);
    each.amount = MinorUnits(row.number(5));
    each.text = row.text(6);
    each.since = time_column(row, 7);
    each.is_open = row.text(8) == "open";
    found.push_back(std::move(each));
  }
  return found;
}

std::string key_from(BreakKind kind, const Currency& currency, const std::string& reference) {
  return std::string(to_string(kind)) + "/" + to_text(currency) + "/" + reference;
}

std::string_view state_of(const Break& each) {
  return each.is_open ? "open" : "closed";
}
std::string_view state_of(const Stop& stop) {
  return stop.is_stopped ? "stopped" : "allowed";
}

void note_step(BookTransaction& book, const Break& each, std::string_view detail) {
  book.transition(break_flow, key_of(each), state_of(each), facts_of(each), detail);
}

}  // namespace

std::string_view to_string(BreakKind kind) {
  switch (kind) {
    case BreakKind::unbacked_issue:
      return "unbacked_issue";
    case BreakKind::unpaid_burn:
      return "unpaid_burn";
    case BreakKind::unexplained_debit:
      return "unexplained_debit";
    case BreakKind::debited_again:
      return "debited_again";
    case BreakKind::debited_though_refused:
      return "debited_though_refused";
    case BreakKind::amount_differs:
      return "amount_differs";
    case BreakKind::not_on_statement:
      return "not_on_statement";
    case BreakKind::stated_again:
      return "stated_again";
    case BreakKind::opening_differs:
      return "opening_differs";
    case BreakKind::statement_number:
      return "statement_number";
    case BreakKind::statement_opening:
      return "statement_opening";
    case BreakKind::statement_sum:
      return "statement_sum";
    case BreakKind::participant_differs:
      return "participant_differs";
    case BreakKind::ledger_differs:
      return "ledger_differs";
  }
  VOSTRO_CHECK(false);
}

std::string key_of(const Break& each) {
  return key_from(each.kind, each.currency, each.reference);
}

Hash facts_of(const Break& each) {
  return facts_hash("book-break",
                    {key_of(each), each.participant ? to_text(*each.participant) : std::string(),
                     each.amount.value, each.text, static_cast<std::int64_t>(each.since.value),
                     std::string(state_of(each))});
}

void note_break(BookTransaction& book, Break found) {
  const std::string key = key_of(found);
  const auto known = first_of(select_breaks(book, "WHERE key = :v0", {key}));
  const bool is_news = !known || !known->is_open || known->amount != found.amount;
  found.since = known && known->is_open ? known->since : book.now();
  found.is_open = true;
  book.raise("break/" + key, found.text);
  if (!is_news) return;
  if (known) {
    book.sql().run(
        "UPDATE breaks SET amount = :v0, text = :v1, since_ms = :v2, state = 'open', is_seen = 0,"
        " participant = :v3 WHERE key = :v4",
        {found.amount.value, found.text, static_cast<std::int64_t>(found.since.value),
         found.participant ? to_text(*found.participant) : std::string(), key});
  } else {
    book.sql().run(
        "INSERT INTO breaks (" + std::string(kBreakColumns) + ") VALUES (" + holders(10) + ")",
        {key, std::string(to_string(found.kind)), to_text(found.currency), found.reference,
         found.participant ? to_text(*found.participant) : std::string(), found.amount.value,
         found.text, static_cast<std::int64_t>(found.since.value), std::string(state_of(found)),
         std::int64_t{0}});
  }
  note_step(book, found, found.text);
}

void close_break(BookTransaction& book, BreakKind kind, const Currency& currency,
                 const std::string& reference) {
  const std::string key = key_from(kind, currency, reference);
  auto known = first_of(select_breaks(book, "WHERE key = :v0 AND state = 'open'", {key}));
  if (!known) return;
  known->is_open = false;
  book.sql().run("UPDATE breaks SET state = 'closed' WHERE key = :v0", {key});
  note_step(book, *known, "it fits");
  book.clear("break/" + key);
}

std::vector<Break> open_breaks(BookTransaction& book) {
  return select_breaks(book, "WHERE state = 'open' ORDER BY since_ms, key", {});
}

std::vector<Break> all_breaks(BookTransaction& book) {
  return select_breaks(book, "ORDER BY since_ms, key", {});
}

// ---- stops ----

Hash facts_of(const Stop& stop) {
  return facts_hash("book-stop", {to_text(stop.currency), stop.number, std::string(state_of(stop)),
                                  stop.reason, static_cast<std::int64_t>(stop.at.value)});
}

std::string subject_of(const Stop& stop) {
  return "issuing/" + to_text(stop.currency) + "/" + std::to_string(stop.number);
}

std::vector<Stop> stops(BookTransaction& book) {
  std::vector<Stop> found;
  for (const SqlRow& row : book.sql().rows(
           5, "SELECT currency, number, state, reason, at_ms FROM stops ORDER BY currency"))
    found.push_back({currency_column(row, 0), row.number(1), row.text(2) == "stopped", row.text(3),
                     time_column(row, 4)});
  return found;
}

std::optional<Stop> find_stop(BookTransaction& book, const Currency& currency) {
  for (Stop& each : stops(book))
    if (each.currency == currency) return std::move(each);
  return std::nullopt;
}

void stop_issuing(BookTransaction& book, const Currency& currency, const std::string& reason) {
  const auto known = find_stop(book, currency);
  if (known && known->is_stopped) return;
  const Stop stop{currency, known ? known->number + 1 : 1, true, reason, book.now()};
  const SqlValues values{stop.number, std::string(state_of(stop)), reason,
                         static_cast<std::int64_t>(stop.at.value), to_text(currency)};
  if (book.sql().run("UPDATE stops SET number = :v0, state = :v1, reason = :v2, at_ms = :v3"
                     " WHERE currency = :v4",
                     values) == 0)
    book.sql().run(
        "INSERT INTO stops (number, state, reason, at_ms, currency) VALUES (" + holders(5) + ")",
        values);
  book.transition(stop_flow, to_text(currency), state_of(stop), facts_of(stop), reason);
  book.raise("stopped/" + to_text(currency), to_text(currency) + " is not issued since " + reason +
                                                 ": clear it, then two persons run "
                                                 "vostro-bridge release " +
                                                 to_text(currency));
}

void allow_issuing(BookTransaction& book, Stop stop, const std::string& detail) {
  stop.is_stopped = false;
  book.sql().run("UPDATE stops SET state = 'allowed' WHERE currency = :v0",
                 {to_text(stop.currency)});
  book.transition(stop_flow, to_text(stop.currency), state_of(stop), facts_of(stop), detail);
  book.clear("stopped/" + to_text(stop.currency));
}

void stop_on_breaks(BookTransaction& book, bool is_stopping) {
  const auto fresh = select_breaks(book, "WHERE is_seen = 0 ORDER BY since_ms, key", {});
  for (const Break& each : fresh)
    if (is_stopping && each.is_open) stop_issuing(book, each.currency, key_of(each));
  if (!fresh.empty()) book.sql().run("UPDATE breaks SET is_seen = 1 WHERE is_seen = 0");
}

// ---- releases ----

Bytes release_message(const Hash& network_id, std::string_view subject, std::string_view reason) {
  constexpr std::string_view kDomain = "VOSTRO-RELEASE-1";
  static_assert(kDomain.size() == 16);
  Bytes message;
  append(message, as_bytes(kDomain));
  append(message, network_id.view());
  append_little_endian(message, subject.size(), 1);
  append(message, as_bytes(subject));
  append(message, as_bytes(reason));
  return message;
}

void insert(BookTransaction& book, const Release& release) {
  book.append("releases", {{"at_ms", static_cast<std::int64_t>(book.now().value)},
                           {"subject", release.subject},
                           {"reason", release.reason},
                           {"person", release.person},
                           {"signer", to_text(release.signer)},
                           {"signature", to_text(release.signature)}});
}

std::vector<Release> releases_of(BookTransaction& book, const std::string& subject) {
  std::vector<Release> found;
  for (const SqlRow& row : book.sql().rows(5,
                                           "SELECT subject, reason, person, signer, signature FROM"
                                           " releases WHERE subject = :v0 ORDER BY seq",
                                           {subject})) {
    const auto signer = public_key_from_text(row.text(3));
    const auto signature = signature_from_text(row.text(4));
    if (!signer || !signature) throw BookDamaged("a release has no key or signature");
    found.push_back({row.text(0), row.text(1), row.text(2), *signer, *signature});
  }
  return found;
}

}  // namespace vostro::bridge
