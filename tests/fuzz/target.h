/// What a fuzz target is made of. Each <what>_fuzz.cpp defines two functions:
/// LLVMFuzzerTestOneInput takes any bytes and states with VOSTRO_CHECK what must hold of them, and
/// `seeds` makes inputs that get far. driver.cpp runs a target without libFuzzer, with mutations of
/// its seeds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace vostro::fuzz {

/// Inputs to begin with, made by the builders of the tests; the same in every run.
[[nodiscard]] std::vector<Bytes> seeds();

/// Writes them into an existing directory, as libFuzzer reads its corpus. False where that fails.
[[nodiscard]] bool write_seeds(const std::string& directory);

[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

/// Bytes that this thread has asked of `operator new` since it began.
[[nodiscard]] std::uint64_t allocated_bytes();

/// States that reading an input asks for memory in proportion to it, whatever its counts promise
/// (catalogue rows P3 and P5: less than 1 MiB beyond that). What was given back in between counts
/// too.
class MemoryBound {
 public:
  static constexpr std::uint64_t base = 1024 * 1024;
  static constexpr std::uint64_t per_byte = 128;

  explicit MemoryBound(std::size_t input_size)
      : limit_(allocated_bytes() + base + per_byte * input_size) {}
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;
  ~MemoryBound() { VOSTRO_CHECK(allocated_bytes() <= limit_); }

 private:
  std::uint64_t limit_;
};

/// An input that is a list of choices: read from the front, zeros after the end.
class Script {
 public:
  explicit Script(ByteView left) : left_(left) {}

  [[nodiscard]] bool is_over() const { return left_.empty(); }
  [[nodiscard]] std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width && i < left_.size(); ++i)
      value |= std::uint64_t{left_[i]} << (8 * i);
    left_ = left_.subspan(std::min(width, left_.size()));
    return value;
  }
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  /// One of 0 to `count` - 1.
  [[nodiscard]] std::size_t choice(std::size_t count) { return byte() % count; }
  [[nodiscard]] ByteView take(std::size_t size) {
    const ByteView taken = left_.first(std::min(size, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }
  [[nodiscard]] ByteView rest() { return take(left_.size()); }

 private:
  ByteView left_;
};

}  // namespace vostro::fuzz
