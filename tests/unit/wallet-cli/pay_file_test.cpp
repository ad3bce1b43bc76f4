// Goal: `vostro pay-file` pays a file once, whatever happens between, and says what became of each
// credit. Method: whole command lines against a node that answers from tables.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/csv.h"
#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::wallet {
namespace {

using test::Ran;

constexpr const char* kHeader = "debtor,creditor,currency,amount,reference\n";

class PayFile : public test::WalletTest {
 protected:
  void SetUp() override {
    WalletTest::SetUp();
    write("credits.csv", std::string(kHeader) + "NORDDEFF/main,SUDBFRPP/main,EUR,1.25,A\n" +
                             "NORDDEFF/main,MERLSGSG/main,EUR,2,B\n" +
                             "NORDDEFF/main,SUDBFRPP/main,JPY,100,C\n");
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name)) << content;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path(name));
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
  }
  Ran pay(const std::vector<std::string>& more = {}, const std::string& name = "credits.csv") {
    std::vector<std::string> args{"pay-file", path(name), "--key", "maker", "--yes"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
  [[nodiscard]] std::size_t posts() const { return node_->posted_transactions().size(); }
  /// Encodings of what was posted, each once.
  [[nodiscard]] std::set<Bytes> orders() const {
    std::set<Bytes> out;
    for (const auto& each : node_->posted_transactions())
      out.insert(chain::encode_transaction(each));
    return out;
  }
  [[nodiscard]] std::vector<std::string> files_of_state(const std::string& suffix) const {
    std::vector<std::string> out;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator at(path("state"), error), end;
         !error && at != end; at.increment(error)) {
      if (at->path().string().ends_with(suffix)) out.push_back(at->path().string());
    }
    return out;
  }
};

TEST_F(PayFile, SignsOneBulkForEachCurrencyAndShowsTheTotals) {
  const Ran ran = pay();
  ASSERT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  for (const char* shown :
       {"Test network", "3.25 EUR in 2 credits", "100 JPY in 1 credit", "1 Payment, 1 PaymentBatch",
        "NORDDEFF/main pays 3.25 EUR for 2 credits, and has 100.00 EUR",
        "and has 0 JPY, which is too little", "3 settled"})
    EXPECT_NE(ran.out.find(shown), std::string::npos) << shown << "\n" << ran.out;
  ASSERT_EQ(orders().size(), 2U);
  const auto posted = node_->posted_transactions();
  const auto& batch = std::get<chain::PaymentBatch>(posted[0].body);
  EXPECT_EQ(batch.total, MinorUnits(325));
  EXPECT_EQ(batch.items.size(), 2U);
  EXPECT_TRUE(chain::verify(chain::encode_transaction(posted[0]), network_id_));
  EXPECT_EQ(std::get<chain::Payment>(posted[1].body).credit.amount, MinorUnits(100));
}

TEST_F(PayFile, TheSameFileAgainShowsTheResultsAndPaysNothing) {
  ASSERT_EQ(pay().exit, Exit::ok);
  const std::size_t before = posts();
  const Ran again = pay({"--json", "--result", path("result.json")});
  ASSERT_EQ(again.exit, Exit::ok) << again.out << again.err;
  EXPECT_EQ(posts(), before);
  const auto json = again.json();
  EXPECT_TRUE(json.at("repeat").as_bool());
  EXPECT_EQ(json.at("credits").to_number<int>(), 3);
  EXPECT_EQ(json.at("counts").at("settled").to_number<int>(), 3);
  for (const char* field : {"file", "file_hash", "message_id", "run", "made_at", "orders", "result",
                            "dry_run", "exit_code"})
    EXPECT_TRUE(json.contains(field)) << field;
  EXPECT_NE(read("result.json").find("\"reference\":\"B\""), std::string::npos);
}

TEST_F(PayFile, AnotherPaysAgainUnderNewIds) {
  ASSERT_EQ(pay().exit, Exit::ok);
  ASSERT_EQ(pay({"--another"}).exit, Exit::ok);
  EXPECT_EQ(orders().size(), 4U);
}

TEST_F(PayFile, AChangedFileIsAnotherFile) {
  ASSERT_EQ(pay().exit, Exit::ok);
  write("credits.csv", read("credits.csv") + "NORDDEFF/main,SUDBFRPP/main,EUR,9,D\n");
  ASSERT_EQ(pay().exit, Exit::ok);
  EXPECT_EQ(orders().size(), 4U);
}

