/// BLAKE2b-256 with a domain tag for each kind: H(tag, x) = BLAKE2b-256("vostro/1/" || tag || 0x00
/// || x). Source: consensus-spec section 2. Pure; any thread.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/bytes.h"

namespace vostro {

using Hash = FixedBytes<struct HashTag, 32>;

[[nodiscard]] Hash hash(std::string_view tag, ByteView content);
/// The parts are hashed as if they were joined.
[[nodiscard]] Hash hash(std::string_view tag, std::initializer_list<ByteView> parts);

/// Hashes what arrives in pieces. Use once: after `finish` the object is spent.
class Hasher {
 public:
  explicit Hasher(std::string_view tag);
  void update(ByteView part);
  [[nodiscard]] Hash finish();

 private:
  alignas(64) std::array<Byte, 384> state_{};
};

/// A 32-byte keyed BLAKE2b of `content` (the annex: blueprint 3).
[[nodiscard]] Hash keyed_hash(ByteView key, ByteView content);

}  // namespace vostro
