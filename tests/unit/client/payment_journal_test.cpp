// Goal: an order that was stored is there after any crash, whole, once; one that was not is not
// there at all. Method: a process is killed by the kernel at each byte of the file, by a limit on
// the size of files that it may write.
#include "client/payment_journal.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/chain_builders.h"

namespace vostro::client {
namespace {

namespace fs = std::filesystem;

class Journal : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "vostro-journal-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  PaymentJournal open() {
    auto journal = PaymentJournal::open(root_ + "/orders");
    EXPECT_TRUE(journal) << to_string(journal.error());
    return *std::move(journal);
  }
  static StoredOrder an_order(std::uint64_t number = 1, std::int64_t cents = 1250) {
    return make_stored_order(
        test::a_payment().id(test::uetr(number)).amount(test::eur(cents)).build(),
        UnixMillis(1'700'000'000'000 + number));
  }
  [[nodiscard]] std::string only_file() const {
    for (const auto& each : fs::directory_iterator(root_ + "/orders")) {
      if (each.path().extension() == ".order") return each.path().string();
    }
    return {};
  }

  std::string root_;
};

TEST_F(Journal, KeepsWhatWasStoredUntilItIsRemoved) {
  const StoredOrder order = an_order();
  {
    PaymentJournal journal = open();
    ASSERT_TRUE(journal.store(order));
  }
  PaymentJournal journal = open();
  EXPECT_EQ(*journal.find(order.name), order);
  EXPECT_EQ(journal.list()->orders, std::vector{order});
  EXPECT_EQ(fs::status(only_file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(journal.remove(order.name));
  EXPECT_FALSE(*journal.find(order.name));
  ASSERT_TRUE(journal.remove(order.name));
}

TEST_F(Journal, NotesThatANodeTookIt) {
  PaymentJournal journal = open();
  const StoredOrder order = an_order();
  ASSERT_TRUE(journal.store(order));
  ASSERT_TRUE(journal.mark_accepted(order));
  const auto found = journal.find(order.name);
  EXPECT_EQ((*found)->state, OrderState::accepted);
  EXPECT_EQ((*found)->transaction, order.transaction);
}

TEST_F(Journal, StoresOneOrderOfAName) {
  PaymentJournal journal = open();
  ASSERT_TRUE(journal.store(an_order(1, 1250)));
  EXPECT_TRUE(journal.store(an_order(1, 1250)));
  const auto other = journal.store(an_order(1, 1251));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, JournalError::Kind::already_there);
  EXPECT_EQ(journal.list()->orders.size(), 1U);
}

TEST_F(Journal, ListsTheOldestFirst) {
  PaymentJournal journal = open();
  for (const std::uint64_t number : {3, 1, 2}) ASSERT_TRUE(journal.store(an_order(number)));
  const auto content = journal.list();
  ASSERT_EQ(content->orders.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(content->orders[i].name.id, test::uetr(i + 1));
}

/// What the child does with its file limit: dies of SIGXFSZ at byte `limit`, or stores and says so
/// with exit code 0.
int store_with_limit(const std::string& directory, const StoredOrder& order, rlim_t limit) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    const rlimit bytes{limit, limit};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_FSIZE, &bytes);
    auto journal = PaymentJournal::open(directory);
    ::_exit(journal && journal->store(order) ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST_F(Journal, ACrashAtEveryByteLeavesNothingOrAll) {
  PaymentJournal journal = open();
  const StoredOrder order = an_order();
  ASSERT_TRUE(journal.store(order));
  const auto size = static_cast<rlim_t>(fs::file_size(only_file()));
  ASSERT_TRUE(journal.remove(order.name));
  for (rlim_t limit = 0; limit < size; ++limit) {
    const int status = store_with_limit(journal.directory(), order, limit);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << limit;
    const auto content = journal.list();
    ASSERT_TRUE(content) << limit;
    EXPECT_TRUE(content->orders.empty() && content->damaged.empty()) << limit;
  }
  // After all these crashes the order can be stored, and is there once.
  ASSERT_TRUE(WIFEXITED(store_with_limit(journal.directory(), order, size)));
  EXPECT_EQ(journal.list()->orders, std::vector{order});
}

TEST_F(Journal, AFullDiskIsAnErrorAndStoresNothing) {
  PaymentJournal journal = open();
  const StoredOrder order = an_order();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit bytes{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &bytes);
    const auto stored = journal.store(order);
    ::_exit(!stored && stored.error().kind == JournalError::Kind::file ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(journal.list()->orders.empty());
}

TEST_F(Journal, DamageAtEveryByteShowsAndBlocksTheName) {
  PaymentJournal journal = open();
  const StoredOrder order = an_order();
  ASSERT_TRUE(journal.store(order));
  const std::string path = only_file();
  std::string content;
  {
    std::ifstream in(path, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto expect_damaged = [&](const std::string& bytes, const std::string& what) {
    {
      std::ofstream out(path, std::ios::binary | std::ios::trunc);
      out << bytes;
    }
    const auto listed = journal.list();
    ASSERT_TRUE(listed) << what;
    EXPECT_TRUE(listed->orders.empty()) << what;
    EXPECT_EQ(listed->damaged, std::vector{path}) << what;
    // The name stays taken: a new order under it could pay twice.
    const auto stored = journal.store(order);
    ASSERT_FALSE(stored) << what;
    EXPECT_EQ(stored.error().kind, JournalError::Kind::damaged) << what;
  };
  for (std::size_t i = 0; i < content.size(); ++i) {
    std::string flipped = content;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    expect_damaged(flipped, "flip " + std::to_string(i));
    expect_damaged(content.substr(0, i), "cut " + std::to_string(i));
  }
  expect_damaged(content + "x", "longer");
}

TEST_F(Journal, RefusesADirectoryThatOthersCanRead) {
  fs::create_directory(root_ + "/orders");
  fs::permissions(root_ + "/orders", fs::perms::owner_all | fs::perms::group_read);
  const auto journal = PaymentJournal::open(root_ + "/orders");
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().file, FileError::directory_too_open);
}

}  // namespace
}  // namespace vostro::client
