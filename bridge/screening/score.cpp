#include "bridge/screening/score.h"

#include <algorithm>

namespace vostro::bridge::screening {
namespace {

constexpr int kJoinedErrors = 1;
constexpr int kJoined = 10;  // taken off: two words are not one

bool is_initial_of(const Part& initial, const Part& word) {
  return initial.kind == TokenClass::initial && word.kind == TokenClass::word &&
         word.sound.text.starts_with(initial.sound.text);
}

Likeness part_likeness(const Part& a, const Part& b) {
  if (is_initial_of(a, b) || is_initial_of(b, a)) return {initial_score, "initial"};
  return likeness(a.sound, b.sound);
}

class Pairing {
 public:
  Pairing(const Name& asked, const Name& listed)
      : asked_(asked),
        listed_(listed),
        asked_used_(asked.parts.size(), false),
        listed_used_(listed.parts.size(), false) {}

  std::vector<Pair> run() {
    for (std::size_t i = 0; i < asked_.parts.size(); ++i)
      for (std::size_t j = 0; j < listed_.parts.size(); ++j)
        add({i, j, false, false, part_likeness(asked_.parts[i], listed_.parts[j])});
    for (std::size_t i = 0; i < asked_.joins.size(); ++i)
      for (std::size_t j = 0; j < listed_.parts.size(); ++j)
        if (listed_.parts[j].kind == TokenClass::word)
          add({i, j, true, false, joined(asked_.joins[i].sound, listed_.parts[j].sound)});
    for (std::size_t j = 0; j < listed_.joins.size(); ++j)
      for (std::size_t i = 0; i < asked_.parts.size(); ++i)
        if (asked_.parts[i].kind == TokenClass::word)
          add({i, j, false, true, joined(asked_.parts[i].sound, listed_.joins[j].sound)});
    // Best first; of equals the one that stands first.
    std::ranges::stable_sort(possible_, [](const Pair& a, const Pair& b) {
      return a.likeness.score > b.likeness.score;
    });
    std::vector<Pair> made;
    for (const Pair& each : possible_)
      if (take(each)) made.push_back(each);
    return made;
  }

 private:
  void add(Pair pair) {
    if (pair.likeness.score > 0) possible_.push_back(pair);
  }
  /// Many more pairs of neighbours than words: they have to be nearly the same.
  static Likeness joined(const Sound& a, const Sound& b) {
    const Likeness found = likeness(a, b);
    const bool is_other_script = a.script != b.script;
    if (found.score < (is_other_script ? least_script_score : same_sound_score)) return {};
    if (!is_other_script && edit_distance(a.text, b.text, kJoinedErrors) > kJoinedErrors) return {};
    return {found.score - kJoined, "joined"};
  }
  bool take(const Pair& pair) {
    const auto places = [](const Name& name, std::size_t place, bool is_joined) {
      return is_joined ? std::pair{name.joins[place].first, name.joins[place].second}
                       : std::pair{place, place};
    };
    const auto [a, a2] = places(asked_, pair.asked, pair.is_asked_joined);
    const auto [b, b2] = places(listed_, pair.listed, pair.is_listed_joined);
    if (asked_used_[a] || asked_used_[a2] || listed_used_[b] || listed_used_[b2]) return false;
    asked_used_[a] = asked_used_[a2] = listed_used_[b] = listed_used_[b2] = true;
    return true;
  }

  const Name& asked_;
  const Name& listed_;
  std::vector<bool> asked_used_, listed_used_;
  std::vector<Pair> possible_;
};

}  // namespace

int weight_of(const Name& name, std::size_t place, bool is_joined, bool is_person) {
  if (!is_joined) return name.parts[place].weight.of(is_person);
  const Join& join = name.joins[place];
  return name.parts[join.first].weight.of(is_person) + name.parts[join.second].weight.of(is_person);
}

std::vector<Join> joins_of(const std::vector<Part>& parts) {
  std::vector<Join> joins;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const Part& a = parts[i];
    const Part& b = parts[i + 1];
    if (a.kind == TokenClass::initial || b.kind == TokenClass::initial) continue;
    if (a.kind != TokenClass::word && b.kind != TokenClass::word) continue;
    joins.push_back({i, i + 1,
                     sound_of(Token{a.sound.text, a.sound.script, a.kind},
                              Token{b.sound.text, b.sound.script, b.kind})});
  }
  return joins;
}

int score_of(std::int64_t asked_found, int asked_weight, std::int64_t listed_found,
             int listed_weight, bool is_person) {
  const auto share = [](std::int64_t found, int weight) {
    return weight == 0 ? 0 : std::min<std::int64_t>(found / weight, 1000);
  };
  const std::int64_t asked = share(asked_found, asked_weight);
  const std::int64_t listed = share(listed_found, listed_weight);
  const auto [less, more] = std::minmax(asked, listed);
  return static_cast<int>(is_person ? (2 * more + less) / 3 : (more + less) / 2);
}

Comparison compare(const Name& asked, const Name& listed, bool is_person) {
  Comparison found;
  found.pairs = Pairing(asked, listed).run();
  std::int64_t asked_found = 0;
  std::int64_t listed_found = 0;
  int words = 0;
  int initials = 0;
  for (const Pair& each : found.pairs) {
    asked_found += std::int64_t{each.likeness.score} *
                   weight_of(asked, each.asked, each.is_asked_joined, is_person);
    listed_found += std::int64_t{each.likeness.score} *
                    weight_of(listed, each.listed, each.is_listed_joined, is_person);
    if (each.is_asked_joined || each.is_listed_joined)
      words += 2;
    else if (asked.parts[each.asked].kind == TokenClass::word &&
             listed.parts[each.listed].kind == TokenClass::word)
      ++words;
    else if (asked.parts[each.asked].kind == TokenClass::initial ||
             listed.parts[each.listed].kind == TokenClass::initial)
      ++initials;
  }
  if (words == 0) return {};  // initials and particles alone are nobody
  // One word that two names share is not a name of which the rest was left out.
  found.score = score_of(asked_found, asked.weight.of(is_person), listed_found,
                         listed.weight.of(is_person), is_person && words + initials > 1);
  return found;
}

}  // namespace vostro::bridge::screening
