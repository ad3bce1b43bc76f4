#include "bridge/book/links.h"

#include <map>

#include "bridge/book/agent_orders.h"
#include "bridge/book/breaks.h"
#include "bridge/book/customers.h"
#include "bridge/book/fiat_items.h"
#include "bridge/book/fundings.h"
#include "bridge/book/mail.h"
#include "bridge/book/payments.h"
#include "bridge/book/redemptions.h"
#include "bridge/book/screenings.h"
#include "bridge/book/statements.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kFaultsMax = 20;
constexpr std::int64_t kRowsAtOnce = 500;

struct Table {
  std::string_view name;
  std::size_t columns;     // beside the number
  std::string_view names;  // as they are linked
};
constexpr Table kTables[]{
    {"entries", 3, "at_ms, kind, reference"},
    {"postings", 4, "entry, account, currency, amount"},
    {"messages", 7, "at_ms, direction, type, sender, message_id, file_hash, content"},
    {"transitions", 6, "at_ms, flow, key, state, facts, detail"},
    {"decisions", 7, "at_ms, entry, account, reason, person, signer, signature"},
    {"releases", 6, "at_ms, subject, reason, person, signer, signature"},
    {"screening_results", 4, "at_ms, screening, lists, result"},
    {"screening_decisions", 10,
     "at_ms, screening, round, action, basis, document, reason, person, signer, signature"},
};

class Auditor {
 public:
  explicit Auditor(BookTransaction& book) : book_(book) {}

  Audit run() {
    book_.flush();
    check_links();
    check_counts();
    check_entries();
    check_flows();
    return std::move(audit_);
  }

 private:
  void fault(std::string what) {
    if (audit_.faults.size() < kFaultsMax) audit_.faults.push_back(std::move(what));
  }

  void check_links() {
    std::int64_t seq = 0;
    while (true) {
      const auto links = book_.sql().rows(
          3, "SELECT seq, kind, hash FROM links WHERE seq > :v0 AND seq <= :v1 ORDER BY seq",
          {seq, seq + kRowsAtOnce});
      if (links.empty()) break;
      std::map<std::string_view, std::map<std::int64_t, std::vector<std::string>>> rows;
      for (const Table& table : kTables) rows[table.name] = load(table, seq);
      for (const SqlRow& link : links) {
        ++seq;
        if (link.number(0) != seq) {
          fault("link " + std::to_string(seq) + " is missing");
          seq = link.number(0);
        }
        check_link(link, rows);
      }
    }
    audit_.rows = seq;
  }

  std::map<std::int64_t, std::vector<std::string>> load(const Table& table, std::int64_t after) {
    std::map<std::int64_t, std::vector<std::string>> found;
    for (const SqlRow& row :
         book_.sql().rows(table.columns + 1,
                          "SELECT seq, " + std::string(table.names) + " FROM " +
                              std::string(table.name) + " WHERE seq > :v0 AND seq <= :v1",
                          {after, after + kRowsAtOnce})) {
      std::vector<std::string> cells;
      for (std::size_t i = 0; i < table.columns; ++i) cells.push_back(row.text(i + 1));
      found.emplace(row.number(0), std::move(cells));
    }
    return found;
  }

  void check_link(
      const SqlRow& link,
      const std::map<std::string_view, std::map<std::int64_t, std::vector<std::string>>>& rows) {
    const std::string where = link.text(1) + " " + link.text(0);
    const auto table = rows.find(link.text(1));
    if (table == rows.end() || !table->second.contains(link.number(0))) {
      fault(where + ": the row is gone");
    } else if (link_hash(audit_.head, link.number(0), link.text(1),
                         table->second.at(link.number(0))) != link.text(2)) {
      fault(where + ": the row, or one before it, is not what was written");
    } else {
      ++seen_[std::string(table->first)];
    }
    audit_.head = link.text(2);
  }

