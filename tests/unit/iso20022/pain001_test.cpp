// Goal: a pain.001 is read as it was meant or refused with line, element, value and remedy. Method:
// one good message, and a table of changes to it, each with what has to be said.
#include "iso20022/pain001.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vostro::iso20022 {
namespace {

std::string credit(const std::string& id, const std::string& amount, const std::string& more = "") {
  return "<CdtTrfTxInf><PmtId><EndToEndId>" + id + "</EndToEndId></PmtId>\n<Amt>" + amount +
         "</Amt>\n" + more +
         "<CdtrAgt><FinInstnId><BICFI>SUDBFRPP</BICFI></FinInstnId></CdtrAgt>\n"
         "<Cdtr><Nm>Somebody</Nm></Cdtr><CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id>"
         "</CdtrAcct></CdtTrfTxInf>\n";
}
std::string instructed(const std::string& currency, const std::string& amount) {
  return "<InstdAmt Ccy=\"" + currency + "\">" + amount + "</InstdAmt>";
}

/// Two credits, 12.50 EUR and 1000 JPY: they sum up to 1012.50.
std::string good() {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\n"
         "<CstmrCdtTrfInitn>\n<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-01-05T08:00:00</CreDtTm>"
         "<NbOfTxs>2</NbOfTxs><CtrlSum>1012.5</CtrlSum><InitgPty><Nm>We</Nm></InitgPty></GrpHdr>\n"
         "<PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>2</NbOfTxs>"
         "<CtrlSum>1012.50</CtrlSum>\n<ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt>"
         "<Dbtr><Nm>We</Nm></Dbtr>\n<DbtrAcct><Id><Othr><Id>NORDDEFF/main</Id></Othr></Id>"
         "<Ccy>EUR</Ccy></DbtrAcct>\n"
         "<DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt>"
         "<ChrgBr>SLEV</ChrgBr>\n" +
         credit("E-1", instructed("EUR", "12.5")) +
         credit("E-2", instructed("JPY", "1000"), "<ChrgBr>DEBT</ChrgBr>") +
         "</PmtInf></CstmrCdtTrfInitn></Document>\n";
}

std::string with(std::string text, const std::string& old, const std::string& by) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), by);
}

TEST(Pain001, ReadsWhatMatters) {
  std::string text = with(good(), "<PmtId><EndToEndId>E-1",
                          "<PmtId><InstrId>I-1</InstrId><UETR>6f9619ff-8b86-4d01-b42d-"
                          "00cf4fc964ff</UETR><EndToEndId>E-1");
  text = with(text, "<Cdtr><Nm>", "<Purp><Cd>SUPP</Cd></Purp><Cdtr><Nm>");
  const auto read = read_pain001(text);
  ASSERT_TRUE(read) << to_string(read.error().list.front());
  EXPECT_EQ(read->version, 9U);
  EXPECT_EQ(read->message_id, "M-1");
  EXPECT_EQ(read->count, 2U);
  EXPECT_EQ(read->control_sum, "1012.5");
  ASSERT_EQ(read->instructions.size(), 1U);
  const PaymentInstruction& instruction = read->instructions[0];
  EXPECT_EQ(instruction.id, "P-1");
  EXPECT_EQ(to_text(instruction.execution_date), "2026-01-05");
  EXPECT_EQ(to_text(instruction.debtor_agent), "NORDDEFF");
  EXPECT_EQ(instruction.debtor_account.other, "NORDDEFF/main");
  EXPECT_EQ(instruction.debtor_account.currency, parse_currency("EUR"));
  EXPECT_EQ(instruction.charge_bearer, ChargeBearer::slev);
  ASSERT_EQ(instruction.credits.size(), 2U);
  const CreditTransfer& first = instruction.credits[0];
  EXPECT_EQ(first.end_to_end_id, "E-1");
  EXPECT_EQ(first.instruction_id, "I-1");
  EXPECT_EQ(first.uetr, *parse_uetr("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"));
  EXPECT_EQ(first.amount, (Money{*parse_currency("EUR"), MinorUnits(1250)}));
  EXPECT_EQ(to_text(first.creditor_agent), "SUDBFRPP");
  EXPECT_EQ(first.creditor_account.iban, "DE89370400440532013000");
  EXPECT_EQ(first.purpose, (std::array<char, 4>{'S', 'U', 'P', 'P'}));
  EXPECT_EQ(first.where, "PmtInf[1]/CdtTrfTxInf[1]");
  EXPECT_TRUE(first.has_details);
  EXPECT_FALSE(first.charge_bearer);
  EXPECT_EQ(instruction.credits[1].charge_bearer, ChargeBearer::debt);
  EXPECT_EQ(instruction.credits[1].amount.units, MinorUnits(1000));
}

