/// How alike two names are: their tokens are paired, best first, whatever their order, and weighed
/// by how rare they are in the lists. Pure, in whole numbers; any thread.
///
/// Source: docs/screening.md, "How two names are compared".
#pragma once

#include <string_view>
#include <vector>

#include "bridge/screening/similar.h"

namespace vostro::bridge::screening {

/// How much a word counts, above 0. In names of persons frequent words count half of rare ones, in
/// names of companies much less: "trading" and "bank" are in all of them.
struct Weights {
  int person = 0;
  int company = 0;

  [[nodiscard]] int of(bool is_person) const { return is_person ? person : company; }
  Weights& operator+=(const Weights& more) {
    person += more.person;
    company += more.company;
    return *this;
  }
};

/// A token that takes part: not a company form.
struct Part {
  Sound sound;
  TokenClass kind = TokenClass::word;
  Weights weight;
};
/// Two neighbours that may be written as one, and their sum's weight.
struct Join {
  std::size_t first = 0;  ///< its place in `parts`; the other is the next word
  std::size_t second = 0;
  Sound sound;
};
struct Name {
  std::vector<Part> parts;
  std::vector<Join> joins;
  Weights weight;  ///< of all parts
};
/// Of a part, or of both of a join.
[[nodiscard]] int weight_of(const Name& name, std::size_t place, bool is_joined, bool is_person);
[[nodiscard]] std::vector<Join> joins_of(const std::vector<Part>& parts);

/// One pair that was made.
struct Pair {
  std::size_t asked = 0;  ///< place among the parts; of a join's first
  std::size_t listed = 0;
  bool is_asked_joined = false;
  bool is_listed_joined = false;
  Likeness likeness;
};
struct Comparison {
  int score = 0;
  std::vector<Pair> pairs;  ///< best first
};
/// `is_person`: somebody may leave out some of his names.
[[nodiscard]] Comparison compare(const Name& asked, const Name& listed, bool is_person);

/// The score of so much that was found on each side, in thousandths of weight. Grows with both.
[[nodiscard]] int score_of(std::int64_t asked_found, int asked_weight, std::int64_t listed_found,
                           int listed_weight, bool is_person);

inline constexpr int initial_score = 800;  ///< "v" for "vladimir"

}  // namespace vostro::bridge::screening
