// Goal: a joiner gets the ledger of a final block (catalogue rows P9, P10, C10), over ends of
// epochs and a continuation, goes on after a restart, and ends where it gets nowhere. Method:
// honest peers, slow, moody or silent ones, with what they serve in real stores; virtual time.
#include "node/join/joiner.h"

#include <filesystem>
#include <fstream>

#include "tests/unit/node/joiner_support.h"

namespace vostro::node::join {
namespace {

TEST(Joiner, JoinsByTheLedgerOfAFinalBlock) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(60);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

TEST(Joiner, GoesOverEndsOfEpochsAndAContinuation) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(9, true);
  chain.grow(7, true);
  chain.grow(12);
  {
    Joining joining(chain, directory.path("store-epochs"));
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
    joining.check();
  }
  chain.continue_network();
  chain.grow(5, true);
  chain.grow(11);
  auto config = Joining::a_config();
  config.has_ledger = false;
  config.behind = 0;
  Joining joining(chain, directory.path("store-continued"), config);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_EQ(joining.joiner().target(), chain.height());
  joining.check();
}

TEST(Joiner, GoesOnAfterARestartAtAnyStep) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  std::uint64_t alone = 0;
  {
    Joining joining(chain, directory.path("store-alone"));
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    ASSERT_EQ(joining.run(), JoinPhase::whole);
    alone = joining.asked();
  }
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  std::uint64_t steps = 0;
  std::uint64_t restarts = 0;
  while (joining.step()) {
    if (++steps % 40 != 0) continue;
    joining.restart();
    ++restarts;
  }
  EXPECT_GT(restarts, 2U);
  // What was put down is not asked for again: a restart costs what was under way, and the question
  // of what there is.
  EXPECT_LT(joining.asked(), alone + restarts * 24);
  joining.check();
}

TEST(Joiner, ANewerBlockIsFetchedWhereTheOldOneIsKeptNoMore) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(joining.step());
  const Height before = joining.joiner().target();
  EXPECT_EQ(before, Height(40));
  chain.grow(110);  // the window of proofs is 100
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_GT(joining.joiner().target(), before);
  joining.check();
}

TEST(Joiner, IsNeedlessWhereTheNextBlocksAreThereAndFew) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(15);
  auto config = Joining::a_config();
  config.behind = 1'000;
  {
    Joining joining(chain, directory.path("store-near"), config);
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    EXPECT_EQ(joining.run(), JoinPhase::needless);
  }
  ASSERT_TRUE(chain.store->prune(Height(12)).has_value());
  Joining joining(chain, directory.path("store-pruned"), config);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::whole) << "nobody has block 1 any more";
  joining.check();
}

TEST(Joiner, DoesNotGoBackToATargetThatHasBeenPassedByBlocks) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(joining.step());
  ASSERT_EQ(joining.joiner().target(), Height(40));
  chain.grow(5);
  joining.config().head = Height(45);
  joining.config().head_block = chain.store->head()->block;
  chain.grow(25);
  joining.restart();
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_EQ(joining.joiner().target(), Height(70));
  joining.check();
}

// Once it fetches, the replica rests: it must not do so for ever.
TEST(Joiner, GivesUpWhereNothingComesAndGoesOnFromWhatItHas) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  bool are_silent = false;
  const Liar moody = [&](Byte, const GetPart&, Bytes honest) {
    return are_silent ? std::nullopt : std::optional(std::move(honest));
  };
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name, moody);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(joining.step());
  ASSERT_EQ(joining.joiner().phase(), JoinPhase::fetching);
  are_silent = true;
  const std::uint64_t began_ms = joining.now_ms();
  EXPECT_EQ(joining.run(), JoinPhase::stuck);
  EXPECT_NEAR(static_cast<double>(joining.now_ms() - began_ms), 300'000, 1'000);
  are_silent = false;
  const std::uint64_t asked = joining.asked();
  joining.restart();
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_LT(joining.asked() - asked, asked) << "what it had was asked for again";
  joining.check();
}

TEST(Joiner, GivesUpWhereTooFewSayWhatThereIs) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "ours", "theirs"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::stuck);
  EXPECT_LT(joining.now_ms(), 70'000U);
}

