/// How alike two tokens are, in thousandths, and the keys by which alike ones are found. Pure, in
/// whole numbers; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/screening/normal.h"

namespace vostro::bridge::screening {

/// A token with what it is compared by, made once.
struct Sound {
  std::string text;
  Script script = Script::letters;
  std::string key;                 ///< by sound: "mohammed" and "muhamad" have the same
  std::uint32_t text_letters = 0;  ///< which letters are in `text`, a bit each
  std::uint32_t key_letters = 0;
};
[[nodiscard]] Sound sound_of(const Token& token);
/// Two tokens as one word: "jin", "ping".
[[nodiscard]] Sound sound_of(const Token& first, const Token& second);

/// By sound. Digraphs are one letter, doubled letters one, e is a, o is u.
[[nodiscard]] std::string sound_key(std::string_view text);
/// What is left of a word in a script that writes consonants only.
[[nodiscard]] std::string consonant_key(std::string_view text);
/// The same for every romanisation of a Korean syllable.
[[nodiscard]] std::string korean_key(std::string_view text);

/// Typing errors that are allowed between words of so many letters: none where both have four or
/// fewer, two where one has ten.
[[nodiscard]] int errors_allowed(std::size_t a, std::size_t b);
/// The most of them with a word of any size: what an index has to be ready for.
[[nodiscard]] int errors_allowed_at_most(std::size_t size);
/// Letters put in, left out, changed, or two neighbours exchanged (optimal string alignment); any
/// number above `max` where it is more than `max`.
[[nodiscard]] int edit_distance(std::string_view a, std::string_view b, int max);

/// Of words that sound the same.
inline constexpr int same_sound_score = 950;
/// Of words in two scripts that have the same few consonants.
inline constexpr int least_script_score = 850;

struct Likeness {
  int score = 0;  ///< 0: not alike; 1000: the same
  std::string_view because;
};
[[nodiscard]] Likeness likeness(const Sound& a, const Sound& b);

}  // namespace vostro::bridge::screening
