// Goal: what was committed to a replay's ledger is read at once, whole and as of that block alone,
// however far the writing of it is, and outlives the process after `save`. Method: chains of blocks
// that change, add and erase, read after each commit without a pause; then the same rows from disk.
#include "chain/store/work_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

constexpr Height kBlocks{60};
const Bytes kNote{'n'};
const Bytes kEvenNote{'o'};

std::unique_ptr<WorkStore> opened(const TemporaryDirectory& directory) {
  auto store = WorkStore::open(directory.path().string(), Hash());
  EXPECT_TRUE(store) << to_string(store.error());
  return store ? *std::move(store) : nullptr;
}

Bytes number_of(Height height) {
  Bytes number;
  append_big_endian(number, height.value);
  return number;
}

/// One row changes with each block, the other is there after even ones.
Changes notes_of(Height height) {
  Changes notes{{kNote, number_of(height)}};
  notes[kEvenNote] = height.value % 2 == 0 ? std::optional(number_of(height)) : std::nullopt;
  return notes;
}

MadeBlock commit(WorkStore& store, Height height) {
  MadeBlock block = make_block(store, height, 50);
  const auto done = store.commit(block.id, std::make_shared<const ExecutedBlock>(block.executed),
                                 notes_of(height));
  EXPECT_TRUE(done) << to_string(done.error());
  return block;
}

void expect_all_of(const WorkStore& store, Height height) {
  std::vector<std::pair<Bytes, Bytes>> state;
  for (const auto& [key, value] : state_after(height)) {
    EXPECT_EQ(store.get(key), value);
    state.emplace_back(key, value);
  }
  EXPECT_EQ(store.scan({}, {}, 1'000), state);
  const std::size_t few = std::min<std::size_t>(state.size(), 3);
  EXPECT_EQ(store.scan({}, {}, few), std::vector(state.begin(), state.begin() + few));
  if (height.value > 0) {
    for (const auto& [key, value] : state_after(height.previous())) {
      if (!state_after(height).contains(key)) {
        EXPECT_EQ(store.get(key), std::nullopt);
      }
    }
  }
  EXPECT_EQ(store.note(kNote), number_of(height));
  EXPECT_EQ(store.note(kEvenNote).has_value(), height.value % 2 == 0);
  ASSERT_TRUE(store.head());
  EXPECT_EQ(store.head()->height, height);
}

TEST(WorkStore, ShowsABlockAtOnceHoweverFarItIsWritten) {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  ASSERT_NE(store, nullptr);
  for (Height height(0); height <= kBlocks; height = height.next()) {
    const MadeBlock block = commit(*store, height);
    expect_all_of(*store, height);
    for (const auto& [id, record] : block.executed.ids) EXPECT_EQ(store->find_id(id), record);
    for (const auto& [position, node] : block.executed.nodes)
      EXPECT_EQ(store->node(position), node);
    EXPECT_EQ(store->receipt_root(height),
              height.value == 0 ? std::nullopt : std::optional(block.executed.receipt_root));
    EXPECT_EQ(store->receipt_root(height.next()), std::nullopt);
    // Ids of all blocks before are there too, and nobody else's.
    if (height.value > 1) {
      EXPECT_TRUE(store->find_id({block.executed.ids.front().first.owner, uetr_of(Height(1), 7)}));
    }
    EXPECT_FALSE(store->find_id({Bic(), uetr_of(height, 3)}));
  }
  EXPECT_FALSE(store->failure());
}

TEST(WorkStore, ListsWhatIsWrittenTheLastBlockAmongIt) {
  const TemporaryDirectory directory;
  const auto store = opened(directory);
  ASSERT_NE(store, nullptr);
  for (Height height(0); height <= Height(9); height = height.next()) {
    commit(*store, height);
    EXPECT_EQ(store->rows(StoredTable::state, {}, 1'000).size(), state_after(height).size());
    EXPECT_EQ(store->notes({}, 10).size(), height.value % 2 == 0 ? 2U : 1U);
    EXPECT_EQ(store->rows(StoredTable::ids, {}, 1'000).size(), 50 * height.value);
  }
  const auto ids = store->rows(StoredTable::ids, {}, 1'000);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(WorkStore, WhatWasSavedOutlivesIt) {
  const TemporaryDirectory directory;
  {
    const auto store = opened(directory);
    ASSERT_NE(store, nullptr);
    for (Height height(0); height <= Height(7); height = height.next()) commit(*store, height);
    ASSERT_TRUE(store->save());
  }
  const auto store = opened(directory);
  ASSERT_NE(store, nullptr);
  expect_all_of(*store, Height(7));
  commit(*store, Height(8));
  expect_all_of(*store, Height(8));
}

}  // namespace
}  // namespace vostro::chain
