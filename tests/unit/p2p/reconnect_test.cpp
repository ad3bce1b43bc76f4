// Goal: connections come back by themselves, one of each identity and channel lives, and what the
// owner decides about a peer takes effect.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/p2p/network_support.h"

namespace vostro::p2p::test {
namespace {

Limits quick() {
  Limits limits;
  limits.reconnect_first = milliseconds(10);
  limits.reconnect_max = milliseconds(40);
  limits.close_time = milliseconds(200);
  return limits;
}

TEST(Reconnect, DiallerComesBackAfterTheListenerRestarted) {
  auto one = std::make_unique<Node>(
      Node::Settings{.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
  const std::uint16_t port = one->port();
  Node two({.key = 2, .registry = {peer_of(1, port)}, .limits = quick()});
  for (int round = 1; round <= 3; ++round) {
    ASSERT_TRUE(two.wait_connected("node1", round));
    ASSERT_TRUE(one->wait_connected("node2"));
    one->network().stop();
    ASSERT_TRUE(two.wait([&](Node& node) {
      const auto now = node.peer("node1").channels;
      return node.disconnected.size() == static_cast<std::size_t>(round) && !now[0].is_live &&
             !now[1].is_live;
    }));
    EXPECT_EQ(two.disconnected.back().second, Reason::closed_by_peer);
    EXPECT_FALSE(two.network().send("node1", kVote, body_of(1)));
    one = std::make_unique<Node>(Node::Settings{
        .key = 1, .registry = {peer_of(2)}, .listens = true, .port = port, .limits = quick()});
  }
  ASSERT_TRUE(two.wait_connected("node1", 4));
  ASSERT_TRUE(two.network().send("node1", kVote, body_of(5)));
  EXPECT_TRUE(one->wait_frames(1));
}

TEST(Reconnect, DiallerWaitsForAListenerThatIsNotThereYet) {
  std::uint16_t port = 0;
  {
    const Node reserved({.key = 9, .registry = {}, .listens = true});
    port = reserved.port();
  }
  Node two({.key = 2, .registry = {peer_of(1, port)}, .limits = quick()});
  ASSERT_TRUE(two.wait_notice("the address cannot be reached"));
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .port = port, .limits = quick()});
  EXPECT_TRUE(two.wait_connected("node1"));
}

TEST(Reconnect, NameThatDoesNotResolveIsReported) {
  PeerIdentity peer = peer_of(1, 1);
  peer.host = "no such host";
  Node two({.key = 2, .registry = {peer}, .limits = quick()});
  EXPECT_TRUE(two.wait_notice("the address cannot be reached"));
}

TEST(Reconnect, FourNodesFormAMeshByTheRuleOfTheLowerKey) {
  // Every pair is dialled by its lower key. Listening comes first, so that ports are known; then
  // the registries.
  std::vector<std::unique_ptr<Node>> nodes;
  for (Byte i = 1; i <= 4; ++i) {
    nodes.push_back(std::make_unique<Node>(
        Node::Settings{.key = i, .registry = {}, .listens = true, .limits = quick()}));
  }
  for (Byte i = 1; i <= 4; ++i) {
    Registry registry;
    for (Byte j = 1; j <= 4; ++j) {
      PeerIdentity peer = peer_of(j, nodes[j - 1u]->port());
      peer.dial = is_dialler(key_of(i).public_key(), peer.tls_key);
      registry.push_back(peer);
    }
    ASSERT_TRUE(nodes[i - 1u]->network().replace_registry(registry).has_value());
  }
  for (const auto& node : nodes) {
    ASSERT_TRUE(node->wait([](Node& one) { return one.connected.size() == 3; }));
    EXPECT_EQ(node->network().broadcast(kVote, body_of(10)), 3u);
  }
  for (const auto& node : nodes) EXPECT_TRUE(node->wait_frames(3));
  for (const auto& node : nodes) {
    for (const PeerStatistics& peer : node->network().statistics().peers) {
      EXPECT_EQ(peer.channels[0].connects, 1u);
      EXPECT_EQ(peer.displaced, 0u);
    }
  }
}

TEST(Reconnect, P11NewerConnectionOfOneIdentityDisplacesTheOlder) {
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
  RawClient older(one.port());
  ASSERT_TRUE(older.connect_tls({.certificate = 2, .secret = {}}));
  ASSERT_TRUE(older.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  RawClient newer(one.port());
  ASSERT_TRUE(newer.connect_tls({.certificate = 2, .secret = {}}));
  ASSERT_TRUE(newer.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  EXPECT_TRUE(older.is_closed_by_peer());
  EXPECT_TRUE(one.wait_ended(Reason::displaced));
  EXPECT_TRUE(newer.write_binary(Bytes{kVote, 1}));
  EXPECT_TRUE(one.wait_frames(1));
  EXPECT_EQ(one.peer("node2").displaced, 1u);
  // One displaced connection may be a lost link that nobody noticed.
  EXPECT_EQ(one.network().statistics().displaced_alarms, 0u);
}

// In a storm of resets the dialler sees that its connection broke, the listener does not: each
// handshake displaces the connection before it, all of one run. Whatever the handshake names, words
// without sense too.
TEST(Reconnect, P11ConnectionsOfOneRunThatDisplaceEachOtherRaiseNoAlarm) {
  for (const std::string_view instance : {"", "00112233445566778899aabbccddeeff", "x", "0011"}) {
    Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::uint64_t i = 0; i < 8; ++i) {
      clients.push_back(std::make_unique<RawClient>(one.port()));
      ASSERT_TRUE(clients.back()->connect_tls({.certificate = 2, .secret = {}}));
      ASSERT_TRUE(
          clients.back()->upgrade("/consensus", 1, "1", instance).starts_with("HTTP/1.1 101"));
      ASSERT_TRUE(one.wait([&](Node& node) { return node.peer("node2").displaced == i; }));
    }
    EXPECT_EQ(one.network().statistics().displaced_alarms, 0u) << instance;
  }
}

TEST(Reconnect, P11TwoNodesWithOneKeyRaiseTheAlarm) {
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = quick()});
  ASSERT_TRUE(one.wait_connected("node2"));
  Node twin({.key = 2, .registry = {peer_of(1, one.port())}, .limits = quick()});
  EXPECT_TRUE(one.wait_notice("in use by two nodes"));
  EXPECT_GE(one.network().statistics().displaced_alarms, 1u);
  EXPECT_GE(one.peer("node2").displaced, 3u);
}

TEST(Reconnect, PenalisedPeerIsShutOutForAWhileAndThenComesBack) {
  Limits limits = quick();
  limits.shut_out_first = milliseconds(150);
  limits.shut_out_max = milliseconds(600);
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = limits});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = limits});
  ASSERT_TRUE(one.wait_connected("node2"));
  ASSERT_TRUE(two.wait_connected("node1"));
  const auto start = std::chrono::steady_clock::now();
  one.network().penalise("node2", "bad signature on a vote");
  ASSERT_TRUE(one.wait_notice("bad signature on a vote"));
  EXPECT_TRUE(two.wait_notice("it says: penalised"));
  EXPECT_TRUE(two.wait_notice("it says: shut_out"));
  EXPECT_EQ(one.peer("node2").breaches, 1u);
  ASSERT_TRUE(one.wait_connected("node2", 2));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(150));
  // The second breach counts twice as long; one breach on two channels is one.
  one.network().penalise("node2", "again");
  EXPECT_TRUE(one.wait_notice("shut out for 300 ms"));
  EXPECT_EQ(one.peer("node2").breaches, 2u);
}

