// Goal: what no schema can say about a message is said by the rules. Method: a table: the fullest
// message of a kind, one change that its guideline takes, and the words of the refusal.
#include <gtest/gtest.h>

#include <functional>

#include "iso20022/message.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

/// The first element of that name.
Element* find(Element& in, std::string_view name) {
  for (Element& each : in.children) {
    if (each.name == name) return &each;
    if (Element* below = find(each, name)) return below;
  }
  return nullptr;
}

void set(Element& in, std::string_view name, const std::string& text) {
  Element* found = find(in, name);
  ASSERT_NE(found, nullptr) << name;
  found->text = text;
}

struct Row {
  const char* name;
  Kind kind;
  std::size_t variant;
  std::function<void(Element&)> change;
  const char* words;
};

const Row kRows[] = {
    {"CountOfTransfers", Kind::pacs_008, 0, [](Element& d) { set(d, "NbOfTxs", "3"); },
     "GrpHdr/NbOfTxs \"3\": the message has 2"},
    {"SumOfTransfers", Kind::pacs_008, 0, [](Element& d) { set(d, "CtrlSum", "25.01"); },
     "GrpHdr/CtrlSum \"25.01\": the amounts sum up to 25"},
    {"TotalOfTransfers", Kind::pacs_009, 0,
     [](Element& d) { set(d, "TtlIntrBkSttlmAmt", "24.99"); }, "GrpHdr/TtlIntrBkSttlmAmt"},
    {"NothingToPay", Kind::pacs_009, 0, [](Element& d) { set(d, "IntrBkSttlmAmt", "0.00"); },
     "CdtTrfTxInf[1]/IntrBkSttlmAmt \"0.00\": the amount must be above 0"},
    {"UetrTwice", Kind::pacs_008, 0,
     [](Element& d) {
       Element& transfers = d.children.front();
       set(transfers.children[2], "UETR", find(transfers.children[1], "UETR")->text);
     },
     "CdtTrfTxInf[1]/PmtId/UETR has the same"},
    {"TwoSettlementDates", Kind::pacs_008, 0,
     [](Element& d) { set(d.children.front().children[1], "IntrBkSttlmDt", "2026-11-24"); },
     "there is one settlement date"},
    {"TotalOfTwoCurrencies", Kind::pacs_008, 0,
     [](Element& d) {
       find(d.children.front().children[2], "IntrBkSttlmAmt")->attributes = {{"Ccy", "USD"}};
     },
     "a total is of one currency"},
    {"ReturnOfMore", Kind::pacs_004, 0, [](Element& d) { set(d, "OrgnlIntrBkSttlmAmt", "12.49"); },
     "more comes back than was paid"},
    {"CountOfReturns", Kind::pacs_004, 0, [](Element& d) { set(d, "NbOfTxs", "1"); },
     "the message has 2"},
    {"CountOfOrders", Kind::pain_001, 0, [](Element& d) { set(d, "NbOfTxs", "2"); },
     "GrpHdr/NbOfTxs \"2\": the message has 4"},
    {"SumOfOneGroup", Kind::pain_001, 0,
     [](Element& d) { set(d.children.front().children[1], "CtrlSum", "24"); },
     "PmtInf[1]/CtrlSum \"24\": the amounts sum up to 25"},
    {"EndToEndIdTwice", Kind::pain_001, 0,
     [](Element& d) {
       Element& groups = d.children.front();
       set(groups.children[2], "EndToEndId", find(groups.children[1], "EndToEndId")->text);
     },
     "PmtInf[1]/CdtTrfTxInf[1]/PmtId/EndToEndId has the same"},
    {"RejectionWithoutReason", Kind::pacs_002, 0,
     [](Element& d) {
       Element* status = find(d, "TxInfAndSts");
       set(*status, "TxSts", "RJCT");
       std::erase_if(status->children, [](const Element& e) { return e.name == "StsRsnInf"; });
     },
     "TxInfAndSts[1]/StsRsnInf: a rejection has a reason"},
    {"StatusOfNothing", Kind::pacs_002, 0,
     [](Element& d) {
       std::erase_if(find(d, "TxInfAndSts")->children, [](const Element& e) {
         return e.name.starts_with("Orgnl") && e.name != "OrgnlGrpInf" && e.name != "OrgnlTxRef";
       });
     },
     "which payment is meant"},
    {"RefusalWithoutReason", Kind::camt_029, 2,
     [](Element& d) {
       Element* answer = find(d, "TxInfAndSts");
       set(*answer, "TxCxlSts", "RJCR");
       std::erase_if(answer->children, [](const Element& e) { return e.name == "CxlStsRsnInf"; });
     },
     "a refusal has a reason"},
    {"CountOfRequests", Kind::camt_056, 0,
     [](Element& d) { set(*find(d, "CtrlData"), "NbOfTxs", "3"); }, "the message has 4"},
    {"EntryOfAnotherCurrency", Kind::camt_054, 0,
     [](Element& d) {
       find(*find(d, "Ntry"), "Amt")->attributes = {{"Ccy", "USD"}};
     },
     "the account is in EUR"},
    {"CountOfEntries", Kind::camt_053, 0,
     [](Element& d) { set(*find(d, "TtlNtries"), "NbOfNtries", "5"); }, "the message has 2"},
    {"SumOfCredits", Kind::camt_052, 0,
     [](Element& d) { set(*find(d, "TtlCdtNtries"), "Sum", "0"); }, "sum up to 25"},
};

