/// Delivery and catch-up: from "this block is final, by this proof" to "execute these blocks, in
/// height order". Fetches the headers and cuts between the own tip and the proven block, from many
/// peers, and believes a block only by the hash that a proof or a believed child names. Batches are
/// fetched by lanes.h, execution is the driver's. Pure: values in, actions out, time as an
/// argument; one thread. Source: consensus-spec section 5 (on_final, delivery queue) and 14.
///
/// How a driver uses it:
/// - `on_final` for each FinalityProof that is verified against the epoch's validators: an own one
/// of the engine, or one
///   that a peer sent and verify.h passed. `on_finality_answer` tells that a peer answered
///   GET_FINALITY at all.
/// - `on_body` for each block of a well-formed PROPOSE, so that a node that keeps up fetches
/// nothing.
/// - Deliver comes in height order, a few ahead of `on_executed`: require its cut at the lanes,
/// execute, store, call on_executed.
/// - `tick` whenever `next_wakeup` says so.
/// Long gaps: the chain of headers is walked down once, keeping the id of each 64th block (a rung)
/// beside the lowest blocks; what lies above is fetched again by rung when its turn comes. Memory
/// is thus bounded by bodies_max and 40 bytes per 64 blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "consensus/messages.h"
#include "consensus/types.h"

namespace vostro::consensus {

struct DeliveryConfig {
  std::uint64_t answer_timeout_ms = 1'000;  ///< silence before another peer is asked
  std::uint64_t rest_ms = 200;              ///< a peer that failed is not asked again sooner
  std::uint64_t distrust_ms = 60'000;       ///< a peer that lied is asked last for so long
  std::size_t deliver_ahead_max =
      8;  ///< delivered blocks not yet executed: times max_block_bytes is the memory for batches
  std::size_t bodies_max = 1'024;  ///< headers with cuts waiting above the last delivered block
  std::size_t offered_max = 256;   ///< bodies of proposals that are not final yet
  std::size_t pushed_per_peer_max =
      8;  ///< bodies that a peer sent unasked; an observer's subscription
  std::size_t requests_max =
      16;  ///< unanswered GET_BLOCK in all; one per peer where there are enough peers
  std::size_t push_blocks_max =
      8;  ///< blocks pushed to observers with one proof; further behind they fetch
  std::uint64_t behind_blocks = 64;  ///< final, not executed: as many as a leader may extend by
};

/// A block by height and id.
struct BlockPoint {
  Height height;
  BlockId id;
  bool operator==(const BlockPoint&) const = default;
};

/// Send GET_BLOCK{block, count} to this peer.
struct AskBlocks {
  PeerId from;
  BlockId block;
  std::uint8_t count = 1;
  bool operator==(const AskBlocks&) const = default;
};
/// Send GET_FINALITY to this peer.
struct AskFinality {
  PeerId from;
  bool operator==(const AskFinality&) const = default;
};
/// The next final block in height order. `proof` with the block it names; its ancestors come
/// without.
struct Deliver {
  BlockBody block;
  std::optional<FinalityProof> proof;
  bool operator==(const Deliver&) const = default;
};
/// Send BLOCK with these (newest first, as BLOCK has them), then FINALITY with the proof, to each
/// of the observers.
struct PushToObservers {
  std::vector<PeerId> observers;
  std::vector<BlockBody> blocks;
  FinalityProof proof;
  bool operator==(const PushToObservers&) const = default;
};

/// What a peer did. Data for its score; a session is closed by others.
enum class DeliveryFault : std::uint8_t {
  silent,       ///< No answer in time.
  has_nothing,  ///< An empty answer, or a proof no newer than ours although its STATUS promised
                ///< one.
  wrong_block,  ///< An answer with a block that is not its child's parent, whose cut is another, or
                ///< too many blocks.
};
[[nodiscard]] std::string_view to_string(DeliveryFault fault);
struct PeerFailed {
  PeerId peer;
  DeliveryFault fault = DeliveryFault::silent;
  bool operator==(const PeerFailed&) const = default;
};

/// Why this node must stop before any further vote: two final chains, so more than f validators are
/// byzantine, or this node's own state is wrong. Invariant I6.
enum class DeliveryHalt : std::uint8_t {
  not_a_descendant,  ///< A proven block does not have our last block, or one proven before, among
                     ///< its ancestors.
  two_final_blocks,  ///< Two proven blocks of one height.
  broken_heights,    ///< A believed block's height is not one above its parent's.
};
[[nodiscard]] std::string_view to_string(DeliveryHalt halt);
struct HaltDelivery {
  DeliveryHalt reason = DeliveryHalt::not_a_descendant;
  BlockPoint at;
  bool operator==(const HaltDelivery&) const = default;
};

using DeliveryAction =
    std::variant<AskBlocks, AskFinality, Deliver, PushToObservers, PeerFailed, HaltDelivery>;
using DeliveryActions = std::vector<DeliveryAction>;

class Delivery {
 public:
  /// `executed`: the newest block of the store, or the anchor. `validators`: the sessions of the
  /// epoch's validators: they are asked, the others get what becomes final pushed.
  Delivery(DeliveryConfig config, BlockPoint executed, std::set<PeerId> validators);

