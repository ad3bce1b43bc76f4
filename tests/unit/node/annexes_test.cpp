// Goal: a bank's node keeps what its bank sealed, gives it to its bank alone, and erases for good.
// Method: the store on a real directory; the API without sockets.
#include <gtest/gtest.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "node/annexes/store.h"
#include "tests/unit/node/annex_support.h"

namespace vostro::node {
namespace {

using namespace test;  // NOLINT: builders
using chain::OwnedId;
using chain::SealedAnnex;

/// Files and directories whose fsync this program has waited for, since it was asked last.
class Synced {
 public:
  /// False: it is to fail.
  [[nodiscard]] bool note(const std::filesystem::path& descriptor) {
    std::error_code error;
    const auto path = std::filesystem::read_symlink(descriptor, error);
    const std::lock_guard lock(mutex_);
    if (!error && path == failing_) return false;
    if (!error) paths_.insert(path.string());
    return true;
  }
  /// Syncs of this path fail from now on; of none where it is empty.
  void fail(const std::string& path) {
    const std::lock_guard lock(mutex_);
    failing_ = path;
  }
  std::set<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(paths_, {});
  }

 private:
  std::mutex mutex_;
  std::set<std::string> paths_;
  std::filesystem::path failing_;
};

Synced& synced() {
  static Synced all;
  return all;
}

struct StoreTest : testing::Test {
  TempDir directory;
  UnixMillis now{1'800'000'000'000};
  AnnexStore::Limits limits;
  std::unique_ptr<AnnexStore> store;

  void SetUp() override { open(); }
  void open() {
    store.reset();
    auto opened = AnnexStore::open(directory.path("annex"), limits, [this] { return now; });
    ASSERT_TRUE(opened) << opened.error();
    store = std::move(*opened);
  }
  /// Sealed once: each sealing is another.
  const SealedAnnex& annex_of(std::uint64_t id, const std::string& text) {
    const auto [at, is_new] = made_.try_emplace({id, text});
    if (is_new) at->second = sealed_to(named("NORDDEFF", id), text);
    return at->second;
  }
  std::string file(const std::string& kind, const OwnedId& name) const {
    return directory.path("annex/" + kind + "/" + to_text(name.owner) + "." + to_text(name.id) +
                          ".annex");
  }

 private:
  std::map<std::pair<std::uint64_t, std::string>, SealedAnnex> made_;
};
using AnnexStoreTest = StoreTest;

TEST_F(AnnexStoreTest, KeepsFromTheBankToTheLedger) {
  const OwnedId name = named("NORDDEFF", 1);
  const SealedAnnex annex = sealed_to(name, "one");
  EXPECT_EQ(store->state(name), AnnexState::absent);
  EXPECT_EQ(store->put_early(annex), AnnexPut::stored);
  EXPECT_EQ(store->put_early(annex), AnnexPut::repeated);
  EXPECT_EQ(store->state(name), AnnexState::early);
  EXPECT_EQ(store->read(name), annex);
  open();
  EXPECT_EQ(store->state(name), AnnexState::early) << "it was on disk";
  EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::kept);
  EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::kept) << "a repeat after a crash";
  open();
  EXPECT_EQ(store->read(name), annex);
  EXPECT_EQ(store->figures().kept, 1U);
  EXPECT_EQ(store->figures().early, 0U);
  EXPECT_EQ(store->put_early(annex), AnnexPut::repeated);
  EXPECT_EQ(store->put_early(sealed_to(name, "two")), AnnexPut::conflicts);
}

TEST_F(AnnexStoreTest, WhoOrdersAnewSealsAnew) {
  const OwnedId name = named("NORDDEFF", 1);
  ASSERT_EQ(store->put_early(sealed_to(name, "one")), AnnexPut::stored);
  const SealedAnnex second = sealed_to(name, "two");
  EXPECT_EQ(store->put_early(second), AnnexPut::stored);
  EXPECT_EQ(store->read(name), second);
  EXPECT_EQ(store->figures().early, 1U);
  EXPECT_EQ(store->on_ledger(name, Hash{}), AnnexState::absent) << "another was ordered";
  EXPECT_FALSE(std::filesystem::exists(file("early", name)));
}

