/// Text from outside: what may stand in a name, a tag or a reference. ASCII rules of our own; no
/// locale.
#pragma once

#include <string_view>

namespace vostro {

/// Well-formed UTF-8 without NUL and other control characters, without bidirectional controls, line
/// or paragraph separators and noncharacters (catalogue row T17).
[[nodiscard]] bool is_clean_text(std::string_view text);

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
[[nodiscard]] constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace vostro
