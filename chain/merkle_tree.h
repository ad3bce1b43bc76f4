/// The tree of merkle.h kept whole, for who is asked for many paths of one list: a path is then
/// looked up, where `merkle_path` computes all of the tree anew.
#pragma once

#include <span>
#include <vector>

#include "chain/merkle.h"

namespace vostro::chain {

class MerkleTree {
 public:
  /// 64 bytes a leaf, of which there are fewer than 2^32.
  explicit MerkleTree(std::span<const Hash> leaves);

  [[nodiscard]] std::size_t count() const { return levels_.front().size(); }
  [[nodiscard]] Hash root() const;
  /// `index` must be below `count`.
  [[nodiscard]] MerklePath path(std::size_t index) const;

 private:
  std::vector<std::vector<Hash>> levels_;  ///< from the leaves' hashes up to the root
};

}  // namespace vostro::chain
