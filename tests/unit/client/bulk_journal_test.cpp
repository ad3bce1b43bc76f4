// Goal: what was signed for a file is found again whole after any crash, or is said to be damaged,
// and is never sent on a guess. Method: runs that are stored, cut at every byte and changed; and
// orders delivered from them, with a node that answers from a table.
#include "client/bulk_journal.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "client/delivery.h"
#include "tests/unit/client/api_support.h"

namespace vostro::client {
namespace {

namespace fs = std::filesystem;

class BulkJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "vostro-bulk-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    auto journal = BulkJournal::open(root_ + "/bulks");
    ASSERT_TRUE(journal);
    journal_.emplace(*std::move(journal));
  }
  void TearDown() override { fs::remove_all(root_); }

  BulkRun a_run(std::uint32_t number = 1) const {
    BulkRun run;
    run.file = bulk_file_hash(as_bytes("a file"));
    run.number = number;
    run.made_at = UnixMillis(1'700'000'000'000);
    run.file_name = "credits.csv";
    run.orders = {{order_.name, order_.transaction}};
    run.items = {{2, "INV-1", 0, 0}};
    return run;
  }
  [[nodiscard]] std::string file_of(const std::string& suffix) const {
    for (const auto& each : fs::directory_iterator(root_ + "/bulks")) {
      if (each.path().string().ends_with(suffix)) return each.path().string();
    }
    return {};
  }

  const chain::Transaction transaction_ = test::a_payment().amount(test::eur(1250)).build();
  const StoredOrder order_ = make_stored_order(transaction_, UnixMillis(1'700'000'000'000));
  std::string root_;
  std::optional<BulkJournal> journal_;
};

TEST_F(BulkJournalTest, FindsTheLastRunOfAFile) {
  const BulkRun run = a_run();
  EXPECT_EQ(*journal_->last_number(run.file), 0U);
  ASSERT_TRUE(journal_->store(run));
  ASSERT_TRUE(journal_->store(a_run(2)));
  EXPECT_EQ(*journal_->last_number(run.file), 2U);
  EXPECT_EQ(*journal_->last_number(bulk_file_hash(as_bytes("another"))), 0U);
  EXPECT_EQ(*journal_->load(run.file, 1), run);
}

TEST_F(BulkJournalTest, ARunIsStoredOnce) {
  ASSERT_TRUE(journal_->store(a_run()));
  BulkRun other = a_run();
  other.file_name = "other.csv";
  const auto again = journal_->store(other);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, JournalError::Kind::already_there);
  EXPECT_EQ(journal_->load(other.file, 1)->file_name, "credits.csv");
}

TEST_F(BulkJournalTest, ProgressIsKept) {
  const BulkRun run = a_run();
  ASSERT_TRUE(journal_->store(run));
  EXPECT_EQ(*journal_->progress(run), BulkProgress{});
  BulkProgress progress;
  progress.begun = 1;
  progress.is_done = true;
  ASSERT_TRUE(journal_->note(run, progress));
  EXPECT_EQ(*journal_->progress(run), progress);
}

