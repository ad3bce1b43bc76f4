#include "base/random.h"

#include <bit>

#include "base/check.h"

namespace vostro {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = splitmix64(seed);
}

Random Random::from_bytes(const std::array<Byte, 32>& seed) {
  Random random;
  for (std::size_t i = 0; i < seed.size(); ++i)
    random.state_[i / 8] |= std::uint64_t{seed[i]} << (8 * (i % 8));
  // From an all-zero state xoshiro gives zeros for ever.
  if (random.state_ == decltype(random.state_){}) return Random(0);
  return random;
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::uniform(std::uint64_t count) {
  VOSTRO_CHECK(count > 0);
  // 2^64 mod count numbers are too many to share out evenly: the lowest ones are drawn again.
  const std::uint64_t surplus = (0 - count) % count;
  std::uint64_t drawn = next();
  while (drawn < surplus) drawn = next();
  return drawn % count;
}

void Random::fill(std::span<Byte> out) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) word = next();
    out[i] = static_cast<Byte>(word >> (8 * (i % 8)));
  }
}

}  // namespace vostro
