/// What a replica has of one epoch: its committee, its place in it, the machine that votes, the
/// lanes, and whatever is in the works for blocks of it. Made anew, as a whole, when the next epoch
/// begins: nothing of an old one can count in it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "consensus/engine.h"
#include "consensus/lanes.h"
#include "node/replica/epochs.h"
#include "node/replica/executor.h"

namespace vostro::node {

/// This node's place in an epoch, and with what it begins.
struct Standing {
  std::shared_ptr<const consensus::Committee> committee;
  std::optional<consensus::Identity> identity;  ///< none: it observes
  consensus::RecoveredState recovered;          ///< of this epoch
  bool is_recorded = true;   ///< the journal says already that this epoch has begun
  bool contradicts = false;  ///< the journal says that this epoch began otherwise
};

/// `newest_proof`: of the block store; counts where it is of this epoch.
[[nodiscard]] Standing standing_in(consensus::EpochContext context, Surroundings& surroundings,
                                   const std::optional<consensus::FinalityProof>& newest_proof);

/// A block that somebody wants executed here.
struct BlockTask {
  consensus::BlockBody body;
  std::set<consensus::ProposalId> verdicts;  ///< wanted by the engine
  bool notarized = false;                    ///< wanted whatever the engine says
  bool settled = false;                      ///< its batches are here and checked
  std::optional<consensus::CutFault> fault;
};

using BatchTransactions = std::vector<chain::VerifiedTransactionPtr>;

struct Era {
  /// `state`: after the anchor of the epoch, or later in it.
  Era(const consensus::Config& engine_config, const consensus::LaneConfig& lane_config,
      Standing standing, const chain::StateReader& state);

  std::shared_ptr<const consensus::Committee> committee;
  std::optional<consensus::ValidatorIndex> own;
  consensus::Signer* signer = nullptr;  ///< of `own`
  bool is_recorded = true;
  bool contradicts = false;
  std::uint32_t incarnation = 0;
  // Of the journal, until this has started.
  std::optional<consensus::FinalityProof> recovered_finality;
  std::vector<consensus::SharedBatch> recovered_batches;
  std::vector<consensus::BlockBody> recovered_bodies;

  consensus::Engine engine;
  consensus::Lanes lanes;

  std::deque<consensus::Event> inbox;  ///< for the engine, in order
  std::map<consensus::BlockId, BlockTask> tasks;
  std::set<consensus::BlockId> required;  ///< cuts asked of the lanes and not released
  std::map<consensus::BatchId, BatchTransactions>
      transactions;  ///< of held batches that were checked
  std::map<consensus::BatchId, View>
      journaled;  ///< BatchRecords in the journal, not yet stored, with the view they lie under
  std::deque<std::pair<Height, View>>
      archivable;     ///< once the height is stored, the journal needs nothing up to the view
  Height kept_until;  ///< of the blocks voted for before this start, the highest
  std::set<consensus::BatchId> useless;  ///< batches that would add nothing on `judged_on`
  consensus::BlockId judged_on;
  /// A batch that adds something on `judged_on`, and by which clock.
  std::optional<std::pair<consensus::BatchId, UnixMillis>> useful;
  std::vector<consensus::BlockWork> told_work;
  bool work_dirty = true;
  bool tasks_dirty = false;
};

}  // namespace vostro::node
