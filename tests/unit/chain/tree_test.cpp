// The state tree against a model that builds the same commitment from the whole set of keys, proofs
// of presence and absence, and that no byte of a proof can be changed.
#include "chain/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>

#include "base/codec.h"
#include "base/random.h"

namespace vostro::chain {
namespace {

class MemoryTree final : public NodeReader {
 public:
  std::optional<Bytes> node(ByteView position) const override {
    reads_.emplace_back(position.begin(), position.end());
    const auto found = nodes_.find(Bytes(position.begin(), position.end()));
    if (found == nodes_.end()) return std::nullopt;
    return found->second;
  }
  Hash apply(const Changes& changes) {
    reads_.clear();
    TreeUpdate update = update_tree(*this, changes);
    written_ = update.nodes.size();
    for (auto& [position, content] : update.nodes) {
      if (content) {
        nodes_[position] = *content;
      } else {
        EXPECT_EQ(nodes_.erase(position), 1U) << "a node that never was is given up";
      }
    }
    return update.root;
  }
  const std::map<Bytes, Bytes>& nodes() const { return nodes_; }
  const std::vector<Bytes>& reads() const { return reads_; }
  std::size_t written() const { return written_; }

 private:
  std::map<Bytes, Bytes> nodes_;
  mutable std::vector<Bytes> reads_;
  std::size_t written_ = 0;
};

using Model = std::map<Bytes, Bytes>;

Bytes bytes_of(std::string_view text) {
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

// The commitment by its definition, one bit at a time from the whole set: independent of nodes,
// positions and slots.
struct ModelLeaf {
  Hash key_hash;
  Hash value_hash;
};
bool bit(const Hash& path, std::size_t depth) {
  return (path.bytes[depth / 8] >> (7 - depth % 8) & 1) != 0;
}
Hash model_root(std::span<const ModelLeaf> leaves, std::size_t depth) {
  if (leaves.empty()) return hash("tree/empty", ByteView{});
  // A leaf stands at the shallowest nibble at which it is alone, and never at the root itself.
  if (leaves.size() == 1 && depth % 4 == 0 && depth > 0) {
    return hash("tree/leaf", {leaves[0].key_hash.view(), leaves[0].value_hash.view()});
  }
  const auto middle =
      std::partition_point(leaves.begin(), leaves.end(),
                           [depth](const ModelLeaf& leaf) { return !bit(leaf.key_hash, depth); });
  const auto count = static_cast<std::size_t>(middle - leaves.begin());
  const Hash left = model_root(leaves.first(count), depth + 1);
  const Hash right = model_root(leaves.subspan(count), depth + 1);
  const Hash empty = hash("tree/empty", ByteView{});
  if (left == empty && right == empty) return empty;
  return hash("tree/node", {left.view(), right.view()});
}
Hash model_root(const Model& model) {
  std::vector<ModelLeaf> leaves;
  for (const auto& [key, value] : model) leaves.push_back({hash("key", key), hash("value", value)});
  std::sort(leaves.begin(), leaves.end(),
            [](const ModelLeaf& a, const ModelLeaf& b) { return a.key_hash < b.key_hash; });
  return model_root(leaves, 0);
}

Bytes key_of(std::uint64_t number) {
  Bytes key = bytes_of("account/");
  append_big_endian(key, number);
  return key;
}
Bytes random_value(Random& random) {
  Bytes value(1 + random.uniform(40));
  random.fill(value);
  return value;
}

MemoryTree fresh(const Model& model) {
  MemoryTree tree;
  Changes all;
  for (const auto& [key, value] : model) all[key] = value;
  tree.apply(all);
  return tree;
}

TEST(Tree, EmptyTreeHasThePinnedRoot) {
  const MemoryTree tree;
  EXPECT_EQ(root_of(tree), hash("tree/empty", ByteView{}));
  EXPECT_EQ(update_tree(tree, {}).root, hash("tree/empty", ByteView{}));
  EXPECT_TRUE(update_tree(tree, {{bytes_of("absent"), std::nullopt}}).nodes.empty());
}

TEST(Tree, AnyHistoryGivesTheRootAndNodesOfAFreshBuild) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    MemoryTree tree;
    Model model;
    const std::uint64_t keys = 1 + random.uniform(seed % 3 == 0 ? 3 : 300);
    for (int block = 0; block < 25; ++block) {
      Changes changes;
      const std::uint64_t count = random.uniform(2 * keys / 3 + 2);
      for (std::uint64_t i = 0; i < count; ++i) {
        const Bytes key = key_of(random.uniform(keys));
        if (random.happens(block % 2 == 0 ? 1 : 3, 4)) {
          changes[key] = std::nullopt;
        } else {
          changes[key] = random_value(random);
        }
      }
      for (const auto& [key, value] : changes) {
        if (value) {
          model[key] = *value;
        } else {
          model.erase(key);
        }
      }
      const Hash root = tree.apply(changes);
      ASSERT_EQ(root, model_root(model));
      ASSERT_EQ(root, root_of(tree));
      ASSERT_EQ(tree.nodes(), fresh(model).nodes());
    }
    Changes gone;
    for (const auto& [key, value] : model) gone[key] = std::nullopt;
    EXPECT_EQ(tree.apply(gone), hash("tree/empty", ByteView{}));
    EXPECT_TRUE(tree.nodes().empty());
  }
}

TEST(Tree, OneByOneInAnyOrderIsTheSameAsAtOnce) {
  Random random(7);
  std::vector<std::uint64_t> order(120);
  for (std::uint64_t i = 0; i < order.size(); ++i) order[i] = i;
  Model model;
  for (const std::uint64_t number : order) model[key_of(number)] = key_of(number * 3);
  for (int round = 0; round < 5; ++round) {
    random.shuffle(order);
    MemoryTree tree;
    Hash root;
    for (const std::uint64_t number : order)
      root = tree.apply({{key_of(number), key_of(number * 3)}});
    EXPECT_EQ(root, model_root(model));
    EXPECT_EQ(tree.nodes(), fresh(model).nodes());
  }
}

TEST(Tree, ReadsAndWritesOnlyTouchedPathsEachNodeOnce) {
  Model model;
  for (std::uint64_t i = 0; i < 5000; ++i) model[key_of(i)] = key_of(i);
  MemoryTree tree = fresh(model);
  tree.apply({{key_of(17), bytes_of("new")}});
  EXPECT_LE(tree.reads().size(), 6U);
  EXPECT_LE(tree.written(), 6U);

  Changes many;
  for (std::uint64_t i = 0; i < 400; ++i) many[key_of(i)] = bytes_of("other");
  tree.apply(many);
  std::vector<Bytes> reads = tree.reads();
  std::sort(reads.begin(), reads.end());
  EXPECT_EQ(std::adjacent_find(reads.begin(), reads.end()), reads.end());

  tree.apply(many);
  EXPECT_EQ(tree.written(), 0U) << "the same values again change no node";
}

TEST(Tree, PositionsAscendByDepth) {
  Model model;
  for (std::uint64_t i = 0; i < 2000; ++i) model[key_of(i)] = key_of(i);
  const MemoryTree tree = fresh(model);
  EXPECT_EQ(tree.nodes().begin()->first, Bytes{0});
  for (const auto& [position, content] : tree.nodes()) {
    ASSERT_EQ(position.size(), 1U + (position[0] + 1U) / 2U);
    if (position[0] % 2 == 1) {
      ASSERT_EQ(position.back() & 0x0F, 0);
    }
  }
}

TEST(TreeProof, ShowsPresenceAndAbsenceOfEveryKey) {
  Random random(11);
  for (const std::uint64_t size : {0U, 1U, 2U, 17U, 400U}) {
    SCOPED_TRACE(size);
    Model model;
    for (std::uint64_t i = 0; i < size; ++i) model[key_of(i)] = random_value(random);
    const MemoryTree tree = fresh(model);
    const Hash root = root_of(tree);
    for (std::uint64_t i = 0; i < size + 200; ++i) {
      const Bytes key = key_of(i);
      const StateProof proof = prove(tree, key);
      const auto found = model.find(key);
      if (found != model.end()) {
        ASSERT_TRUE(verify_proof(proof, root, key, found->second));
        ASSERT_FALSE(verify_proof(proof, root, key, std::nullopt));
        ASSERT_FALSE(verify_proof(proof, root, key, bytes_of("another value")));
      } else {
        ASSERT_TRUE(verify_proof(proof, root, key, std::nullopt));
        ASSERT_FALSE(verify_proof(proof, root, key, Bytes{}));
        ASSERT_FALSE(verify_proof(proof, root, key, bytes_of("a value")));
      }
      ASSERT_EQ(decode<StateProof>(encode(proof)).value(), proof);
    }
  }
}

TEST(TreeProof, AbsenceIsShownByAnEmptySlotAndByAnotherLeaf) {
  Model model;
  for (std::uint64_t i = 0; i < 40; ++i) model[key_of(i)] = key_of(i);
  const MemoryTree tree = fresh(model);
  bool saw_empty = false;
  bool saw_leaf = false;
  for (std::uint64_t i = 40; i < 400; ++i) {
    (prove(tree, key_of(i)).leaf ? saw_leaf : saw_empty) = true;
  }
  EXPECT_TRUE(saw_empty);
  EXPECT_TRUE(saw_leaf);
}

TEST(TreeProof, EveryTamperedByteIsRefused) {
  Model model;
  for (std::uint64_t i = 0; i < 60; ++i) model[key_of(i)] = key_of(i);
  const MemoryTree tree = fresh(model);
  const Hash root = root_of(tree);
  for (const std::uint64_t number : {3U, 59U, 60U, 61U, 62U, 63U, 64U, 65U, 66U}) {
    SCOPED_TRACE(number);
    const Bytes key = key_of(number);
    const auto found = model.find(key);
    const std::optional<Bytes> value =
        found == model.end() ? std::nullopt : std::optional(found->second);
    const Bytes genuine = encode(prove(tree, key));
    ASSERT_TRUE(verify_proof(decode<StateProof>(genuine).value(), root, key, value));
    for (std::size_t i = 0; i < genuine.size(); ++i) {
      for (const Byte flip : {Byte{0x01}, Byte{0x80}, Byte{0xFF}}) {
        Bytes tampered = genuine;
        tampered[i] ^= flip;
        const auto proof = decode<StateProof>(tampered);
        if (proof) {
          ASSERT_FALSE(verify_proof(*proof, root, key, value)) << "byte " << i;
        }
      }
    }
    Hash other_root = root;
    other_root.bytes[31] ^= 1;
    EXPECT_FALSE(verify_proof(decode<StateProof>(genuine).value(), other_root, key, value));
    EXPECT_FALSE(
        verify_proof(decode<StateProof>(genuine).value(), root, key_of(number + 1000), value));
  }
}

TEST(TreeProof, LengthAndShapeArePartOfTheProof) {
  Model model;
  for (std::uint64_t i = 0; i < 60; ++i) model[key_of(i)] = key_of(i);
  const MemoryTree tree = fresh(model);
  const Hash root = root_of(tree);
  std::uint64_t number = 60;
  while (prove(tree, key_of(number)).leaf) ++number;
  const Bytes key = key_of(number);
  const StateProof genuine = prove(tree, key);
  ASSERT_TRUE(verify_proof(genuine, root, key, std::nullopt));

  StateProof imagined = genuine;
  imagined.siblings.insert(imagined.siblings.begin(), 4, hash("tree/empty", ByteView{}));
  EXPECT_FALSE(verify_proof(imagined, root, key, std::nullopt))
      << "an empty node below an empty slot";
  StateProof cut = genuine;
  cut.siblings.pop_back();
  EXPECT_FALSE(verify_proof(cut, root, key, std::nullopt));
  cut.siblings.clear();
  EXPECT_FALSE(verify_proof(cut, root, key, std::nullopt));
  StateProof longer = genuine;
  longer.siblings.resize(65 * 4, hash("tree/empty", ByteView{}));
  EXPECT_FALSE(verify_proof(longer, root, key, std::nullopt));

  // A leaf whose path leads elsewhere says nothing about this key.
  const StateProof elsewhere = prove(tree, key_of(1));
  EXPECT_FALSE(verify_proof(elsewhere, root, key, std::nullopt));
  // A leaf alone, with no way to the root.
  StateProof bare;
  bare.leaf = StateProof::Leaf{hash("key", key), hash("value", key)};
  EXPECT_FALSE(verify_proof(bare, hash("tree/leaf", encode(*bare.leaf)), key, key));
}

TEST(Tree, PinnedVectors) {
  // docs/ledger.md: a change of these is a change of every network's state roots.
  MemoryTree tree;
  EXPECT_EQ(to_hex(root_of(tree).view()),
            "4aab4c558711961d12e1badcbf9361fae23c4c5b1c55fc59fcf547d38dc439c7");
  EXPECT_EQ(to_hex(tree.apply({{bytes_of("a"), bytes_of("1")}}).view()),
            "b9165388703afbe054e358ba685c5e963179161c6c40b4d8fc11e336ad0bf90c");
  EXPECT_EQ(
      to_hex(tree.apply({{bytes_of("b"), bytes_of("2")}, {bytes_of("c"), bytes_of("3")}}).view()),
      "5b4b4848194b7e03ebb9b70a5637309a0da501a7590ced3167f7f6cafe14c2f0");
  Changes hundred;
  for (std::uint64_t i = 0; i < 100; ++i) hundred[key_of(i)] = key_of(i + 1);
  EXPECT_EQ(to_hex(tree.apply(hundred).view()),
            "a982a491098813db7489c5f9381f60d500a64bcf75600b1635d7c5e68631bfeb");
  EXPECT_EQ(to_hex(hash("proof", encode(prove(tree, bytes_of("b")))).view()),
            "fe0e6cd1632a8a65302a04de4f90f3249239561fc587f458f0c0fea6bbf3139a");
}

}  // namespace
}  // namespace vostro::chain
