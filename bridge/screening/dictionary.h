/// The words of all listed names, found by likeness without looking at each: a word and its like
/// have a key in common once as many letters are taken out of both as errors are allowed.
/// Immutable once it is finished; any thread.
///
/// Source: symmetric deletion (W. Garbe, SymSpell), here over keys of sound.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/screening/similar.h"

namespace vostro::bridge::screening {

using WordId = std::uint32_t;

class Dictionary {
 public:
  /// The word's number; the same for the same text and script. `is_joined`: two tokens as one word,
  /// which has to sound the same.
  WordId add(Sound sound, bool is_joined);
  void finish();

  struct Found {
    WordId word = 0;
    Likeness likeness;
  };
  /// Every word that is alike, by number. `has_joined`: joined ones, too; else `asked` is one
  /// itself.
  [[nodiscard]] std::vector<Found> like(const Sound& asked, bool has_joined) const;

  [[nodiscard]] const Sound& sound(WordId word) const { return words_[word].sound; }
  [[nodiscard]] std::size_t size() const { return words_.size(); }

 private:
  struct Word {
    Sound sound;
    bool is_joined = false;
  };
  struct Key {
    std::uint64_t hash = 0;
    WordId word = 0;
    auto operator<=>(const Key&) const = default;
  };
  void find(std::uint64_t hash, std::vector<WordId>& into) const;

  std::vector<Word> words_;
  // Looked up, never iterated.
  std::unordered_map<std::string, WordId> known_;
  std::vector<Key> keys_;                // sorted
  std::vector<std::uint32_t> begin_of_;  // of keys whose hash begins with the index's bits
};

}  // namespace vostro::bridge::screening
