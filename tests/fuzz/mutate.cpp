#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <array>

namespace vostro::fuzz {
namespace {

// Numbers at which counts, lengths and signs go wrong.
constexpr std::array<std::uint64_t, 12> kEdges{0,           1,           2,          0x7F,
                                               0x80,        0xFF,        0x7FFFFFFF, 0x80000000u,
                                               0xFFFFFFFFu, 0x04000000u, ~0ull >> 1, ~0ull};
constexpr std::size_t kInsertedMax = 32;

std::ptrdiff_t signed_of(std::size_t offset) {
  return static_cast<std::ptrdiff_t>(offset);
}

/// A part of `from`, of 1 to `size_max` bytes; `from` is not empty.
ByteView part_of(const Bytes& from, std::size_t size_max, Numbers& numbers) {
  const std::size_t begin = numbers.below(from.size());
  const std::size_t size = 1 + numbers.below(std::min(size_max, from.size() - begin));
  return ByteView(from).subspan(begin, size);
}

void insert(Bytes& into, ByteView what, Numbers& numbers) {
  const Bytes copy(what.begin(), what.end());  // `what` may be a part of `into`
  into.insert(into.begin() + signed_of(numbers.below(into.size() + 1)), copy.begin(), copy.end());
}

void overwrite(Bytes& bytes, ByteView what, Numbers& numbers) {
  const std::size_t at = numbers.below(bytes.size());
  const Bytes copy(what.begin(), what.end());
  std::copy_n(copy.begin(), std::min(copy.size(), bytes.size() - at),
              bytes.begin() + signed_of(at));
}

void put_edge(Bytes& bytes, Numbers& numbers) {
  const std::uint64_t edge = kEdges[numbers.below(kEdges.size())];
  const std::size_t width = std::size_t{1} << numbers.below(4);
  Bytes number;
  append_little_endian(number, edge, width);
  if (numbers.below(2) == 0) std::reverse(number.begin(), number.end());
  overwrite(bytes, number, numbers);
}

void change(Bytes& bytes, const std::vector<Bytes>& others, Numbers& numbers) {
  if (bytes.empty()) {
    bytes.push_back(static_cast<Byte>(numbers.next()));
    return;
  }
  Byte& one = bytes[numbers.below(bytes.size())];
  switch (numbers.below(9)) {
    case 0:
      one = static_cast<Byte>(one ^ (1u << numbers.below(8)));
      break;
    case 1:
      one = static_cast<Byte>(numbers.next());
      break;
    case 2:
      one = static_cast<Byte>(numbers.below(2) == 0 ? one + 1 : one - 1);
      break;
    case 3:
      put_edge(bytes, numbers);
      break;
    case 4: {
      const std::size_t begin = numbers.below(bytes.size());
      const std::size_t size = 1 + numbers.below(std::min(kInsertedMax, bytes.size() - begin));
      bytes.erase(bytes.begin() + signed_of(begin), bytes.begin() + signed_of(begin + size));
      break;
    }
    case 5:
      insert(bytes, part_of(bytes, kInsertedMax, numbers), numbers);
      break;
    case 6:
      bytes.resize(numbers.below(bytes.size() + 1));
      break;
    case 7: {
      const Bytes& other = others[numbers.below(others.size())];
      if (!other.empty()) overwrite(bytes, part_of(other, other.size(), numbers), numbers);
      break;
    }
    default: {
      const Bytes& other = others[numbers.below(others.size())];
      if (!other.empty()) insert(bytes, part_of(other, other.size(), numbers), numbers);
      break;
    }
  }
}

}  // namespace

std::uint64_t Numbers::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

Bytes mutated(Bytes input, const std::vector<Bytes>& others, Numbers& numbers) {
  const std::size_t changes = 1 + numbers.below(4);
  for (std::size_t i = 0; i < changes; ++i) change(input, others, numbers);
  return input;
}

}  // namespace vostro::fuzz