TEST(Reconnect, DiallerThatPenalisesDoesNotDialBeforeTheTermIsOver) {
  Limits limits = quick();
  limits.shut_out_first = milliseconds(150);
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = limits});
  ASSERT_TRUE(two.wait_connected("node1"));
  const auto start = std::chrono::steady_clock::now();
  two.network().penalise("node1", "bad certificate");
  ASSERT_TRUE(two.wait_connected("node1", 2));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(150));
}

TEST(Reconnect, RegistryMayGrowAndShrinkWhileRunning) {
  Node one({.key = 1, .registry = {}, .listens = true, .limits = quick()});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = quick()});
  ASSERT_TRUE(one.wait_refused(Reason::unknown_key));
  ASSERT_TRUE(one.network().replace_registry({peer_of(2)}).has_value());
  ASSERT_TRUE(one.wait_connected("node2"));
  // The same again changes nothing.
  ASSERT_TRUE(one.network().replace_registry({peer_of(2)}).has_value());
  ASSERT_TRUE(one.network().replace_registry({peer_of(2), peer_of(3)}).has_value());
  ASSERT_TRUE(two.wait_connected("node1"));
  ASSERT_TRUE(two.network().send("node1", kVote, body_of(1)));
  ASSERT_TRUE(one.wait_frames(1));
  EXPECT_TRUE(one.disconnected.empty());
  ASSERT_TRUE(one.network().replace_registry({peer_of(3)}).has_value());
  ASSERT_TRUE(one.wait([](Node& node) { return !node.disconnected.empty(); }));
  EXPECT_EQ(one.disconnected[0], std::pair(std::string("node2"), Reason::removed));
  EXPECT_FALSE(one.network().is_connected("node2"));
  EXPECT_FALSE(one.network().send("node2", kVote, body_of(1)));
}

TEST(Reconnect, NewKeyUnderTheSameNameNeedsTheNewKey) {
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = quick()});
  ASSERT_TRUE(one.wait_connected("node2"));
  PeerIdentity rotated = peer_of(3);
  rotated.name = "node2";
  ASSERT_TRUE(one.network().replace_registry({rotated}).has_value());
  ASSERT_TRUE(one.wait_ended(Reason::removed, 2));
  ASSERT_TRUE(one.wait_refused(Reason::unknown_key));
  Node three({.key = 3, .registry = {peer_of(1, one.port())}, .limits = quick()});
  EXPECT_TRUE(one.wait_connected("node2", 2));
  EXPECT_TRUE(three.wait_connected("node1"));
}

PeerIdentity patient(Byte number, std::uint16_t port) {
  PeerIdentity peer = peer_of(number, port);
  peer.is_patient = true;
  return peer;
}

