// Goal: CSV is read as RFC 4180 has it, and what is written is read back. Method: tables.
#include "base/csv.h"

#include <gtest/gtest.h>

namespace vostro {
namespace {

using Rows = std::vector<CsvRow>;

TEST(Csv, ReadsRowsWithTheirLines) {
  struct Case {
    std::string text;
    Rows rows;
  };
  for (const Case& each :
       std::vector<Case>{{"", {}},
                         {"a,b\r\n1,2\r\n", {{1, {"a", "b"}}, {2, {"1", "2"}}}},
                         {"a,b\n\n1,\n", {{1, {"a", "b"}}, {3, {"1", ""}}}},
                         {"\xEF\xBB\xBF"
                          "a",
                          {{1, {"a"}}}},
                         {"\"a,\"\"b\"\"\",\"c\nd\"\ne", {{1, {"a,\"b\"", "c\nd"}}, {3, {"e"}}}},
                         {"a,", {{1, {"a", ""}}}},
                         {"\"\"", {{1, {""}}}}}) {
    const auto rows = read_csv(each.text, 10);
    ASSERT_TRUE(rows) << each.text;
    EXPECT_EQ(*rows, each.rows) << each.text;
  }
}

TEST(Csv, RefusesWhatCannotBeMeant) {
  for (const std::string text : {"a\n\"b", "a\n\"b\"c", "a\nb\"c\"", "a\nb\nc\nd",
                                 "a\n1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,"
                                 "24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,"
                                 "45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65"})
    EXPECT_FALSE(read_csv(text, 3)) << text;
  EXPECT_EQ(read_csv("a\n\n\"b", 3).error().line, 3U);
  EXPECT_FALSE(read_csv("a\n" + std::string(csv_cell_bytes_max + 1, 'x'), 3));
  EXPECT_FALSE(read_csv("a\n\"" + std::string(csv_cell_bytes_max + 1, 'x') + "\"", 3));
}

TEST(Csv, WhatIsWrittenIsReadBack) {
  const std::vector<std::string> cells{"", "a", "b,c", "\"", "d\ne", "f\r\n", " "};
  const auto rows = read_csv(csv_line(cells), 1);
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->at(0).cells, cells);
  EXPECT_EQ(csv_line({"a", "b\"c"}), "a,\"b\"\"c\"\r\n");
  EXPECT_EQ(csv_line({"\xEF\xBB\xBF"}), "\"\xEF\xBB\xBF\"\r\n");
}

}  // namespace
}  // namespace vostro