  [[nodiscard]] DeliveryActions on_peer_up(PeerId peer, std::uint64_t now_ms);
  [[nodiscard]] DeliveryActions on_peer_down(PeerId peer, std::uint64_t now_ms);
  /// STATUS: what the peer says to have. A hint, for whom to ask.
  [[nodiscard]] DeliveryActions on_status(PeerId peer, Height final_height, std::uint64_t now_ms);

  /// The same of a peer that is in a later epoch: it has the proof that ends this one, whether it
  /// is one of its validators or not.
  [[nodiscard]] DeliveryActions on_status_of_later_epoch(PeerId peer, Height final_height,
                                                         std::uint64_t now_ms);

  /// The proof is verified. Older and repeated ones have no effect.
  [[nodiscard]] DeliveryActions on_final(const FinalityProof& proof, std::uint64_t now_ms);
  /// The peer answered GET_FINALITY, and what was valid in it was given to on_final before.
  /// `newest`: of its valid proofs, none where there was none.
  [[nodiscard]] DeliveryActions on_finality_answer(PeerId peer, std::optional<Height> newest,
                                                   std::uint64_t now_ms);
  /// The body of a proposal, whose Cut hashes to its cut_root (verified). Kept while it may become
  /// final.
  void on_body(BlockBody body);
  /// BLOCK: an answer, or an observer's push. Unasked from anybody it is kept apart, a few per
  /// peer, until proven.
  [[nodiscard]] DeliveryActions on_blocks(PeerId from, const std::vector<BlockBody>& blocks,
                                          std::uint64_t now_ms);
  /// The block was executed and is stored: must be the next delivered one.
  [[nodiscard]] DeliveryActions on_executed(Height height, std::uint64_t now_ms);

  /// The block that closes the epoch was executed and is stored: from now on proofs are those of
  /// the next one, with these validators.
  [[nodiscard]] DeliveryActions begin_epoch(std::set<PeerId> validators, std::uint64_t now_ms);
  /// The block that closes the epoch is known to be final: of this epoch there is nothing more.
  [[nodiscard]] bool epoch_has_ended() const {
    return newest_proof_ && newest_proof_->header.closes_epoch();
  }

  [[nodiscard]] DeliveryActions tick(std::uint64_t now_ms);
  /// When `tick` has something to do next; none: nothing is awaited. Ask again after each input.
  [[nodiscard]] std::optional<std::uint64_t> next_wakeup() const;

  /// Those in a later epoch, by their STATUS: they say to have all of this one.
  [[nodiscard]] std::vector<PeerId> peers_ahead() const;
  [[nodiscard]] const BlockPoint& delivered() const { return delivered_; }
  [[nodiscard]] Height executed() const { return executed_; }
  /// The highest block known to be final.
  [[nodiscard]] const BlockPoint& proven() const { return proven_; }
  [[nodiscard]] bool is_halted() const { return halted_; }
  /// More than `behind_blocks` blocks are known to be final and not executed here: a few always are
  /// under load. What peers merely claim does not count.
  [[nodiscard]] bool is_behind() const;
  /// Bodies held in all tables: for metrics, and the check of I11.
  [[nodiscard]] std::size_t bodies_held() const;

