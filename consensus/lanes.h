/// Dissemination apart from voting: the own lane, the others' lanes, HAVE vectors, fetching, and
/// the cut a leader proposes. Knows no transaction: what the ledger thinks of a batch is told by
/// `on_batch_checked` and `mark_useful`. Pure: values in, actions out, time as an argument; one
/// thread. Source: consensus-spec section 7, 8 (E4) and 11.
///
/// How a driver (the replica) uses it:
/// - every batch that arrives with a valid author's signature goes to `on_batch`; it answers with
/// CheckBatch for a new
///   one. The ledger's stateless check of it comes back by `on_batch_checked(id, valid, items)`.
/// - a batch counts as useful until `mark_useful(id, false)`: said after an execution (on the
/// highest notarized block, at
///   the wall clock) would include none of its transactions. `find_candidate(lane_pos, ..)` shows
///   what to look at. `has_includable(lane_pos)` is then W1 of section 6, and `make_cut` never
///   makes a cut without a useful batch.
/// - `require_cut` for each proposal, notarized or final block whose batches are needed: it fetches
/// what lacks at once, and
///   answers exactly once with CutSettled; `release_cut` when the block is executed and final, or
///   given up.
/// - lane_pos of a block is the ledger's; `positions_after` gives that of a child from its cut
/// alone.
/// - `tick` whenever `next_wakeup` says so; nothing is sent or awaited on an idle network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "consensus/lane_store.h"
#include "consensus/types.h"

namespace vostro::consensus {

struct LaneConfig {
  StoreCaps caps{};
  std::size_t block_bytes_max =
      8 * 1024 * 1024;  ///< max_block_bytes: encoded signed batches of one cut; chain parameter
  std::size_t block_items_max =
      100'000;  ///< max_block_items: transactions and bulk items; chain parameter
  std::uint64_t have_period_ms = 8;  ///< least time between two HAVE to one peer
  std::uint64_t hint_delay_ms =
      30;  ///< a tip that a peer reports, or a gap, may still be on its way from the author
  std::uint64_t fetch_retry_ms =
      150;  ///< silence before another peer is asked; doubles each round of all sources
  std::uint64_t fetch_retry_max_ms = 2'000;
  std::uint64_t hint_again_ms =
      1'000;  ///< a report that was not made good counts again when repeated after this, and one
              ///< whose tip is held is looked behind for what lacks
  std::size_t fetches_per_peer_max = 16;  ///< unanswered requests to one peer
  std::size_t reply_batches_max = 1'024;  ///< batches in one answer to GET_BATCH
  std::uint64_t standing_blocks =
      64;  ///< final blocks for which a lane that caused a fetch needs HAVE >= Q
  std::size_t cuts_max = 4'096;  ///< cuts held by `require_cut` at once
};

/// Why a cut is invalid on its parent, in order of precedence. Deterministic functions of chain
/// content only.
enum class CutFault : std::uint8_t {
  not_ascending,   ///< Authors do not ascend, or one appears twice.
  unknown_author,  ///< An author that is no validator of the epoch.
  empty_run,       ///< first_seq is 0 or above last_seq.
  not_contiguous,  ///< Neither the next of the same incarnation nor the first of a higher one.
  broken_chain,    ///< A batch named is not of that author, incarnation, place, or its prev is not
                   ///< what must be there.
  invalid_batch,   ///< A batch with no transaction, a malformed one, or one that the ledger's check
                   ///< refused.
  too_many_bytes,  ///< Above block_bytes_max.
  too_many_items,  ///< Above block_items_max.
};
[[nodiscard]] std::string_view to_string(CutFault fault);

/// Which of the above a cut has on lane_pos of its parent block, as far as can be told without
/// batches.
[[nodiscard]] std::optional<CutFault> cut_shape_fault(const Cut& cut, const LanePositions& parent,
                                                      std::size_t validators);
/// lane_pos after a block with this cut.
[[nodiscard]] LanePositions positions_after(LanePositions parent, const Cut& cut);

// ---- What Lanes asks of its driver ----

/// Send to every peer (an own batch, or one that others lack before a PROPOSE).
struct BroadcastBatch {
  HeldBatch batch;
  bool operator==(const BroadcastBatch&) const = default;
};
/// Send GET_BATCH{ref} to this validator; none: no validator of the epoch that could have it is in
/// reach, and only who is past the epoch can help.
struct FetchBatches {
  std::optional<ValidatorIndex> from;
  LaneRef ref;
  bool operator==(const FetchBatches&) const = default;
};
/// Send HAVE with these entries, which replace what the peer knows of these lanes.
struct SendHave {
  ValidatorIndex to;
  LanePositions entries;
  bool operator==(const SendHave&) const = default;
};
/// Have the ledger check this batch by itself, and answer with on_batch_checked.
struct CheckBatch {
  HeldBatch batch;
  bool operator==(const CheckBatch&) const = default;
};
/// The cut of this block is complete and checked, or is invalid for good. Once for each
/// require_cut.
struct CutSettled {
  BlockId block;
  std::optional<CutFault> fault;  ///< none: all batches are here and valid
  bool operator==(const CutSettled&) const = default;
};
/// E4: store and gossip the two batches.
struct ReportFork {
  BatchFork fork;
  bool operator==(const ReportFork&) const = default;
};
/// A batch with this node's signature that this run of it has not made: its key is in use
/// elsewhere. Stop voting.
struct OwnKeyElsewhere {
  HeldBatch batch;
  bool operator==(const OwnKeyElsewhere&) const = default;
};
using LaneAction = std::variant<BroadcastBatch, FetchBatches, SendHave, CheckBatch, CutSettled,
                                ReportFork, OwnKeyElsewhere>;
using LaneActions = std::vector<LaneAction>;

/// Why the own lane takes no batch now. The client gets "try later"; its transaction stays in the
/// admission log.
enum class LaneRefusal : std::uint8_t {
  observer,        ///< This node is no validator.
  no_incarnation,  ///< begin_incarnation has not been called since the start.
  too_large,       ///< The transactions exceed the hard cap of one batch, or there are none.
  full,            ///< The own share past the final position is used up.
};

/// A block whose batches are needed.
struct RequiredCut {
  BlockId block;
  Cut cut;
  LanePositions parent;     ///< lane_pos of the parent block
  ValidatorIndex proposer;  ///< asked first, beside authors and reporters
};

struct MadeCut {
  Cut cut;                             ///< empty: nothing useful can be referenced
  std::vector<HeldBatch> send_to_all;  ///< before the PROPOSE: the others may lack these
};

class Lanes {
 public:
  /// `own` is none for an observer. `final_positions` is lane_pos of the final block.
  Lanes(LaneConfig config, const Hash& ctx, std::size_t validators,
        std::optional<ValidatorIndex> own, LanePositions final_positions);

