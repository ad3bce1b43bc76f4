#include "bridge/channel/signature.h"

namespace vostro::bridge {
namespace {

Bytes message_of(ByteView content) {
  constexpr std::string_view kDomain = "VOSTRO-FILE-1";
  Bytes message(kDomain.begin(), kDomain.end());
  message.resize(16);
  append(message, content);
  return message;
}

}  // namespace

std::string sign_file(const SecretKey& key, ByteView content) {
  return to_text(key.sign(message_of(content))) + "\n";
}

bool is_signed_by(const PublicKey& key, ByteView content, std::string_view signature) {
  if (signature.ends_with('\n')) signature.remove_suffix(1);
  if (signature.ends_with('\r')) signature.remove_suffix(1);
  const auto given = signature_from_text(signature);
  return given && is_valid_signature(key, message_of(content), *given);
}

}  // namespace vostro::bridge
