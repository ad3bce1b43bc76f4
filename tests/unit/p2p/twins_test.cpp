// Goal: the alarm "one key in two nodes" is raised when two runs displace each other by turns, and
// by nothing that one bank with one node can do: lost links, restarts, a new program.
#include "p2p/twins.h"

#include <gtest/gtest.h>

#include <string_view>

namespace vostro::p2p {
namespace {

Instance run(char name) {
  Instance instance;
  if (name != '-') instance.bytes.fill(static_cast<Byte>(name));
  return instance;
}

/// Connections of the runs named come one after the other, each in the place of the one before;
/// '-' names none. How many of them raise the alarm.
int alarms(std::string_view runs, milliseconds apart = milliseconds(100)) {
  TwinWatch watch(3, milliseconds(60'000));
  int count = 0;
  SteadyTime now = SteadyTime(std::chrono::hours(5));
  for (std::size_t i = 1; i < runs.size(); ++i) {
    now += apart;
    if (watch.on_displaced(now, run(runs[i - 1]), run(runs[i]))) ++count;
  }
  return count;
}

TEST(TwinWatch, LostLinksOfOneRunAreNone) {
  EXPECT_EQ(alarms("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0);
  EXPECT_EQ(alarms("------------------------------"), 0);
}

TEST(TwinWatch, RestartsAreNone) {
  EXPECT_EQ(alarms("abcdefghijklmnopqrstuvwxyz"), 0);
  EXPECT_EQ(alarms("aaabbbcccdddeee"), 0);
  // To a program that names its run, and back again.
  EXPECT_EQ(alarms("---aaa---"), 0);
}

TEST(TwinWatch, TwoRunsThatComeByTurnsAreFoundAtTheThirdReturn) {
  EXPECT_EQ(alarms("abab"), 0);
  EXPECT_EQ(alarms("ababa"), 1);
  EXPECT_EQ(alarms("aabbaabbaabb"), 1);
  // One of them is of a program that names none.
  EXPECT_EQ(alarms("a-a-a"), 1);
  EXPECT_EQ(alarms("ababababababa"), 3);
}

TEST(TwinWatch, AFewReturnsAreForgottenInAMinute) {
  EXPECT_EQ(alarms("abababababababab", milliseconds(31'000)), 0);
  EXPECT_EQ(alarms("abababababababab", milliseconds(61'000)), 0);
  EXPECT_GT(alarms("abababababababab", milliseconds(15'000)), 0);
}

}  // namespace
}  // namespace vostro::p2p
