#include <algorithm>

#include "base/iban_table.h"
#include "base/identifiers.h"
#include "base/mod97.h"
#include "base/text.h"

namespace vostro {
namespace {

constexpr std::size_t kSizeMin = iban_bban_at + 1;
constexpr std::size_t kSizeMax =
    34;  // ISO 13616: at most 30 characters behind country and check digits

/// ISO 13616 writes the electronic form in upper case; the registry's class c has lower case too,
/// for print.
bool is_allowed_at(std::size_t position, char c) {
  if (position < 2) return is_upper(c);
  if (position < iban_bban_at) return is_digit(c);
  return is_upper(c) || is_digit(c);
}

bool is_of_kind(char c, char kind) {
  if (kind == 'n') return is_digit(c);
  if (kind == 'a') return is_upper(c);
  return is_upper(c) || is_digit(c);
}

bool has_structure(std::string_view bban, std::string_view structure) {
  while (!structure.empty()) {
    const IbanPart part = take_iban_part(structure);
    const std::string_view piece = bban.substr(0, part.count);
    if (piece.size() != part.count) return false;
    if (!std::all_of(piece.begin(), piece.end(), [&](char c) { return is_of_kind(c, part.kind); }))
      return false;
    bban.remove_prefix(part.count);
  }
  return bban.empty();
}

}  // namespace

Result<std::string, IdentifierError> parse_iban(std::string_view text) {
  if (text.size() < kSizeMin || text.size() > kSizeMax) return fail(IdentifierError::wrong_length);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!is_allowed_at(i, text[i])) return fail(IdentifierError::wrong_character);
  const IbanRule* rule = iban_rule_of(text.substr(0, 2));
  if (rule == nullptr) return fail(IdentifierError::unknown_country);
  const std::string_view bban = text.substr(iban_bban_at);
  if (text.size() != rule->length || !has_structure(bban, rule->bban))
    return fail(IdentifierError::wrong_structure);
  const unsigned remainder = mod97(text.substr(0, iban_bban_at), mod97(bban));
  if (remainder != 1 || !is_in_check_range(text[2], text[3]))
    return fail(IdentifierError::wrong_check_digits);
  return std::string(text);
}

}  // namespace vostro
