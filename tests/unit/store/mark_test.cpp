// The high-water mark: what was stored once is missed when it is gone, and a torn write of the mark
// itself is survived.
#include "chain/store/mark.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/chain_builders.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

Mark mark_of(std::uint64_t height) {
  return {Height(height), block_id_of(Height(height)), hash_of("root")};
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

TEST(Mark, ReadsBackTheNewest) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "mark").string();
  {
    auto file = MarkFile::open(path);
    ASSERT_TRUE(file.has_value());
    EXPECT_FALSE(file->newest().has_value());
    for (std::uint64_t h = 0; h < 5; ++h) ASSERT_TRUE(file->write(mark_of(h)).has_value());
    EXPECT_EQ(file->newest(), mark_of(4));
  }
  EXPECT_EQ(MarkFile::open(path)->newest(), mark_of(4));
}

TEST(Mark, EveryDamagedByteOfTheNewestSlotGivesTheOneBefore) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "mark").string();
  {
    auto file = MarkFile::open(path);
    for (std::uint64_t h = 0; h < 2; ++h) ASSERT_TRUE(file->write(mark_of(h)).has_value());
  }
  const std::string genuine = read_file(path);
  ASSERT_EQ(genuine.size(), 8192U);
  constexpr std::size_t slot_size = 88;
  for (std::size_t i = 0; i < slot_size; ++i) {
    std::string damaged = genuine;
    damaged[4096 + i] = static_cast<char>(damaged[4096 + i] ^ 0x10);
    write_file(path, damaged);
    ASSERT_EQ(MarkFile::open(path)->newest(), mark_of(0)) << "byte " << i;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    write_file(path, damaged);
    ASSERT_FALSE(MarkFile::open(path)->newest().has_value()) << "byte " << i;
  }
}

TEST(Mark, ACutFileIsFilledUpAgain) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "mark").string();
  ASSERT_TRUE(MarkFile::open(path)->write(mark_of(7)).has_value());
  for (const std::uintmax_t size : {4096U, 100U, 88U}) {
    std::filesystem::resize_file(path, size);
    EXPECT_EQ(MarkFile::open(path)->newest(), mark_of(7));
  }
  std::filesystem::resize_file(path, 87);
  auto file = MarkFile::open(path);
  EXPECT_FALSE(file->newest().has_value());
  ASSERT_TRUE(file->write(mark_of(8)).has_value());
  EXPECT_EQ(MarkFile::open(path)->newest(), mark_of(8));
}

class MarkedStore : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = open_or_fail(directory_.store());
    ASSERT_TRUE(store);
    commit_up_to(*store, Height(4));
  }
  std::filesystem::path mark() const { return directory_.path() / "store" / "mark"; }
  std::filesystem::path backup() const { return directory_.path() / "backup"; }
  StoreFault fault_at_open(const StoreOptions& options = small_options()) const {
    const auto store = Store::open(directory_.store(), network(), options);
    EXPECT_FALSE(store.has_value());
    return store ? StoreFault::failed_before : store.error().fault;
  }
  TemporaryDirectory directory_;
};

TEST_F(MarkedStore, S3_AnOldBackupIsBehindTheMark) {
  const auto database = directory_.path() / "store" / "db";
  std::filesystem::copy(database, backup(), std::filesystem::copy_options::recursive);
  {
    const auto store = open_or_fail(directory_.store());
    commit_up_to(*store, Height(9));
  }
  std::filesystem::remove_all(database);
  std::filesystem::rename(backup(), database);
  EXPECT_EQ(fault_at_open(), StoreFault::behind_mark);

  StoreOptions refill = small_options();
  refill.open_behind_mark = true;
  {
    const auto store = open_or_fail(directory_.store(), refill);
    ASSERT_TRUE(store);
    EXPECT_EQ(store->head()->height, Height(4));
    EXPECT_EQ(store->mark()->height, Height(9));
    commit_up_to(*store, Height(7));
    EXPECT_EQ(store->mark()->height, Height(9)) << "refilling does not lower the mark";
  }
  EXPECT_EQ(fault_at_open(), StoreFault::behind_mark) << "not yet full";
  {
    const auto store = open_or_fail(directory_.store(), refill);
    commit_up_to(*store, Height(10));
    EXPECT_EQ(store->mark()->height, Height(10));
  }
  EXPECT_EQ(open_or_fail(directory_.store())->head()->height, Height(10));
}

TEST_F(MarkedStore, S1_ADeletedDatabaseIsBehindTheMark) {
  std::filesystem::remove_all(directory_.path() / "store" / "db");
  EXPECT_EQ(fault_at_open(), StoreFault::behind_mark);
}

TEST_F(MarkedStore, S1_ADeletedMarkIsMissed) {
  std::filesystem::remove(mark());
  EXPECT_EQ(fault_at_open(), StoreFault::mark_missing);
  StoreOptions refill = small_options();
  refill.open_behind_mark = true;
  EXPECT_TRUE(open_or_fail(directory_.store(), refill));
}

TEST_F(MarkedStore, RefillingWithAnotherBlockIsRefused) {
  std::filesystem::remove_all(directory_.path() / "store" / "db");
  StoreOptions refill = small_options();
  refill.open_behind_mark = true;
  const auto store = open_or_fail(directory_.store(), refill);
  ASSERT_TRUE(store);
  commit_up_to(*store, Height(3));
  MadeBlock other = make_block(*store, Height(4));
  other.id = hash_of("another block");
  const auto refused = store->commit(other.stored());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, StoreFault::damaged);
  EXPECT_EQ(store->head()->height, Height(3));
}

TEST_F(MarkedStore, AMarkThatNamesAnotherBlockIsRefused) {
  std::filesystem::remove(mark());
  auto file = MarkFile::open(mark().string());
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->write(mark_of(3)).has_value());
  EXPECT_EQ(fault_at_open(), StoreFault::damaged);
}

TEST_F(MarkedStore, OneBlockAheadOfTheMarkIsACrashBetweenTheTwoWrites) {
  const std::string older = read_file(mark());
  {
    const auto store = open_or_fail(directory_.store());
    commit_up_to(*store, Height(5));
  }
  write_file(mark(), older);
  const auto store = open_or_fail(directory_.store());
  ASSERT_TRUE(store);
  EXPECT_EQ(store->head()->height, Height(5));
  commit_up_to(*store, Height(6));
  EXPECT_EQ(store->mark()->height, Height(6));
}

}  // namespace
}  // namespace vostro::chain