TEST_F(AnnexStoreTest, TakesManyAtOnceEachAsIfAlone) {
  const std::uint64_t size = chain::encode_sealed_annex(annex_of(1, "one")).size();
  limits.early_max = 203;
  open();
  ASSERT_EQ(store->put_early(annex_of(1, "one")), AnnexPut::stored);
  ASSERT_EQ(store->put_early(annex_of(2, "one")), AnnexPut::stored);
  ASSERT_EQ(store->put_kept(annex_of(3, "one")), AnnexPut::stored);
  ASSERT_EQ(store->put_kept(annex_of(4, "one")), AnnexPut::stored);
  ASSERT_TRUE(*store->erase(named("NORDDEFF", 4)));
  std::vector<SealedAnnex> many{annex_of(1, "one"), annex_of(2, "anew"), annex_of(3, "two"),
                                annex_of(4, "one")};
  std::vector<AnnexPut> expected{AnnexPut::repeated, AnnexPut::stored, AnnexPut::conflicts,
                                 AnnexPut::erased};
  for (std::uint64_t id = 100; id < 302; ++id) {
    many.push_back(annex_of(id, "new"));
    expected.push_back(id < 301 ? AnnexPut::stored : AnnexPut::full);
  }
  EXPECT_EQ(store->put_early(many), expected);
  EXPECT_TRUE(store->put_early(std::span<const SealedAnnex>()).empty());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(store->figures().early, 203U);
    EXPECT_EQ(store->figures().bytes, 204 * size);
    EXPECT_EQ(store->read(named("NORDDEFF", 2)), annex_of(2, "anew"));
    EXPECT_EQ(store->read(named("NORDDEFF", 300)), annex_of(300, "new"));
    EXPECT_EQ(store->state(named("NORDDEFF", 301)), AnnexState::absent);
    open();  // all of them were on disk
  }
  // Where one file cannot be replaced, the others are there all the same.
  std::filesystem::create_directory(file("early", named("NORDDEFF", 400)));
  limits.early_max = 1'000;
  open();
  EXPECT_EQ(store->put_early(std::vector{annex_of(400, "no"), annex_of(401, "yes")}),
            (std::vector{AnnexPut::failed, AnnexPut::stored}));
  EXPECT_EQ(store->figures().early, 204U);
  EXPECT_EQ(store->figures().bytes, 205 * size);
  EXPECT_EQ(store->read(named("NORDDEFF", 401)), annex_of(401, "yes"));
}

TEST_F(AnnexStoreTest, KeepsManyAtOnceEachAsIfAlone) {
  const std::uint64_t size = chain::encode_sealed_annex(annex_of(1, "one")).size();
  limits.kept_max = 103;
  open();
  ASSERT_EQ(store->put_kept(annex_of(1, "one")), AnnexPut::stored);
  ASSERT_EQ(store->put_kept(annex_of(2, "one")), AnnexPut::stored);
  ASSERT_TRUE(*store->erase(named("NORDDEFF", 2)));
  ASSERT_EQ(store->put_early(annex_of(3, "one")), AnnexPut::stored);
  std::vector<SealedAnnex> many{annex_of(1, "one"), annex_of(2, "one"), annex_of(3, "one")};
  std::vector<AnnexPut> expected{AnnexPut::repeated, AnnexPut::erased, AnnexPut::stored};
  for (std::uint64_t id = 100; id < 202; ++id) {
    many.push_back(annex_of(id, "new"));
    expected.push_back(id < 201 ? AnnexPut::stored : AnnexPut::full);
  }
  EXPECT_EQ(store->put_kept(many), expected);
  EXPECT_FALSE(std::filesystem::exists(file("early", named("NORDDEFF", 3))));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(store->figures().kept, 103U);
    EXPECT_EQ(store->figures().early, 0U);
    EXPECT_EQ(store->figures().bytes, 103 * size);
    EXPECT_EQ(store->read(named("NORDDEFF", 200)), annex_of(200, "new"));
    EXPECT_EQ(store->state(named("NORDDEFF", 201)), AnnexState::absent);
    open();  // all of them were on disk
  }
}