TEST_F(PayFile, WhatIsPendingGoesOnWithTheSameBytes) {
  node_->outcome(std::nullopt);
  const Ran first = pay({"--result", path("result.csv")});
  EXPECT_EQ(first.exit, Exit::unknown) << first.out << first.err;
  EXPECT_NE(first.out.find("give the same file again"), std::string::npos) << first.out;
  EXPECT_NE(read("result.csv").find(",accepted,"), std::string::npos);
  const auto before = orders();
  ASSERT_EQ(before.size(), 2U);
  // Nobody pays a file anew while it is not known what became of it.
  const Ran another = pay({"--another"});
  EXPECT_EQ(another.exit, Exit::unknown);
  EXPECT_NE(another.err.find("without --another"), std::string::npos) << another.err;
  node_->outcome(chain::Status::settled);
  EXPECT_EQ(pay().exit, Exit::ok);
  EXPECT_EQ(orders(), before);
}

TEST_F(PayFile, ALostConnectionLeavesNothingToGuess) {
  node_->answer("POST", "/v1/transactions", {"", true});
  const Ran lost = pay();
  EXPECT_EQ(lost.exit, Exit::unknown) << lost.out;
  const auto before = orders();
  ASSERT_EQ(before.size(), 1U);  // the next would fare no better
  node_->forget_answer("POST", "/v1/transactions");
  const Ran again = pay();
  ASSERT_EQ(again.exit, Exit::ok) << again.out << again.err;
  ASSERT_EQ(orders().size(), 2U);
  EXPECT_TRUE(orders().contains(*before.begin()));
}

TEST_F(PayFile, ARefusedFileIsAsIfNeverGiven) {
  node_->answer(
      "POST", "/v1/transactions",
      test::problem_reply(409, "not-authorised", "a signer is not in the policy", "DS0H"));
  const Ran refused = pay({"--result", path("result.csv")});
  EXPECT_EQ(refused.exit, Exit::not_authorised) << refused.out;
  EXPECT_NE(read("result.csv").find(",refused,,not-authorised,DS0H,"), std::string::npos);
  node_->forget_answer("POST", "/v1/transactions");
  const Ran again = pay({"--key", "checker"});
  ASSERT_EQ(again.exit, Exit::ok) << again.out << again.err;
  EXPECT_EQ(node_->posted_transactions().back().signatures.size(), 2U);
}

TEST_F(PayFile, RejectedCreditsHaveTheirReasonInTheResult) {
  node_->outcome(chain::Status::rejected, chain::Reason::funds_short);
  const Ran ran = pay({"--result", path("result.csv")});
  EXPECT_EQ(ran.exit, Exit::refused);
  EXPECT_NE(ran.out.find("AM04 funds_short"), std::string::npos) << ran.out;
  const auto rows = read_csv(read("result.csv"), 10);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 4U);
  const auto cell = [&](std::size_t row, const std::string& name) {
    const auto& names = rows->at(0).cells;
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? "no column " + name
                             : rows->at(row).cells[static_cast<std::size_t>(at - names.begin())];
  };
  EXPECT_EQ(cell(1, "line"), "2");
  EXPECT_EQ(cell(1, "reference"), "A");
  EXPECT_EQ(cell(2, "amount"), "2.00");
  EXPECT_EQ(cell(3, "amount"), "100");
  EXPECT_EQ(cell(3, "creditor"), "SUDBFRPP/main");
  EXPECT_EQ(cell(2, "status"), "rejected");
  EXPECT_EQ(cell(2, "iso_status"), "RJCT");
  EXPECT_EQ(cell(2, "reason"), "funds_short");
  EXPECT_EQ(cell(2, "reason_code"), "AM04");
  EXPECT_EQ(cell(2, "height"), "7");
  EXPECT_EQ(cell(2, "index"), "3");
  EXPECT_EQ(cell(2, "block_time"), "2026-11-23T15:16:39.123Z");
  EXPECT_EQ(cell(2, "uetr").size(), 36U);
}

TEST_F(PayFile, OneBadLineAndNothingIsSent) {
  write("credits.csv", read("credits.csv") + "NORDDEFF/main,SUDBFRPP/main,EUR,1.005,D\n" +
                           "NORDDEFF/main,SUDBFRPP/main,EUR,0,E\n");
  const Ran ran = pay();
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("line 5, amount: 1.005 EUR"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("line 6, amount: 0 EUR"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("2 errors; nothing was signed or sent"), std::string::npos) << ran.err;
  EXPECT_EQ(posts(), 0U);
  EXPECT_TRUE(files_of_state(".bulk").empty());
  const auto json = pay({"--json"}).json();
  const auto& errors = json.at("error").at("errors").as_array();
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].at("line").to_number<int>(), 5);
  EXPECT_EQ(errors[0].at("element").as_string(), "amount");
}

