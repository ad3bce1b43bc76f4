/// The identifiers of the field: BIC, LEI, IBAN, UUID (UETR), country, account label. A value of
/// these types has passed its check; text that has not is refused with a reason. Pure; any thread;
/// no locale.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/hash.h"
#include "base/result.h"

namespace vostro {

/// Why an identifier was refused, in order of precedence.
enum class IdentifierError : std::uint8_t {
  wrong_length,        ///< Too short, too long or empty.
  wrong_character,     ///< A character that the standard does not allow at its place.
  unknown_country,     ///< The country code is not in ISO 3166-1, or (IBAN) has no IBAN.
  wrong_structure,     ///< Length or character classes differ from those of the country or version.
  wrong_check_digits,  ///< The check digits do not match (ISO 7064 mod 97-10).
};
[[nodiscard]] std::string_view to_string(IdentifierError error);

/// ISO 9362 business identifier code. 11 characters inside; 8 are filled with XXX, and shown as 8
/// again.
struct Bic {
  std::array<char, 11> text{};

  [[nodiscard]] std::string_view country() const { return {text.data() + 4, 2}; }
  auto operator<=>(const Bic&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
};
/// Errors: wrong_length (not 8 or 11), wrong_character, unknown_country. Lower case is refused.
/// Source: ISO 9362:2022 (4 letters or digits, 2 country letters, 2 and 3 letters or digits).
[[nodiscard]] Result<Bic, IdentifierError> parse_bic(std::string_view text);
[[nodiscard]] std::string to_text(const Bic& bic);
/// The same rule for bytes that were decoded: 11 characters, as parse_bic would have made them.
[[nodiscard]] bool is_valid(const Bic& bic);

/// ISO 17442 legal entity identifier: 18 letters or digits and two check digits.
struct Lei {
  std::array<char, 20> text{};

  auto operator<=>(const Lei&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
};
[[nodiscard]] Result<Lei, IdentifierError> parse_lei(std::string_view text);
[[nodiscard]] std::string to_text(const Lei& lei);
[[nodiscard]] bool is_valid(const Lei& lei);

/// ISO 13616 IBAN: check of length and structure by country, then mod 97. Electronic form: no
/// spaces, upper case. Source: IBAN registry release 102 (lengths and structures are facts in
/// base/iban_table.cpp).
[[nodiscard]] Result<std::string, IdentifierError> parse_iban(std::string_view text);

/// RFC 9562 UUID. A UETR is version 4; derived ids are version 8.
using Uuid = FixedBytes<struct UuidTag, 16>;
[[nodiscard]] int version_of(const Uuid& uuid);  ///< 0 where the variant is not that of RFC 9562
/// Lower or upper case hexadecimal with hyphens, of any version; wrong_structure where the variant
/// is another.
[[nodiscard]] Result<Uuid, IdentifierError> parse_uuid(std::string_view text);
/// A UETR: a UUID of version 4, else wrong_structure.
[[nodiscard]] Result<Uuid, IdentifierError> parse_uetr(std::string_view text);
[[nodiscard]] std::string to_text(const Uuid& uuid);  ///< lower case with hyphens
/// Sets version and variant over 16 random bytes, or over the first 16 of a hash.
[[nodiscard]] Uuid make_uuid_v4(const std::array<Byte, 16>& random);
[[nodiscard]] Uuid make_uuid_v8(const Hash& derived_from);

/// ISO 3166-1 alpha-2, current codes and XK, which SWIFT uses for Kosovo.
[[nodiscard]] bool is_country(std::string_view alpha2);

/// An account label: 1 to 34 of [a-z0-9-] (blueprint 3, "Identifiers").
inline constexpr std::size_t label_size_max = 34;
[[nodiscard]] Result<std::string, IdentifierError> parse_label(std::string_view text);

}  // namespace vostro