  // ---- The own lane ----
  /// Before `begin_incarnation`: a batch read back from the journal, of a block that this node
  /// voted for and that may yet become final. It stays, whatever newer incarnation comes, until
  /// `release_kept`.
  [[nodiscard]] LaneActions keep(HeldBatch batch);
  void release_kept();
  /// After each start, with an incarnation above all used before, and synced. Drops the own older,
  /// unpinned batches.
  void begin_incarnation(std::uint32_t incarnation);
  /// The next own batch, to be signed over its id. Nothing is remembered until on_own_batch.
  /// Errors: LaneRefusal, in its order.
  [[nodiscard]] Result<Batch, LaneRefusal> draft(std::vector<RawTransaction> transactions) const;
  /// The signed draft: must be the very next one. Its transactions were checked at admission, so it
  /// is valid.
  [[nodiscard]] LaneActions on_own_batch(HeldBatch batch, std::uint32_t items);

  // ---- What arrives ----
  /// `from`: the validator that sent it, none for one read back from disk. The author's signature
  /// is verified already.
  [[nodiscard]] LaneActions on_batch(std::optional<ValidatorIndex> from, HeldBatch batch,
                                     std::uint64_t now_ms);
  [[nodiscard]] LaneActions on_batch_checked(const BatchId& id, bool valid, std::uint32_t items);
  void mark_useful(const BatchId& id, bool useful) { store_.set_useful(id, useful); }
  /// Entries of authors that are no validators are ignored; a hint, never believed.
  void on_have(ValidatorIndex from, const LanePositions& entries, std::uint64_t now_ms);
  void on_peer_up(ValidatorIndex peer);
  void on_peer_down(ValidatorIndex peer);

  // ---- Blocks ----
  /// Idempotent for a block that is held. Fetches at once from proposer, author and reporters.
  [[nodiscard]] LaneActions require_cut(RequiredCut required, std::uint64_t now_ms);
  void release_cut(const BlockId& block);
  /// What require_cut came to, for a cut that is held; none while batches lack or are not checked.
  [[nodiscard]] std::optional<CutSettled> settled(const BlockId& block) const;
  /// A block is final: its lane_pos. Call once for each final block, in height order.
  void on_final(const LanePositions& positions);