class Rules : public testing::TestWithParam<Row> {};

TEST_P(Rules, RefuseWithThePlaceAndTheReason) {
  const Row& row = GetParam();
  Element document = test::fullest_message(row.kind, row.variant);
  ASSERT_TRUE(read_message(write_tree(document)));
  row.change(document);
  const auto read = read_message(write_tree(document));
  ASSERT_FALSE(read) << row.name;
  EXPECT_NE(test::told(read.error()).find(row.words), std::string::npos)
      << test::told(read.error());
  EXPECT_GT(read.error().list.front().line, 0U) << test::told(read.error());
}

INSTANTIATE_TEST_SUITE_P(All, Rules, testing::ValuesIn(kRows),
                         [](const auto& each) { return std::string(each.param.name); });

Element statement(const std::string& opening, const std::string& closing) {
  Element document = test::fullest_message(Kind::camt_053, 0);
  for (Element& report : document.children.front().children) {
    if (report.name != "Stmt") continue;
    bool is_first = true;
    for (Element& each : report.children) {
      if (each.name == "Ntry") set(*find(each, "Sts"), "Cd", "BOOK");
      if (each.name != "Bal") continue;
      std::erase_if(find(each, "Tp")->children, [](const Element& e) { return e.name == "SubTp"; });
      set(*find(each, "CdOrPrtry"), "Cd", is_first ? "OPBD" : "CLBD");
      // The balance's own, behind those of its credit lines.
      for (Element& part : each.children) {
        if (part.name == "Amt") part.text = is_first ? opening : closing;
      }
      is_first = false;
    }
  }
  return document;
}

TEST(Rules, B7AStatementsBalancesAgreeWithItsEntries) {
  // Two credits of 12.50.
  EXPECT_TRUE(read_message(write_tree(statement("100.00", "125.00"))));
  const auto read = read_message(write_tree(statement("100.00", "125.01")));
  ASSERT_FALSE(read);
  EXPECT_NE(test::told(read.error()).find("give 125 as closing balance"), std::string::npos)
      << test::told(read.error());
}

TEST(Rules, WhatIsWrittenMustBeInOrderToo) {
  const auto read = read_message(write_tree(test::fullest_message(Kind::pacs_008, 0)));
  ASSERT_TRUE(read);
  auto body = std::get<CustomerTransfers>(read->body);
  body.header.count = 1;
  const auto miscounted = write_message(Kind::pacs_008, body);
  ASSERT_FALSE(miscounted);
  EXPECT_NE(test::told(miscounted.error()).find("the message has 2"), std::string::npos);
  body.header.count = 2;
  body.transfers.front().debtor_agent.bic.reset();
  const auto nameless = write_message(Kind::pacs_008, body);
  ASSERT_FALSE(nameless);
  EXPECT_NE(test::told(nameless.error()).find("Banks are named by BIC"), std::string::npos)
      << test::told(nameless.error());
}

TEST(Rules, ABankThatNothingNamesIsRefused) {
  Element document = test::fullest_message(Kind::camt_056, 1);
  find(document, "FinInstnId")->children.clear();
  const auto read = read_message(write_tree(document));
  ASSERT_FALSE(read);
  EXPECT_NE(test::told(read.error()).find("this element is empty"), std::string::npos)
      << test::told(read.error());
}

TEST(Rules, OrdersForOtherChannelsAreRefused) {
  Element document = test::fullest_message(Kind::pain_001, 0);
  Element* order = find(document, "CdtTrfTxInf");
  for (std::size_t i = 0; i < order->children.size(); ++i) {
    if (order->children[i].name != "CdtrAgt") continue;
    Element between = order->children[i];
    between.name = "IntrmyAgt1";
    order->children.insert(order->children.begin() + static_cast<std::ptrdiff_t>(i), between);
    break;
  }
  const auto read = read_message(write_tree(document));
  ASSERT_FALSE(read);
  EXPECT_NE(test::told(read.error()).find("pays the creditor agent directly"), std::string::npos)
      << test::told(read.error());
}

}  // namespace
}  // namespace vostro::iso20022
