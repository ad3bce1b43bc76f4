// What a scenario found is said the same in text and JSON, and a missed target is no failure.
#include "bench/report.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

namespace vostro::bench {
namespace {

namespace json = boost::json;

Report sample() {
  Section section;
  section.name = "load";
  section.title = "4000 payments/s offered";
  section.figures = {
      {"share", "share of the ceiling", 0.404, Unit::share, Target{0.65, true}},
      {"median_ms", "median", 4.5, Unit::ms, Target{5, false}},
      {"rate", "final", 4058, Unit::per_second},
  };
  section.tables = {spread_table("ms", "latency", Unit::ms,
                                 {{"due to final", spread_of({1, 2, 3})}, {"none", {}}})};
  section.series = {{"served", "by second", Unit::per_second, 1, {10, 20}}};
  section.notes = {"others were at work"};
  section.guards = {{"roots equal", true, "on all nodes"}};
  Report report;
  report.machine.cores = 2;
  report.sections = {section};
  return report;
}

TEST(BenchReport, TargetsAreFloorsOrCeilings) {
  EXPECT_TRUE((Figure{"a", "a", 0.65, Unit::share, Target{0.65, true}}).is_met());
  EXPECT_FALSE((Figure{"a", "a", 0.64, Unit::share, Target{0.65, true}}).is_met());
  EXPECT_TRUE((Figure{"a", "a", 5, Unit::ms, Target{5, false}}).is_met());
  EXPECT_FALSE((Figure{"a", "a", 5.1, Unit::ms, Target{5, false}}).is_met());
  EXPECT_TRUE((Figure{"a", "a", 5, Unit::ms}).is_met());
}

TEST(BenchReport, WhatIsNotWholeMeetsNoTarget) {
  EXPECT_FALSE((Figure{"a", "a", 0, Unit::ms, Target{5, false}, false}).is_met());
  EXPECT_FALSE((Figure{"a", "a", 9, Unit::ms, Target{5, true}, false}).is_met());
  EXPECT_TRUE((Figure{"a", "a", 0, Unit::ms, {}, false}).is_met());
}

TEST(BenchReport, TextShowsFiguresTargetsAndGuards) {
  std::ostringstream out;
  print(sample(), out);
  const std::string text = out.str();
  for (const char* part : {"load: 4000 payments/s offered", "40.4 %", ">= 65.0 %", "MISSED",
                           "4.50 ms", "<= 5.00 ms", "met", "4058 /s", "due to final", "10 20",
                           "NOTE: others were at work", "holds   on all nodes"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  EXPECT_EQ(text.find("none"), std::string::npos);  // a spread of nothing is no row
}

TEST(BenchReport, JsonHasTheSameNumbersUnrounded) {
  const json::value all = json::parse(as_json(sample()));
  const json::value& section = all.at("scenarios").at(0);
  EXPECT_EQ(section.at("scenario"), "load");
  const json::value& share = section.at("figures").at("share");
  EXPECT_DOUBLE_EQ(share.at("value").as_double(), 0.404);
  EXPECT_EQ(share.at("unit"), "share");
  EXPECT_DOUBLE_EQ(share.at("at_least").as_double(), 0.65);
  EXPECT_FALSE(share.at("is_met").as_bool());
  EXPECT_DOUBLE_EQ(section.at("figures").at("median_ms").at("at_most").as_double(), 5);
  EXPECT_FALSE(section.at("figures").at("rate").as_object().contains("is_met"));
  EXPECT_DOUBLE_EQ(section.at("tables").at("ms").at(0).at("median").as_double(), 2);
  EXPECT_DOUBLE_EQ(section.at("series").at("served").at("values").at(1).as_double(), 20);
  EXPECT_TRUE(all.at("guards_hold").as_bool());
}

TEST(BenchReport, OneBrokenGuardBreaksTheRunAndAMissedTargetDoesNot) {
  Report report = sample();
  EXPECT_TRUE(report.guards_hold());
  report.sections.front().guards.push_back({"forged refused", false, "one was taken"});
  EXPECT_FALSE(report.guards_hold());
  EXPECT_FALSE(json::parse(as_json(report)).at("guards_hold").as_bool());
  std::ostringstream out;
  print(report, out);
  EXPECT_NE(out.str().find("BROKEN  one was taken"), std::string::npos);
}

}  // namespace
}  // namespace vostro::bench
