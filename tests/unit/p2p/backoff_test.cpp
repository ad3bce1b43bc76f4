// Goal: delays grow and stay within their bounds, differ between nodes, and breaches shut out
// longer each time.
#include "p2p/backoff.h"

#include <gtest/gtest.h>

#include <vector>

namespace vostro::p2p {
namespace {

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(5));

TEST(Backoff, DoublesWithinItsUpperHalfUpToTheMaximum) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff(seed, milliseconds(100), milliseconds(5000));
    milliseconds whole(100);
    for (int i = 0; i < 10; ++i) {
      const milliseconds delay = backoff.next();
      EXPECT_GE(delay, whole / 2) << "seed " << seed;
      EXPECT_LE(delay, whole) << "seed " << seed;
      whole = std::min(whole * 2, milliseconds(5000));
    }
  }
}

TEST(Backoff, StartsAnewAfterReset) {
  Backoff backoff(1, milliseconds(100), milliseconds(5000));
  for (int i = 0; i < 8; ++i) EXPECT_GT(backoff.next().count(), 0);
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Backoff, IsTheSameForOneSeedAndDiffersBetweenSeeds) {
  const auto delays = [](std::uint64_t seed) {
    Backoff backoff(seed, milliseconds(1000), milliseconds(60'000));
    std::vector<milliseconds> drawn;
    for (int i = 0; i < 6; ++i) drawn.push_back(backoff.next());
    return drawn;
  };
  EXPECT_EQ(delays(1), delays(1));
  EXPECT_NE(delays(1), delays(2));
}

TEST(ShutOut, DoublesFromAMinuteToAnHourAndNoFurther) {
  ShutOut shut_out(seconds(60), std::chrono::hours(1));
  EXPECT_FALSE(shut_out.is_out(kStart));
  SteadyTime now = kStart;
  const std::vector<int> terms{60, 120, 240, 480, 960, 1920, 3600, 3600};
  for (const int term : terms) {
    EXPECT_EQ(shut_out.add_breach(now), seconds(term));
    EXPECT_EQ(shut_out.remaining(now), seconds(term));
    EXPECT_TRUE(shut_out.is_out(now + seconds(term) - nanoseconds(1)));
    now += seconds(term);
    EXPECT_FALSE(shut_out.is_out(now));
    EXPECT_EQ(shut_out.remaining(now), nanoseconds(0));
  }
}

TEST(ShutOut, ForgetsAfterAnHourOfGoodBehaviour) {
  ShutOut shut_out(seconds(60), std::chrono::hours(1));
  shut_out.add_breach(kStart);
  EXPECT_EQ(shut_out.add_breach(kStart + seconds(60)), seconds(120));
  const SteadyTime end = kStart + seconds(180);
  EXPECT_EQ(shut_out.add_breach(end + std::chrono::hours(1)), seconds(240));
  const SteadyTime next_end = end + std::chrono::hours(1) + seconds(240);
  EXPECT_EQ(shut_out.add_breach(next_end + std::chrono::hours(1) + nanoseconds(1)), seconds(60));
}

}  // namespace
}  // namespace vostro::p2p
