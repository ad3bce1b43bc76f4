/// The bank's messages to and from what the flows act on. With customer_messages.h the only file of
/// the bridge that knows iso20022. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "bridge/flow/customer.h"
#include "bridge/flow/fiat.h"

namespace vostro::bridge {

struct IncomingMessage {
  std::string type;        ///< "camt.054.001.08"
  Bic sender;              ///< head.001 From
  std::string message_id;  ///< of the message itself
  std::variant<FiatNotice, PayoutStatus, FiatStatements, CustomerOrders, RecallRequest,
               RecallAnswer, ReturnOrders>
      content;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<customer_text_max>(type), sender, bounded<customer_text_max>(message_id),
            tagged(content));
  }
};

/// Compiles what reading needs, so that a process which is forked later has it.
void prepare_reading();

/// A message with its header. `receiver`: us, as the header must say. `customers_sender`: where we
/// are a participant, whose core system sends what has no header (a pain.001). Errors: a sentence
/// that quotes nothing of the message but its form.
[[nodiscard]] Result<IncomingMessage, std::string> read_message(
    std::string_view text, const Bic& receiver,
    const std::optional<Bic>& customers_sender = std::nullopt);

/// pacs.009.001.08 with its header: the same payout gives the same bytes. Errors: a sentence; what
/// the configuration says has no place in the message.
[[nodiscard]] Result<std::string, std::string> write_payout(const Payout& payout);

}  // namespace vostro::bridge
