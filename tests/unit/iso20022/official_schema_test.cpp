// Goal: what we write is what the standard has, and the standard's own schemas can be added as an
// operator adds them. Method: the fullest messages against the official schemas of the test data,
// which also proves that our guidelines are subsets of them.
#include <gtest/gtest.h>

#include "iso20022/message.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test_data.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

TEST(OfficialSchemas, TakeTheFullestMessagesThatWeWrite) {
  VOSTRO_TEST_DATA_OR_SKIP(directory, "iso20022/xsd");
  SchemaSet official;
  for (const MessageKind& each : message_kinds()) {
    const auto path = directory / (to_text(current(each.kind)) + ".xsd");
    const auto added = official.add(test::read_text(path));
    ASSERT_TRUE(added) << path << ": " << added.error();
  }
  EXPECT_EQ(official.size(), message_kinds().size());
  for (const MessageKind& each : message_kinds()) {
    if (each.kind == Kind::head_001) continue;
    const std::size_t variants = vostro::test::rounds(test::message_variants, std::size_t{1});
    for (std::size_t variant = 0; variant < variants; ++variant) {
      Element around;
      around.name = "RequestPayload";
      around.children.push_back(test::fullest_header(each.kind, variant));
      around.children.push_back(test::fullest_message(each.kind, variant));
      const auto read = read_message(write_tree(around), {.schemas = &official});
      ASSERT_TRUE(read) << to_text(current(each.kind)) << " " << variant << "\n"
                        << test::told(read.error());
      const auto written = write_message(each.kind, read->body, read->header, &official);
      EXPECT_TRUE(written) << test::told(written.error());
    }
  }
}

TEST(OfficialSchemas, AreEnforcedWhereTheyAreAdded) {
  VOSTRO_TEST_DATA_OR_SKIP(directory, "iso20022/xsd");
  // A neighbouring version has no guideline of ours: the added schema is what finds the fault.
  SchemaSet official;
  ASSERT_TRUE(official.add(test::read_text(directory / "camt.053.001.02.xsd")));
  const std::string text =
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr>"
      "<MsgId>M</MsgId><CreDtTm>2026-11-23T10:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S</Id>"
      "<CreDtTm>2026-11-23T10:00:00Z</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id>"
      "</Acct></Stmt></BkToCstmrStmt></Document>";
  EXPECT_TRUE(read_message(text));
  const auto read = read_message(text, {.schemas = &official});
  ASSERT_FALSE(read);
  EXPECT_NE(to_string(read.error().list.front()).find("Bal"), std::string::npos)
      << test::told(read.error());
}

}  // namespace
}  // namespace vostro::iso20022