  // ---- Time ----
  /// Sends what changed to the leaders of this view and the next, and repeats fetches that stayed
  /// unanswered.
  [[nodiscard]] LaneActions tick(std::uint64_t now_ms, const std::set<ValidatorIndex>& leaders);
  /// When `tick` has something to do next; none: nothing outstanding. Ask again after each input.
  [[nodiscard]] std::optional<std::uint64_t> next_wakeup(
      const std::set<ValidatorIndex>& leaders) const;

  // ---- Questions ----
  /// The whole vector, for STATUS and RETX: the driver sends it to all, so lost HAVEs heal.
  [[nodiscard]] LanePositions have_vector() const;
  /// Answer to GET_BATCH: from the tip backwards (each batch names the one before it, so a cut-off
  /// answer is of use), at most `bytes_max` and reply_batches_max. Empty where the tip is not held:
  /// the block store may have it.
  [[nodiscard]] std::vector<HeldBatch> answer(const LaneRef& ref, std::size_t bytes_max) const;
  /// What a leader proposes on a block with this lane_pos. Never without a useful batch, never
  /// above the block's limits.
  [[nodiscard]] MadeCut make_cut(const LanePositions& parent, ValidatorIndex proposer) const;
  /// W1: a batch is held, contiguous after `parent`, valid and useful.
  [[nodiscard]] bool has_includable(const LanePositions& parent) const;
  /// Shows the batches of which the replica may ask itself whether they are useful, contiguous
  /// after `parent` and valid, until it wants one; false where it wants none.
  bool find_candidate(const LanePositions& parent,
                      const std::function<bool(const StoredBatch&)>& is_wanted) const;
  /// In execution order: lanes cyclically from proposer + 1, then by seq. None where a batch is not
  /// held.
  [[nodiscard]] std::optional<std::vector<HeldBatch>> batches_of(const Cut& cut,
                                                                 ValidatorIndex proposer) const;
  /// The batches of a cut that are not held, as far as known: one ref per lane, ending at the first
  /// that lacks.
  [[nodiscard]] std::vector<LaneRef> missing(const Cut& cut) const;
  /// True where a lane needs HAVE >= Q to be referenced: it forked, or caused a fetch within
  /// standing_blocks.
  [[nodiscard]] bool is_in_bad_standing(ValidatorIndex author) const;
  /// Nodes known to hold the batch: this one, and those whose reported tip is it or a held
  /// descendant of it.
  [[nodiscard]] std::size_t holders_of(const HeldBatch& batch) const;

  [[nodiscard]] const LaneStore& store() const { return store_; }
  /// As LaneStore::take_dropped. To be called after each step, else the list grows.
  [[nodiscard]] std::vector<BatchId> take_dropped() { return store_.take_dropped(); }
  [[nodiscard]] std::size_t fetches_open() const { return fetches_.size(); }

 private:
  /// One lane of a required cut: walked from its tip backwards as batches arrive.
  struct LaneWalk {
    LaneRef ref;
    BatchId next;  // the batch looked for
    std::uint64_t next_seq = 0;
    bool complete = false;
  };
  struct Requirement {
    RequiredCut required;
    std::vector<LaneWalk> walks;
    std::vector<BatchId> pinned;
    std::optional<CutSettled> settled;
  };
  struct Fetch {
    LaneRef ref;                             // ends at the batch that lacks
    std::set<BlockId> for_blocks;            // empty: by a hint only
    std::optional<ValidatorIndex> proposer;  // of the first block that named it
    std::size_t attempts = 0;
    std::optional<ValidatorIndex> asked;
    std::uint64_t next_ms = 0;  // when to ask (again)
  };
  struct Reported {
    LanePosition position;
    std::uint64_t since_ms = 0;
    bool disbelieved = false;  // asked for and not delivered; until it is reported anew
    // Where that tip is held: a batch before it that is not, so that the tip is of no use yet.
    // Whoever reports the tip has it. None until it is looked for, and when it was not delivered.
    LanePosition lacking;
    std::uint64_t looked_ms = 0;
  };
  /// A batch held while one before it is not.
  struct GapSeen {
    BatchId tip;  // the nearest that lacks
    std::uint64_t since_ms = 0;
    bool given_up = false;
  };
  struct Hint {
    LaneRef ref;
    std::uint64_t due_ms = 0;  ///< when to follow it
  };
  enum class Selection : std::uint8_t { by_policy, all_held };
  struct Candidate {
    ValidatorIndex author;
    std::vector<const StoredBatch*> run;
    std::size_t taken = 0;
    std::size_t first_useful = 0;
  };

