#include <algorithm>

#include "base/identifiers.h"
#include "base/text.h"

namespace vostro {
namespace {

constexpr std::size_t kTextSize = 36;
// RFC 9562 section 4: the version is the high half of byte 6, the variant the two high bits of
// byte 8.
constexpr std::size_t kVersionAt = 6;
constexpr std::size_t kVariantAt = 8;

constexpr bool is_hyphen_at(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool has_rfc_variant(const Uuid& uuid) {
  return (uuid.bytes[kVariantAt] & 0xC0U) == 0x80U;
}

Uuid stamped(Uuid uuid, unsigned version) {
  uuid.bytes[kVersionAt] = static_cast<Byte>((uuid.bytes[kVersionAt] & 0x0FU) | (version << 4U));
  uuid.bytes[kVariantAt] = static_cast<Byte>((uuid.bytes[kVariantAt] & 0x3FU) | 0x80U);
  return uuid;
}

}  // namespace

int version_of(const Uuid& uuid) {
  return has_rfc_variant(uuid) ? uuid.bytes[kVersionAt] >> 4U : 0;
}

Result<Uuid, IdentifierError> parse_uuid(std::string_view text) {
  if (text.size() != kTextSize) return fail(IdentifierError::wrong_length);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool allowed = is_hyphen_at(i) ? text[i] == '-' : is_hexadecimal(text[i]);
    if (!allowed) return fail(IdentifierError::wrong_character);
    if (!is_hyphen_at(i)) digits.push_back(text[i]);
  }
  const auto uuid = fixed_from_hex<Uuid>(digits);
  if (!uuid || !has_rfc_variant(*uuid)) return fail(IdentifierError::wrong_structure);
  return *uuid;
}

Result<Uuid, IdentifierError> parse_uetr(std::string_view text) {
  auto uuid = parse_uuid(text);
  if (uuid && version_of(*uuid) != 4) return fail(IdentifierError::wrong_structure);
  return uuid;
}

std::string to_text(const Uuid& uuid) {
  const std::string digits = to_hex(uuid.bytes);
  std::string text;
  text.reserve(kTextSize);
  for (const char digit : digits) {
    if (is_hyphen_at(text.size())) text.push_back('-');
    text.push_back(digit);
  }
  return text;
}

Uuid make_uuid_v4(const std::array<Byte, 16>& random) {
  return stamped(Uuid{random}, 4);
}

Uuid make_uuid_v8(const Hash& derived_from) {
  Uuid uuid;
  std::copy_n(derived_from.bytes.begin(), uuid.bytes.size(), uuid.bytes.begin());
  return stamped(uuid, 8);
}

}  // namespace vostro
