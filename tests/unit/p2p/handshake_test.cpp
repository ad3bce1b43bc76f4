// Goal: only pinned keys of the same network get as far as frames. Method: real sockets on
// loopback; the liars are made of OpenSSL (network_support.h).
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/p2p/network_support.h"

namespace vostro::p2p::test {
namespace {

Node::Settings listener(Byte key, Registry registry) {
  return {.key = key, .registry = std::move(registry), .listens = true};
}

TEST(Handshake, TwoPinnedPeersConnectOnBothChannels) {
  Node one(listener(1, {peer_of(2)}));
  Node two({.key = 2, .registry = {peer_of(1, one.port())}});
  ASSERT_TRUE(one.wait_connected("node2"));
  ASSERT_TRUE(two.wait_connected("node1"));
  EXPECT_TRUE(one.network().is_connected("node2"));
  for (const ChannelStatistics& channel : one.peer("node2").channels) {
    EXPECT_TRUE(channel.is_live);
    EXPECT_EQ(channel.connects, 1u);
  }
  EXPECT_EQ(one.network().statistics().half_open, 0u);
}

TEST(Handshake, OwnKeyInTheRegistryIsPassedOver) {
  Node one(listener(1, {peer_of(1), peer_of(2)}));
  EXPECT_FALSE(one.network().is_connected("node1"));
  Node two({.key = 2, .registry = {peer_of(1, one.port()), peer_of(2, 1)}});
  EXPECT_TRUE(two.wait_connected("node1"));
  EXPECT_EQ(two.network().statistics().peers.size(), 1u);
}

TEST(Handshake, G1OtherNetworkIsRefusedAndBothSidesSayWhy) {
  Node one(listener(1, {peer_of(2)}));
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .network = 9});
  const std::string first = to_hex(network_of(1).view());
  const std::string ninth = to_hex(network_of(9).view());
  EXPECT_TRUE(one.wait_notice("peer node2 runs another network: genesis hash " + ninth + ", here " +
                              first));
  EXPECT_TRUE(two.wait_notice("peer node1 runs another network: genesis hash " + first + ", here " +
                              ninth));
  EXPECT_TRUE(one.wait_refused(Reason::other_network));
  EXPECT_TRUE(two.wait_refused(Reason::other_network));
  EXPECT_FALSE(one.network().is_connected("node2"));
}

TEST(Handshake, OtherProtocolVersionIsRefusedAndBothSidesSayWhy) {
  Node one(listener(1, {peer_of(2)}));
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .protocol = 7});
  EXPECT_TRUE(one.wait_notice("version 7, here 1"));
  EXPECT_TRUE(two.wait_notice("version 1, here 7"));
  EXPECT_GE(one.refused(Reason::other_protocol), 1u);
}

TEST(Handshake, DiallerRefusesAListenerWithAnotherKey) {
  Node one(listener(3, {peer_of(2)}));
  Node two({.key = 2, .registry = {peer_of(1, one.port())}});
  EXPECT_TRUE(two.wait_refused(Reason::unknown_key));
  EXPECT_TRUE(two.wait_notice("cannot connect to peer node1: the key of the certificate is not"));
  EXPECT_TRUE(one.wait_refused(Reason::tls_failed));
}

TEST(Handshake, FailureIsLoggedOnceHoweverOftenItIsTried) {
  Limits limits;
  limits.reconnect_first = limits.reconnect_max = milliseconds(5);
  Node one(listener(1, {peer_of(2)}));
  Node two({.key = 2, .registry = {peer_of(1, one.port())}, .network = 9, .limits = limits});
  // Every try is refused anew, and one notice says it.
  ASSERT_TRUE(two.wait_refused(Reason::other_network, 5));
  two.network().stop();
  EXPECT_EQ(std::count_if(two.notices.begin(), two.notices.end(),
                          [](const Notice& notice) {
                            return notice.text.find("another network") != std::string::npos;
                          }),
            1);
}

// ------------------------------------------------------------------------------------------------
// row P1

class P1 : public ::testing::Test {
 protected:
  P1() {
    settings_.limits.establish_time = milliseconds(400);
    node_ = std::make_unique<Node>(settings_);
  }
  void expect_one_log_line(const std::string& part) {
    EXPECT_TRUE(node_->wait_notice(part));
    EXPECT_TRUE(node_->wait([](Node& node) { return node.network().statistics().half_open == 0; }));
    node_->network().stop();
    const auto lines =
        std::count_if(node_->notices.begin(), node_->notices.end(),
                      [](const Notice& notice) { return notice.severity != Severity::info; });
    EXPECT_EQ(lines, 1);
    EXPECT_TRUE(node_->frames.empty());
  }

  Node::Settings settings_ = listener(1, {peer_of(2)});
  std::unique_ptr<Node> node_;
};

TEST_F(P1, Tls12IsRefused) {
  RawClient client(node_->port());
  EXPECT_FALSE(client.connect_tls({.certificate = 2, .secret = {}, .version = TLS1_2_VERSION}));
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("TLS 1.3 handshake");
}

