#include "genesis/format.h"

#include <algorithm>
#include <charconv>

namespace vostro::genesis {
namespace {

struct Unit {
  std::string_view word;
  std::uint64_t ms;
};
/// Largest first, as duration_text wants them.
constexpr std::array<Unit, 5> kUnits{{
    {"d", 24 * 3'600'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};
constexpr std::uint64_t kDurationMax_ms = 100ULL * 366 * 24 * 3'600'000;

template <class Words>
auto find_word(const Words& words, std::string_view word)
    -> std::optional<decltype(words[0].first)> {
  for (const auto& [value, known] : words) {
    if (known == word) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<chain::ParticipantRole> participant_role_from(std::string_view word) {
  return find_word(participant_role_words, word);
}

std::optional<chain::Role> key_role_from(std::string_view word) {
  return find_word(key_role_words, word);
}

std::optional<std::uint64_t> parse_duration_ms(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() ||
      (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9'))
    return std::nullopt;
  const std::string_view word(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : kUnits) {
    if (unit.word != word) continue;
    return count <= kDurationMax_ms / unit.ms ? std::optional(count * unit.ms) : std::nullopt;
  }
  return std::nullopt;
}

std::string duration_text(std::uint64_t ms) {
  if (ms == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (ms % unit.ms == 0) return std::to_string(ms / unit.ms) + std::string(unit.word);
  }
  return std::to_string(ms) + "ms";
}

bool is_without_minor_unit(const Currency& currency) {
  // ISO 4217 list one, minor unit "N.A.".
  static constexpr std::array<std::string_view, 13> codes{
      "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"};
  return std::find(codes.begin(), codes.end(),
                   std::string_view(currency.code.data(), currency.code.size())) != codes.end();
}

std::optional<std::uint8_t> exponent_in(const Draft& draft, const Currency& currency) {
  for (const ListedCurrency& listed : draft.currencies) {
    if (listed.code == currency) return listed.exponent;
  }
  return std::nullopt;
}

}  // namespace vostro::genesis
