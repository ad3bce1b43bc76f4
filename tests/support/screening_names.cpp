#include "tests/support/screening_names.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <span>

#include "bridge/screening/readers.h"
#include "tests/support/test_data.h"

namespace vostro::test {
namespace {

using bridge::screening::List;
using bridge::screening::ListEntry;
using Words = std::vector<std::string>;

/// SplitMix64: the standard's distributions differ between libraries.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
  }
  bool one_in(std::size_t bound) { return below(bound) == 0; }
  std::string of(std::span<const std::string_view> words) {
    return std::string(words[below(words.size())]);
  }

 private:
  std::uint64_t state_;
};

constexpr auto kSlavicGiven = std::to_array<std::string_view>(
    {"Aleksandr", "Sergei",    "Dmitry",     "Yevgeny", "Nikolai",   "Mikhail",
     "Andrei",    "Vladislav", "Oleg",       "Igor",    "Yuri",      "Konstantin",
     "Tatyana",   "Olga",      "Svetlana",   "Yelena",  "Lyudmila",  "Oksana",
     "Bogdan",    "Zoran",     "Vyacheslav", "Gennady", "Stanislav", "Ruslan"});
constexpr auto kSlavicStem = std::to_array<std::string_view>(
    {"Bor",  "Vel",  "Zhar", "Kras",  "Dobr",    "Yar",   "Sokol", "Tur",   "Gorod",
     "Pavl", "Luzh", "Rad",  "Stolb", "Mur",     "Khval", "Shub",  "Chern", "Bel",
     "Vor",  "Kuz",  "Lev",  "Mak",   "Nov",     "Ostr",  "Polt",  "Ryab",  "Selez",
     "Tik",  "Ust",  "Fil",  "Tsel",  "Shchegl", "Yezh",  "Zub"});
constexpr auto kSlavicEnd = std::to_array<std::string_view>(
    {"ov", "in", "enko", "sky", "chuk", "ev", "ovich", "akov", "unin", "etsky", "ikhin", "arov"});
constexpr auto kArabicGiven = std::to_array<std::string_view>(
    {"Mohammed", "Ahmad",    "Khalid", "Hussein",    "Abdul Rahman", "Yusuf",   "Ibrahim",
     "Mahmoud",  "Abdullah", "Jamal",  "Tariq",      "Faisal",       "Nasser",  "Omar",
     "Hamza",    "Samir",    "Fatima", "Aisha",      "Bilal",        "Mustafa", "Qasim",
     "Zaid",     "Sulaiman", "Walid",  "Abdel Aziz", "Ghassan"});
constexpr auto kArabicStem = std::to_array<std::string_view>(
    {"Badr", "Shar", "Qur", "Tal",  "Haf",  "Mans", "Dur", "Kub", "Zah",  "Ras",  "Najm",
     "Farr", "Sal",  "Jib", "Ghar", "Tamr", "Wadd", "Yas", "Lub", "Hadr", "Basr", "Nim"});
constexpr auto kArabicEnd = std::to_array<std::string_view>(
    {"ani", "awi", "ouni", "ali", "idi", "our", "ari", "ashi", "imi", "abi", "udi", "essi"});
constexpr auto kLatinGiven = std::to_array<std::string_view>(
    {"Maria", "Jose", "Carlos", "Ana", "Luis", "Jorge", "Rosa", "Pedro", "Miguel", "Lucia",
     "Fernando", "Ricardo", "Elena", "Sofia", "Diego", "Andres", "Pablo", "Carmen"});
constexpr auto kLatinStem = std::to_array<std::string_view>(
    {"Alv", "Bel",  "Cast", "Dom",   "Esc", "Fuent", "Gall", "Herr", "Iban", "Lop", "Mend",
     "Nav", "Oliv", "Pal",  "Quint", "Riv", "Salc",  "Torr", "Urb",  "Vald", "Zamb"});
constexpr auto kLatinEnd = std::to_array<std::string_view>(
    {"arez", "ero", "illo", "ado", "ano", "ada", "inez", "osa", "uela", "alba", "ete", "iz"});
