#include "audit/views/bank_report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "audit/views/statement.h"
#include "audit/views/trace.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

/// In tenths of a per cent, rounded down: 12.3.
std::string share(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "0.0";
  // Sums of money may be near the end of 64 bits.
  const std::int64_t tenths =
      whole < INT64_MAX / 1000 ? part * 1000 / whole : part / (whole / 1000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// A money object as its amount; what is no text as JSON.
std::string plain(const json::value& value) {
  if (value.is_object())
    if (const json::value* amount = value.get_object().if_contains("amount")) return plain(*amount);
  if (value.is_string()) return {value.get_string().data(), value.get_string().size()};
  return value.is_null() ? "none" : json::serialize(value);
}

class Reporter {
 public:
  Reporter(Database& database, const ReportScope& scope)
      : database_(database), scope_(scope), amounts_(database) {}

  BankReport run() {
    const auto chain = database_.query("SELECT network_name, height, block FROM chain");
    const TextRow& row = chain.rows.at(0);
    BankReport report{scope_.bank,       scope_.currency,   scope_.from,       scope_.to,
                      cell_text(row[0]), cell_text(row[2]), cell_text(row[1]), {}};
    report.tables = {balances(),  days(),  fx(),       rejections(), held(),
                     exposures(), times(), reserves(), governance(), misbehaviour()};
    return report;
  }

 private:
  [[nodiscard]] std::string money(std::int64_t units) const {
    return amounts_.text(units, scope_.currency);
  }
  [[nodiscard]] Cells period() const {
    return {scope_.bank, scope_.currency, scope_.from, scope_.to};
  }

  ReportTable balances() {
    ReportTable table{
        "balances",
        "Accounts",
        {"account", "opening", "debits", "credits", "charges_paid", "charges_received", "closing"},
        {},
        {},
        {}};
    const auto found = database_.query(
        "SELECT account, "
        "CAST(SUM(CASE WHEN business_date < :v0 THEN amount ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN business_date >= :v1 AND kind = 'principal' AND amount < 0 THEN "
        "-amount ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN business_date >= :v2 AND kind = 'principal' AND amount > 0 THEN "
        "amount ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN business_date >= :v3 AND kind = 'charge' AND amount < 0 THEN -amount "
        "ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN business_date >= :v4 AND kind = 'charge' AND amount > 0 THEN amount "
        "ELSE 0 END) AS BIGINT), CAST(SUM(amount) AS BIGINT) "
        "FROM entries WHERE place = 'account' AND bank = :v5 AND currency = :v6 AND business_date "
        "<= :v7 GROUP BY account ORDER BY account",
        {scope_.from, scope_.from, scope_.from, scope_.from, scope_.from, scope_.bank,
         scope_.currency, scope_.to});
    std::vector<std::int64_t> sums(6, 0);
    for (const TextRow& row : found.rows) {
      std::vector<std::string> cells{cell_text(row[0])};
      for (std::size_t i = 1; i < row.size(); ++i) {
        cells.push_back(money(cell_number(row[i])));
        sums[i - 1] += cell_number(row[i]);
      }
      table.rows.push_back(std::move(cells));
    }
    std::vector<std::string> all{"all"};
    for (const std::int64_t sum : sums) all.push_back(money(sum));
    table.rows.push_back(std::move(all));
    return table;
  }

  ReportTable days() {
    ReportTable table{"turnover",
                      "Turnover by business date",
                      {"business_date", "debits", "credits", "entries"},
                      {},
                      0,
                      {}};
    const auto found = database_.query(
        "SELECT business_date, "
        "CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT), COUNT(*) "
        "FROM entries WHERE place = 'account' AND bank = :v0 AND currency = :v1 AND business_date "
        ">= :v2 AND business_date <= :v3 GROUP BY business_date ORDER BY business_date",
        period());
    for (const TextRow& row : found.rows) {
      table.rows.push_back({cell_text(row[0]), money(cell_number(row[1])),
                            money(cell_number(row[2])), cell_text(row[3])});
      table.chart.push_back(cell_number(row[1]) + cell_number(row[2]));
    }
    return table;
  }

  ReportTable fx() {
    ReportTable table{
        "fx",
        "Exchanges, both legs, with the rate (debtor's units for one of the creditor's)",
        {"ordered", "uetr", "agent", "paid", "got", "rate", "provider", "status"},
        {},
        {},
        {}};
    const auto found = database_.query(
        "SELECT ordered_time, uetr, agent, debtor_amount, debtor_currency, amount, currency, rate, "
        "provider, status FROM payments WHERE provider IS NOT NULL AND (agent = :v0 OR "
        "creditor_agent = :v1 OR provider LIKE :v2) AND (currency = :v3 OR debtor_currency = :v4) "
        "AND SUBSTR(ordered_time, 1, 10) >= :v5 AND SUBSTR(ordered_time, 1, 10) <= :v6 ORDER BY "
        "ordered_height, uetr",
        {scope_.bank, scope_.bank, scope_.bank + "/%", scope_.currency, scope_.currency,
         scope_.from, scope_.to});
    for (const TextRow& row : found.rows)
      table.rows.push_back(
          {cell_text(row[0]), cell_text(row[1]), cell_text(row[2]),
           amounts_.text(cell_number(row[3]), cell_text(row[4])) + " " + cell_text(row[4]),
           amounts_.text(cell_number(row[5]), cell_text(row[6])) + " " + cell_text(row[6]),
           cell_text(row[7]), cell_text(row[8]), cell_text(row[9])});
    return table;
  }

  ReportTable rejections() {
    ReportTable table{
        "rejections", "Rejections by reason", {"reason", "code", "count", "amount"}, {}, 0, {}};
    const auto found = database_.query(
        "SELECT reason, code, COUNT(*), CAST(SUM(r.amount) AS BIGINT) FROM receipts r JOIN blocks "
        "b ON b.height = r.height WHERE r.status = 'rejected' AND r.owner = :v0 AND (r.currency = "
        ":v1 OR r.currency IS NULL) AND SUBSTR(b.time, 1, 10) >= :v2 AND SUBSTR(b.time, 1, 10) <= "
        ":v3 GROUP BY reason, code ORDER BY 3 DESC, reason",
        period());
    for (const TextRow& row : found.rows) {
      table.rows.push_back(
          {cell_text(row[0]), cell_text(row[1]), cell_text(row[2]), money(cell_number(row[3]))});
      table.chart.push_back(cell_number(row[2]));
    }
    return table;
  }

  ReportTable held() {
    ReportTable table{"held",
                      "Held and blocked at the end of the period",
                      {"payment", "amount", "status", "debtor", "creditor"},
                      {},
                      {},
                      {}};
    const PeriodEnd end = end_of_period(database_, scope_.currency, scope_.to);
    // What the hold was for then: what a payment's last receipt says up to the end of the period,
    // or the order whose money waits.
    const auto found = database_.query(
        "SELECT e.hold_id, CAST(SUM(e.amount) AS BIGINT), (SELECT r.status FROM receipts r WHERE "
        "r.agent = e.hold_agent AND r.uetr = e.hold_id AND r.status IN ('delayed', 'held', "
        "'blocked') AND (r.height < :v0 OR (r.height = :v1 AND r.position < :v2)) ORDER BY "
        "r.height "
        "DESC, r.position DESC LIMIT 1), "
        "p.debtor, "
        "p.creditor, (SELECT MIN(t.kind) FROM transactions t WHERE t.owner = e.hold_agent AND t.id "
        "= e.hold_id) FROM "
        "entries e LEFT JOIN payments p ON p.agent = e.hold_agent AND p.uetr = e.hold_id WHERE "
        "e.place = 'hold' AND (e.hold_agent = :v3 OR p.creditor_agent = :v4) AND e.currency = :v5 "
        "AND e.business_date <= :v6 GROUP BY e.hold_agent, e.hold_id, p.debtor, p.creditor HAVING "
        "SUM(e.amount) <> 0 ORDER BY 2 DESC, 1",
        {end.height, end.height, end.receipt, scope_.bank, scope_.bank, scope_.currency,
         scope_.to});
    for (const TextRow& row : found.rows)
      table.rows.push_back({cell_text(row[0]), money(cell_number(row[1])),
                            row[2]               ? *row[2]
                            : row[5] == "Return" ? "return, delayed"
                                                 : "redemption",
                            cell_text(row[3]), cell_text(row[4])});
    return table;
  }

  ReportTable exposures() {
    ReportTable table{"exposures",
                      "Counterparties: what was paid and got, and each one's share of it",
                      {"counterparty", "paid", "got", "net", "share_percent"},
                      {},
                      0,
                      {}};
    const auto found = database_.query(
        "SELECT CASE WHEN payer = :v0 THEN payee ELSE payer END, "
        "CAST(SUM(CASE WHEN payer = :v1 THEN amount ELSE 0 END) AS BIGINT), "
        "CAST(SUM(CASE WHEN payer = :v2 THEN 0 ELSE amount END) AS BIGINT) "
        "FROM legs WHERE payer <> payee AND (payer = :v3 OR payee = :v4) AND currency = :v5 AND "
        "business_date >= :v6 AND business_date <= :v7 GROUP BY 1 ORDER BY 1",
        {scope_.bank, scope_.bank, scope_.bank, scope_.bank, scope_.bank, scope_.currency,
         scope_.from, scope_.to});
    std::vector<std::pair<std::int64_t, const TextRow*>> sorted;
    std::int64_t all = 0;
    for (const TextRow& row : found.rows) {
      sorted.emplace_back(cell_number(row[1]) + cell_number(row[2]), &row);
      all += sorted.back().first;
    }
    std::ranges::stable_sort(sorted, std::ranges::greater(),
                             [](const auto& each) { return each.first; });
    for (const auto& [sum, row] : sorted) {
      table.rows.push_back(
          {cell_text((*row)[0]), money(cell_number((*row)[1])), money(cell_number((*row)[2])),
           money(cell_number((*row)[2]) - cell_number((*row)[1])), share(sum, all)});
      table.chart.push_back(sum);
    }
    return table;
  }

  ReportTable times() {
    ReportTable table{"settlement_times",
                      "From the block of the order to that of the settlement, ms of block time",
                      {"measure", "ms"},
                      {},
                      {},
                      {}};
    const auto found = database_.query(
        "SELECT settled_ms - ordered_ms FROM payments WHERE settled_height IS NOT NULL AND (agent "
        "= :v0 OR creditor_agent = :v1) AND currency = :v2 AND SUBSTR(ordered_time, 1, 10) >= :v3 "
        "AND SUBSTR(ordered_time, 1, 10) <= :v4",
        {scope_.bank, scope_.bank, scope_.currency, scope_.from, scope_.to});
    std::vector<std::int64_t> sorted;
    for (const TextRow& row : found.rows) sorted.push_back(cell_number(row[0]));
    std::ranges::sort(sorted);
    table.rows.push_back({"payments", std::to_string(sorted.size())});
    for (const unsigned percent : {50U, 90U, 99U, 100U})
      table.rows.push_back(
          {"p" + std::to_string(percent), std::to_string(percentile(sorted, percent))});
    return table;
  }

  /// As the currency's record stood at the end of the period.
  ReportTable reserves() {
    ReportTable table{"reserves",
                      "The currency: what circulates, and the agent's last word on its reserves",
                      {"field", "value"},
                      {},
                      {},
                      {}};
    const auto found = database_.query(
        "SELECT value, height, time FROM state WHERE kind = 'currency' AND name = :v0 AND "
        "SUBSTR(time, 1, 10) <= :v1 ORDER BY height DESC LIMIT 1",
        {scope_.currency, scope_.to});
    if (found.rows.empty() || !found.rows[0][0]) return table;
    const json::value record = json::parse(*found.rows[0][0]);
    for (const auto& [key, value] : record.as_object()) {
      const std::string name(key.data(), key.size());
      if (name == "policy" || name == "attestation") continue;
      table.rows.push_back({name, plain(value)});
    }
    add_cover(table, record.as_object());
    return table;
  }

  /// The reserves by the agent's last word against what circulates.
  void add_cover(ReportTable& table, const json::object& record) const {
    const auto units = [&](const json::value& amount) {
      return amounts_.units(plain(amount), scope_.currency).value_or(0);
    };
    const std::int64_t circulating = units(record.at("issued")) - units(record.at("redeemed")) -
                                     units(record.at("open_redemptions"));
    table.rows.push_back({"circulating", money(circulating)});
    const json::object* said = record.at("attestation").if_object();
    if (said == nullptr) {
      table.rows.push_back({"attested", "none"});
      return;
    }
    const std::int64_t attested = units(said->at("balance"));
    table.rows.push_back({"attested", money(attested)});
    table.rows.push_back({"attested as of", plain(said->at("as_of"))});
    table.rows.push_back({"attested by the message", plain(said->at("statement"))});
    table.rows.push_back({"attested less circulating", money(attested - circulating)});
  }

  ReportTable governance() {
    ReportTable table{
        "governance", "What changed in the network", {"time", "kind", "name"}, {}, {}, {}};
    const auto found = database_.query(
        "SELECT time, kind, name FROM state WHERE kind IN ('participant', 'rule', 'parameters', "
        "'validators', 'proposal') AND SUBSTR(time, 1, 10) >= :v0 AND SUBSTR(time, 1, 10) <= :v1 "
        "ORDER BY height, kind, name",
        {scope_.from, scope_.to});
    for (const TextRow& row : found.rows)
      table.rows.push_back({cell_text(row[0]), cell_text(row[1]), cell_text(row[2])});
    return table;
  }

  /// Of any bank's validator: what is on record in the period.
  ReportTable misbehaviour() {
    ReportTable table{"misbehaviour",
                      "Evidence of misbehaviour on record, of any bank's validator",
                      {"time", "act", "participant", "what", "reported_by"},
                      {},
                      {},
                      {}};
    const auto found = database_.query(
        "SELECT time, name, value FROM state WHERE kind = 'misbehaviour' AND SUBSTR(time, 1, 10) "
        ">= :v0 AND SUBSTR(time, 1, 10) <= :v1 ORDER BY height, name",
        {scope_.from, scope_.to});
    for (const TextRow& row : found.rows) {
      const json::value record = json::parse(row[2].value_or("{}"));
      table.rows.push_back({cell_text(row[0]), cell_text(row[1]), plain(record.at("participant")),
                            plain(record.at("act")), plain(record.at("report").at("owner"))});
    }
    return table;
  }

  Database& database_;
  const ReportScope& scope_;
  Amounts amounts_;
};

}  // namespace

std::int64_t percentile(const std::vector<std::int64_t>& sorted, unsigned percent) {
  if (sorted.empty()) return 0;
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(1, rank) - 1];
}

BankReport report_on(Database& database, const ReportScope& scope) {
  return Reporter(database, scope).run();
}

}  // namespace vostro::audit
