#include "chain/subtree.h"

#include <algorithm>

#include "base/check.h"
#include "chain/tree_node.h"

namespace vostro::chain {

using namespace trie;

namespace {

/// What the tree has where exactly these leaves, which share `depth` nibbles, are. Recursion is
/// bounded by the 64 nibbles of a hash: keys are distinct.
Slot slot_of(std::span<const StateProof::Leaf> leaves, std::size_t depth);

Node node_of(std::span<const StateProof::Leaf> leaves, std::size_t depth) {
  VOSTRO_CHECK(depth < trie::depth_max);
  Node node;
  while (!leaves.empty()) {
    const std::size_t slot = nibble(leaves.front().key_hash, depth);
    const auto end = std::ranges::find_if(
        leaves, [&](const StateProof::Leaf& leaf) { return nibble(leaf.key_hash, depth) != slot; });
    const auto count = static_cast<std::size_t>(end - leaves.begin());
    node.slots[slot] = slot_of(leaves.first(count), depth + 1);
    leaves = leaves.subspan(count);
  }
  return node;
}

Slot slot_of(std::span<const StateProof::Leaf> leaves, std::size_t depth) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) return {SlotKind::leaf, leaves.front(), {}};
  return {SlotKind::child, {}, node_of(leaves, depth).hash()};
}

/// None where they are not ascending, or not all under the path.
std::optional<std::vector<StateProof::Leaf>> leaves_of(const std::vector<StateEntry>& entries,
                                                       const TreePath& path) {
  std::vector<StateProof::Leaf> leaves;
  leaves.reserve(entries.size());
  for (const StateEntry& entry : entries) {
    const Hash key_hash = key_hash_of(entry.key);
    if (!path.holds(key_hash)) return std::nullopt;
    if (!leaves.empty() && leaves.back().key_hash >= key_hash) return std::nullopt;
    leaves.push_back({key_hash, value_hash_of(entry.value)});
  }
  return leaves;
}

}  // namespace

bool TreePath::is_valid() const {
  return nibbles.size() <= depth_max &&
         std::ranges::all_of(nibbles, [](std::uint8_t each) { return each < slots_per_node; });
}

Hash TreePath::first() const {
  Hash hash;
  for (std::size_t i = 0; i < nibbles.size(); ++i)
    hash.bytes[i / 2] |= static_cast<Byte>(nibbles[i] << (i % 2 == 0 ? 4U : 0U));
  return hash;
}

bool TreePath::holds(const Hash& key_hash) const {
  return same_prefix(first(), key_hash, nibbles.size());
}

std::vector<TreePath> TreePath::children() const {
  std::vector<TreePath> paths;
  if (nibbles.size() == depth_max) return paths;
  for (std::uint8_t i = 0; i < slots_per_node; ++i) {
    paths.push_back(*this);
    paths.back().nibbles.push_back(i);
  }
  return paths;
}

Hash tree_key_of(ByteView key) {
  return key_hash_of(key);
}

std::optional<Subtree> make_subtree(const NodeReader& tree, const TreePath& path,
                                    std::vector<StateEntry> entries) {
  Subtree part;
  part.entries = std::move(entries);
  const Hash at = path.first();
  std::vector<Node> way;
  for (std::size_t depth = 0; depth < path.nibbles.size(); ++depth) {
    const auto stored = tree.node(position_of(at, depth));
    if (!stored) {
      // A child slot leads to a node, and so do records; only an empty tree has none.
      if (depth > 0 || !part.entries.empty()) return std::nullopt;
      break;
    }
    way.push_back(Node::decode(*stored));
    const Slot& slot = way.back().slots[path.nibbles[depth]];
    if (slot.kind == SlotKind::leaf && !path.holds(slot.leaf.key_hash)) part.other = slot.leaf;
    if (slot.kind != SlotKind::child) break;
  }
  for (std::size_t depth = way.size(); depth > 0; --depth)
    way[depth - 1].append_siblings(path.nibbles[depth - 1], part.siblings);
  return part;
}

bool verify_subtree(const Subtree& part, const TreePath& path, const Hash& state_root) {
  if (!path.is_valid() || part.siblings.size() % 4 != 0) return false;
  const std::size_t depth = part.siblings.size() / 4;
  if (depth > path.nibbles.size()) return false;
  const auto leaves = leaves_of(part.entries, path);
  if (!leaves) return false;
  const Hash at = path.first();
  const bool is_whole_way = depth == path.nibbles.size();
  if (part.other) {
    // Another key's leaf shows that nothing is here where it takes the only place that there is.
    if (!leaves->empty() || depth == 0 || path.holds(part.other->key_hash) ||
        !same_prefix(part.other->key_hash, at, depth))
      return false;
    return root_from(leaf_hash(*part.other), part.siblings, at) == state_root;
  }
  // The root is a node, whatever is in it.
  if (depth == 0 && is_whole_way)
    return (leaves->empty() ? empty_hash() : node_of(*leaves, 0).hash()) == state_root;
  // Above the path's end the tree has one record or none.
  if (!is_whole_way && leaves->size() > 1) return false;
  if (!is_whole_way && depth == 0 && !leaves->empty()) return false;
  return root_from(slot_of(*leaves, depth).hash(), part.siblings, at) == state_root;
}

}  // namespace vostro::chain
