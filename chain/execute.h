/// Executes a block on its parent's state. A pure function of both: every voter computes the same
/// roots, and nothing is stored here; what changes leaves as values. Source: blueprint section 3;
/// consensus-spec section 3, "Payload verdict".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/evidence.h"
#include "chain/policy.h"
#include "chain/receipt.h"
#include "chain/storage.h"
#include "chain/transaction.h"

namespace vostro::chain {

/// Where a lane stands after the block (consensus-spec section 7), as the state keeps it.
struct LaneRecord {
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;
  Hash tip;

  auto operator<=>(const LaneRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(incarnation, seq, tip);
  }
};

struct BlockInput {
  Hash network_id;
  Height height;
  UnixMillis time;
  Hash parent;  ///< digest of the block before: the anchor of its epoch where this is the first
  UnixMillis parent_time;
  /// The transactions of the block's batches, in execution order, before any is dropped.
  std::vector<VerifiedTransactionPtr> candidates;
  /// Lanes that the cut moves, by author.
  std::map<std::uint16_t, LaneRecord> lanes;
};

/// New value of each key that the block touched; none where it was erased. Ordered by key.
using Changes = std::map<Bytes, std::optional<Bytes>>;

/// The epoch that begins after a closing block (consensus-spec section 9).
struct NextEpoch {
  std::uint16_t version = 1;
  std::vector<Validator> validators;  ///< ascending by id

  bool operator==(const NextEpoch&) const = default;
};

struct ExecutedBlock {
  Height height;
  UnixMillis time;
  std::vector<VerifiedTransactionPtr> transactions;  ///< included ones, in order
  /// Due ones, then each transaction's followed by its items', then those of changes that the
  /// block's end brings into force.
  std::vector<Receipt> receipts;
  std::vector<std::pair<OwnedId, IdRecord>> ids;  ///< newly used: transactions' and items'
  Changes state;
  Changes nodes;  ///< of the state tree, by position
  Hash tx_root;
  Hash receipt_root;
  Hash state_root;
  std::optional<NextEpoch> next_epoch;  ///< where this block closes its epoch
};

/// Why a block cannot be.
enum class ExecutionError : std::uint8_t {
  empty,             ///< No transaction is left and nothing was due: such a block is invalid.
  invariant_broken,  ///< The ledger contradicts itself: this node must stop (blueprint 3,
                     ///< "Invariants").
};

struct ExecutionFailure {
  ExecutionError error;
  std::string what;  ///< for the log: which invariant, both values
};

/// `judge` says what reported evidence proves: the same for everybody, as the check of a signature
/// is.
[[nodiscard]] Result<ExecutedBlock, ExecutionFailure> execute_block(const StateReader& state,
                                                                    const NodeReader& tree,
                                                                    const EvidenceJudge& judge,
                                                                    const BlockInput& input);

/// H("txs", H("ids", the block's newly used ids in order, each owner || id) || Merkle root of the
/// transaction hashes).
[[nodiscard]] Hash tx_root_of(const std::vector<std::pair<OwnedId, IdRecord>>& ids,
                              const std::vector<VerifiedTransactionPtr>& transactions);

/// Would execution at `now` include this transaction (not: would it settle)? For the door and for
/// "includable" (consensus-spec section 7). Reasons are those of dropping by rule.
enum class Inclusion : std::uint8_t {
  included,
  expired,               ///< valid_until has passed
  too_far_ahead,         ///< valid_until is beyond max_validity
  id_used,               ///< its id is in the set already
  actor_unknown,         ///< AC02 or RC05: the acting account or participant is unknown
  signer_not_in_policy,  ///< DS0H; of a Ready, the key is no validator's of that participant
  signatures_short,      ///< DS19
};
[[nodiscard]] std::string_view to_string(Inclusion inclusion);
[[nodiscard]] Inclusion check_inclusion(const StateReader& state,
                                        const VerifiedTransaction& transaction, UnixMillis now);

/// Who is asked to sign a transaction, for people and for what collects signatures. Decides
/// nothing: that is `check_inclusion`.
struct SigningNeed {
  Policy policy;             ///< of the acting account, bank or currency, as the state has it
  std::optional<Rule> rule;  ///< none: any one key will do, or no rule fits the amount (AM02)
};
/// Empty where the acting account, participant or currency is unknown.
[[nodiscard]] std::optional<SigningNeed> signing_need(const StateReader& state,
                                                      const VerifiedTransaction& transaction);

/// The earliest time at which something is due in this state, a closing of the epoch among it; none
/// when nothing waits for its time alone.
[[nodiscard]] std::optional<UnixSeconds> next_due(const StateReader& state);

}  // namespace vostro::chain
