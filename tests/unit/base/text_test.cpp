// Goal: text that reads otherwise than it is stored, or is no text at all, does not get in. Method:
// a table of bytes, and every code point encoded by an encoder of the test's own.
#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/random.h"

namespace vostro {
namespace {

std::string utf8(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { return byte(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0U | (code >> 6U)), tail(0)};
  if (code < 0x10000) return {byte(0xE0U | (code >> 12U)), tail(6), tail(0)};
  return {byte(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(Text, TakesNamesInManyScripts) {
  for (const std::string_view text :
       {"", "Banque du Nord", "M\xC3\xBCller & S\xC3\xB6hne", "\xD0\x91\xD0\xB0\xD0\xBD\xD0\xBA",
        "\xE9\x8A\x80\xE8\xA1\x8C", "\xD8\xA8\xD9\x86\xD9\x83", "\xF0\x9F\x8F\xA6",
        "a/b?c:d(e).,'+ -"})
    EXPECT_TRUE(is_clean_text(text)) << text;
}

struct Case {
  const char* what;
  std::string_view bytes;
};

void expect_unclean(const Case& row) {
  EXPECT_FALSE(is_clean_text(row.bytes)) << row.what;
  const std::string inside = "before " + std::string(row.bytes) + " after";
  EXPECT_FALSE(is_clean_text(inside)) << row.what << " inside";
}

TEST(CatalogueT17, RefusesInvalidUtf8) {
  constexpr std::array<Case, 18> table{{
      {"lone continuation", "\x80"},
      {"lone continuation", "\xBF"},
      {"lead without tail", "\xC3"},
      {"lead of three with one tail", "\xE2\x82"},
      {"lead of four with two tails", "\xF0\x9F\x8F"},
      {"lead before ASCII", "\xC3\x28"},
      {"tail replaced in three", "\xE2\x28\xA1"},
      {"overlong slash in two", "\xC0\xAF"},
      {"overlong DEL in two", "\xC1\xBF"},
      {"overlong slash in three", "\xE0\x80\xAF"},
      {"overlong slash in four", "\xF0\x80\x80\xAF"},
      {"overlong U+FFFF in four", "\xF0\x8F\xBF\xBF"},
      {"high surrogate", "\xED\xA0\x80"},
      {"low surrogate", "\xED\xBF\xBF"},
      {"above U+10FFFF", "\xF4\x90\x80\x80"},
      {"lead of five", "\xF8\x88\x80\x80\x80"},
      {"byte FE", "\xFE"},
      {"Latin-1 text", "M\xFCller"},
  }};
  for (const Case& row : table) expect_unclean(row);
}

TEST(CatalogueT17, RefusesNulAndOtherControls) {
  constexpr std::array<Case, 9> table{{
      {"NUL", std::string_view("\0", 1)},
      {"NUL in two bytes", "\xC0\x80"},
      {"line feed", "\n"},
      {"carriage return", "\r"},
      {"tab", "\t"},
      {"escape", "\x1B[31m"},
      {"DEL", "\x7F"},
      {"next line, U+0085", "\xC2\x85"},
      {"last C1 control, U+009F", "\xC2\x9F"},
  }};
  for (const Case& row : table) expect_unclean(row);
}

TEST(CatalogueT17, RefusesBidirectionalControlsAndSeparators) {
  constexpr std::array<Case, 9> table{{
      {"right-to-left override", "\xE2\x80\xAE"},
      {"left-to-right embedding", "\xE2\x80\xAA"},
      {"left-to-right isolate", "\xE2\x81\xA6"},
      {"pop directional isolate", "\xE2\x81\xA9"},
      {"left-to-right mark", "\xE2\x80\x8E"},
      {"right-to-left mark", "\xE2\x80\x8F"},
      {"Arabic letter mark", "\xD8\x9C"},
      {"line separator", "\xE2\x80\xA8"},
      {"paragraph separator", "\xE2\x80\xA9"},
  }};
  for (const Case& row : table) expect_unclean(row);
}

TEST(Text, RefusesExactlyTheListedCodePoints) {
  std::size_t refused = 0;
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    const bool clean = is_clean_text(utf8(code));
    ASSERT_FALSE(clean && surrogate) << code;
    if (!clean && !surrogate) ++refused;
  }
  // 65 controls, 12 bidirectional controls, 2 separators, 66 noncharacters.
  EXPECT_EQ(refused, 65u + 12u + 2u + 66u);
}

// Of random bytes, what is taken decodes and encodes to itself by the test's own encoder.
TEST(Text, TakesOnlyWhatEncodesToItselfOfRandomBytes) {
  constexpr std::uint64_t seed = 3629;
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::uint64_t size = random.uniform(4); size > 0; --size)
      text +=
          utf8(static_cast<std::uint32_t>(random.uniform(random.happens(1, 2) ? 0x800 : 0x110000)));
    if (!text.empty() && random.happens(1, 2))
      text[random.uniform(text.size())] = static_cast<char>(random.uniform(256));
    if (!is_clean_text(text)) {
      ++refused;
      continue;
    }
    ++taken;
    std::string again;
    for (std::size_t at = 0; at < text.size();) {
      const auto lead = static_cast<Byte>(text[at]);
      const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      ASSERT_LE(at + size, text.size());
      std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
      for (std::size_t k = 1; k < size; ++k)
        code = code << 6U | (static_cast<Byte>(text[at + k]) & 0x3FU);
      again += utf8(code);
      at += size;
    }
    ASSERT_EQ(again, text) << to_hex(as_bytes(text));
  }
  EXPECT_GT(taken, 1000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace vostro
