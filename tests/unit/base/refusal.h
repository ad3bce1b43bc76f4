/// Tables of what a parser of identifiers must refuse, and why.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "base/identifiers.h"

namespace vostro::test {

struct Refusal {
  std::string_view text;
  IdentifierError reason;
};

template <class Parse, class Table>
void expect_refused(Parse parse, const Table& table) {
  for (const Refusal& row : table) {
    const auto parsed = parse(row.text);
    ASSERT_FALSE(parsed.has_value()) << row.text;
    EXPECT_EQ(to_string(parsed.error()), to_string(row.reason)) << row.text;
  }
}

}  // namespace vostro::test
