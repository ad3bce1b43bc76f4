#include "base/text.h"

#include <cstddef>
#include <cstdint>

namespace vostro {
namespace {

// What no text decodes to.
constexpr std::uint32_t kMalformed = 0xFFFFFFFF;
constexpr std::uint32_t kCodePointMax = 0x10FFFF;

/// Takes the first code point off `text`, which is not empty. Source: RFC 3629 section 4.
std::uint32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  std::size_t size = 1;
  std::uint32_t smallest = 0;  // what a shorter form cannot hold
  std::uint32_t code = lead;
  if (lead >= 0xF0) {
    size = 4, smallest = 0x10000, code = lead & 0x07U;
    if (lead > 0xF4) return kMalformed;
  } else if (lead >= 0xE0) {
    size = 3, smallest = 0x800, code = lead & 0x0FU;
  } else if (lead >= 0xC0) {
    size = 2, smallest = 0x80, code = lead & 0x1FU;
  } else if (lead >= 0x80) {
    return kMalformed;
  }
  if (text.size() < size) return kMalformed;
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if ((next & 0xC0U) != 0x80U) return kMalformed;
    code = (code << 6U) | (next & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest || code > kCodePointMax || surrogate) return kMalformed;
  text.remove_prefix(size);
  return code;
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

/// Unicode property Bidi_Control: they make text read otherwise than it is stored.
bool is_bidirectional_control(std::uint32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

bool is_separator(std::uint32_t code) {
  return code == 0x2028 || code == 0x2029;
}

bool is_noncharacter(std::uint32_t code) {
  return (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFEU) == 0xFFFE;
}

}  // namespace

bool is_clean_text(std::string_view text) {
  while (!text.empty()) {
    const std::uint32_t code = take_code_point(text);
    if (code == kMalformed || is_control(code) || is_bidirectional_control(code) ||
        is_separator(code) || is_noncharacter(code))
      return false;
  }
  return true;
}

}  // namespace vostro
