/// The detached signature of a file: `NAME.sig` beside `NAME`, one line of "ed25519:" and 128
/// hexadecimal digits, over "VOSTRO-FILE-1" padded with zeros to 16 bytes, then the file's bytes.
/// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/keys.h"

namespace vostro::bridge {

inline constexpr std::string_view signature_suffix = ".sig";
inline constexpr std::size_t signature_bytes_max = 256;

[[nodiscard]] std::string sign_file(const SecretKey& key, ByteView content);
/// False for any text that is not the key's signature of these bytes.
[[nodiscard]] bool is_signed_by(const PublicKey& key, ByteView content, std::string_view signature);

}  // namespace vostro::bridge
