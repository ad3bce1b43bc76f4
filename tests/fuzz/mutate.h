/// Mutations of byte strings, the same for the same numbers on every machine: what the driver has
/// instead of libFuzzer's.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace vostro::fuzz {

/// splitmix64.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t next();
  [[nodiscard]] std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(next() % bound);
  }

 private:
  std::uint64_t state_;
};

/// One to four changes: bits, bytes, numbers at their limits, cuts, repeats, parts of `others`.
[[nodiscard]] Bytes mutated(Bytes input, const std::vector<Bytes>& others, Numbers& numbers);

}  // namespace vostro::fuzz
