#include <algorithm>

#include "base/identifiers.h"
#include "base/mod97.h"
#include "base/text.h"

namespace vostro {
namespace {

constexpr std::size_t kCheckAt = 18;

std::optional<IdentifierError> fault_of(const Lei& lei) {
  for (std::size_t i = 0; i < lei.text.size(); ++i) {
    const char c = lei.text[i];
    if (!is_digit(c) && (i >= kCheckAt || !is_upper(c))) return IdentifierError::wrong_character;
  }
  const bool matches = mod97({lei.text.data(), lei.text.size()}) == 1;
  if (!matches || !is_in_check_range(lei.text[kCheckAt], lei.text[kCheckAt + 1]))
    return IdentifierError::wrong_check_digits;
  return std::nullopt;
}

}  // namespace

Result<Lei, IdentifierError> parse_lei(std::string_view text) {
  Lei lei;
  if (text.size() != lei.text.size()) return fail(IdentifierError::wrong_length);
  std::copy(text.begin(), text.end(), lei.text.begin());
  if (const auto fault = fault_of(lei)) return fail(*fault);
  return lei;
}

std::string to_text(const Lei& lei) {
  return {lei.text.data(), lei.text.size()};
}

bool is_valid(const Lei& lei) {
  return !fault_of(lei).has_value();
}

}  // namespace vostro
