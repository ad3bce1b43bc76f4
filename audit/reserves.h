/// Reserves against supply, judged by a rule of its own: what each settlement agent attested last,
/// what is in circulation by the entries of receipts, and whether what was issued was within the
/// one and covered the other. After each block what it knows is compared with the state. Rows lie
/// beside the ledger in the work store.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "audit/finding.h"
#include "base/bytes.h"
#include "chain/execute.h"

namespace vostro::audit {

class Reserves {
 public:
  /// Rows of the block before. Outlives this.
  using ReadRow = std::function<std::optional<Bytes>(ByteView key)>;
  explicit Reserves(ReadRow read) : read_(std::move(read)) {}

  /// Follows the block's receipts in order. Errors: an attestation that should not have been taken;
  /// money that was issued beyond the last one, or on one that was too old; a currency's record
  /// that says something else.
  [[nodiscard]] Checked<void> post(const chain::ExecutedBlock& block);
  /// The rows that the last post changed; to be stored with the block.
  [[nodiscard]] chain::Changes take_rows();

  struct Pool;
  struct Waiting;

 private:
  class Walk;

  [[nodiscard]] std::optional<Bytes> row(ByteView key) const;

  ReadRow read_;
  chain::Changes rows_;
};

}  // namespace vostro::audit
