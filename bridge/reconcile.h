/// Fiat held against money on the ledger: for each currency, what the book says the bank holds must
/// be the ledger's supply and what is in flight, to the cent. Source: issue 5, point 10.
#pragma once

#include <string>
#include <vector>

#include "bridge/book/links.h"
#include "bridge/config.h"
#include "client/api.h"

namespace vostro::bridge {

/// One currency, in its minor units. `held` = `supply` + `issuing` + `suspense` - `burning` +
/// `difference`.
struct PoolPosition {
  Currency currency;
  std::uint8_t exponent = 2;
  MinorUnits held;        ///< at the bank, by the book
  MinorUnits supply;      ///< on the ledger: issued less redeemed, locked for redemption among it
  MinorUnits issuing;     ///< credited, and not issued yet
  MinorUnits suspense;    ///< credited, and nobody knows for whom
  MinorUnits burning;     ///< paid out, and not burnt yet
  MinorUnits redeeming;   ///< part of the supply: locked, to be paid out
  MinorUnits difference;  ///< the break; 0 is good
  MinorUnits unmatched;   ///< how much of it the book knows as unexplained
};

struct Reconciliation {
  UnixMillis at;
  Height book_height;               ///< how far the book has read the chain
  Height ledger_height;             ///< where the ledger stood when it was asked
  std::vector<PoolPosition> pools;  ///< in the order of the configuration
  std::vector<std::string>
      missing;  ///< currencies that the ledger does not have, or of another agent
  Audit audit;
  std::size_t alarms = 0;

  /// Book and ledger were looked at at one height: only then is a difference a break.
  [[nodiscard]] bool is_comparable() const { return book_height == ledger_height; }
  [[nodiscard]] bool is_sound() const;
};

/// The difference of each pool from its parts. Pure.
void add_up(PoolPosition& position);

/// Asks the node and reads the book. `with_audit`: recompute the book's chain of hashes, too.
/// Errors: a sentence.
[[nodiscard]] Result<Reconciliation, std::string> reconcile(Book& book, client::ApiClient& api,
                                                            const BridgeConfig& config,
                                                            const Hash& network_id, UnixMillis now,
                                                            bool with_audit);

/// For a controller to read and sign, and for machines.
[[nodiscard]] std::string to_report(const Reconciliation& reconciliation);
[[nodiscard]] std::string to_json(const Reconciliation& reconciliation);

}  // namespace vostro::bridge
