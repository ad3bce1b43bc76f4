/// The authenticated tree over the state: a 16-ary trie over H("key", key), nodes kept by position
/// (the path's nibbles), updated once per block along the touched paths, with proofs of presence
/// and absence. Pure: reads nodes through NodeReader, returns the changed ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chain/execute.h"

namespace vostro::chain {

struct TreeUpdate {
  Hash root;
  Changes nodes;  ///< new content by position; none where the node is gone
};
/// Applies the block's changed keys. The root of an empty tree is H("tree/empty", "").
[[nodiscard]] TreeUpdate update_tree(const NodeReader& tree, const Changes& state);
[[nodiscard]] Hash root_of(const NodeReader& tree);

/// Shows what stands, or does not stand, under one key.
struct StateProof {
  static constexpr std::size_t depth_max = 64;
  /// A leaf met on the way: the key's own, or another one whose path shares the prefix (absence).
  struct Leaf {
    Hash key_hash;
    Hash value_hash;
    bool operator==(const Leaf&) const = default;
    template <class Archive>
    void serialize(Archive& archive) {
      archive(key_hash, value_hash);
    }
  };
  std::optional<Leaf> leaf;    ///< none: the slot is empty
  std::vector<Hash> siblings;  ///< binary siblings from the slot upwards, four for each nibble

  bool operator==(const StateProof&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(leaf, bounded<depth_max * 4>(siblings));
  }
};
[[nodiscard]] StateProof prove(const NodeReader& tree, ByteView key);
/// True when the proof shows `value` (none: absence) under `key` in the state with this root.
[[nodiscard]] bool verify_proof(const StateProof& proof, const Hash& state_root, ByteView key,
                                const std::optional<Bytes>& value);

}  // namespace vostro::chain
