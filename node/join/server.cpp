#include "node/join/server.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "chain/records.h"
#include "node/runtime/stored_proofs.h"

namespace vostro::node::join {
namespace {

constexpr std::size_t record_overhead = 8;  // lengths, on the wire

std::optional<consensus::EpochStep> step_after(const chain::StoreView& view, Epoch epoch) {
  const auto next = chain::load<chain::EpochRecord>(view, epoch.next());
  if (!next) return std::nullopt;
  auto closing = newest_proof_of(view, epoch);
  if (!closing || !closing->header.closes_epoch()) return std::nullopt;
  consensus::EpochStep step{*std::move(closing), {}};
  for (const chain::Validator& each : next->validators)
    step.next.push_back({consensus::MemberId{each.id.bytes}, each.key});
  return step;
}

}  // namespace

struct Server::Window {
  Height height;
  Hash from;
  /// Nothing above it is held; none where all is.
  std::optional<Hash> until;
  std::map<Hash, chain::StateEntry> records;
  std::size_t bytes = 0;
};

Server::Server(const chain::Store& store, ServerLimits limits,
               std::function<std::uint64_t()> now_ms)
    : store_(store), limits_(limits), now_ms_(std::move(now_ms)) {}
Server::~Server() = default;

bool Server::admit(const std::string& peer, const Bytes& request) {
  const Hash key = hash("join/request", request);
  const std::uint64_t now_ms = now_ms_();
  const std::lock_guard lock(askers_mutex_);
  Asker& asker = askers_[peer];
  std::erase_if(asker.asked,
                [&](const auto& one) { return one.second + limits_.repeat_ms <= now_ms; });
  if (asker.asked.contains(key) || asker.under_way >= limits_.under_way) return false;
  if (asker.asked.size() < limits_.requests_remembered) asker.asked[key] = now_ms;
  ++asker.under_way;
  return true;
}

void Server::done(const std::string& peer) {
  const std::lock_guard lock(askers_mutex_);
  const auto found = askers_.find(peer);
  VOSTRO_CHECK(found != askers_.end() && found->second.under_way > 0);
  --found->second.under_way;
}

// What it asked for before it went is under way still.
void Server::forget(const std::string& peer) {
  const std::lock_guard lock(askers_mutex_);
  if (const auto found = askers_.find(peer); found != askers_.end()) found->second.asked.clear();
}

Snapshot Server::answer(const GetSnapshot& request) const {
  const auto view = store_.view();
  Snapshot snapshot;
  snapshot.history_begins = view.history_begins();
  for (Epoch epoch = request.from; snapshot.steps.size() < steps_max; epoch = epoch.next()) {
    auto step = step_after(view, epoch);
    if (!step) break;
    snapshot.steps.push_back(*std::move(step));
  }
  if (const auto stored = view.newest_proof()) {
    auto proof = decode<consensus::FinalityProof>(stored->bytes);
    VOSTRO_CHECK(proof.has_value());
    snapshot.newest = *std::move(proof);
    // While it catches up, and prunes already, a node has no newer proof.
    snapshot.history_begins =
        std::min(snapshot.history_begins, snapshot.newest->header.height.next());
  }
  return snapshot;
}

Part Server::answer(const std::string& peer, const GetPart& request) {
  const auto view = store_.view();
  Part part{request, PartStatus::not_here, {}};
  if (!view.head() || request.height > view.head()->height || request.height.value == 0)
    return part;
  switch (request.kind) {
    case PartKind::headers:
      part.content = headers(view, request);
      break;
    case PartKind::ids:
      part.content = ids(view, request);
      break;
    case PartKind::state:
      state(view, peer, request, part);
      return part;
  }
  if (!part.content.empty()) part.status = PartStatus::here;
  return part;
}

Bytes Server::headers(const chain::StoreView& view, const GetPart& request) const {
  Headers found;
  Height height = request.height;
  for (const std::uint32_t count = std::min(request.count, headers_max);
       found.headers.size() < count && height.value > 0; height = height.previous()) {
    const auto bytes = view.header(height);
    if (!bytes) break;
    OptionalHeader one;
    if (!bytes->empty()) {
      auto header = decode<consensus::Header>(*bytes);
      VOSTRO_CHECK(header.has_value());
      one.header = *std::move(header);
    }
    found.headers.push_back(std::move(one));
  }
  return found.headers.empty() ? Bytes() : encode_content(found);
}

Bytes Server::ids(const chain::StoreView& view, const GetPart& request) const {
  Ids found;
  std::size_t bytes = 0;
  const std::uint32_t count = std::min(request.count, id_blocks_max);
  for (Height height = request.height; found.blocks.size() < count && height <= view.head()->height;
       height = height.next()) {
    auto used = view.used_ids(height);
    if (!used) break;
    bytes += used->names.size() + 64;
    if (bytes > limits_.ids_bytes && !found.blocks.empty()) break;
    found.blocks.push_back(*std::move(used));
  }
  if (found.blocks.empty()) return {};
  Bytes content = encode_content(found);
  // More than a hundred thousand ids in one block, by parameters of the network's own: whoever
  // joins takes such blocks whole.
  return content.size() > part_bytes_max ? Bytes() : content;
}

void Server::state(const chain::StoreView& view, const std::string& peer, const GetPart& request,
                   Part& part) {
  if (!request.path.is_valid()) return;
  const auto state = view.state_at(request.height);
  if (!state) return;
  const Hash first = request.path.first();
  for (bool is_fresh = false;; is_fresh = true) {
    const bool fits = window_ && window_->height == request.height && window_->from <= first &&
                      (!window_->until || first <= *window_->until);
    if (is_fresh || !fits) {
      const std::uint64_t began_ms = now_ms_();
      std::uint64_t& not_before_ms = no_scan_before_ms_[peer];
      if (began_ms < not_before_ms) {
        part.status = PartStatus::busy;
        return;
      }
      const bool is_filled = fill(*state, first);
      const std::uint64_t ended_ms = now_ms_();
      not_before_ms = ended_ms + std::max(limits_.scan_rest_ms, ended_ms - began_ms);
      if (!is_filled) return;
    }
    std::vector<chain::StateEntry> entries;
    std::size_t bytes = 0;
    auto at = window_->records.lower_bound(first);
    for (; at != window_->records.end() && request.path.holds(at->first); ++at) {
      bytes += at->second.key.size() + at->second.value.size() + record_overhead;
      if (bytes > limits_.state_bytes && !entries.empty()) {
        part.status = PartStatus::too_large;
        return;
      }
      entries.push_back(at->second);
    }
    // The window ended before the path did: one that begins here reaches further.
    if (at == window_->records.end() && window_->until) {
      if (window_->from < first) continue;
      part.status = PartStatus::too_large;
      return;
    }
    const auto subtree = chain::make_subtree(*state, request.path, std::move(entries));
    // What could not be read ends this node as soon as it is looked at for blocks.
    if (!subtree || store_.failure()) return;
    part.content = encode_content(*subtree);
    part.status = PartStatus::here;
    if (part.content.size() <= part_bytes_max) return;
    part.content.clear();
    part.status = PartStatus::too_large;
    return;
  }
}

/// False where the state cannot be read.
bool Server::fill(const chain::PastState& state, const Hash& from) {
  ++scans_;
  auto window = std::make_unique<Window>();
  window->height = state.height();
  window->from = from;
  const bool done = state.each([&](ByteView key, ByteView value) {
    if (stopped_) return false;
    const Hash at = chain::tree_key_of(key);
    if (at < from || (window->until && at > *window->until)) return true;
    window->bytes += key.size() + value.size() + record_overhead;
    window->records.emplace(
        at, chain::StateEntry{{key.begin(), key.end()}, {value.begin(), value.end()}});
    while (window->bytes > limits_.window_bytes && window->records.size() > 1) {
      const auto last = std::prev(window->records.end());
      window->bytes -= last->second.key.size() + last->second.value.size() + record_overhead;
      window->records.erase(last);
      window->until = std::prev(window->records.end())->first;
    }
    return true;
  });
  if (!done || stopped_ || store_.failure()) return false;
  window_ = std::move(window);
  return true;
}

}  // namespace vostro::node::join
