// Goal: messages of ISO 20022 can be looked at without a node: what is taken, what is understood,
// and what is wrong. Method: the commands as a user types them, on the messages of the manual.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/test_data.h"
#include "tests/unit/iso20022/example_messages.h"
#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::test {
namespace {

using wallet::Exit;

class Iso : public WalletTest {
 protected:
  void SetUp() override {
    WalletTest::SetUp();
    for (const ExampleMessage& each : example_messages()) {
      const auto written = iso20022::write_message(each.kind, each.body, each.header);
      ASSERT_TRUE(written);
      write_private(file(each.kind), *written);
      if (each.kind == iso20022::Kind::pacs_008) pacs_008_ = *written;
    }
  }
  static std::string file(iso20022::Kind kind) { return to_text(iso20022::current(kind)) + ".xml"; }
  std::string changed(const std::string& from, const std::string& to) {
    std::string text = pacs_008_;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    write_private("changed.xml", text);
    return path("changed.xml");
  }
  std::string pacs_008_;
};

TEST_F(Iso, EveryMessageOfTheManualIsTaken) {
  for (const ExampleMessage& each : example_messages()) {
    const Ran ran = run({"iso", "check", path(file(each.kind)), "--json"});
    ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
    EXPECT_EQ(ran.json().at("message").as_string(), to_text(iso20022::current(each.kind)));
    EXPECT_EQ(ran.json().at("neighbour"), false);
  }
}

TEST_F(Iso, NeedsNoNodeAndNoConfiguration) {
  const Ran ran = run_bare({"iso", "check", path(file(iso20022::Kind::camt_054))});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_NE(ran.out.find("It is in order."), std::string::npos) << ran.out;
}

TEST_F(Iso, ShowTellsWhatBecomesOfEachValue) {
  const Ran ran = run({"iso", "show", path(file(iso20022::Kind::pacs_008)), "--json"});
  ASSERT_EQ(ran.exit, Exit::ok) << ran.err;
  const boost::json::object shown = ran.json();
  EXPECT_EQ(shown.at("business_message_id"), "VOSTRO-20261123-000001");
  std::map<std::string, std::string> uses;
  for (const auto& each : shown.at("values").as_array())
    uses[std::string(each.at("element").as_string())] = std::string(each.at("use").as_string());
  EXPECT_EQ(uses["CdtTrfTxInf/PmtId/UETR"], "ledger");
  EXPECT_EQ(uses["CdtTrfTxInf/Cdtr/Nm"], "annex");
  EXPECT_EQ(uses["GrpHdr/NbOfTxs"], "checked");
  const Ran text = run({"iso", "show", path(file(iso20022::Kind::pacs_008))});
  EXPECT_NE(text.out.find("1250.00 EUR"), std::string::npos) << text.out;
}

TEST_F(Iso, WhatIsWrongIsListedWithItsPlace) {
  const Ran ran =
      run({"iso", "check", changed("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>"), "--json"});
  EXPECT_EQ(ran.exit, Exit::usage);
  const auto error = ran.json().at("error").as_object();
  EXPECT_EQ(error.at("code"), "bad_file");
  const auto& first = error.at("errors").as_array().at(0);
  EXPECT_EQ(first.at("element"), "GrpHdr/NbOfTxs");
  EXPECT_GT(first.at("line").as_int64(), 1);
  EXPECT_EQ(run({"iso", "check", path("nothing.xml")}).exit, Exit::local);
}

TEST_F(Iso, AHeaderOfAnotherVersionIsTakenOnlyWhereSomebodySaysSo) {
  const std::string file = changed("pacs.008.001.08</MsgDefIdr>", "pacs.008.001.09</MsgDefIdr>");
  EXPECT_EQ(run({"iso", "check", file}).exit, Exit::usage);
  EXPECT_EQ(run({"iso", "check", file, "--any-header-version"}).exit, Exit::ok);
}

TEST_F(Iso, MoreSchemasAreADirectoryOfThem) {
  const std::string file_name = path(file(iso20022::Kind::pacs_008));
  const std::string directory = path("schemas");
  EXPECT_EQ(run({"iso", "check", file_name, "--schemas", directory}).exit, Exit::local);
  std::filesystem::create_directory(directory);
  EXPECT_EQ(run({"iso", "check", file_name, "--schemas", directory}).exit, Exit::usage);
  // A schema that wants a batch in each message.
  write_private("schemas/own.xsd",
                "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
                "targetNamespace=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\" "
                "elementFormDefault=\"qualified\"><xs:element name=\"Document\"><xs:complexType>"
                "<xs:sequence><xs:element name=\"Batch\"/></xs:sequence></xs:complexType>"
                "</xs:element></xs:schema>");
  const Ran ran = run({"iso", "check", file_name, "--schemas", directory});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("Batch"), std::string::npos) << ran.err;
  write_private("schemas/own.xsd", "no schema");
  EXPECT_EQ(run({"iso", "check", file_name, "--schemas", directory}).exit, Exit::usage);
}

}  // namespace
}  // namespace vostro::test