constexpr auto kChineseFamily =
    std::to_array<std::string_view>({"Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Huang", "Zhao",
                                     "Wu", "Zhou", "Xu", "Sun", "Guo", "Zhu", "Deng", "Feng"});
constexpr auto kChineseSyllable = std::to_array<std::string_view>(
    {"Wei",  "Jing", "Xiao", "Ming",  "Hua",  "Guo",   "Qiang", "Jun",  "Ping",  "Hong",  "Zhi",
     "Yong", "Shu",  "Fang", "Cheng", "Bo",   "Dong",  "Rui",   "Tao",  "Yan",   "Liang", "Peng",
     "Gang", "Bin",  "Chao", "Hui",   "Jie",  "Kai",   "Lei",   "Long", "Mei",   "Na",    "Qing",
     "Rong", "Shan", "Ting", "Wen",   "Xin",  "Ying",  "Yuan",  "Ze",   "Zhong", "Hai",   "Jian",
     "Ling", "Nan",  "Qi",   "Sheng", "Tian", "Xiang", "Xue",   "Yi",   "Yu",    "Zheng"});
constexpr auto kCompanyStem = std::to_array<std::string_view>(
    {"Alt",   "Bor",  "Cem", "Dal",  "Eur", "Fer", "Glob", "Hydr", "Ind",
     "Kav",   "Lum",  "Met", "Nor",  "Ort", "Pet", "Quar", "Ros",  "Sil",
     "Trans", "Ural", "Ver", "West", "Zen", "Omn", "Pol"});
constexpr auto kCompanyMiddle =
    std::to_array<std::string_view>({"a", "o", "i", "e", "ova", "ide", "amo", "ela", "uri", "eni"});
constexpr auto kCompanyEnd = std::to_array<std::string_view>(
    {"tek", "max", "prom", "stroi", "gas", "line", "mar", "cor", "via", "dyne", "sat", "kor"});
constexpr auto kBranch = std::to_array<std::string_view>(
    {"Trading",       "Shipping",      "Petroleum",       "Engineering",
     "Industries",    "Aviation",      "Group",           "Holding",
     "Bank",          "Investment",    "International",   "General Trading",
     "Technology",    "Construction",  "Electronics",     "Logistics",
     "Import Export", "Chemicals",     "Marine Services", "Machinery",
     "Financial",     "National Bank", "Development"});
constexpr auto kForm = std::to_array<std::string_view>(
    {"Ltd", "LLC", "GmbH", "S.A.", "Co., Ltd.", "FZE", "JSC", "Inc.", "S.R.L.", "A.S.", "PLC"});

constexpr auto kSyllable = std::to_array<std::string_view>(
    {"",   "",   "an", "el", "im", "or", "ut", "ash", "eb", "ik",  "om", "ur", "ad", "ev", "il",
     "on", "ug", "az", "ed", "ir", "os", "uk", "am",  "en", "ish", "ov", "us", "at", "er", "il"});

std::string made(Chance& chance, std::span<const std::string_view> stems,
                 std::span<const std::string_view> ends) {
  return chance.of(stems) + chance.of(kSyllable) + chance.of(ends);
}

/// A name in its parts; the last one is the family name, or the company's own word is the first.
struct Made {
  enum class Style : std::uint8_t { slavic, arabic, latin, chinese, company } style{};
  Words parts;
  std::string form;

  [[nodiscard]] bool is_company() const { return style == Style::company; }
};

std::string text_of(const Made& name) {
  std::string text;
  for (const std::string& part : name.parts) text += (text.empty() ? "" : " ") + part;
  return name.form.empty() ? text : text + " " + name.form;
}

