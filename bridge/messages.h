/// The bank's messages to and from what the flows act on. The only file of the bridge that knows
/// iso20022. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "bridge/flow/fiat.h"

namespace vostro::bridge {

struct IncomingMessage {
  std::string type;        ///< "camt.054.001.08"
  Bic sender;              ///< head.001 From
  std::string message_id;  ///< of the message itself
  std::variant<FiatNotice, PayoutStatus, FiatStatements> content;
};

/// A message with its header. `receiver`: us, as the header must say. Errors: a sentence that
/// quotes nothing of the message but its form.
[[nodiscard]] Result<IncomingMessage, std::string> read_message(std::string_view text,
                                                                const Bic& receiver);

/// pacs.009.001.08 with its header: the same payout gives the same bytes. Errors: a sentence; what
/// the configuration says has no place in the message.
[[nodiscard]] Result<std::string, std::string> write_payout(const Payout& payout);

}  // namespace vostro::bridge
