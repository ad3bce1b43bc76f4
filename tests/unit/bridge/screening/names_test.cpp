// Goal: names are read and compared as docs/screening.md says. Method: tables, and properties over
// seeded words against plain definitions.
#include <gtest/gtest.h>

#include <algorithm>

#include "bridge/screening/dictionary.h"
#include "bridge/screening/normal.h"
#include "bridge/screening/score.h"
#include "bridge/screening/words.h"
#include "tests/support/screening_names.h"

namespace vostro::bridge::screening {
namespace {

/// "pavel v. (al) [ltd]": an initial has a point, a particle and a form stand in brackets.
std::string shown(std::string_view name) {
  std::string text;
  for (const Token& each : tokens_of(name)) {
    if (!text.empty()) text += ' ';
    switch (each.kind) {
      case TokenClass::word:
        text += each.text;
        break;
      case TokenClass::initial:
        text += each.text + ".";
        break;
      case TokenClass::particle:
        text += "(" + each.text + ")";
        break;
      case TokenClass::form:
        text += "[" + each.text + "]";
        break;
    }
  }
  return text;
}

TEST(Tokens, AreThoseOfTheName) {
  struct Case {
    std::string name, tokens;
  };
  for (const Case& each : std::vector<Case>{
           {"Pavel Borkin", "pavel borkin"},
           {"BORKIN, Pavel", "pavel borkin"},
           {"  Pavel\t\nBorkin. ", "pavel borkin"},
           {"P. V. Borkin", "p. v. borkin"},
           {"P.V. Borkin", "p. v. borkin"},
           {"M\u00FCller-L\u00FCdenscheidt", "muller ludenscheidt"},
           {"\u0141\u00F3d\u017A \u00D8re Stra\u00DFe", "lodz ore strasse"},
           {"O'Neil d\u2019Artan", "oneil dartan"},
           // company forms
           {"Altamax Ltd", "altamax [ltd]"},
           {"Altamax Co., Ltd.", "altamax [co] [ltd]"},
           {"Altamax S.A. de C.V.", "altamax [sa] [de] [cv]"},
           {"Altamax S. A.", "altamax [s] [a]"},
           {"Altamax A/S", "altamax [as]"},
           {"Altamax Sp. z o.o.", "altamax [sp] [z] [oo]"},
           {"Altamax Limited Liability Company", "altamax [limited] [liability] [company]"},
           {"OOO \"Altamax\"", "[ooo] altamax"},
           {"\u041E\u041E\u041E \u00AB\u0410\u043B\u044C\u0442\u00BB", "[ooo] alt"},
           {"Ltd", "ltd"},
           {"Sa Ag", "sa [ag]"},
           // Arabic names
           {"Zaid al-Badrani", "zaid (al) badrani"},
           {"Abd al-Rahman Zaid", "abdrahman zaid"},
           {"Abdul Rahman Zaid", "abdrahman zaid"},
           {"Abdurrahman Zaid", "abdrahman zaid"},
           {"RAHMAN, Zaid Abdul", "zaid abdrahman"},
           {"Abdullah Zaid", "abdullah zaid"},
           {"Mr Bin", "mr bin"},
           // other scripts
           {"\u0421\u0435\u0440\u0433\u0435\u0439 \u0429\u0435\u0433\u043B\u043E\u0432",
            "sergey shcheglov"},
           {"\u0632\u064A\u062F", "zyd"},
           {"\u0627\u0644\u0628\u062F\u0631\u0627\u0646\u064A", "bdrany"},
           {"\uAE40\uC815\uC740", "gim jeong eun"},
           {"\u674E\u660E", "li ming"},
           {"\uFF30\uFF41\uFF56\uFF45\uFF4C", "pavel"},
           // letters of another script among Latin ones
           {"P\u0430v\u0435l B\u043Erkin", "pavel borkin"},
           {"Pa\u200Bvel", "pavel"},
           {"--- !!! ---", ""},
           {"", ""},
           {"\xff\xfe", ""}})
    EXPECT_EQ(shown(each.name), each.tokens) << each.name;
}

TEST(Tokens, AreBoundedWhateverTheNameIs) {
  const auto tokens = tokens_of(std::string(100'000, 'a') + " b");
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens.front().text.size(), token_bytes_max);
  std::string many;
  for (int i = 0; i < 500; ++i) many += "ab ";
  EXPECT_EQ(tokens_of(many).size(), tokens_max);
}

TEST(SoundKey, IsOneForSpellingsOfOneSound) {
  for (const auto& same : std::vector<std::vector<std::string>>{
           {"mohammed", "muhammad", "mohamed", "muhamad", "mohammad"},
           {"hussein", "husayn", "hussain", "hossein"},
           {"sergei", "sergey", "sergay"},
           {"yusuf", "yousuf"},
           {"osama", "usama"},
           {"khalid", "halid"},
           {"ivanov", "ivanoff", "iwanow"},
           {"aleksandr", "alexandr"},
           {"fatima", "fatimah"},
           {"mueller", "muller"}})
    for (const std::string& each : same)
      EXPECT_EQ(sound_key(each), sound_key(same.front())) << each;
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
           {"ivan", "igor"}, {"borkin", "barkov"}, {"zaid", "said"}, {"chen", "shen"}})
    EXPECT_NE(sound_key(a), sound_key(b)) << a;
}

TEST(OtherScripts, AreComparedByWhatTheyWrite) {
  EXPECT_EQ(consonant_key("mohamed"), consonant_key("mhmd"));
  EXPECT_EQ(consonant_key("khaled"), consonant_key("khald"));
  EXPECT_EQ(korean_key("park"), korean_key("bag"));
  EXPECT_EQ(korean_key("lee"), korean_key("i"));
  EXPECT_EQ(korean_key("jong"), korean_key("jeong"));
  EXPECT_NE(korean_key("kim"), korean_key("park"));
}

TEST(Likeness, IsWhatTheTableSays) {
  struct Case {
    std::string a, b;
    int score;
    std::string because;
  };
  const auto sound = [](const std::string& text) { return sound_of(Token{text}); };
  for (const Case& each : std::vector<Case>{{"borkin", "borkin", 1000, "same"},
                                            {"mohammed", "muhamad", 950, "sound"},
                                            {"ali", "aly", 850, "sound"},
                                            {"borkin", "borklin", 858, "spelling"},
                                            {"borkin", "brokin", 834, "spelling"},
                                            {"borkin", "morkin", 774, "spelling"},
                                            {"wang", "wing", 0, ""},
                                            {"ming", "ping", 0, ""},
                                            {"borkin", "barklin", 0, ""},
                                            {"valdominez", "valdmonez", 800, "spelling"}}) {
    const Likeness found = likeness(sound(each.a), sound(each.b));
    EXPECT_EQ(found.score, each.score) << each.a << " " << each.b;
    EXPECT_EQ(found.because, each.because) << each.a << " " << each.b;
  }
}

/// Words of few letters, so that alike ones are many.
class SeededWords {
 public:
  std::string next(std::size_t size_max) {
    std::string word;
    const std::size_t size = 1 + below(size_max);
    for (std::size_t i = 0; i < size; ++i) word += "abehiknostuy"[below(12)];
    return word;
  }
  /// The word with up to two errors.
  std::string altered(std::string word) {
    for (std::size_t errors = below(3); errors > 0 && word.size() > 1; --errors) {
      const std::size_t at = below(word.size());
      if (below(2) == 0)
        word.erase(at, 1);
      else
        word.insert(at, 1, "abehiknostuy"[below(12)]);
    }
    return word;
  }