// F7: what was put down cannot be read again. That is nobody's lie, and no reason to end the
// process.
TEST(Joiner, BlamesNobodyForItsOwnDisk) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  for (const int steps : {14, 40, 120, 250}) {
    SCOPED_TRACE(steps);
    const std::string path = directory.path("store" + std::to_string(steps));
    Joining joining(chain, path);
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    for (int i = 0; i < steps; ++i) ASSERT_TRUE(joining.step());
    // What lay in its log is in tables now, and read from them.
    joining.restart();
    while (joining.joiner().phase() == JoinPhase::choosing) ASSERT_TRUE(joining.step());
    ASSERT_EQ(joining.joiner().phase(), JoinPhase::fetching);
    std::size_t spoiled = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(path + ".joining")) {
      if (file.path().extension() != ".sst") continue;
      std::fstream table(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      table.write("spoiled spoiled spoiled", 23);
      ++spoiled;
    }
    ASSERT_GT(spoiled, 0U);
    joining.run();
    EXPECT_TRUE(joining.lies.empty());
    EXPECT_NE(joining.joiner().phase(), JoinPhase::stuck);
  }
}

// T8: a data directory that was another network's: of its ids none counts here, and each id of this
// network does.
TEST(Joiner, BeginsAnewOnWhatIsLeftOfAnotherNetwork) {
  const test::TempDir directory;
  Chain other(directory.path("other"), "another network", 1'000'000);
  other.grow(40);
  {
    Joining joining(other, directory.path("store"));
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    // All ids are here, and not yet the whole state.
    while (joining.joiner().missing().id_blocks > 0 || joining.joiner().target() == Height(0))
      ASSERT_TRUE(joining.step());
    ASSERT_EQ(joining.joiner().phase(), JoinPhase::fetching);
  }
  Chain chain(directory.path("chain"));
  chain.grow(42);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

TEST(Joiner, SeesThatItsOwnFinalBlockIsNotTheOthers) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  auto config = Joining::a_config();
  config.head = Height(7);
  config.head_block = hash("another", {});
  Joining joining(chain, directory.path("store"), config);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::forked);
  EXPECT_TRUE(joining.lies.empty());
}

TEST(Joiner, RefusesAChainOfAnotherBeginning) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(20);
  Ground other = chain.ground();
  other.anchor = hash("another", {});
  auto staging = chain::Staging::open(chain::staging_path(directory.path("store")), options(),
                                      chain.network());
  ASSERT_TRUE(staging.has_value());
  Joiner joiner(Joining::a_config(), other, chain.network(), **staging);
  Server server(*chain.store, small_limits(), [] { return 0; });
  std::deque<JoinAction> actions;
  const auto add = [&](JoinActions more) {
    for (auto& each : more) actions.push_back(std::move(each));
  };
  for (const char* name : {"a", "b", "c"}) add(joiner.on_peer_up(name, 1));
  std::uint64_t now_ms = 1;
  while (joiner.phase() != JoinPhase::failed && now_ms < 10'000) {
    add(joiner.tick(++now_ms));
    if (actions.empty()) continue;
    const auto ask = std::get<Ask>(actions.front());
    actions.pop_front();
    if (ask.type == get_snapshot_frame)
      add(joiner.on_snapshot(ask.peer, server.answer(*decode_get_snapshot(ask.frame)), now_ms));
    else
      add(joiner.on_part(ask.peer, server.answer("me", *decode_get_part(ask.frame)), now_ms));
  }
  EXPECT_EQ(joiner.phase(), JoinPhase::failed);
}

// The window of each holds an eighth of the state, and a part a few records of it.
TEST(Joiner, AsksForALargeStateInTheOrderInWhichPeersReadIt) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(60);
  ServerLimits limits = small_limits();
  limits.scan_rest_ms = 200;
  limits.window_bytes = 4'000;
  Joining joining(chain, directory.path("store"), Joining::a_config(), limits);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  std::uint64_t bytes = 0;
  ASSERT_TRUE(chain.store->view().state_at(chain.height())->each([&](ByteView key, ByteView value) {
    bytes += key.size() + value.size() + 8;
    return true;
  }));
  const std::uint64_t windows = bytes / limits.window_bytes + 1;
  ASSERT_GT(windows, 4U);
  for (const char* name : {"a", "b", "c"}) EXPECT_LE(joining.server(name).scans(), windows * 2);
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

// Each answer takes longer than the joiner waits at first.
TEST(Joiner, WaitsLongerForThoseWhoAnswerLate) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(12);
  auto config = Joining::a_config();
  config.answer_ms = 500;
  Joining joining(chain, directory.path("store"), config);
  joining.set_delay_ms(3'000);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

}  // namespace
}  // namespace vostro::node::join