Made make(Chance& chance) {
  Made name;
  switch (chance.below(6)) {
    case 0:
      name.style = Made::Style::slavic;
      name.parts = {chance.of(kSlavicGiven), chance.of(kSlavicGiven) + "ovich",
                    made(chance, kSlavicStem, kSlavicEnd)};
      if (chance.one_in(3)) name.parts.erase(name.parts.begin() + 1);
      break;
    case 1:
      name.style = Made::Style::arabic;
      name.parts = {chance.of(kArabicGiven), chance.of(kArabicGiven),
                    "al-" + made(chance, kArabicStem, kArabicEnd)};
      if (chance.one_in(3)) name.parts.erase(name.parts.begin() + 1);
      break;
    case 2:
      name.style = Made::Style::latin;
      name.parts = {chance.of(kLatinGiven), made(chance, kLatinStem, kLatinEnd),
                    made(chance, kLatinStem, kLatinEnd)};
      break;
    case 3:
      name.style = Made::Style::chinese;
      name.parts = {chance.of(kChineseFamily),
                    chance.of(kChineseSyllable) + "-" + chance.of(kChineseSyllable)};
      break;
    default:
      name.style = Made::Style::company;
      name.parts = {chance.of(kCompanyStem) + chance.of(kCompanyMiddle) + chance.of(kSyllable) +
                        chance.of(kCompanyEnd),
                    chance.of(kBranch)};
      if (chance.one_in(2)) name.parts.push_back(chance.of(kBranch));
      name.form = chance.of(kForm);
  }
  return name;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// One error of a typist in a word of five letters or more; the first letter stays.
bool mistype(Chance& chance, Words& parts) {
  std::vector<std::size_t> long_ones;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i].size() >= 5 && parts[i].find_first_of(" -") == std::string::npos)
      long_ones.push_back(i);
  if (long_ones.empty()) return false;
  std::string& word = parts[long_ones[chance.below(long_ones.size())]];
  const std::size_t at = 1 + chance.below(word.size() - 2);
  const char letter = static_cast<char>('a' + chance.below(26));
  switch (chance.below(4)) {
    case 0:
      word.erase(at, 1);
      break;
    case 1:
      word.insert(at, 1, letter);
      break;
    case 2:
      word[at] = letter;
      break;
    default:
      std::swap(word[at], word[at + 1]);
  }
  return true;
}

struct Respelling {
  std::string_view from, to;
};
/// As other conventions write the same sounds.
std::string respell(std::string text, std::span<const Respelling> rules) {
  std::string out;
  text = lower(std::move(text));
  for (std::size_t i = 0; i < text.size();) {
    const auto rule = std::ranges::find_if(rules, [&](const Respelling& r) {
      return std::string_view(text).substr(i).starts_with(r.from);
    });
    if (rule == rules.end()) {
      out += text[i++];
    } else {
      out += rule->to;
      i += rule->from.size();
    }
  }
  return out;
}
constexpr Respelling kSlavicOther[]{{"aleksandr", "alexander"},
                                    {"yevgeny", "evgeni"},
                                    {"shch", "sch"},
                                    {"zh", "j"},
                                    {"ei", "ey"},
                                    {"ai", "ay"},
                                    {"sky", "skiy"},
                                    {"ya", "ia"},
                                    {"yu", "iu"},
                                    {"v", "w"}};
constexpr Respelling kArabicOther[]{{"mohammed", "muhamad"},
                                    {"abdul rahman", "abdurrahman"},
                                    {"abdel aziz", "abdulaziz"},
                                    {"hussein", "husayn"},
                                    {"yusuf", "youssef"},
                                    {"ou", "u"},
                                    {"q", "k"},
                                    {"al-", "el "},
                                    {"omar", "umar"},
                                    {"sulaiman", "suleyman"},
                                    {"khalid", "khaled"},
                                    {"ee", "i"}};