 private:
  std::size_t below(std::size_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state_ >> 33) % bound);
  }
  std::uint64_t state_ = 20'261'129;
};

/// The definition, without bounds or shortcuts.
int plain_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

TEST(EditDistance, IsItsDefinitionUpToTheBound) {
  SeededWords words;
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = words.next(12);
    const std::string b = i % 2 == 0 ? words.altered(a) : words.next(12);
    const int plain = plain_distance(a, b);
    for (int max = 0; max <= 3; ++max) {
      EXPECT_EQ(std::min(edit_distance(a, b, max), max + 1), std::min(plain, max + 1))
          << a << " " << b;
      EXPECT_EQ(edit_distance(a, b, max) <= max, edit_distance(b, a, max) <= max);
    }
  }
  EXPECT_EQ(edit_distance(std::string(500, 'a'), std::string(500, 'a'), 2), 3);
}

TEST(Dictionary, FindsEveryWordThatIsAlike) {
  SeededWords words;
  Dictionary dictionary;
  std::vector<std::string> listed;
  for (int i = 0; i < 3'000; ++i) {
    std::string word = words.next(14);
    if (dictionary.add(sound_of(Token{word}), false) == listed.size())
      listed.push_back(std::move(word));
  }
  dictionary.finish();
  std::size_t alike = 0;
  for (int i = 0; i < 1'000; ++i) {
    const Sound asked = sound_of(Token{words.altered(listed[static_cast<std::size_t>(i)])});
    std::vector<WordId> expected;
    for (WordId id = 0; id < dictionary.size(); ++id)
      if (likeness(asked, dictionary.sound(id)).score > 0) expected.push_back(id);
    std::vector<WordId> found;
    for (const auto& each : dictionary.like(asked, true)) found.push_back(each.word);
    std::vector<WordId> missed;
    std::ranges::set_difference(expected, found, std::back_inserter(missed));
    EXPECT_TRUE(std::ranges::includes(expected, found));
    EXPECT_TRUE(missed.empty()) << asked.text << " misses "
                                << dictionary.sound(missed.front()).text;
    alike += expected.size();
  }
  EXPECT_GT(alike, 2'000U);
}

Name name_of(std::string_view text) {
  Name name;
  for (const Token& each : tokens_of(text))
    if (each.kind != TokenClass::form) {
      name.parts.push_back({sound_of(each), each.kind, {10, 10}});
      name.weight += Weights{10, 10};
    }
  name.joins = joins_of(name.parts);
  return name;
}

TEST(Compare, HasItsProperties) {
  const auto list = test::invented_list(5, 300);
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    const std::string text = list.entries[i].names.front().text;
    const Name name = name_of(text);
    const bool is_person = list.entries[i].kind == "individual";
    EXPECT_EQ(compare(name, name, is_person).score, 1000) << text;
    Name turned = name;
    std::ranges::reverse(turned.parts);
    turned.joins = joins_of(turned.parts);
    EXPECT_EQ(compare(turned, name, is_person).score, 1000) << text;
    const Name other = name_of(list.entries[(i * 7 + 1) % list.entries.size()].names.front().text);
    const int score = compare(name, other, is_person).score;
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 1000);
  }
}

TEST(Compare, PairsEachTokenOnce) {
  const Comparison found = compare(name_of("Ali Ali Borkin"), name_of("Ali Borkin"), false);
  EXPECT_EQ(found.pairs.size(), 2U);
  EXPECT_LT(found.score, 1000);
  EXPECT_EQ(compare(name_of("A. B."), name_of("Anna Borkin"), true).score, 0);
  EXPECT_EQ(compare(name_of("Jinping Xi"), name_of("Xi Jin-Ping"), true).score, 994);
}

}  // namespace
}  // namespace vostro::bridge::screening