TEST_F(P1, PlaintextIsRefused) {
  RawClient client(node_->port());
  EXPECT_TRUE(client.write_plain(Bytes(600, 0x01)));
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("TLS 1.3 handshake");
}

TEST_F(P1, HttpIsRefused) {
  RawClient client(node_->port());
  EXPECT_TRUE(client.write_plain(as_bytes("GET /consensus HTTP/1.1\r\nHost: a\r\n\r\n")));
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("TLS 1.3 handshake");
}

TEST_F(P1, SilenceIsClosedByTheTimer) {
  RawClient client(node_->port());
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("the handshake took too long");
}

TEST_F(P1, HttpInsideTlsWithoutUpgradeIsRefused) {
  RawClient client(node_->port());
  ASSERT_TRUE(client.connect_tls({.certificate = 2, .secret = {}}));
  EXPECT_TRUE(client.write("GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 426"));
  expect_one_log_line("no WebSocket upgrade");
}

TEST_F(P1, UnknownPathIsRefused) {
  RawClient client(node_->port());
  ASSERT_TRUE(client.connect_tls({.certificate = 2, .secret = {}}));
  EXPECT_TRUE(client.upgrade("/other").starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("names no channel");
}

TEST_F(P1, UpgradeHeaderBeyondItsLimitIsRefused) {
  RawClient client(node_->port());
  ASSERT_TRUE(client.connect_tls({.certificate = 2, .secret = {}}));
  EXPECT_TRUE(client.write("GET /consensus HTTP/1.1\r\nX: " + std::string(5000, 'a')));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_TRUE(node_->wait_refused(Reason::not_an_upgrade));
}

TEST_F(P1, StrangersFillNoLog) {
  for (int i = 0; i < 60; ++i) {
    RawClient client(node_->port());
    client.write_plain(as_bytes("GET / HTTP/1.1\r\n\r\n"));
    ASSERT_TRUE(client.is_closed_by_peer());
  }
  ASSERT_TRUE(node_->wait_refused(Reason::tls_failed, 60));
  node_->network().stop();
  EXPECT_LT(node_->notices.size(), 30u);
}

// ------------------------------------------------------------------------------------------------
// row P2

class P2 : public P1 {};

TEST_F(P2, KeyThatIsNotInTheRegistryIsRefusedBeforeAnyFrame) {
  RawClient client(node_->port());
  if (client.connect_tls({.certificate = 66, .secret = {}})) {
    EXPECT_EQ(client.upgrade("/consensus"), "");
  }
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("the key of the certificate is not in the registry");
}

TEST_F(P2, NoClientCertificateIsRefusedBeforeAnyFrame) {
  RawClient client(node_->port());
  if (client.connect_tls({})) {
    EXPECT_EQ(client.upgrade("/consensus"), "");
  }
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("TLS 1.3 handshake");
}

TEST_F(P2, CertificateOfABankWithoutItsKeyIsRefusedBeforeAnyFrame) {
  RawClient client(node_->port());
  if (client.connect_tls({.certificate = 2, .secret = 66})) {
    EXPECT_EQ(client.upgrade("/consensus"), "");
  }
  EXPECT_TRUE(client.is_closed_by_peer());
  expect_one_log_line("TLS 1.3 handshake");
}

TEST_F(P2, PinnedKeyWithAnExpiredCertificateIsTaken) {
  // The certificate of the raw client is of 1999: only the key counts. The counter-proof of the
  // tests above.
  RawClient client(node_->port());
  ASSERT_TRUE(client.connect_tls({.certificate = 2, .secret = {}}));
  EXPECT_TRUE(client.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  EXPECT_TRUE(client.write_binary(Bytes{kVote, 1, 2}));
  EXPECT_TRUE(node_->wait_frames(1));
}

TEST_F(P2, RemovedBankIsDisconnectedAndNotTakenAgain) {
  RawClient client(node_->port());
  ASSERT_TRUE(client.connect_tls({.certificate = 2, .secret = {}}));
  ASSERT_TRUE(client.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  ASSERT_TRUE(client.write_binary(Bytes{kVote, 1, 2}));
  ASSERT_TRUE(node_->wait_frames(1));
  ASSERT_TRUE(node_->network().replace_registry({peer_of(3)}).has_value());
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_TRUE(node_->wait_ended(Reason::removed));
  RawClient again(node_->port());
  if (again.connect_tls({.certificate = 2, .secret = {}})) {
    EXPECT_EQ(again.upgrade("/consensus"), "");
  }
  EXPECT_TRUE(again.is_closed_by_peer());
  EXPECT_TRUE(node_->wait_refused(Reason::unknown_key));
}

TEST_F(P2, NoTicketIsGivenForALaterSession) {
  RawClient client(node_->port());
  ASSERT_TRUE(client.connect_tls({.certificate = 2, .secret = {}}));
  ASSERT_TRUE(client.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  // Tickets come before the first application data.
  EXPECT_FALSE(client.has_ticket());
}

}  // namespace
}  // namespace vostro::p2p::test
