/// The money of a simulated network, counted once more and simply: what the accounts must hold is
/// the sum of all entries of all receipts, and what a payment does is what its client asked for.
/// Knows of the ledger only what it says in its receipts, and what its records say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chain/execute.h"
#include "tests/support/memory_ledger.h"

namespace vostro::sim {

class Books {
 public:
  /// What a client asked for. A payment that is neither settled nor waiting moves nothing.
  struct Asked {
    chain::AccountId from;
    chain::AccountId to;
    std::int64_t amount = 0;
    bool waits_for_acceptance = false;
  };
  void expect(const chain::OwnedId& payment, Asked asked) { asked_.emplace(payment, asked); }

  /// Posts a block's receipts; what is wrong with them.
  [[nodiscard]] std::vector<std::string> post(const chain::ExecutedBlock& block);
  /// Whether a store holds exactly what these books say. They are at the same height.
  [[nodiscard]] std::vector<std::string> compare(const test::MemoryStore& store) const;

 private:
  void post_payment(const chain::Receipt& receipt, const Asked& asked,
                    std::vector<std::string>& wrong);

  std::map<chain::OwnedId, Asked> asked_;
  std::map<chain::AccountId, std::int64_t> accounts_;
  std::map<chain::OwnedId, std::int64_t> holds_;
  std::int64_t issued_ = 0;
};

}  // namespace vostro::sim
