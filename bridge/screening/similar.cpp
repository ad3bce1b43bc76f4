#include "bridge/screening/similar.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace vostro::bridge::screening {
namespace {

// Scores in thousandths. docs/screening.md shows what they lead to.
constexpr int kSame = 1000;
constexpr int kSound = 950;          // the same by sound
constexpr int kSoundShort = 850;     // the same, where three letters say less
constexpr int kSoundSpelling = 970;  // alike by sound: less the errors
constexpr int kConsonants = 900;     // the same consonants
constexpr int kKorean = 950;
constexpr int kFirstLetter = 60;  // taken off where the first letters differ: few errors are there
constexpr std::size_t kShort = 3;

struct Rule {
  std::string_view from;
  std::string_view to;
};
// The first that fits is taken. Capitals are sounds of their own: S for sh, C for ch, Z for zh.
constexpr auto kRules = std::to_array<Rule>({
    {"tsch", "C"}, {"shch", "S"}, {"sch", "S"}, {"tch", "C"}, {"dzh", "j"}, {"sh", "S"},
    {"ch", "C"},   {"zh", "Z"},   {"kh", "h"},  {"gh", "g"},  {"ph", "f"},  {"th", "t"},
    {"dh", "d"},   {"dj", "j"},   {"ck", "k"},  {"cz", "C"},  {"tz", "ts"}, {"ce", "sa"},
    {"ci", "si"},  {"cy", "si"},  {"x", "ks"},  {"q", "k"},   {"c", "k"},   {"w", "v"},
    {"yu", "u"},   {"iu", "u"},   {"iyu", "u"}, {"iya", "a"}, {"ya", "a"},  {"ia", "a"},
    {"yo", "u"},   {"ye", "a"},   {"ie", "a"},  {"ou", "u"},  {"oo", "u"},  {"ue", "u"},
    {"oe", "u"},   {"eu", "u"},   {"ee", "i"},  {"ei", "a"},  {"ey", "a"},  {"ai", "a"},
    {"ay", "a"},   {"ae", "a"},   {"iy", "i"},  {"ij", "i"},  {"y", "i"},   {"e", "a"},
    {"o", "u"},
});

bool is_vowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

void put(std::string& key, char c) {
  if (key.empty() || key.back() != c) key += c;
}

std::uint32_t letters_of(std::string_view text) {
  std::uint32_t letters = 0;
  for (const char c : text) letters |= std::uint32_t{1} << (static_cast<unsigned char>(c) & 31U);
  return letters;
}

Sound made_sound(std::string text, Script script) {
  Sound made{std::move(text), script, {}, 0, 0};
  made.key = sound_key(made.text);
  made.text_letters = letters_of(made.text);
  made.key_letters = letters_of(made.key);
  return made;
}

/// Whether so few errors may do. Each error puts at most one letter in and takes one out.
bool may_be_alike(std::uint32_t a, std::uint32_t b, int max) {
  return std::popcount(a ^ b) <= 2 * max;
}

int distance_score(int best, int distance, std::size_t size) {
  return best - distance * 1000 / static_cast<int>(size);
}

}  // namespace

std::string sound_key(std::string_view text) {
  std::string key;
  key.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto rule = std::ranges::find_if(
        kRules, [&](const Rule& each) { return text.substr(i).starts_with(each.from); });
    if (rule == kRules.end()) {
      put(key, text[i++]);
      continue;
    }
    for (const char c : rule->to) put(key, c);
    i += rule->from.size();
  }
  if (key.size() > kShort && key.back() == 'h') key.pop_back();
  if (key.size() > kShort && key.back() == 'f') key.back() = 'v';
  return key;
}

std::string consonant_key(std::string_view text) {
  std::string key;
  for (const char c : sound_key(text))
    if (!is_vowel(c) && c != 'v') key += c;
  if (key.size() > 1 && key.back() == 'h') key.pop_back();
  return key;
}

