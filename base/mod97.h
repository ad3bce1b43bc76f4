/// ISO 7064 mod 97-10, the check digits of IBAN and LEI. For digits and upper-case letters that
/// were checked before.
#pragma once

#include <string_view>

#include "base/text.h"

namespace vostro {

/// The remainder of `text` after `before`, with letters read as two digits (A is 10, Z is 35).
[[nodiscard]] constexpr unsigned mod97(std::string_view text, unsigned before = 0) {
  unsigned remainder = before;
  for (const char c : text) {
    remainder = is_digit(c) ? remainder * 10 + static_cast<unsigned>(c - '0')
                            : remainder * 100 + static_cast<unsigned>(c - 'A') + 10;
    remainder %= 97;
  }
  return remainder;
}

/// Check digits are made as 98 minus a remainder, so that they lie between 02 and 98. 00, 01 and 99
/// leave the same remainder as 97, 98 and 02, but nobody issues them.
[[nodiscard]] constexpr bool is_in_check_range(char tens, char units) {
  const int value = (tens - '0') * 10 + (units - '0');
  return value >= 2 && value <= 98;
}

}  // namespace vostro