  void check_counts() {
    for (const Table& table : kTables) {
      const std::int64_t count =
          book_.sql().rows(1, "SELECT COUNT(*) FROM " + std::string(table.name)).front().number(0);
      if (count > seen_[std::string(table.name)])
        fault(std::string(table.name) + ": " +
              std::to_string(count - seen_[std::string(table.name)]) +
              " rows without a sound link");
    }
  }

  void check_entries() {
    for (const SqlRow& row :
         book_.sql().rows(2,
                          "SELECT entry, currency FROM postings GROUP BY entry, currency"
                          " HAVING SUM(amount) <> 0"))
      fault("entry " + row.text(0) + ": its postings in " + row.text(1) + " do not sum to zero");
  }

  void check_flows() {
    std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> last;
    for (const SqlRow& row :
         book_.sql().rows(4, "SELECT flow, key, state, facts FROM transitions ORDER BY seq"))
      last[{row.text(0), row.text(1)}] = {row.text(2), row.text(3)};
    const auto check = [&](std::string_view flow, const std::string& key, std::string_view state,
                           const Hash& facts) {
      const auto found = last.find({std::string(flow), key});
      if (found == last.end())
        fault(std::string(flow) + " " + key + ": has no step on record");
      else if (found->second != std::pair{std::string(state), to_hex(facts.view())})
        fault(std::string(flow) + " " + key + ": is not what its steps say");
      else
        last.erase(found);
    };
    for (const Funding& each : all_fundings(book_))
      check(funding_flow, key_of(each), to_string(each.state), facts_of(each));
    for (const Redemption& each : all_redemptions(book_))
      check(redemption_flow, key_of(each), to_string(each.state), facts_of(each));
    for (const FiatItem& each : all_items(book_))
      check(fiat_flow, key_of(each), state_of(each), facts_of(each));
    for (const BankWord& each : all_bank_words(book_))
      check(word_flow, each.account, "told", facts_of(each));
    for (const Statement& each : all_statements(book_))
      check(statement_flow, key_of(each), to_string(each.state), facts_of(each));
    for (const Break& each : all_breaks(book_))
      check(break_flow, key_of(each), each.is_open ? "open" : "closed", facts_of(each));
    for (const AgentOrder& each : all_agent_orders(book_))
      check(order_flow, key_of(each), to_string(each.state), facts_of(each));
    for (const Stop& each : stops(book_))
      check(stop_flow, to_text(each.currency), each.is_stopped ? "stopped" : "allowed",
            facts_of(each));
    for (const Screening& each : all_screenings(book_))
      check(screening_flow, key_of(each), to_string(each.state), facts_of(each));
    for (const Customer& each : all_customers(book_))
      check(customer_flow, each.account, to_string(each.status), facts_of(each));
    for (const CustomerPayment& each : all_payments(book_, false))
      check(payment_flow, key_of(each), to_string(each.state), facts_of(each));
    for (const std::string& account : customers_out_of_step(book_))
      fault("the customer's account " + account + ": its balance is not what was posted to it");
    // An alarm that was closed has no row any more.
    for (const auto& [name, steps] : last)
      if (name.first != alarm_flow) fault(name.first + " " + name.second + ": is gone");
  }

  BookTransaction& book_;
  Audit audit_;
  std::map<std::string, std::int64_t> seen_;
};

}  // namespace

std::string link_hash(std::string_view previous, std::int64_t seq, std::string_view table,
                      const std::vector<std::string>& cells) {
  std::string joined(previous);
  const auto add = [&joined](std::string_view cell) {
    joined += "\n" + std::to_string(cell.size()) + ":";
    joined += cell;
  };
  add(std::to_string(seq));
  add(table);
  for (const std::string& cell : cells) add(cell);
  return to_hex(hash("book", as_bytes(joined)).view());
}

Audit audit(BookTransaction& book) {
  return Auditor(book).run();
}

}  // namespace vostro::bridge
