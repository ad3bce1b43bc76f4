#include "chain/tree.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "chain/tree_node.h"

namespace vostro::chain {

using namespace trie;

namespace {

struct KeyChange {
  Hash key_hash;
  std::optional<Hash> value_hash;  // none: erased
};
using ChangeSpan = std::span<const KeyChange>;

// Applies changes that are sorted by key hash from a slot downwards. `depth` counts the nibbles
// that lead to the slot; all changes of a call share them. Recursion is bounded by the 64 nibbles
// of a hash.
class Updater {
 public:
  explicit Updater(const NodeReader& tree) : tree_(tree) {}

  [[nodiscard]] TreeUpdate run(ChangeSpan changes) {
    const Hash nowhere;
    const auto stored = tree_.node(position_of(nowhere, 0));
    const Node before = stored ? Node::decode(*stored) : Node{};
    const Node after = apply_to_slots(before, 0, changes);
    if (after != before) {
      const bool is_empty = after == Node{};
      update_.nodes[position_of(nowhere, 0)] =
          is_empty ? std::nullopt : std::optional(after.encode());
    }
    update_.root = after.hash();
    return std::move(update_);
  }

 private:
  Node apply_to_slots(Node node, std::size_t depth, ChangeSpan changes) {
    VOSTRO_CHECK(depth < depth_max);
    while (!changes.empty()) {
      const std::size_t slot = nibble(changes.front().key_hash, depth);
      const auto end =
          std::find_if(changes.begin(), changes.end(), [slot, depth](const KeyChange& change) {
            return nibble(change.key_hash, depth) != slot;
          });
      const auto count = static_cast<std::size_t>(end - changes.begin());
      node.slots[slot] = apply_to_slot(node.slots[slot], depth + 1, changes.first(count));
      changes = changes.subspan(count);
    }
    return node;
  }

  Slot apply_to_slot(const Slot& slot, std::size_t depth, ChangeSpan changes) {
    if (slot.kind == SlotKind::child) {
      const Bytes position = position_of(changes.front().key_hash, depth);
      const auto stored = tree_.node(position);
      VOSTRO_CHECK(stored.has_value());
      const Node before = Node::decode(*stored);
      return settle(before, true, apply_to_slots(before, depth, changes), position, slot.child);
    }
    // Nothing is below an empty slot or a leaf: what will stand here comes from the leaf and the
    // changes alone.
    std::vector<KeyChange> leaves;
    leaves.reserve(changes.size() + 1);
    for (const KeyChange& change : changes) {
      if (change.value_hash) leaves.push_back(change);
    }
    if (slot.kind == SlotKind::leaf) {
      const auto place = std::lower_bound(
          changes.begin(), changes.end(), slot.leaf.key_hash,
          [](const KeyChange& change, const Hash& key_hash) { return change.key_hash < key_hash; });
      const bool is_changed = place != changes.end() && place->key_hash == slot.leaf.key_hash;
      if (!is_changed) {
        const auto at = std::lower_bound(leaves.begin(), leaves.end(), slot.leaf.key_hash,
                                         [](const KeyChange& change, const Hash& key_hash) {
                                           return change.key_hash < key_hash;
                                         });
        leaves.insert(at, KeyChange{slot.leaf.key_hash, slot.leaf.value_hash});
      }
    }
    return build(leaves, depth);
  }

  // A subtree of leaves alone, all of which share `depth` nibbles.
  Slot build(ChangeSpan leaves, std::size_t depth) {
    if (leaves.empty()) return {};
    if (leaves.size() == 1) {
      return {SlotKind::leaf, {leaves.front().key_hash, *leaves.front().value_hash}, {}};
    }
    const Bytes position = position_of(leaves.front().key_hash, depth);
    return settle(Node{}, false, apply_to_slots(Node{}, depth, leaves), position, {});
  }

  // A node with one leaf and nothing else gives it to its parent: so the shape depends on the keys
  // alone.
  Slot settle(const Node& before, bool existed, const Node& after, const Bytes& position,
              const Hash& hash_before) {
    const Slot* only = nullptr;
    std::size_t count = 0;
    for (const Slot& slot : after.slots) {
      if (slot.kind == SlotKind::empty) continue;
      ++count;
      only = &slot;
    }
    if (count == 0 || (count == 1 && only->kind == SlotKind::leaf)) {
      if (existed) update_.nodes[position] = std::nullopt;
      return count == 0 ? Slot{} : *only;
    }
    if (existed && after == before) return {SlotKind::child, {}, hash_before};
    update_.nodes[position] = after.encode();
    return {SlotKind::child, {}, after.hash()};
  }

  const NodeReader& tree_;
  TreeUpdate update_;
};

}  // namespace

TreeUpdate update_tree(const NodeReader& tree, const Changes& state) {
  std::vector<KeyChange> changes;
  changes.reserve(state.size());
  for (const auto& [key, value] : state) {
    changes.push_back(
        {key_hash_of(key), value ? std::optional(value_hash_of(*value)) : std::nullopt});
  }
  std::sort(changes.begin(), changes.end(),
            [](const KeyChange& a, const KeyChange& b) { return a.key_hash < b.key_hash; });
  return Updater(tree).run(changes);
}

Hash root_of(const NodeReader& tree) {
  const auto stored = tree.node(position_of(Hash{}, 0));
  return stored ? Node::decode(*stored).hash() : empty_hash();
}

StateProof prove(const NodeReader& tree, ByteView key) {
  const Hash path = key_hash_of(key);
  std::vector<Node> way;
  StateProof proof;
  for (std::size_t depth = 0; depth < depth_max; ++depth) {
    const auto stored = tree.node(position_of(path, depth));
    if (!stored) {
      VOSTRO_CHECK(depth == 0);  // a child slot leads to a node; only an empty tree has none
      return proof;
    }
    way.push_back(Node::decode(*stored));
    const Slot& slot = way.back().slots[nibble(path, depth)];
    if (slot.kind == SlotKind::leaf) proof.leaf = slot.leaf;
    if (slot.kind != SlotKind::child) break;
  }
  proof.siblings.reserve(way.size() * 4);
  for (std::size_t depth = way.size(); depth > 0; --depth) {
    way[depth - 1].append_siblings(nibble(path, depth - 1), proof.siblings);
  }
  return proof;
}

bool verify_proof(const StateProof& proof, const Hash& state_root, ByteView key,
                  const std::optional<Bytes>& value) {
  if (proof.siblings.size() % 4 != 0 || proof.siblings.size() > depth_max * 4) return false;
  const std::size_t depth = proof.siblings.size() / 4;
  const Hash path = key_hash_of(key);

  if (value) {
    if (!proof.leaf || proof.leaf->key_hash != path ||
        proof.leaf->value_hash != value_hash_of(*value))
      return false;
  } else if (proof.leaf) {
    // Another key's leaf shows absence where it takes the only place that the key could have.
    if (proof.leaf->key_hash == path || !same_prefix(proof.leaf->key_hash, path, depth))
      return false;
  }
  if (proof.leaf && depth == 0) return false;
  // One proof for each statement: an empty slot is shown where it is, not by an imagined empty node
  // below it.
  if (!proof.leaf && depth > 0 &&
      std::all_of(proof.siblings.begin(), proof.siblings.begin() + 4,
                  [](const Hash& sibling) { return sibling == empty_hash(); })) {
    return false;
  }

  const Hash slot = proof.leaf ? leaf_hash(*proof.leaf) : empty_hash();
  return root_from(slot, proof.siblings, path) == state_root;
}

}  // namespace vostro::chain