TEST_F(BulkJournalTest, EveryCutAndFlippedByteIsSeen) {
  const BulkRun run = a_run();
  ASSERT_TRUE(journal_->store(run));
  ASSERT_TRUE(journal_->note(run, {1, 1, false, false}));
  for (const std::string suffix : {".bulk", ".progress"}) {
    const std::string path = file_of(suffix);
    std::ifstream in(path, std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const auto kind = [&] {
      const auto error = suffix == ".bulk" ? journal_->load(run.file, 1).map([](auto&&) {}).error()
                                           : journal_->progress(run).map([](auto&&) {}).error();
      return error.kind;
    };
    for (std::size_t i = 0; i < whole.size(); ++i) {
      // In place: a file that is emptied and written again costs a sync of the disk.
      std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
      const auto put = [&](char byte) {
        file.seekp(static_cast<std::streamoff>(i));
        file.put(byte).flush();
      };
      put(static_cast<char>(whole[i] ^ 1));
      ASSERT_EQ(kind(), JournalError::Kind::damaged) << suffix << " byte " << i;
      put(whole[i]);
    }
    for (std::size_t size = whole.size(); size-- > 0;) {
      fs::resize_file(path, size);
      ASSERT_EQ(kind(), JournalError::Kind::damaged) << suffix << " cut at " << size;
    }
    std::ofstream(path, std::ios::binary) << whole;
  }
  EXPECT_TRUE(journal_->load(run.file, 1));
}

TEST_F(BulkJournalTest, AnItemOfNoOrderIsDamage) {
  BulkRun run = a_run();
  run.items[0].order = 1;
  ASSERT_TRUE(journal_->store(run));
  ASSERT_FALSE(journal_->load(run.file, 1));
  EXPECT_EQ(journal_->load(run.file, 1).error().kind, JournalError::Kind::damaged);
}

TEST_F(BulkJournalTest, K3AFileThatOthersCanReadIsRefused) {
  const BulkRun run = a_run();
  ASSERT_TRUE(journal_->store(run));
  fs::permissions(file_of(".bulk"), fs::perms::others_read, fs::perm_options::add);
  ASSERT_FALSE(journal_->load(run.file, 1));
  EXPECT_EQ(journal_->load(run.file, 1).error().file, FileError::too_open);
}

struct KeptRow {
  std::string name;
  bool may_have_been_sent;
  test::HttpReply to_look_up;
  test::HttpReply to_post;
  Outcome outcome;
  std::size_t posts;
  test::HttpReply to_offer = test::problem_reply(500, "internal", "not to be asked");
};

TEST_F(BulkJournalTest, DeliversWhatNobodyKnowsAndAsksFirst) {
  const auto state = [&](const std::string& status) {
    return test::json_reply(
        200, "{" + test::id_fields(transaction_) + ",\"status\":\"" + status + "\"}");
  };
  const auto final =
      test::json_reply(200, test::final_answer(transaction_, chain::Status::settled));
  const auto unseen = test::problem_reply(404, "unknown-transaction", "never seen");
  const auto refused = test::problem_reply(409, "not-authorised", "no", "DS0H");
  const auto short_of = test::problem_reply(409, "not-authorised", "no", "DS19");
  const auto waits = test::json_reply(202, test::approval_answer(transaction_, "waiting"));
  const auto rejected = test::problem_reply(409, "approval-refused", "a person said no");
  const auto none = test::problem_reply(500, "internal", "not to be asked");
  const test::HttpReply closed{"", true};
  const std::vector<KeptRow> table{
      {"new and settled", false, none, final, Outcome::final, 1},
      {"new and refused", false, none, refused, Outcome::refused, 1},
      {"new and busy", false, none, test::problem_reply(429, "busy", "wait"), Outcome::not_sent, 1},
      {"sent and settled", true, final, none, Outcome::final, 0},
      {"sent and expired", true, state("expired"), none, Outcome::expired, 0},
      {"sent and never seen", true, unseen, final, Outcome::final, 1},
      {"sent, pending, waited for", true, state("pending"), final, Outcome::final, 1},
      {"sent, never seen, refused now", true, unseen, refused, Outcome::unknown, 1},
      {"new, short of signatures", false, none, short_of, Outcome::awaiting_approval, 2, waits},
      {"brought before, short still", true, unseen, short_of, Outcome::awaiting_approval, 2, waits},
      {"brought before, approved since", true, final, none, Outcome::final, 0},
      {"brought before, rejected since", true, unseen, short_of, Outcome::refused, 2, rejected},
      {"brought before, never approved", true, state("expired"), none, Outcome::expired, 0},
      {"sent, the question is not answered", true, closed, final, Outcome::unknown, 0},
  };
  for (const KeptRow& row : table) {
    test::HttpServer server([&](const test::HttpSeen& request) {
      if (request.target.starts_with("/v1/approvals")) return row.to_offer;
      return request.method == "POST" ? row.to_post : row.to_look_up;
    });
    ApiClient api = test::client_of(server.url());
    const Delivery delivery = deliver_kept(api, order_, row.may_have_been_sent, true);
    EXPECT_EQ(delivery.outcome, row.outcome) << row.name;
    std::size_t posts = 0;
    for (const auto& seen : server.seen()) posts += seen.method == "POST" ? 1U : 0U;
    EXPECT_EQ(posts, row.posts) << row.name;
  }
}

}  // namespace
}  // namespace vostro::client
