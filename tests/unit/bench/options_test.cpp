#include "bench/options.h"

#include <gtest/gtest.h>

#include "bench/scenario.h"

namespace vostro::bench {
namespace {

Result<Options, int> parsed(std::vector<const char*> words) {
  words.insert(words.begin(), "vostro-bench");
  return parse_options(static_cast<int>(words.size()), words.data(), scenarios());
}

TEST(BenchOptions, WithoutAnyNoScenarioIsNamedAndTheRateIsFound) {
  const auto options = parsed({});
  ASSERT_TRUE(options.has_value());
  EXPECT_TRUE(options->only.empty());
  EXPECT_FALSE(options->rate);
}

TEST(BenchOptions, ScenariosAreNamedWithCommasOrRepeated) {
  const auto options = parsed({"--only", "lone,bulk", "--only", "load"});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->only, (std::vector<std::string>{"lone", "bulk", "load"}));
}

TEST(BenchOptions, HelpListsEveryScenario) {
  testing::internal::CaptureStdout();
  const auto options = parsed({"--help"});
  const std::string text = testing::internal::GetCapturedStdout();
  ASSERT_FALSE(options.has_value());
  EXPECT_EQ(options.error(), 0);
  for (const Scenario& each : scenarios())
    EXPECT_NE(text.find(std::string(each.does)), std::string::npos) << each.name;
}

TEST(BenchOptions, RefusesWhatCannotBeMeasured) {
  for (const std::vector<const char*>& words : {std::vector<const char*>{"--only", "tps"},
                                                {"--rate", "fast"},
                                                {"--rate", "0.5"},
                                                {"--rate", "100x"},
                                                {"--bulk-rate", "-1"},
                                                {"--credits", "10001"},
                                                {"--nodes", "0"},
                                                {"--forged-every", "1"},
                                                {"--nodes", "1", "--accounts", "1"}}) {
    testing::internal::CaptureStderr();
    const auto options = parsed(words);
    const std::string said = testing::internal::GetCapturedStderr();
    ASSERT_FALSE(options.has_value()) << words.back();
    EXPECT_EQ(options.error(), 2) << words.back();
    EXPECT_FALSE(said.empty()) << words.back();
  }
}

}  // namespace
}  // namespace vostro::bench