TEST_F(AnnexStoreTest, ErasesForGood) {
  const OwnedId name = named("NORDDEFF", 1);
  const SealedAnnex annex = sealed_to(name, "one");
  ASSERT_EQ(store->put_kept(annex), AnnexPut::stored);
  const auto erased = store->erase(name);
  ASSERT_TRUE(erased);
  EXPECT_TRUE(*erased);
  EXPECT_EQ(std::filesystem::file_size(file("kept", name)), 0U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(store->state(name), AnnexState::erased);
    EXPECT_EQ(store->put_kept(annex), AnnexPut::erased);
    EXPECT_EQ(store->put_early(annex), AnnexPut::erased);
    EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::erased);
    EXPECT_FALSE(store->read(name));
    EXPECT_FALSE(*store->erase(name));
    EXPECT_EQ(store->figures().kept, 0U);
    EXPECT_EQ(store->figures().bytes, 0U);
    open();
  }
  const OwnedId early = named("NORDDEFF", 2);
  ASSERT_EQ(store->put_early(sealed_to(early, "two")), AnnexPut::stored);
  EXPECT_TRUE(*store->erase(early));
  EXPECT_EQ(store->state(early), AnnexState::absent) << "no order stood for it";
  EXPECT_FALSE(*store->erase(named("NORDDEFF", 3)));
}

TEST_F(AnnexStoreTest, HasBounds) {
  const SealedAnnex one = sealed_to(named("NORDDEFF", 1), "one");
  const std::uint64_t size = chain::encode_sealed_annex(one).size();
  limits.early_max = 2;
  limits.kept_max = 1;
  limits.early_bytes_max = 2 * size;
  open();
  EXPECT_EQ(store->put_early(one), AnnexPut::stored);
  EXPECT_EQ(store->put_early(sealed_to(named("NORDDEFF", 2), "two")), AnnexPut::stored);
  EXPECT_EQ(store->put_early(sealed_to(named("NORDDEFF", 3), "three")), AnnexPut::full);
  EXPECT_EQ(store->put_early(sealed_to(named("NORDDEFF", 1), "anew")), AnnexPut::stored)
      << "it takes the place of its own";
  EXPECT_EQ(store->put_kept(sealed_to(named("SUDBFRPP", 4), "four")), AnnexPut::stored);
  EXPECT_EQ(store->put_kept(sealed_to(named("SUDBFRPP", 5), "five")), AnnexPut::full);
  limits.early_max = 100;
  open();
  EXPECT_EQ(store->put_early(sealed_to(named("NORDDEFF", 3), "three")), AnnexPut::full) << "bytes";
}

TEST_F(AnnexStoreTest, DropsWhatNeverBecameAnOrder) {
  // By the ledger's time, which the file bears: neither a restart nor this machine's clock, years
  // ahead or behind, makes it older.
  const OwnedId name = named("NORDDEFF", 1);
  ASSERT_EQ(store->put_early(sealed_to(name, "one")), AnnexPut::stored);
  open();
  now.value += limits.early_age_ms - 60'000;
  store->drop_aged();
  EXPECT_EQ(store->state(name), AnnexState::early);
  now.value += 120'000;
  store->drop_aged();
  EXPECT_EQ(store->state(name), AnnexState::absent);
  EXPECT_EQ(store->figures().bytes, 0U);
}

TEST_F(AnnexStoreTest, GivesNoDamagedFileOut) {
  const OwnedId name = named("NORDDEFF", 1);
  const SealedAnnex annex = sealed_to(name, "one");
  ASSERT_EQ(store->put_kept(annex), AnnexPut::stored);
  std::ofstream(file("kept", name), std::ios::binary | std::ios::trunc) << "not an annex";
  EXPECT_FALSE(store->read(name));
  EXPECT_EQ(store->put_kept(annex), AnnexPut::stored) << "written anew";
  EXPECT_EQ(store->read(name), annex);
  // What a crash left half written goes at the next start.
  std::ofstream(directory.path("annex/kept/.x.annex.00.new")) << "half";
  open();
  EXPECT_FALSE(std::filesystem::exists(directory.path("annex/kept/.x.annex.00.new")));
}