/// From Latin letters back to the ones that they stand for.
constexpr Respelling kCyrillic[]{
    {"shch", "\u0449"}, {"zh", "\u0436"},       {"kh", "\u0445"},       {"ts", "\u0446"},
    {"ch", "\u0447"},   {"sh", "\u0448"},       {"yu", "\u044E"},       {"ya", "\u044F"},
    {"ye", "\u0435"},   {"ei", "\u0435\u0439"}, {"ai", "\u0430\u0439"}, {"a", "\u0430"},
    {"b", "\u0431"},    {"v", "\u0432"},        {"g", "\u0433"},        {"d", "\u0434"},
    {"e", "\u0435"},    {"z", "\u0437"},        {"i", "\u0438"},        {"k", "\u043A"},
    {"l", "\u043B"},    {"m", "\u043C"},        {"n", "\u043D"},        {"o", "\u043E"},
    {"p", "\u043F"},    {"r", "\u0440"},        {"s", "\u0441"},        {"t", "\u0442"},
    {"u", "\u0443"},    {"f", "\u0444"},        {"y", "\u0439"}};

/// One way in which a name is written otherwise; empty where it does not apply.
struct Way {
  std::string_view kind;
  std::function<std::string(Chance&, Made)> write;
};
const std::vector<Way>& ways() {
  static const std::vector<Way> all{
      {"same", [](Chance&, Made name) { return lower(text_of(name)); }},
      {"typing_error",
       [](Chance& chance, Made name) {
         return mistype(chance, name.parts) ? text_of(name) : std::string();
       }},
      {"two_typing_errors",
       [](Chance& chance, Made name) {
         return name.parts.size() > 2 && mistype(chance, name.parts) && mistype(chance, name.parts)
                    ? text_of(name)
                    : std::string();
       }},
      {"order",
       [](Chance&, Made name) {
         if (name.is_company() || name.parts.size() < 2) return std::string();
         std::rotate(name.parts.begin(), name.parts.end() - 1, name.parts.end());
         name.parts.front() += ",";
         return text_of(name);
       }},
      {"initial",
       [](Chance&, Made name) {
         if (name.is_company() || name.style == Made::Style::chinese || name.parts.size() < 2)
           return std::string();
         name.parts.front() = name.parts.front().substr(0, 1) + ".";
         return text_of(name);
       }},
      {"middle_name_left_out",
       [](Chance&, Made name) {
         if (name.is_company() || name.parts.size() < 3) return std::string();
         name.parts.erase(name.parts.begin() + 1);
         return text_of(name);
       }},
      {"company_form",
       [](Chance& chance, Made name) {
         if (!name.is_company()) return std::string();
         name.form = chance.one_in(3) ? "" : chance.of(kForm);
         if (chance.one_in(4)) {
           name.form.clear();
           return "OOO \"" + text_of(name) + "\"";
         }
         return text_of(name);
       }},
      {"other_spelling",
       [](Chance&, Made name) {
         if (name.style == Made::Style::slavic) return respell(text_of(name), kSlavicOther);
         if (name.style == Made::Style::arabic) return respell(text_of(name), kArabicOther);
         return std::string();
       }},
      {"cyrillic",
       [](Chance&, Made name) {
         return name.style == Made::Style::slavic ? respell(text_of(name), kCyrillic)
                                                  : std::string();
       }},
      {"joined_or_parted",
       [](Chance&, Made name) {
         if (name.style != Made::Style::chinese) return std::string();
         std::erase(name.parts[1], '-');
         return text_of(name);
       }},
      {"title_and_particle",
       [](Chance&, Made name) {
         if (name.style != Made::Style::arabic) return std::string();
         name.parts.back().erase(0, 3);
         return "Mr " + text_of(name);
       }},
      {"look_alike_letters",
       [](Chance&, Made name) {
         constexpr Respelling kRules[]{{"a", "\u0430"}, {"o", "\u043E"}, {"e", "\u0435"}};
         return name.style == Made::Style::slavic ? respell(text_of(name), kRules) : std::string();
       }},
  };
  return all;
}

