// What a replay shows of how far it is: at a terminal alone, with rate and time left, also of a
// replay that goes on from an earlier one.
#include "audit/progress_bar.h"

#include <gtest/gtest.h>

#include <sstream>

namespace vostro::audit {
namespace {

Counts payments(std::uint64_t count) {
  Counts run;
  run.payments = count;
  return run;
}

TEST(AuditProgressBar, ShowsRateAndTimeLeft) {
  std::ostringstream out;
  ProgressBar bar(out, true);
  // Blocks up to 900 were checked by an earlier replay: a tenth of the 1,000 left takes 30 s.
  bar.show(Height(901), Height(1'900), 300, payments(100));
  out.str("");
  bar.show(Height(1'000), Height(1'900), 30'000, payments(60'000));
  EXPECT_NE(out.str().find("[##......................] block 1,000 of 1,900"), std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("2,000 payments/s"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("4 min 30 s left"), std::string::npos) << out.str();
  out.str("");
  bar.show(Height(1'001), Height(1'900), 30'001, payments(60'010));
  EXPECT_EQ(out.str(), "") << "not for each block";
  bar.show(Height(1'900), Height(1'900), 30'002, payments(70'000));
  EXPECT_NE(out.str().find("0 s left"), std::string::npos) << "but for the last";
  out.str("");
  bar.finish();
  EXPECT_EQ(out.str(), "\r\x1b[K") << "nothing of it stays";
}

TEST(AuditProgressBar, IsSilentWhereThereIsNoTerminal) {
  std::ostringstream out;
  ProgressBar bar(out, false);
  bar.show(Height(1), Height(10), 1'000, payments(10));
  bar.show_blocks(Height(5), Height(10));
  bar.finish();
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace vostro::audit
