/// What the bridge and its bank tell each other, as far as the flows act on it; the whole message
/// stays in the journal. Plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/identifiers.h"
#include "base/money.h"
#include "base/time.h"

namespace vostro::bridge {

/// A credit or debit on an account of ours (camt.054).
struct FiatEntry {
  std::string account;    ///< ours
  std::string reference;  ///< the bank's own for this entry; empty: it gave none
  Money amount;
  bool is_credit = true;
  bool is_booked = true;  ///< else announced only
  bool is_reversal = false;
  std::size_t payments = 1;  ///< that the entry is the sum of
  std::string debtor_account;
  std::vector<std::string> texts;        ///< end-to-end id and remittance lines
  std::vector<std::string> instruction;  ///< ids that we may have given the payment
  std::optional<Date> value;
};
struct FiatNotice {
  std::vector<FiatEntry> entries;
};

/// What becomes of a payment that we ordered (pacs.002).
struct PayoutAnswer {
  std::string message_id;  ///< of the order
  std::optional<Uuid> uetr;
  std::string status;  ///< as the bank says it: "ACSC"
  std::string code;    ///< the reason; empty where there is none
};
struct PayoutStatus {
  std::vector<PayoutAnswer> answers;
};

/// A payment that our bank is to make (pacs.009). All of it follows from the Redeem and the
/// configuration, so that making it again gives the same bytes.
struct Payout {
  Bic agent;
  Bic bank;                ///< that gets the message
  std::string message_id;  ///< also instruction and end-to-end id
  Uuid uetr;
  UnixSeconds created;
  Date settlement;
  Money amount;
  std::string from_account;  ///< ours
  Bic creditor;
  Bic creditor_bank;
  std::string creditor_account;
  std::string remittance;
};

}  // namespace vostro::bridge
