// What lacks and whom to ask: fetches for cuts, fetches by hints (HAVE, gaps), and the HAVEs of
// this node.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "consensus/lanes.h"

namespace vostro::consensus {

namespace {

// Different batches go to different peers: the low bytes of a digest are as good as random.
std::size_t spread_of(const BatchId& id) {
  std::size_t spread = 0;
  for (std::size_t i = 0; i < 4; ++i) spread = spread << 8 | id.bytes[i];
  return spread;
}

}  // namespace

void Lanes::want(const LaneRef& ref, const BlockId& block, ValidatorIndex proposer,
                 const Fetch* arrived, std::uint64_t now_ms, LaneActions& actions) {
  auto [found, is_new] = fetches_.try_emplace(ref.tip);
  Fetch& fetch = found->second;
  const bool was_hint = !is_new && fetch.for_blocks.empty();
  fetch.for_blocks.insert(block);
  if (!fetch.proposer) fetch.proposer = proposer;
  if (!is_new) {
    if (was_hint) caused_fetch_at_[ref.author] = final_blocks_;
    return;
  }
  fetch.ref = ref;
  const bool is_same_answer = arrived != nullptr && arrived->asked &&
                              arrived->ref.author == ref.author &&
                              arrived->ref.incarnation == ref.incarnation;
  if (is_same_answer) {
    fetch.asked = arrived->asked;
    fetch.attempts = arrived->attempts;
    fetch.next_ms = now_ms + config_.fetch_retry_ms;
    return;
  }
  caused_fetch_at_[ref.author] = final_blocks_;
  ask(ref.tip, fetch, now_ms, actions);
}

// An answer by hint runs backwards from the tip: the batch before the one that arrived comes with
// it.
void Lanes::continue_hint(const Fetch& arrived, const Batch& batch, std::uint64_t now_ms) {
  if (batch.seq <= arrived.ref.first_seq || store_.holds(batch.prev)) return;
  auto [found, is_new] = fetches_.try_emplace(batch.prev);
  if (!is_new) return;
  Fetch& fetch = found->second;
  fetch = arrived;
  fetch.ref.last_seq = batch.seq - 1;
  fetch.ref.tip = batch.prev;
  fetch.next_ms = now_ms + config_.fetch_retry_ms;
}

void Lanes::forget_fetches_of(const BlockId& block) {
  for (auto fetch = fetches_.begin(); fetch != fetches_.end();) {
    const bool was_wanted = fetch->second.for_blocks.erase(block) > 0;
    fetch =
        was_wanted && fetch->second.for_blocks.empty() ? fetches_.erase(fetch) : std::next(fetch);
  }
}

std::vector<ValidatorIndex> Lanes::sources_of(const Fetch& fetch) const {
  std::set<ValidatorIndex> sources;
  for (const auto& [peer, lanes] : reported_) {
    const auto reported = lanes.find(fetch.ref.author);
    if (reported == lanes.end()) continue;
    const LanePosition& position = reported->second.position;
    if (position.incarnation == fetch.ref.incarnation && position.seq >= fetch.ref.last_seq)
      sources.insert(peer);
  }
  // A hint is good for whoever gave it; what a cut names, its author and its proposer must have.
  if (sources.empty() || !fetch.for_blocks.empty()) sources.insert(fetch.ref.author);
  if (fetch.proposer) sources.insert(*fetch.proposer);
  const auto is_out_of_reach = [this](ValidatorIndex peer) {
    return !connected_.contains(peer) || (own_ && peer == *own_);
  };
  std::erase_if(sources, is_out_of_reach);
  // Those who must have it have been asked once each: anybody may have it by now.
  if (!fetch.for_blocks.empty() && fetch.attempts >= sources.size()) {
    sources = connected_;
    std::erase_if(sources, is_out_of_reach);
  }
  return {sources.begin(), sources.end()};
}

std::size_t Lanes::open_requests_to(ValidatorIndex peer) const {
  return static_cast<std::size_t>(
      std::count_if(fetches_.begin(), fetches_.end(),
                    [&](const auto& entry) { return entry.second.asked == peer; }));
}

std::uint64_t Lanes::retry_after(const Fetch& fetch, std::size_t sources) const {
  const std::size_t rounds = sources == 0 ? 0 : std::min<std::size_t>(fetch.attempts / sources, 16);
  return std::min(config_.fetch_retry_max_ms, config_.fetch_retry_ms << rounds);
}

void Lanes::ask(const BatchId& id, Fetch& fetch, std::uint64_t now_ms, LaneActions& actions) {
  fetch.asked.reset();
  const std::vector<ValidatorIndex> sources = sources_of(fetch);
  fetch.next_ms = now_ms + retry_after(fetch, sources.size());
  if (sources.empty() && !fetch.for_blocks.empty()) {
    ++fetch.attempts;
    actions.push_back(FetchBatches{std::nullopt, fetch.ref});
    return;
  }
  for (std::size_t tried = 0; tried < sources.size(); ++tried) {
    const ValidatorIndex peer = sources[(spread_of(id) + fetch.attempts) % sources.size()];
    ++fetch.attempts;
    if (open_requests_to(peer) >= config_.fetches_per_peer_max) continue;
    fetch.asked = peer;
    actions.push_back(FetchBatches{peer, fetch.ref});
    return;
  }
}

// ---- Hints ----

void Lanes::note_held_by(ValidatorIndex peer, const Batch& batch, const BatchId& id,
                         std::uint64_t now_ms) {
  if (peer.value >= store_.validators()) return;
  Reported& entry = reported_[peer][batch.author];
  const bool is_newer = std::pair(batch.incarnation, batch.seq) >
                        std::pair(entry.position.incarnation, entry.position.seq);
  if (!is_newer) return;
  entry.position = {batch.incarnation, batch.seq, id};
  entry.since_ms = now_ms;
  entry.disbelieved = false;
}

/// A gap whose fetch stayed unanswered is given up: whom it was asked may have had nothing, or
/// lied. But a tip is reported only by who holds all before it, and is reported again as long as
/// that is work for somebody: without this its only holder would stay busy alone for ever. Once in
/// a while, for it costs a walk, and a liar may report what it will not deliver.
void Lanes::look_behind(ValidatorIndex author, Reported& reported, std::uint64_t now_ms) {
  if (now_ms - reported.looked_ms < config_.hint_again_ms) return;
  if (is_good_hint(author, reported.lacking)) return;
  reported.looked_ms = now_ms;
  reported.lacking = store_.lacking_before(author, reported.position).value_or(LanePosition{});
  if (!reported.lacking.tip.is_zero()) hint_of_.erase(author);
}

bool Lanes::is_good_hint(ValidatorIndex author, const LanePosition& position) const {
  return !position.tip.is_zero() && store_.is_worth_having(author, position) &&
         !store_.holds(position.tip);
}

void Lanes::note_gap(ValidatorIndex author, std::uint64_t now_ms) {
  const std::optional<LaneRef> gap = store_.gap(author);
  if (!gap) {
    gaps_.erase(author);
    return;
  }
  GapSeen& seen = gaps_[author];
  if (seen.tip != gap->tip) seen = {gap->tip, now_ms, false};
}

bool Lanes::is_fetching_from_lane(ValidatorIndex author) const {
  return std::any_of(fetches_.begin(), fetches_.end(),
                     [&](const auto& entry) { return entry.second.ref.author == author; });
}

// One at a time: a liar who reports another tip each time comes after those who were first.
std::optional<Lanes::Hint> Lanes::oldest_hint(ValidatorIndex author) const {
  std::optional<Hint> oldest;
  const auto consider = [&](const LaneRef& ref, std::uint64_t since_ms) {
    const std::uint64_t due_ms = since_ms + config_.hint_delay_ms;
    if (!oldest || due_ms < oldest->due_ms) oldest = {ref, due_ms};
  };
  for (const auto& [peer, lanes] : reported_) {
    if (!connected_.contains(peer) || (own_ && peer == *own_)) continue;
    const auto found = lanes.find(author);
    if (found == lanes.end()) continue;
    const Reported& reported = found->second;
    if (!reported.disbelieved && is_good_hint(author, reported.position))
      consider(store_.run_to(author, reported.position), reported.since_ms);
    if (is_good_hint(author, reported.lacking))
      consider(store_.run_to(author, reported.lacking), reported.looked_ms);
  }
  if (const auto seen = gaps_.find(author); seen != gaps_.end() && !seen->second.given_up) {
    if (const auto gap = store_.gap(author); gap && gap->tip == seen->second.tip)
      consider(*gap, seen->second.since_ms);
  }
  return oldest;
}

std::vector<Lanes::Hint> Lanes::hints() const {
  std::vector<Hint> found;
  for (std::uint16_t i = 0; i < store_.validators(); ++i) {
    const ValidatorIndex author(i);
    auto known = hint_of_.find(author);
    if (known == hint_of_.end()) known = hint_of_.emplace(author, oldest_hint(author)).first;
    if (known->second && !is_fetching_from_lane(author)) found.push_back(*known->second);
  }
  return found;
}

void Lanes::give_up_hint(const Fetch& fetch) {
  hint_of_.erase(fetch.ref.author);
  for (auto& [peer, lanes] : reported_) {
    const auto reported = lanes.find(fetch.ref.author);
    if (reported == lanes.end()) continue;
    if (reported->second.position.tip == fetch.ref.tip) reported->second.disbelieved = true;
    if (reported->second.lacking.tip == fetch.ref.tip) reported->second.lacking = {};
  }
  const auto seen = gaps_.find(fetch.ref.author);
  if (seen != gaps_.end() && seen->second.tip == fetch.ref.tip) seen->second.given_up = true;
}

// ---- Time ----

LaneActions Lanes::tick(std::uint64_t now_ms, const std::set<ValidatorIndex>& leaders) {
  LaneActions actions;
  for (auto entry = fetches_.begin(); entry != fetches_.end();) {
    Fetch& fetch = entry->second;
    if (fetch.next_ms > now_ms) {
      ++entry;
      continue;
    }
    if (fetch.for_blocks.empty() && fetch.attempts >= sources_of(fetch).size()) {
      give_up_hint(fetch);
      entry = fetches_.erase(entry);
      continue;
    }
    ask(entry->first, fetch, now_ms, actions);
    ++entry;
  }
  for (const auto& [ref, due_ms] : hints()) {
    if (due_ms > now_ms) continue;
    Fetch& fetch = fetches_[ref.tip];
    fetch.ref = ref;
    ask(ref.tip, fetch, now_ms, actions);
  }
  send_haves(now_ms, leaders, actions);
  return actions;
}

std::optional<std::uint64_t> Lanes::next_wakeup(const std::set<ValidatorIndex>& leaders) const {
  std::optional<std::uint64_t> next;
  const auto consider = [&](std::uint64_t at_ms) { next = next ? std::min(*next, at_ms) : at_ms; };
  for (const auto& [id, fetch] : fetches_) consider(fetch.next_ms);
  for (const Hint& hint : hints()) consider(hint.due_ms);
  for (const ValidatorIndex leader : leaders) {
    if (unsent_to(leader).empty()) continue;
    const auto sent = have_sent_ms_.find(leader);
    consider(sent == have_sent_ms_.end() ? 0 : sent->second + config_.have_period_ms);
  }
  return next;
}

LanePositions Lanes::unsent_to(ValidatorIndex peer) const {
  if (!own_ || peer == *own_ || !connected_.contains(peer)) return {};
  LanePositions entries;
  const auto sent = sent_.find(peer);
  for (std::uint16_t i = 0; i < store_.validators(); ++i) {
    const ValidatorIndex author(i);
    const LanePosition& tip = store_.tip(author);
    if (tip.seq == 0) continue;
    if (sent != sent_.end()) {
      const auto told = sent->second.find(author);
      if (told != sent->second.end() && told->second == tip) continue;
    }
    entries.emplace_hint(entries.end(), author, tip);
  }
  return entries;
}

void Lanes::send_haves(std::uint64_t now_ms, const std::set<ValidatorIndex>& leaders,
                       LaneActions& actions) {
  for (const ValidatorIndex leader : leaders) {
    LanePositions entries = unsent_to(leader);
    if (entries.empty()) continue;
    const auto [sent, is_first] = have_sent_ms_.try_emplace(leader, now_ms);
    if (!is_first && now_ms < sent->second + config_.have_period_ms) continue;
    sent->second = now_ms;
    for (const auto& [author, position] : entries) sent_[leader][author] = position;
    actions.push_back(SendHave{leader, std::move(entries)});
  }
}

}  // namespace vostro::consensus