TEST_F(AnnexStoreTest, ForgetsWhatSomebodyRemoved) {
  // The chain is read on: what is missing is asked for.
  const OwnedId name = named("NORDDEFF", 1);
  const SealedAnnex annex = sealed_to(name, "one");
  ASSERT_EQ(store->put_early(annex), AnnexPut::stored);
  std::filesystem::remove(file("early", name));
  EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::absent);
  EXPECT_EQ(store->figures().early, 0U);
  EXPECT_EQ(store->figures().bytes, 0U);
  EXPECT_EQ(store->put_kept(annex), AnnexPut::stored);
}

TEST_F(AnnexStoreTest, IsEarlyWhileTheDiskRefusesToMoveIt) {
  const OwnedId name = named("NORDDEFF", 1);
  const SealedAnnex annex = sealed_to(name, "one");
  ASSERT_EQ(store->put_early(annex), AnnexPut::stored);
  std::filesystem::rename(directory.path("annex/kept"), directory.path("annex/away"));
  EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::early);
  EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::early);
  std::filesystem::rename(directory.path("annex/away"), directory.path("annex/kept"));
  EXPECT_EQ(store->on_ledger(name, annex.commitment), AnnexState::kept);
}

TEST_F(AnnexStoreTest, EndsTheRemovalThatACrashCutShort) {
  const OwnedId name = named("NORDDEFF", 1);
  const SealedAnnex annex = sealed_to(name, "one");
  const std::string whole(as_text(chain::encode_sealed_annex(annex)));
  // Cut; all zeros; zeros over a part of it.
  for (const std::string& left :
       {std::string(), std::string(100, '\0'), std::string(20, '\0') + whole.substr(20)}) {
    ASSERT_EQ(store->put_early(annex), AnnexPut::stored);
    std::ofstream(file("early", name), std::ios::binary | std::ios::trunc) << left;
    open();
    EXPECT_FALSE(std::filesystem::exists(file("early", name))) << left.size();
    EXPECT_EQ(store->figures().early, 0U);
  }
}

// The lock is not held while the disk syncs: whoever is at the same annex waits, nothing is counted
// twice, and nothing is read that is half written.
TEST_F(AnnexStoreTest, ManyThreadsAreAtItAtOnce) {
  constexpr std::uint64_t kNames = 40;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([this, i] {
      for (std::uint64_t id = 1; id <= kNames; ++id) {
        const OwnedId name = named("NORDDEFF", id);
        const SealedAnnex annex = sealed_to(name, "one");
        const AnnexPut put = i % 2 == 0 ? store->put_early(annex) : store->put_kept(annex);
        EXPECT_TRUE(put == AnnexPut::stored || put == AnnexPut::repeated);
        EXPECT_NE(store->on_ledger(name, annex.commitment), AnnexState::early);
        EXPECT_EQ(store->read(name)->commitment, annex.commitment);
      }
    });
  for (std::thread& each : threads) each.join();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(store->figures().kept, kNames);
    EXPECT_EQ(store->figures().early, 0U);
    const auto size = chain::encode_sealed_annex(sealed_to(named("NORDDEFF", 1), "one")).size();
    EXPECT_EQ(store->figures().bytes, kNames * size);
    open();
  }
}

// ---- the API ----

struct AnnexesTest : testing::Test {
  FakeNode node;
  Door nord{node};

  static std::string body(const SealedAnnex& sealed) {
    return std::string(as_text(chain::encode_sealed_annex(sealed)));
  }
  static std::string at(const OwnedId& name) {
    return "/v1/annexes/" + to_text(name.id) + "?agent=" + to_text(name.owner);
  }
};

