// Goal: a file of credits becomes exactly the payments that it asks for, or all that is wrong with
// it is said. Method: good files, and a table of bad rows each with column and reason.
#include "wallet-cli/bulk_file.h"

#include <gtest/gtest.h>

#include "tests/support/chain_builders.h"

namespace vostro::wallet {
namespace {

BulkDefaults defaults() {
  BulkDefaults out;
  out.now = test::test_time;
  return out;
}

std::string errors_of(const std::string& text, const BulkDefaults& with = defaults()) {
  const auto read = read_bulk_file(text, with);
  if (read) return "it was taken";
  std::string out;
  for (const auto& each : read.error().list) out += iso20022::to_string(each) + "\n";
  return out;
}

TEST(BulkFile, ReadsEveryColumn) {
  const auto read = read_bulk_file(
      "reference,uetr,debtor,creditor,currency,amount,charge_bearer,purpose,accept_by,pay_with\r\n"
      "\"A, 1\",6f9619ff-8b86-4d01-b42d-00cf4fc964ff,NORDDEFF/main,SUDBFRPP/main,EUR,12.5,DEBT,"
      "SUPP,+1h,USD\r\n"
      ",,NORDDEFF/main,SUDBFRPP/main,JPY,100,,,,\r\n",
      defaults());
  ASSERT_TRUE(read) << errors_of("");
  EXPECT_EQ(read->format, "CSV");
  ASSERT_EQ(read->credits.size(), 2U);
  const BulkCredit& first = read->credits[0];
  EXPECT_EQ(first.line, 2U);
  EXPECT_EQ(first.reference, "A, 1");
  EXPECT_EQ(first.uetr, *parse_uetr("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"));
  EXPECT_EQ(first.debtor, test::account("NORDDEFF/main"));
  EXPECT_EQ(first.creditor, test::account("SUDBFRPP/main"));
  EXPECT_EQ(first.amount, test::eur(1250));
  EXPECT_EQ(first.bearer, chain::Bearer::debt);
  EXPECT_EQ(first.purpose->code, (std::array<char, 4>{'S', 'U', 'P', 'P'}));
  EXPECT_EQ(first.accept_by, UnixSeconds(test::test_time.value + 3'600));
  EXPECT_TRUE(first.is_exchange());
  const BulkCredit& second = read->credits[1];
  EXPECT_EQ(second.bearer, chain::Bearer::shar);
  EXPECT_FALSE(second.is_exchange() || second.uetr || second.purpose || second.accept_by);
  EXPECT_EQ(second.amount.units, MinorUnits(100));
}

TEST(BulkFile, TheCommandLineFillsWhatTheFileLeavesOpen) {
  BulkDefaults given = defaults();
  given.bearer = chain::Bearer::cred;
  given.pay_with = parse_currency("USD");
  given.accept_by = UnixSeconds(test::test_time.value + 60);
  const auto read =
      read_bulk_file("debtor,creditor,currency,amount\nNORDDEFF/main,SUDBFRPP/main,EUR,1\n", given);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->credits[0].bearer, chain::Bearer::cred);
  EXPECT_EQ(read->credits[0].pay_with, *given.pay_with);
  EXPECT_EQ(read->credits[0].accept_by, given.accept_by);
}

TEST(BulkFile, SaysWhatIsWrongWithARow) {
  struct Bad {
    std::string row;
    std::string says;
  };
  const std::string header =
      "debtor,creditor,currency,amount,uetr,charge_bearer,purpose,accept_by,reference,pay_with\n";
  const std::string good = "NORDDEFF/main,SUDBFRPP/main,EUR,1.00,,,,,,\n";
  ASSERT_TRUE(read_bulk_file(header + good, defaults()));
  for (const Bad& bad : std::vector<Bad>{
           {",SUDBFRPP/main,EUR,1.00,,,,,,", "line 3, debtor: this cell must not be empty"},
           {"NORDDEFF,SUDBFRPP/main,EUR,1.00,,,,,,", "line 3, debtor: \"NORDDEFF\" is no account"},
           {"NORDDEFF/main,SUDBXXPP/main,EUR,1.00,,,,,,", "line 3, creditor"},
           {"NORDDEFF/main,\"SUD\n\x1b[2J\",EUR,1.00,,,,,,", "line 3, creditor: \"SUD??[2J\""},
           {"NORDDEFF/main,NORDDEFF/main,EUR,1.00,,,,,,", "the same account"},
           {"NORDDEFF/main,SUDBFRPP/main,eur,1.00,,,,,,", "line 3, currency \"eur\""},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.005,,,,,,",
            "line 3, amount: 1.005 EUR: EUR has at most 2 digits after the point"},
           {"NORDDEFF/main,SUDBFRPP/main,JPY,1.5,,,,,,", "JPY has no digits after the point"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,0,,,,,,", "above 0"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,-1,,,,,,", "digits and one point"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,\"1,00\",,,,,,", "digits and one point"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR, 1.00,,,,,,", "digits and one point"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00,abc,,,,,", "line 3, uetr \"abc\""},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00,,SLEV,,,,", "DEBT, SHAR and CRED"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00,,,supp,,,", "four capital letters"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00,,,,2020-01-01T00:00:00Z,,", "not in the future"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00,,,,,\"a\nb\",", "no control characters"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00,,,,,,XXX", "line 3, pay_with \"XXX\""},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,1.00", "the row has 4 cells, and the header 10"},
           {"NORDDEFF/main,SUDBFRPP/main,EUR,\"1.00,,,,,,", "line 3: a quote has no end"}}) {
    const std::string said = errors_of(header + good + bad.row + "\n");
    EXPECT_NE(said.find(bad.says), std::string::npos) << bad.row << "\n" << said;
  }
}

TEST(BulkFile, SaysWhatIsWrongWithTheHeader) {
  EXPECT_NE(errors_of("").find("the file is empty"), std::string::npos);
  EXPECT_NE(errors_of("debtor,creditor,currency,amount\n").find("holds no credit"),
            std::string::npos);
  EXPECT_NE(errors_of("debtor,creditor,curency,amount\na,b,c,d\n").find("did you mean currency?"),
            std::string::npos);
  EXPECT_NE(errors_of("debtor,creditor,currency\na,b,c\n").find("column amount is missing"),
            std::string::npos);
  EXPECT_NE(errors_of("debtor,debtor,creditor,currency,amount\na,a,b,c,d\n").find("twice"),
            std::string::npos);
  EXPECT_NE(errors_of("debtor;creditor;currency;amount\na;b;c;d\n").find("write commas"),
            std::string::npos);
}

TEST(BulkFile, ACreditThatStandsTwiceIsFound) {
  const std::string header = "uetr,debtor,creditor,currency,amount,reference\n";
  const std::string uetr =
      "6f9619ff-8b86-4d01-b42d-00cf4fc964ff,NORDDEFF/main,SUDBFRPP/main,EUR,1,";
  EXPECT_NE(errors_of(header + uetr + "a\n" + uetr + "b\n").find("line 3, uetr"),
            std::string::npos);
  const std::string plain = ",NORDDEFF/main,SUDBFRPP/main,EUR,1,";
  EXPECT_NE(errors_of(header + plain + "a\n" + plain + "a\n").find("paid twice"),
            std::string::npos);
  EXPECT_TRUE(read_bulk_file(header + plain + "\n" + plain + "\n", defaults()));
}

TEST(BulkFile, ListsAllErrorsUpToABound) {
  std::string text = "debtor,creditor,currency,amount\n";
  for (int i = 0; i < 500; ++i) text += "NORDDEFF/main,SUDBFRPP/main,EUR,0\n";
  const auto read = read_bulk_file(text, defaults());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().list.size(), iso20022::Problems::count_max);
  EXPECT_TRUE(read.error().is_cut);
}

