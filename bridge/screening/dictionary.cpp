#include "bridge/screening/dictionary.h"

#include <algorithm>

namespace vostro::bridge::screening {
namespace {

constexpr std::size_t kPrefix = 7;  // letters of a key that are taken out of; the rest is compared
constexpr unsigned kIndexBits = 18;

/// Keys of a kind are apart from those of another.
enum class KeyKind : std::uint8_t { letters = 1, consonants, korean };

std::uint64_t hash_of(std::string_view text, KeyKind kind) {
  // FNV-1a, then its bits mixed: the index takes the first ones. Nothing else depends on it.
  std::uint64_t hash = 14695981039346656037ULL ^ static_cast<std::uint64_t>(kind);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  hash ^= hash >> 32;
  return hash * 0x9E3779B97F4A7C15ULL;
}

/// The key's beginning with up to `errors` letters taken out, each result once or more.
template <class Take>
void each_deletion(std::string text, int errors, std::size_t from, const Take& take) {
  take(text);
  if (errors == 0) return;
  for (std::size_t i = from; i < text.size(); ++i) {
    std::string shorter = text;
    shorter.erase(i, 1);
    each_deletion(std::move(shorter), errors - 1, i, take);
  }
}

int errors_of(const Sound& sound, bool is_joined) {
  return is_joined ? 0 : errors_allowed_at_most(sound.text.size());
}

/// By sound and by letters: an error may change a sound by more than one letter of its key.
template <class Take>
void each_hash(const Sound& sound, bool is_joined, const Take& take) {
  each_deletion(sound.key.substr(0, kPrefix), errors_of(sound, is_joined), 0,
                [&](const std::string& text) { take(hash_of(text, KeyKind::letters)); });
  if (sound.text != sound.key)
    each_deletion(sound.text.substr(0, kPrefix), errors_of(sound, is_joined), 0,
                  [&](const std::string& text) { take(hash_of(text, KeyKind::letters)); });
}

}  // namespace

WordId Dictionary::add(Sound sound, bool is_joined) {
  const auto [known, is_new] = known_.try_emplace(
      sound.text + static_cast<char>('0' + static_cast<int>(sound.script)) + (is_joined ? "+" : ""),
      static_cast<WordId>(words_.size()));
  if (is_new) words_.push_back({std::move(sound), is_joined});
  return known->second;
}

void Dictionary::finish() {
  for (WordId id = 0; id < words_.size(); ++id) {
    const Word& word = words_[id];
    each_hash(word.sound, word.is_joined, [&](std::uint64_t hash) { keys_.push_back({hash, id}); });
    if (const std::string key = consonant_key(word.sound.text); !key.empty())
      keys_.push_back({hash_of(key, KeyKind::consonants), id});
    if (const std::string key = korean_key(word.sound.text); !key.empty())
      keys_.push_back({hash_of(key, KeyKind::korean), id});
  }
  std::ranges::sort(keys_);
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  keys_.shrink_to_fit();
  begin_of_.assign((std::size_t{1} << kIndexBits) + 1, 0);
  for (const Key& key : keys_) ++begin_of_[(key.hash >> (64 - kIndexBits)) + 1];
  for (std::size_t i = 1; i < begin_of_.size(); ++i) begin_of_[i] += begin_of_[i - 1];
}

void Dictionary::find(std::uint64_t hash, std::vector<WordId>& into) const {
  const std::size_t bucket = hash >> (64 - kIndexBits);
  const auto begin = keys_.begin() + begin_of_[bucket];
  const auto end = keys_.begin() + begin_of_[bucket + 1];
  for (auto at = std::lower_bound(begin, end, Key{hash, 0}); at != end && at->hash == hash; ++at)
    into.push_back(at->word);
}

std::vector<Dictionary::Found> Dictionary::like(const Sound& asked, bool has_joined) const {
  std::vector<WordId> candidates;
  each_hash(asked, !has_joined, [&](std::uint64_t hash) { find(hash, candidates); });
  if (asked.script == Script::consonants)
    find(hash_of(consonant_key(asked.text), KeyKind::consonants), candidates);
  if (asked.script == Script::hangul)
    find(hash_of(korean_key(asked.text), KeyKind::korean), candidates);
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::vector<Found> found;
  for (const WordId word : candidates) {
    if (words_[word].is_joined && !has_joined) continue;
    const Likeness alike = likeness(asked, words_[word].sound);
    const bool is_joined = words_[word].is_joined || !has_joined;
    if (alike.score > 0 && (!is_joined || alike.score >= least_script_score))
      found.push_back({word, alike});
  }
  return found;
}

}  // namespace vostro::bridge::screening
