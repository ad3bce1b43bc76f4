/// Invented lists and names for screening: the same seed gives the same names on every machine.
/// None of them is taken from a list. Test code only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/screening/screen.h"

namespace vostro::test {

/// A list of `entries` persons and companies, with aliases for a third of them.
[[nodiscard]] bridge::screening::List invented_list(std::uint64_t seed, std::size_t entries,
                                                    std::string_view name = "invented");

/// A name to ask for, and whether it has to hit.
struct LabelledName {
  std::string kind;   ///< how it was made: "typing_error", "other_family_name"
  std::string asked;  ///< UTF-8
  std::string entry;  ///< id of the entry that it has to hit; empty: it must hit none
};
/// Names of `list` as somebody else writes them. Every kind has its share.
[[nodiscard]] std::vector<LabelledName> rewritten(const bridge::screening::List& list,
                                                  std::uint64_t seed, std::size_t count);
/// Look-alikes of its names, and names like them, that are nobody's there.
[[nodiscard]] std::vector<LabelledName> innocent(const bridge::screening::List& list,
                                                 std::uint64_t seed, std::size_t count);

/// How many names of a kind there were, and how many of them were hits: of the entry that they are
/// of; of any, for names that are nobody's.
struct Rate {
  std::string kind;
  std::size_t asked = 0;
  std::size_t hits = 0;

  [[nodiscard]] double percent() const {
    return asked == 0 ? 0.0 : 100.0 * static_cast<double>(hits) / static_cast<double>(asked);
  }
};
/// One for each kind, and "all" at the end.
[[nodiscard]] std::vector<Rate> rates(const bridge::screening::Screener& screener,
                                      const std::vector<LabelledName>& names);

/// The published lists of the test data; empty where one of them is absent. A file that is there
/// and cannot be read fails the test.
[[nodiscard]] std::vector<bridge::screening::List> published_lists();
/// The cross-script pairs of the test data, as a list of the names that are expected, and what is
/// asked for each. Their kind is the script. Empty where the data are absent.
struct LabelledPairs {
  bridge::screening::List list;
  std::vector<LabelledName> names;
};
[[nodiscard]] LabelledPairs labelled_pairs();
/// `lists` with as many invented entries as make 20 000 names or more.
inline constexpr std::size_t names_wanted = 20'000;
[[nodiscard]] std::vector<bridge::screening::List> filled_up(
    std::vector<bridge::screening::List> lists);

}  // namespace vostro::test
