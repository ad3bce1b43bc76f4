// Goal: the generator is the published one, the same everywhere, and neither draws nor shuffles
// with a bias. Method: outputs of the authors' reference code, pinned outputs of ours, and counts.
#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "base/bytes.h"

namespace vostro {
namespace {

template <std::size_t Size>
std::array<std::uint64_t, Size> draw(Random random) {
  std::array<std::uint64_t, Size> drawn;
  for (auto& number : drawn) number = random.next();
  return drawn;
}

// Reference: xoshiro256** from the state {1, 2, 3, 4}.
TEST(Random, IsXoshiro256StarStar) {
  std::array<Byte, 32> state{};
  for (std::size_t i = 0; i < 4; ++i) state[8 * i] = static_cast<Byte>(i + 1);
  const std::array<std::uint64_t, 10> expected{11520,
                                               0,
                                               1509978240,
                                               1215971899390074240,
                                               1216172134540287360,
                                               607988272756665600,
                                               16172922978634559625U,
                                               8476171486693032832,
                                               10595114339597558777U,
                                               2904607092377533576};
  EXPECT_EQ(draw<10>(Random::from_bytes(state)), expected);
}

// The state made from a number: splitmix64's reference output for 1234567, as the bytes of a state.
TEST(Random, IsSeededBySplitmix64) {
  Bytes state;
  for (const std::uint64_t word : {6457827717110365317ULL, 3203168211198807973ULL,
                                   9817491932198370423ULL, 4593380528125082431ULL})
    append_little_endian(state, word, 8);
  std::array<Byte, 32> fixed;
  std::copy(state.begin(), state.end(), fixed.begin());
  EXPECT_EQ(draw<10>(Random(1234567)), draw<10>(Random::from_bytes(fixed)));
}

TEST(Random, ReadsEveryByteOfASeed) {
  const auto zero = draw<4>(Random::from_bytes({}));
  EXPECT_EQ(zero, draw<4>(Random(0)));
  for (std::size_t i = 0; i < 32; ++i) {
    std::array<Byte, 32> seed{};
    seed[i] = 1;
    EXPECT_NE(draw<4>(Random::from_bytes(seed)), zero) << i;
    EXPECT_NE(draw<4>(Random::from_bytes(seed)), (std::array<std::uint64_t, 4>{})) << i;
  }
}

TEST(Random, DrawsBelowTheCount) {
  Random random(1);
  for (const std::uint64_t count : {1ULL, 2ULL, 3ULL, 7ULL, 1ULL << 32U, (1ULL << 63U) + 1, ~0ULL})
    for (int i = 0; i < 1000; ++i) ASSERT_LT(random.uniform(count), count);
}

TEST(Random, AbortsOnADrawFromNothing) {
  Random random(1);
  EXPECT_DEATH((void)random.uniform(0), "check failed");
}

// Of 3 * 2^62 numbers a plain remainder would give the lowest third twice as often as the others.
TEST(Random, DrawsEachThirdEquallyOften) {
  constexpr std::uint64_t third = 1ULL << 62U;
  Random random(3);
  std::array<int, 3> hits{};
  for (int i = 0; i < 30'000; ++i) ++hits[random.uniform(3 * third) / third];
  for (const int count : hits) EXPECT_NEAR(count, 10'000, 400);  // about five standard deviations
}

TEST(Random, HappensAsOftenAsSaid) {
  Random random(9);
  int count = 0;
  for (int i = 0; i < 40'000; ++i) count += random.happens(1, 4) ? 1 : 0;
  EXPECT_NEAR(count, 10'000, 450);
  EXPECT_FALSE(random.happens(0, 5));
  EXPECT_TRUE(random.happens(5, 5));
}

TEST(Random, FillsWithTheLittleEndianNumbers) {
  std::array<Byte, 20> filled;
  Random(42).fill(filled);
  Bytes expected;
  for (const std::uint64_t number : draw<3>(Random(42))) append_little_endian(expected, number, 8);
  EXPECT_TRUE(std::equal(filled.begin(), filled.end(), expected.begin()));
}

// Pinned: the leaders of a network depend on this order. Computed apart from this code, by the
// published algorithms.
TEST(Random, ShufflesToAPinnedOrder) {
  std::vector<int> items(10);
  std::iota(items.begin(), items.end(), 0);
  Random(2026).shuffle(items);
  EXPECT_EQ(items, (std::vector<int>{3, 4, 8, 5, 6, 0, 1, 2, 7, 9}));
}

TEST(Random, ShufflesToEachOrderEquallyOften) {
  Random random(5);
  std::map<std::array<int, 4>, int> seen;
  for (int i = 0; i < 24'000; ++i) {
    std::array<int, 4> items{0, 1, 2, 3};
    random.shuffle(std::span<int>(items));
    ++seen[items];
  }
  EXPECT_EQ(seen.size(), 24u);
  for (const auto& [order, count] : seen) EXPECT_NEAR(count, 1000, 160);
}

TEST(Random, ShufflesNothingAndOneWithoutADraw) {
  Random random(6);
  std::vector<int> items;
  random.shuffle(items);
  items.push_back(7);
  random.shuffle(items);
  std::span<int> none;
  random.shuffle(none);
  EXPECT_EQ(items, std::vector<int>{7});
  EXPECT_EQ(random.next(), Random(6).next());
}

}  // namespace
}  // namespace vostro
