// What a line looks like, what cannot be in it, and that threads do not tear lines.
#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "base/hash.h"
#include "base/rate_limit.h"

namespace vostro {
namespace {

using namespace std::chrono_literals;

class LogTest : public testing::Test {
 protected:
  void TearDown() override { log::configure({}); }

  template <class Action>
  static std::vector<std::string> lines_of(Action action) {
    testing::internal::CaptureStderr();
    action();
    std::istringstream text(testing::internal::GetCapturedStderr());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  template <class Action>
  static std::string line_of(Action action) {
    const auto lines = lines_of(action);
    EXPECT_EQ(lines.size(), 1U);
    return lines.empty() ? std::string() : lines.front();
  }
};

TEST_F(LogTest, TextLineHasTimeLevelMessageAndFields) {
  const std::string line = line_of([] {
    log::info("block final", {{"height", Height(12)}, {"duration_ms", 7ms}, {"error", "no room"}});
  });
  // "2026-11-23T15:16:39.123Z " is 25 characters.
  ASSERT_GT(line.size(), 25U);
  EXPECT_EQ(line[10], 'T');
  EXPECT_EQ(line.substr(23, 2), "Z ");
  EXPECT_EQ(line.substr(25), R"(info block final height=12 duration_ms=7 error="no room")");
}

TEST_F(LogTest, JsonLineIsAnObjectWithTypedValues) {
  log::configure({.format = log::Format::json});
  const std::string line = line_of([] {
    log::warning("peer \"gone\"", {{"peer", 3U},
                                   {"found", std::int64_t{-5}},
                                   {"status", true},
                                   {"block", hash("block", {})},
                                   {"reason", std::string("timeout")}});
  });
  const auto object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("level"), "warning");
  EXPECT_EQ(object.at("message"), "peer \"gone\"");
  EXPECT_EQ(object.at("peer").to_number<int>(), 3);
  EXPECT_EQ(object.at("found").to_number<int>(), -5);
  EXPECT_EQ(object.at("status"), true);
  EXPECT_EQ(object.at("block"), boost::json::string(to_hex(hash("block", {}).view())));
  EXPECT_EQ(object.at("reason"), "timeout");
  EXPECT_EQ(object.at("time").as_string().size(), 24U);
}

TEST_F(LogTest, NothingFromOutsideCanBreakALine) {
  const std::string evil = "a\nb\r\x1b[31m\"\\ \xff\xc3\xa9\x7f" + std::string(1, '\0') + "z";
  for (const auto format : {log::Format::text, log::Format::json}) {
    log::configure({.format = format});
    const std::string line = line_of([&] { log::info("odd value", {{"reason", evil}}); });
    EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
    EXPECT_NE(line.find(R"("a\u000ab\u000d\u001b[31m\"\\ \u00ff\u00c3\u00a9\u007f\u0000z")"),
              std::string::npos)
        << line;
    if (format == log::Format::json) {
      EXPECT_TRUE(boost::json::parse(line).is_object());
    }
  }
}

TEST_F(LogTest, PercentSignsAndBracesAreOnlyText) {
  const std::string line = line_of([] { log::info("100% {}", {{"reason", "%v{}%n"}}); });
  EXPECT_EQ(line.substr(25), "info 100% {} reason=%v{}%n");
}

TEST_F(LogTest, AccountsShowTheirLastFourCharactersAndLongValuesAreCut) {
  const std::string line = line_of([] {
    log::info("seen", {{"account", "DE89370400440532013000"}, {"reason", std::string(1000, 'x')}});
  });
  EXPECT_EQ(line.substr(25), "info seen account=3000 reason=" + std::string(256, 'x'));
}

TEST_F(LogTest, LessImportantLinesAreNotWritten) {
  log::configure({.level = log::Level::warning});
  EXPECT_FALSE(log::is_enabled(log::Level::info));
  EXPECT_TRUE(log::is_enabled(log::Level::warning));
  const auto lines = lines_of([] {
    log::debug("a");
    log::info("b");
    log::warning("c");
    log::error("d");
  });
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].substr(25), "warning c");
  EXPECT_EQ(lines[1].substr(25), "error d");
}

TEST_F(LogTest, NamesOutsideTheListAreUnknown) {
  for (const auto name : {"name", "memo", "passphrase", "token", "iban", "secret", ""})
    EXPECT_FALSE(log::is_field_name(name)) << name;
  EXPECT_TRUE(log::is_field_name("uetr"));
  // Others do not compile, and neither does a message that is not a literal.
  static_assert(!std::is_constructible_v<log::FieldName, std::string>);
  static_assert(!std::is_constructible_v<log::Message, std::string>);
}

TEST_F(LogTest, RepeatedMessagesAreLimitedEachByItself) {
  log::configure({.repeats_max = 3});
  const auto lines = lines_of([] {
    for (int i = 0; i < 100; ++i) log::info("flood", {{"count", i}});
    log::info("other");
  });
  const auto floods = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("flood") != std::string::npos;
  });
  // A second may begin in between, on a slow machine.
  EXPECT_GE(floods, 3);
  EXPECT_LE(floods, 6);
  EXPECT_NE(lines.back().find("info other"), std::string::npos);
}

TEST_F(LogTest, ThreadsDoNotTearLines) {
  log::configure({.format = log::Format::json, .repeats_max = 0});
  const auto lines = lines_of([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([t] {
        for (int i = 0; i < 250; ++i) log::info("from a thread", {{"peer", t}, {"count", i}});
      });
    for (auto& thread : threads) thread.join();
  });
  ASSERT_EQ(lines.size(), 1000U);
  for (const auto& line : lines) EXPECT_TRUE(boost::json::parse(line).is_object()) << line;
}

TEST_F(LogTest, OptionsAreReadFromTheirNames) {
  EXPECT_EQ(log::parse_level("error"), log::Level::error);
  EXPECT_EQ(log::parse_level("loud"), std::nullopt);
  EXPECT_EQ(log::parse_format("json"), log::Format::json);
  EXPECT_EQ(log::parse_format("xml"), std::nullopt);
}

TEST(RepeatLimit, CountsWhatItLeavesOutUntilTheNextWindow) {
  RepeatLimit limit(2);
  const RepeatLimit::Time start{};
  EXPECT_EQ(limit.admit("a", start), 0U);
  EXPECT_EQ(limit.admit("a", start + 10ms), 0U);
  EXPECT_EQ(limit.admit("a", start + 20ms), std::nullopt);
  EXPECT_EQ(limit.admit("a", start + 999ms), std::nullopt);
  EXPECT_EQ(limit.admit("b", start + 999ms), 0U);
  EXPECT_EQ(limit.admit("a", start + 1000ms), 2U);
  EXPECT_EQ(limit.admit("a", start + 1001ms), 0U);
  EXPECT_EQ(limit.admit("a", start + 1002ms), std::nullopt);
}

}  // namespace
}  // namespace vostro
