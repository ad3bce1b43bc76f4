#include "audit/views/statement.h"

#include "audit/views/trace.h"
#include "base/hash.h"
#include "iso20022/message.h"

namespace vostro::audit {
namespace {

namespace iso = iso20022;

constexpr std::size_t kAccountIdMax = 34;  // of Othr/Id

iso::DateOrTime on_day(Date date) {
  iso::DateOrTime when;
  when.date = date;
  return when;
}

iso::Balance balance_of(const Statement& statement, const char* type, std::int64_t units,
                        Date day) {
  iso::Balance made;
  made.type = iso::Choice{type, ""};
  made.amount = Money{statement.currency, MinorUnits(units < 0 ? -units : units)};
  made.side = units < 0 ? iso::Side::debit : iso::Side::credit;
  made.date = on_day(day);
  return made;
}

iso::Entry entry_of(const Statement& statement, const Statement::Line& line) {
  iso::Entry entry;
  const bool is_debit = line.amount < 0;
  entry.amount = Money{statement.currency, MinorUnits(is_debit ? -line.amount : line.amount)};
  entry.side = is_debit ? iso::Side::debit : iso::Side::credit;
  entry.status = iso::Choice{"BOOK", ""};
  entry.booked = entry.value = on_day(parse_date(line.business_date).value_or(statement.to));
  // A UUID without its hyphens fits into 35 characters.
  for (const char c : line.id)
    if (c != '-') entry.servicer_reference += c;
  entry.code.domain = "PMNT";
  entry.code.family = is_debit ? "ICDT" : "RCDT";
  entry.code.sub_family = line.kind == "charge" ? "CHRG" : "XBCT";
  iso::EntryTransaction transaction;
  if (const auto uetr = parse_uetr(line.uetr)) transaction.references.uetr = *uetr;
  transaction.references.end_to_end_id = "NOTPROVIDED";
  transaction.amount = entry.amount;
  transaction.side = entry.side;
  iso::EntryDetails details;
  details.transactions.push_back(std::move(transaction));
  entry.details.push_back(std::move(details));
  return entry;
}

/// Entries of an account (`values`' first) in a currency (its second).
std::vector<Statement::Line> lines_of(Database& database, const std::string& which,
                                      const Cells& values) {
  const auto found = database.query(
      "SELECT e.business_date, b.time, e.height, r.id, r.uetr, CASE WHEN r.debtor = e.account THEN "
      "r.creditor ELSE r.debtor END, e.kind, e.amount FROM entries e JOIN blocks b ON b.height = "
      "e.height JOIN receipts r ON r.height = e.height AND r.position = e.receipt WHERE e.account "
      "= :v0 AND e.currency = :v1 AND " +
          which + " ORDER BY e.height, e.receipt, e.position",
      values);
  std::vector<Statement::Line> lines;
  for (const TextRow& row : found.rows)
    lines.push_back({cell_text(row[0]), cell_text(row[1]), cell_text(row[2]), cell_text(row[3]),
                     cell_text(row[4]), cell_text(row[5]), cell_text(row[6]), cell_number(row[7])});
  return lines;
}

/// One message, one id: of another account, currency, period or block it is another.
std::string message_id(const Statement& statement) {
  const std::string from = to_text(statement.from);
  const std::string to = to_text(statement.to);
  std::string day = to;
  std::erase(day, '-');
  const std::string what = to_text(statement.account) + " " + to_text(statement.currency) + " " +
                           from + " " + to + " " + statement.block;
  return "AUDIT-" + day + "-" + hex(hash("audit-statement", as_bytes(what))).substr(0, 16);
}

}  // namespace

PeriodEnd end_of_period(Database& database, const std::string& currency, const std::string& to) {
  // Business dates of a currency only go forward, so the period ends before the first entry of a
  // later one.
  const auto end = database.query(
      "SELECT height, CAST(MIN(receipt) AS BIGINT) FROM entries WHERE currency = :v0 AND "
      "business_date > :v1 AND height = (SELECT MIN(height) FROM entries WHERE currency = :v2 AND "
      "business_date > :v3) GROUP BY height",
      {currency, to, currency, to});
  if (!end.rows.empty()) return {cell_number(end.rows[0][0]), cell_number(end.rows[0][1])};
  const auto last = database.query("SELECT CAST(MAX(height) + 1 AS BIGINT) FROM blocks");
  return {cell_number(last.rows.at(0)[0]), 0};
}

Statement statement_of(Database& database, const chain::AccountId& account,
                       const Currency& currency, Date from, Date to) {
  Statement statement;
  statement.account = account;
  statement.currency = currency;
  statement.from = from;
  statement.to = to;
  const std::string name = to_text(account);
  const std::string code = to_text(currency);
  const std::string last_day = to_text(to);
  const auto opening = database.query(
      "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM entries WHERE account = :v0 AND "
      "currency = :v1 AND business_date < :v2",
      {name, code, to_text(from)});
  statement.opening = statement.closing = cell_number(opening.rows.at(0)[0]);
  statement.lines = lines_of(database, "e.business_date >= :v2 AND e.business_date <= :v3",
                             {name, code, to_text(from), last_day});
  for (const Statement::Line& line : statement.lines) statement.closing += line.amount;

  // The block in which the next date begins counts where the account has earlier entries in it.
  const std::int64_t after = end_of_period(database, code, last_day).height;
  const auto within = database.query(
      "SELECT COUNT(*) FROM entries WHERE account = :v0 AND currency = :v1 AND height = :v2 AND "
      "business_date <= :v3",
      {name, code, after, last_day});
  const std::int64_t height = cell_number(within.rows.at(0)[0]) > 0 ? after : after - 1;
  const auto end =
      database.query("SELECT height, block, time FROM blocks WHERE height = :v0", {height});
  statement.height = cell_text(end.rows.at(0)[0]);
  statement.block = cell_text(end.rows.at(0)[1]);
  statement.time = cell_text(end.rows.at(0)[2]);
  statement.later = lines_of(database, "e.height = :v2 AND e.business_date > :v3",
                             {name, code, height, last_day});
  statement.proved = statement.closing;
  for (const Statement::Line& line : statement.later) statement.proved += line.amount;
  return statement;
}

Result<std::string, std::string> to_camt053(const Statement& statement, Database& database) {
  iso::AccountMessage message;
  message.header.message_id = message_id(statement);
  message.header.created.text = statement.time;
  iso::AccountReport report;
  report.id = message.header.message_id;
  report.page = iso::Page{"1", true};
  report.created = message.header.created;
  const std::string name = to_text(statement.account);
  report.account = iso::account_of(name.size() <= kAccountIdMax ? name : statement.account.label);
  report.account.currency = statement.currency;
  report.account.servicer = iso::agent_of(statement.account.owner);
  report.balances = {balance_of(statement, "OPBD", statement.opening, statement.from),
                     balance_of(statement, "CLBD", statement.closing, statement.to)};
  for (const Statement::Line& line : statement.lines)
    report.entries.push_back(entry_of(statement, line));
  report.more = "Closing balance after block " + statement.height + ", " + statement.block;
  if (!statement.later.empty()) {
    const std::string code = to_text(statement.currency);
    const Amounts amounts(database);
    report.more = "Closing balance within block " + statement.height + ", " + statement.block +
                  ": after it the balance is " + amounts.text(statement.proved, code) + " " + code +
                  ", of which " + amounts.text(statement.proved - statement.closing, code) +
                  " is of the block's entries of later business dates, " +
                  std::to_string(statement.later.size()) + " in number";
  }
  message.reports.push_back(std::move(report));
  auto written = iso::write_message(iso::Kind::camt_053, message);
  if (!written)
    return fail("camt.053 does not take it: " + to_string(written.error().list.front()));
  return *std::move(written);
}

std::string to_csv(const Statement& statement, Database& database) {
  const Amounts amounts(database);
  const std::string currency = to_text(statement.currency);
  std::int64_t balance = statement.opening;
  const auto row = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + cell;
    return line + "\r\n";
  };
  // No cell can hold a comma or a quote: names of accounts, ids, dates and amounts do not.
  std::string out = row({"business_date", "time", "height", "id", "uetr", "other_account", "kind",
                         "amount", "balance", "currency"});
  out += row({to_text(statement.from), "", "", "", "", "", "opening", "",
              amounts.text(balance, currency), currency});
  const auto add = [&](const Statement::Line& line, const std::string& kind) {
    balance += line.amount;
    out += row({line.business_date, line.time, line.height, line.id, line.uetr, line.other, kind,
                amounts.text(line.amount, currency), amounts.text(balance, currency), currency});
  };
  for (const Statement::Line& line : statement.lines) add(line, line.kind);
  out += row({to_text(statement.to), "", "", "", "", "", "closing", "",
              amounts.text(statement.closing, currency), currency});
  for (const Statement::Line& line : statement.later) add(line, "later");
  return out + row({statement.later.empty() ? to_text(statement.to)
                                            : statement.later.back().business_date,
                    statement.time, statement.height, "", "", "", "proved", "",
                    amounts.text(statement.proved, currency), currency});
}

}  // namespace vostro::audit
