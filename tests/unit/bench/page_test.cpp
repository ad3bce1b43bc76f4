// The page shows what text and JSON say, draws lengths that are in proportion, and whatever a name
// holds stays text.
#include "bench/page.h"

#include <gtest/gtest.h>

#include <limits>
#include <regex>

#include "bench/chart.h"

namespace vostro::bench {
namespace {

constexpr const char* kHostile = "<script>alert(1)</script>\"'&";

/// Widths of the bars of a class, in their order.
std::vector<int> widths_of(const std::string& svg, const std::string& kind) {
  const std::regex bar("width=\"(\\d+)\" height=\"\\d+\" class=\"" + kind + "\"");
  std::vector<int> out;
  for (std::sregex_iterator each(svg.begin(), svg.end(), bar), end; each != end; ++each)
    out.push_back(std::stoi((*each)[1].str()));
  return out;
}

/// The same without the first, which explains the colour.
std::vector<int> bars_of(const std::string& svg, const std::string& kind) {
  auto out = widths_of(svg, kind);
  if (!out.empty()) out.erase(out.begin());
  return out;
}

TEST(BenchPage, EscapesEverythingThatIsShown) {
  Section section;
  section.name = kHostile;
  section.title = kHostile;
  section.figures = {{"key", kHostile, 1, Unit::ms, Target{2, false}}};
  section.tables = {{"key", kHostile, {{"key", kHostile, Unit::ms, true}}, {{kHostile, {1}}}}};
  section.series = {{"key", kHostile, Unit::ms, 1, {1, 2}}};
  section.notes = {kHostile};
  section.guards = {{kHostile, true, kHostile}};
  Report report;
  report.machine.processor = kHostile;
  report.machine.kernel = kHostile;
  report.sections = {section};
  const std::string page = as_page(report);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("script>\""), std::string::npos);  // would end an attribute
  // Scenario, figure, table, series, note, guard, machine: each is there as text.
  std::size_t count = 0;
  for (std::size_t at = page.find("&lt;script&gt;"); at != std::string::npos;
       at = page.find("&lt;script&gt;", at + 1))
    ++count;
  EXPECT_GE(count, 14U);
}

TEST(BenchPage, NeedsNothingElse) {
  const std::string page = as_page({});
  for (const char* part : {"http:", "https:", "src=", "href=", "url(", "@import", "<script"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(BenchPage, SaysWhetherTargetsAreMetAndGuardsHold) {
  Section section;
  section.name = "load";
  section.figures = {{"a", "share", 0.404, Unit::share, Target{0.65, true}},
                     {"b", "median", 4.5, Unit::ms, Target{5, false}},
                     {"c", "rate", 4058, Unit::per_second}};
  section.guards = {{"roots equal", true, "on all nodes"}};
  Report report;
  report.sections = {section};
  std::string page = as_page(report);
  for (const char* part : {"40.4 %", "&gt;= 65.0 %", ">missed<", "4.50 ms", "&lt;= 5.00 ms",
                           ">met<", "4058 /s", ">holds<", "All guards hold"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  report.sections.front().guards.push_back({"forged refused", false, "one was taken"});
  page = as_page(report);
  EXPECT_EQ(page.find("All guards hold"), std::string::npos);
  EXPECT_NE(page.find(">BROKEN<"), std::string::npos);
  EXPECT_NE(page.find("one was taken"), std::string::npos);
}

TEST(BenchChart, BarsAreInProportion) {
  const Table table{"ms",
                    "latency",
                    {{"m", "median", Unit::ms, true}, {"n", "count", Unit::count}},
                    {{"a", {4, 900}}, {"b", {1, 900}}}};
  const auto bars = bars_of(chart_of(table), "c0");
  ASSERT_EQ(bars.size(), 2U);
  EXPECT_NEAR(bars[0], 4 * bars[1], 2);
  EXPECT_GT(bars[1], 0);
}

TEST(BenchChart, PartsLieEndToEndOnTheirWhole) {
  const Table table{
      "cpu",
      "CPU",
      {{"c", "CPU", Unit::s}, {"u", "user", Unit::s, true}, {"s", "system", Unit::s, true}},
      {{"node", {4, 2, 1}}, {"all else", {2, 0, 0}}},
      true};
  const std::string svg = chart_of(table);
  const auto whole = bars_of(svg, "rest");
  const auto user = bars_of(svg, "c0");
  const auto system = bars_of(svg, "c1");
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_NEAR(whole[0], 2 * whole[1], 1);
  EXPECT_NEAR(user[0], 2 * system[0], 1);
  EXPECT_NEAR(4 * (user[0] + system[0]), 3 * whole[0], 4);
  EXPECT_EQ(user[1] + system[1], 0);
}

TEST(BenchChart, WhatIsNoNumberHasNoLengthAndSpoilsNoOther) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const double endless = std::numeric_limits<double>::infinity();
  const Table table{"ms",
                    "latency",
                    {{"m", "median", Unit::ms, true}},
                    {{"a", {none}}, {"b", {endless}}, {"c", {-1}}, {"d", {3}}}};
  const auto bars = bars_of(chart_of(table), "c0");
  ASSERT_EQ(bars.size(), 4U);
  EXPECT_EQ(bars[0] + bars[1] + bars[2], 0);
  EXPECT_GT(bars[3], 0);
  const std::string line = chart_of(Series{"s", "by second", Unit::ms, 1, {none, endless, 2}});
  EXPECT_EQ(line.find("nan"), std::string::npos);
  EXPECT_NE(line.find("most 2.00 ms"), std::string::npos);
}

TEST(BenchChart, TargetsAreDrawnByTheirBound) {
  const Figure half{"a", "a", 0.325, Unit::share, Target{0.65, true}};
  const Figure whole{"b", "b", 5, Unit::ms, Target{5, false}};
  const Figure far{"c", "c", 500, Unit::ms, Target{5, false}};
  const Figure none_allowed{"d", "d", 0, Unit::count, Target{0, false}};
  const Figure untargeted{"e", "e", 7, Unit::ms};
  const std::string svg = chart_of_targets(
      {{"a", &half}, {"b", &whole}, {"c", &far}, {"d", &none_allowed}, {"e", &untargeted}});
  const auto missed = widths_of(svg, "missed");
  const auto met = widths_of(svg, "met");
  ASSERT_EQ(missed.size(), 2U);
  ASSERT_EQ(met.size(), 1U);
  EXPECT_NEAR(met[0], 2 * missed[0], 2);
  EXPECT_GT(missed[1], met[0]);
  EXPECT_NE(svg.find("100.00 x"), std::string::npos);  // drawn short, said in full
}

TEST(BenchChart, NothingToDrawIsNoChart) {
  EXPECT_EQ(chart_of(Table{"t", "t", {{"c", "c", Unit::count}}, {{"a", {1}}}}), "");
  EXPECT_EQ(chart_of(Series{"s", "s", Unit::ms, 1, {1}}), "");
  EXPECT_EQ(chart_of_targets({}), "");
}

}  // namespace
}  // namespace vostro::bench
