/// Bringing a signed order to the ledger exactly once: store, send, learn the outcome, forget. One
/// thread at a time.
///
/// The rule behind every line: an order may be forgotten only when it is certain what became of it.
/// What a node's refusal proves depends on whether this order may have been sent before.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "client/api.h"
#include "client/payment_journal.h"

namespace vostro::client {

enum class Outcome : std::uint8_t {
  final,              ///< It has a receipt: settled, held, rejected, ...
  accepted,           ///< A node has taken it; it will be final, or expire.
  expired,            ///< It was in no block in time, and can never be.
  awaiting_approval,  ///< It waits on the bank's node for more signatures of the bank.
  refused,  ///< The node does not take this order, and no node has it: another one would need a new
            ///< id.
  not_sent,  ///< No node has it: it can be given again.
  unknown,   ///< It may or may not have been taken. Never to be read as "failed".
};

struct Delivery {
  Outcome outcome = Outcome::unknown;
  std::optional<FinalReceipt> final = {};     ///< where final
  std::optional<ApprovalView> approval = {};  ///< where it awaits approval, or had it
  std::optional<ApiError> error = {};         ///< why refused, not_sent or unknown
  std::optional<JournalError> journal =
      {};  ///< what could not be noted on disk; the outcome stands
};

/// Stores the order, then sends it. Errors: the order could not be stored; then nothing was sent.
[[nodiscard]] Result<Delivery, JournalError> deliver_new(PaymentJournal& journal, ApiClient& api,
                                                         const StoredOrder& order, bool wait_final);
/// Sends a stored order again, the same bytes.
[[nodiscard]] Delivery deliver_again(PaymentJournal& journal, ApiClient& api,
                                     const StoredOrder& order, bool wait_final);

/// For whoever keeps signed orders in a store of his own (client/bulk_journal.h): looks the order
/// up where it may have been sent before, sends it where no outcome is known, and notes nothing.
[[nodiscard]] Delivery deliver_kept(ApiClient& api, const StoredOrder& order,
                                    bool may_have_been_sent, bool wait_final);
/// The same of orders that were never sent, in one request and not waited for: what became of each,
/// in their order. At most ApiClient::submit_count_max.
[[nodiscard]] std::vector<Delivery> deliver_kept(ApiClient& api,
                                                 std::span<const StoredOrder> orders);

}  // namespace vostro::client
