#include "bridge/reports.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace vostro::bridge {
namespace {

namespace json = boost::json;

std::string padded(const std::string& text) {
  constexpr std::size_t kWidth = 24;
  return std::string(text.size() < kWidth ? kWidth - text.size() : 1, ' ') + text;
}

std::string line(const std::string& what, MinorUnits units, std::uint8_t exponent) {
  std::string text = "  " + what;
  text.resize(std::max<std::size_t>(text.size(), 40), ' ');
  return text + padded(format_amount(units, exponent)) + "\n";
}

std::uint8_t exponent_of(const Currency& currency) {
  return iso4217_exponent(currency).value_or(2);
}

template <class Found>
std::string verdict(const Found& found) {
  if (!found.is_comparable())
    return "NOT COMPARABLE: book and ledger stand at different blocks; ask again";
  return found.is_sound() ? "IN BALANCE" : "BREAK";
}

std::string pool_text(const PoolPosition& each) {
  std::string out = "\n" + to_text(each.currency) + "\n";
  const auto add = [&](const char* what, MinorUnits units) {
    out += line(what, units, each.exponent);
  };
  add("fiat held at the bank", each.held);
  add("ledger: issued less redeemed", each.supply);
  add("  of it locked for redemption", each.redeeming);
  add("in flight: credited, not yet issued", each.issuing);
  add("in flight: suspense", each.suspense);
  add("in flight: paid out, not yet burnt", MinorUnits(-each.burning.value));
  add("difference", each.difference);
  if (each.unmatched.value != 0) add("  known to the book as unmatched", each.unmatched);
  if (each.attested) add("attested to the ledger", each.attested->balance);
  if (each.attested) out += "  as of " + to_text(each.attested->as_of) + "\n";
  return out;
}

std::string account_text(const AccountPosition& each) {
  std::string out = "\n" + to_text(each.currency) + " account " + each.account + "\n";
  if (!each.last) return out + "  no statement was taken yet\n";
  out += "  statement " + std::to_string(each.last->number) + " of " + to_text(each.last->date) +
         ", " + each.last->id + "\n";
  out += line("closing balance", each.last->closing, each.exponent);
  out += line("told since, on no statement yet", each.unstated, each.exponent);
  out += line("stated, not yet decided", MinorUnits(-each.unposted.value), each.exponent);
  out += line("by the book", each.held, each.exponent);
  return out;
}

std::string participants_text(const Reconciliation& found) {
  if (found.participants.empty()) return {};
  std::string out =
      "\nby participant: fiat paid in less paid out, ledger issued less burnt,"
      " on its way, difference\n";
  for (const ParticipantPosition& each : found.participants)
    out +=
        "  " + to_text(each.currency) + " " + to_text(each.participant) +
        padded(format_amount(each.fiat, each.exponent)) +
        padded(format_amount(each.ledger, each.exponent)) +
        padded(format_amount(MinorUnits(each.issuing.value - each.burning.value), each.exponent)) +
        padded(format_amount(each.difference, each.exponent)) + "\n";
  return out;
}

json::array breaks_json(const Reconciliation& found) {
  json::array out;
  for (const Break& each : found.breaks)
    out.push_back(json::object{
        {"kind", std::string(to_string(each.kind))},
        {"currency", to_text(each.currency)},
        {"reference", each.reference},
        {"participant", each.participant ? json::value(to_text(*each.participant)) : nullptr},
        {"amount", format_amount(each.amount, exponent_of(each.currency))},
        {"since", to_text(each.since)},
        {"text", each.text}});
  return out;
}

json::array accounts_json(const Reconciliation& found) {
  json::array out;
  for (const AccountPosition& each : found.accounts) {
    const auto amount = [&](MinorUnits units) { return format_amount(units, each.exponent); };
    json::value statement = nullptr;
    if (each.last)
      statement = json::object{{"number", each.last->number},
                               {"id", each.last->id},
                               {"date", to_text(each.last->date)},
                               {"digest", key_of(*each.last)},
                               {"closing", amount(each.last->closing)}};
    out.push_back(json::object{{"currency", to_text(each.currency)},
                               {"account", each.account},
                               {"statement", std::move(statement)},
                               {"held", amount(each.held)},
                               {"unstated", amount(each.unstated)},
                               {"unposted", amount(each.unposted)}});
  }
  return out;
}

json::array participants_json(const Reconciliation& found) {
  json::array out;
  for (const ParticipantPosition& each : found.participants) {
    const auto amount = [&](MinorUnits units) { return format_amount(units, each.exponent); };
    out.push_back(json::object{{"currency", to_text(each.currency)},
                               {"participant", to_text(each.participant)},
                               {"fiat", amount(each.fiat)},
                               {"ledger", amount(each.ledger)},
                               {"issuing", amount(each.issuing)},
                               {"burning", amount(each.burning)},
                               {"difference", amount(each.difference)}});
  }
  return out;
}

json::array pools_json(const Reconciliation& found) {
  json::array pools;
  for (const PoolPosition& each : found.pools) {
    const auto amount = [&](MinorUnits units) { return format_amount(units, each.exponent); };
    json::value attested = nullptr, as_of = nullptr, message = nullptr;
    if (each.attested) {
      attested = amount(each.attested->balance);
      as_of = to_text(each.attested->as_of);
      message = to_hex(each.attested->statement.view());
    }
    pools.push_back(json::object{{"currency", to_text(each.currency)},
                                 {"held", amount(each.held)},
                                 {"supply", amount(each.supply)},
                                 {"redeeming", amount(each.redeeming)},
                                 {"issuing", amount(each.issuing)},
                                 {"suspense", amount(each.suspense)},
                                 {"burning", amount(each.burning)},
                                 {"unmatched", amount(each.unmatched)},
                                 {"attested", std::move(attested)},
                                 {"attested_as_of", std::move(as_of)},
                                 {"attested_message", std::move(message)},
                                 {"difference", amount(each.difference)}});
  }
  return pools;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// Rows of the CSV.
class Csv {
 public:
  void row(const std::string& section, const std::string& currency, const std::string& what,
           const std::string& figure, const std::string& value) {
    std::string line;
    for (const std::string& cell : {section, currency, what, figure, value})
      line += (line.empty() ? "" : ",") + csv_cell(cell);
    text_ += line + "\r\n";
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_ = "section,currency,subject,figure,value\r\n";
};

/// A JSON object of figures as rows: what is no figure names the row.
void add_rows(Csv& csv, const std::string& section, const json::array& objects,
              const char* subject) {
  for (const json::value& each : objects) {
    const json::object& object = each.as_object();
    const std::string currency(object.at("currency").as_string());
    std::string about = *subject == '\0' ? "" : std::string(object.at(subject).as_string());
    for (const auto& [name, value] : object)
      if (value.is_string() && name != "currency" && name != subject)
        csv.row(section, currency, about, std::string(name), std::string(value.as_string()));
  }
}

}  // namespace

std::string to_report(const Reconciliation& found) {
  std::string out = "Reconciliation of " + to_text(found.at) + "\n";
  out += "book read to block " + std::to_string(found.book_height.value) + ", ledger at block " +
         std::to_string(found.ledger_height.value) + "\n";
  for (const PoolPosition& each : found.pools) out += pool_text(each);
  for (const AccountPosition& each : found.accounts) out += account_text(each);
  out += participants_text(found);
  out += "\nbreaks open: " + std::to_string(found.breaks.size()) + "\n";
  for (const Break& each : found.breaks)
    out += "  " + std::string(to_string(each.kind)) + " " +
           format_amount(each.amount, exponent_of(each.currency)) + " " + to_text(each.currency) +
           " since " + to_text(each.since) + ": " + each.text + "\n";
  for (const Stop& each : found.stops)
    out += "issuing of " + to_text(each.currency) + " is stopped since " + to_text(each.at) + ": " +
           each.reason + "\n";
  for (const Statement& each : found.held)
    out += "statement held: " + key_of(each).substr(0, 16) + ", number " +
           std::to_string(each.number) + " of " + each.account + ", " + each.why + "\n";
  out += "\nbook: " + std::to_string(found.audit.rows) + " rows, head " + found.audit.head + "\n";
  for (const std::string& fault : found.audit.faults) out += "book damaged: " + fault + "\n";
  for (const std::string& currency : found.missing)
    out += currency + ": the ledger does not have it with this agent\n";
  out += "alarms open: " + std::to_string(found.alarms) + "\n" + verdict(found) + "\n";
  out += "\nReviewed by ______________________________  on ______________\n";
  return out;
}

std::string to_json(const Reconciliation& found) {
  json::array faults;
  for (const std::string& fault : found.audit.faults) faults.emplace_back(fault);
  json::array missing;
  for (const std::string& currency : found.missing) missing.emplace_back(currency);
  json::array stopped;
  for (const Stop& each : found.stops)
    stopped.push_back(json::object{{"currency", to_text(each.currency)},
                                   {"since", to_text(each.at)},
                                   {"reason", each.reason}});
  json::array held;
  for (const Statement& each : found.held)
    held.push_back(json::object{{"digest", key_of(each)},
                                {"account", each.account},
                                {"number", each.number},
                                {"why", each.why}});
  const json::object out{
      {"at", to_text(found.at)},
      {"book_height", found.book_height.value},
      {"ledger_height", found.ledger_height.value},
      {"comparable", found.is_comparable()},
      {"in_balance", found.is_sound()},
      {"pools", pools_json(found)},
      {"accounts", accounts_json(found)},
      {"participants", participants_json(found)},
      {"breaks", breaks_json(found)},
      {"stopped", std::move(stopped)},
      {"held", std::move(held)},
      {"missing", std::move(missing)},
      {"book",
       {{"rows", found.audit.rows}, {"head", found.audit.head}, {"faults", std::move(faults)}}},
      {"alarms", found.alarms}};
  return json::serialize(out) + "\n";
}

std::string to_csv(const Reconciliation& found) {
  Csv csv;
  csv.row("report", "", "", "at", to_text(found.at));
  csv.row("report", "", "", "book_height", std::to_string(found.book_height.value));
  csv.row("report", "", "", "ledger_height", std::to_string(found.ledger_height.value));
  csv.row("report", "", "", "verdict", verdict(found));
  add_rows(csv, "pool", pools_json(found), "");
  for (const AccountPosition& each : found.accounts)
    if (each.last)
      csv.row("statement", to_text(each.currency), each.account,
              "closing_" + std::to_string(each.last->number),
              format_amount(each.last->closing, each.exponent));
  add_rows(csv, "account", accounts_json(found), "account");
  add_rows(csv, "participant", participants_json(found), "participant");
  add_rows(csv, "break", breaks_json(found), "reference");
  for (const Stop& each : found.stops)
    csv.row("stopped", to_text(each.currency), "", "reason", each.reason);
  for (const Statement& each : found.held)
    csv.row("held", to_text(each.currency), each.account,
            "statement_" + std::to_string(each.number), each.why);
  for (const std::string& currency : found.missing) csv.row("missing", currency, "", "", "");
  csv.row("book", "", "", "rows", std::to_string(found.audit.rows));
  csv.row("book", "", "", "head", found.audit.head);
  for (const std::string& fault : found.audit.faults) csv.row("book", "", "", "fault", fault);
  return csv.take();
}

std::string to_csv(const PositionReport& found) {
  Csv csv;
  csv.row("report", "", "", "at", to_text(found.at));
  csv.row("report", "", "", "book_height", std::to_string(found.book_height.value));
  csv.row("report", "", "", "ledger_height", std::to_string(found.ledger_height.value));
  csv.row("report", "", "", "verdict", verdict(found));
  const std::string account = chain::to_text(found.account);
  for (const LedgerPosition& each : found.positions)
    for (const auto& [figure, units] :
         {std::pair{"ledger", each.ledger}, std::pair{"position", each.position},
          std::pair{"customers", each.customers}, std::pair{"outgoing", each.outgoing},
          std::pair{"incoming", each.incoming}, std::pair{"own", each.own},
          std::pair{"difference", each.difference}})
      csv.row("position", to_text(each.currency), account, figure,
              format_amount(units, each.exponent));
  csv.row("book", "", "", "rows", std::to_string(found.audit.rows));
  csv.row("book", "", "", "head", found.audit.head);
  for (const std::string& fault : found.audit.faults) csv.row("book", "", "", "fault", fault);
  return csv.take();
}

}  // namespace vostro::bridge
