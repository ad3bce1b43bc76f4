#include "base/bytes.h"

namespace vostro {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void append_big_endian(Bytes& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<Byte>(value >> shift));
}

void append_little_endian(Bytes& to, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) to.push_back(static_cast<Byte>(value >> (8 * i)));
}

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const Byte b : bytes) {
    text.push_back(kHexDigits[b >> 4U]);
    text.push_back(kHexDigits[b & 15U]);
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_of(text[i]);
    const int low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<Byte>(high * 16 + low));
  }
  return bytes;
}

}  // namespace vostro