  void advance_walks(const BlockId& block, Requirement& requirement, const Fetch* arrived,
                     std::uint64_t now_ms, LaneActions& actions);
  [[nodiscard]] std::optional<CutFault> walk(LaneWalk& lane, Requirement& requirement);
  [[nodiscard]] std::optional<CutFault> size_fault(const Requirement& requirement) const;
  [[nodiscard]] bool is_complete(const Requirement& requirement) const;
  void settle(const BlockId& block, Requirement& requirement, std::optional<CutFault> fault,
              LaneActions& actions);
  void want(const LaneRef& ref, const BlockId& block, ValidatorIndex proposer, const Fetch* arrived,
            std::uint64_t now_ms, LaneActions& actions);
  void continue_hint(const Fetch& arrived, const Batch& batch, std::uint64_t now_ms);
  void forget_fetches_of(const BlockId& block);
  void ask(const BatchId& id, Fetch& fetch, std::uint64_t now_ms, LaneActions& actions);
  [[nodiscard]] std::vector<ValidatorIndex> sources_of(const Fetch& fetch) const;
  [[nodiscard]] std::size_t open_requests_to(ValidatorIndex peer) const;
  [[nodiscard]] std::uint64_t retry_after(const Fetch& fetch, std::size_t sources) const;
  void note_held_by(ValidatorIndex peer, const Batch& batch, const BatchId& id,
                    std::uint64_t now_ms);
  void note_gap(ValidatorIndex author, std::uint64_t now_ms);
  void look_behind(ValidatorIndex author, Reported& reported, std::uint64_t now_ms);
  [[nodiscard]] bool is_good_hint(ValidatorIndex author, const LanePosition& position) const;
  [[nodiscard]] bool is_fetching_from_lane(ValidatorIndex author) const;
  [[nodiscard]] std::optional<Hint> oldest_hint(ValidatorIndex author) const;
  /// The oldest that is still good of each lane that nothing is fetched from, by author.
  [[nodiscard]] std::vector<Hint> hints() const;
  void give_up_hint(const Fetch& fetch);
  void send_haves(std::uint64_t now_ms, const std::set<ValidatorIndex>& leaders,
                  LaneActions& actions);
  void unpin(const BatchId& id);
  [[nodiscard]] LanePositions unsent_to(ValidatorIndex peer) const;
  [[nodiscard]] std::vector<Candidate> select(const LanePositions& parent, ValidatorIndex proposer,
                                              Selection selection) const;
  [[nodiscard]] Cut fill(std::vector<Candidate>& candidates) const;
  [[nodiscard]] std::size_t allowed(ValidatorIndex author,
                                    const std::vector<const StoredBatch*>& run) const;
  [[nodiscard]] std::vector<std::size_t> holders_along(
      ValidatorIndex author, const std::vector<const StoredBatch*>& run) const;
  [[nodiscard]] bool is_own_key_elsewhere(const Batch& batch) const;
  [[nodiscard]] std::size_t quorum() const { return 2 * store_.validators() / 3 + 1; }
  [[nodiscard]] std::size_t one_honest() const { return (store_.validators() - 1) / 3 + 1; }

  LaneConfig config_;
  Hash ctx_;
  std::optional<ValidatorIndex> own_;
  LaneStore store_;
  std::optional<std::uint32_t> incarnation_;
  LanePosition own_tip_;
  std::vector<BatchId> kept_;  ///< pinned by `keep`
  std::map<BlockId, Requirement> required_;
  std::map<BatchId, Fetch> fetches_;
  std::map<ValidatorIndex, std::map<ValidatorIndex, Reported>> reported_;  // by peer, then lane
  std::map<ValidatorIndex, GapSeen> gaps_;
  std::map<ValidatorIndex, LanePositions> sent_;  // by peer: what HAVE has told it
  std::map<ValidatorIndex, std::uint64_t> have_sent_ms_;
  std::set<ValidatorIndex> connected_;
  /// oldest_hint of each lane. It is of what n peers say, and is asked for after each input of the
  /// node, most of which are votes: kept until an input that may change it, each of which drops it.
  mutable std::map<ValidatorIndex, std::optional<Hint>> hint_of_;
  std::uint64_t final_blocks_ = 0;                           // counted since the start
  std::map<ValidatorIndex, std::uint64_t> caused_fetch_at_;  // value of final_blocks_
  std::set<ValidatorIndex> proven_;  // lanes with a final reference since the start
};

}  // namespace vostro::consensus
