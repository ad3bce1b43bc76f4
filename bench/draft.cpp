#include "bench/draft.h"

#include "base/check.h"

namespace vostro::bench {
namespace {

constexpr std::chrono::hours kValidity{24};

}  // namespace

UnixSeconds time_in(std::chrono::seconds from_now) {
  const auto until = std::chrono::system_clock::now().time_since_epoch() + from_now;
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(until).count()));
}

std::vector<SecretKey> copies_of(const SecretKey& key) {
  std::vector<SecretKey> out;
  out.push_back(SecretKey::from_seed(key.seed()));
  return out;
}

std::string signed_and_framed(const Network& network, const Uuid& id, chain::Body body,
                              std::span<const SecretKey> keys) {
  const auto made =
      client::sign_order({network.id(), id, time_in(kValidity), std::move(body)}, keys);
  VOSTRO_CHECK(made.has_value());  // we chose every field ourselves
  const Bytes bytes = chain::encode_transaction(*made);
  Bytes out;
  append_little_endian(out, bytes.size(), 4);
  append(out, bytes);
  return std::string(as_text(out));
}

/// The last byte of an encoding is the last one of its last signature's 64: S, the scalar, is the
/// second half. A bit of the first half, R, leaves the form of the signature as it is.
void forge(std::string& bytes) {
  VOSTRO_CHECK(bytes.size() > 64);
  char& byte = bytes[bytes.size() - 60];
  byte = static_cast<char>(byte ^ 1);
}

}  // namespace vostro::bench
