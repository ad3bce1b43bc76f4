/// A node that lacks a long piece of the chain, fetching the ledger of a final block: its headers,
/// the ids of all blocks, its state. From several peers at once, each of whom may lie, be silent or
/// lack it; nothing is put down before it is verified:
/// - who votes, by the ends of epochs from what the genesis file says (consensus/light.h), and the
///   newest final block by its proof;
/// - headers by hash, from that block down to the anchor of the genesis file;
/// - ids by the transactions root of their block's header (chain/history.h);
/// - the state in parts, each by the block's state root (chain/subtree.h).
/// Events in, actions out, time as an argument; puts down what it has in a chain::Staging, from
/// which it goes on after a restart. One thread. Source: consensus-spec section 14; threat model
/// 2.3; catalogue rows P9, P10, C10, F23.
///
/// Anybody may send what proves itself. What nobody can prove (that a block is kept no more, that a
/// part is too large) counts only as the word of validators: of more than may be faulty of one
/// epoch's one is honest, of other peers, of which a bank has as many as it likes, none need be.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "chain/store/staging.h"
#include "node/join/messages.h"

namespace vostro::node::join {

/// What is believed before anybody is heard.
struct Ground {
  consensus::EpochContext first;  ///< of this network; its version and anchor time do not matter
  Hash anchor;                    ///< digest of height 0
  UnixMillis anchor_time;
  Hash anchor_state_root;
  /// A network that went on after its quorum was lost: the block that no header stands for, and the
  /// one below.
  struct Continuation {
    Height height;
    Hash digest;
    Hash block_before;
  };
  std::vector<Continuation> continuations;
};

struct JoinerConfig {
  /// By what name a validator is a peer.
  std::function<std::string(const consensus::MemberId&)> peer_of;
  Height head;                    ///< of the ledger that is here already
  Hash head_block;                ///< and its block; no matter where that has height 0
  bool has_ledger = true;         ///< false: that is not this network's, and no block can follow it
  std::uint64_t behind = 10'000;  ///< so many blocks ahead of it a snapshot is worth its while
  std::uint64_t keep_target = 2'500;  ///< a target from before a restart is good for so many blocks
  std::uint64_t answer_ms = 5'000;    ///< silence before another peer is asked
  std::uint64_t answer_ms_max = 60'000;  ///< of a peer that answers, but too late
  std::uint64_t settle_ms =
      1'000;                      ///< for more answers after the first, before the target is chosen
  std::uint64_t rest_ms = 1'000;  ///< a peer that lacks something is not asked for it sooner
  std::uint64_t choose_ms = 60'000;    ///< without enough peers that say what there is: it ends
  std::uint64_t give_up_ms = 300'000;  ///< without anything that is missing: it ends
  std::size_t open_per_peer = 4;       ///< unanswered requests (threat model 2.2)
  std::uint32_t headers = 2'048;       ///< asked for at once
  std::uint32_t id_blocks = 512;       ///< the same
};

/// Send this frame.
struct Ask {
  std::string peer;
  Byte type = 0;
  Bytes frame;
};
/// What this peer sent is not true, or it sent nothing: `lied` costs it its connection.
struct Blame {
  std::string peer;
  std::string what;
  bool lied = false;
};
using JoinAction = std::variant<Ask, Blame>;
using JoinActions = std::vector<JoinAction>;

enum class JoinPhase : std::uint8_t {
  choosing,  ///< peers are asked what there is
  fetching,
  whole,     ///< the staging is finished and waits to become the store
  needless,  ///< the peers have the next blocks, and they are not many, or nothing newer
  forked,    ///< what is final for the others is another chain than the one that is here
  stuck,     ///< nothing came of it for so long that the blocks had better be waited for
  failed,    ///< see `failure`
};

class Joiner {
 public:
  Joiner(JoinerConfig config, Ground ground, const Hash& network_id, chain::Staging& staging);

  [[nodiscard]] JoinActions on_peer_up(const std::string& peer, std::uint64_t now_ms);
  void on_peer_down(const std::string& peer);
  /// Unasked ones have no effect.
  [[nodiscard]] JoinActions on_snapshot(const std::string& peer, const Snapshot& snapshot,
                                        std::uint64_t now_ms);
  [[nodiscard]] JoinActions on_part(const std::string& peer, const Part& part,
                                    std::uint64_t now_ms);
  /// A frame that is none of these.
  [[nodiscard]] JoinActions on_garbage(const std::string& peer, std::uint64_t now_ms);
  /// At least every `rest_ms`.
  [[nodiscard]] JoinActions tick(std::uint64_t now_ms);

