/// The batches this node holds, by author and place in the author's lane: what is stored, what is
/// refused, what is dropped, and which batch follows which. It keeps forks apart (a byzantine
/// author may sign two batches for one place) and never decides what is referenced: that is
/// lanes.h. Batches are shared, never copied. Pure; one thread. Source: consensus-spec section 7
/// (lanes), 8 (E4), 11 (caps).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "consensus/types.h"

namespace vostro::consensus {

/// `lane_pos`: the last batch of each lane that a block and its ancestors include. An absent author
/// stands at zero.
using LanePositions = std::map<ValidatorIndex, LanePosition>;

/// Bytes of a signed batch in its encoding, without encoding it. The unit of all batch caps,
/// max_block_bytes included.
[[nodiscard]] std::size_t encoded_size(const SignedBatch& batch);

/// A batch whose signature its author's key has been checked against, with its digest and encoded
/// size. Made by `hold` from a verified message, an own batch, or a batch read back from the
/// journal or the block store.
struct HeldBatch {
  BatchId id;
  std::size_t bytes = 0;
  std::shared_ptr<const SignedBatch> signed_batch;

  [[nodiscard]] const Batch& batch() const { return signed_batch->batch; }
  bool operator==(const HeldBatch& other) const { return id == other.id; }
};
/// Hashes the batch: cost is that of all its bytes, so the driver may do it in its worker pool.
[[nodiscard]] HeldBatch hold(std::shared_ptr<const SignedBatch> batch);

/// The ledger's word on a batch by itself: form and signatures of all its transactions. Not whether
/// they have money.
enum class BatchCheck : std::uint8_t { unchecked, valid, invalid };

struct StoredBatch {
  HeldBatch held;
  BatchCheck check = BatchCheck::unchecked;
  std::uint32_t items = 0;  ///< transactions and bulk items; known once `check` is valid
  bool useful =
      true;  ///< has a transaction that execution would include now, as far as the replica said
  std::uint32_t pins = 0;  ///< cuts of held proposals, notarized or undelivered blocks that name it
};

/// What became of a batch that arrived, in order of precedence.
enum class StoreOutcome : std::uint8_t {
  stored,       ///< New, and kept.
  duplicate,    ///< Held already.
  wrong_epoch,  ///< Its ctx is another than the current one, or its author is no validator.
  malformed,    ///< seq 0, or prev zero elsewhere than at seq 1, or encoded above the hard cap of a
                ///< batch.
  stale,        ///< At or before the final position, or of an older incarnation than one held.
  over_cap,     ///< The author has its share of batches or bytes past the final position already.
};

/// Two batches for one place in a lane, both signed: proof of a byzantine author (E4).
struct BatchFork {
  HeldBatch first;   ///< held before
  HeldBatch second;  ///< arrived now
  bool operator==(const BatchFork&) const = default;
};

struct StoreCaps {
  std::size_t batches_per_author = 1'024;
  /// All in memory, so less than the 64 MiB of spec section 11: four batches of the largest size.
  /// Counted by the node's memory budget.
  std::size_t bytes_per_author = 16 * 1024 * 1024;
  std::size_t forks_reported_per_author = 16;
};

class LaneStore {
 public:
  /// `validators` is n; authors are 0..n-1. `final_positions` is lane_pos of the final block.
  LaneStore(StoreCaps caps, const Hash& ctx, std::size_t validators, LanePositions final_positions);

  struct Added {
    StoreOutcome outcome = StoreOutcome::stored;
    std::optional<BatchFork> fork;  ///< set also where the batch itself is refused by a cap
  };
  /// `wanted`: a held cut names it, so neither caps nor staleness refuse it; what is wrong with it
  /// then makes that cut invalid instead. A batch without transactions, or a wanted one that is
  /// malformed, is stored as invalid. A batch of a new incarnation drops the author's older ones
  /// that are not pinned.
  Added add(HeldBatch batch, bool wanted);

  /// One more cut names this held batch: it stays, and does not count for the caps.
  void pin(const BatchId& id);
  /// One cut fewer. The last one drops the batch if it is stale by then.
  /// So it does where the batch is invalid, or its author is above a cap without it; `is_own`: of
  /// the own lane, which is never forgotten for a cap.
  void unpin(const BatchId& id, bool is_own);

  /// No effect where the batch is not held (any more).
  void set_check(const BatchId& id, BatchCheck check, std::uint32_t items);
  void set_useful(const BatchId& id, bool useful);

