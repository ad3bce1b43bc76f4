/// A deterministic generator of our own, for permutations of the protocol, simulators and tests:
/// the same seed gives the same numbers on every machine. Not for keys, nonces and UETRs; those
/// take `fill_random` of base/keys.h. xoshiro256**, seeded by splitmix64 (Blackman and Vigna,
/// "Scrambled Linear Pseudorandom Number Generators"). Pure; a generator belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.h"

namespace vostro {

class Random {
 public:
  explicit Random(std::uint64_t seed);
  /// Seeded by 32 bytes, for example of a hash: four little-endian words. All zero is as the number
  /// 0.
  [[nodiscard]] static Random from_bytes(const std::array<Byte, 32>& seed);

  /// Any 64 bits.
  [[nodiscard]] std::uint64_t next();
  /// 0 to `count` - 1, each equally likely. `count` is above 0.
  [[nodiscard]] std::uint64_t uniform(std::uint64_t count);
  /// True `chances` times of `of`, which is above 0.
  [[nodiscard]] bool happens(std::uint64_t chances, std::uint64_t of) {
    return uniform(of) < chances;
  }
  void fill(std::span<Byte> out);

  /// Fisher-Yates from the last place down: place i changes with `uniform(i + 1)`, i = n-1 ... 1.
  /// For spans and containers with contiguous elements.
  template <class Range>
  void shuffle(Range&& range) {
    const std::span items(range);
    for (std::size_t i = items.size(); i > 1; --i) {
      const auto j = static_cast<std::size_t>(uniform(i));
      if (j != i - 1) std::swap(items[i - 1], items[j]);
    }
  }

 private:
  Random() = default;

  std::array<std::uint64_t, 4> state_{};  // never all zero
};

}  // namespace vostro
