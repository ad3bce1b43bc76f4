// Goal: a path proves exactly one leaf at one place of one list. Method: the definition of RFC 6962
// computed anew, every index of every small size, and every single change to a path.
#include "chain/merkle.h"

#include <gtest/gtest.h>

#include "chain/merkle_tree.h"
#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

std::vector<Hash> some_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(test::hash_of(std::to_string(i)));
  return leaves;
}

Hash leaf(const Hash& content) {
  return hash("merkle/leaf", content.view());
}
Hash node(const Hash& left, const Hash& right) {
  return hash("merkle/node", {left.view(), right.view()});
}

TEST(Merkle, RootsOfSmallListsByHand) {
  const auto l = some_leaves(7);
  const auto root = [&](std::size_t count) { return merkle_root(std::span(l).first(count)); };
  EXPECT_EQ(root(0), hash("merkle/empty", {}));
  EXPECT_EQ(root(1), leaf(l[0]));
  const Hash two = node(leaf(l[0]), leaf(l[1]));
  EXPECT_EQ(root(2), two);
  EXPECT_EQ(root(3), node(two, leaf(l[2])));
  const Hash four = node(two, node(leaf(l[2]), leaf(l[3])));
  EXPECT_EQ(root(4), four);
  EXPECT_EQ(root(5), node(four, leaf(l[4])));
  EXPECT_EQ(root(7), node(four, node(node(leaf(l[4]), leaf(l[5])), leaf(l[6]))));
}

TEST(Merkle, EveryPathLeadsToTheRoot) {
  for (std::size_t count = 1; count <= 70; ++count) {
    const auto leaves = some_leaves(count);
    const Hash root = merkle_root(leaves);
    for (std::size_t i = 0; i < count; ++i) {
      const MerklePath path = merkle_path(leaves, i);
      EXPECT_EQ(root_of(leaves[i], path), root) << i << " of " << count;
      const Hash& other = leaves[(i + 1) % count];
      if (count > 1) {
        EXPECT_NE(root_of(other, path), root) << i << " of " << count;
      }
    }
  }
}

TEST(Merkle, ATreeThatIsKeptGivesTheSameRootAndPaths) {
  EXPECT_EQ(MerkleTree({}).root(), merkle_root({}));
  for (std::size_t count = 1; count <= 70; ++count) {
    const auto leaves = some_leaves(count);
    const MerkleTree tree(leaves);
    EXPECT_EQ(tree.root(), merkle_root(leaves));
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_EQ(tree.path(i), merkle_path(leaves, i)) << i << " of " << count;
  }
}

TEST(Merkle, AChangedPathLeadsElsewhereOrNowhere) {
  for (const std::size_t count : {2U, 3U, 5U, 6U, 8U, 11U}) {
    const auto leaves = some_leaves(count);
    const Hash root = merkle_root(leaves);
    for (std::size_t i = 0; i < count; ++i) {
      const MerklePath path = merkle_path(leaves, i);
      for (std::uint32_t index = 0; index <= count; ++index) {
        MerklePath moved = path;
        moved.index = index;
        if (index != i) {
          EXPECT_NE(root_of(leaves[i], moved), root) << i << " as " << index << " of " << count;
        }
      }
      MerklePath shorter = path;
      shorter.siblings.pop_back();
      EXPECT_EQ(root_of(leaves[i], shorter), std::nullopt);
      MerklePath longer = path;
      longer.siblings.push_back(root);
      EXPECT_EQ(root_of(leaves[i], longer), std::nullopt);
      for (std::size_t s = 0; s < path.siblings.size(); ++s) {
        MerklePath changed = path;
        changed.siblings[s].bytes[0] ^= 1U;
        EXPECT_NE(root_of(leaves[i], changed), root);
      }
    }
  }
}

TEST(Merkle, RefusesIndexBeyondCount) {
  const auto leaves = some_leaves(1);
  EXPECT_EQ(root_of(leaves[0], MerklePath{}), std::nullopt);
  EXPECT_EQ(root_of(leaves[0], MerklePath{.index = 1, .count = 1, .siblings = {}}), std::nullopt);
}

// RFC 6962's reason for two tags: an inner node cannot pass for a leaf.
TEST(Merkle, AnInnerNodeIsNoLeaf) {
  const auto leaves = some_leaves(4);
  const Hash left = node(leaf(leaves[0]), leaf(leaves[1]));
  const Hash right = node(leaf(leaves[2]), leaf(leaves[3]));
  const std::vector<Hash> shorter{left, right};
  EXPECT_NE(merkle_root(shorter), merkle_root(leaves));
}

TEST(Merkle, DoesNotRepeatTheLastLeaf) {
  auto leaves = some_leaves(3);
  const Hash three = merkle_root(leaves);
  leaves.push_back(leaves.back());
  EXPECT_NE(merkle_root(leaves), three);
}

}  // namespace
}  // namespace vostro::chain