const std::vector<Way>& wrong_ways() {
  static const std::vector<Way> all{
      {"other_family_name",
       [](Chance& chance, Made name) {
         if (name.is_company()) return std::string();
         Made other = make(chance);
         while (other.style != name.style) other = make(chance);
         if (name.style == Made::Style::chinese)
           name.parts.back() = other.parts.back();
         else
           name.parts.back() = other.parts.back();
         return text_of(name);
       }},
      {"other_given_name",
       [](Chance& chance, Made name) {
         if (name.is_company() || name.style == Made::Style::chinese) return std::string();
         Made other = make(chance);
         while (other.style != name.style || other.parts.front() == name.parts.front())
           other = make(chance);
         name.parts = {other.parts.front(), name.parts.back()};
         return text_of(name);
       }},
      {"other_company_same_branch",
       [](Chance& chance, Made name) {
         if (!name.is_company()) return std::string();
         Made other = make(chance);
         while (!other.is_company()) other = make(chance);
         name.parts.front() = other.parts.front();
         return text_of(name);
       }},
      {"branch_words_only",
       [](Chance& chance, Made name) {
         if (!name.is_company()) return std::string();
         name.parts.front() = chance.of(kBranch);
         return text_of(name);
       }},
      {"anybody", [](Chance& chance, Made) { return text_of(make(chance)); }},
  };
  return all;
}

constexpr std::uint64_t kAliasSeed = 0x5eed'a11a;

/// "LAST, First Middle" of a published list, or a company's words.
Made parsed(const ListEntry& entry) {
  Made name;
  name.style = entry.kind == "individual" ? Made::Style::latin : Made::Style::company;
  std::string last;
  std::string text = entry.names.front().text;
  if (const std::size_t comma = text.find(", "); comma != std::string::npos && !name.is_company()) {
    last = text.substr(0, comma);
    text.erase(0, comma + 2);
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) name.parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (!last.empty()) name.parts.push_back(std::move(last));
  return name;
}

/// The names that a list's seed makes, in its order: kept here because a list has only texts.
std::vector<Made> names_of(std::uint64_t seed, std::size_t count) {
  Chance chance(seed);
  std::vector<Made> all;
  std::set<std::string> seen;
  while (all.size() < count)
    if (Made name = make(chance); seen.insert(text_of(name)).second) all.push_back(std::move(name));
  return all;
}

/// An invented entry's id is "I-<seed>-<place>": what it was made of is found again.
std::pair<std::uint64_t, std::size_t> origin_of(const ListEntry& entry) {
  const std::size_t dash = entry.id.find('-', 2);
  return {std::stoull(entry.id.substr(2, dash - 2)), std::stoull(entry.id.substr(dash + 1))};
}

std::vector<LabelledName> labelled(const List& list, std::uint64_t seed, std::size_t count,
                                   const std::vector<Way>& all_ways, bool is_hit) {
  Chance chance(seed);
  std::vector<Made> originals;
  if (list.entries.front().id.starts_with("I-"))
    originals = names_of(origin_of(list.entries.front()).first, list.entries.size());
  else
    for (const ListEntry& entry : list.entries) originals.push_back(parsed(entry));
  std::set<std::string> listed;
  for (const ListEntry& entry : list.entries)
    for (const auto& name : entry.names) listed.insert(lower(name.text));
  std::vector<LabelledName> made;
  for (std::size_t turn = 0; made.size() < count; ++turn) {
    const Way& way = all_ways[turn % all_ways.size()];
    // Kinds are of one size, whatever share of the names they apply to.
    for (int tries = 0; tries < 1000; ++tries) {
      const std::size_t place = chance.below(originals.size());
      std::string asked = way.write(chance, originals[place]);
      if (asked.empty() || (!is_hit && listed.contains(lower(asked)))) continue;
      made.push_back({std::string(way.kind), std::move(asked),
                      is_hit ? list.entries[place].id : std::string()});
      break;
    }
  }
  return made;
}

}  // namespace

List invented_list(std::uint64_t seed, std::size_t count, std::string_view name) {
  List list;
  list.version.name = name;
  list.version.published = parse_date("2026-01-01");
  Chance chance(seed ^ kAliasSeed);
  std::size_t place = 0;
  for (const Made& each : names_of(seed, count)) {
    ListEntry entry;
    entry.id = "I-" + std::to_string(seed) + "-" + std::to_string(place++);
    entry.kind = each.is_company() ? "entity" : "individual";
    entry.programme = "INVENTED";
    entry.names = {{text_of(each), false, false}};
    if (chance.one_in(3)) {
      Made other = make(chance);
      while (other.style != each.style) other = make(chance);
      entry.names.push_back({text_of(other), true, false});
    }
    list.version.names += entry.names.size();
    list.entries.push_back(std::move(entry));
  }
  list.version.entries = list.entries.size();
  return list;
}