TEST_F(AnnexesTest, AreGivenReadAndErased) {
  auto builder = node.payment();
  const OwnedId name{bic("NORDDEFF"), builder.verified()->id().id};
  const SealedAnnex sealed = sealed_to(name, "one");
  EXPECT_EQ(code_of(nord.get(at(name))), "unknown-annex");
  const auto put = nord.put(at(name), body(sealed));
  EXPECT_EQ(put.status, 201U) << put.body;
  EXPECT_FALSE(json_of(put).at("on_ledger").as_bool());
  EXPECT_EQ(nord.put(at(name), body(sealed)).status, 200U);
  node.block({builder.annex(sealed.commitment).verified()});
  // The ledger knows it now: another under its name is refused.
  EXPECT_EQ(code_of(nord.put(at(name), body(sealed_to(name, "two")))), "annex-mismatch");
  EXPECT_EQ(nord.put(at(name), body(sealed)).status, 200U);
  const std::string without_agent = "/v1/annexes/" + to_text(name.id);
  const auto got = nord.get(without_agent);
  EXPECT_EQ(got.content_type, "application/octet-stream");
  EXPECT_EQ(got.body, body(sealed));
  const auto shown = json_of(nord.get("/v1/payments/" + to_text(name.id)));
  EXPECT_EQ(shown.at("annex").as_string(), to_hex(sealed.commitment.view()));
  const auto listed = json_of(nord.get("/v1/payments?limit=1"));
  EXPECT_EQ(listed.at("items").at(0).at("annex").as_string(), to_hex(sealed.commitment.view()));

  EXPECT_EQ(nord.erase(without_agent).status, 200U);
  EXPECT_EQ(code_of(nord.get(at(name))), "annex-erased");
  EXPECT_EQ(code_of(nord.erase(at(name))), "annex-erased");
  EXPECT_EQ(code_of(nord.put(at(name), body(sealed))), "annex-erased");
}

// The courier has read the block by then, and does not come back to it: nor does it sync.
TEST_F(AnnexesTest, OneWhoseOrderBecomesFinalWhileItIsPutIsKept) {
  for (const bool is_same : {true, false}) {
    auto builder = node.payment();
    const OwnedId name{bic("NORDDEFF"), builder.verified()->id().id};
    const SealedAnnex sealed = sealed_to(name, "one");
    const Hash ordered = is_same ? sealed.commitment : Hash{};
    node.while_annex_is_put = [&] { node.block({builder.annex(ordered).verified()}); };
    static_cast<void>(synced().take());
    const auto put = nord.put(at(name), body(sealed));
    if (is_same) {
      EXPECT_EQ(put.status, 201U) << put.body;
      EXPECT_TRUE(json_of(put).at("on_ledger").as_bool());
      EXPECT_TRUE(synced().take().contains(node.directory.path("annex/kept")));
    } else {
      EXPECT_EQ(code_of(put), "annex-mismatch");
    }
    EXPECT_EQ(node.annexes().state(name), is_same ? AnnexState::kept : AnnexState::absent);
  }
}

// Whoever hears 200 forgets his copy: what an earlier request moved without a sync is synced then.
TEST_F(AnnexesTest, WhatWasMovedButNotSyncedIsSyncedByTheNextTry) {
  auto builder = node.payment();
  const OwnedId name{bic("NORDDEFF"), builder.verified()->id().id};
  const SealedAnnex sealed = sealed_to(name, "one");
  node.while_annex_is_put = [&] { node.block({builder.annex(sealed.commitment).verified()}); };
  const std::string kept = node.directory.path("annex/kept");
  synced().fail(kept);
  EXPECT_EQ(code_of(nord.put(at(name), body(sealed))), "store-failed");
  EXPECT_EQ(code_of(nord.put(at(name), body(sealed))), "store-failed") << "still";
  synced().fail({});
  static_cast<void>(synced().take());
  const auto put = nord.put(at(name), body(sealed));
  EXPECT_EQ(put.status, 200U) << put.body;
  EXPECT_TRUE(synced().take().contains(kept));
}

TEST_F(AnnexesTest, ManyWhoseOrdersAreOnTheLedgerAreSyncedTogether) {
  auto first = node.payment();
  auto second = node.payment();
  std::string all;
  for (auto* builder : {&first, &second}) {
    const OwnedId name{bic("NORDDEFF"), builder->verified()->id().id};
    const SealedAnnex sealed = sealed_to(name, "one");
    node.block({builder->annex(sealed.commitment).verified()});
    const std::string one = body(sealed);
    Bytes size;
    append_little_endian(size, one.size(), 4);
    all += std::string(as_text(size)) + one;
  }
  static_cast<void>(synced().take());
  const auto response = nord.post("/v1/annexes", all, "application/octet-stream");
  ASSERT_EQ(response.status, 200U) << response.body;
  const auto answered = json_of(response);
  for (const auto& each : answered.at("items").as_array())
    EXPECT_EQ(each.at("status_code").to_number<int>(), 201) << response.body;
  EXPECT_TRUE(synced().take().contains(node.directory.path("annex/kept")));
}

