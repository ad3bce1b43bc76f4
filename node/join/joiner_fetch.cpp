// Whom a joiner asks, for what, and what it makes of the answers.
#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "chain/merkle.h"
#include "node/join/joiner.h"

namespace vostro::node::join {
namespace {

/// Parts of so many nibbles are taken to be too large where one of their size is: up to 4096 parts,
/// and where records crowd under a few paths no more than that.
constexpr std::size_t depth_taken_max = 3;

Hash as_hash(const consensus::BlockId& id) {
  Hash hash;
  hash.bytes = id.bytes;
  return hash;
}

chain::BlockSummary summary_of(const consensus::Header& header, const Hash& id) {
  chain::BlockSummary summary;
  summary.height = header.height;
  summary.block = id;
  summary.time = header.time;
  summary.transactions = header.tx_count;
  summary.tx_root = header.tx_root;
  summary.receipt_root = header.receipt_root;
  summary.state_root = header.state_root;
  return summary;
}

}  // namespace

void Joiner::blame(const std::string& peer, std::string what, bool lied, JoinActions& actions) {
  if (const auto found = peers_.find(peer); found != peers_.end()) {
    ++found->second.failures;
    found->second.is_out = found->second.is_out || lied;
  }
  actions.push_back(Blame{peer, std::move(what), lied});
}

JoinActions Joiner::on_garbage(const std::string& peer, std::uint64_t now_ms) {
  JoinActions actions;
  if (!peers_.contains(peer)) return actions;
  blame(peer, "sent what cannot be read", true, actions);
  std::vector<Open> lost;
  std::erase_if(open_, [&](const Open& open) {
    if (open.peer != peer) return false;
    lost.push_back(open);
    return true;
  });
  for (const Open& open : lost) give_back(open.request);
  proceed(now_ms, actions);
  return actions;
}

JoinActions Joiner::tick(std::uint64_t now_ms) {
  JoinActions actions;
  std::vector<Open> late;
  std::erase_if(open_, [&](const Open& open) {
    if (open.deadline_ms > now_ms) return false;
    late.push_back(open);
    return true;
  });
  for (const Open& open : late) {
    blame(open.peer, "gave no answer in time", false, actions);
    if (const auto peer = peers_.find(open.peer); peer != peers_.end()) {
      peer->second.is_late = true;
      peer->second.rests_until_ms[open.request.kind] = now_ms + config_.rest_ms;
    }
    give_back(open.request);
  }
  const bool is_choosing = phase_ == JoinPhase::choosing;
  const std::uint64_t end_ms =
      since_ms_.value_or(now_ms) + (is_choosing ? config_.choose_ms : config_.give_up_ms);
  if ((is_choosing || phase_ == JoinPhase::fetching) && now_ms >= end_ms) {
    phase_ = JoinPhase::stuck;
    return actions;
  }
  if (is_choosing) {
    for (auto& [name, peer] : peers_) {
      if (peer.is_out || peer.asked_ms + config_.answer_ms > now_ms) continue;
      if (!peer.newest || (best_ && *peer.newest < best_->header.height))
        ask_snapshot(name, peer, now_ms, actions);
    }
  }
  proceed(now_ms, actions);
  return actions;
}

void Joiner::proceed(std::uint64_t now_ms, JoinActions& actions) {
  if (!since_ms_) since_ms_ = now_ms;
  choose(now_ms);
  if (phase_ != JoinPhase::fetching) return;
  if (header_at_.value > 0 && !header_asked_) {
    const auto count =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(header_at_.value, config_.headers));
    header_asked_ = ask({PartKind::headers, header_at_, count, {}}, now_ms, actions);
  }
  ask_state(now_ms, actions);
  while (!ids_.empty()) {
    Range& range = ids_.back();
    const auto count = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(range.to.value - range.from.value + 1, config_.id_blocks));
    if (!ask({PartKind::ids, range.from, count, {}}, now_ms, actions)) break;
    range.from = Height(range.from.value + count);
    if (range.from > range.to) ids_.pop_back();
  }
  const bool is_all =
      header_at_.value == 0 && ids_known_ && ids_.empty() && parts_.empty() && open_.empty();
  if (is_all && phase_ == JoinPhase::fetching) finish();
}

// Lowest first. How large they are shows with the first of them: hashed keys spread evenly.
void Joiner::ask_state(std::uint64_t now_ms, JoinActions& actions) {
  while (!parts_.empty()) {
    const chain::TreePath path = *parts_.begin();
    if (path.nibbles.size() < depth_) {
      parts_.erase(parts_.begin());
      split(path);
      continue;
    }
    const auto is_of_state = [](const Open& open) { return open.request.kind == PartKind::state; };
    if (!depth_is_known_ && std::ranges::any_of(open_, is_of_state)) return;
    if (!ask({PartKind::state, target(), 0, path}, now_ms, actions)) return;
    parts_.erase(parts_.begin());
  }
}

