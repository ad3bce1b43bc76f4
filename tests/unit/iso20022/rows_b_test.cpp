// Goal: rows B1 to B5 of the catalogue of bad input (threat model, section 3) hold for messages:
// refused with a reason, at once, with nothing fetched and little memory. Method: a test for each
// row, with its number.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>

#include "iso20022/lexer.h"
#include "iso20022/message.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

constexpr std::string_view kSpace = "urn:iso:std:iso:20022:tech:xsd:";

/// What refuses the text; "" where it is taken.
std::string refusal(const std::string& text) {
  const auto read = read_message(text);
  return read ? std::string() : test::told(read.error());
}

std::string camt_054(const std::string& amount = "12.50", const std::string& currency = "EUR") {
  return "<Document xmlns=\"" + std::string(kSpace) +
         "camt.054.001.08\"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M-1</MsgId>"
         "<CreDtTm>2026-11-23T10:00:00Z</CreDtTm></GrpHdr><Ntfctn><Id>N-1</Id><Acct><Id><IBAN>"
         "DE89370400440532013000</IBAN></Id></Acct><Ntry><Amt Ccy=\"" +
         currency + "\">" + amount +
         "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><AcctSvcrRef>R-1</AcctSvcrRef>"
         "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn>"
         "</Document>";
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

TEST(RowsB, TheMessageThatTheyAttackIsTaken) {
  EXPECT_EQ(refusal(camt_054()), "");
  EXPECT_EQ(refusal("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>" + camt_054()), "");
}

TEST(RowsB, B1NothingIsFetchedAndNothingExpands) {
  const std::string secret = testing::TempDir() + "/b1_secret.txt";
  std::ofstream(secret) << "PLANTED";
  const std::string types[] = {
      "<!DOCTYPE Document>",
      "<!DOCTYPE Document SYSTEM \"http://127.0.0.1:9/x.dtd\">",
      "<!DOCTYPE Document [<!ENTITY e SYSTEM \"file://" + secret + "\">]>",
      "<!DOCTYPE Document [<!ENTITY % e SYSTEM \"file://" + secret + "\"> %e;]>",
      "<!DOCTYPE Document [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
      "\"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>",
  };
  for (const std::string& type : types) {
    std::string text = type + camt_054();
    replace(text, "<Id>N-1</Id>", "<Id>&e;</Id>");
    const std::string told = refusal(text);
    EXPECT_NE(told.find("a document type"), std::string::npos) << type << "\n" << told;
    EXPECT_EQ(told.find("PLANTED"), std::string::npos);
  }
  // An entity without a document type is not known; an include is an element like another.
  std::string entity = camt_054();
  replace(entity, "<Id>N-1</Id>", "<Id>&e;</Id>");
  EXPECT_NE(refusal(entity).find("no well-formed XML"), std::string::npos);
  std::string include = camt_054();
  replace(include, "<Id>N-1</Id>",
          "<Id>N-1</Id><xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" parse=\"text\" "
          "href=\"file://" +
              secret + "\"/>");
  EXPECT_EQ(refusal(include).find("PLANTED"), std::string::npos);
  EXPECT_NE(refusal(include).find("include"), std::string::npos);
  // A hint where to fetch a schema is passed over, and the guideline holds all the same.
  std::string hint = camt_054("1,00");
  replace(hint, "<Document ",
          "<Document xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
          "xsi:schemaLocation=\"urn:x http://127.0.0.1:9/x.xsd\" ");
  EXPECT_NE(refusal(hint).find("1,00"), std::string::npos);
}

TEST(RowsB, B1ASchemaIncludesNothingButOurs) {
  const std::string secret = testing::TempDir() + "/b1_schema.xsd";
  std::ofstream(secret) << "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"/>";
  for (const std::string& place : {"file://" + secret, secret, std::string("http://127.0.0.1:9/x"),
                                   std::string("../vostro-common.xsd")}) {
    const auto made = Schema::make(
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:t\">"
        "<xs:include schemaLocation=\"" +
        place + "\"/></xs:schema>");
    EXPECT_FALSE(made) << place;
  }
}

TEST(RowsB, B2OnlyUtf8IsTaken) {
  const std::string text = camt_054();
  std::string wide_little = "\xFF\xFE";
  std::string wide_big = "\xFE\xFF";
  std::string wide_unmarked;
  for (const char c : "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + text) {
    wide_little += std::string{c, '\0'};
    wide_big += std::string{'\0', c};
    wide_unmarked += std::string{c, '\0'};
  }
  std::string latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + text;
  std::string invalid = text;
  replace(invalid, "N-1", "N\xE9");
  std::string overlong = text;
  replace(overlong, "N-1", "N\xC0\xAF");
  std::string null = text;
  replace(null, "N-1", "N&#0;");
  const std::string bad[] = {wide_little,
                             wide_big,
                             wide_unmarked,
                             latin,
                             invalid,
                             overlong,
                             null,
                             "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" + text,
                             "<?xml version=\"1.0\" encoding=\"EBCDIC-CP-US\"?>" + text,
                             "\x4C\x6F\xA7\x94" + text,
                             std::string("\0\0\0<", 4) + text};
  for (std::size_t i = 0; i < std::size(bad); ++i) EXPECT_NE(refusal(bad[i]), "") << i;
}

TEST(RowsB, B3DepthSizeAndNumberHaveLimits) {
  std::string deep = camt_054();
  std::string open;
  std::string close;
  for (int i = 0; i < 64; ++i) {
    open += "<a>";
    close += "</a>";
  }
  EXPECT_NE(refusal(open + deep + close).find("nested deeper than 64"), std::string::npos);

  std::string large = camt_054();
  while (large.size() < tree_limits.bytes_max - 64) large += "<!-- as many again -->\n";
  large.append(tree_limits.bytes_max + 1 - large.size(), ' ');
  EXPECT_NE(refusal(large).find("10485760"), std::string::npos);
  large.pop_back();
  EXPECT_EQ(refusal(large), "");

  std::string many = "<Document";
  for (int i = 0; i < 1'000'000; ++i) many += " a" + std::to_string(i) + "=\"\"";
  EXPECT_NE(refusal(many + "/>"), "");

  // The most elements that 10 MiB hold are more than a tree takes.
  std::string wide = "<a>";
  while (wide.size() < tree_limits.bytes_max - 16) wide += "<b/>";
  EXPECT_NE(refusal(wide + "</a>").find("more than 400000 elements"), std::string::npos);
}

TEST(RowsB, B3AMessageOfTheMostThatIsTakenStaysWithinItsMemory) {
  const auto peak_mib = [] {
    struct rusage used {};
    EXPECT_EQ(::getrusage(RUSAGE_SELF, &used), 0);
    return used.ru_maxrss / 1024;
  };
  std::string lines;
  for (int i = 0; i < 399'900; ++i) lines += "<Ustrd>a</Ustrd>";
  std::string large = camt_054();
  replace(large, "</Ntry>",
          "<NtryDtls><TxDtls><RmtInf>" + lines + "</RmtInf></TxDtls></NtryDtls></Ntry>");
  [[maybe_unused]] const auto before = peak_mib();
  EXPECT_EQ(refusal(large), "");
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_LT(peak_mib() - before, 256);
#endif
}

TEST(RowsB, B4NamespaceVersionAndMessageAreThoseThatAreRead) {
  const auto with_space = [](const std::string& space) {
    std::string text = camt_054();
    replace(text, std::string(kSpace) + "camt.054.001.08", space);
    return text;
  };
  for (const std::string& space :
       {std::string("urn:example"), std::string(kSpace) + "camt.054.001.99",
        std::string(kSpace) + "camt.054.001.01", std::string(kSpace) + "camt.060.001.05",
        std::string(kSpace) + "camt.054.001.8", std::string(kSpace) + "head.001.001.02",
        "http" + std::string(kSpace)})
    EXPECT_NE(refusal(with_space(space)).find("is not read"), std::string::npos) << space;
  // Another message in this namespace is found by the guideline.
  EXPECT_NE(refusal(with_space(std::string(kSpace) + "camt.053.001.08")).find("not expected"),
            std::string::npos);
  // Elements of another namespace in the middle.
  std::string inside = camt_054();
  replace(inside, "<Ntfctn>", "<Ntfctn xmlns=\"urn:example\">");
  EXPECT_NE(refusal(inside), "");
  // Also in a neighbouring version, which has no guideline: it is not read as ours, and kept.
  std::string old = with_space(std::string(kSpace) + "camt.054.001.04");
  ASSERT_EQ(refusal(old), "");
  replace(old, "</Ntry>", "</Ntry><Ntry xmlns=\"urn:example\"><Amt Ccy=\"EUR\">9</Amt></Ntry>");
  const auto read = read_message(old);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<AccountMessage>(read->body).reports.front().entries.size(), 1U);
  EXPECT_EQ(read->kept, std::vector<std::string>{"Ntfctn/Ntry"});
  replace(old, "urn:example", "");
  const auto nameless = read_message(old);
  ASSERT_TRUE(nameless);
  EXPECT_EQ(nameless->kept, read->kept);
  EXPECT_TRUE(*read_tree(write_tree(nameless->document)) == nameless->document);
  // A header that says another message; two messages.
  Element around;
  around.name = "RequestPayload";
  around.children.push_back(test::fullest_header(Kind::camt_053, 0));
  around.children.push_back(test::fullest_message(Kind::camt_054, 0));
  EXPECT_NE(refusal(write_tree(around)).find("the document is a camt.054.001.08"),
            std::string::npos);
  EXPECT_FALSE(read_message(write_tree(around), {.takes_any_header_version = true}));
  around.children.front() = test::fullest_message(Kind::camt_054, 0);
  EXPECT_NE(refusal(write_tree(around)).find("more than one message"), std::string::npos);
}

TEST(RowsB, B5AmountsAreStrict) {
  for (const char* amount :
       {"+1.00", "01.00", "1.", ".5", "-0", "-1.00", " 1.00 ", "1.00 ", "1,00", "1 000.00", "1e3",
        "1.005", "1234567890123456789", "12345678901234567.00", "", "0x10", "NaN", "\xEF\xBC\x91"})
    EXPECT_NE(refusal(camt_054(amount)), "") << amount;
  EXPECT_NE(refusal(camt_054("100.5", "JPY")).find("JPY has no digits"), std::string::npos);
  EXPECT_NE(refusal(camt_054("1.0001", "BHD")).find("BHD has at most 3"), std::string::npos);
  for (const char* currency : {"XQX", "eur", "EU", "EURO", "XAU", ""})
    EXPECT_NE(refusal(camt_054("1.00", currency)), "") << currency;
  for (const char* amount : {"0", "0.01", "1", "1.5", "1.50", "999999999999999.99"})
    EXPECT_EQ(refusal(camt_054(amount)), "") << amount;
  EXPECT_EQ(refusal(camt_054("100", "JPY")), "");
  EXPECT_EQ(refusal(camt_054("1.001", "BHD")), "");
}

TEST(Lexer, TimesHaveOneForm) {
  for (const char* text : {"2026-11-23T15:16:39", "2026-11-23T15:16:39Z",
                           "2026-11-23T15:16:39.5+01:00", "2024-02-29T00:00:00.123456789-05:30"})
    EXPECT_TRUE(lex_date_time(text)) << text;
  for (const char* text :
       {"2026-11-23", "2026-11-23 15:16:39", "2026-11-23T24:00:00", "2026-02-29T00:00:00",
        "2026-11-23T15:16:60", "2026-11-23T15:16:39z", "2026-11-23T15:16:39.Z",
        "2026-11-23T15:16:39.1234567890", "2026-11-23T15:16:39+1:00", "2026-11-23T15:16:39+24:00",
        "2026-11-23T15:16:39Z ", " 2026-11-23T15:16:39", "2026-11-23T15:16:3", ""})
    EXPECT_FALSE(lex_date_time(text)) << text;
  EXPECT_EQ(utc_of(*lex_date_time("2026-11-23T15:16:39.5+01:00")),
            parse_time("2026-11-23T14:16:39Z"));
  EXPECT_EQ(utc_of(*lex_date_time("2026-11-23T23:46:39-00:30")),
            parse_time("2026-11-24T00:16:39Z"));
  EXPECT_FALSE(utc_of(*lex_date_time("2026-11-23T15:16:39")));
  EXPECT_EQ(utc_of(*lex_date_time("1970-01-01T01:00:00+01:00")), UnixSeconds(0));
  EXPECT_FALSE(utc_of(*lex_date_time("1970-01-01T00:59:59+01:00"))) << "before 1970";
  EXPECT_EQ(date_time_of(*parse_time("2026-11-23T15:16:39Z")).text, "2026-11-23T15:16:39Z");
}

}  // namespace
}  // namespace vostro::iso20022
