#include "bridge/flow/statement.h"

#include <set>

#include "base/codec.h"

namespace vostro::bridge {
namespace {

// Whose statement has it: all of them, for it stands in what the first one opens with.
constexpr const char* kOfOpening = "opening";

/// What is out of turn about it; empty: nothing.
std::string doubt_about(const std::optional<Statement>& last, const Statement& next) {
  if (!last) return {};
  if (next.number == last->number) return "corrected";
  if (next.number < last->number) return "backwards";
  if (next.number > last->number + 1) return "gap";
  return next.opening == last->closing ? "" : "opening";
}

BreakKind kind_of_doubt(const Statement& statement) {
  return statement.why == "opening" ? BreakKind::statement_opening : BreakKind::statement_number;
}

std::string name_of(const Statement& statement) {
  return statement.account + "/" + std::to_string(statement.number) + "/" +
         key_of(statement).substr(0, 8);
}

std::string sentence_about(const Statement& statement, const std::optional<Statement>& last) {
  const std::string which =
      "statement " + std::to_string(statement.number) + " of " + statement.account + " is held: ";
  if (statement.why == "opening")
    return which + "it does not begin with the closing balance of the one before";
  if (statement.why == "corrected") return which + "another of this number was taken";
  return which + "the last one that was taken has the number " +
         std::to_string(last ? last->number : 0);
}

Statement row_of(const BookTransaction& book, const FiatStatement& from, const Hash& digest,
                 const Hash& file) {
  Statement row;
  row.digest = digest;
  row.account = from.account;
  row.currency = from.closing->currency;
  row.number = static_cast<std::int64_t>(*from.number);
  row.id = from.id;
  row.opening = from.opening->units;
  row.closing = from.closing->units;
  row.date = *from.date;
  row.file = file;
  row.at = book.now();
  return row;
}

/// A book that is younger than the account: what it knows of earlier days may explain what the
/// first statement begins with. What it does not know stands as an item of its own.
void open_account(BookTransaction& book, const Statement& first, const FiatStatement& said) {
  std::set<std::string> own;
  for (const FiatEntry& each : said.entries) own.insert(each.reference);
  std::vector<FiatItem> earlier;
  std::int64_t sum = 0;
  for (FiatItem& item : overdue_items(book, first.account, Date(first.date.value - 1)))
    if (!own.contains(item.reference)) {
      sum += item.posted.value;
      earlier.push_back(std::move(item));
    }
  if (sum == first.opening.value) {
    for (FiatItem& item : earlier) {
      item.stated = item.posted;
      item.statement = kOfOpening;  // a corrected one begins with it, too
      save(book, item);
    }
    return;
  }
  FiatItem opening;
  opening.account = first.account;
  opening.key = std::string(opening_key);
  opening.currency = first.currency;
  opening.stated = first.opening;
  opening.statement = kOfOpening;
  opening.due = first.date;
  save(book, opening);
  note_break(
      book, {BreakKind::opening_differs, first.currency, first.account, std::nullopt, first.opening,
             "the first statement of " + first.account +
                 " begins with money that the book does not know"});
}

/// The old one's entries count no more; those that the new one has, too, are stated again by it.
void replace(BookTransaction& book, Statement old) {
  for (FiatItem& item : items_of_statement(book, old.account, key_of(old))) {
    item.stated = MinorUnits(0);
    item.statement.clear();
    save(book, item);
    close_break(book, BreakKind::stated_again, item.currency, key_of(item));
    close_break(book, BreakKind::amount_differs, item.currency, key_of(item));
  }
  old.state = StatementState::replaced;
  old.is_last = false;
  update(book, old, "another of its number was released");
}

/// What must be on a statement by now, and is not; and whether all entries lead to its end.
void look_at_account(BookTransaction& book, const BridgeConfig& config, const Statement& last) {
  const Pool* pool = config.pool_of_account(last.account);
  const bool is_day_over = pool == nullptr || !pool->has_several_statements;
  const Date whole(last.date.value - (is_day_over ? 0 : 1));
  for (const FiatItem& item : overdue_items(book, last.account, whole))
    note_break(book, {BreakKind::not_on_statement, item.currency, key_of(item),
                      participant_of(book, item), MinorUnits(-item.posted.value),
                      "the bank told " + key_of(item) + ", and its statement of " +
                          to_text(last.date) + " does not have it"});
  const std::int64_t missing = last.closing.value - sums_of(book, last.account).stated.value;
  if (missing == 0)
    close_break(book, BreakKind::statement_sum, last.currency, last.account);
  else
    note_break(book, {BreakKind::statement_sum, last.currency, last.account, std::nullopt,
                      MinorUnits(missing),
                      "the statements of " + last.account +
                          " that were taken do not lead to the last closing balance"});
}

/// Its entries into the book. `row` is in no table yet, or held.
void take(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker, Statement row,
          const FiatStatement& said, const std::string& detail) {
  const bool was_held = !row.content.empty();
  close_break(book, kind_of_doubt(row), row.currency, name_of(row));
  row.state = StatementState::taken;
  row.why.clear();
  row.content.clear();
  auto last = last_statement(book, row.account);
  if (!last) open_account(book, row, said);
  for (const Statement& each : statements_in(book, StatementState::taken))
    if (each.account == row.account && each.number == row.number && each.date == row.date)
      replace(book, each);
  // By the day: a bank may count anew each year.
  row.is_last = !last || std::pair(row.date, row.number) >= std::pair(last->date, last->number);
  last = last_statement(book, row.account);
  if (last && row.is_last) {
    last->is_last = false;
    update(book, *last, "followed by " + std::to_string(row.number));
  }
  for (const FiatEntry& each : said.entries) take_stated(book, config, maker, each, key_of(row));
  if (was_held)
    update(book, row, detail);
  else
    insert(book, row, detail);
  if (const auto now_last = last_statement(book, row.account))
    look_at_account(book, config, *now_last);
}

/// Held ones whose turn has come, because the one before them arrived late.
void take_those_in_turn(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                        const std::string& account) {
  for (bool is_more = true; is_more;) {
    is_more = false;
    const auto last = last_statement(book, account);
    for (Statement& each : statements_in(book, StatementState::held)) {
      if (each.account != account || each.why != "gap" || !doubt_about(last, each).empty())
        continue;
      const auto said = decode<FiatStatement>(from_hex(each.content).value_or(Bytes()));
      if (!said) throw BookDamaged("a held statement cannot be read");
      take(book, config, maker, each, *said, "its turn has come");
      is_more = true;
      break;
    }
  }
}

void take_one(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
              const FiatStatement& said, const Hash& file) {
  const Bytes content = encode(said);
  const Hash digest = hash("statement", content);
  if (find_statement(book, digest)) {
    book.raise("statement/" + said.account, "statement " + std::to_string(*said.number) + " of " +
                                                said.account +
                                                " came again in another message: nothing is done");
    return;
  }
  Statement row = row_of(book, said, digest, file);
  const auto last = last_statement(book, row.account);
  row.why = doubt_about(last, row);
  if (row.why.empty()) {
    take(book, config, maker, std::move(row), said, "in turn");
    take_those_in_turn(book, config, maker, said.account);
    return;
  }
  row.content = to_hex(content);
  insert(book, row, row.why);
  note_break(book, {kind_of_doubt(row), row.currency, name_of(row), std::nullopt,
                    MinorUnits(row.why == "opening" ? row.opening.value - last->closing.value : 0),
                    sentence_about(row, last)});
}

}  // namespace

std::string fault_of(const BridgeConfig& config, const FiatStatements& statements) {
  constexpr std::uint64_t kNumberMax = 999'999'999'999;
  for (const FiatStatement& each : statements.statements) {
    const Pool* pool = config.pool_of_account(each.account);
    if (pool == nullptr) return "it is about an account that no [[pool]] has";
    if (!each.is_whole) return "a statement is on several pages: have the bank send it whole";
    if (!each.number || *each.number > kNumberMax) return "a statement has no number";
    if (!each.opening || !each.closing || !each.date)
      return "a statement lacks its opening or closing balance";
    for (const Money& balance : {*each.opening, *each.closing})
      if (balance.currency != pool->currency)
        return "a balance is in another currency than its [[pool]]";
    for (const FiatEntry& entry : each.entries) {
      if (entry.is_booked && entry.amount.currency != pool->currency)
        return "an entry is in another currency than its account";
      if (std::string fault = fault_of(config, entry); !fault.empty()) return fault;
    }
  }
  return {};
}

void take_statements(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                     const FiatStatements& statements, const Hash& file) {
  for (const FiatStatement& each : statements.statements) take_one(book, config, maker, each, file);
}

std::vector<std::string> persons_releasing(BookTransaction& book, const BridgeConfig& config,
                                           const Hash& network_id, const std::string& subject) {
  std::set<std::string> persons;
  for (const Release& each : releases_of(book, subject)) {
    const Person* person = config.person(each.signer);
    if (person == nullptr || person->name != each.person) continue;
    if (is_valid_signature(each.signer, release_message(network_id, subject, each.reason),
                           each.signature))
      persons.insert(person->name);
  }
  return {persons.begin(), persons.end()};
}

void act_on_releases(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker) {
  const auto released = [&](const std::string& subject) -> std::optional<std::string> {
    const auto persons = persons_releasing(book, config, maker.network_id(), subject);
    if (persons.size() < 2) return std::nullopt;
    return "released by " + persons[0] + " and " + persons[1];
  };
  for (Statement& each : statements_in(book, StatementState::held)) {
    const auto by = released(subject_of(each));
    if (!by) continue;
    const Bytes content = from_hex(each.content).value_or(Bytes());
    const auto said = decode<FiatStatement>(content);
    if (!said || hash("statement", content) != each.digest)
      throw BookDamaged("the held statement " + key_of(each) + " is not what came");
    take(book, config, maker, each, *said, *by);
    take_those_in_turn(book, config, maker, each.account);
  }
  for (Stop& each : stops(book))
    if (each.is_stopped)
      if (const auto by = released(subject_of(each))) allow_issuing(book, each, *by);
}

}  // namespace vostro::bridge