void Joiner::split(const chain::TreePath& path) {
  if (!check(staging_.split(path))) return;
  for (chain::TreePath& child : path.children()) parts_.insert(std::move(child));
}

void Joiner::note_depth(const chain::TreePath& path) {
  depth_ = std::max(depth_, std::min(path.nibbles.size(), depth_taken_max));
}

bool Joiner::ask(const GetPart& request, std::uint64_t now_ms, JoinActions& actions) {
  const auto peer = choose_peer(request, now_ms);
  if (!peer) return false;
  open_.push_back({*peer, request, now_ms + peers_.at(*peer).answer_ms});
  actions.push_back(Ask{*peer, get_part_frame, encode_frame(request)});
  return true;
}

// Of those that can have it: those that failed least, then those with least to answer.
std::optional<std::string> Joiner::choose_peer(const GetPart& request, std::uint64_t now_ms) const {
  std::optional<std::string> best;
  std::pair<std::uint64_t, std::size_t> best_rank;
  const auto said = too_large_.find(request.path);
  for (const auto& [name, peer] : peers_) {
    if (peer.is_out || !peer.newest) continue;
    if (const auto rests = peer.rests_until_ms.find(request.kind);
        rests != peer.rests_until_ms.end() && rests->second > now_ms)
      continue;
    if (request.kind == PartKind::state && said != too_large_.end() && said->second.contains(name))
      continue;
    const auto open = static_cast<std::size_t>(
        std::ranges::count_if(open_, [&](const Open& one) { return one.peer == name; }));
    if (open >= config_.open_per_peer) continue;
    const bool lacks = request.kind == PartKind::state && lack_state_.contains(name);
    const std::pair rank(peer.failures + (lacks ? 1 : 0), open);
    if (best && best_rank <= rank) continue;
    best = name;
    best_rank = rank;
  }
  return best;
}

void Joiner::forget_too_large(const chain::TreePath& path) {
  if (const auto said = too_large_.find(path); said != too_large_.end()) too_large_.erase(said);
}

void Joiner::give_back(const GetPart& request) {
  switch (request.kind) {
    case PartKind::headers:
      header_asked_ = false;
      return;
    case PartKind::ids:
      ids_.push_back({request.height, Height(request.height.value + request.count - 1)});
      return;
    case PartKind::state:
      parts_.insert(request.path);
      return;
  }
}

JoinActions Joiner::on_part(const std::string& name, const Part& part, std::uint64_t now_ms) {
  JoinActions actions;
  const auto open = std::ranges::find_if(
      open_, [&](const Open& one) { return one.peer == name && one.request == part.of; });
  if (open == open_.end()) {  // unasked, or too late: then it is slow, and not silent
    const auto late = peers_.find(name);
    if (late != peers_.end() && std::exchange(late->second.is_late, false))
      late->second.answer_ms = std::min(late->second.answer_ms * 2, config_.answer_ms_max);
    return actions;
  }
  const GetPart request = open->request;
  open_.erase(open);
  Peer& peer = peers_.at(name);
  bool is_true = true;
  if (part.status == PartStatus::not_here) {
    peer.rests_until_ms[request.kind] = now_ms + config_.rest_ms;
    if (request.kind == PartKind::state) {
      lack_state_.insert(name);
      // Those who found it too large may lack it by now: they are asked again.
      forget_too_large(request.path);
    }
    give_back(request);
    // The block has left the window of the others while this went on: a newer one is fetched.
    if (one_is_honest(lack_state_, epochs_.begin()->first)) {
      phase_ = JoinPhase::choosing;
      since_ms_ = now_ms;
      open_.clear();
      lack_state_.clear();
      first_answer_ms_.reset();
      best_.reset();
      config_.keep_target = 0;
      for (auto& [each, other] : peers_) {
        other.newest.reset();
        if (!other.is_out) ask_snapshot(each, other, now_ms, actions);
      }
    }
  } else if (part.status == PartStatus::busy) {
    peer.rests_until_ms[request.kind] = now_ms + config_.rest_ms;
    give_back(request);
  } else if (part.status == PartStatus::too_large) {
    is_true =
        request.kind == PartKind::state && request.path.nibbles.size() < chain::TreePath::depth_max;
    if (is_true) {
      // One may say so to make work.
      const auto said = too_large_.try_emplace(request.path).first;
      said->second.insert(name);
      if (one_is_honest(said->second, epochs_.begin()->first)) {
        too_large_.erase(said);
        split(request.path);
        note_depth(*request.path.children().begin());
      } else {
        give_back(request);
      }
    }
  } else if (request.kind == PartKind::headers) {
    header_asked_ = false;
    const auto headers = decode_headers(part.content);
    is_true = headers && !headers->headers.empty() && headers->headers.size() <= request.count &&
              take_headers(*headers);
    // All have them all: whoever sends a few holds up those who wait for the ones below.
    if (is_true && headers->headers.size() < request.count)
      blame(name, "sent fewer headers than it has", false, actions);
  } else if (request.kind == PartKind::ids) {
    const auto ids = decode_ids(part.content);
    is_true = ids && !ids->blocks.empty() && ids->blocks.size() <= request.count &&
              take_ids(request, *ids);
  } else {
    const auto subtree = decode_subtree(part.content);
    is_true = subtree && chain::verify_subtree(*subtree, request.path, target_->header.state_root);
    if (is_true) {
      lack_state_.clear();
      depth_is_known_ = true;
      forget_too_large(request.path);
      static_cast<void>(check(staging_.put_state(request.path, subtree->entries)));
    }
  }
  if (!is_true) {
    static constexpr std::string_view kinds[] = {"headers", "ids", "a part of the state"};
    blame(name,
          "sent " + std::string(kinds[static_cast<std::size_t>(request.kind) - 1]) +
              " that no header proves",
          true, actions);
    give_back(request);
  } else if (part.status == PartStatus::here) {
    since_ms_ = now_ms;
  }
  proceed(now_ms, actions);
  return actions;
}

