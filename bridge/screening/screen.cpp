#include "bridge/screening/screen.h"

#include <algorithm>
#include <bit>
#include <map>

#include "base/check.h"
#include "bridge/screening/dictionary.h"
#include "bridge/screening/normal.h"
#include "bridge/screening/score.h"
#include "bridge/screening/words.h"

namespace vostro::bridge::screening {
namespace {

// Weights: binary digits of how rare a sound is in the lists, and a little for all; for companies
// their square.
constexpr int kRarityBase = 2;
constexpr int kRarityUnknown = 10;    // of a word that no list has
constexpr int kCompanyBusiness = 16;  // of what a company does
constexpr Weights kWeightParticle{2, 4};
constexpr Weights kWeightInitial{8, 20};
constexpr Weights weights_of(int rarity) {
  return {2 * rarity, rarity * rarity};
}

std::vector<Part> parts_of(const std::vector<Token>& tokens) {
  std::vector<Part> parts;
  for (const Token& each : tokens)
    if (each.kind != TokenClass::form) parts.push_back({sound_of(each), each.kind, 0});
  return parts;
}

}  // namespace

struct Screener::Parts {
  struct Place {
    std::uint32_t name = 0;
    std::uint16_t weight = 0;  // of the word there, or of both
  };

  /// A listed name, ready.
  struct Record {
    std::uint32_t list = 0, entry = 0, name = 0;
    Name parts;
    bool is_person = false;
    bool has_initials = false;
  };

  std::vector<List> lists;
  std::vector<ListVersion> versions;
  Thresholds thresholds;
  std::vector<Record> records;
  Dictionary dictionary;
  std::vector<std::vector<Place>> places;  // of each word of the dictionary
  // Looked up, never iterated: how many names have a word of that sound.
  std::unordered_map<std::string, int> frequency;
  std::map<std::string, std::pair<std::size_t, const ListedCountry*>, std::less<>> countries;

  void take_lists();
  [[nodiscard]] Weights weight(const Part& part) const;
  void weigh(Name& name) const;
  [[nodiscard]] std::vector<std::uint32_t> candidates(const Name& asked) const;
  void screen_name(const Party& party, Finding& finding) const;
  void screen_country(const Party& party, Finding& finding) const;
  [[nodiscard]] Hit hit_of(const Party& party, const Name& asked, const Record& record,
                           const Comparison& found) const;
};

Weights Screener::Parts::weight(const Part& part) const {
  switch (part.kind) {
    case TokenClass::particle:
    case TokenClass::form:
      return kWeightParticle;
    case TokenClass::initial:
      return kWeightInitial;
    case TokenClass::word:
      break;
  }
  const auto found = frequency.find(part.sound.key);
  if (is_business_word(part.sound.text)) return {2 * kRarityUnknown, kCompanyBusiness};
  if (found == frequency.end()) return weights_of(kRarityUnknown);
  const auto rarity = static_cast<std::uint64_t>(records.size()) /
                      static_cast<std::uint64_t>(std::max(found->second, 1));
  return weights_of(kRarityBase + static_cast<int>(std::bit_width(rarity)));
}

void Screener::Parts::weigh(Name& name) const {
  name.weight = {};
  for (Part& part : name.parts) {
    part.weight = weight(part);
    name.weight += part.weight;
  }
  name.joins = joins_of(name.parts);
}

void Screener::Parts::take_lists() {
  for (std::uint32_t l = 0; l < lists.size(); ++l) {
    versions.push_back(lists[l].version);
    for (const ListedCountry& each : lists[l].countries)
      countries.emplace(each.code, std::pair{std::size_t{l}, &each});
    for (std::uint32_t e = 0; e < lists[l].entries.size(); ++e) {
      const ListEntry& entry = lists[l].entries[e];
      for (std::uint32_t n = 0; n < entry.names.size(); ++n) {
        Record record{l, e, n, {}, entry.kind == "individual", false};
        record.parts.parts = parts_of(tokens_of(entry.names[n].text));
        if (!record.parts.parts.empty()) records.push_back(std::move(record));
      }
    }
  }
  for (const Record& record : records) {
    std::vector<std::string> keys;
    for (const Part& part : record.parts.parts)
      if (part.kind == TokenClass::word) keys.push_back(part.sound.key);
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (std::string& key : keys) ++frequency[std::move(key)];
  }
  const auto note = [&](WordId word, std::uint32_t name, int weight) {
    if (places.size() <= word) places.resize(word + 1);
    places[word].push_back({name, static_cast<std::uint16_t>(weight)});
  };
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    Name& name = records[i].parts;
    weigh(name);
    for (const Part& part : name.parts) {
      records[i].has_initials |= part.kind == TokenClass::initial;
      if (part.kind == TokenClass::word)
        note(dictionary.add(part.sound, false), i, part.weight.of(records[i].is_person));
    }
    for (const Join& join : name.joins)
      note(dictionary.add(join.sound, true), i,
           name.parts[join.first].weight.of(records[i].is_person) +
               name.parts[join.second].weight.of(records[i].is_person));
  }
  places.resize(dictionary.size());
  dictionary.finish();
}

