// What an export writes is what the chain holds: sums of entries are balances of the ledger, and
// each payment has the status that a node answers with. It goes on where it was. Every query of
// audit/queries runs, on both databases; so do the views, whose figures are compared with the
// ledger's.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "audit/program.h"
#include "audit/sql/database.h"
#include "audit/sql/schema.h"
#include "audit/views/bank_report.h"
#include "audit/views/render.h"
#include "audit/views/statement.h"
#include "audit/views/trace.h"
#include "chain/records.h"
#include "iso20022/message.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/audit/made_chain.h"
#include "tests/unit/audit/ran.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::audit {
namespace {

using namespace test;          // NOLINT: builders
using namespace test_support;  // NOLINT: the program

/// The sample chain, a change of the validators, a bulk with a UETR that is used, and payments that
/// wait for their creditor: 8110 is accepted, 8111 refused, 8112 waits on.
struct Sample {
  ScratchDirectory directory;
  Height last;
  Sample() {
    ChainMaker chain(directory.under("node"));
    make_sample_chain(chain);
    chain.block_of({report_bytes(7'001, "NORDDEFF",
                                 evidence_bytes(chain, EvidenceKind::finalize_nullify, 2, 900))});
    make_epoch_change(chain, 8'000);
    chain.block_of({payment_bytes(8'100, "NORDDEFF/main", "SUDBFRPP/main", 100),
                    payment_bytes(8'101, "SUDBFRPP/nostro", "NORDDEFF/main", 4'999'999)});
    chain.block_of({bulk_bytes(8'099, "NORDDEFF/main", {"SUDBFRPP/main"}, 3, 5)});
    chain.block_of({payment_bytes(8'110, "NORDDEFF/main", "MERLSGSG/nostro", 5'000, true),
                    payment_bytes(8'111, "NORDDEFF/main", "MERLSGSG/nostro", 6'000, true),
                    payment_bytes(8'112, "NORDDEFF/main", "MERLSGSG/nostro", 7'000, true)});
    chain.block_of({accept_bytes(8'120, 8'110, "MERLSGSG/nostro", "NORDDEFF"),
                    accept_bytes(8'121, 8'111, "MERLSGSG/nostro", "NORDDEFF", false)});
    // Two exchanges, one of which rounds up, and one that names another price.
    chain.block_of({issue_bytes(8'129, "NORDDEFF/main", money("SGD", 50'000'00))});
    chain.block_of({fx_bytes(8'130, "SUDBFRPP/main", "MERLSGSG/main", 100'00, 66'20),
                    fx_bytes(8'131, "ALBAGB2L/main", "MERLSGSG/main", 5, 4),
                    fx_bytes(8'132, "ALBAGB2L/main", "MERLSGSG/main", 5, 3)});
    // 8140 is given back with 3.00 kept.
    chain.block_of({payment_bytes(8'140, "SUDBFRPP/main", "ALBAGB2L/main", 10'00)});
    chain.block_of({return_bytes(8'141, chain, {bic("SUDBFRPP"), uetr(8'140)}, 7'00)});
    last = chain.height();
    std::ofstream(directory.under("genesis.toml")) << network_text();
  }
  static const Sample& get() {
    static const Sample made;
    return made;
  }
  [[nodiscard]] Ran exported(const std::string& database,
                             std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"export",     directory.under("node"),
                                       "--genesis",  directory.under("genesis.toml"),
                                       "--database", database,
                                       "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }
};

class AuditExport : public testing::TestWithParam<DatabaseAddress::Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == DatabaseAddress::Kind::sqlite) {
      written_ = "sqlite:" + home_.under("audit.db");
      return;
    }
    bridge::test::PostgresqlServer* server = bridge::test::PostgresqlServer::shared();
    if (server == nullptr) GTEST_SKIP() << "PostgreSQL's programs are not installed";
    written_ = server->new_database();
  }
  [[nodiscard]] Database open() const { return Database(*parse_database(written_), false); }
  void fill() const {
    const Ran ran = Sample::get().exported(written_);
    ASSERT_EQ(ran.exit, Exit::holds) << ran.out << ran.err;
  }
  [[nodiscard]] std::string asked(const std::string& statement) const {
    Database database = open();
    std::string text;
    for (const TextRow& row : database.query(statement).rows) {
      for (const auto& cell : row) text += cell.value_or("NULL") + " ";
      text += "| ";
    }
    return text;
  }

  ScratchDirectory home_;
  std::string written_;
};

std::string query_text(const std::string& name) {
  return file_text(std::string(VOSTRO_AUDIT_QUERIES) + "/" + name);
}

TEST_P(AuditExport, BalancesAndPaymentsAreThoseOfTheLedger) {
  fill();
  auto store = chain::Store::open(Sample::get().directory.under("node/store"),
                                  network_definition().network_id, {});
  ASSERT_TRUE(store.has_value());
  Database database = open();
  std::size_t accounts = 0;
  for (const TextRow& row : database.query(query_text("balances.sql")).rows) {
    const auto balance =
        chain::load<chain::Balance>(**store, {account(*row[0]), currency(*row[1])});
    EXPECT_EQ(*row[2], std::to_string(balance ? balance->units.value : 0)) << *row[0];
    ++accounts;
  }
  EXPECT_GE(accounts, 5U);
  std::size_t payments = 0;
  const chain::StoreView view = (*store)->view();
  for (const TextRow& row :
       database.query("SELECT agent, uetr, status, debtor FROM payments").rows) {
    const auto history = view.payment({bic(*row[0]), *parse_uuid(*row[1])});
    ASSERT_TRUE(history.has_value()) << *row[1];
    EXPECT_EQ(*row[2], to_string(history->status)) << *row[1];
    ++payments;
  }
  EXPECT_GE(payments, 40U);
  for (const TextRow& row : database.query(query_text("supply.sql")).rows)
    EXPECT_EQ(*row[4], "0") << *row[0];
  const auto table = database.query("SELECT COUNT(*), MAX(height) FROM blocks");
  EXPECT_EQ(*table.rows[0][0], std::to_string(Sample::get().last.value + 1));
}

TEST_P(AuditExport, GoesOnWhereItWas) {
  const Sample& sample = Sample::get();
  const ScratchDirectory work;
  ASSERT_EQ(sample.exported(written_, {"--work", work.path(), "--to", "5"}).exit, Exit::holds);
  EXPECT_EQ(asked("SELECT height FROM chain"), "5 | ");
  ASSERT_EQ(sample.exported(written_, {"--work", work.path(), "--to", "9"}).exit, Exit::holds);
  // Without the work directory everything is executed again, and only what is new is added.
  const Ran rest = sample.exported(written_);
  ASSERT_EQ(rest.exit, Exit::holds) << rest.out << rest.err;
  EXPECT_EQ(asked("SELECT COUNT(*) FROM blocks"), std::to_string(sample.last.value + 1) + " | ");
  const std::string in_steps = asked(
      "SELECT agent, uetr, status, amount, settled_height FROM payments ORDER BY agent, uetr");
  const std::string money = asked(query_text("balances.sql"));
  fill();  // nothing more
  EXPECT_EQ(asked(query_text("balances.sql")), money);
  if (GetParam() == DatabaseAddress::Kind::sqlite) {
    written_ = "sqlite:" + home_.under("at-once.db");
    fill();
    EXPECT_EQ(asked("SELECT agent, uetr, status, amount, settled_height FROM payments ORDER BY "
                    "agent, uetr"),
              in_steps);
  }
  // A work directory that is ahead of the database does not belong to it.
  if (GetParam() == DatabaseAddress::Kind::sqlite)
    written_ = "sqlite:" + home_.under("empty.db");
  else
    return;
  const Ran ahead = sample.exported(written_, {"--work", work.path()});
  EXPECT_EQ(ahead.exit, Exit::cannot_check);
  EXPECT_NE(ahead.err.find("do not belong together"), std::string::npos) << ahead.err;
  // Nor does one that has nothing left to execute.
  const ScratchDirectory done;
  ASSERT_EQ(run_program({"replay", sample.directory.under("node"), "--genesis",
                         sample.directory.under("genesis.toml"), "--work", done.path()})
                .exit,
            Exit::holds);
  const Ran empty = sample.exported(written_, {"--work", done.path()});
  EXPECT_EQ(empty.exit, Exit::cannot_check);
  EXPECT_NE(empty.err.find("the database at none"), std::string::npos) << empty.err;
}

TEST_P(AuditExport, EveryQueryRuns) {
  fill();
  Database database = open();
  std::size_t queries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(VOSTRO_AUDIT_QUERIES)) {
    const std::string name = entry.path().filename();
    Database::Table found;
    ASSERT_NO_THROW(found = database.query(query_text(name))) << name;
    EXPECT_FALSE(found.rows.empty()) << name;
    ++queries;
  }
  EXPECT_EQ(queries, 13U);
}

TEST_P(AuditExport, TracesAPaymentThroughItsLife) {
  fill();
  const auto traced = [&](std::uint64_t number) {
    const Ran ran = run_program({"trace", to_text(uetr(number)), "--database", written_, "--json"});
    EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
    return boost::json::parse(ran.out).at("payments").as_array();
  };
  const auto accepted = traced(8'110);
  ASSERT_EQ(accepted.size(), 1U);
  EXPECT_EQ(accepted[0].at("status").as_string(), "settled");
  const auto& events = accepted[0].at("events").as_array();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("order").as_string(), "Payment");
  EXPECT_EQ(events[0].at("status").as_string(), "held");
  EXPECT_EQ(events[1].at("order").as_string(), "Accept");
  EXPECT_EQ(events[1].at("entries").as_array().size(), 2U);
  const auto rejected = traced(8'111);
  EXPECT_EQ(traced(8'112)[0].at("status").as_string(), "held");
  EXPECT_EQ(rejected[0].at("status").as_string(), "released");
  EXPECT_EQ(rejected[0].at("events").at(1).at("code").as_string(), "AC04");
  const Ran text = run_program({"trace", to_text(uetr(8'110)), "--database", written_});
  EXPECT_NE(text.out.find("Accept of MERLSGSG: settled"), std::string::npos) << text.out;
  EXPECT_EQ(run_program({"trace", to_text(uetr(99'999)), "--database", written_}).exit,
            Exit::diverges);
}

TEST_P(AuditExport, FindsPayments) {
  fill();
  const auto found = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "find");
    arguments.insert(arguments.end(), {"--database", written_, "--json"});
    const Ran ran = run_program(arguments);
    EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
    return boost::json::parse(ran.out).at("payments").as_array().size();
  };
  EXPECT_EQ(found({"--currency", "EUR", "--amount-from", "49999.99"}), 1U);
  EXPECT_EQ(found({"--status", "rejected"}),
            static_cast<std::size_t>(
                std::stoul(asked("SELECT COUNT(*) FROM payments WHERE status = 'rejected'"))));
  EXPECT_EQ(found({"--before", "2026-01-01"}), 0U);
  // Of what stands in one block, by its time: all from it on, none before it.
  const std::string time = asked("SELECT MAX(ordered_time) FROM payments").substr(0, 24);
  const auto of_then = static_cast<std::size_t>(
      std::stoul(asked("SELECT COUNT(*) FROM payments WHERE ordered_time = '" + time + "'")));
  const std::string seconds = time.substr(0, 19) + "Z";
  EXPECT_EQ(found({"--from", time}), of_then);
  EXPECT_EQ(found({"--from", seconds}), of_then) << "a block of this very second";
  const auto all = static_cast<std::size_t>(std::stoul(asked("SELECT COUNT(*) FROM payments")));
  EXPECT_EQ(found({"--before", seconds}), all - of_then);
  EXPECT_EQ(found({"--from", "2026-01-05"}), all) << "a day";
  // What fits nothing is no answer.
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--status", "settle"},
                                             {"--bank", "NORD"},
                                             {"--account", "NORDDEFF"},
                                             {"--currency", "EURO"},
                                             {"--from", "yesterday"},
                                             {"--before", "2026-01-05T06:00"}}) {
    std::vector<std::string> arguments{"find", "--database", written_};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(run_program(arguments).exit, Exit::usage) << wrong.front();
  }
  const std::vector<std::string> period{"--from",     "2026-01-05", "--to",
                                        "2026-01-31", "--database", written_};
  for (const auto& [what, words] : std::map<std::string, std::vector<std::string>>{
           {"participant NORDSESS", {"report", "--bank", "NORDSESS", "--currency", "EUR"}},
           {"currency XXX", {"report", "--bank", "NORDDEFF", "--currency", "XXX"}},
           {"account NORDDEFF/mian",
            {"statement", "--account", "NORDDEFF/mian", "--currency", "EUR"}},
           {"currency CHF", {"statement", "--account", "NORDDEFF/main", "--currency", "CHF"}}}) {
    std::vector<std::string> arguments = words;
    arguments.insert(arguments.end(), period.begin(), period.end());
    const Ran ran = run_program(arguments);
    EXPECT_EQ(ran.exit, Exit::usage);
    EXPECT_NE(ran.err.find("this chain has no " + what), std::string::npos) << ran.err;
  }
  EXPECT_GT(found({"--bank", "NORDDEFF"}), 5U);
  EXPECT_EQ(found({"--account", "NORDDEFF/main", "--limit", "2"}), 2U);
  EXPECT_EQ(run_program({"find", "--amount-from", "1.00", "--database", written_}).exit,
            Exit::usage);
}

TEST_P(AuditExport, ReportsOnABank) {
  fill();
  Database database = open();
  const BankReport report = report_on(database, {"NORDDEFF", "EUR", "2026-01-05", "2026-01-31"});
  std::map<std::string, const ReportTable*> tables;
  for (const ReportTable& table : report.tables) tables[table.name] = &table;
  auto store = chain::Store::open(Sample::get().directory.under("node/store"),
                                  network_definition().network_id, {});
  const auto balance =
      chain::load<chain::Balance>(**store, {account("NORDDEFF/main"), currency("EUR")});
  const Amounts amounts(database);
  const auto& row = tables.at("balances")->rows.at(0);
  EXPECT_EQ(row.at(0), "NORDDEFF/main");
  EXPECT_EQ(row.at(1), "0.00");
  EXPECT_EQ(row.at(6), amounts.text(balance->units.value, "EUR"));
  // Opening, out, in and charges come to closing.
  const auto units = [&](std::size_t column) { return *amounts.units(row.at(column), "EUR"); };
  EXPECT_EQ(units(1) - units(2) + units(3) - units(4) + units(5), balance->units.value);
  // The last day of the period is in it.
  const BankReport one_day = report_on(database, {"NORDDEFF", "EUR", "2026-01-05", "2026-01-05"});
  EXPECT_EQ(one_day.tables.at(0).rows.at(0), row);
  EXPECT_FALSE(tables.at("rejections")->rows.empty());
  EXPECT_FALSE(tables.at("governance")->rows.empty());
  EXPECT_GE(tables.at("exposures")->rows.size(), 3U);
  // Exchanges of its desk, by UETR: paid, got, rate, provider, status.
  std::map<std::string, std::vector<std::string>> fx;
  for (const auto& line : tables.at("fx")->rows) fx[line.at(1)] = {line.begin() + 2, line.end()};
  using Row = std::vector<std::string>;
  EXPECT_EQ(fx.size(), 3U);
  EXPECT_EQ(fx[to_text(uetr(8'130))],
            (Row{"SUDBFRPP", "66.20 EUR", "100.00 SGD", "0.662", "NORDDEFF/main", "settled"}))
      << asked("SELECT reason FROM payments WHERE provider IS NOT NULL");
  EXPECT_EQ(fx[to_text(uetr(8'131))],
            (Row{"ALBAGB2L", "0.04 EUR", "0.05 SGD", "0.662", "NORDDEFF/main", "settled"}));
  EXPECT_EQ(fx[to_text(uetr(8'132))].back(), "rejected");
  const BankReport seller = report_on(database, {"MERLSGSG", "SGD", "2026-01-05", "2026-01-31"});
  EXPECT_EQ(seller.tables.at(2).rows.size(), 3U) << "the same, seen from the creditor's side";
  std::map<std::string, std::string> reserves;
  for (const auto& each : tables.at("reserves")->rows) reserves[each.at(0)] = each.at(1);
  EXPECT_EQ(reserves["circulating"], "3999900.00") << "issued, less what is locked";
  EXPECT_EQ(reserves["attested"], "none");
  // One act of whoever is third of the validators, told by NORDDEFF.
  const auto& acts = tables.at("misbehaviour")->rows;
  ASSERT_EQ(acts.size(), 1U);
  EXPECT_EQ(acts[0].at(1), acts[0].at(2) + "-E3-0-900");
  EXPECT_EQ(acts[0].at(3), "finalize_nullify");
  EXPECT_EQ(acts[0].at(4), "NORDDEFF");
  // Before the network there was nothing.
  const BankReport before = report_on(database, {"NORDDEFF", "EUR", "2025-01-01", "2025-12-31"});
  EXPECT_EQ(before.tables.at(0).rows.size(), 1U) << "the line of sums";
  EXPECT_EQ(before.tables.at(0).rows.at(0).at(6), "0.00");
  for (const char* format : {"text", "json", "csv", "html"}) {
    const Ran ran =
        run_program({"report", "--bank", "NORDDEFF", "--currency", "EUR", "--from", "2026-01-05",
                     "--to", "2026-01-31", "--format", format, "--database", written_});
    EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
    EXPECT_NE(ran.out.find(row.at(6)), std::string::npos) << format;
  }
}

// Who paid whom: of an exchange the debtor pays the provider and the provider the creditor; what is
// given back is paid back.
TEST_P(AuditExport, CountsWhatBanksPaidEachOtherByItsLegs) {
  fill();
  Database database = open();
  const Amounts amounts(database);
  const auto exposures = [&](const std::string& bank, const std::string& currency) {
    std::map<std::string, std::vector<std::string>> rows;
    const BankReport report = report_on(database, {bank, currency, "2026-01-05", "2026-01-31"});
    for (const ReportTable& table : report.tables)
      if (table.name == "exposures")
        for (const auto& row : table.rows) rows[row.at(0)] = {row.at(1), row.at(2)};
    return rows;
  };
  // Of payments that are neither exchanged nor given back.
  const auto plain = [&](const std::string& agent, const std::string& creditor_agent,
                         std::int64_t more = 0) {
    const auto found = database.query(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payments WHERE provider IS NULL AND "
        "settled_height IS NOT NULL AND currency = 'EUR' AND agent = :v0 AND creditor_agent = :v1",
        {agent, creditor_agent});
    return amounts.text(cell_number(found.rows.at(0)[0]) + more, "EUR");
  };
  using Row = std::vector<std::string>;
  auto rows = exposures("SUDBFRPP", "EUR");
  EXPECT_EQ(rows["NORDDEFF"],
            (Row{plain("SUDBFRPP", "NORDDEFF", 66'20), plain("NORDDEFF", "SUDBFRPP")}));
  EXPECT_EQ(rows["MERLSGSG"], (Row{plain("SUDBFRPP", "MERLSGSG"), plain("MERLSGSG", "SUDBFRPP")}));
  EXPECT_EQ(rows["ALBAGB2L"],
            (Row{plain("SUDBFRPP", "ALBAGB2L"), plain("ALBAGB2L", "SUDBFRPP", 7'00)}));
  rows = exposures("ALBAGB2L", "EUR");
  EXPECT_EQ(rows["SUDBFRPP"],
            (Row{plain("ALBAGB2L", "SUDBFRPP", 7'00), plain("SUDBFRPP", "ALBAGB2L")}));
  rows = exposures("NORDDEFF", "SGD");
  EXPECT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows["MERLSGSG"], (Row{"100.05", "0.00"}));
  EXPECT_EQ(exposures("MERLSGSG", "SGD")["NORDDEFF"], (Row{"0.00", "100.05"}));
  EXPECT_TRUE(exposures("SUDBFRPP", "SGD").empty());
  std::map<std::string, std::string> net;
  for (const TextRow& row : database.query(query_text("exposures.sql")).rows)
    net[*row[0] + " " + *row[1] + " " + *row[2]] = *row[5];
  EXPECT_EQ(net["NORDDEFF MERLSGSG SGD"], "10005");
  EXPECT_EQ(net.count("SUDBFRPP MERLSGSG SGD"), 0U);
}

// A hold is told as it stood at the end of the period, whatever became of it.
TEST_P(AuditExport, TellsWhatWasHeldAsOfTheEndOfThePeriod) {
  const ScratchDirectory directory;
  ChainMaker chain(directory.under("node"));
  chain.block_of({issue_bytes(1, "NORDDEFF/main", eur(1'000'00)),
                  issue_bytes(2, "SUDBFRPP/main", eur(1'000'00))});
  chain.block_of({payment_bytes(10, "NORDDEFF/main", "SUDBFRPP/nostro", 10'00, true),
                  payment_bytes(11, "NORDDEFF/main", "SUDBFRPP/nostro", 20'00, true),
                  payment_bytes(12, "NORDDEFF/main", "SUDBFRPP/main", 30'00),
                  redeem_bytes(13, "NORDDEFF/main", eur(40'00))});
  // From here on what SUDBFRPP pays waits for an hour.
  auto policy = chain::load<chain::Participant>(chain.store(), bic("SUDBFRPP"))->policy;
  for (chain::Rule& rule : policy.rules)
    if (rule.action == chain::ActionClass::pay) rule.delay_ms = 3'600'000;
  chain.block_of(
      {signed_bytes(20, chain::UpdatePolicy{bic("SUDBFRPP"), {}, policy}, "SUDBFRPP", true)});
  chain.block_of({return_bytes(21, chain, {bic("NORDDEFF"), uetr(12)}, 30'00),
                  payment_bytes(22, "SUDBFRPP/main", "NORDDEFF/main", 5'00)});
  const Date next = *parse_date("2026-01-06");
  chain.block_of({signed_bytes(30, chain::OpenBusinessDate{bic("ALBAGB2L"), currency("EUR"), next},
                               "ALBAGB2L", true)});
  chain.block_of({accept_bytes(31, 10, "SUDBFRPP/nostro", "NORDDEFF"),
                  accept_bytes(32, 11, "SUDBFRPP/nostro", "NORDDEFF", false)});
  chain.close();
  std::ofstream(directory.under("genesis.toml")) << network_text();
  const Ran ran = run_program({"export", directory.under("node"), "--genesis",
                               directory.under("genesis.toml"), "--database", written_});
  ASSERT_EQ(ran.exit, Exit::holds) << ran.out << ran.err;
  Database database = open();
  const auto held = [&](const std::string& bank, const std::string& to) {
    std::map<std::string, std::string> rows;
    const BankReport report = report_on(database, {bank, "EUR", "2026-01-05", to});
    for (const ReportTable& table : report.tables)
      if (table.name == "held")
        for (const auto& row : table.rows) rows[row.at(0)] = row.at(1) + " " + row.at(2);
    return rows;
  };
  using Rows = std::map<std::string, std::string>;
  const std::string redemption = to_text(uetr(13));
  EXPECT_EQ(held("NORDDEFF", "2026-01-05"), (Rows{{to_text(uetr(10)), "10.00 held"},
                                                  {to_text(uetr(11)), "20.00 held"},
                                                  {redemption, "40.00 redemption"},
                                                  {to_text(uetr(22)), "5.00 delayed"}}));
  EXPECT_EQ(held("NORDDEFF", "2026-01-06"),
            (Rows{{redemption, "40.00 redemption"}, {to_text(uetr(22)), "5.00 delayed"}}));
  EXPECT_EQ(held("SUDBFRPP", "2026-01-06"), (Rows{{to_text(uetr(21)), "30.00 return, delayed"},
                                                  {to_text(uetr(22)), "5.00 delayed"}}));
}

TEST_P(AuditExport, WritesStatementsThatAddUp) {
  fill();
  const std::vector<std::string> scope{"statement",  "--account",  "NORDDEFF/main", "--currency",
                                       "EUR",        "--from",     "2026-01-05",    "--to",
                                       "2026-01-05", "--database", written_};
  const Ran xml = run_program(scope);
  ASSERT_EQ(xml.exit, Exit::holds) << xml.err;
  // Reading checks schema, and that opening balance and entries are the closing one.
  const auto message = iso20022::read_message(xml.out);
  ASSERT_TRUE(message.has_value()) << to_string(message.error().list.front());
  const auto& report = std::get<iso20022::AccountMessage>(message->body).reports.front();
  auto store = chain::Store::open(Sample::get().directory.under("node/store"),
                                  network_definition().network_id, {});
  const auto balance =
      chain::load<chain::Balance>(**store, {account("NORDDEFF/main"), currency("EUR")});
  ASSERT_EQ(report.balances.size(), 2U);
  EXPECT_EQ(report.balances[0].amount.units.value, 0);
  EXPECT_EQ(report.balances[1].amount.units, balance->units);
  EXPECT_GT(report.entries.size(), 10U);
  EXPECT_NE(xml.out.find("after block " + std::to_string(Sample::get().last.value)),
            std::string::npos);
  std::vector<std::string> csv_scope = scope;
  csv_scope.insert(csv_scope.end(), {"--format", "csv"});
  const Ran csv = run_program(csv_scope);
  const Amounts amounts = [&] {
    Database database = open();
    return Amounts(database);
  }();
  for (const char* kind : {",closing,,", ",proved,,"})
    EXPECT_NE(csv.out.find(kind + amounts.text(balance->units.value, "EUR") + ",EUR"),
              std::string::npos)
        << csv.out;
  // A reconciliation program takes each message once, so no two have the same id.
  std::vector<std::string> other = scope;
  other.at(2) = "SUDBFRPP/main";
  const auto second = iso20022::read_message(run_program(other).out);
  ASSERT_TRUE(second.has_value());
  EXPECT_NE(std::get<iso20022::AccountMessage>(second->body).header.message_id,
            std::get<iso20022::AccountMessage>(message->body).header.message_id);
}

/// A chain whose second block holds four business dates of EUR.
struct DatesWithinABlock {
  ScratchDirectory directory;
  DatesWithinABlock() {
    ChainMaker chain(directory.under("node"));
    chain.block_of({issue_bytes(1, "NORDDEFF/main", eur(1'000'00)),
                    issue_bytes(2, "SUDBFRPP/main", eur(1'000'00))});
    chain.block_of(
        {payment_bytes(10, "NORDDEFF/main", "MERLSGSG/main", 10'00),
         payment_bytes(11, "NORDDEFF/main", "SUDBFRPP/nostro", 11'00, true),
         open_date(20, "2026-01-06"), payment_bytes(12, "NORDDEFF/main", "ALBAGB2L/main", 12'00),
         payment_bytes(13, "NORDDEFF/main", "SUDBFRPP/main", 13'00), open_date(21, "2026-01-07"),
         open_date(22, "2026-01-08"), payment_bytes(14, "NORDDEFF/main", "ALBAGB2L/main", 14'00)});
    chain.block_of({payment_bytes(15, "NORDDEFF/main", "SUDBFRPP/main", 15'00)});
    chain.close();
    std::ofstream(directory.under("genesis.toml")) << network_text();
  }
  static Bytes open_date(std::uint64_t number, const std::string& date) {
    return signed_bytes(
        number, chain::OpenBusinessDate{bic("ALBAGB2L"), currency("EUR"), *parse_date(date)},
        "ALBAGB2L", true);
  }
};

// Opening balance and entries are the closing one; with what the named block has of later dates it
// is what the ledger proves after the block; and a day begins with what the one before ended with.
TEST_P(AuditExport, StatesBusinessDatesThatEndWithinABlock) {
  const DatesWithinABlock made;
  const Ran ran = run_program({"export", made.directory.under("node"), "--genesis",
                               made.directory.under("genesis.toml"), "--database", written_});
  ASSERT_EQ(ran.exit, Exit::holds) << ran.out << ran.err;
  const auto store =
      chain::Store::open(made.directory.under("node/store"), network_definition().network_id, {});
  ASSERT_TRUE(store.has_value());
  Database database = open();
  const auto stated = [&](const std::string& name, const std::string& from, const std::string& to) {
    const Statement statement =
        statement_of(database, account(name), currency("EUR"), *parse_date(from), *parse_date(to));
    std::int64_t sum = statement.opening;
    for (const auto& line : statement.lines) sum += line.amount;
    EXPECT_EQ(sum, statement.closing) << name << to;
    for (const auto& line : statement.later) sum += line.amount;
    EXPECT_EQ(sum, statement.proved) << name << to;
    const auto then = (*store)->view().state_at(Height(std::stoull(statement.height)));
    const auto balance = then->get(chain::key_of<chain::Balance>({account(name), currency("EUR")}));
    EXPECT_EQ(statement.proved,
              balance ? chain::decode_record<chain::Balance>(*balance)->units.value : 0)
        << name << " after block " << statement.height;
    return statement;
  };
  const std::vector<std::string> days{"2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"};
  for (const char* name : {"NORDDEFF/main", "MERLSGSG/main", "ALBAGB2L/main", "SUDBFRPP/main"}) {
    std::size_t lines = 0;
    std::int64_t closing = 0;
    for (const std::string& day : days) {
      const Statement statement = stated(name, day, day);
      EXPECT_EQ(statement.opening, closing) << name << day;
      closing = statement.closing;
      lines += statement.lines.size();
    }
    EXPECT_EQ(lines, stated(name, days.front(), days.back()).lines.size()) << name;
  }
  const auto block_of = [&](const std::string& name, const std::string& day) {
    const Statement statement = stated(name, day, day);
    return statement.height + " " + std::to_string(statement.later.size());
  };
  EXPECT_EQ(block_of("NORDDEFF/main", days[0]), "2 3") << "its entries of the 6th and the 8th";
  EXPECT_EQ(block_of("NORDDEFF/main", days[1]), "2 1");
  EXPECT_EQ(block_of("NORDDEFF/main", days[2]), "2 1") << "nothing was posted on the 7th";
  EXPECT_EQ(block_of("NORDDEFF/main", days[3]), "3 0") << "the newest";
  EXPECT_EQ(block_of("MERLSGSG/main", days[0]), "2 0") << "none of later dates: the whole block";
  EXPECT_EQ(block_of("ALBAGB2L/main", days[0]), "1 0") << "none of the 5th: the block before";
  EXPECT_EQ(block_of("ALBAGB2L/main", days[1]), "2 1");
  EXPECT_EQ(stated("NORDDEFF/main", days[0], days[0]).closing, 979'00);

  std::vector<std::string> command{"statement",  "--account",  "NORDDEFF/main", "--currency",
                                   "EUR",        "--from",     "2026-01-05",    "--to",
                                   "2026-01-05", "--database", written_};
  const auto message = iso20022::read_message(run_program(command).out);
  ASSERT_TRUE(message.has_value()) << to_string(message.error().list.front());
  const auto& report = std::get<iso20022::AccountMessage>(message->body).reports.front();
  EXPECT_EQ(report.balances.at(1).amount.units.value, 979'00);
  EXPECT_NE(report.more.find("within block 2, "), std::string::npos) << report.more;
  EXPECT_NE(report.more.find(": after it the balance is 940.00 EUR, of which -39.00 is of"),
            std::string::npos)
      << report.more;
  command.insert(command.end(), {"--format", "csv"});
  const std::string csv = run_program(command).out;
  const auto tail = csv.find("\r\n2026-01-05,,,,,,closing,,979.00,EUR\r\n2026-01-06,");
  ASSERT_NE(tail, std::string::npos) << csv;
  EXPECT_NE(csv.find(",later,-14.00,940.00,EUR\r\n2026-01-08,2026-01-05T06:00:02.000Z,2,,,,proved,,"
                     "940.00,EUR\r\n",
                     tail),
            std::string::npos)
      << csv;
  // What was held then was held, though its block reaches into the next day.
  const BankReport day = report_on(database, {"NORDDEFF", "EUR", days[0], days[0]});
  for (const ReportTable& table : day.tables)
    if (table.name == "held") {
      ASSERT_EQ(table.rows.size(), 1U);
      EXPECT_EQ(table.rows[0].at(2), "held");
    }
}

TEST_P(AuditExport, WhatNoProofCoversIsNotKept) {
  const ScratchDirectory directory;
  ChainMaker chain(directory.under("node"));
  chain.block_of({issue_bytes(1, "NORDDEFF/main", eur(100))});
  chain.block_of({issue_bytes(2, "NORDDEFF/main", eur(100))}, false);
  Forgery forgery;
  forgery.signers = 2;
  chain.block({{issue_bytes(3, "NORDDEFF/main", eur(100))}}, true, forgery);
  chain.close();
  std::ofstream(directory.under("genesis.toml")) << network_text();
  const Ran ran = run_program({"export", directory.under("node"), "--genesis",
                               directory.under("genesis.toml"), "--database", written_});
  EXPECT_EQ(ran.exit, Exit::diverges) << ran.out << ran.err;
  EXPECT_EQ(asked("SELECT count(*) FROM blocks WHERE height > 1"), "0 | ");
}

// The same answers out of a source, exported into the work directory, as out of a database.
TEST_P(AuditExport, IsNotNeededByWhoHasASource) {
  fill();
  const Sample& sample = Sample::get();
  const std::vector<std::string> database{"--database", written_};
  const std::vector<std::string> source{sample.directory.under("node"), "--genesis",
                                        sample.directory.under("genesis.toml")};
  const auto answered = [](std::vector<std::string> question,
                           const std::vector<std::string>& from) {
    question.insert(question.end(), from.begin(), from.end());
    return run_program(question);
  };
  const std::vector<std::vector<std::string>> questions = {
      {"trace", to_text(uetr(8'130)), "--json"},
      {"find", "--bank", "NORDDEFF", "--json"},
      {"report", "--bank", "NORDDEFF", "--currency", "EUR", "--from", "2026-01-05", "--to",
       "2026-01-31", "--format", "json"},
      {"statement", "--account", "NORDDEFF/main", "--currency", "EUR", "--from", "2026-01-05",
       "--to", "2026-01-05", "--format", "csv"},
  };
  std::vector<std::string> kept = source;
  kept.insert(kept.end(), {"--work", home_.under("work")});
  // As docs/audit.md goes about it: everything is checked first, and asked about afterwards.
  std::vector<std::string> replayed = source;
  replayed.insert(replayed.end(), {"--work", home_.under("replayed")});
  ASSERT_EQ(answered({"replay"}, replayed).exit, Exit::holds);
  for (const auto& question : questions) {
    const Ran expected = answered(question, database);
    EXPECT_EQ(expected.exit, Exit::holds) << expected.err;
    for (const auto& from : {source, kept, replayed}) {
      const Ran ran = answered(question, from);
      EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
      EXPECT_EQ(ran.out, expected.out) << question.front();
      EXPECT_EQ(ran.err, "") << question.front();  // nothing was left unchecked
    }
  }
  // Neither and both are refused; what diverges is not asked.
  EXPECT_EQ(answered(questions[0], {}).exit, Exit::usage);
  kept.insert(kept.end(), database.begin(), database.end());
  EXPECT_EQ(answered(questions[0], kept).exit, Exit::usage);
  EXPECT_EQ(answered(questions[0], {source[0]}).exit, Exit::usage) << "without a genesis file";
  const Ran trusting =
      answered(questions[0], {source[0], source[1], source[2], "--trust-finality"});
  EXPECT_EQ(trusting.exit, Exit::holds);
  EXPECT_NE(trusting.err.find("NOT CHECKED"), std::string::npos) << trusting.err;
  // What is left to the quorum is what the question says, and only until a replay has checked it.
  const auto with = [&](const std::string& command, const std::string& work, bool trusts) {
    std::vector<std::string> more = source;
    more.insert(more.end(), {"--work", home_.under(work)});
    if (trusts) more.emplace_back("--trust-finality");
    const Ran ran = answered(command == "replay" ? std::vector{command} : questions[1], more);
    EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
    return ran.err;
  };
  with("replay", "trusting", true);
  EXPECT_EQ(with("find", "trusting", false), "");
  EXPECT_NE(with("find", "late", true), "");
  with("replay", "late", false);
  EXPECT_EQ(with("find", "late", false), "");
}

INSTANTIATE_TEST_SUITE_P(On, AuditExport,
                         testing::Values(DatabaseAddress::Kind::sqlite,
                                         DatabaseAddress::Kind::postgresql),
                         [](const auto& instance) {
                           return instance.param == DatabaseAddress::Kind::sqlite ? "SQLite"
                                                                                  : "PostgreSQL";
                         });

TEST(AuditDatabase, IsWaitedForWhereAnotherProcessHasItAlone) {
  const ScratchDirectory directory;
  const DatabaseAddress address{DatabaseAddress::Kind::sqlite, directory.under("database")};
  Database other(address, true);
  other.run("CREATE TABLE rows(id INTEGER)");
  other.run("PRAGMA locking_mode=EXCLUSIVE");
  other.run("INSERT INTO rows VALUES(1)");
  std::jthread ends([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    other.run("PRAGMA locking_mode=NORMAL");
    static_cast<void>(other.query("SELECT id FROM rows"));
  });
  Database opened(address, false);
  EXPECT_EQ(opened.query("SELECT id FROM rows").rows.size(), 1U);
}

TEST(AuditViews, PercentilesAreOfTheNearestRank) {
  EXPECT_EQ(percentile({}, 50), 0);
  EXPECT_EQ(percentile({7}, 50), 7);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 50), 2);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 90), 4);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 25), 1);
}

TEST(AuditViews, WhatIsShownIsNeitherMarkupNorFormula) {
  BankReport report{"NORDDEFF", "EUR", "2026-01-05", "2026-01-31", "<script>alert(1)</script>", "b",
                    "1",        {}};
  report.tables.push_back(
      {"held", "\"><b>", {"payment"}, {{"=cmd|'/c calc'!A1"}, {"-5.00"}}, 0, {1, 2}});
  const std::string html = to_html(report);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<b>"), std::string::npos);
  const std::string csv = to_csv(report);
  EXPECT_NE(csv.find("payment,'=cmd|'/c calc'!A1\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("payment,-5.00\r\n"), std::string::npos);
}

}  // namespace
}  // namespace vostro::audit
