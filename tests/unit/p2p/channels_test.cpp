// Goal: frames arrive whole, in order and once; a vote never waits behind bulk; every queue is
// bounded, and the bound pushes back instead of losing frames silently.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/unit/p2p/network_support.h"

namespace vostro::p2p::test {
namespace {

std::shared_ptr<const Bytes> numbered(std::uint64_t number, std::size_t size) {
  Bytes body;
  append_big_endian(body, number);
  body.resize(std::max(size, body.size()), static_cast<Byte>(number));
  return std::make_shared<const Bytes>(std::move(body));
}

/// Two connected nodes: node1 listens, node2 dials.
struct Pair {
  explicit Pair(Limits limits = {}, bool first_keeps_leases = false)
      : one({.key = 1,
             .registry = {peer_of(2)},
             .listens = true,
             .limits = limits,
             .keeps_leases = first_keeps_leases}),
        two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = limits}) {}
  [[nodiscard]] bool connect() {
    return one.wait_connected("node2") && two.wait_connected("node1");
  }
  Node one;
  Node two;
};

TEST(Channels, AThousandFramesArriveInOrderInBothDirections) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  constexpr std::uint64_t kCount = 1000;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(pair.one.network().send("node2", kVote, numbered(i, i % 2000)));
    ASSERT_TRUE(pair.two.network().send("node1", kVote, numbered(i, i % 1999)));
  }
  for (Node* node : {&pair.one, &pair.two}) {
    ASSERT_TRUE(node->wait_frames(kCount));
    const std::size_t modulus = node == &pair.two ? 2000 : 1999;
    for (std::uint64_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(node->frames[i].type, kVote);
      ASSERT_EQ(node->frames[i].body, *numbered(i, i % modulus)) << i;
    }
  }
  const auto counted = pair.one.peer("node2").channels[index_of(Channel::consensus)];
  EXPECT_EQ(counted.frames_in, kCount);
  const std::uint64_t bytes =
      std::accumulate(pair.one.frames.begin(), pair.one.frames.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& f) { return sum + 1 + f.body.size(); });
  EXPECT_EQ(counted.bytes_in, bytes);
}

TEST(Channels, FramesOfTheLargestLengthArriveWholeInBothDirections) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  const auto large = numbered(0x0102030405060708u, kPartBytesMax);
  ASSERT_TRUE(pair.one.network().send("node2", kPart, large));
  ASSERT_TRUE(pair.two.network().send("node1", kPart, large));
  ASSERT_TRUE(pair.one.wait_frames(1));
  ASSERT_TRUE(pair.two.wait_frames(1));
  EXPECT_EQ(pair.one.frames[0].body, *large);
  EXPECT_EQ(pair.two.frames[0].body, *large);
}

TEST(Channels, TheRoundTripIsMeasuredWhileAPeerIsConnected) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  for (Node* node : {&pair.one, &pair.two}) {
    const std::string name = node == &pair.one ? "node2" : "node1";
    for (const Channel channel : all_channels) {
      const auto measured = [&] {
        return node->peer(name).channels[index_of(channel)].round_trip_us;
      };
      ASSERT_TRUE(node->wait([&](const Node&) { return measured().has_value(); }));
      EXPECT_GT(*measured(), 0U);
      EXPECT_LT(*measured(), 1'000'000U) << "the other side is on the same machine";
    }
  }
  pair.two.network().stop();
  EXPECT_TRUE(pair.one.wait([](const Node& node) {
    return !node.peer("node2").channels[index_of(Channel::consensus)].round_trip_us;
  })) << "what was measured says nothing of a peer that is gone";
}