/// Names that can reach the threshold: those that have enough words like the ones that are asked
/// for. What is counted twice here only lets in too many.
std::vector<std::uint32_t> Screener::Parts::candidates(const Name& asked) const {
  struct Found {
    std::int64_t asked = 0;
    std::int64_t listed = 0;
  };
  std::vector<Found> found(records.size());
  std::vector<std::uint32_t> touched;
  const auto take = [&](const Sound& sound, const Weights& weight, bool has_joined) {
    for (const Dictionary::Found& like : dictionary.like(sound, has_joined))
      for (const Place& place : places[like.word]) {
        Found& at = found[place.name];
        if (at.asked == 0) touched.push_back(place.name);
        at.asked += std::int64_t{like.likeness.score} * weight.of(records[place.name].is_person);
        at.listed += std::int64_t{like.likeness.score} * place.weight;
      }
  };
  Weights small;  // initials and particles, which no index has
  bool has_initials = false;
  for (const Part& part : asked.parts) {
    if (part.kind == TokenClass::word)
      take(part.sound, part.weight, true);
    else
      small += part.weight;
    has_initials |= part.kind == TokenClass::initial;
  }
  for (const Join& join : asked.joins) {
    Weights both = asked.parts[join.first].weight;
    both += asked.parts[join.second].weight;
    take(join.sound, both, false);
  }
  std::erase_if(touched, [&](std::uint32_t name) {
    const Record& record = records[name];
    std::int64_t more_asked = small.of(record.is_person);
    std::int64_t more_listed = 0;
    for (const Part& part : record.parts.parts)
      if (part.kind != TokenClass::word || has_initials)
        more_listed += part.weight.of(record.is_person);
    const int asked_weight = asked.weight.of(record.is_person);
    if (record.has_initials) more_asked = asked_weight;
    return score_of(found[name].asked + 1000 * more_asked, asked_weight,
                    found[name].listed + 1000 * more_listed,
                    record.parts.weight.of(record.is_person), record.is_person) < thresholds.name;
  });
  return touched;
}

Hit Screener::Parts::hit_of(const Party& party, const Name& asked, const Record& record,
                            const Comparison& found) const {
  const List& list = lists[record.list];
  const ListEntry& entry = list.entries[record.entry];
  const ListedName& name = entry.names[record.name];
  Hit hit;
  hit.role = party.role;
  hit.asked = party.name;
  hit.list = list.version.name;
  hit.version = to_string(list.version);
  hit.entry = entry.id;
  hit.listed = name.text;
  hit.is_alias = name.is_alias;
  hit.is_weak = name.is_weak;
  hit.kind_of_entry = entry.kind;
  hit.programme = entry.programme;
  hit.countries = entry.countries;
  hit.is_country_alike = !party.country.empty() &&
                         std::ranges::find(entry.countries, party.country) != entry.countries.end();
  hit.score = found.score;
  hit.threshold = name.is_weak ? thresholds.weak_alias : thresholds.name;
  std::vector<bool> asked_used(asked.parts.size()), listed_used(record.parts.parts.size());
  const auto text_of = [](const Name& of, std::size_t place, bool is_joined,
                          std::vector<bool>& used) {
    if (!is_joined) {
      used[place] = true;
      return of.parts[place].sound.text;
    }
    const Join& join = of.joins[place];
    used[join.first] = used[join.second] = true;
    return of.parts[join.first].sound.text + "+" + of.parts[join.second].sound.text;
  };
  for (const Pair& pair : found.pairs) {
    TokenMatch match;
    match.asked = text_of(asked, pair.asked, pair.is_asked_joined, asked_used);
    match.listed = text_of(record.parts, pair.listed, pair.is_listed_joined, listed_used);
    match.score = pair.likeness.score;
    match.weight = weight_of(record.parts, pair.listed, pair.is_listed_joined, record.is_person);
    match.because = pair.likeness.because;
    hit.tokens.push_back(std::move(match));
  }
  for (std::size_t i = 0; i < asked_used.size(); ++i)
    if (!asked_used[i]) hit.unmatched.push_back(asked.parts[i].sound.text);
  for (std::size_t i = 0; i < listed_used.size(); ++i)
    if (!listed_used[i]) hit.unmatched.push_back(record.parts.parts[i].sound.text);
  return hit;
}

