/// Fiat held against money on the ledger: for each currency, what the book says the bank holds must
/// be the ledger's supply and what is in flight, to the cent. Source: issue 5, point 10.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bridge/book/breaks.h"
#include "bridge/book/links.h"
#include "bridge/book/statements.h"
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
  std::optional<chain::Attestation>
      attested;  ///< what the ledger was told last that the bank holds
};

/// One account of ours against the bank's statements, signed. `held` = `closing` + `unstated` -
/// `unposted` + what open breaks say.
struct AccountPosition {
  Currency currency;
  std::uint8_t exponent = 2;
  std::string account;
  std::optional<Statement> last;  ///< none: no statement was taken yet
  MinorUnits held;                ///< by the book
  MinorUnits unstated;            ///< told or decided, and on no statement yet
  MinorUnits unposted;            ///< on a statement, and the payout is not decided yet
};

/// What one participant paid in and was paid out, against what the ledger issued to it and burnt.
/// `fiat` = `ledger` + `issuing` - `burning` + `difference`. Payments between participants are no
/// part of either side.
struct ParticipantPosition {
  Currency currency;
  std::uint8_t exponent = 2;
  Bic participant;
  MinorUnits fiat;     ///< credited for it less paid out to it
  MinorUnits ledger;   ///< issued to it less burnt
  MinorUnits issuing;  ///< credited, and not issued yet
  MinorUnits burning;  ///< paid out, and not burnt yet
  MinorUnits difference;
};

struct Reconciliation {
  UnixMillis at;
  Height book_height;               ///< how far the book has read the chain
  Height ledger_height;             ///< where the ledger stood when it was asked
  std::vector<PoolPosition> pools;  ///< in the order of the configuration
  std::vector<std::string>
      missing;  ///< currencies that the ledger does not have, or of another agent
  std::vector<AccountPosition> accounts;
  std::vector<ParticipantPosition> participants;  ///< by currency and BIC
  std::vector<Break> breaks;                      ///< that are open
  std::map<Currency, Date> business_dates;        ///< as the ledger has them
  std::vector<Stop> stops;                        ///< that are on
  std::vector<Statement> held;                    ///< statements that wait
  Audit audit;
  std::size_t alarms = 0;

  /// Book and ledger were looked at at one height: only then is a difference a break.
  [[nodiscard]] bool is_comparable() const { return book_height == ledger_height; }
  [[nodiscard]] bool is_sound() const;
  /// What is at odds by sums, for SecondLook.
  [[nodiscard]] std::set<std::string> what_differs() const;
};

/// The difference of each pool from its parts. Pure.
void add_up(PoolPosition& position);

/// What the book says; without the ledger's word there is no supply and no difference yet.
[[nodiscard]] Reconciliation position_of(BookTransaction& book, const BridgeConfig& config,
                                         const Hash& network_id, bool with_audit);
/// The ledger's word on each currency: supply, difference, and what is missing. Pure.
void hold_against(Reconciliation& position, const std::vector<client::CurrencyView>& ledger,
                  const Bic& agent);

/// Asks the node and reads the book. `with_audit`: recompute the book's chain of hashes, too.
/// Errors: a sentence.
[[nodiscard]] Result<Reconciliation, std::string> reconcile(Book& book, client::ApiClient& api,
                                                            const BridgeConfig& config,
                                                            const Hash& network_id, UnixMillis now,
                                                            bool with_audit);

/// What only sums show, as breaks of the book: opened where it is at odds, closed where it fits.
/// For a comparable one. Inside a transaction that writes.
void note_differences(BookTransaction& book, const Reconciliation& found);

}  // namespace vostro::bridge
