// Goal: the token bucket keeps to its rate at times that the test chooses, and the limits of the
// threat model are the defaults.
#include "p2p/limits.h"

#include <gtest/gtest.h>

namespace vostro::p2p {
namespace {

constexpr SteadyTime kBegin = SteadyTime(std::chrono::hours(5));

TEST(TokenBucket, GivesTheBurstAtOnceAndThenAsksForWaiting) {
  TokenBucket bucket(Rate{.per_second = 10, .burst = 3});
  EXPECT_EQ(bucket.take(kBegin), nanoseconds(0));
  EXPECT_EQ(bucket.take(kBegin), nanoseconds(0));
  EXPECT_EQ(bucket.take(kBegin), milliseconds(100));
  EXPECT_EQ(bucket.take(kBegin), milliseconds(200));
}

TEST(TokenBucket, ThatIsWaitedForKeepsExactlyTheRate) {
  TokenBucket bucket(Rate{.per_second = 1000, .burst = 5});
  SteadyTime now = kBegin;
  for (int i = 0; i < 1000; ++i) now += bucket.take(now);
  EXPECT_EQ(now - kBegin, milliseconds(1000 - 4));
}

TEST(TokenBucket, RefillsNoHigherThanTheBurst) {
  TokenBucket bucket(Rate{.per_second = 10, .burst = 2});
  EXPECT_TRUE(bucket.try_take(kBegin));
  const SteadyTime later = kBegin + std::chrono::hours(1);
  EXPECT_TRUE(bucket.try_take(later));
  EXPECT_TRUE(bucket.try_take(later));
  EXPECT_FALSE(bucket.try_take(later));
  EXPECT_FALSE(bucket.try_take(later + milliseconds(99)));
  EXPECT_TRUE(bucket.try_take(later + milliseconds(100)));
}

TEST(TokenBucket, RefusalTakesNothing) {
  TokenBucket bucket(Rate{.per_second = 1, .burst = 1});
  EXPECT_TRUE(bucket.try_take(kBegin));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(bucket.try_take(kBegin + milliseconds(i)));
  EXPECT_TRUE(bucket.try_take(kBegin + seconds(1)));
}

TEST(Limits, AreThoseOfTheThreatModel) {
  const Limits limits;
  EXPECT_EQ(limits.establish_time, seconds(5));
  EXPECT_EQ(limits.half_open_max, 64u);
  EXPECT_EQ(limits.half_open_per_address_max, 4u);
  EXPECT_EQ(limits.establish_bytes_max, 16u * 1024);
  EXPECT_EQ(limits.idle_time, seconds(30));
  EXPECT_EQ(limits.frame_time, seconds(10));
  EXPECT_EQ(limits.consensus.inbound_bytes_max + limits.bulk.inbound_bytes_max, 8u << 20);
  EXPECT_EQ(limits.consensus.outbound_bytes_max + limits.bulk.outbound_bytes_max, 16u << 20);
  EXPECT_EQ(limits.shut_out_first, seconds(60));
  EXPECT_EQ(limits.shut_out_max, std::chrono::hours(1));
}

}  // namespace
}  // namespace vostro::p2p