TEST(Reconnect, PatientDiallerComesToAPeerThatDoesNotKnowItsAddress) {
  Limits limits = quick();
  limits.patience = milliseconds(50);
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = limits});
  Node two({.key = 2, .registry = {patient(1, one.port())}, .limits = limits});
  EXPECT_TRUE(one.wait_connected("node2"));
  EXPECT_TRUE(two.wait_connected("node1"));
}

TEST(Reconnect, PatientDiallerLeavesItToThePeerThatComesByItself) {
  Limits limits = quick();
  limits.patience = milliseconds(3'600'000);
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = limits});
  Node two({.key = 2, .registry = {}, .listens = true, .limits = limits});
  ASSERT_TRUE(two.network().replace_registry({patient(1, one.port())}).has_value());
  ASSERT_TRUE(one.network().replace_registry({peer_of(2, two.port())}).has_value());
  ASSERT_TRUE(two.wait_connected("node1"));
  ASSERT_TRUE(one.wait_connected("node2"));
  EXPECT_EQ(one.peer("node2").displaced, 0u);
}

TEST(Reconnect, WhoComesFirstOpensBothChannelsAndNothingIsDisplaced) {
  // Both know an address; the patient one comes because the other is not there yet.
  Limits limits = quick();
  limits.patience = milliseconds(20);
  Node two({.key = 2, .registry = {}, .listens = true, .limits = limits});
  Limits slow = quick();
  slow.reconnect_first = slow.reconnect_max = milliseconds(3'600'000);
  slow.patience = milliseconds(3'600'000);
  // Nobody listens there: the next try is an hour away, so that only the patient one comes.
  Node one({.key = 1, .registry = {peer_of(2, 1)}, .listens = true, .limits = slow});
  ASSERT_TRUE(one.wait_notice("cannot connect to peer node2"));
  ASSERT_TRUE(two.network().replace_registry({patient(1, one.port())}).has_value());
  ASSERT_TRUE(one.wait_connected("node2"));
  EXPECT_EQ(one.peer("node2").displaced, 0u);
  EXPECT_EQ(two.peer("node1").displaced, 0u);
}

TEST(Reconnect, OwnKeyReplacedWhileRunningIsShownFromTheNextHandshakeOn) {
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true, .limits = quick()});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .limits = quick()});
  ASSERT_TRUE(one.wait_connected("node2"));
  two.network().replace_key(key_of(3));
  // What lives goes on, until the other side no longer takes the old key.
  ASSERT_TRUE(two.wait_connected("node1"));
  EXPECT_TRUE(two.network().send("node1", kVote, body_of(1)));
  ASSERT_TRUE(one.wait_frames(1));
  PeerIdentity rotated = peer_of(3);
  rotated.name = "node2";
  ASSERT_TRUE(one.network().replace_registry({rotated}).has_value());
  EXPECT_TRUE(one.wait_connected("node2", 2));
  EXPECT_EQ(one.refused(Reason::unknown_key), 0u);
}

TEST(Reconnect, RegistryThatContradictsItselfIsRefused) {
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true});
  EXPECT_FALSE(one.network().replace_registry({peer_of(2), peer_of(2)}).has_value());
  PeerIdentity same_key = peer_of(2);
  same_key.name = "other";
  EXPECT_FALSE(one.network().replace_registry({peer_of(2), same_key}).has_value());
  PeerIdentity nowhere = peer_of(3);
  nowhere.dial = true;
  EXPECT_FALSE(one.network().replace_registry({nowhere}).has_value());
  PeerIdentity nameless = peer_of(3);
  nameless.name = "";
  EXPECT_FALSE(one.network().replace_registry({nameless}).has_value());
  EXPECT_EQ(one.network().statistics().peers.size(), 1u);
}

TEST(Reconnect, PortInUseIsAnErrorOfStart) {
  const Node one({.key = 1, .registry = {}, .listens = true});
  Config config{.network_id = network_of(1),
                .listen = ListenAddress{.host = "127.0.0.1", .port = one.port()},
                .frames = frame_table(),
                .limits = {}};
  Network second(config, key_of(2), {}, {});
  const auto started = second.start();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("cannot listen on 127.0.0.1 port"), std::string::npos);
}

TEST(Reconnect, StopIsPromptAndSilentAfterwards) {
  Node one({.key = 1, .registry = {peer_of(2)}, .listens = true});
  Node two({.key = 2, .registry = {peer_of(1, one.port())}});
  ASSERT_TRUE(one.wait_connected("node2"));
  ASSERT_TRUE(two.wait_connected("node1"));
  const auto start = std::chrono::steady_clock::now();
  two.network().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  EXPECT_TRUE(one.wait_ended(Reason::closed_by_peer, 2));
  const std::size_t notices = two.notices.size();
  EXPECT_FALSE(two.network().send("node1", kVote, body_of(1)));
  two.network().penalise("node1", "too late");
  two.network().stop();
  EXPECT_EQ(two.notices.size(), notices);
}

}  // namespace
}  // namespace vostro::p2p::test
