/// Carries out a stored bulk: sends its orders, each the same bytes however often, waits until they
/// are final, and fetches the receipt of every credit. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/bulk_journal.h"
#include "client/delivery.h"
#include "wallet-cli/wallet.h"

namespace vostro::wallet {

/// What became of one order of the bulk.
struct OrderOutcome {
  client::Delivery delivery;
  chain::Transaction transaction;  ///< decoded
};

/// What became of one credit.
struct ItemOutcome {
  std::string reference;
  std::uint32_t line = 0;
  Uuid uetr;
  chain::AccountId debtor;
  chain::AccountId creditor;
  Money amount;
  chain::OwnedId order;
  std::string status;       ///< of its receipt: "settled"; else "accepted", "expired", "refused",
                            ///< "not_sent", "unknown"
  std::string reason;       ///< of the receipt, "funds_short"; or the node's code where it refused
  std::string reason_code;  ///< ISO 20022
  std::optional<client::FinalReceipt> final;  ///< its own, or its bulk's where that was rejected
};

struct RunOutcome {
  std::vector<OrderOutcome> orders;
  std::vector<ItemOutcome> items;               ///< in the order of the file
  std::optional<client::JournalError> journal;  ///< what could not be noted; the outcomes stand
  std::string trouble;  ///< why the rest was not sent, or receipts are missing; else empty
};

/// "final", "accepted", "expired", "refused", "not_sent", "unknown"
[[nodiscard]] std::string_view outcome_word(client::Outcome outcome);

/// Called with the number of credits whose outcome is known.
using ReportProgress = std::function<void(std::size_t done)>;

[[nodiscard]] RunOutcome carry_out(Wallet& wallet, client::BulkJournal& journal,
                                   const client::BulkRun& run, const ReportProgress& report);

}  // namespace vostro::wallet