  [[nodiscard]] JoinPhase phase() const { return phase_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Of the block whose ledger is fetched; 0 while choosing.
  [[nodiscard]] Height target() const;
  /// For people: what is missing still, in blocks and parts.
  struct Missing {
    std::uint64_t headers = 0;
    std::uint64_t id_blocks = 0;
    std::size_t state_parts = 0;
  };
  [[nodiscard]] Missing missing() const;

 private:
  struct Peer {
    bool is_asked = false;  ///< for a snapshot
    std::uint64_t asked_ms = 0;
    std::optional<Height> newest;  ///< final, as its proof shows
    Height history_begins;
    bool is_out = false;  ///< it lied
    std::uint64_t failures = 0;
    std::uint64_t answer_ms = 0;  ///< it is given so long
    bool is_late = false;         ///< it has let that time pass
    std::map<PartKind, std::uint64_t> rests_until_ms;
  };
  struct Open {
    std::string peer;
    GetPart request;
    std::uint64_t deadline_ms = 0;
  };
  struct Range {
    Height from;
    Height to;  ///< included
  };

  // joiner.cpp: whom to believe, and what to fetch
  void ask_snapshot(const std::string& name, Peer& peer, std::uint64_t now_ms,
                    JoinActions& actions);
  [[nodiscard]] bool take_proofs(const Snapshot& snapshot);
  [[nodiscard]] std::optional<consensus::Committee> committee_of(
      const consensus::Header& header) const;
  [[nodiscard]] bool one_is_honest(const std::set<std::string>& who, Epoch from) const;
  void choose(std::uint64_t now_ms);
  [[nodiscard]] consensus::FinalityProof choose_target() const;
  void begin(const consensus::FinalityProof& target);
  void find_missing();
  void fail_with(std::string what);
  [[nodiscard]] bool check(const Result<void, chain::StoreError>& done);
  [[nodiscard]] bool can_read();
  void finish();
  // joiner_fetch.cpp: requests and answers
  void proceed(std::uint64_t now_ms, JoinActions& actions);
  bool ask(const GetPart& request, std::uint64_t now_ms, JoinActions& actions);
  [[nodiscard]] std::optional<std::string> choose_peer(const GetPart& request,
                                                       std::uint64_t now_ms) const;
  void ask_state(std::uint64_t now_ms, JoinActions& actions);
  void forget_too_large(const chain::TreePath& path);
  void give_back(const GetPart& request);
  void split(const chain::TreePath& path);
  void note_depth(const chain::TreePath& path);
  void blame(const std::string& peer, std::string what, bool lied, JoinActions& actions);
  [[nodiscard]] bool take_headers(const Headers& headers);
  [[nodiscard]] bool take_ids(const GetPart& request, const Ids& ids);
  void walk_down();

  JoinerConfig config_;
  Ground ground_;
  Hash network_id_;
  chain::Staging& staging_;
  JoinPhase phase_ = JoinPhase::choosing;
  std::string failure_;
  std::map<std::string, Peer> peers_;
  std::map<Epoch, consensus::EpochContext> epochs_;     ///< believed
  std::map<Epoch, consensus::FinalityProof> closings_;  ///< the proofs of their ends
  std::optional<consensus::FinalityProof> best_;
  std::optional<std::uint64_t> first_answer_ms_;
  std::optional<std::uint64_t> since_ms_;  ///< the beginning of the phase, or the last part

  std::optional<consensus::FinalityProof> target_;
  Height header_at_;  ///< the next one, downwards; 0 where all are here
  Hash header_id_;    ///< its id
  bool header_asked_ = false;
  std::optional<Ground::Continuation> gap_;  ///< met, and not put down yet
  std::vector<Range> ids_;                   ///< missing, not asked for
  bool ids_known_ = false;                   ///< that is once all headers are here
  /// Missing, not asked for. Peers read the state once for those that are asked for in this order.
  std::set<chain::TreePath> parts_;
  std::size_t depth_ = 0;  ///< of parts of a good size, as far as it is known
  bool depth_is_known_ = false;
  std::map<chain::TreePath, std::set<std::string>> too_large_;  ///< who says so
  std::set<std::string> lack_state_;  ///< who has it no more, since the last part that came
  std::vector<Open> open_;
};

}  // namespace vostro::node::join
