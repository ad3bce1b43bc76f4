// Whole networks of engines. Goal: what spec section 15 promises of safety and liveness, under
// every fault that the net knows, and silence when there is nothing to do. Method: seeded runs; the
// net's own checks look at what leaves the nodes. A failure prints the seed.
#include <gtest/gtest.h>

#include "tests/support/consensus_net.h"

namespace vostro::consensus {
namespace {

using net::Net;

std::string first_violation(const Net& network) {
  return network.violations.empty() ? std::string() : network.violations.front();
}

void expect_sound(const Net& network) {
  EXPECT_EQ(first_violation(network), "");
  for (const Net::Node& node : network.nodes) {
    EXPECT_FALSE(node.halted) << to_string(node.halted->reason) << ": " << node.halted->detail;
    EXPECT_TRUE(node.evidence.empty());
  }
}

/// Every second seed has timeouts near the delays, so that views are nullified and notarized at
/// once, by halves.
Config config_for(std::uint64_t seed) {
  Config config = Net::fast_config();
  if (seed % 2 == 0) {
    config.timeouts.view_start_ms = 60;
    config.timeouts.view_min_ms = 30;
  }
  return config;
}

class NetOf : public testing::TestWithParam<std::size_t> {};

TEST_P(NetOf, MakesItemsFinalAtOnceAndThenFallsSilent) {
  Net network(GetParam(), 1);
  network.run_for(100);
  EXPECT_EQ(network.protocol_messages, 0U) << "an idle network says nothing but STATUS";
  network.add_items(0, 1);
  EXPECT_TRUE(network.run_until(900, [&] { return network.is_settled(); }))
      << "final before any view timeout";
  network.run_for(3'000);
  const std::uint64_t sent = network.protocol_messages;
  network.run_for(60'000);
  EXPECT_EQ(network.protocol_messages, sent);
  for (const Net::Node& node : network.nodes) EXPECT_FALSE(node.engine->has_work());
  expect_sound(network);
}
INSTANTIATE_TEST_SUITE_P(Sizes, NetOf, testing::Values(1, 2, 3, 4, 5, 6, 7, 10));

TEST(Net, RepeatMakesTheTipFinalWhereFinalizeVotesAreLost) {
  // With heavy loss some tip misses its FINALIZE quorum, and no new items come: only a REPEAT can
  // finish it.
  std::size_t repeats = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Net network(4, seed);
    network.faults.loss_permille = 450;
    network.add_items(0, 1);
    network.run_for(300);
    network.faults.loss_permille = 0;
    EXPECT_TRUE(network.run_until(120'000, [&] { return network.is_settled(); }))
        << "seed " << seed;
    expect_sound(network);
    repeats += network.repeat_views.size();
  }
  EXPECT_GT(repeats, 0U);
}

TEST(Net, CrashedLeadersCostOneTimeoutEach) {
  Net network(7, 3);
  network.run_for(10);
  // The leaders of views 1 and 2 are down from the start.
  network.crash(network.committee.leader(View(1)).value);
  network.crash(network.committee.leader(View(2)).value);
  std::size_t alive = 0;
  while (!network.nodes[alive].engine) ++alive;
  network.add_items(alive, 5);
  EXPECT_TRUE(network.run_until(4'000, [&] { return network.is_settled(); }));
  EXPECT_GE(network.nodes[alive].engine->view(), View(4));
  expect_sound(network);
}

TEST(Net, SilentLeadersAreSkippedAfterTenSeconds) {
  Net network(4, 5);
  const std::size_t down = network.committee.leader(View(1)).value;
  network.crash(down);
  network.run_for(16'000);  // nothing but STATUS of the other three
  const std::size_t alive = (down + 1) % 4;
  network.add_items(alive, 1);
  EXPECT_TRUE(network.run_until(16'300, [&] { return network.is_settled(); })) << "T_skip, not T";
  expect_sound(network);
}

TEST(Net, ManyRunsWithLossReorderingAndDuplicationAgreeAndFinish) {
  for (std::uint64_t seed = 1; seed <= 240; ++seed) {
    const std::size_t n = seed % 3 == 0 ? 7 : 4;
    Net network(n, seed, config_for(seed));
    network.faults = {network.random.below(400), network.random.below(200),
                      1 + network.random.below(60)};
    for (int burst = 0; burst < 4; ++burst) {
      network.add_items(network.random.below(n), 1 + network.random.below(3));
      network.run_for(50 + network.random.below(1'500));
    }
    network.faults = {};
    EXPECT_TRUE(network.run_until(network.now_ms + 120'000, [&] { return network.is_settled(); }))
        << "seed " << seed;
    expect_sound(network);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(Net, CrashesWithLossOfUnsyncedRecordsNeverContradictAVote) {
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    Net network(4, 1'000 + seed, config_for(seed));
    network.faults = {network.random.below(250), 50, 1 + network.random.below(40)};
    for (int round = 0; round < 8; ++round) {
      network.add_items(network.random.below(4), 1);
      network.run_for(network.random.below(400));
      const std::size_t victim = network.random.below(4);
      if (network.nodes[victim].engine) {
        network.crash(victim);
        network.run_for(network.random.below(400));
      }
      network.start(victim);
    }
    network.faults = {};
    EXPECT_TRUE(network.run_until(network.now_ms + 240'000, [&] { return network.is_settled(); }))
        << "seed " << seed;
    expect_sound(network);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(Net, AMinorityCutOffMakesNothingFinalAndCatchesUpAfterwards) {
  Net network(4, 11);
  network.silenced = {3};
  network.add_items(0, 2);
  network.run_for(8'000);
  EXPECT_EQ(network.nodes[3].final_height, Height(0));
  EXPECT_GT(network.nodes[0].final_height, Height(0));
  network.silenced.clear();
  EXPECT_TRUE(network.run_until(network.now_ms + 20'000, [&] {
    return network.nodes[3].final_height == network.nodes[0].final_height;
  }));
  expect_sound(network);
}

TEST(Net, HeartbeatRepeatsTheFinalBlockWithoutANewOne) {
  Config config = Net::fast_config();
  config.timeouts.heartbeat_ms = 1'000;
  Net network(4, 13, config);
  network.run_for(5'000);
  EXPECT_EQ(network.nodes[0].engine->final_view(), View(0))
      << "without F > 0 there is nothing to repeat";
  network.add_items(0, 1);
  network.run_for(500);
  const View first = network.nodes[0].engine->final_view();
  ASSERT_GT(first, View(0));
  network.run_for(10'000);
  EXPECT_GE(network.nodes[0].engine->final_view().value, first.value + 5);
  EXPECT_EQ(network.nodes[0].final_height, Height(1));
  expect_sound(network);
}

TEST(Net, SameSeedGivesTheSameRun) {
  const auto run = [] {
    Net network(4, 77);
    network.faults = {200, 100, 30};
    network.add_items(1, 3);
    network.run_for(5'000);
    return std::tuple(network.protocol_messages, network.final_blocks,
                      network.nodes[0].engine->view());
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace vostro::consensus
