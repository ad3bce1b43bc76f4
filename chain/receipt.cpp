#include "chain/receipt.h"

#include "base/codec.h"

namespace vostro::chain {

std::string_view to_string(ReceiptKind kind) {
  switch (kind) {
    case ReceiptKind::transaction:
      return "transaction";
    case ReceiptKind::item:
      return "item";
    case ReceiptKind::due:
      return "due";
  }
  return "unknown";
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::rejected:
      return "rejected";
    case Status::delayed:
      return "delayed";
    case Status::held:
      return "held";
    case Status::settled:
      return "settled";
    case Status::cancelled:
      return "cancelled";
    case Status::released:
      return "released";
    case Status::blocked:
      return "blocked";
    case Status::credited:
      return "credited";
    case Status::recall_requested:
      return "recall_requested";
    case Status::returned:
      return "returned";
    case Status::done:
      return "done";
  }
  return "unknown";
}

std::string_view iso_status(Status status) {
  switch (status) {
    case Status::delayed:
    case Status::held:
      return "PDNG";
    case Status::settled:
      return "ACSC";
    case Status::credited:
      return "ACCC";
    case Status::blocked:
      return "BLCK";
    case Status::cancelled:
      return "CANC";
    case Status::rejected:
    case Status::released:
      return "RJCT";
    // A request leaves the payment settled, a return is a message of its own (pacs.004).
    case Status::recall_requested:
    case Status::returned:
    case Status::done:
      return "";
  }
  return "";
}

std::string_view to_string(EntryKind kind) {
  switch (kind) {
    case EntryKind::principal:
      return "principal";
    case EntryKind::charge:
      return "charge";
  }
  return "unknown";
}

Hash receipt_hash(const Receipt& receipt) {
  return hash("receipt", encode(receipt));
}

}  // namespace vostro::chain
