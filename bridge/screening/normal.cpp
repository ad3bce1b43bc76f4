#include "bridge/screening/normal.h"

#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "base/text.h"
#include "bridge/screening/words.h"

namespace vostro::bridge::screening {
namespace {

constexpr std::size_t kNameBytesMax = 1024;
constexpr std::size_t kAbdRest = 4;  // letters behind "abdul" that make a name of their own

const icu::Transliterator& transliterator(const char* rules) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Transliterator* made =
      icu::Transliterator::createInstance(rules, UTRANS_FORWARD, status);
  // ICU's own data, which come with the library.
  VOSTRO_CHECK(U_SUCCESS(status) && made != nullptr);
  return *made;
}
const icu::Transliterator& compatible() {
  static const icu::Transliterator& made = transliterator("Any-NFKC");
  return made;
}
const icu::Transliterator& to_latin() {
  static const icu::Transliterator& made =
      transliterator("Russian-Latin/BGN; Any-Latin; Latin-ASCII; Any-Lower");
  return made;
}

/// Letters of other scripts that look like a Latin one. In a word that mixes both they were put
/// there to look so.
char16_t look_alike(UChar32 c) {
  static constexpr std::u16string_view kFrom =
      u"\u0430\u0432\u0435\u043A\u043C\u043D\u043E\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458"
      u"\u0410\u0412\u0415\u041A\u041C\u041D\u041E\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
      u"\u0391\u0392\u0395\u0396\u0397\u0399\u039A\u039C\u039D\u039F\u03A1\u03A4\u03A5\u03A7\u03BF";
  static constexpr std::u16string_view kTo =
      u"abekmhopctyxsij"
      u"abekmhopctyxsij"
      u"abezhikmnoptyxo";
  static_assert(kFrom.size() == kTo.size());
  const std::size_t at =
      c > 0xFFFF ? std::u16string_view::npos : kFrom.find(static_cast<char16_t>(c));
  return at == std::u16string_view::npos ? u'\0' : kTo[at];
}

/// A run of letters and digits as it stood, and what tells how to read it.
struct Word {
  icu::UnicodeString text;
  bool is_dotted = false;  // single letters with points or strokes between: "S.A.", "A/S"
  int commas = 0;          // before it
};

bool is_apostrophe(UChar32 c) {
  return c == '\'' || c == '`' || c == 0xB4 || (c >= 0x2018 && c <= 0x201B) ||
         (c >= 0x02B9 && c <= 0x02BF) || c == 0x0640;  // Arabic's lengthening stroke, too
}
bool is_part_of_word(UChar32 c) {
  return u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}
bool is_unseen(UChar32 c) {
  return u_charType(c) == U_FORMAT_CHAR || u_charType(c) == U_CONTROL_CHAR;
}

std::vector<Word> words_of(const icu::UnicodeString& text) {
  std::vector<Word> words;
  Word now;
  int commas = 0;
  const auto end_word = [&] {
    now.commas = commas;
    if (!now.text.isEmpty()) words.push_back(std::move(now));
    now = {};
  };
  const auto letters = [](const icu::UnicodeString& of) { return of.countChar32(); };
  std::int32_t run = 0;  // letters since the last point
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (is_part_of_word(c)) {
      // A second letter after a point: "St.Petersburg" is two words.
      if (now.is_dotted && ++run > 1) {
        const UChar32 first = now.text.char32At(now.text.moveIndex32(now.text.length(), -1));
        now.text.truncate(now.text.moveIndex32(now.text.length(), -1));
        end_word();
        now.text.append(first);
        run = 0;
      }
      now.text.append(c);
    } else if ((c == '.' || c == '/') && (now.is_dotted || letters(now.text) == 1)) {
      now.is_dotted = true;
      run = 0;
    } else if (!is_apostrophe(c) && (!is_unseen(c) || u_isspace(c))) {
      end_word();
      run = 0;
      if (c == ',') ++commas;
    }
  }
  end_word();
  return words;
}

/// Which scripts a word has in it.
struct Scripts {
  bool latin = false, confusable = false, consonants = false, hangul = false;
};
Scripts scripts_of(const icu::UnicodeString& text) {
  Scripts found;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(text.char32At(i), &status)) {
      case USCRIPT_LATIN:
        found.latin = true;
        break;
      case USCRIPT_CYRILLIC:
      case USCRIPT_GREEK:
        found.confusable = true;
        break;
      case USCRIPT_ARABIC:
      case USCRIPT_HEBREW:
      case USCRIPT_SYRIAC:
      case USCRIPT_THAI:
      case USCRIPT_LAO:
        found.consonants = true;
        break;
      case USCRIPT_HANGUL:
        found.hangul = true;
        break;
      default:
        break;
    }
  }
  return found;
}

class TokenMaker {
 public:
  void add(const Word& word) {
    const Scripts scripts = scripts_of(word.text);
    icu::UnicodeString text = word.text;
    if (scripts.latin && scripts.confusable)
      for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        if (const char16_t plain = look_alike(text.char32At(i)); plain != u'\0')
          text.replace(i, 1, plain);
    if (scripts.hangul) {
      // Each syllable is a token: where one ends in Latin letters is guesswork.
      for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
        latin(icu::UnicodeString(text.char32At(i)), Script::hangul, false);
      return;
    }
    latin(std::move(text), scripts.consonants ? Script::consonants : Script::letters,
          word.is_dotted);
  }
  void add_ascii(std::string_view text, bool is_dotted) {
    pieces(text, Script::letters, is_dotted);
  }

  [[nodiscard]] std::size_t count() const { return tokens_.size(); }
  std::vector<Token> take() { return std::move(tokens_); }