TEST(Pain001, ReadsOldNamesEnvelopesAndPrefixes) {
  std::string old = with(good(), "pain.001.001.09", "pain.001.001.03");
  while (old.find("BICFI") != std::string::npos) old = with(old, "BICFI", "BIC");
  old = with(old, "<Dt>2026-01-05</Dt>", "2026-01-05");
  EXPECT_TRUE(read_pain001(old));
  const std::string body = good().substr(good().find("<Document"));
  const std::string header =
      "<AppHdr xmlns=\"urn:iso:std:iso:20022:tech:xsd:head.001.001.02\"><BizMsgIdr>B</BizMsgIdr>"
      "<MsgDefIdr>pain.001.001.09</MsgDefIdr></AppHdr>";
  EXPECT_TRUE(read_pain001("<Envelope>" + header + body + "</Envelope>"));
  const auto other = read_pain001("<Envelope>" + with(header, ".09", ".08") + body + "</Envelope>");
  ASSERT_FALSE(other);
  EXPECT_NE(to_string(other.error().list[0]).find("the header says"), std::string::npos);
  EXPECT_FALSE(read_pain001("<Envelope>" + body + body + "</Envelope>"));
}

TEST(Pain001, AnEquivalentAmountOfTheSameCurrencyIsAnAmount) {
  const std::string same =
      "<EqvtAmt><Amt Ccy=\"EUR\">12.50</Amt><CcyOfTrf>EUR</CcyOfTrf></EqvtAmt>";
  EXPECT_TRUE(read_pain001(with(good(), instructed("EUR", "12.5"), same)));
  const auto other = read_pain001(
      with(good(), instructed("EUR", "12.5"), with(same, "<CcyOfTrf>EUR", "<CcyOfTrf>USD")));
  ASSERT_FALSE(other);
  EXPECT_NE(to_string(other.error().list[0]).find("InstdAmt"), std::string::npos);
}

struct Bad {
  std::string old;
  std::string by;
  std::string element;  ///< where it is said
  std::string says;
};

