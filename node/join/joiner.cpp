#include "node/join/joiner.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "consensus/no_cache.h"

namespace vostro::node::join {

Joiner::Joiner(JoinerConfig config, Ground ground, const Hash& network_id, chain::Staging& staging)
    : config_(config), ground_(std::move(ground)), network_id_(network_id), staging_(staging) {
  epochs_.emplace(ground_.first.epoch, ground_.first);
}

Height Joiner::target() const {
  return target_ ? target_->header.height : Height(0);
}

Joiner::Missing Joiner::missing() const {
  Missing missing;
  if (phase_ != JoinPhase::fetching) return missing;
  missing.headers = header_at_.value;
  missing.state_parts = parts_.size();
  for (const Range& range : ids_) missing.id_blocks += range.to.value - range.from.value + 1;
  if (!ids_known_) missing.id_blocks = target().value;
  for (const Open& open : open_) {
    if (open.request.kind == PartKind::state) ++missing.state_parts;
    if (open.request.kind == PartKind::ids) missing.id_blocks += open.request.count;
  }
  return missing;
}

void Joiner::fail_with(std::string what) {
  if (phase_ == JoinPhase::failed) return;
  phase_ = JoinPhase::failed;
  failure_ = std::move(what);
}

bool Joiner::check(const Result<void, chain::StoreError>& done) {
  if (done) return true;
  fail_with(to_string(done.error()));
  return false;
}

/// After a read: one that failed looks like something that is not there.
bool Joiner::can_read() {
  if (const auto broken = staging_.failure()) fail_with(to_string(*broken));
  return phase_ != JoinPhase::failed;
}

// ---- Who is there, and what is final ----

JoinActions Joiner::on_peer_up(const std::string& peer, std::uint64_t now_ms) {
  JoinActions actions;
  const auto [found, is_new] = peers_.try_emplace(peer);
  if (is_new) found->second.answer_ms = config_.answer_ms;
  if (!found->second.is_out) ask_snapshot(peer, found->second, now_ms, actions);
  proceed(now_ms, actions);
  return actions;
}

void Joiner::on_peer_down(const std::string& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  // A liar comes back as what it was.
  if (found->second.is_out) {
    found->second.newest.reset();
  } else {
    peers_.erase(found);
  }
  std::vector<Open> lost;
  std::erase_if(open_, [&](const Open& open) {
    if (open.peer != peer) return false;
    lost.push_back(open);
    return true;
  });
  for (const Open& open : lost) give_back(open.request);
}

void Joiner::ask_snapshot(const std::string& name, Peer& peer, std::uint64_t now_ms,
                          JoinActions& actions) {
  peer.is_asked = true;
  peer.asked_ms = now_ms;
  actions.push_back(
      Ask{name, get_snapshot_frame, encode_frame(GetSnapshot{std::prev(epochs_.end())->first})});
}

/// Votes name the version of the protocol, as the headers of their epoch do: under another no
/// signature is valid.
std::optional<consensus::Committee> Joiner::committee_of(const consensus::Header& header) const {
  const auto found = epochs_.find(header.epoch);
  if (found == epochs_.end()) return std::nullopt;
  consensus::EpochContext context = found->second;
  context.version = header.version;
  return consensus::Committee(std::move(context));
}

/// Whether they are more than may be faulty of the validators of one epoch, `from` or a later one.
bool Joiner::one_is_honest(const std::set<std::string>& who, Epoch from) const {
  return std::any_of(epochs_.lower_bound(from), epochs_.end(), [&](const auto& one) {
    const consensus::ValidatorSet& validators = one.second.validators;
    const auto count = std::ranges::count_if(validators.all(), [&](const auto& validator) {
      return who.contains(config_.peer_of(validator.member));
    });
    return static_cast<std::size_t>(count) >= validators.one_honest();
  });
}

/// False where something in it is not signed as it must be. True: its newest block is final, if it
/// is of an epoch that is known by now.
bool Joiner::take_proofs(const Snapshot& snapshot) {
  consensus::NoCache cache;
  for (const consensus::EpochStep& step : snapshot.steps) {
    const consensus::Header& header = step.closing.header;
    if (epochs_.contains(header.epoch.next())) continue;
    const auto committee = committee_of(header);
    if (!committee) break;  // of epochs that nobody has shown the way to
    const auto next = consensus::committee_after(*committee, step, header.version, cache);
    if (!next) return false;
    epochs_.emplace(next->epoch(), next->context());
    closings_.emplace(header.epoch, step.closing);
  }
  if (!snapshot.newest) return true;
  const auto committee = committee_of(snapshot.newest->header);
  if (!committee) return true;
  if (snapshot.newest->header.network_id != network_id_ ||
      !consensus::verify_finality(*committee, *snapshot.newest, cache))
    return false;
  if (!best_ || best_->header.height < snapshot.newest->header.height) best_ = snapshot.newest;
  return true;
}

JoinActions Joiner::on_snapshot(const std::string& name, const Snapshot& snapshot,
                                std::uint64_t now_ms) {
  JoinActions actions;
  const auto found = peers_.find(name);
  if (found == peers_.end() || !found->second.is_asked || found->second.is_out) return actions;
  Peer& peer = found->second;
  peer.is_asked = false;
  const Epoch known = std::prev(epochs_.end())->first;
  if (snapshot.newest && snapshot.history_begins > snapshot.newest->header.height.next()) {
    blame(name, "says that it lacks the block that it shows", true, actions);
    proceed(now_ms, actions);
    return actions;
  }
  if (!take_proofs(snapshot)) {
    blame(name, "sent a proof that is none", true, actions);
    proceed(now_ms, actions);
    return actions;
  }
  const bool is_shown = snapshot.newest && epochs_.contains(snapshot.newest->header.epoch);
  if (is_shown) {
    peer.newest = snapshot.newest->header.height;
    peer.history_begins = snapshot.history_begins;
    if (!first_answer_ms_) first_answer_ms_ = now_ms;
  } else if (known < std::prev(epochs_.end())->first) {
    ask_snapshot(name, peer, now_ms, actions);  // there was room for no more of them
  }
  proceed(now_ms, actions);
  return actions;
}

void Joiner::choose(std::uint64_t now_ms) {
  if (phase_ != JoinPhase::choosing || !best_ || !first_answer_ms_) return;
  std::set<std::string> answered;
  std::set<std::string> without;  // that have the next block no more
  bool all_answered = true;
  for (const auto& [name, peer] : peers_) {
    if (peer.is_out) continue;
    if (!peer.newest) {
      all_answered = false;
      continue;
    }
    answered.insert(name);
    if (peer.history_begins > config_.head.next()) without.insert(name);
  }
  if (!all_answered && now_ms < *first_answer_ms_ + config_.settle_ms) return;
  // Of what is new those may speak, too, who voted once: the height is that of a proof.
  const Epoch first = epochs_.begin()->first;
  if (!one_is_honest(answered, first)) return;
  const Height newest = best_->header.height;
  const bool is_far = newest.value >= config_.head.value + config_.behind;
  // A history is given up for the word of those alone who vote now.
  const Epoch speak = config_.head.value == 0 ? first : std::prev(epochs_.end())->first;
  const bool is_worth =
      !config_.has_ledger || (newest > config_.head && (is_far || one_is_honest(without, speak)));
  if (!is_worth) {
    phase_ = JoinPhase::needless;
    return;
  }
  since_ms_ = now_ms;
  begin(choose_target());
}

/// The one of before a restart, where it is not much older and still above what is here.
consensus::FinalityProof Joiner::choose_target() const {
  const Bytes noted = staging_.target().value_or(Bytes());
  auto before = decode<consensus::FinalityProof>(noted);
  if (!before) return *best_;
  const Height height = before->header.height;
  const Height newest = best_->header.height;
  const bool is_usable = height <= newest && newest.value - height.value <= config_.keep_target &&
                         (!config_.has_ledger || height > config_.head);
  if (!is_usable || before->header.network_id != network_id_) return *best_;
  const auto committee = committee_of(before->header);
  consensus::NoCache cache;
  if (!committee || !consensus::verify_finality(*committee, *before, cache)) return *best_;
  return *std::move(before);
}

void Joiner::begin(const consensus::FinalityProof& target) {
  target_ = target;
  const Bytes noted = encode(target);
  if (staging_.target() != noted && !check(staging_.begin(noted))) return;
  phase_ = JoinPhase::fetching;
  header_at_ = target.header.height;
  header_id_.bytes = target.proposal.block.bytes;
  header_asked_ = false;
  gap_.reset();
  ids_.clear();
  ids_known_ = false;
  parts_.clear();
  depth_ = 0;
  depth_is_known_ = false;
  too_large_.clear();
  lack_state_.clear();
  open_.clear();
  find_missing();
}

/// What an earlier run of this node has put down is there.
void Joiner::find_missing() {
  walk_down();
  std::vector<chain::TreePath> paths{{}};
  while (!paths.empty()) {
    const chain::TreePath path = std::move(paths.back());
    paths.pop_back();
    switch (staging_.part(path)) {
      case chain::Staging::Part::missing:
        parts_.insert(path);
        break;
      case chain::Staging::Part::here:
        note_depth(path);
        depth_is_known_ = true;
        break;
      case chain::Staging::Part::split:
        for (chain::TreePath& child : path.children()) paths.push_back(std::move(child));
        break;
    }
  }
}

void Joiner::finish() {
  const Hash state_root = staging_.state_root();
  if (!can_read()) return;
  if (state_root != target_->header.state_root)
    return fail_with("the parts of the state are here, and do not make its root");
  std::vector<chain::Staging::Proof> proofs;
  for (const auto& [epoch, closing] : closings_) {
    if (closing.header.height < target())
      proofs.push_back({closing.header.height, encode(closing), true});
  }
  proofs.push_back({target(), encode(*target_), target_->header.closes_epoch()});
  if (check(staging_.finish(target(), proofs))) phase_ = JoinPhase::whole;
}

}  // namespace vostro::node::join