// The directory of what is put fails to sync: what is in place is not known, so nothing of it is.
TEST_F(AnnexStoreTest, WhereTheDiskDoesNotSayWhichOneIsThereNoneIs) {
  const SealedAnnex& before = annex_of(1, "before");
  ASSERT_EQ(store->put_early(before), AnnexPut::stored);
  synced().fail(directory.path("annex/early"));
  EXPECT_EQ(store->put_early(annex_of(1, "after")), AnnexPut::failed);
  synced().fail({});
  EXPECT_EQ(store->state(before.belongs_to), AnnexState::absent);
  EXPECT_EQ(store->on_ledger(before.belongs_to, before.commitment), AnnexState::absent);
  EXPECT_EQ(store->figures().early, 0U);
  EXPECT_EQ(store->put_early(before), AnnexPut::stored);
  EXPECT_EQ(store->on_ledger(before.belongs_to, before.commitment), AnnexState::kept);
  EXPECT_EQ(store->read(before.belongs_to), before);

  synced().fail(directory.path("annex/kept"));
  const SealedAnnex& kept = annex_of(2, "kept");
  EXPECT_EQ(store->put_kept(kept), AnnexPut::failed);
  synced().fail({});
  EXPECT_EQ(store->figures().kept, 2U) << "it is in place";
  EXPECT_TRUE(store->erase(kept.belongs_to));
  EXPECT_EQ(store->figures().kept, 1U);
}

TEST_F(AnnexesTest, RefusalsHaveTheirCodesInOrder) {
  auto builder = node.payment();
  const auto ordered = builder.verified();  // without annex
  node.block({ordered});
  const OwnedId name = named("NORDDEFF", 1);
  const std::string good = body(sealed_to(name, "one"));
  struct Row {
    std::string target, body, code;
  };
  const OwnedId theirs = named("SUDBFRPP", 2);
  for (const Row& row :
       {Row{"/v1/annexes/x", good, "bad-path"}, Row{at(name) + "&x=1", good, "unknown-parameter"},
        Row{"/v1/annexes/" + to_text(name.id) + "?agent=x", good, "bad-parameter"},
        Row{at(name), "", "bad-annex"}, Row{at(name), good.substr(0, good.size() - 1), "bad-annex"},
        Row{at(name), good + "x", "bad-annex"}, Row{at(named("NORDDEFF", 3)), good, "bad-annex"},
        Row{at(theirs), good, "bad-annex"},
        Row{at(theirs), body(sealed_to(theirs, "x")), "other-bank"},
        Row{at(ordered->id()), body(sealed_to(ordered->id(), "x")), "annex-mismatch"}})
    EXPECT_EQ(code_of(nord.put(row.target, row.body)), row.code) << row.target;
  EXPECT_EQ(code_of(nord.put(at(name), good, "application/json")), "wrong-media-type");
  node.disk_full = true;
  EXPECT_EQ(code_of(nord.put(at(name), good)), "disk-full");
  EXPECT_EQ(code_of(nord.erase(at(name))), "unknown-annex");
}

