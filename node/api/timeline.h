/// What happened to a payment, step by step, as people tell it: out of its receipts, which say the
/// status after each order and not which order it was. Pure; any thread.
/// Source: docs/payment-life.md; the life table of docs/ledger.md.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "chain/store/view.h"

namespace vostro::node::api {

enum class PaymentStep : std::uint8_t {
  ordered,         ///< The order is in a block; what became of it is the next step.
  rejected,        ///< Its checks failed.
  delayed,         ///< It waits out its policy's delay.
  held,            ///< It waits for the creditor's bank.
  accepted,        ///< The creditor's bank took it.
  blocked,         ///< The creditor's bank froze it under a law.
  unblocked,       ///< And ended that.
  final_,          ///< The money is the creditor's.
  cancelled,       ///< Taken back before it settled, by Cancel or Recall.
  released,        ///< The money went back: rejected by the creditor's bank, or its time was over.
  recalled,        ///< The debtor's bank asks for it back.
  recall_refused,  ///< The creditor's bank keeps it.
  credited,        ///< The creditor has it on his account.
  returned,        ///< The creditor's bank gave it back.
};
[[nodiscard]] std::string_view to_string(PaymentStep step);

struct TimelineEvent {
  PaymentStep step = PaymentStep::ordered;
  UnixMillis time;  ///< of the block
  chain::ReceiptPlace place;
  std::optional<std::array<char, 4>> code;  ///< ISO 20022, given or the ledger's own

  bool operator==(const TimelineEvent&) const = default;
};

/// In the order of the chain. Orders that changed nothing (rejected ones, answers that wait out a
/// delay of their own) are no steps.
[[nodiscard]] std::vector<TimelineEvent> timeline_of(const chain::PaymentHistory& payment);

}  // namespace vostro::node::api
