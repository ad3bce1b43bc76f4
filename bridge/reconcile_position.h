/// A participant's book held against the ledger: what the book says the bank has on its account
/// must be what the ledger says, to the cent, and what it owes its customers must be there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bridge/book/links.h"
#include "bridge/config.h"
#include "client/api.h"

namespace vostro::bridge {

/// One currency, in its minor units. `position` + `own` = `customers` + `outgoing` + `incoming`, as
/// every entry of the book sums to zero; `difference` = `position` - `ledger`.
struct LedgerPosition {
  Currency currency;
  std::uint8_t exponent = 2;
  MinorUnits ledger;    ///< on the bank's account, by the node
  MinorUnits position;  ///< the same, by the book
  MinorUnits customers;
  MinorUnits outgoing;  ///< taken from customers, and not gone yet
  MinorUnits incoming;  ///< arrived, and not with a customer yet
  MinorUnits own;       ///< the rest of the bank; below zero where it owes
  MinorUnits difference;
  /// Of `outgoing` and `incoming` what no open payment explains: 0 in a book that is right.
  MinorUnits outgoing_unexplained;
  MinorUnits incoming_unexplained;

  [[nodiscard]] bool is_explained() const {
    return outgoing_unexplained.value == 0 && incoming_unexplained.value == 0;
  }
};

struct PositionReport {
  UnixMillis at;
  Height book_height;
  Height ledger_height;
  chain::AccountId account;
  std::vector<LedgerPosition> positions;  ///< by currency
  Audit audit;
  std::size_t alarms = 0;

  [[nodiscard]] bool is_comparable() const { return book_height == ledger_height; }
  [[nodiscard]] bool is_sound() const;
  /// The currencies of which something is at odds, for SecondLook.
  [[nodiscard]] std::set<std::string> what_differs() const;
};

/// Asks the node and reads the book. `with_audit`: recompute the book's chain of hashes, too.
/// Errors: a sentence.
[[nodiscard]] Result<PositionReport, std::string> reconcile_position(
    Book& book, client::ApiClient& api, const BridgeConfig& config, const Hash& network_id,
    UnixMillis now, bool with_audit);

[[nodiscard]] std::string to_report(const PositionReport& report);
[[nodiscard]] std::string to_json(const PositionReport& report);

}  // namespace vostro::bridge
