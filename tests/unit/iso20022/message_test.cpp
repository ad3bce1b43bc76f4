// Goal: nothing of a message is lost, shortened or passed over. Method: the fullest messages that
// the guidelines allow are read, written and read again, tree against tree; and each of their
// elements, taken away or changed, is noticed. The tables' own rows are counted against them.
#include "iso20022/message.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "iso20022/known_message.h"
#include "iso20022/tables.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

std::vector<Kind> documents() {
  std::vector<Kind> kinds;
  for (const MessageKind& each : message_kinds()) {
    if (each.kind != Kind::head_001) kinds.push_back(each.kind);
  }
  return kinds;
}

Element enveloped(Element header, Element document) {
  Element around;
  around.name = "RequestPayload";
  around.children.push_back(std::move(header));
  around.children.push_back(std::move(document));
  return around;
}

class EveryMessage : public testing::TestWithParam<std::tuple<Kind, std::size_t>> {
 protected:
  [[nodiscard]] Kind kind() const { return std::get<0>(GetParam()); }
  [[nodiscard]] std::size_t variant() const { return std::get<1>(GetParam()); }
};

TEST_P(EveryMessage, FullestIsReadWrittenAndReadAgainWithoutLoss) {
  const Element document = test::fullest_message(kind(), variant());
  const Element header = test::fullest_header(kind(), variant());
  const std::string text = write_tree(enveloped(header, document));
  const auto read = read_message(text);
  ASSERT_TRUE(read) << test::told(read.error()) << text;
  EXPECT_EQ(read->type, current(kind()));
  EXPECT_TRUE(read->kept.empty());
  EXPECT_TRUE(read->document == document);

  const auto written = write_message(kind(), read->body, read->header);
  ASSERT_TRUE(written) << test::told(written.error());
  EXPECT_EQ(*written, text);  // and so every element, in its order, with its whole value
  const auto again = read_message(*written);
  ASSERT_TRUE(again) << test::told(again.error());
  EXPECT_TRUE(*again == *read);
}

// What was read or written before is read without its guideline: alike, and lexer and rules still
// speak.
TEST_P(EveryMessage, IsReadAlikeWhereItIsKnown) {
  Element document = test::fullest_message(kind(), variant());
  const std::string text = write_tree(enveloped(test::fullest_header(kind(), variant()), document));
  const auto known = read_known_message(text);
  ASSERT_TRUE(known) << test::told(known.error());
  EXPECT_TRUE(*known == *read_message(text));
  std::size_t amounts = 0;
  const auto spoil = [&](const auto& self, Element& element) -> void {
    if (!element.attribute("Ccy").empty()) {
      element.text = "1,00";
      ++amounts;
    }
    for (Element& child : element.children) self(self, child);
  };
  spoil(spoil, document);
  if (amounts > 0) {
    EXPECT_FALSE(read_known_message(write_tree(document)));
  }
}

/// Calls `with` after each change of `element` or what is below, and takes the change back.
template <class With>
void each_change(Element& element, const std::string& path, const With& with) {
  for (std::size_t i = 0; i < element.children.size(); ++i) {
    const std::string here = path + "/" + element.children[i].name;
    Element taken = element.children[i];
    element.children.erase(element.children.begin() + static_cast<std::ptrdiff_t>(i));
    with(here + " taken away");
    element.children.insert(element.children.begin() + static_cast<std::ptrdiff_t>(i), taken);
    if (taken.children.empty() && taken.text.size() > 2) {
      char& last = element.children[i].text.back();
      last = last == '1' ? '2' : '1';
      with(here + " changed at its end");
      element.children[i].text = taken.text;
    }
    each_change(element.children[i], here, with);
  }
}

/// Each alternative of the choices that our tables look into is in the first two variants.
class EveryElement : public EveryMessage {};

/// What the table reads; empty where it has something to say.
template <class Values>
std::optional<Values> read_by_table(const Element& content, Kind kind) {
  Reading reading(kind, false);
  Values values;
  read_struct(reading, content, &values, table_of<Values>());
  return reading.problems.list.empty() ? std::optional(values) : std::nullopt;
}

TEST_P(EveryElement, Counts) {
  // By the tables alone: schemas and rules would only notice more. Repeated structures have the
  // same table, so that one of each is enough.
  const auto whole = read_message(write_tree(test::fullest_message(kind(), variant())));
  ASSERT_TRUE(whole) << test::told(whole.error());
  Element document = test::leanest_message(kind(), variant());
  std::size_t changes = 0;
  std::visit(
      [&](const auto& body) {
        using Values = std::decay_t<decltype(body)>;
        Element& content = document.children.front();
        const auto before = read_by_table<Values>(content, kind());
        ASSERT_TRUE(before);
        each_change(content, "", [&](const std::string& change) {
          // A sanitizer looks at the code, which is the same for all.
          if (++changes % vostro::test::rounds(1U, 8U) != 0) return;
          const auto after = read_by_table<Values>(content, kind());
          EXPECT_TRUE(!after || !(*after == *before)) << change << " changes nothing";
        });
      },
      whole->body);
  EXPECT_GT(changes, 30U);
}

