#include "base/decode_error.h"

namespace vostro {

std::string_view to_string(DecodeReason reason) {
  switch (reason) {
    case DecodeReason::truncated:
      return "the bytes end before the value does";
    case DecodeReason::too_long:
      return "a count is above its limit";
    case DecodeReason::too_deep:
      return "values are nested too deeply";
    case DecodeReason::not_a_bool:
      return "a flag is neither 0 nor 1";
    case DecodeReason::unlisted_enumerator:
      return "a number has no meaning here";
    case DecodeReason::unknown_tag:
      return "a tag names no known kind";
    case DecodeReason::keys_not_ascending:
      return "keys are equal or out of order";
    case DecodeReason::trailing_bytes:
      return "bytes follow the value";
    case DecodeReason::not_canonical:
      return "the bytes are not the canonical encoding of their value";
  }
  return "unknown";
}

std::string to_string(const DecodeError& error) {
  return std::string(to_string(error.reason)) + " (at byte " + std::to_string(error.offset) + ")";
}

}  // namespace vostro
