// What a load came to as a section shows it: probes that did not become final are told, and no p99
// of the others meets a target.
#include "bench/load_section.h"

#include <gtest/gtest.h>

namespace vostro::bench {
namespace {

LoadResult load_with(std::uint64_t probes, std::vector<double> final_ms, std::uint64_t given_up) {
  LoadResult load;
  load.nodes.resize(4);
  load.window_s = 20;
  load.probes = probes;
  load.probes_put_off = given_up * 7;
  load.probes_given_up = given_up;
  load.final_ms = spread_of(std::move(final_ms));
  return load;
}

Section described(const LoadResult& load) {
  Limits limits;
  limits.cores = 2;
  Section section;
  describe_load(load, limits, section);
  return section;
}

double count_in(const Section& section, const std::string& name) {
  for (const Table& table : section.tables) {
    for (const TableRow& row : table.rows) {
      if (table.key == "orders" && row.name == name) return row.values.front();
    }
  }
  return -1;
}

TEST(BenchLoadSection, AP99OfAllProbesIsWhole) {
  const Figure figure = p99_of("p99_ms", "p99", load_with(3, {1, 2, 3}, 0));
  EXPECT_TRUE(figure.is_whole);
  EXPECT_DOUBLE_EQ(figure.value, 3);
  EXPECT_TRUE(described(load_with(3, {1, 2, 3}, 0)).notes.empty());
}

TEST(BenchLoadSection, AP99OfSomeProbesOrNoneMeetsNoTarget) {
  for (const LoadResult& load :
       {load_with(4, {1, 2, 3}, 1), load_with(2, {}, 2), load_with(0, {}, 0)}) {
    Figure figure = p99_of("p99_ms", "p99", load);
    figure.target = Target{100, false};
    EXPECT_FALSE(figure.is_met()) << load.probes;
  }
}

TEST(BenchLoadSection, ProbesThatWerePutOffAreCountedAndNoted) {
  const Section section = described(load_with(4, {1, 2, 3}, 1));
  EXPECT_EQ(count_in(section, "probes, each among these"), 4);
  EXPECT_EQ(count_in(section, "probes put off"), 7);
  EXPECT_EQ(count_in(section, "probes put off to the end"), 1);
  ASSERT_EQ(section.notes.size(), 1U);
  EXPECT_NE(section.notes.front().find("of 4 probes only 3 became final"), std::string::npos)
      << section.notes.front();
}

// A load without probes has no p99, and nothing to note.
TEST(BenchLoadSection, WithoutProbesNothingIsMissing) {
  EXPECT_TRUE(described(load_with(0, {}, 0)).notes.empty());
}

}  // namespace
}  // namespace vostro::bench