 private:
  struct Peer {
    Height claimed;         // by its STATUS; lowered when it does not keep its word
    bool is_ahead = false;  // in a later epoch, by its STATUS: asked as the validators are
    std::uint64_t distrusted_until_ms = 0;
    std::uint64_t resting_until_ms = 0;
    std::uint64_t failures = 0;
    std::deque<BlockBody> pushed;
  };
  struct Request {
    PeerId peer;
    BlockPoint top;  // first block asked for
    std::uint8_t count = 1;
    std::uint64_t deadline_ms = 0;
  };

  // delivery.cpp: the chain.
  void walk_held(DeliveryActions& actions);
  void start_walk();
  void step_down(const BlockBody& body, DeliveryActions& actions);
  void take_pushed(PeerId from, const std::vector<BlockBody>& blocks);
  [[nodiscard]] bool is_linked(const std::vector<BlockBody>& blocks, const Request& request) const;
  [[nodiscard]] const BlockBody* find_loose(const BlockId& id) const;
  void keep_body(const BlockBody& body);
  void deliver_ready(DeliveryActions& actions);
  void push_to_observers(const FinalityProof& proof, DeliveryActions& actions);
  void halt(DeliveryHalt reason, const BlockPoint& at, DeliveryActions& actions);
  // delivery_fetch.cpp: the peers.
  void proceed(std::uint64_t now_ms, DeliveryActions& actions);
  void drop_needless_requests();
  void ask_for_blocks(std::uint64_t now_ms, DeliveryActions& actions);
  void ask_for_finality(std::uint64_t now_ms, DeliveryActions& actions);
  bool ask(const BlockPoint& top, std::uint8_t count, std::uint64_t now_ms,
           DeliveryActions& actions);
  [[nodiscard]] std::optional<PeerId> choose_peer(std::uint64_t now_ms) const;
  [[nodiscard]] bool is_source(PeerId id) const;
  [[nodiscard]] bool is_requested(const BlockId& top) const;
  void fail_peer(PeerId peer, DeliveryFault fault, std::uint64_t now_ms, DeliveryActions& actions);

  DeliveryConfig config_;
  std::set<PeerId> validators_;
  BlockPoint delivered_;  // handed to the driver
  Height executed_;
  BlockPoint joined_;  // top of the chain that is linked down to delivered_ without a gap
  Height held_to_;     // the bodies above delivered_ up to here are all held
  BlockPoint proven_;
  std::optional<FinalityProof> newest_proof_;
  std::map<Height, FinalityProof>
      proofs_;  // of blocks above delivered_: the first and the newest few
  bool walking_ = false;
  BlockPoint walk_target_;  // where the walk began
  BlockPoint walk_at_;      // the block it needs next, believed by its child's parent field
  std::map<Height, BlockId> rungs_;       // believed ids above delivered_
  std::map<Height, BlockId> walk_rungs_;  // of the walk under way
  std::map<Height, BlockBody> bodies_;    // believed blocks above delivered_, the lowest bodies_max
  std::map<BlockId, BlockBody>
      offered_;  // of proposals; authentic by its hash, not known to be final
  std::deque<BlockId> offered_order_;
  std::map<PeerId, Peer> peers_;
  std::vector<Request> requests_;
  std::optional<std::pair<PeerId, std::uint64_t>> finality_asked_;  // peer and deadline
  std::optional<std::uint64_t> starved_until_ms_;                   // nobody can be asked before
  std::vector<BlockBody> recently_delivered_;                       // the last push_blocks_max
  std::uint64_t asked_ = 0;  // requests so far: spreads repeats over peers
  bool halted_ = false;
};

}  // namespace vostro::consensus
