#include "audit/views/trace.h"

#include <boost/json.hpp>

namespace vostro::audit {
namespace {

namespace json = boost::json;

/// Everything that the ledger has of a payment.
struct Trace {
  TextRow payment;  ///< kPayment
  struct Event {
    TextRow receipt;               ///< kReceipt
    std::vector<TextRow> entries;  ///< kEntry
  };
  std::vector<Event> events;
};

constexpr std::string_view kPayment =
    "SELECT agent, uetr, debtor, creditor, currency, amount, debtor_currency, debtor_amount, "
    "provider, quote, rate, status, ordered_time, settled_time FROM payments WHERE uetr = :v0 AND "
    "(:v1 = '' OR agent = :v2) ORDER BY agent";
constexpr std::string_view kReceipt =
    "SELECT r.height, r.position, b.time, r.kind, r.owner, r.id, r.status, r.reason, r.code, "
    "r.transaction_hash, (SELECT MIN(t.kind) FROM transactions t WHERE t.hash = "
    "r.transaction_hash AND t.owner = r.owner AND t.height <= r.height), (SELECT MIN(t.body) FROM "
    "transactions t WHERE t.hash = r.transaction_hash AND t.owner = r.owner AND t.height <= "
    "r.height) FROM receipts r JOIN blocks b ON b.height = r.height WHERE r.uetr = :v0 AND r.agent "
    "= :v1 ORDER BY r.height, r.position";
constexpr std::string_view kEntry =
    "SELECT place, account, hold_agent, hold_id, currency, amount, kind, business_date FROM "
    "entries WHERE height = :v0 AND receipt = :v1 ORDER BY position";

std::vector<Trace> traces(Database& database, const std::string& uetr, const std::string& agent) {
  std::vector<Trace> all;
  for (TextRow& payment : database.query(kPayment, {uetr, agent, agent}).rows) {
    Trace trace{std::move(payment), {}};
    for (TextRow& receipt : database.query(kReceipt, {uetr, cell_text(trace.payment[0])}).rows) {
      Trace::Event event{std::move(receipt), {}};
      event.entries =
          database.query(kEntry, {cell_number(event.receipt[0]), cell_number(event.receipt[1])})
              .rows;
      trace.events.push_back(std::move(event));
    }
    all.push_back(std::move(trace));
  }
  return all;
}

json::value text_or_null(const std::optional<std::string>& cell) {
  if (!cell) return nullptr;
  return json::value(*cell);
}

}  // namespace

Amounts::Amounts(Database& database) {
  for (const TextRow& row : database.query("SELECT currency, exponent FROM currencies").rows)
    exponents_.emplace_back(cell_text(row[0]), static_cast<std::uint8_t>(cell_number(row[1])));
}

std::string Amounts::text(std::int64_t units, const std::string& currency) const {
  for (const auto& [code, exponent] : exponents_)
    if (code == currency) return format_amount(MinorUnits(units), exponent);
  return format_amount(MinorUnits(units), 0);
}

std::optional<std::int64_t> Amounts::units(const std::string& text,
                                           const std::string& currency) const {
  for (const auto& [code, exponent] : exponents_) {
    if (code != currency) continue;
    const auto parsed = parse_amount(text, exponent, Digits::up_to);
    return parsed ? std::optional(parsed->value) : std::nullopt;
  }
  return std::nullopt;
}

std::string trace_json(Database& database, const std::string& uetr, const std::string& agent) {
  const Amounts amounts(database);
  json::array all;
  for (const Trace& trace : traces(database, uetr, agent)) {
    const TextRow& p = trace.payment;
    json::object payment{{"agent", cell_text(p[0])},
                         {"uetr", cell_text(p[1])},
                         {"debtor", cell_text(p[2])},
                         {"creditor", cell_text(p[3])},
                         {"currency", cell_text(p[4])},
                         {"amount", amounts.text(cell_number(p[5]), cell_text(p[4]))},
                         {"debtor_currency", cell_text(p[6])},
                         {"debtor_amount", amounts.text(cell_number(p[7]), cell_text(p[6]))},
                         {"provider", text_or_null(p[8])},
                         {"quote", text_or_null(p[9])},
                         {"rate", text_or_null(p[10])},
                         {"status", cell_text(p[11])},
                         {"ordered", cell_text(p[12])},
                         {"settled", text_or_null(p[13])}};
    json::array events;
    for (const Trace::Event& event : trace.events) {
      const TextRow& r = event.receipt;
      json::array entries;
      for (const TextRow& e : event.entries)
        entries.push_back(
            json::object{{"place", cell_text(e[0])},
                         {"account", text_or_null(e[1])},
                         {"hold", e[3] ? json::value(cell_text(e[2]) + ":" + cell_text(e[3]))
                                       : json::value(nullptr)},
                         {"currency", cell_text(e[4])},
                         {"amount", amounts.text(cell_number(e[5]), cell_text(e[4]))},
                         {"kind", cell_text(e[6])},
                         {"business_date", cell_text(e[7])}});
      json::value body(nullptr);
      if (r[11]) body = json::parse(*r[11]);
      events.push_back(json::object{{"height", cell_number(r[0])},
                                    {"time", cell_text(r[2])},
                                    {"kind", cell_text(r[3])},
                                    {"owner", cell_text(r[4])},
                                    {"id", cell_text(r[5])},
                                    {"status", cell_text(r[6])},
                                    {"reason", text_or_null(r[7])},
                                    {"code", text_or_null(r[8])},
                                    {"transaction_hash", cell_text(r[9])},
                                    {"order", text_or_null(r[10])},
                                    {"body", std::move(body)},
                                    {"entries", std::move(entries)}});
    }
    payment["events"] = std::move(events);
    all.push_back(std::move(payment));
  }
  return json::serialize(json::object{{"payments", std::move(all)}}) + "\n";
}

std::string trace_text(Database& database, const std::string& uetr, const std::string& agent) {
  const Amounts amounts(database);
  std::string out;
  for (const Trace& trace : traces(database, uetr, agent)) {
    const TextRow& p = trace.payment;
    out += "payment " + cell_text(p[0]) + " " + cell_text(p[1]) + ": " + cell_text(p[11]) + "\n";
    out += "  " + cell_text(p[2]) + " to " + cell_text(p[3]) + ", " +
           amounts.text(cell_number(p[5]), cell_text(p[4])) + " " + cell_text(p[4]) + "\n";
    if (p[8])
      out += "  paid as " + amounts.text(cell_number(p[7]), cell_text(p[6])) + " " +
             cell_text(p[6]) + " to provider " + *p[8] + " at rate " + cell_text(p[10]) +
             ", quote " + cell_text(p[9]) + "\n";
    for (const Trace::Event& event : trace.events) {
      const TextRow& r = event.receipt;
      out += "block " + cell_text(r[0]) + ", " + cell_text(r[2]) + ": " +
             (r[10] ? *r[10] + " of " + cell_text(r[4]) : "fell due") + ": " + cell_text(r[6]);
      if (r[8]) out += " (" + *r[8] + (r[7] ? ", " + *r[7] : "") + ")";
      out += "\n";
      for (const TextRow& e : event.entries) {
        const std::string place = e[1]   ? *e[1]
                                  : e[3] ? "hold " + cell_text(e[2]) + ":" + *e[3]
                                         : "issued and redeemed";
        out += "  " + amounts.text(cell_number(e[5]), cell_text(e[4])) + " " + cell_text(e[4]) +
               "  " + place + (e[6] == "charge" ? ", a charge" : "") + "\n";
      }
    }
  }
  return out;
}

Database::Table find_payments(Database& database, const PaymentQuery& query) {
  std::string text =
      "SELECT ordered_time, agent, uetr, debtor, creditor, currency, amount, debtor_currency, "
      "debtor_amount, status, code FROM payments WHERE 1 = 1";
  Cells values;
  const auto where = [&](const std::string& column, const std::string& relation, Cell value) {
    text += " AND " + column + " " + relation + " :v" + std::to_string(values.size());
    values.push_back(std::move(value));
  };
  const auto either = [&](const std::string& one, const std::string& other,
                          const std::string& value) {
    if (value.empty()) return;
    const std::string first = ":v" + std::to_string(values.size());
    const std::string second = ":v" + std::to_string(values.size() + 1);
    text += " AND (" + one + " = " + first + " OR " + other + " = " + second + ")";
    values.insert(values.end(), {value, value});
  };
  either("agent", "creditor_agent", query.bank);
  either("debtor", "creditor", query.account);
  either("currency", "debtor_currency", query.currency);
  if (query.amount_from) where("amount", ">=", *query.amount_from);
  if (query.amount_to) where("amount", "<=", *query.amount_to);
  if (!query.from.empty()) where("ordered_time", ">=", query.from);
  if (!query.before.empty()) where("ordered_time", "<", query.before);
  if (!query.status.empty()) where("status", "=", query.status);
  text += " ORDER BY ordered_time, agent, uetr LIMIT " + std::to_string(query.limit);
  return database.query(text, values);
}

}  // namespace vostro::audit
