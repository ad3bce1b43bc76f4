// Goal: messages as banks and libraries publish them are read, or refused for what is wrong with
// them. Method: every pain.001 of the public samples; those that break a rule are named with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "iso20022/pain001.h"
#include "tests/support/test_data.h"
#include "tests/unit/iso20022/guideline_messages.h"

namespace vostro::iso20022 {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> samples(const fs::path& directory, const std::string& type) {
  std::vector<fs::path> found;
  for (const auto& each : fs::directory_iterator(directory)) {
    if (each.path().filename().string().starts_with(type)) found.push_back(each.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(Pain001Samples, AreReadOrRefusedForTheirFaults) {
  VOSTRO_TEST_DATA_OR_SKIP(directory, "iso20022/samples");
  // What a sample is refused for; the others are read.
  const std::map<std::string, std::string> faults{
      {"pain.001.001.03__hbci4java__test-pain-parse-00100103.xml", "no group header"},
      {"pain.001.001.03__iso20022js__pain_001_ach_credit-2.xml", "GrpHdr/CtrlSum \"510.24\""},
      {"pain.001.001.03__iso20022js__pain_001_ach_credit.xml", "text stands between elements"},
      {"pain.001.001.03__iso20022js__pain_001_rtp_credit.xml", "text stands between elements"},
      {"pain.001.001.03__iso20022js__pain_001_v3_sepa.xml", "no BIC"},
      {"pain.001.001.03__iso20022js__sepa_pain_001_v3.xml", "no IBAN"},
      {"pain.001.001.03__iso20022js__sepa_pain_001_v3_multiple_pmtinf.xml",
       "the credit of line 48 has the same"},
      {"pain.001.001.03__iso20022js__swift_pain_001_v3.xml", "no IBAN"},
      {"pain.001.001.03__moov-iso20022__International_payment_RUB_naujas_1.xml",
       "the creditor's bank is missing"},
      {"pain.001.001.03__moov-iso20022__International_payment_USD_naujas_1.xml", "no IBAN"},
      {"pain.001.001.03__moov-iso20022__sepa_payment_naujas_1.xml", "no IBAN"},
      {"pain.001.001.03__pain001__pain.001.001.03.xml", "the file has 4 credits"},
      {"pain.001.001.03__php-sepa-xml__pain.001.001.03.xml", "no IBAN"},
      {"pain.001.001.04__pain001__pain.001.001.04.xml", "the file has 1 credit;"},
      {"pain.001.001.05__pain001__pain.001.001.05.xml", "the country code is unknown"},
      {"pain.001.001.06__pain001__pain.001.001.06.xml", "the amounts sum up to 100;"},
      {"pain.001.001.07__pain001__pain.001.001.07.xml", "four capital letters"},
      {"pain.001.001.08__pain001__pain.001.001.08.xml", "the file has 1 credit;"},
      {"pain.001.001.08__php-sepa-xml__pain.001.001.08.xml", "no IBAN"},
      {"pain.001.001.09__cbpr-ur__pain.001.max.xml", "IntrmyAgt3"},
      {"pain.001.001.09__cbpr-ur__pain.001.min.xml", "PmtMtd \"CHK\""},
      {"pain.001.001.09__cbpr-ur__pain001_credit_initiation_sample__violates_pain.001-R3_msgdefidr_"
       "mismatch.xml",
       "the header says"},
      {"pain.001.001.09__cbpr-ur__pain_001_2025_invalid.xml", "\"ZZZ\""},
      {"pain.001.001.09__pain001__pain.001.001.09.xml", "the file has 5 credits"},
      {"pain.001.001.09__php-sepa-xml__pain.001.001.09.xml", "no IBAN"},
      {"pain.001.001.10__php-sepa-xml__pain.001.001.10.xml", "no IBAN"},
      {"pain.001.001.12__php-sepa-xml__pain.001.001.12.xml", "no IBAN"},
  };
  std::size_t read_count = 0;
  std::size_t refused_count = 0;
  for (const fs::path& path : samples(directory, "pain.001.")) {
    const std::string name = path.filename().string();
    const auto read = read_pain001(test::read_text(path));
    const auto fault = faults.find(name);
    if (fault == faults.end()) {
      EXPECT_TRUE(read) << name << "\n" << (read ? "" : test::told(read.error()));
      if (!read) continue;
      ++read_count;
      std::size_t credits = 0;
      for (const auto& each : read->instructions) credits += each.credits.size();
      EXPECT_EQ(credits, read->count) << name;
      EXPECT_GT(credits, 0U) << name;
    } else {
      ++refused_count;
      ASSERT_FALSE(read) << name;
      EXPECT_NE(test::told(read.error()).find(fault->second), std::string::npos)
          << name << "\n"
          << test::told(read.error());
    }
  }
  EXPECT_EQ(refused_count, faults.size());
  EXPECT_GT(read_count, 0U);
}

TEST(Pain001Samples, OtherMessagesAreNotPaidFrom) {
  VOSTRO_TEST_DATA_OR_SKIP(directory, "iso20022/samples");
  for (const std::string type : {"pacs.008.", "camt.053.", "pain.002.", "pain.013."}) {
    for (const fs::path& path : samples(directory, type))
      EXPECT_FALSE(read_pain001(test::read_text(path))) << path;
  }
}

}  // namespace
}  // namespace vostro::iso20022
