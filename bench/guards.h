/// What must hold after a run: the ledger did its whole work for each payment. A guard looks at the
/// ledger through the API and computes by itself what it should find.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/guard.h"
#include "bench/load.h"
#include "bench/orders.h"

namespace vostro::bench {

/// Money as the API shows it: minor units in the account and held, by account and currency.
struct Balance {
  std::int64_t amount = 0;
  std::int64_t held = 0;
  bool operator==(const Balance&) const = default;
};
struct Balances {
  std::map<std::pair<chain::AccountId, Currency>, Balance> accounts;
  std::map<Currency, std::int64_t> supply;  ///< issued less redeemed, by the currency's own count
};
/// Each bank's accounts from its own node. Errors: a sentence.
[[nodiscard]] Result<Balances, std::string> read_balances(const Network& network);

/// What the accepted orders of a run come to, account by account, and some of them to look at.
class Ledgerbook {
 public:
  explicit Ledgerbook(const Book& book) : book_(book) {}

  /// Notes an order that the network has taken.
  void note(const Order& order);
  void note(const LoadResult& result);

  /// Compares with what the ledger says: every account, and the sums by currency.
  [[nodiscard]] std::vector<Guard> compare(const Balances& before, const Balances& after) const;
  /// Looks some of the noted payments up at every node: each must have come to its end everywhere.
  [[nodiscard]] Guard receipts(const Network& network) const;
  /// Posts copies of noted orders whose signature was turned by one bit to every node: each node
  /// must refuse each, although it knows the order itself as valid.
  [[nodiscard]] Guard forged_copies(const Network& network) const;

 private:
  const Book& book_;
  std::map<std::pair<std::uint32_t, bool>, Balance>
      change_;  ///< by account in the book, and whether in the foreign currency
  struct Sample {
    Uuid uetr;
    std::uint32_t debtor = 0;
    std::int64_t amount = 0;
    End end = End::settled;
  };
  std::vector<Sample> samples_;
  std::vector<Order> copied_;  ///< orders to forge
  std::size_t copied_bytes_ = 0;
  std::uint64_t noted_ = 0;                   ///< payments
  std::map<End, std::uint64_t> next_sample_;  ///< in `noted_`: each kind is looked at
};

/// What a load itself shows: forged ones were refused, what was accepted became final, and nothing
/// was answered that should not be.
[[nodiscard]] std::vector<Guard> guards_of(const LoadResult& result);
/// The rate is one that signatures verified at every node allow.
[[nodiscard]] Guard believable(const LoadResult& result, double ceiling);
/// All nodes have the same height, block and state root. Waits for those that are behind.
[[nodiscard]] Guard same_everywhere(const Network& network);

}  // namespace vostro::bench
