#include "node/api/timeline.h"

#include <algorithm>

namespace vostro::node::api {
namespace {

using chain::Receipt;
using chain::Status;

std::optional<std::array<char, 4>> code_of(const Receipt& receipt) {
  if (receipt.given_code) return receipt.given_code;
  if (!receipt.reason) return std::nullopt;
  const std::string_view iso = iso_code(*receipt.reason);
  std::array<char, 4> code{};
  if (iso.size() != code.size()) return std::nullopt;
  std::ranges::copy(iso, code.begin());
  return code;
}

/// The steps that lead from one status to the receipt's. A payment settles from held by an Accept
/// or from blocked by an Unblock; a Recall gives a code where a Cancel has the ledger's.
std::vector<PaymentStep> steps_to(const Receipt& receipt, Status before, bool is_due) {
  switch (receipt.status) {
    case Status::rejected:
      return {PaymentStep::rejected};
    case Status::delayed:
      return {PaymentStep::delayed};
    case Status::held:
      return {PaymentStep::held};
    case Status::settled:
      if (before == Status::held && !is_due) return {PaymentStep::accepted, PaymentStep::final_};
      if (before == Status::blocked) return {PaymentStep::unblocked, PaymentStep::final_};
      return {PaymentStep::final_};
    case Status::cancelled:
      if (receipt.given_code) return {PaymentStep::recalled, PaymentStep::cancelled};
      return {PaymentStep::cancelled};
    case Status::released:
      if (before == Status::blocked) return {PaymentStep::unblocked, PaymentStep::released};
      return {PaymentStep::released};
    case Status::blocked:
      return {PaymentStep::blocked};
    case Status::credited:
      return {PaymentStep::credited};
    case Status::recall_requested:
      return {PaymentStep::recalled};
    case Status::returned:
      return {PaymentStep::returned};
    case Status::done:
      return {PaymentStep::recall_refused};
  }
  return {};
}

}  // namespace

std::string_view to_string(PaymentStep step) {
  switch (step) {
    case PaymentStep::ordered:
      return "ordered";
    case PaymentStep::rejected:
      return "rejected";
    case PaymentStep::delayed:
      return "delayed";
    case PaymentStep::held:
      return "held";
    case PaymentStep::accepted:
      return "accepted";
    case PaymentStep::blocked:
      return "blocked";
    case PaymentStep::unblocked:
      return "unblocked";
    case PaymentStep::final_:
      return "final";
    case PaymentStep::cancelled:
      return "cancelled";
    case PaymentStep::released:
      return "released";
    case PaymentStep::recalled:
      return "recalled";
    case PaymentStep::recall_refused:
      return "recall_refused";
    case PaymentStep::credited:
      return "credited";
    case PaymentStep::returned:
      return "returned";
  }
  return "?";
}

std::vector<TimelineEvent> timeline_of(const chain::PaymentHistory& payment) {
  std::vector<TimelineEvent> events;
  Status now = Status::done;
  for (const chain::PlacedReceipt& placed : payment.receipts) {
    const Receipt& receipt = placed.receipt;
    const bool is_order = receipt.id == payment.name;
    const bool is_due = receipt.kind == chain::ReceiptKind::due;
    const auto add = [&](PaymentStep step, std::optional<std::array<char, 4>> code) {
      events.push_back({step, placed.time, placed.place, code});
    };
    if (&placed == &payment.receipts.front()) {
      add(PaymentStep::ordered, std::nullopt);
    } else {
      // A second use of the UETR is not this payment's; an answer that was rejected or waits out
      // its own delay has changed nothing yet.
      if (is_order && !is_due) continue;
      if (!is_order && (receipt.status == Status::rejected || receipt.status == Status::delayed))
        continue;
    }
    const auto steps = steps_to(receipt, now, is_due);
    for (const PaymentStep step : steps)
      // Of several steps of one receipt the code belongs to the one that was asked for.
      add(step, step == steps.front() ? code_of(receipt) : std::nullopt);
    if (receipt.status != Status::done) now = receipt.status;
  }
  return events;
}

}  // namespace vostro::node::api
