#include "base/hash.h"

#include <sodium.h>

#include "base/check.h"

namespace vostro {
namespace {

constexpr std::string_view kPrefix = "vostro/1/";

crypto_generichash_state* state_of(std::array<Byte, 384>& storage) {
  static_assert(sizeof(crypto_generichash_state) <= 384);
  return reinterpret_cast<crypto_generichash_state*>(storage.data());
}

}  // namespace

Hasher::Hasher(std::string_view tag) {
  VOSTRO_CHECK(crypto_generichash_init(state_of(state_), nullptr, 0, Hash::size) == 0);
  update(as_bytes(kPrefix));
  update(as_bytes(tag));
  constexpr Byte zero = 0;
  update({&zero, 1});
}

void Hasher::update(ByteView part) {
  VOSTRO_CHECK(crypto_generichash_update(state_of(state_), part.data(), part.size()) == 0);
}

Hash Hasher::finish() {
  Hash result;
  VOSTRO_CHECK(crypto_generichash_final(state_of(state_), result.bytes.data(), Hash::size) == 0);
  return result;
}

Hash hash(std::string_view tag, ByteView content) {
  return hash(tag, {content});
}

Hash hash(std::string_view tag, std::initializer_list<ByteView> parts) {
  Hasher hasher(tag);
  for (const ByteView part : parts) hasher.update(part);
  return hasher.finish();
}

Hash keyed_hash(ByteView key, ByteView content) {
  Hash result;
  VOSTRO_CHECK(key.size() == crypto_generichash_KEYBYTES);
  VOSTRO_CHECK(crypto_generichash(result.bytes.data(), Hash::size, content.data(), content.size(),
                                  key.data(), key.size()) == 0);
  return result;
}

}  // namespace vostro