TEST(Pain001, SaysWhatIsWrongAndWhere) {
  const std::vector<Bad> table{
      {"pain.001.001.09", "pain.001.001.13", "Document", "03 to pain.001.001.12"},
      {"pain.001.001.09", "pacs.008.001.08", "Document", "no pain.001"},
      {"<MsgId>M-1</MsgId>", "", "GrpHdr/MsgId", "no identification"},
      {"M-1", std::string(36, 'x'), "GrpHdr/MsgId", "1 to 35"},
      {"<NbOfTxs>2</NbOfTxs><CtrlSum>1012.5<", "<CtrlSum>1012.5<", "GrpHdr/NbOfTxs", "missing"},
      {"<NbOfTxs>2", "<NbOfTxs>3", "GrpHdr/NbOfTxs", "the file has 2 credits; it is cut"},
      {"<NbOfTxs>2", "<NbOfTxs>two", "GrpHdr/NbOfTxs", "1 to 15 digits"},
      {"1012.5<", "1012.51<", "GrpHdr/CtrlSum", "sum up to 1012.5;"},
      {"1012.50<", "12.50<", "PmtInf[1]/CtrlSum", "sum up to 1012.5;"},
      {"1012.5<", "1,012.5<", "GrpHdr/CtrlSum", "digits and one point"},
      {"1012.5<", "1012.50001<", "GrpHdr/CtrlSum", "at most 4"},
      {"<PmtInfId>P-1</PmtInfId>", "", "PmtInf[1]/PmtInfId", "no identification"},
      {"<PmtMtd>TRF</PmtMtd>", "", "PmtInf[1]/PmtMtd", "missing"},
      {"TRF", "CHK", "PmtInf[1]/PmtMtd", "no cheques"},
      {"TRF", "XXX", "PmtInf[1]/PmtMtd", "TRF and TRA"},
      {"<Dt>2026-01-05", "<Dt>2026-02-30", "PmtInf[1]/ReqdExctnDt/Dt", "no date"},
      {"<ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt>", "", "PmtInf[1]/ReqdExctnDt", "missing"},
      {"<BICFI>NORDDEFF</BICFI>", "<Nm>Nord</Nm>", "PmtInf[1]/DbtrAgt/FinInstnId/BICFI", "missing"},
      {"<BICFI>NORDDEFF", "<BICFI>NORDXXFF", "PmtInf[1]/DbtrAgt/FinInstnId/BICFI", "no BIC"},
      {"SLEV", "SLAP", "PmtInf[1]/ChrgBr", "DEBT, SHAR, CRED and SLEV"},
      {"<Ccy>EUR", "<Ccy>eur", "PmtInf[1]/DbtrAcct/Ccy", "three capital"},
      {"<EndToEndId>E-1</EndToEndId>", "", "PmtInf[1]/CdtTrfTxInf[1]/PmtId/EndToEndId",
       "no end-to-end"},
      {"E-2", "E-1", "PmtInf[1]/CdtTrfTxInf[2]/PmtId/EndToEndId", "paid twice"},
      {"<EndToEndId>E-1", "<UETR>6f9619ff-8b86-1d01-b42d-00cf4fc964ff</UETR><EndToEndId>E-1",
       "PmtInf[1]/CdtTrfTxInf[1]/PmtId/UETR", "version 4"},
      {">12.5<", ">12.505<", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "at most 2 digits"},
      {"1000<", "1000.5<", "PmtInf[1]/CdtTrfTxInf[2]/Amt/InstdAmt", "JPY has no digits"},
      {">12.5<", ">0<", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "above 0"},
      {">12.5<", ">-12.5<", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "one point"},
      {">12.5<", ">1e3<", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "one point"},
      {">12.5<", ">99999999999999999999<", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "the most"},
      {"Ccy=\"EUR\"", "Ccy=\"ZZZ\"", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "ISO 4217"},
      {" Ccy=\"EUR\"", "", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "Ccy"},
      {"<Amt><InstdAmt Ccy=\"EUR\">12.5</InstdAmt></Amt>", "",
       "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "no amount"},
      {"<InstdAmt Ccy=\"EUR\">12.5</InstdAmt>", "", "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt",
       "no amount"},
      {"<InstdAmt Ccy=\"EUR\">12.5</InstdAmt>", "<EqvtAmt/>",
       "PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "no amount"},
      {"<BICFI>SUDBFRPP", "<BICFI>SUDBFRP", "PmtInf[1]/CdtTrfTxInf[1]/CdtrAgt/FinInstnId/BICFI",
       "no BIC"},
      {"DE89370400440532013000", "DE89370400440532013001",
       "PmtInf[1]/CdtTrfTxInf[1]/CdtrAcct/Id/IBAN", "no IBAN"},
      {"<Cdtr><Nm>", "<ChqInstr/><Cdtr><Nm>", "PmtInf[1]/CdtTrfTxInf[1]/ChqInstr", "no cheques"},
      {"<Cdtr><Nm>", "<IntrmyAgt1/><Cdtr><Nm>", "PmtInf[1]/CdtTrfTxInf[1]/IntrmyAgt1", "directly"},
      {"<Cdtr><Nm>", "<XchgRateInf/><Cdtr><Nm>", "PmtInf[1]/CdtTrfTxInf[1]/XchgRateInf", "quotes"},
      {"<Cdtr><Nm>", "<Purp><Cd>supp</Cd></Purp><Cdtr><Nm>", "PmtInf[1]/CdtTrfTxInf[1]/Purp/Cd",
       "four capital"},
      {"<Cdtr><Nm>", "<Bonus>1</Bonus><Cdtr><Nm>", "PmtInf[1]/CdtTrfTxInf[1]/Bonus",
       "no such element"},
      {"<Cdtr><Nm>", "<Amt><InstdAmt Ccy=\"EUR\">99</InstdAmt></Amt><Cdtr><Nm>",
       "PmtInf[1]/CdtTrfTxInf[1]/Amt", "twice"},
      {"<ChrgBr>SLEV</ChrgBr>", "<ChrgBr xmlns=\"other\">SLEV</ChrgBr>", "PmtInf[1]/ChrgBr",
       "no such element"},
  };
  for (const Bad& bad : table) {
    const auto read = read_pain001(with(good(), bad.old, bad.by));
    ASSERT_FALSE(read) << bad.by;
    bool is_said = false;
    std::string all;
    for (const Problem& problem : read.error().list) {
      all += to_string(problem) + "\n";
      is_said = is_said || (problem.element == bad.element && problem.line > 0 &&
                            problem.what.find(bad.says) != std::string::npos);
    }
    EXPECT_TRUE(is_said) << bad.old << " -> " << bad.by << "\n" << all;
  }
}

TEST(Pain001, ABadAmountIsSaidOnceAndNotAgainAsASum) {
  const auto read = read_pain001(with(good(), ">12.5<", ">12.505<"));
  ASSERT_FALSE(read);
  ASSERT_EQ(read.error().list.size(), 1U) << to_string(read.error().list[1]);
  EXPECT_EQ(to_string(read.error().list[0]),
            "line 10, PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt \"12.505\": EUR has at most 2 digits "
            "after the point");
}

TEST(Pain001, ListsAllProblemsInTheOrderOfTheFileUpToABound) {
  std::string credits;
  for (int i = 0; i < 300; ++i) credits += credit("X" + std::to_string(i), instructed("EUR", "0"));
  const auto read = read_pain001(with(good(), "</PmtInf>", credits + "</PmtInf>"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().list.size(), Problems::count_max);
  EXPECT_TRUE(read.error().is_cut);
  for (std::size_t i = 1; i < read.error().list.size(); ++i)
    EXPECT_LE(read.error().list[i - 1].line, read.error().list[i].line);
}

TEST(Pain001, TooManyCreditsAndHostileXmlAreRefused) {
  Pain001Limits limits;
  limits.credits_max = 1;
  const auto many = read_pain001(good(), limits);
  ASSERT_FALSE(many);
  EXPECT_NE(to_string(many.error().list[0]).find("more than 1 credits"), std::string::npos);
  limits = {};
  limits.xml.bytes_max = 100;
  EXPECT_FALSE(read_pain001(good(), limits));
  EXPECT_FALSE(read_pain001("<!DOCTYPE Document>" + good().substr(good().find("<Document"))));
  for (const std::string text : {"", "<a/>", "<Document/>", "uetr,debtor\n"})
    EXPECT_FALSE(read_pain001(text)) << text;
}

TEST(Pain001, EveryCutOfTheMessageIsRefused) {
  const std::string text = good();
  const std::size_t whole = text.find("</Document>") + std::string("</Document>").size();
  for (std::size_t size = 0; size < whole; ++size)
    EXPECT_FALSE(read_pain001(text.substr(0, size))) << size;
  EXPECT_TRUE(read_pain001(text.substr(0, whole)));
}

TEST(Pain001, ValuesAreQuotedCleanAndShort) {
  const auto read = read_pain001(with(good(), "SLEV", "\xC2\x85" + std::string(200, 'x')));
  ASSERT_FALSE(read);
  const std::string said = to_string(read.error().list[0]);
  EXPECT_EQ(said.find('\xC2'), std::string::npos);
  EXPECT_LT(said.size(), 200U);
}

}  // namespace
}  // namespace vostro::iso20022