std::string message(const std::string& debtor_account, const std::string& date = "2023-11-14") {
  return "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>"
         "<GrpHdr><MsgId>M-1</MsgId><NbOfTxs>1</NbOfTxs></GrpHdr><PmtInf><PmtInfId>P</PmtInfId>"
         "<PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>" +
         date + "</Dt></ReqdExctnDt><DbtrAcct>" + debtor_account +
         "</DbtrAcct><DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt>"
         "<ChrgBr>SLEV</ChrgBr><CdtTrfTxInf><PmtId><EndToEndId>E-1</EndToEndId></PmtId><Amt>"
         "<InstdAmt Ccy=\"EUR\">1.5</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>SUDBFRPPXXX</BICFI>"
         "</FinInstnId></CdtrAgt><Cdtr><Nm>N</Nm></Cdtr></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn>"
         "</Document>";
}
const std::string kNamed = "<Id><Othr><Id>NORDDEFF/nostro</Id></Othr></Id>";
const std::string kIban = "<Id><IBAN>DE89370400440532013000</IBAN></Id>";

TEST(BulkFile, APain001PaysFromTheAccountItNamesOrTheOneGiven) {
  const auto named = read_bulk_file(message(kNamed), defaults());
  ASSERT_TRUE(named) << errors_of(message(kNamed));
  EXPECT_EQ(named->format, "pain.001.001.09");
  EXPECT_EQ(named->message_id, "M-1");
  EXPECT_EQ(named->with_details, 1U);
  ASSERT_EQ(named->credits.size(), 1U);
  EXPECT_EQ(named->credits[0].debtor, test::account("NORDDEFF/nostro"));
  EXPECT_EQ(named->credits[0].creditor, test::account("SUDBFRPP/main"));
  EXPECT_EQ(named->credits[0].bearer, chain::Bearer::shar);
  EXPECT_EQ(named->credits[0].reference, "E-1");
  EXPECT_NE(errors_of(message(kIban)).find("--from NORDDEFF/main"), std::string::npos);
  BulkDefaults given = defaults();
  given.from = test::account("NORDDEFF/main");
  given.to_label = "in";
  const auto from = read_bulk_file(message(kIban), given);
  ASSERT_TRUE(from);
  EXPECT_EQ(from->credits[0].debtor, test::account("NORDDEFF/main"));
  EXPECT_EQ(from->credits[0].creditor, test::account("SUDBFRPP/in"));
  given.from = test::account("ALBAGB2L/main");
  EXPECT_NE(errors_of(message(kIban), given).find("another bank"), std::string::npos);
}

TEST(BulkFile, APain001OfAnotherDayWaitsForIt) {
  EXPECT_TRUE(read_bulk_file(message(kNamed, "2020-01-01"), defaults()));
  EXPECT_NE(errors_of(message(kNamed, "2023-11-15")).find("on that day"), std::string::npos);
}

TEST(BulkFile, TheCurrencyOfADebtorsAccountIsPaidWith) {
  const auto read = read_bulk_file(message(kNamed + "<Ccy>USD</Ccy>"), defaults());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->credits[0].pay_with, *parse_currency("USD"));
  EXPECT_TRUE(read->credits[0].is_exchange());
}

}  // namespace
}  // namespace vostro::wallet