std::string korean_key(std::string_view text) {
  std::string key;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const char c = text[i];
    const bool is_before_vowel =
        i + 1 < text.size() && (is_vowel(text[i + 1]) || text[i + 1] == 'y');
    if (rest.starts_with("eo") || rest.starts_with("eu") || rest.starts_with("oo") ||
        rest.starts_with("ou")) {
      put(key, 'o');
      ++i;
    } else if (rest.starts_with("ae") || rest.starts_with("ai")) {
      put(key, 'e');
      ++i;
    } else if (rest.starts_with("ee")) {
      put(key, 'i');
      ++i;
    } else if (rest.starts_with("ch") || rest.starts_with("sh")) {
      put(key, c);
      ++i;
    } else if (c == 'u' || c == 'o') {
      put(key, 'o');
    } else if (c == 'g' || c == 'q') {
      put(key, 'k');
    } else if (c == 'd') {
      put(key, 't');
    } else if (c == 'b') {
      put(key, 'p');
    } else if (c == 'j') {
      put(key, 'c');
    } else if (c == 'r' || c == 'l') {
      // Lee is Yi is I; Park is Pak.
      if (is_before_vowel && !(i == 0 && (text[1] == 'i' || text[1] == 'e' || text[1] == 'y')))
        put(key, 'l');
    } else if (c == 'y') {
      if (!is_before_vowel || text[i + 1] == 'i') put(key, 'i');
    } else if (c == 'h' && i + 1 == text.size() && i > 0) {
      // Oh, Noh
    } else {
      put(key, c);
    }
  }
  return key;
}

Sound sound_of(const Token& token) {
  return made_sound(token.text, token.script);
}
Sound sound_of(const Token& first, const Token& second) {
  return made_sound(first.text + second.text,
                    first.script == second.script ? first.script : Script::letters);
}

int errors_allowed_at_most(std::size_t size) {
  return size <= 3 ? 0 : size < 9 ? 1 : 2;
}
int errors_allowed(std::size_t a, std::size_t b) {
  const std::size_t longer = std::max(a, b);
  if (longer <= 4) return 0;
  return std::min(errors_allowed_at_most(std::min(a, b)), longer < 10 ? 1 : 2);
}

int edit_distance(std::string_view a, std::string_view b, int max) {
  if (a.size() > b.size()) std::swap(a, b);
  const auto longer = static_cast<int>(b.size());
  const auto shorter = static_cast<int>(a.size());
  if (longer - shorter > max) return max + 1;
  // 80: two tokens joined.
  std::array<std::array<int, 2 * token_bytes_max + 1>, 3> rows{};
  if (b.size() > 2 * token_bytes_max) return max + 1;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& before = rows[(i + 2) % 3];
    const auto& earlier = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    int least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], earlier[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > max) return max + 1;
  }
  return rows[a.size() % 3][b.size()];
}

Likeness likeness(const Sound& a, const Sound& b) {
  if (a.text == b.text) return {kSame, "same"};
  if (a.script != b.script) {
    const bool has_hangul = a.script == Script::hangul || b.script == Script::hangul;
    const std::string key = has_hangul ? korean_key(a.text) : consonant_key(a.text);
    if (!key.empty() && key == (has_hangul ? korean_key(b.text) : consonant_key(b.text)))
      return {has_hangul             ? kKorean
              : key.size() >= kShort ? kConsonants
                                     : least_script_score,
              "script"};
  }
  const std::size_t size = std::max(a.text.size(), b.text.size());
  const int max = errors_allowed(a.text.size(), b.text.size());
  Likeness best;
  if (a.key == b.key) {
    best = {a.key.size() > kShort ? same_sound_score : kSoundShort, "sound"};
  } else if (max > 0 && may_be_alike(a.key_letters, b.key_letters, max)) {
    const int errors = edit_distance(a.key, b.key, max);
    if (errors <= max)
      best = {distance_score(kSoundSpelling, errors, std::max(a.key.size(), b.key.size())),
              "sound"};
  }
  if (max > 0 && may_be_alike(a.text_letters, b.text_letters, max)) {
    const int errors = edit_distance(a.text, b.text, max);
    const int score = errors <= max ? distance_score(kSame, errors, size) : 0;
    if (score > best.score) best = {score, "spelling"};
  }
  if (best.score > 0 && best.score < same_sound_score && !a.key.empty() && !b.key.empty() &&
      a.key.front() != b.key.front())
    best.score -= kFirstLetter;
  return best;
}

}  // namespace vostro::bridge::screening
