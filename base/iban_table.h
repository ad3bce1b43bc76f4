/// Length and structure of the IBAN by country. Source: IBAN registry release 102, 89 countries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace vostro {

struct IbanRule {
  std::string_view country;  ///< ISO 3166-1 alpha-2, or XK
  std::uint8_t length = 0;   ///< Characters of the whole IBAN.
  /// What follows the check digits, as counts and classes: n digits, a upper-case letters, c
  /// either. "4a6n8n" is four letters, six digits and eight digits, in the parts of the registry.
  std::string_view bban;
};

/// Where the BBAN begins: after two letters of the country and two check digits.
inline constexpr std::size_t iban_bban_at = 4;

/// Ascending by country.
[[nodiscard]] std::span<const IbanRule> iban_rules();
/// Null where the country has no IBAN.
[[nodiscard]] const IbanRule* iban_rule_of(std::string_view country);

/// Takes the next part off `structure`, whose syntax is that of IbanRule::bban.
struct IbanPart {
  std::size_t count = 0;
  char kind = 'n';
};
[[nodiscard]] constexpr IbanPart take_iban_part(std::string_view& structure) {
  IbanPart part;
  std::size_t i = 0;
  for (; structure[i] >= '0' && structure[i] <= '9'; ++i)
    part.count = part.count * 10 + static_cast<std::size_t>(structure[i] - '0');
  part.kind = structure[i];
  structure.remove_prefix(i + 1);
  return part;
}

}  // namespace vostro
