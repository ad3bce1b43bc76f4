/// A name in any script as the tokens that it is compared by: transliterated to Latin letters a-z,
/// digits, and nothing else. ICU stays in normal.cpp and country_names.cpp. Pure; any thread; no
/// locale.
///
/// Source: docs/screening.md, "How a name is read". Transliteration is ICU's (Russian-Latin/BGN
/// for Cyrillic, Any-Latin for the rest, then Latin-ASCII).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vostro::bridge::screening {

/// Where a token comes from, as far as it is compared otherwise.
enum class Script : std::uint8_t {
  letters = 1,  ///< its transliteration has all of its sounds
  consonants,   ///< Arabic, Hebrew, Thai: vowels are not written, or not all
  hangul,       ///< one syllable; every romanisation writes it otherwise
};

enum class TokenClass : std::uint8_t {
  word = 1,
  initial,   ///< one letter
  particle,  ///< "al", "bin", "von", "de", and titles: often left out
  form,      ///< "ltd", "gmbh", "ooo": never counts
};

struct Token {
  std::string text;
  Script script = Script::letters;
  TokenClass kind = TokenClass::word;

  bool operator==(const Token&) const = default;
};

inline constexpr std::size_t tokens_max = 32;  ///< of one name; the rest is not looked at
inline constexpr std::size_t token_bytes_max = 40;

/// Never empty for a text with a letter or digit in it.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view name);

/// `text`, UTF-8, without characters that nobody sees: controls and marks of direction.
[[nodiscard]] std::string without_unseen(std::string_view text);

}  // namespace vostro::bridge::screening
