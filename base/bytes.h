/// Byte strings, and their hexadecimal text. Nothing here interprets what the bytes mean.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vostro {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;

/// Exactly `size` bytes with a type of their own, ordered as bytes. `Tag` keeps kinds apart.
template <class Tag, std::size_t Size>
struct FixedBytes {
  static constexpr std::size_t size = Size;
  std::array<Byte, Size> bytes{};

  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] bool is_zero() const { return *this == FixedBytes{}; }
  auto operator<=>(const FixedBytes&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }
};

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(Bytes& to, ByteView more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Big-endian, so that the order of keys is the order of numbers.
void append_big_endian(Bytes& to, std::uint64_t value);
void append_little_endian(Bytes& to, std::uint64_t value, std::size_t width);

/// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Accepts both cases. Empty when a digit is wrong or the count of digits is odd.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// The same, into a kind of fixed size. Empty when the length differs too.
template <class Fixed>
[[nodiscard]] std::optional<Fixed> fixed_from_hex(std::string_view text) {
  if (text.size() != Fixed::size * 2) return std::nullopt;
  const auto decoded = from_hex(text);
  if (!decoded) return std::nullopt;
  Fixed fixed;
  std::copy(decoded->begin(), decoded->end(), fixed.bytes.begin());
  return fixed;
}

/// Copies `bytes`, whose size the caller has checked, into a kind of fixed size.
template <class Fixed>
[[nodiscard]] std::optional<Fixed> fixed_from_bytes(ByteView bytes) {
  if (bytes.size() != Fixed::size) return std::nullopt;
  Fixed fixed;
  std::copy(bytes.begin(), bytes.end(), fixed.bytes.begin());
  return fixed;
}

}  // namespace vostro
