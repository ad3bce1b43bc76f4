#include "base/identifiers.h"

#include <algorithm>

#include "base/text.h"

namespace vostro {

std::string_view to_string(IdentifierError error) {
  switch (error) {
    case IdentifierError::wrong_length:
      return "the length is wrong";
    case IdentifierError::wrong_character:
      return "a character is not allowed at its place";
    case IdentifierError::unknown_country:
      return "the country code is unknown";
    case IdentifierError::wrong_structure:
      return "the structure is not that of the country or version";
    case IdentifierError::wrong_check_digits:
      return "the check digits do not match";
  }
  return "unknown";
}

Result<std::string, IdentifierError> parse_label(std::string_view text) {
  if (text.empty() || text.size() > label_size_max) return fail(IdentifierError::wrong_length);
  const bool allowed = std::all_of(text.begin(), text.end(),
                                   [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  if (!allowed) return fail(IdentifierError::wrong_character);
  return std::string(text);
}

}  // namespace vostro
