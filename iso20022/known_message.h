/// Messages that were read or written here before, and kept. Beside message.h, whose limits, lexer
/// and rules hold for them too. Pure; any thread.
#pragma once

#include <string_view>

#include "iso20022/message.h"

namespace vostro::iso20022 {

/// As read_message, but for the guideline: `text` is what that has taken, or write_message has
/// written. Never for what comes from outside.
[[nodiscard]] Result<Message, Problems> read_known_message(std::string_view text);

}  // namespace vostro::iso20022
