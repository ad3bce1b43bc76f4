#include <gtest/gtest.h>

#include <limits>

#include "node/runtime/peers.h"

namespace vostro::node {
namespace {

TEST(RoundTrips, TheMedianIsRoundedUpToMilliseconds) {
  EXPECT_EQ(median_ms_of({}), std::nullopt);
  EXPECT_EQ(median_ms_of({1}), 1U);
  EXPECT_EQ(median_ms_of({1'000}), 1U);
  EXPECT_EQ(median_ms_of({1'001}), 2U);
  EXPECT_EQ(median_ms_of({90'000, 1'000, 40'000}), 40U);
  EXPECT_EQ(median_ms_of({40'000, 1'000, 90'000, 2'000}), 40U) << "of two in the middle the longer";
  EXPECT_EQ(median_ms_of({std::numeric_limits<std::uint64_t>::max()}),
            std::numeric_limits<std::uint32_t>::max());
}

}  // namespace
}  // namespace vostro::node