void Screener::Parts::screen_name(const Party& party, Finding& finding) const {
  Name asked;
  asked.parts = parts_of(tokens_of(party.name));
  if (asked.parts.empty()) return;
  weigh(asked);
  // The best name of each entry.
  std::map<std::pair<std::uint32_t, std::uint32_t>, Hit> best;
  for (const std::uint32_t place : candidates(asked)) {
    const Record& record = records[place];
    const ListedName& name = lists[record.list].entries[record.entry].names[record.name];
    const int threshold = name.is_weak ? thresholds.weak_alias : thresholds.name;
    const Comparison found = compare(asked, record.parts, record.is_person);
    if (found.score < threshold) continue;
    const auto [at, is_new] = best.try_emplace({record.list, record.entry});
    if (is_new || found.score > at->second.score) at->second = hit_of(party, asked, record, found);
  }
  for (auto& [place, hit] : best) finding.hits.push_back(std::move(hit));
}

void Screener::Parts::screen_country(const Party& party, Finding& finding) const {
  const auto found = countries.find(party.country);
  if (found == countries.end()) return;
  const auto& [list, country] = found->second;
  Hit hit;
  hit.kind = Hit::Kind::country;
  hit.role = party.role;
  hit.asked = party.country;
  hit.list = lists[list].version.name;
  hit.version = to_string(lists[list].version);
  hit.entry = country->code;
  hit.listed = country->basis;
  hit.programme = country->measure;
  hit.countries = {country->code};
  hit.is_country_alike = true;
  hit.score = 1000;
  hit.threshold = 1000;
  finding.hits.push_back(std::move(hit));
}

Screener::Screener(std::vector<List> lists, const Thresholds& thresholds) {
  auto parts = std::make_unique<Parts>();
  parts->lists = std::move(lists);
  parts->thresholds = thresholds;
  parts->take_lists();
  parts_ = std::move(parts);
}
Screener::Screener(Screener&&) noexcept = default;
Screener& Screener::operator=(Screener&&) noexcept = default;
Screener::~Screener() = default;

Finding Screener::screen(const std::vector<Party>& parties) const {
  Finding finding;
  finding.lists = parts_->versions;
  for (const Party& party : parties) {
    parts_->screen_country(party, finding);
    parts_->screen_name(party, finding);
  }
  std::ranges::stable_sort(finding.hits,
                           [](const Hit& a, const Hit& b) { return a.score > b.score; });
  if (finding.hits.size() > hits_max) {
    finding.hits.resize(hits_max);
    finding.is_cut = true;
  }
  return finding;
}

const std::vector<ListVersion>& Screener::versions() const {
  return parts_->versions;
}

std::string Screener::version() const {
  Bytes all;
  for (const ListVersion& each : parts_->versions) {
    append(all, as_bytes(each.name));
    append(all, each.files.view());
  }
  return to_hex(hash("screening-lists", all).view()).substr(0, 16);
}

std::size_t Screener::names() const {
  return parts_->records.size();
}

std::string_view to_string(Hit::Kind kind) {
  switch (kind) {
    case Hit::Kind::name:
      return "name";
    case Hit::Kind::country:
      return "country";
  }
  VOSTRO_CHECK(false);
}

std::string explain(const Hit& hit) {
  std::string text = hit.role + " \"" + hit.asked + "\": ";
  if (hit.kind == Hit::Kind::country)
    return text + hit.programme + " of " + hit.entry + " by " + hit.listed + ", list " + hit.list +
           " (" + hit.version + ")";
  text += "list " + hit.list + " (" + hit.version + "), entry " + hit.entry + ", " +
          hit.kind_of_entry + ", " + hit.programme + ", " +
          (hit.is_weak    ? "weak alias"
           : hit.is_alias ? "alias"
                          : "name") +
          " \"" + hit.listed + "\"; score " + std::to_string(hit.score) + " of 1000, threshold " +
          std::to_string(hit.threshold) + ";";
  for (const TokenMatch& each : hit.tokens)
    text += " " + each.asked + " = " + each.listed + " (" + each.because + ", " +
            std::to_string(each.score) + ", weight " + std::to_string(each.weight) + ");";
  if (!hit.unmatched.empty()) {
    text += " without partner:";
    for (const std::string& each : hit.unmatched) text += " " + each;
    text += ";";
  }
  if (!hit.countries.empty()) {
    text += " countries of the entry:";
    for (const std::string& each : hit.countries) text += " " + each;
    text += hit.is_country_alike ? ", the party's among them" : "";
  }
  return text;
}

}  // namespace vostro::bridge::screening
