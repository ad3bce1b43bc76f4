// What opens, what is refused, and what a killed or failing process leaves behind: rows S1 and S3,
// faults F1 and F4.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <signal.h>  // NOLINT: POSIX
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/random.h"
#include "chain/tree.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

/// This program again, with one of main.cpp's orders; its standard output is a pipe.
class Child {
 public:
  Child(const char* order, const std::string& directory) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = "/proc/self/exe";
    std::string first = order;
    std::string second = directory;
    char* arguments[] = {program.data(), first.data(), second.data(), nullptr};
    if (::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, arguments, environ) != 0)
      process_ = -1;
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }
  ~Child() {
    if (output_ >= 0) ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool is_running() const { return process_ > 0; }
  /// The next height that the child calls durable; empty when it has ended.
  std::optional<std::uint64_t> next_height() const {
    std::uint64_t height = 0;
    if (::read(output_, &height, sizeof height) != sizeof height) return std::nullopt;
    return height;
  }
  int kill_and_wait() const {
    ::kill(process_, SIGKILL);
    return wait();
  }
  int wait() const {
    int status = 0;
    ::waitpid(process_, &status, 0);
    return status;
  }

 private:
  int output_ = -1;
  pid_t process_ = -1;
};

TEST(StoreCrash, F1_KilledAtAnyMomentTheStoreIsAtABlockBoundary) {
  const TemporaryDirectory directory;
  Random random(20261123);
  std::uint64_t reported = 0;
  for (int round = 0; round < 6; ++round) {
    SCOPED_TRACE(round);
    const Child child("--commit-for-ever", directory.store());
    ASSERT_TRUE(child.is_running());
    const std::uint64_t blocks = 1 + random.uniform(25);
    for (std::uint64_t i = 0; i < blocks; ++i) {
      const auto height = child.next_height();
      ASSERT_TRUE(height.has_value());
      reported = *height;
    }
    child.kill_and_wait();
    while (const auto height = child.next_height())
      reported = *height;  // what it still said before it died

    const auto store = open_or_fail(directory.store());
    ASSERT_TRUE(store);
    ASSERT_GE(store->head()->height.value, reported) << "a reported block is gone";
    ASSERT_LE(store->head()->height.value, reported + 1);
    ASSERT_LE(store->mark()->height, store->head()->height);
    const Height head = store->head()->height;
    EXPECT_EQ(store->head()->block, block_id_of(head));
    const auto all = store->scan({}, {}, 100'000);
    EXPECT_EQ((std::map<Bytes, Bytes>(all.begin(), all.end())), state_after(head));
    EXPECT_EQ(root_of(*store), store->head()->state_root);
    const StoreView view = store->view();
    EXPECT_EQ(view.block(head)->transactions, head.value == 0 ? 0U : 20U);
    if (head.value > 0) {
      EXPECT_TRUE(view.original({head, 0}).has_value());
      EXPECT_EQ(view.transaction(head, 19),
                a_payment().id(uetr_of(head, 19)).amount(eur(119)).bytes());
    }
    EXPECT_FALSE(view.block(head.next()).has_value());
    EXPECT_FALSE(store->find_id({bic("NORDDEFF"), uetr_of(head.next(), 0)}).has_value());
    EXPECT_FALSE(store->failure().has_value());
  }
}

TEST(StoreCrash, F4_AFailedWriteIsFinalUntilTheStoreIsOpenedAgain) {
  const TemporaryDirectory directory;
  const Child child("--commit-until-failure", directory.store());
  ASSERT_TRUE(child.is_running());
  const int status = child.wait();
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  const auto store = open_or_fail(directory.store());
  ASSERT_TRUE(store);
  const Height head = store->head()->height;
  EXPECT_GT(head.value, 2U);
  EXPECT_EQ(root_of(*store), store->head()->state_root);
  commit_up_to(*store, Height(head.value + 2));
}

TEST(StoreOpen, S3_OpenedTwiceIsRefused) {
  const TemporaryDirectory directory;
  auto first = open_or_fail(directory.store());
  const auto second = Store::open(directory.store(), network(), small_options());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().fault, StoreFault::locked);
  EXPECT_NE(second.error().what.find(directory.store()), std::string::npos);
  first.reset();
  EXPECT_TRUE(open_or_fail(directory.store()));
}

TEST(StoreOpen, S3_AnotherGenesisIsRefused) {
  const TemporaryDirectory directory;
  { commit_up_to(*open_or_fail(directory.store()), Height(1)); }
  const auto other = Store::open(directory.store(), hash_of("another genesis"), small_options());
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().fault, StoreFault::other_network);
  EXPECT_EQ(open_or_fail(directory.store())->head()->height, Height(1));
}

