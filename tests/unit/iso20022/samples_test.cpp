// Goal: messages as banks and libraries publish them are read, or refused for what is wrong with
// them. Method: all samples of the test data. What is expected of each follows from the index that
// comes with the data (schema validity, IBANs, currencies, digits, counts, sums, UETRs) and from
// our guideline; what no column of the index says stands in a table here, with the words that must
// be in the refusal.
#include <gtest/gtest.h>

#include <map>
#include <regex>

#include "iso20022/message.h"
#include "tests/support/test_data.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

struct Cause {
  const char* name;
  const char* pattern;  ///< of one problem as it is told
};
/// Why samples are refused: each refusal must be one of these, and those of the first group must be
/// found by the index too.
constexpr Cause kCauses[] = {
    {"other message", "this message, or this version of it, is not read"},
    {"no message", "there is no Document of ISO 20022|more than one message"},
    {"no XML", "well-formed|stands between elements|prefix"},
    {"header", "AppHdr"},
    {"bank without BIC", "Expected is \\( BICFI \\)|bank is missing"},
    {"BIC", "this is no BIC"},
    {"IBAN", "this is no IBAN"},
    {"UETR", "UETR"},
    {"currency", "names no currency"},
    {"digits", "digits after the point|no digits after"},
    {"count or sum", "is cut or was changed"},
    {"date", "this is no date|settlement date|this is no time"},
    {"not on the ledger", "The ledger|Accounts that back|Bank notes|the ledger"},
    {"reason", "has a reason"},
    {"repeated", "has the same"},
    {"whose currency", "the account is in|a total is of one currency"},
    {"schema",
     "is not expected|Missing child|facet|not accepted|is not a valid|not allowed|atomic"},
    {"value",
     "write |this element is missing|a text has|a number has|says nothing|capital|"
     "must be above 0|more comes back|no original id|known are"},
};

std::string cause_of(const Problem& problem) {
  const std::string told = to_string(problem);
  for (const Cause& each : kCauses) {
    if (std::regex_search(told, std::regex(each.pattern))) return each.name;
  }
  return "unknown: " + told;
}

/// The index says that the sample has a fault which we look for too, wherever it stands.
bool is_faulty(const test::CsvTable& index, std::size_t row, bool is_guided) {
  const auto says = [&](std::string_view column, const char* pattern) {
    return std::regex_search(index.at(row, column), std::regex(pattern));
  };
  // Neighbouring versions are held against a schema where an operator adds one.
  return (is_guided && says("xsd", "FAIL")) || says("nboftxs_declared_found", "MISMATCH") ||
         says("ctrlsum_declared_found", "MISMATCH") || says("currency_unknown", ".") ||
         says("too_many_decimals", ".");
}

TEST(Samples, AreReadOrRefusedForATrueReason) {
  VOSTRO_TEST_DATA_OR_SKIP(directory, "iso20022");
  const auto index = test::CsvTable::read(directory / "samples_index.csv");
  ASSERT_GT(index.size(), 250U);
  std::map<std::string, std::size_t> refused;
  std::size_t read_count = 0;
  std::size_t rewritten = 0;
  std::size_t converted_count = 0;
  for (std::size_t row = 0; row < index.size(); ++row) {
    const std::string& name = index.at(row, "file");
    const std::string text = test::read_text(directory / "samples" / name);
    const auto read = read_message(text);
    if (!read) {
      const auto converted = read_message(text, {.takes_any_header_version = true});
      if (converted) {
        ++converted_count;
        EXPECT_NE(to_string(read.error().list.front()).find("AppHdr/MsgDefIdr"), std::string::npos)
            << name;
      }
      ASSERT_FALSE(read.error().list.empty()) << name;
      const std::string cause = cause_of(read.error().list.front());
      EXPECT_EQ(cause.find("unknown"), std::string::npos) << name << ": " << cause;
      ++refused[cause];
      continue;
    }
    ++read_count;
    EXPECT_FALSE(is_faulty(index, row, !is_neighbour(read->type))) << name;
    if (is_neighbour(read->type)) continue;
    ++rewritten;
    const auto written = write_message(read->type.kind, read->body, read->header);
    ASSERT_TRUE(written) << name << "\n" << test::told(written.error());
    const auto again = read_message(*written);
    ASSERT_TRUE(again) << name << "\n" << test::told(again.error());
    EXPECT_TRUE(again->body == read->body && again->header == read->header) << name;
  }
  std::string causes;
  for (const auto& [cause, count] : refused) causes += cause + " " + std::to_string(count) + "\n";
  RecordProperty("read", static_cast<int>(read_count));
  EXPECT_GE(read_count, 85U) << causes;
  EXPECT_GE(rewritten, 40U) << causes;
  // Documents of newer versions under headers of older ones, as a gateway made them.
  EXPECT_GE(converted_count, 30U) << causes;
  std::cout << read_count << " read, of them " << rewritten << " written again; refused:\n"
            << causes;
}

}  // namespace
}  // namespace vostro::iso20022