std::string name_of(const testing::TestParamInfo<std::tuple<Kind, std::size_t>>& each) {
  std::string name = to_text(current(std::get<0>(each.param)));
  for (char& c : name) c = c == '.' ? '_' : c;
  return name + "_" + std::to_string(std::get<1>(each.param));
}
INSTANTIATE_TEST_SUITE_P(All, EveryMessage,
                         testing::Combine(testing::ValuesIn(documents()),
                                          testing::Range<std::size_t>(0, test::message_variants)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(All, EveryElement,
                         testing::Combine(testing::ValuesIn(documents()),
                                          testing::Range<std::size_t>(0, 2)),
                         name_of);

TEST(Tables, EveryRowHasAnElementInTheFullestMessages) {
  // Found by explaining them: a row that no message reaches would be a field that nobody can fill.
  std::set<const Row*> reached;
  const auto reach = [&](const auto& self, const Element& element, const Table& table, Kind kind,
                         const std::string& prefix) -> void {
    for (const Element& child : element.children) {
      const std::string path = prefix.empty() ? child.name : prefix + "/" + child.name;
      const RowFound found = find_row(table, path, kind);
      if (found.row == nullptr) {
        EXPECT_TRUE(found.is_on_the_way) << table.name << ": " << path;
        self(self, child, table, kind, path);
        continue;
      }
      reached.insert(found.row);
      if (found.row->nested != nullptr) self(self, child, *found.row->nested(), kind, "");
    }
  };
  const auto table_for = [](Kind kind) -> const Table& {
    const auto read = read_message(write_tree(test::fullest_message(kind, 0)));
    EXPECT_TRUE(read) << to_text(current(kind));
    return std::visit(
        [](const auto& body) -> const Table& { return table_of<std::decay_t<decltype(body)>>(); },
        read->body);
  };
  std::vector<const Table*> tops{&table_of<Header>()};
  for (const Kind kind : documents()) tops.push_back(&table_for(kind));
  for (std::size_t variant = 0; variant < test::message_variants; ++variant) {
    reach(reach, test::fullest_header(Kind::pacs_008, variant), table_of<Header>(), Kind::head_001,
          "");
    for (std::size_t i = 0; i < documents().size(); ++i)
      reach(reach, test::fullest_message(documents()[i], variant).children.front(), *tops[i + 1],
            documents()[i], "");
  }
  std::set<const Table*> tables;
  const auto collect = [&](const auto& self, const Table& table) -> void {
    if (!tables.insert(&table).second) return;
    for (const Row& row : table.rows) {
      if (row.nested != nullptr) self(self, *row.nested());
    }
  };
  for (const Table* each : tops) collect(collect, *each);
  // What orders are refused for is in no message that is in order.
  const std::set<std::string> refused{"XchgRateInf",
                                      "IntrmyAgt1|IntrmyAgt1Acct|IntrmyAgt2|IntrmyAgt2Acct|"
                                      "IntrmyAgt3|IntrmyAgt3Acct"};
  std::size_t rows = 0;
  for (const Table* table : tables) {
    for (const Row& row : table->rows) {
      ++rows;
      if (table->name == "Order" && refused.contains(std::string(row.path))) continue;
      EXPECT_TRUE(reached.contains(&row)) << table->name << ": " << row.path;
      EXPECT_FALSE(row.meaning.empty()) << table->name << ": " << row.path;
    }
  }
  EXPECT_GT(rows, 300U);
}

TEST(Message, ExplainTellsEveryValueAndItsUse) {
  const auto read = read_message(write_tree(enveloped(test::fullest_header(Kind::pacs_008, 0),
                                                      test::fullest_message(Kind::pacs_008, 0))));
  ASSERT_TRUE(read);
  std::size_t leaves = 0;
  const auto count = [&](const auto& self, const Element& element) -> void {
    if (element.children.empty()) ++leaves;
    for (const Element& child : element.children) self(self, child);
  };
  count(count, read->document);
  count(count, test::fullest_header(Kind::pacs_008, 0));
  const auto told = explain(*read);
  EXPECT_EQ(told.size(), leaves);
  std::map<std::string, Use> uses;
  for (const Understood& each : told) uses[each.path] = each.use;
  EXPECT_EQ(uses.at("CdtTrfTxInf[1]/PmtId/UETR"), Use::ledger);
  EXPECT_EQ(uses.at("CdtTrfTxInf[2]/Cdtr/Nm"), Use::annex);
  EXPECT_EQ(uses.at("CdtTrfTxInf[1]/DbtrAgt/FinInstnId/BICFI"), Use::ledger);
  EXPECT_EQ(uses.at("GrpHdr/NbOfTxs"), Use::checked);
  EXPECT_EQ(uses.at("CdtTrfTxInf[1]/IntrmyAgt1/FinInstnId/Nm"), Use::journal);
  EXPECT_EQ(uses.at("AppHdr/BizMsgIdr"), Use::matched);
  for (const Understood& each : told) EXPECT_NE(each.use, Use::inside) << each.path;
}

}  // namespace
}  // namespace vostro::iso20022