TEST(Channels, HeartbeatsKeepConnectionsAndMixWithFrames) {
  Limits limits;
  limits.idle_time = milliseconds(1000);
  Pair pair(limits);
  ASSERT_TRUE(pair.connect());
  // For two idle times: node2 sends no frame and is heard all the same, on the consensus
  // channel both.
  const auto until = std::chrono::steady_clock::now() + 2 * limits.idle_time;
  std::size_t sent = 0;
  while (std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(pair.one.network().send("node2", kPart, numbered(sent, 200'000)));
    ASSERT_TRUE(pair.two.wait_frames(++sent));
  }
  EXPECT_EQ(pair.one.peer("node2").channels[index_of(Channel::consensus)].connects, 1u);
  EXPECT_TRUE(pair.one.disconnected.empty());
  EXPECT_TRUE(pair.two.disconnected.empty());
}

TEST(Channels, AVoteDoesNotWaitBehindBulk) {
  // node1 takes no bulk frame, so that its bulk channel is soon read no more, with frames in flight
  // and in the queue of node2. Votes sent after them arrive all the same.
  Pair pair({}, true);
  ASSERT_TRUE(pair.connect());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(pair.two.network().send("node1", kPart, numbered(1, 2 << 20)));
  }
  ASSERT_TRUE(pair.one.wait(
      [](Node& node) { return node.peer("node2").channels[index_of(Channel::bulk)].pauses > 0; }));
  for (std::uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(pair.two.network().send("node1", kVote, numbered(i, 8)));
  }
  EXPECT_TRUE(pair.one.wait([](Node& node) { return node.count(kVote) == 10; }));
  EXPECT_EQ(pair.one.count(kPart), 2);
}

TEST(Channels, InboundCapStopsReadingUntilTheOwnerTakesFrames) {
  Limits limits;
  limits.idle_time = milliseconds(1000);  // Being slow is not being dead: nobody hangs up.
  Pair pair(limits, true);
  ASSERT_TRUE(pair.connect());
  constexpr std::size_t kSize = 1 << 20;
  constexpr std::size_t kCount = 10;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(pair.two.network().send("node1", kPart, numbered(i, kSize)));
  }
  const auto pauses = [](Node& node) {
    return node.peer("node2").channels[index_of(Channel::bulk)].pauses;
  };
  ASSERT_TRUE(pair.one.wait([&](Node& node) { return pauses(node) > 0; }));
  // Requests go on for two idle times: time passes, and nothing more of the other channel is read.
  const auto until = std::chrono::steady_clock::now() + 2 * limits.idle_time;
  std::ptrdiff_t requests = 0;
  while (std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(pair.two.network().send("node1", kRequest, numbered(0, 8)));
    ++requests;
    ASSERT_TRUE(pair.one.wait([&](Node& node) { return node.count(kRequest) == requests; }));
  }
  // 7 MiB less the largest frame, which might just be arriving, are passed by the third.
  EXPECT_EQ(pair.one.count(kPart), 3);
  std::size_t taken = pair.one.take(kPart);
  while (taken < kCount) {
    ASSERT_TRUE(pair.one.wait([&](Node& node) { return node.count(kPart) > 0; }));
    taken += pair.one.take(kPart);
  }
  EXPECT_EQ(taken, kCount);
  EXPECT_TRUE(pair.one.disconnected.empty());
  EXPECT_TRUE(pair.two.disconnected.empty());
}

TEST(Channels, OutboundCapDropsThePeerAndDialsAgain) {
  // node1 does not read: it keeps what it got.
  Pair pair({}, true);
  ASSERT_TRUE(pair.connect());
  const auto large = numbered(1, kPartBytesMax);
  bool is_queued = true;
  std::size_t sent = 0;
  while (is_queued && sent < 100) {
    is_queued = pair.two.network().send("node1", kPart, large);
    ++sent;
  }
  EXPECT_FALSE(is_queued);
  EXPECT_TRUE(pair.two.wait_ended(Reason::outbound_full));
  EXPECT_TRUE(pair.two.wait([](Node& node) { return !node.disconnected.empty(); }));
  EXPECT_EQ(pair.two.disconnected[0], std::pair(std::string("node1"), Reason::outbound_full));
  pair.one.drop_frames();
  EXPECT_TRUE(pair.two.wait_connected("node1", 2));
  EXPECT_EQ(pair.two.peer("node1").breaches, 0u);
}

TEST(Channels, RateOfATypeIsKeptByWaitingAndLosesNothing) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  const auto start = std::chrono::steady_clock::now();
  // 5 at once and 100 a second: the last of 25 comes not before 190 ms.
  for (std::uint64_t i = 0; i < 25; ++i) {
    ASSERT_TRUE(pair.two.network().send("node1", kRequest, numbered(i, 8)));
  }
  ASSERT_TRUE(pair.one.wait_frames(25));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(190));
  for (std::uint64_t i = 0; i < 25; ++i) EXPECT_EQ(pair.one.frames[i].body, *numbered(i, 8));
  // How many pauses depends on the machine: whoever is late finds several tokens and waits once for
  // what is due to all of them.
  EXPECT_GE(pair.one.peer("node2").channels[0].pauses, 1u);
}

TEST(Channels, SendRefusesWhatTheTableDoesNotAllow) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  EXPECT_FALSE(pair.one.network().send("node2", kUnlisted, body_of(1)));
  EXPECT_FALSE(pair.one.network().send("node2", kVote, body_of(kVoteBytesMax + 1)));
  EXPECT_FALSE(pair.one.network().send("node3", kVote, body_of(1)));
  EXPECT_TRUE(pair.one.network().send("node2", kVote, body_of(kVoteBytesMax)));
  EXPECT_TRUE(pair.two.wait_frames(1));
}

TEST(Channels, BroadcastSharesOneBodyBetweenAllPeers) {
  Node hub({.key = 1, .registry = {peer_of(2), peer_of(3), peer_of(4)}, .listens = true});
  Node two({.key = 2, .registry = {peer_of(1, hub.port())}});
  Node three({.key = 3, .registry = {peer_of(1, hub.port())}});
  ASSERT_TRUE(hub.wait_connected("node2"));
  ASSERT_TRUE(hub.wait_connected("node3"));
  const auto body = body_of(1000);
  EXPECT_EQ(hub.network().broadcast(kVote, body), 2u);
  ASSERT_TRUE(two.wait_frames(1));
  ASSERT_TRUE(three.wait_frames(1));
  EXPECT_EQ(two.frames[0].body, *body);
  EXPECT_EQ(three.frames[0].body, *body);
}

}  // namespace
}  // namespace vostro::p2p::test
