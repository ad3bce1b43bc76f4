/// How a receiver knows that a delivery is ours: HMAC-SHA-256 over id, time and body, in the form
/// of the Standard Webhooks specification 1.0.0, for which receivers have libraries. Pure; any
/// thread. Source: docs/decisions/0017-webhooks.md.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/strong.h"

namespace vostro::node {

using WebhookSecret = std::array<Byte, 32>;

/// "whsec_" and the secret in base64: as it is shown, once.
[[nodiscard]] std::string to_text(const WebhookSecret& secret);
/// "v1," and base64 of HMAC-SHA-256(secret, "ID.SECONDS.BODY").
[[nodiscard]] std::string sign_delivery(ByteView secret, std::string_view id, UnixSeconds at,
                                        std::string_view body);

}  // namespace vostro::node