TEST_F(AnnexesTest, ManyOfARequestAreJudgedEachByItself) {
  auto builder = node.payment();
  const SealedAnnex ordered =
      sealed_to(OwnedId{bic("NORDDEFF"), builder.verified()->id().id}, "ordered");
  node.block({builder.annex(ordered.commitment).verified()});
  const SealedAnnex early = sealed_to(named("NORDDEFF", 1), "early");
  const auto framed = [](const std::string& one) {
    Bytes size;
    append_little_endian(size, one.size(), 4);
    return std::string(as_text(size)) + one;
  };
  const std::vector<std::pair<std::string, std::string>> rows{
      {body(early), "201"},
      {body(ordered), "201"},
      {body(early), "bad-annex"},  // one before it is of the same order
      {body(sealed_to(ordered.belongs_to, "x")), "bad-annex"},
      {body(sealed_to(named("SUDBFRPP", 2), "x")), "other-bank"},
      {"x", "bad-annex"},
      {body(sealed_to(named("NORDDEFF", 3), "x")), "201"}};
  std::string all;
  for (const auto& [sealed, outcome] : rows) all += framed(sealed);
  const auto codes = [](const net::http::Response& response) {
    std::vector<std::string> found;
    const auto items = json_of(response);
    for (const auto& each : items.at("items").as_array()) {
      const auto* code = each.as_object().if_contains("code");
      found.push_back(code != nullptr ? std::string(code->as_string())
                                      : std::to_string(each.at("status_code").as_int64()));
    }
    return found;
  };
  std::vector<std::string> expected;
  for (const auto& [sealed, outcome] : rows) expected.push_back(outcome);
  const auto answer = nord.post("/v1/annexes", all, "application/octet-stream");
  EXPECT_EQ(codes(answer), expected) << answer.body;
  for (std::string& each : expected)
    if (each == "201") each = "200";
  EXPECT_EQ(codes(nord.post("/v1/annexes", all, "application/octet-stream")), expected) << "again";
  EXPECT_EQ(node.annexes().state(early.belongs_to), AnnexState::early);
  EXPECT_EQ(node.annexes().state(ordered.belongs_to), AnnexState::kept);

  EXPECT_EQ(code_of(nord.post("/v1/annexes", all, "application/json")), "wrong-media-type");
  EXPECT_EQ(code_of(nord.post("/v1/annexes?x=1", all, "application/octet-stream")),
            "unknown-parameter");
  for (const std::string& bad : {std::string(), all + "x", all.substr(0, all.size() - 1)})
    EXPECT_EQ(code_of(nord.post("/v1/annexes", bad, "application/octet-stream")), "bad-body");
  std::string too_many;
  for (int i = 0; i < 257; ++i) too_many += framed("x");
  EXPECT_EQ(code_of(nord.post("/v1/annexes", too_many, "application/octet-stream")), "bad-body");
  node.disk_full = true;
  EXPECT_EQ(code_of(nord.post("/v1/annexes", all, "application/octet-stream")), "disk-full");
}

TEST_F(AnnexesTest, OfABlockThatWasPrunedNothingCanBeCompared) {
  auto builder = node.payment();
  const OwnedId name{bic("NORDDEFF"), builder.verified()->id().id};
  const SealedAnnex sealed = sealed_to(name, "one");
  node.block({builder.annex(sealed.commitment).verified()});
  for (int i = 0; i < 3; ++i) node.block({node.payment().verified()});
  node.prune(node.store().head()->height);
  EXPECT_EQ(code_of(nord.put(at(name), body(sealed))), "history-elsewhere");
}

TEST_F(AnnexesTest, OfSeveralBanksTheAgentSaysWhose) {
  const OwnedId mine = named("NORDDEFF", 7);
  const OwnedId theirs = named("SUDBFRPP", 7);
  ASSERT_EQ(node.annexes().put_early(sealed_to(mine, "mine")), AnnexPut::stored);
  ASSERT_EQ(node.annexes().put_kept(sealed_to(theirs, "theirs")), AnnexPut::stored);
  const std::string bare = "/v1/annexes/" + to_text(mine.id);
  EXPECT_EQ(code_of(nord.get(bare)), "ambiguous-uetr");
  EXPECT_EQ(code_of(nord.erase(bare)), "ambiguous-uetr");
  EXPECT_EQ(nord.get(at(mine)).body, body(*node.annexes().read(mine)));
  EXPECT_EQ(nord.get(at(theirs)).body, body(*node.annexes().read(theirs)));
}

}  // namespace
}  // namespace vostro::node

/// The C library's, which is called in its place: a sync that is missing shows in no file.
extern "C" int fsync(int descriptor) {
  if (!vostro::node::synced().note("/proc/self/fd/" + std::to_string(descriptor))) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
