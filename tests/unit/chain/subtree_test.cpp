// Goal: a part of the state is taken for what it is and nothing else (catalogue row C10): with a
// record changed, missing, added or moved, at another path, of another state it is refused.
// Method: trees of some sizes, from none to thousands of records, each cut at every path of some
// depths; each part changed in each way.
#include "chain/subtree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/codec.h"
#include "chain/history.h"
#include "chain/tree_node.h"
#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

class MemoryTree final : public NodeReader {
 public:
  explicit MemoryTree(std::uint32_t records) {
    for (std::uint32_t i = 0; i < records; ++i) changes_[encode(i)] = encode(i * 7);
    const TreeUpdate update = update_tree(*this, changes_);
    root = update.root;
    nodes_ = update.nodes;
  }
  std::optional<Bytes> node(ByteView position) const override {
    const auto found = nodes_.find(Bytes(position.begin(), position.end()));
    return found == nodes_.end() ? std::nullopt : found->second;
  }
  [[nodiscard]] Subtree part(const TreePath& path) const {
    std::map<Hash, StateEntry> sorted;
    for (const auto& [key, value] : changes_)
      if (path.holds(tree_key_of(key))) sorted[tree_key_of(key)] = {key, *value};
    std::vector<StateEntry> entries;
    for (auto& [at, entry] : sorted) entries.push_back(entry);
    return *make_subtree(*this, path, std::move(entries));
  }
  void lose(ByteView position) { nodes_.erase(Bytes(position.begin(), position.end())); }
  Hash root;

 private:
  Changes changes_;
  Changes nodes_;
};

std::vector<TreePath> paths_of(std::size_t depth) {
  std::vector<TreePath> paths{{}};
  for (std::size_t i = 0; i < depth; ++i) {
    std::vector<TreePath> next;
    for (const TreePath& path : paths)
      for (TreePath& child : path.children()) next.push_back(std::move(child));
    paths = std::move(next);
  }
  return paths;
}

class Subtrees : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Subtrees, OfOneDepthAreTheState) {
  const MemoryTree tree(GetParam());
  for (const std::size_t depth : {0U, 1U, 2U, 3U}) {
    std::size_t records = 0;
    for (const TreePath& path : paths_of(depth)) {
      const Subtree part = tree.part(path);
      ASSERT_TRUE(verify_subtree(part, path, tree.root)) << depth;
      const auto read = decode<Subtree>(encode(part));
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(*read, part);
      records += part.entries.size();
    }
    EXPECT_EQ(records, GetParam());
  }
}

TEST_P(Subtrees, CatalogueC10AnythingElseIsRefused) {
  const MemoryTree tree(GetParam());
  const MemoryTree other(GetParam() + 1);
  for (const std::size_t depth : {0U, 1U, 2U}) {
    const auto paths = paths_of(depth);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const TreePath& path = paths[i];
      const Subtree part = tree.part(path);
      const auto refused = [&](const Subtree& changed, const char* what) {
        EXPECT_FALSE(verify_subtree(changed, path, tree.root)) << what << " at depth " << depth;
      };
      EXPECT_FALSE(verify_subtree(part, path, other.root)) << "of another state";
      Subtree added = part;
      added.entries.push_back({Bytes{0xEE}, Bytes{1}});
      refused(added, "a record too many");
      if (!part.entries.empty()) {
        Subtree missing = part;
        missing.entries.pop_back();
        refused(missing, "a record missing");
        missing.entries.clear();
        refused(missing, "all records missing");
        Subtree changed = part;
        changed.entries.front().value.push_back(0);
        refused(changed, "another value");
        changed = part;
        changed.entries.front().key.push_back(0);
        refused(changed, "another key");
        Subtree twice = part;
        twice.entries.push_back(twice.entries.back());
        refused(twice, "a record twice");
      }
      if (part.entries.size() > 1) {
        Subtree turned = part;
        std::swap(turned.entries.front(), turned.entries.back());
        refused(turned, "out of order");
      }
      if (!part.siblings.empty()) {
        Subtree spoilt = part;
        spoilt.siblings.back().bytes[0] ^= 1U;
        refused(spoilt, "another sibling");
        spoilt.siblings.pop_back();
        refused(spoilt, "a sibling missing");
      }
      const TreePath& next = paths[(i + 1) % paths.size()];
      if (!part.entries.empty() && next != path) {
        EXPECT_FALSE(verify_subtree(part, next, tree.root)) << "in another's place";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Subtrees, testing::Values(0U, 1U, 2U, 3U, 20U, 300U, 3'000U));

TEST(Subtree, IsNoneWhereTheTreeCannotBeRead) {
  MemoryTree tree(300);
  const TreePath path{{3, 3}};
  ASSERT_TRUE(verify_subtree(tree.part(path), path, tree.root));
  tree.lose(trie::position_of(path.first(), 1));
  EXPECT_FALSE(make_subtree(tree, path, {}).has_value());
  tree.lose(trie::position_of(path.first(), 0));
  const StateEntry entry{encode(std::uint32_t{1}), encode(std::uint32_t{7})};
  EXPECT_FALSE(make_subtree(tree, path, {entry}).has_value());
}

TEST(Subtree, DoesNotShowAbsenceByALeafThatIsElsewhere) {
  const MemoryTree tree(20);
  for (const TreePath& path : paths_of(3)) {
    Subtree part = tree.part(path);
    if (!part.other) continue;
    part.other->key_hash.bytes[0] ^= 0xFFU;
    EXPECT_FALSE(verify_subtree(part, path, tree.root));
    part.other.reset();
    EXPECT_FALSE(verify_subtree(part, path, tree.root));
  }
}

TEST(UsedIds, CatalogueC10AnIdLeftOutOrAddedDoesNotFit) {
  ExecutedBlock block;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto transaction = test::a_payment().id(test::uetr(i)).verified();
    block.transactions.push_back(transaction);
    block.ids.push_back({transaction->id(), {}});
    block.ids.push_back({{transaction->id().owner, test::uetr(100 + i)}, {}});
  }
  const Hash root = tx_root_of(block.ids, block.transactions);
  const UsedIds used = used_ids_of(block);
  EXPECT_EQ(tx_root_of(used), root);
  const auto names = names_of(used);
  ASSERT_TRUE(names.has_value());
  ASSERT_EQ(names->size(), block.ids.size());
  for (std::size_t i = 0; i < names->size(); ++i) EXPECT_EQ((*names)[i], block.ids[i].first);

  for (std::size_t i = 0; i < names->size(); ++i) {
    UsedIds fewer{used.transactions_root, {}};
    UsedIds more = fewer;
    for (std::size_t j = 0; j < names->size(); ++j) {
      if (j != i) append_name(fewer.names, (*names)[j]);
      append_name(more.names, (*names)[j]);
      if (j == i) append_name(more.names, {test::bic("SUDBFRPP"), test::uetr(7)});
    }
    EXPECT_NE(tx_root_of(fewer), root);
    EXPECT_NE(tx_root_of(more), root);
  }
  UsedIds cut = used;
  cut.names.pop_back();
  EXPECT_FALSE(names_of(cut).has_value());
}

}  // namespace
}  // namespace vostro::chain