std::vector<LabelledName> rewritten(const List& list, std::uint64_t seed, std::size_t count) {
  return labelled(list, seed, count, ways(), true);
}
std::vector<LabelledName> innocent(const List& list, std::uint64_t seed, std::size_t count) {
  return labelled(list, seed, count, wrong_ways(), false);
}

std::vector<Rate> rates(const bridge::screening::Screener& screener,
                        const std::vector<LabelledName>& names) {
  std::map<std::string, Rate> by_kind;
  Rate all{"all", 0, 0};
  for (const LabelledName& each : names) {
    const auto found = screener.screen({{"debtor", each.asked, ""}});
    const bool is_hit = each.entry.empty() ? !found.is_clear()
                                           : std::ranges::any_of(found.hits, [&](const auto& hit) {
                                               return hit.entry == each.entry;
                                             });
    Rate& rate = by_kind[each.kind];
    for (Rate* one : {&rate, &all}) {
      ++one->asked;
      one->hits += is_hit ? 1 : 0;
    }
  }
  std::vector<Rate> made;
  for (auto& [kind, rate] : by_kind) {
    rate.kind = kind;
    made.push_back(std::move(rate));
  }
  made.push_back(std::move(all));
  return made;
}

std::vector<List> published_lists() {
  using namespace bridge::screening;  // NOLINT: readers
  const auto sdn = test_data("sanctions/ofac_sdn.csv");
  const auto alt = test_data("sanctions/ofac_alt.csv");
  const auto add = test_data("sanctions/ofac_add.csv");
  const auto un = test_data("sanctions/un_consolidated_slice.xml");
  if (!sdn || !alt || !add || !un) return {};
  const std::string sdn_text = read_text(*sdn);
  const std::string alt_text = read_text(*alt);
  const std::string add_text = read_text(*add);
  auto ofac = read_ofac_csv({sdn_text, alt_text, add_text}, "ofac-sdn");
  auto nations = read_un_xml(read_text(*un), "un");
  EXPECT_TRUE(ofac) << ofac.error().line << ": " << ofac.error().what;
  EXPECT_TRUE(nations) << nations.error().line << ": " << nations.error().what;
  std::vector<List> lists;
  if (ofac && nations) lists = {*std::move(ofac), *std::move(nations)};
  return lists;
}

LabelledPairs labelled_pairs() {
  LabelledPairs pairs;
  const auto file = test_data("sanctions/cross_script_pairs.csv");
  if (!file) return pairs;
  std::string text = read_text(*file);
  std::string kind;
  std::size_t place = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.starts_with("Query,")) continue;
    // "# Arabic to Latin (excellent ...": what the next ones are.
    if (line.front() == '#') {
      if (const std::size_t to = line.find(" to Latin"); to != std::string::npos)
        kind = lower(line.substr(2, std::min(line.find(' ', 2), to) - 2));
      continue;
    }
    const std::size_t comma = line.find(',');
    const std::size_t second = line.find(',', comma + 1);
    ListEntry entry;
    entry.id = std::to_string(place++);
    entry.kind = "individual";
    entry.names = {{line.substr(comma + 1, second - comma - 1), false, false}};
    pairs.names.push_back({kind, line.substr(0, comma), entry.id});
    pairs.list.entries.push_back(std::move(entry));
  }
  pairs.list.version.name = "pairs";
  return pairs;
}

std::vector<List> filled_up(std::vector<List> lists) {
  std::size_t names = 0;
  for (const List& each : lists) names += each.version.names;
  // A third of the invented ones has an alias.
  if (names < names_wanted)
    lists.push_back(invented_list(2026, (names_wanted - names) * 3 / 4 + 200));
  return lists;
}

}  // namespace vostro::test
