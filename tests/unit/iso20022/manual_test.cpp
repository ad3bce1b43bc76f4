// Goal: docs/iso20022.md says what the tables say, and its samples are what is written. Method: the
// part of it between its marks is made again and compared. To renew it after a change of the
// tables: VOSTRO_WRITE_MANUAL=1 and this test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "iso20022/refusals.h"
#include "iso20022/tables.h"
#include "tests/support/test_data.h"
#include "tests/unit/iso20022/example_messages.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

constexpr std::string_view kBegin = "<!-- made from the tables: begin -->\n";
constexpr std::string_view kEnd = "<!-- made from the tables: end -->\n";

std::string anchor(std::string_view name) {
  return "[" + std::string(name) + "]";
}

class Manual {
 public:
  std::string make() {
    messages();
    text_ += "## Elements\n\n";
    top("head.001", table_of<Header>());
    top("pain.001", table_of<InitiationMessage>());
    top("pain.002", table_of<OrderReport>());
    top("pacs.002", table_of<StatusReport>());
    top("pacs.004", table_of<Returns>());
    top("pacs.008", table_of<CustomerTransfers>());
    top("pacs.009", table_of<BankTransfers>());
    top("camt.029", table_of<CancellationAnswer>());
    top("camt.052", table_of<AccountMessage>());
    top("camt.056", table_of<CancellationRequest>());
    refused();
    samples();
    return std::move(text_);
  }

 private:
  void messages() {
    text_ +=
        "## Messages\n\n| message | what it is | version | also read | written |\n"
        "|---|---|---|---|---|\n";
    for (const MessageKind& each : message_kinds()) {
      const std::string own = std::to_string(each.version);
      const bool has_neighbours = each.version_first != each.version_last;
      text_ += "| " + std::string(each.base.substr(0, 8)) + " | " + std::string(each.subject) +
               " | " + to_text(current(each.kind)) + " | " +
               (has_neighbours ? std::to_string(each.version_first) + " to " +
                                     std::to_string(each.version_last)
                               : "") +
               " | " + (each.is_written ? "yes" : "") + " |\n";
    }
    text_ += "\n";
  }

  void top(const std::string&, const Table& table) {
    std::vector<const Table*> open{&table};
    while (!open.empty()) {
      const Table& next = *open.front();
      open.erase(open.begin());
      if (!done_.insert(&next).second) continue;
      text_ += "### " + std::string(next.name) +
               "\n\n| element | times | value | use | meaning |\n"
               "|---|---|---|---|---|\n";
      for (const Row& row : next.rows) {
        one(row);
        if (row.nested != nullptr) open.push_back(row.nested());
      }
      text_ += "\n";
    }
  }

  void one(const Row& row) {
    std::string path;
    any_alternative(row.path, [&](std::string_view each) {
      if (each != ".") path += (path.empty() ? "`" : ", `") + std::string(each) + "`";
      return false;
    });
    // How often a tree may stand is the guideline's affair: the table takes them all.
    const std::string_view times = row.type == detail::type_name<Part>() ? ""
                                   : row.need == Need::one               ? "1"
                                   : row.need == Need::optional          ? "0..1"
                                                                         : "0..n";
    text_ += "| " + path + " | " + std::string(times) + " | " +
             (row.nested != nullptr ? anchor(row.nested()->name) : std::string(row.type)) + " | " +
             (row.use == Use::inside ? "" : std::string(to_string(row.use))) + " | " +
             std::string(row.meaning) + " |\n";
  }

  void refused() {
    text_ += "## Elements that the guidelines leave out\n\n| element | why |\n|---|---|\n";
    for (const Refusal& each : refusals())
      text_ += "| `" + std::string(each.element) + "` | " + std::string(each.reason) + " |\n";
    text_ += "\n";
  }

  void samples() {
    text_ += "## A sample of each message that is written\n\n";
    for (const auto& each : test::example_messages()) {
      const auto written = write_message(each.kind, each.body, each.header);
      EXPECT_TRUE(written) << each.about << "\n" << test::told(written.error());
      if (!written) continue;
      text_ += "### Sample of " + to_text(current(each.kind)) + "\n\n" + each.about +
               "\n\n```xml\n" + *written + "```\n\n";
    }
  }

  std::string text_;
  std::set<const Table*> done_;
};

TEST(Manual, SaysWhatTheTablesSay) {
  const std::string path = std::string(VOSTRO_DOCS) + "/iso20022.md";
  const std::string manual = test::read_text(path);
  const std::size_t begin = manual.find(kBegin);
  const std::size_t end = manual.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string made = Manual().make();
  const std::string said = manual.substr(begin + kBegin.size(), end - begin - kBegin.size());
  const char* write = std::getenv("VOSTRO_WRITE_MANUAL");
  if (write != nullptr && said != made)
    std::ofstream(path) << manual.substr(0, begin + kBegin.size()) + made + manual.substr(end);
  EXPECT_TRUE(said == made) << "the manual differs from the tables: see the head of this test";
}

TEST(Manual, SamplesAreReadAsTheyWereWritten) {
  std::set<Kind> kinds;
  for (const auto& each : test::example_messages()) {
    kinds.insert(each.kind);
    const auto written = write_message(each.kind, each.body, each.header);
    ASSERT_TRUE(written) << each.about << "\n" << test::told(written.error());
    const auto read = read_message(*written);
    ASSERT_TRUE(read) << test::told(read.error());
    EXPECT_TRUE(read->body == each.body) << each.about;
    EXPECT_TRUE(read->header == each.header) << each.about;
  }
  for (const MessageKind& each : message_kinds())
    EXPECT_EQ(kinds.contains(each.kind), each.is_written && each.kind != Kind::head_001)
        << each.base;
}

}  // namespace
}  // namespace vostro::iso20022
