/// Why bytes were refused, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vostro {

enum class DecodeReason : std::uint8_t {
  truncated,   ///< The bytes end before the value does, or a count needs more than is left.
  too_long,    ///< A count is above its cap.
  too_deep,    ///< Containers are nested deeper than the limit.
  not_a_bool,  ///< A flag byte is neither 0 nor 1.
  unlisted_enumerator,  ///< A number names no enumerator.
  unknown_tag,          ///< A tag names no alternative.
  keys_not_ascending,   ///< Keys of a map or set are equal or out of order.
  trailing_bytes,       ///< The value ends before the bytes do.
  not_canonical,        ///< The value is written differently in the canonical encoding.
};
[[nodiscard]] std::string_view to_string(DecodeReason reason);

struct DecodeError {
  DecodeReason reason;
  std::size_t offset = 0;  ///< Byte offset at which it was noticed.

  bool operator==(const DecodeError&) const = default;
};
/// One sentence, for logs and answers.
[[nodiscard]] std::string to_string(const DecodeError& error);

}  // namespace vostro