  /// Moves the final positions, and drops what is included, outdated, or on a branch that can never
  /// be included.
  void advance(const LanePositions& final_positions);
  /// Drops an author's unpinned batches below this incarnation (the own lane after a new start).
  void begin_incarnation(ValidatorIndex author, std::uint32_t incarnation);

  /// What was dropped since this was last called, for whoever keeps something of each held batch.
  /// It may be held again by now.
  [[nodiscard]] std::vector<BatchId> take_dropped() { return std::exchange(dropped_, {}); }

  [[nodiscard]] const StoredBatch* find(const BatchId& id) const;
  [[nodiscard]] bool holds(const BatchId& id) const { return find(id) != nullptr; }
  /// The last batch held without a gap after the final position, of the newest incarnation: what
  /// HAVE reports.
  [[nodiscard]] const LanePosition& tip(ValidatorIndex author) const { return lane(author).tip; }
  [[nodiscard]] const LanePosition& final_position(ValidatorIndex author) const {
    return lane(author).base;
  }
  /// The held chain that contiguously follows `position`: of a newer incarnation from its start, if
  /// its start is held, else of the same. At a fork the branch that arrived first. At most what is
  /// held; ends at the first gap.
  [[nodiscard]] std::vector<const StoredBatch*> chain_after(ValidatorIndex author,
                                                            const LanePosition& position) const;
  /// The same one by one, for those who stop early: the first, and what follows one; null at the
  /// end.
  [[nodiscard]] const StoredBatch* first_after(ValidatorIndex author,
                                               const LanePosition& position) const;
  [[nodiscard]] const StoredBatch* next_of(const StoredBatch& stored) const;
  /// The first batch beyond the contiguous tip that is held while batches between are not: {tip + 1
  /// .. its predecessor}.
  [[nodiscard]] std::optional<LaneRef> gap(ValidatorIndex author) const;
  /// Where the batch at this position is held: the nearest before it that is not, although it is
  /// past the final position. None where nothing lacks, or nothing can link the two any more.
  [[nodiscard]] std::optional<LanePosition> lacking_before(ValidatorIndex author,
                                                           const LanePosition& position) const;
  /// What to ask for to get the batch at this position and those before it.
  [[nodiscard]] LaneRef run_to(ValidatorIndex author, const LanePosition& position) const;
  /// True where a position is past the final one and within the caps, so worth fetching.
  [[nodiscard]] bool is_worth_having(ValidatorIndex author, const LanePosition& position) const;
  [[nodiscard]] bool has_forked(ValidatorIndex author) const { return lane(author).forks > 0; }
  [[nodiscard]] std::size_t batches_counted(ValidatorIndex author) const {
    return lane(author).batches_counted;
  }
  [[nodiscard]] std::size_t bytes_counted(ValidatorIndex author) const {
    return lane(author).bytes_counted;
  }
  [[nodiscard]] std::size_t size() const { return batches_.size(); }
  [[nodiscard]] std::size_t validators() const { return lanes_.size(); }

 private:
  using Place = std::pair<std::uint32_t, std::uint64_t>;  // incarnation, seq
  struct Lane {
    LanePosition base;
    LanePosition tip;
    std::uint32_t newest_incarnation = 0;
    std::map<Place, std::vector<BatchId>>
        places;                       // more than one id is a fork, in order of arrival
    std::deque<BatchId> run;          // the contiguous ones: they end at `tip`
    std::size_t batches_counted = 0;  // unpinned ones, for the caps
    std::size_t bytes_counted = 0;
    std::size_t forks = 0;
  };

  [[nodiscard]] const Lane& lane(ValidatorIndex author) const { return lanes_.at(author.value); }
  [[nodiscard]] Lane& lane(ValidatorIndex author) { return lanes_.at(author.value); }
  [[nodiscard]] bool is_stale(const Lane& lane, const Batch& batch) const;
  [[nodiscard]] static bool stays_contiguous(Lane& lane, const LanePosition& position);
  [[nodiscard]] std::vector<BatchId> dead_after(const Lane& lane) const;
  [[nodiscard]] const StoredBatch* child_of(const Lane& lane, const LanePosition& position) const;
  void drop(const BatchId& id);
  void drop_unpinned(const std::vector<BatchId>& ids);
  void drop_older_incarnations(ValidatorIndex author);
  void reset_tip(Lane& lane) const;
  void extend_tip(Lane& lane) const;

  StoreCaps caps_;
  Hash ctx_;
  std::map<BatchId, StoredBatch> batches_;
  std::vector<Lane> lanes_;
  std::vector<BatchId> dropped_;
};

}  // namespace vostro::consensus