bool Joiner::take_headers(const Headers& headers) {
  std::vector<chain::StagedBlock> blocks;
  Height at = header_at_;
  Hash id = header_id_;
  auto gap = gap_;
  for (const OptionalHeader& one : headers.headers) {
    if (at.value == 0) return false;
    const auto continuation =
        std::ranges::find(ground_.continuations, at, &Ground::Continuation::height);
    if (continuation != ground_.continuations.end() && continuation->digest == id) {
      if (one.header) return false;
      gap = *continuation;
      id = continuation->block_before;
      at = at.previous();
      continue;
    }
    if (!one.header || one.header->height != at || as_hash(one.header->id()) != id) return false;
    blocks.push_back({summary_of(*one.header, id), encode(*one.header)});
    if (gap) {
      // The block that no header stands for has the time of the last one before it.
      chain::BlockSummary summary;
      summary.height = gap->height;
      summary.block = gap->digest;
      summary.time = one.header->time;
      summary.tx_root = chain::tx_root_of({}, {});
      summary.receipt_root = chain::merkle_root({});
      blocks.push_back({summary, {}});
      gap.reset();
    }
    id = as_hash(one.header->parent);
    at = at.previous();
  }
  if (!check(staging_.put_blocks(blocks))) return true;
  header_at_ = at;
  header_id_ = id;
  gap_ = gap;
  walk_down();
  return true;
}

/// Over the headers that are here already; at the bottom stands the anchor.
void Joiner::walk_down() {
  while (header_at_.value > 0 && !gap_) {
    const auto here = staging_.block(header_at_);
    if (!here || here->block != header_id_) break;
    const auto bytes = staging_.header(header_at_);
    if (!bytes) break;
    if (bytes->empty()) {
      const auto continuation =
          std::ranges::find(ground_.continuations, header_at_, &Ground::Continuation::height);
      if (continuation == ground_.continuations.end()) break;
      header_id_ = continuation->block_before;
    } else {
      const auto header = decode<consensus::Header>(*bytes);
      if (!header) return fail_with("a header that was put down cannot be read");
      header_id_ = as_hash(header->parent);
    }
    header_at_ = header_at_.previous();
  }
  if (!can_read() || header_at_.value > 0 || ids_known_) return;
  if (header_id_ != ground_.anchor)
    return fail_with(
        "the chain of the other nodes does not begin with what the genesis file describes");
  if (config_.has_ledger && config_.head.value > 0) {
    const auto same = staging_.block(config_.head);
    if (!can_read()) return;
    VOSTRO_CHECK(same.has_value());
    if (same->block != config_.head_block) {
      phase_ = JoinPhase::forked;
      return;
    }
  }
  chain::StagedBlock anchor;
  anchor.summary.block = ground_.anchor;
  anchor.summary.time = ground_.anchor_time;
  anchor.summary.state_root = ground_.anchor_state_root;
  if (!check(staging_.put_blocks({&anchor, 1}))) return;
  ids_known_ = true;
  for (Height height = target(); height.value > 0; height = height.previous()) {
    if (staging_.has_ids(height)) continue;
    if (!can_read()) return;
    if (!ids_.empty() && ids_.back().from == height.next()) {
      ids_.back().from = height;
    } else {
      ids_.push_back({height, height});
    }
  }
}

bool Joiner::take_ids(const GetPart& request, const Ids& ids) {
  Height height = request.height;
  for (const chain::UsedIds& used : ids.blocks) {
    const auto block = staging_.block(height);
    if (!can_read()) return true;  // no fault of the peer's
    VOSTRO_CHECK(block.has_value());
    if (!chain::names_of(used) || chain::tx_root_of(used) != block->tx_root) return false;
    height = height.next();
  }
  height = request.height;
  for (const chain::UsedIds& used : ids.blocks) {
    if (!check(staging_.put_ids(height, used))) return true;
    height = height.next();
  }
  const Height end(request.height.value + request.count);
  if (height < end) ids_.push_back({height, end.previous()});
  return true;
}

}  // namespace vostro::node::join
