#include "chain/branch.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "chain/id_order.h"

namespace vostro::chain {
namespace {

bool begins_with(const Bytes& key, ByteView prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

using Entries = std::vector<std::pair<Bytes, Bytes>>;

}  // namespace

Branch::Branch(std::shared_ptr<const ExecutedBlock> block, const StateReader& state,
               const NodeReader& tree)
    : block_(std::move(block)), state_(&state), tree_(&tree) {
  VOSTRO_CHECK(block_ != nullptr);
  ids_.resize(block_->ids.size());
  std::iota(ids_.begin(), ids_.end(), 0U);
  std::sort(ids_.begin(), ids_.end(), [&ids = block_->ids](std::uint32_t a, std::uint32_t b) {
    return ById()(ids[a].first, ids[b].first);
  });
}

std::optional<Bytes> Branch::get(ByteView key) const {
  const auto at = block_->state.find(Bytes(key.begin(), key.end()));
  return at != block_->state.end() ? at->second : state_->get(key);
}

/// Merges the layer's changes with what is below, in steps: erased entries below make room for
/// later ones.
std::vector<std::pair<Bytes, Bytes>> Branch::scan(ByteView prefix, ByteView from,
                                                  std::size_t limit) const {
  const Bytes first =
      std::max(Bytes(prefix.begin(), prefix.end()), Bytes(from.begin(), from.end()));
  auto change = block_->state.lower_bound(first);
  const auto in_range = [&] {
    return change != block_->state.end() && begins_with(change->first, prefix);
  };

  Entries result;
  const auto take_changes_before = [&](const Bytes* key) {
    for (; in_range() && result.size() < limit && (key == nullptr || change->first < *key);
         ++change)
      if (change->second) result.emplace_back(change->first, *change->second);
  };
  Bytes next = first;
  while (result.size() < limit) {
    const std::size_t step = limit - result.size();
    Entries below = state_->scan(prefix, next, step);
    for (auto& [key, value] : below) {
      take_changes_before(&key);
      if (result.size() == limit) break;
      if (in_range() && change->first == key) {
        if (change->second) result.emplace_back(key, *change->second);
        ++change;
      } else {
        result.emplace_back(key, std::move(value));
      }
    }
    if (below.size() < step) {
      take_changes_before(nullptr);
      break;
    }
    next = below.back().first;
    next.push_back(0);
  }
  return result;
}

std::optional<IdRecord> Branch::find_id(const OwnedId& id) const {
  const auto& ids = block_->ids;
  const auto at = std::lower_bound(
      ids_.begin(), ids_.end(), id,
      [&ids](std::uint32_t a, const OwnedId& b) { return ById()(ids[a].first, b); });
  return at != ids_.end() && ids[*at].first == id ? ids[*at].second : state_->find_id(id);
}

std::optional<Hash> Branch::receipt_root(Height height) const {
  return height == block_->height ? block_->receipt_root : state_->receipt_root(height);
}

std::optional<Bytes> Branch::node(ByteView position) const {
  const auto at = block_->nodes.find(Bytes(position.begin(), position.end()));
  return at != block_->nodes.end() ? at->second : tree_->node(position);
}

void Branch::rebase(const StateReader& state, const NodeReader& tree) {
  state_ = &state;
  tree_ = &tree;
}

}  // namespace vostro::chain