TEST(StoreOpen, S3_ANewerFormatIsRefused) {
  const TemporaryDirectory directory;
  { commit_up_to(*open_or_fail(directory.store()), Height(1)); }
  const std::string database = directory.store() + "/db";
  const auto with_database = [&database](const auto& change) {
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, database, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names)
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, database, families, &handles, &opened).ok());
    change(*opened);
    for (auto* handle : handles) ASSERT_TRUE(opened->DestroyColumnFamilyHandle(handle).ok());
    delete opened;
  };
  const auto set_format = [&with_database](char number) {
    with_database([number](rocksdb::DB& opened) {
      ASSERT_TRUE(opened.Put({}, "format", std::string(7, '\0') + number).ok());
    });
  };
  const auto fault_at_open = [&directory] {
    const auto store = Store::open(directory.store(), network(), small_options());
    EXPECT_FALSE(store.has_value());
    return store ? StoreFault::failed_before : store.error().fault;
  };
  set_format(3);
  EXPECT_EQ(fault_at_open(), StoreFault::newer_format);
  set_format(0);
  EXPECT_EQ(fault_at_open(), StoreFault::damaged);
  set_format(1);
  EXPECT_TRUE(open_or_fail(directory.store()));
  with_database([](rocksdb::DB& opened) {
    rocksdb::ColumnFamilyHandle* added = nullptr;
    ASSERT_TRUE(opened.CreateColumnFamily({}, "a later format's", &added).ok());
    ASSERT_TRUE(opened.DestroyColumnFamilyHandle(added).ok());
  });
  EXPECT_EQ(fault_at_open(), StoreFault::newer_format);
}

TEST(StoreOpen, ADirectoryThatIsOpenToOthersIsRefused) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.store());
  std::filesystem::permissions(directory.store(), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto store = Store::open(directory.store(), network(), small_options());
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().fault, StoreFault::directory_unusable);
}

// A damaged database either does not open, is behind its mark, or reads nothing but what was
// written.
TEST(StoreOpen, S1_DamagedFilesNeverGiveAWrongAnswer) {
  const TemporaryDirectory directory;
  {
    const auto store = open_or_fail(directory.store());
    commit_up_to(*store, Height(6), 5);
  }
  { EXPECT_TRUE(open_or_fail(directory.store())); }  // the log becomes sorted files
  const auto database = directory.path() / "store" / "db";
  const auto pristine = directory.path() / "pristine";
  std::filesystem::copy(directory.store(), pristine, std::filesystem::copy_options::recursive);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(database)) {
    const std::string name = entry.path().filename().string();
    if (name != "LOCK" && !name.starts_with("LOG") && entry.file_size() > 0)
      files.push_back(entry.path());
  }
  ASSERT_GT(files.size(), 5U);
  Random random(1);
  int refused = 0;
  int noticed = 0;
  for (const auto& file : files) {
    for (const bool cut : {false, true}) {
      SCOPED_TRACE(file.filename().string() + (cut ? " cut" : " flipped"));
      if (cut) {
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
      } else {
        std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
        const auto at =
            static_cast<std::streamoff>(random.uniform(std::filesystem::file_size(file)));
        damaged.seekg(at);
        const char byte = static_cast<char>(damaged.get() ^ 0x20);
        damaged.seekp(at);
        damaged.put(byte);
      }
      auto store = Store::open(directory.store(), network(), small_options());
      if (!store) {
        ++refused;
      } else {
        const auto expected = state_after(Height(6));
        for (const auto& [key, value] : expected) {
          const auto got = (*store)->get(key);
          if (got != value) {
            EXPECT_TRUE(!got && (*store)->failure()) << "a wrong or silently missing value";
          }
        }
        for (std::uint32_t i = 0; i < 5; ++i) {
          const auto bytes = (*store)->view().transaction(Height(6), i);
          if (bytes) {
            EXPECT_EQ(*bytes, a_payment().id(uetr_of(Height(6), i)).amount(eur(100 + i)).bytes());
          } else {
            EXPECT_TRUE((*store)->failure().has_value());
          }
        }
        if ((*store)->failure() || !(*store)->scrub()) ++noticed;
        store->reset();  // RocksDB deletes files of its own until it is closed
      }
      std::filesystem::remove_all(directory.store());
      std::filesystem::copy(pristine, directory.store(), std::filesystem::copy_options::recursive);
      std::filesystem::permissions(directory.store(), std::filesystem::perms::owner_all);
    }
  }
  EXPECT_GT(refused + noticed, static_cast<int>(files.size())) << "most damage must be noticed";
}

}  // namespace
}  // namespace vostro::chain
