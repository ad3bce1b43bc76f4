/// The rule by which signatures and keys are accepted is a consensus rule: a node that accepts one
/// more or one less than the others forks. It lies in a library that is upgraded with the system;
/// so every node checks it at start.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vostro {

/// One edge of the rule: hexadecimal bytes, and what must come of them.
struct SignatureVector {
  std::string_view name;
  std::string_view key;      ///< 32 bytes
  std::string_view r;        ///< first half of the signature, 32 bytes
  std::string_view s;        ///< second half, 32 bytes
  std::string_view message;  ///< text
  bool is_admissible;        ///< of the key
  bool is_valid;             ///< of the signature, by verification alone
};

/// Made for this purpose from the group law: small and mixed order in key and R, S of L and above,
/// encodings that are not canonical. Changing one is a change of the protocol.
[[nodiscard]] std::span<const SignatureVector> signature_vectors();

/// Errors: a sentence that names the vector which the library judges otherwise. The node must not
/// start then. Takes about a millisecond.
[[nodiscard]] Result<void, std::string> check_signature_rules();

}  // namespace vostro