TEST_F(PayFile, K4NamesAreCheckedForAllLinesAtOnce) {
  write("credits.csv", std::string(kHeader) + "NORDDEFF/mian,SUDBFRPP/main,EUR,1,A\n" +
                           "NORDDEFF/main,SUDBFRPA/main,EUR,1,B\n" +
                           "NORDDEFF/main,NORDDEFF/nostra,EUR,1,C\n" +
                           "NORDDEFF/main,SUDBFRPP/main,CHF,1,D\n");
  const Ran ran = pay();
  EXPECT_EQ(ran.exit, Exit::usage);
  for (const char* said : {"line 2, debtor \"NORDDEFF/mian\"", "did you mean NORDDEFF/main?",
                           "line 3, creditor \"SUDBFRPA\"", "did you mean SUDBFRPP?",
                           "line 4, creditor \"NORDDEFF/nostra\"", "did you mean NORDDEFF/nostro?",
                           "line 5, currency \"CHF\"", "it has EUR, JPY, SGD"})
    EXPECT_NE(ran.err.find(said), std::string::npos) << said << "\n" << ran.err;
  EXPECT_EQ(posts(), 0U);
}

TEST_F(PayFile, ADryRunSignsAndStoresNothing) {
  const Ran ran = run({"pay-file", path("credits.csv"), "--dry-run", "--json"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  const auto json = ran.json();
  EXPECT_TRUE(json.at("dry_run").as_bool());
  EXPECT_EQ(json.at("totals").at(0).at("amount").as_string(), "3.25");
  EXPECT_EQ(json.at("totals").at(0).at("credits").to_number<int>(), 2);
  EXPECT_EQ(posts(), 0U);
  EXPECT_TRUE(files_of_state(".bulk").empty());
}

TEST_F(PayFile, AsksAtATerminalAndElsewhereWantsYes) {
  const std::vector<std::string> args{"pay-file", path("credits.csv"), "--key", "maker"};
  const Ran nobody = run(args);
  EXPECT_EQ(nobody.exit, Exit::usage);
  EXPECT_NE(nobody.err.find("--yes"), std::string::npos);
  typed_ = "n";
  EXPECT_EQ(run(args).exit, Exit::declined);
  EXPECT_EQ(posts(), 0U);
  EXPECT_TRUE(files_of_state(".bulk").empty());
  typed_ = "y";
  EXPECT_EQ(run(args).exit, Exit::ok);
}

TEST_F(PayFile, TheBarIsForTerminals) {
  EXPECT_EQ(pay().out.find("[####"), std::string::npos);
  is_terminal_ = true;
  EXPECT_NE(pay().out.find("] 3 of 3 credits final"), std::string::npos);
  variables_["NO_COLOR"] = "1";
  EXPECT_EQ(pay().out.find('\033'), std::string::npos);
  variables_["TERM"] = "dumb";
  EXPECT_EQ(pay().out.find("[####"), std::string::npos);
}

TEST_F(PayFile, OtherOptionsForTheSameFileAreRefused) {
  ASSERT_EQ(pay().exit, Exit::ok);
  const Ran ran = pay({"--charge-bearer", "DEBT"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("with other options (none)"), std::string::npos) << ran.err;
  ASSERT_EQ(pay({"--charge-bearer", "DEBT", "--another"}).exit, Exit::ok);
  EXPECT_EQ(std::get<chain::PaymentBatch>(node_->posted_transactions().at(2).body).bearer,
            chain::Bearer::debt);
}

TEST_F(PayFile, ADamagedRunIsNotSent) {
  node_->outcome(std::nullopt);
  ASSERT_EQ(pay().exit, Exit::unknown);
  const std::size_t before = posts();
  std::filesystem::resize_file(files_of_state(".bulk").at(0), 100);
  const Ran ran = pay();
  EXPECT_EQ(ran.exit, Exit::local);
  EXPECT_NE(ran.err.find("is damaged, and nothing is sent"), std::string::npos) << ran.err;
  EXPECT_EQ(posts(), before);
}

TEST_F(PayFile, AResultThatCannotBeWrittenSendsNothing) {
  EXPECT_EQ(pay({"--result", path("nowhere/result.csv")}).exit, Exit::local);
  EXPECT_EQ(pay({"--result", path("result.txt")}).exit, Exit::usage);
  EXPECT_EQ(pay({"--result", path("credits.csv")}).exit, Exit::usage);
  EXPECT_EQ(posts(), 0U);
  EXPECT_NE(read("credits.csv").find("SUDBFRPP"), std::string::npos);
}

TEST_F(PayFile, AFileThatIsNotThereIsSaid) {
  EXPECT_EQ(pay({}, "nowhere.csv").exit, Exit::local);
  EXPECT_EQ(run({"pay-file", root_, "--yes", "--key", "maker"}).exit, Exit::local);
}

}  // namespace
}  // namespace vostro::wallet
