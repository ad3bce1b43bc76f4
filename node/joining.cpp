// What a running node does when it is far behind: it fetches the ledger of a newer block from its
// peers, and is opened again on it. And what it does for others who do, and with its own history.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "chain/registry.h"
#include "chain/store/staging.h"
#include "node/node.h"

namespace vostro::node {
namespace {

/// Status periods (5 s each) that a node may be behind without coming on before it asks whether
/// anybody has the next block at all.
constexpr std::size_t kStuckPeriodsMax = 3;
constexpr std::uint64_t kJoinAgain_ms = 60'000;
/// Blocks above what is kept before the next pruning: each goes through all that is stored.
constexpr std::uint64_t kPruneEvery = 1'000;

}  // namespace

/// What the genesis file says of this network's beginning, and of those before it.
join::Ground Node::ground() const {
  const genesis::Anchor anchor = genesis::make_anchor(definition_);
  consensus::BlockId id;
  id.bytes = anchor.digest.bytes;
  join::Ground ground{{definition_.network_id, definition_.protocol_version, Epoch(0), id,
                       Height(0), anchor.time, set_of(definition_.state.validators)},
                      anchor.digest,
                      anchor.time,
                      anchor.state_root,
                      {}};
  for (std::size_t i = 0; i < definition_.continuations.size(); ++i) {
    const genesis::Continuation& each = definition_.continuations[i];
    const bool is_last = i + 1 == definition_.continuations.size();
    const Hash network = is_last ? definition_.network_id : definition_.continuations[i + 1].before;
    const Hash digest = genesis::anchor_of(network, each.state_root);
    ground.continuations.push_back({each.height.next(), digest, each.block});
    if (!is_last) continue;
    std::vector<chain::Validator> validators;
    for (const genesis::Successor& successor : each.validators)
      validators.push_back(
          {chain::validator_id_of(successor.participant), successor.validator_key});
    id.bytes = digest.bytes;
    ground.first = {definition_.network_id,
                    definition_.protocol_version,
                    each.epoch,
                    id,
                    each.height.next(),
                    UnixMillis(0),
                    set_of(validators)};
  }
  return ground;
}

// ---- Whether to ----

void Node::on_claim(const std::string& peer, Height height) {
  if (!options_.history.join_behind || joining_) return;
  const Height head = store_->head()->height;
  {
    const std::lock_guard lock(join_mutex_);
    claims_[peer] = height;
    const auto committee = standing().committee;
    const auto& validators = committee->context().validators.all();
    const auto far = std::ranges::count_if(validators, [&](const consensus::Validator& each) {
      const auto claim = claims_.find(peer_name_of(each.member));
      return claim != claims_.end() &&
             claim->second.value >= head.value + *options_.history.join_behind;
    });
    // Of so many validators one is honest; and what they say is proved before anything is done.
    if (static_cast<std::size_t>(far) < committee->one_honest()) return;
    // Asked again with each STATUS of theirs.
    if (join_ || is_join_changing_ || is_joined_ || is_join_refused_ ||
        steady_ms() < join_not_before_ms_)
      return;
  }
  // This thread is the one that votes wait for.
  workers_->post(WorkFor::peers, [this] { begin_join(); });
}

/// Every five seconds. Where the next blocks are nowhere any more, waiting does not help. Whoever
/// says that there are some makes this node ask, no more: the validators of now may be others than
/// those that it knows.
void Node::look_whether_stuck() {
  if (!options_.history.join_behind || joining_ || disk_full_) return;
  const Height head = store_->head()->height;
  {
    const std::lock_guard lock(join_mutex_);
    const auto ahead = static_cast<std::size_t>(
        std::ranges::count_if(claims_, [&](const auto& one) { return one.second > head; }));
    const bool is_stuck = head == looked_at_ && ahead >= standing().committee->one_honest();
    looked_at_ = head;
    stuck_periods_ = is_stuck ? stuck_periods_ + 1 : 0;
    if (stuck_periods_ < kStuckPeriodsMax) return;
    stuck_periods_ = 0;
  }
  begin_join();
}

void Node::begin_join() {
  {
    const std::lock_guard lock(join_mutex_);
    if (join_ || is_join_changing_ || is_joined_ || stopped_) return;
    if (const auto reason = halted()) {
      if (std::exchange(is_join_refused_, true)) return;
      return log::warning(
          "this node is behind and does not join by a newer ledger, for it halted: do what the "
          "runbook says of the reason, then start it again",
          {{"reason", *reason}});
    }
    if (steady_ms() < join_not_before_ms_) return;
    join_not_before_ms_ = steady_ms() + kJoinAgain_ms;
    is_join_changing_ = true;
  }
  // Opens files, and removes those of another network: not for a thread that votes wait for.
  auto begun = start_join();
  if (!begun)
    log::warning("joining by a newer ledger cannot begin: it is tried again",
                 {{"reason", to_string(begun.error())}});
  {
    const std::lock_guard lock(join_mutex_);
    is_join_changing_ = false;
    if (!begun || stopped_ || halted()) return;
    join_ = std::move(*begun);
  }
  // Those that connect from now on are told of; the others are asked for here.
  const std::vector<std::string> there = peers_->connected();
  const std::lock_guard lock(join_mutex_);
  for (const std::string& peer : there)
    if (join_) join_->on_peer_up(peer);
}

Result<std::unique_ptr<join::Join>, chain::StoreError> Node::start_join() {
  const auto head = store_->head();
  join::JoinerConfig config;
  config.peer_of = [](const consensus::MemberId& validator) { return peer_name_of(validator); };
  config.head = head->height;
  config.head_block = head->block;
  config.has_ledger = has_ledger_;
  config.behind = options_.history.join_behind.value_or(0);
  config.keep_target = options_.store.proof_window / 4;
  // Beside the caps of the store; what waits for blocks is empty meanwhile.
  chain::StoreOptions options = options_.store;
  options.cache_bytes = staging_cache_bytes;
  options.write_buffer_bytes = staging_buffer_bytes;
  return join::Join::start(
      options_.data_dir + "/store", options, std::move(config), ground(), definition_.network_id,
      {[this](const std::string& peer, Byte type, Bytes frame) {
         peers_->send_frame(peer, type, std::move(frame));
       },
       [this](const std::string& peer, const std::string& why) { peers_->penalise(peer, why); },
       [this] { on_join_decided(); },
       [this](join::Join::Outcome outcome, const std::string& failure) {
         on_join_end(outcome, failure);
       }});
}

/// From here on the blocks in between are of no use.
void Node::on_join_decided() {
  joining_ = true;
  loop_->pause(true);
  // Their leases would keep the peers' answers from coming.
  loop_->forget_messages();
}

void Node::on_join_end(join::Join::Outcome outcome, const std::string& failure) {
  if (outcome == join::Join::Outcome::whole) {
    {
      const std::lock_guard lock(join_mutex_);
      is_joined_ = true;
    }
    // Whichever comes last, this or a halt, sees the other.
    if (halted()) return keep_what_is_here();
    log::info("the ledger is fetched: this node starts again on it");
    if (options_.on_joined) options_.on_joined();
    return;
  }
  if (outcome == join::Join::Outcome::forked)
    halt("the final block " + std::to_string(store_->head()->height.value) +
         " of this node is not one of the chain that is final for the other validators");
  if (outcome == join::Join::Outcome::failed)
    log::error("joining by a newer ledger failed: it is begun anew", {{"reason", failure}});
  if (outcome == join::Join::Outcome::later)
    log::warning("joining by a newer ledger rests: it goes on by itself", {{"reason", failure}});
  if (has_ledger_) {
    joining_ = false;
    loop_->pause(disk_full_);
  }
  end_join(outcome == join::Join::Outcome::needless || outcome == join::Join::Outcome::failed);
}

/// The thread of the join cannot be waited for on itself.
void Node::end_join(bool is_useless) {
  workers_->post(WorkFor::peers, [this, is_useless] {
    std::unique_ptr<join::Join> ended;
    {
      const std::lock_guard lock(join_mutex_);
      ended = std::move(join_);
      is_join_changing_ = true;
    }
    ended.reset();
    // Before another one may begin, in the same directory.
    const std::string path = chain::staging_path(options_.data_dir + "/store");
    std::error_code error;
    if (is_useless) std::filesystem::remove_all(path, error);
    if (error)
      log::warning("a ledger that is not needed cannot be removed",
                   {{"file", path}, {"reason", error.message()}});
    const std::lock_guard lock(join_mutex_);
    is_join_changing_ = false;
  });
}

/// A node that has halted stays on the store that it has, for people to look at: a ledger that it
/// is fetching, or has fetched, is not for it.
void Node::keep_what_is_here() {
  const std::lock_guard lock(join_mutex_);
  if (join_) end_join(false);
  if (has_ledger_) joining_ = false;
  if (!is_joined_) return;
  const std::string store = options_.data_dir + "/store";
  if (const auto gone = chain::discard_joined(store); !gone)
    log::error(
        "remove it before this node is started again: the ledger that was fetched is not "
        "for a node that halted",
        {{"file", store + ".joined"}, {"reason", to_string(gone.error())}});
}

/// While it is fetched, what would be decided by what is here is of no use; who is there is.
void Node::post_to_loop(ReplicaEvent event, p2p::InboundLease lease) {
  const bool is_of_peers =
      std::holds_alternative<PeerUp>(event) || std::holds_alternative<PeerDown>(event);
  if (joining_ && !is_of_peers) return;
  loop_->post(std::move(event), std::move(lease));
}

// ---- Frames ----

void Node::on_connection(const std::string& peer, bool is_up) {
  if (!is_up) join_server_->forget(peer);
  const std::lock_guard lock(join_mutex_);
  if (!is_up) claims_.erase(peer);
  if (!join_) return;
  if (is_up) {
    join_->on_peer_up(peer);
  } else {
    join_->on_peer_down(peer);
  }
}

void Node::on_join_frame(p2p::InboundFrame frame) {
  if (frame.type == join::snapshot_frame || frame.type == join::part_frame) {
    const std::lock_guard lock(join_mutex_);
    // Unasked it is dropped.
    if (join_)
      join_->on_frame(frame.peer, frame.type, std::move(frame.body), std::move(frame.lease));
    return;
  }
  if (!has_ledger_ || !join_server_->admit(frame.peer, frame.body)) return;
  const auto shared = std::make_shared<const p2p::InboundFrame>(std::move(frame));
  join_worker_->post(WorkFor::peers, [this, shared] {
    if (!stopped_) answer_joiner(*shared);
    join_server_->done(shared->peer);
  });
}

void Node::answer_joiner(const p2p::InboundFrame& frame) {
  if (frame.type == join::get_snapshot_frame) {
    const auto request = join::decode_get_snapshot(frame.body);
    if (!request) return peers_->penalise(frame.peer, "a malformed request to join");
    peers_->send_frame(frame.peer, join::snapshot_frame,
                       join::encode_frame(join_server_->answer(*request)));
    return;
  }
  const auto request = join::decode_get_part(frame.body);
  if (!request) return peers_->penalise(frame.peer, "a malformed request to join");
  peers_->send_frame(frame.peer, join::part_frame,
                     join::encode_frame(join_server_->answer(frame.peer, *request)));
}

// ---- History ----

void Node::prune_history() {
  if (!options_.history.keep || joining_ || halted() || pruner_->is_at_it()) return;
  const auto head = store_->head();
  const std::uint64_t keep = *options_.history.keep;
  const Height begins = store_->view().history_begins();
  const bool is_due =
      head->height.value > keep && head->height.value - keep >= begins.value + kPruneEvery;
  if (!is_due) return;
  const Height below(head->height.value - keep);
  if (pruner_->prune_below(below)) log::info("history is pruned", {{"to_height", below}});
}

}  // namespace vostro::node
