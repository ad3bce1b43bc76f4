#include "node/webhooks/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace vostro::node {
namespace {

std::string base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with the NUL that OpenSSL adds
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  VOSTRO_CHECK(size >= 0);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::string to_text(const WebhookSecret& secret) {
  return "whsec_" + base64(secret);
}

std::string sign_delivery(ByteView secret, std::string_view id, UnixSeconds at,
                          std::string_view body) {
  std::string message;
  message.reserve(id.size() + body.size() + 24);
  message += id;
  message += "." + std::to_string(at.value) + ".";
  message += body;
  std::array<Byte, 32> mac{};
  unsigned size = mac.size();
  const Byte* done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          as_bytes(message).data(), message.size(), mac.data(), &size);
  VOSTRO_CHECK(done != nullptr && size == mac.size());
  return "v1," + base64(mac);
}

}  // namespace vostro::node
