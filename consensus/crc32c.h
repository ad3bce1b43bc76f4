/// CRC-32C (Castagnoli polynomial, reflected, as in iSCSI, RFC 3720 appendix B.4): finds torn and
/// rotten journal bytes. It is no protection against an adversary. Table-driven, the same on every
/// machine. Pure.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace vostro::consensus {

/// Continue with `previous` being the result for the bytes before; 0 for a start.
/// crc32c("123456789") is 0xE3069283.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t previous = 0);

}  // namespace vostro::consensus