 private:
  void latin(icu::UnicodeString text, Script script, bool is_dotted) {
    to_latin().transliterate(text);
    std::string ascii;
    text.toUTF8String(ascii);
    pieces(ascii, script, is_dotted);
  }

  /// Blanks come from scripts that write without.
  void pieces(std::string_view text, Script script, bool is_dotted) {
    std::string token;
    const auto end_token = [&] {
      if (!token.empty()) push(std::move(token), script, is_dotted);
      token.clear();
    };
    for (const char c : text) {
      if (c == ' ' || c == '-')
        end_token();
      else if (is_lower(c) || is_digit(c))
        token += c;
      else if (is_upper(c))
        token += static_cast<char>(c - 'A' + 'a');
    }
    end_token();
  }
  void push(std::string token, Script script, bool is_dotted) {
    if (token.size() > token_bytes_max) token.resize(token_bytes_max);
    // "V.V." are initials, "S.A." is a form.
    if (is_dotted && !is_form(token)) {
      for (const char c : token) put({std::string(1, c), script, TokenClass::word});
      return;
    }
    // The article stands before the word in Arabic script, without a blank.
    if (script == Script::consonants && token.size() > 4 && token.starts_with("al"))
      token.erase(0, 2);
    put({std::move(token), script, TokenClass::word});
  }
  void put(Token token) {
    if (tokens_.size() < tokens_max) tokens_.push_back(std::move(token));
  }

  std::vector<Token> tokens_;
};

bool is_abd(std::string_view text) {
  return text == "abd" || text == "abdul" || text == "abdel" || text == "abdal" ||
         text == "abdur" || text == "abdu" || text == "abdoul";
}

/// "Abd al-Rahman", "Abdul Rahman" and "Abdurrahman" are one name: "abdrahman".
void join_abd(std::vector<Token>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].script != Script::letters) continue;
    std::string& text = tokens[i].text;
    if (is_abd(text)) {
      std::size_t next = i + 1;
      while (next < tokens.size() && tokens[next].kind == TokenClass::particle) ++next;
      if (next == tokens.size() || tokens[next].kind != TokenClass::word) continue;
      text = "abd" + tokens[next].text;
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                   tokens.begin() + static_cast<std::ptrdiff_t>(next) + 1);
      continue;
    }
    for (const std::string_view prefix : {"abdoul", "abdul", "abdel", "abdal", "abdur"})
      if (text.starts_with(prefix) && text.size() >= prefix.size() + kAbdRest) {
        text = "abd" + text.substr(prefix.size());
        break;
      }
  }
}

void mark_forms(std::vector<Token>& tokens) {
  const auto mark = [](std::span<Token> part) {
    for (Token& each : part) each.kind = TokenClass::form;
  };
  std::span<Token> rest(tokens);
  while (true) {
    const std::size_t count = form_at_end(rest);
    if (count == 0 || count >= rest.size()) break;
    mark(rest.last(count));
    rest = rest.first(rest.size() - count);
  }
  while (true) {
    const std::size_t count = form_at_begin(rest);
    if (count == 0 || count >= rest.size()) break;
    mark(rest.first(count));
    rest = rest.subspan(count);
  }
}

/// `behind_comma`: how many tokens stand behind the only comma; 0 where there is none.
void classify(std::vector<Token>& tokens, std::size_t behind_comma) {
  mark_forms(tokens);
  // "AL-RAHMAN, Abd": in the order in which they are spoken. A company's comma is another.
  if (std::ranges::none_of(tokens, [](const Token& t) { return t.kind == TokenClass::form; }))
    std::ranges::rotate(tokens, tokens.end() - static_cast<std::ptrdiff_t>(behind_comma));
  for (Token& each : tokens) {
    if (each.kind == TokenClass::form) continue;
    if (is_particle(each.text))
      each.kind = TokenClass::particle;
    else if (each.text.size() == 1 && is_lower(each.text[0]))
      each.kind = TokenClass::initial;
  }
  // A name of small words only is made of them.
  if (std::ranges::none_of(tokens, [](const Token& t) { return t.kind == TokenClass::word; }))
    for (Token& each : tokens)
      if (each.kind == TokenClass::particle) each.kind = TokenClass::word;
  join_abd(tokens);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

std::string_view cut(std::string_view name) {
  if (name.size() <= kNameBytesMax) return name;
  std::size_t size = kNameBytesMax;
  while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
  return name.substr(0, size);
}

}  // namespace

std::vector<Token> tokens_of(std::string_view name) {
  name = cut(name);
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  const bool is_plain = is_ascii(name);
  if (!is_plain) compatible().transliterate(text);
  TokenMaker maker;
  std::size_t before_comma = 0;
  int commas = 0;
  for (const Word& word : words_of(text)) {
    commas = word.commas;
    if (is_plain) {
      std::string ascii;
      word.text.toUTF8String(ascii);
      maker.add_ascii(ascii, word.is_dotted);
    } else {
      maker.add(word);
    }
    if (commas == 0) before_comma = maker.count();
  }
  std::vector<Token> tokens = maker.take();
  classify(tokens, commas == 1 ? tokens.size() - before_comma : 0);
  return tokens;
}

std::string without_unseen(std::string_view text) {
  if (is_clean_text(text)) return std::string(text);
  const icu::UnicodeString all = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < all.length(); i = all.moveIndex32(i, 1))
    if (const UChar32 c = all.char32At(i); !is_unseen(c) && c != 0x2028 && c != 0x2029)
      kept.append(c);
  std::string out;
  kept.toUTF8String(out);
  return out;
}

}  // namespace vostro::bridge::screening
