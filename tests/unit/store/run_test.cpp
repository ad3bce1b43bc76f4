// Goal: blocks that are written together leave exactly what they leave one by one, all of them or
// none. Method: one chain, whose blocks change the same rows and the same payments over and over,
// is written into two stores, and their databases are compared row by row.
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <map>

#include "chain/store/core.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

/// A closed store's rows, each under its family's number.
std::map<std::pair<std::size_t, Bytes>, Bytes> rows_of(const std::string& path) {
  StoreCore core(path, small_options());
  if (!core.open_database_to_read()) ADD_FAILURE() << "cannot read " << path;
  std::map<std::pair<std::size_t, Bytes>, Bytes> rows;
  for (std::size_t family = 0; family < family_count && core.database; ++family) {
    const std::unique_ptr<rocksdb::Iterator> row(
        core.database->NewIterator(rocksdb::ReadOptions(), core.families[family]));
    for (row->SeekToFirst(); row->Valid(); row->Next())
      rows[{family, copy_of(row->key())}] = copy_of(row->value());
    EXPECT_TRUE(row->status().ok());
  }
  return rows;
}

Receipt about(std::uint64_t payment, Uuid id, std::string_view by, Status status) {
  Receipt receipt;
  receipt.id = {bic(by), id};
  receipt.payment =
      PaymentFacts{uetr(payment), account("NORDDEFF/main"), account("SUDBFRPP/main"), eur(100)};
  receipt.status = status;
  return receipt;
}

/// Each height orders a payment that waits; the two after it delay it and settle it, but that every
/// fourth waits on.
MadeBlock busy_block(const NodeReader& tree, Height height) {
  MadeBlock block = make_block(tree, height, 4);
  const std::uint64_t h = height.value;
  const std::uint64_t first = 5'000'000;
  add_receipt(block, about(first + h, uetr(first + h), "NORDDEFF", Status::held));
  if (h > 1)
    add_receipt(block, about(first + h - 1, uetr(6'000'000 + h), "SUDBFRPP", Status::delayed));
  if (h > 2 && h % 4 != 0)
    add_receipt(block, about(first + h - 2, uetr(7'000'000 + h), "SUDBFRPP", Status::settled));
  return block;
}

class StoreRun : public ::testing::Test {
 protected:
  /// One by one; what they are is kept. Of each run only the last block has a proof.
  void write_alone(const std::vector<std::size_t>& runs) {
    const auto store = open_or_fail(alone_.store());
    commit_up_to(*store, Height(0));
    for (const std::size_t length : runs) {
      for (std::size_t left = length; left > 0; --left) {
        MadeBlock block = busy_block(*store, store->head()->height.next());
        if (left > 1) block.proof.clear();
        ASSERT_TRUE(store->commit(block.stored()).has_value());
        blocks_.push_back(std::move(block));
      }
    }
  }
  std::vector<StoredBlock> run(std::size_t first, std::size_t length) const {
    std::vector<StoredBlock> blocks;
    for (std::size_t i = first; i < first + length; ++i) blocks.push_back(blocks_[i].stored());
    return blocks;
  }

  TemporaryDirectory alone_;
  TemporaryDirectory together_;
  std::deque<MadeBlock> blocks_;  // from height 1; they stay where they are, for batches are views
};

TEST_F(StoreRun, LeavesTheRowsThatItsBlocksLeaveOneByOne) {
  // Runs that are longer than the proof window of 8 among them; the last block by itself catches up
  // with what had to stay because it was written together.
  const std::vector<std::size_t> runs = {1, 2, 3, 12, 1, 5, 9, 8, 20, 1, 1};
  write_alone(runs);
  {
    const auto store = open_or_fail(together_.store());
    commit_up_to(*store, Height(0));
    std::size_t first = 0;
    for (const std::size_t length : runs) {
      const auto written = store->commit_run(run(first, length));
      ASSERT_TRUE(written.has_value()) << to_string(written.error());
      first += length;
      EXPECT_EQ(store->head()->height.value, first);
      EXPECT_EQ(store->mark()->height.value, first);
    }
    const auto all = store->scan({}, {}, 100'000);
    EXPECT_EQ((std::map<Bytes, Bytes>(all.begin(), all.end())), state_after(Height(first)));
    EXPECT_FALSE(store->failure().has_value());
  }
  const auto expected = rows_of(alone_.store());
  const auto found = rows_of(together_.store());
  ASSERT_GT(expected.size(), 1'000U);
  EXPECT_EQ(found.size(), expected.size());
  for (const auto& [row, value] : expected) {
    const auto same = found.find(row);
    ASSERT_TRUE(same != found.end()) << "family " << row.first << ": no row " << to_hex(row.second);
    EXPECT_EQ(to_hex(same->second), to_hex(value))
        << "family " << row.first << ", row " << to_hex(row.second);
  }
}

TEST_F(StoreRun, IsRefusedAsAWholeWhereOneBlockContradictsTheMark) {
  write_alone({4});
  {
    const auto store = open_or_fail(together_.store());
    commit_up_to(*store, Height(0));
    ASSERT_TRUE(store->commit_run(run(0, 3)).has_value());
    EXPECT_EQ(store->mark()->height, Height(3));
  }
  std::filesystem::remove_all(together_.path() / "store" / "db");
  StoreOptions refill = small_options();
  refill.open_behind_mark = true;
  const auto store = open_or_fail(together_.store(), refill);
  ASSERT_TRUE(store);
  commit_up_to(*store, Height(0));
  blocks_[2].id = hash_of("another block");
  const auto refused = store->commit_run(run(0, 4));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, StoreFault::damaged);
  EXPECT_EQ(store->head()->height, Height(0));
  EXPECT_FALSE(store->view().block(Height(1)).has_value());
}

TEST_F(StoreRun, DoesNotLowerTheMarkWhileItRefills) {
  write_alone({6});
  {
    const auto store = open_or_fail(together_.store());
    commit_up_to(*store, Height(0));
    ASSERT_TRUE(store->commit_run(run(0, 4)).has_value());
  }
  std::filesystem::remove_all(together_.path() / "store" / "db");
  StoreOptions refill = small_options();
  refill.open_behind_mark = true;
  const auto store = open_or_fail(together_.store(), refill);
  ASSERT_TRUE(store);
  commit_up_to(*store, Height(0));
  ASSERT_TRUE(store->commit_run(run(0, 2)).has_value());
  EXPECT_EQ(store->mark()->height, Height(4));
  ASSERT_TRUE(store->commit_run(run(2, 4)).has_value());
  EXPECT_EQ(store->mark()->height, Height(6));
}

}  // namespace
}  // namespace vostro::chain
