#include "chain/merkle.h"

#include <bit>

#include "base/check.h"
#include "chain/merkle_tree.h"

namespace vostro::chain {
namespace {

Hash leaf_hash(const Hash& leaf) {
  return hash("merkle/leaf", leaf.view());
}
Hash node_hash(const Hash& left, const Hash& right) {
  return hash("merkle/node", {left.view(), right.view()});
}

/// The largest power of two below `count`, which is at least 2.
std::size_t left_size(std::size_t count) {
  return std::bit_floor(count - 1);
}

// Recursion is as deep as the tree is high: 32 at most, since counts have 32 bits.
Hash root_of_some(std::span<const Hash> leaves) {
  if (leaves.size() == 1) return leaf_hash(leaves[0]);
  const std::size_t left = left_size(leaves.size());
  return node_hash(root_of_some(leaves.first(left)), root_of_some(leaves.subspan(left)));
}

void add_siblings(std::vector<Hash>& siblings, std::span<const Hash> leaves, std::size_t index) {
  if (leaves.size() == 1) return;
  const std::size_t left = left_size(leaves.size());
  if (index < left) {
    add_siblings(siblings, leaves.first(left), index);
    siblings.push_back(root_of_some(leaves.subspan(left)));
  } else {
    add_siblings(siblings, leaves.subspan(left), index - left);
    siblings.push_back(root_of_some(leaves.first(left)));
  }
}

}  // namespace

Hash merkle_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return hash("merkle/empty", {});
  return root_of_some(leaves);
}

MerklePath merkle_path(std::span<const Hash> leaves, std::size_t index) {
  VOSTRO_CHECK(index < leaves.size());
  VOSTRO_CHECK(leaves.size() <= UINT32_MAX);
  MerklePath path{.index = static_cast<std::uint32_t>(index),
                  .count = static_cast<std::uint32_t>(leaves.size()),
                  .siblings = {}};
  add_siblings(path.siblings, leaves, index);
  return path;
}

// The largest power of two below the count on the left: the same as pairs from the left at each
// level, where a node without a right neighbour moves up as it is.
MerkleTree::MerkleTree(std::span<const Hash> leaves) {
  VOSTRO_CHECK(leaves.size() <= UINT32_MAX);
  levels_.emplace_back();
  levels_.back().reserve(leaves.size());
  for (const Hash& each : leaves) levels_.back().push_back(leaf_hash(each));
  while (levels_.back().size() > 1) {
    const std::vector<Hash>& below = levels_.back();
    std::vector<Hash> level;
    level.reserve((below.size() + 1) / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2)
      level.push_back(node_hash(below[i], below[i + 1]));
    if (below.size() % 2 != 0) level.push_back(below.back());
    levels_.push_back(std::move(level));
  }
}

Hash MerkleTree::root() const {
  return count() == 0 ? merkle_root({}) : levels_.back().front();
}

MerklePath MerkleTree::path(std::size_t index) const {
  VOSTRO_CHECK(index < count());
  MerklePath path{.index = static_cast<std::uint32_t>(index),
                  .count = static_cast<std::uint32_t>(count()),
                  .siblings = {}};
  for (const std::vector<Hash>& level : levels_) {
    const std::size_t sibling = index ^ 1U;
    if (sibling < level.size()) path.siblings.push_back(level[sibling]);
    index /= 2;
  }
  return path;
}

// RFC 9162 section 2.1.3.2: `index` and `last` walk up together; a node without a right neighbour
// moves up as it is.
std::optional<Hash> root_of(const Hash& leaf, const MerklePath& path) {
  if (path.index >= path.count) return std::nullopt;
  std::uint32_t index = path.index;
  std::uint32_t last = path.count - 1;
  Hash root = leaf_hash(leaf);
  for (const Hash& sibling : path.siblings) {
    if (last == 0) return std::nullopt;
    if ((index & 1U) != 0 || index == last) {
      root = node_hash(sibling, root);
      while ((index & 1U) == 0 && index != 0) {
        index >>= 1U;
        last >>= 1U;
      }
    } else {
      root = node_hash(root, sibling);
    }
    index >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return std::nullopt;
  return root;
}

}  // namespace vostro::chain
