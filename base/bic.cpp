#include <algorithm>

#include "base/identifiers.h"
#include "base/text.h"

namespace vostro {
namespace {

constexpr std::string_view kHeadOffice = "XXX";
constexpr std::size_t kShortSize = 8;

/// Characters first, then the country: the order of IdentifierError.
std::optional<IdentifierError> fault_of(const Bic& bic) {
  for (std::size_t i = 0; i < bic.text.size(); ++i) {
    const char c = bic.text[i];
    const bool in_country = i == 4 || i == 5;
    if (!is_upper(c) && (in_country || !is_digit(c))) return IdentifierError::wrong_character;
  }
  if (!is_country(bic.country())) return IdentifierError::unknown_country;
  return std::nullopt;
}

}  // namespace

Result<Bic, IdentifierError> parse_bic(std::string_view text) {
  Bic bic;
  if (text.size() != kShortSize && text.size() != bic.text.size())
    return fail(IdentifierError::wrong_length);
  std::copy(kHeadOffice.begin(), kHeadOffice.end(), bic.text.begin() + kShortSize);
  std::copy(text.begin(), text.end(), bic.text.begin());
  if (const auto fault = fault_of(bic)) return fail(*fault);
  return bic;
}

std::string to_text(const Bic& bic) {
  const std::string_view full(bic.text.data(), bic.text.size());
  return std::string(full.ends_with(kHeadOffice) ? full.substr(0, kShortSize) : full);
}

bool is_valid(const Bic& bic) {
  return !fault_of(bic).has_value();
}

}  // namespace vostro
