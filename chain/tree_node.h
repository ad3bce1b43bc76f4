/// The nodes of the state tree (chain/tree.h), for those who walk it: how they are hashed, encoded
/// and found. Inner to the chain house.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "chain/tree.h"

namespace vostro::chain::trie {

inline constexpr std::size_t slots_per_node = 16;
inline constexpr std::size_t depth_max = StateProof::depth_max;

[[nodiscard]] const Hash& empty_hash();
[[nodiscard]] Hash key_hash_of(ByteView key);
[[nodiscard]] Hash value_hash_of(ByteView value);
[[nodiscard]] Hash leaf_hash(const StateProof::Leaf& leaf);
/// Two empty halves make an empty whole: a sparse node costs as many hashes as it has branches.
[[nodiscard]] Hash join(const Hash& left, const Hash& right);

[[nodiscard]] std::size_t nibble(const Hash& path, std::size_t depth);
[[nodiscard]] bool same_prefix(const Hash& a, const Hash& b, std::size_t depth);
/// The count of nibbles, then the nibbles, two a byte and the last half filled with zero: the order
/// of positions is by depth, then by path.
[[nodiscard]] Bytes position_of(const Hash& path, std::size_t depth);

enum class SlotKind : std::uint8_t { empty, leaf, child };

struct Slot {
  SlotKind kind = SlotKind::empty;
  StateProof::Leaf leaf;  ///< for leaf
  Hash child;             ///< for child: the node's hash

  bool operator==(const Slot&) const = default;
  [[nodiscard]] Hash hash() const;
};

struct Node {
  std::array<Slot, slots_per_node> slots;

  bool operator==(const Node&) const = default;

  /// Two masks of 16 bits, little-endian, of the leaves and of the children; then their hashes in
  /// order of the slots.
  [[nodiscard]] Bytes encode() const;
  /// What stands in the tree was written by `encode`: the store checks its own bytes.
  [[nodiscard]] static Node decode(ByteView bytes);

  [[nodiscard]] std::array<Hash, slots_per_node> slot_hashes() const;
  [[nodiscard]] Hash hash() const;
  /// The four siblings on the way from the slot to the node's hash.
  void append_siblings(std::size_t slot, std::vector<Hash>& to) const;
};

/// What a slot's hash and the siblings from it upwards lead to; `path` says on which side each is.
[[nodiscard]] Hash root_from(Hash slot, std::span<const Hash> siblings, const Hash& path);

}  // namespace vostro::chain::trie
