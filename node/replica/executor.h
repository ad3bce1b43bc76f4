/// Executes blocks speculatively: a tree of executed, not yet stored blocks above the store's head,
/// each a layer over its parent's state (consensus-spec section 3). Builds blocks for a leader and
/// judges those of others, by the same execution. Pure; owned by the replica.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chain/branch.h"
#include "chain/execute.h"
#include "consensus/committee.h"
#include "consensus/evidence.h"
#include "consensus/lanes.h"
#include "consensus/messages.h"
#include "node/replica/epochs.h"

namespace vostro::node {

/// One executed block.
struct ExecutedNode {
  std::shared_ptr<const consensus::BlockBody> body;
  std::shared_ptr<const chain::ExecutedBlock> executed;
  std::unique_ptr<chain::Branch> branch;
  consensus::LanePositions positions;  ///< lane_pos after it
  std::optional<UnixMillis> due;       ///< when the next thing becomes due in its state
  std::vector<consensus::HeldBatch> batches;
};

/// Why there is no executed block, in order of precedence.
enum class BlockFault : std::uint8_t {
  empty,        ///< Nothing would be included and nothing is due.
  wrong_roots,  ///< Executed, and a root, count or flag of the header differs: `what` names it with
                ///< both values.
  broken_ledger,  ///< An invariant broke: this node must stop.
};
struct BlockRefusal {
  BlockFault fault = BlockFault::empty;
  std::string what;
};

class Executor {
 public:
  /// `state` and `tree` are those of the store, at `base` and always at its newest block later.
  Executor(std::shared_ptr<const consensus::Committee> committee, const chain::StateReader& state,
           const chain::NodeReader& tree, BasePoint base);

  [[nodiscard]] const BasePoint& base() const { return base_; }
  [[nodiscard]] bool is_executed(const consensus::BlockId& id) const {
    return id == base_.id || nodes_.contains(id);
  }
  [[nodiscard]] const ExecutedNode* find(const consensus::BlockId& id) const;
  [[nodiscard]] const std::map<consensus::BlockId, ExecutedNode>& nodes() const { return nodes_; }
  /// Of an executed block.
  [[nodiscard]] const consensus::LanePositions& positions(const consensus::BlockId& id) const;
  [[nodiscard]] const chain::StateReader& state(const consensus::BlockId& id) const;
  [[nodiscard]] UnixMillis time(const consensus::BlockId& id) const;
  [[nodiscard]] std::optional<UnixMillis> due(const consensus::BlockId& id) const;

  /// True also for the block itself. Blocks below the base count as no ancestors.
  [[nodiscard]] bool descends_from(consensus::BlockId id, const consensus::BlockId& ancestor) const;

  struct Plan {
    consensus::BlockId parent;  ///< executed
    View view;
    Height height;
    UnixMillis time;
    consensus::ValidatorIndex proposer;
    consensus::Cut cut;
    std::vector<consensus::HeldBatch> batches;  ///< of the cut, in execution order
    std::vector<chain::VerifiedTransactionPtr>
        transactions;  ///< of the batches, in execution order
  };
  /// Executes and keeps the block that these make.
  [[nodiscard]] Result<consensus::BlockId, BlockRefusal> build(Plan plan);
  /// Executes and keeps somebody's block, whose parent is executed, if all of its header is what
  /// execution gives.
  [[nodiscard]] Result<void, BlockRefusal> check(
      const consensus::BlockBody& body, std::vector<consensus::HeldBatch> batches,
      std::vector<chain::VerifiedTransactionPtr> transactions);

  /// The base closes an epoch: what comes on it is of the next one.
  void begin_epoch(std::shared_ptr<const consensus::Committee> committee);

  /// The block is final: everything that is not its ancestor or descendant is forgotten. Returns
  /// what was.
  [[nodiscard]] std::vector<consensus::BlockId> keep_only_branch_of(const consensus::BlockId& id);
  /// The lowest kept block is stored now: its children rest on the store.
  void stored(const consensus::BlockId& id);

 private:
  struct Ground {
    const chain::StateReader* state;
    const chain::NodeReader* tree;
  };
  [[nodiscard]] Ground ground_of(const consensus::BlockId& id) const;
  [[nodiscard]] Result<ExecutedNode, BlockRefusal> execute(const Plan& plan) const;
  [[nodiscard]] consensus::Header header_of(const Plan& plan,
                                            const chain::ExecutedBlock& executed) const;
  void keep(const consensus::BlockId& id, ExecutedNode node);

  std::shared_ptr<const consensus::Committee> committee_;
  const chain::StateReader& state_;
  const chain::NodeReader& tree_;
  consensus::Judge judge_;
  BasePoint base_;
  consensus::LanePositions base_positions_;
  std::optional<UnixMillis> base_due_;
  std::map<consensus::BlockId, ExecutedNode> nodes_;
};

/// The ledger's validators as the protocol has them.
[[nodiscard]] consensus::ValidatorSet set_of(const std::vector<chain::Validator>& validators);

/// lane_pos as the ledger's state keeps it, of authors 0 to validators - 1.
[[nodiscard]] consensus::LanePositions lane_positions(const chain::StateReader& state,
                                                      std::size_t validators);

}  // namespace vostro::node
