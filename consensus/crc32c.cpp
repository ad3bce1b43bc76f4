#include "consensus/crc32c.h"

#include <array>

namespace vostro::consensus {

namespace {

constexpr std::uint32_t polynomial_reflected = 0x82F63B78;

// Slicing by eight: table[k][b] is the checksum of byte b followed by k zero bytes.
constexpr std::array<std::array<std::uint32_t, 256>, 8> make_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? (value >> 1) ^ polynomial_reflected : value >> 1;
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k)
    for (std::size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xFF];
  return tables;
}

constexpr auto tables = make_tables();

std::uint32_t little_endian_word(const Byte* at) {
  return std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 |
         std::uint32_t{at[3]} << 24;
}

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t previous) {
  std::uint32_t value = ~previous;
  const Byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    const std::uint32_t low = little_endian_word(at) ^ value;
    const std::uint32_t high = little_endian_word(at + 4);
    value = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^
            tables[4][low >> 24] ^ tables[3][high & 0xFF] ^ tables[2][(high >> 8) & 0xFF] ^
            tables[1][(high >> 16) & 0xFF] ^ tables[0][high >> 24];
  }
  for (; left > 0; ++at, --left) value = (value >> 8) ^ tables[0][(value ^ *at) & 0xFF];
  return ~value;
}

}  // namespace vostro::consensus
