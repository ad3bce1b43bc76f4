// Goal: an authenticated peer that breaks the rules is disconnected and shut out, costs no memory,
// and harms no other. Method: a raw client with a pinned key, against a node with short times.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/p2p/network_support.h"

namespace vostro::p2p::test {
namespace {

constexpr Byte kBinary = 2;

long resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

class Hostile : public ::testing::Test {
 protected:
  void start(Limits limits = {}) {
    limits.close_time = milliseconds(80);  // Most clients below never answer a goodbye.
    node_ = std::make_unique<Node>(Node::Settings{
        .key = 1, .registry = {peer_of(2), peer_of(3)}, .listens = true, .limits = limits});
    client_ = std::make_unique<RawClient>(node_->port());
  }
  /// The client is an established peer on the channel.
  void enter(const std::string& path = "/consensus") {
    ASSERT_TRUE(client_->connect_tls({.certificate = 2, .secret = {}}));
    ASSERT_TRUE(client_->upgrade(path).starts_with("HTTP/1.1 101"));
  }
  void expect_breach(Reason reason) {
    EXPECT_TRUE(client_->is_closed_by_peer());
    EXPECT_TRUE(node_->wait_ended(reason)) << to_string(reason);
    // The connection's end is counted first, and a moment later whose fault it was.
    EXPECT_TRUE(node_->wait([](Node& node) { return node.peer("node2").breaches == 1; }));
    EXPECT_TRUE(node_->frames.empty());
    // It comes back at once and is not let in; nobody else suffers.
    RawClient again(node_->port());
    ASSERT_TRUE(again.connect_tls({.certificate = 2, .secret = {}}));
    EXPECT_TRUE(again.upgrade("/consensus").starts_with("HTTP/1.1 403"));
    EXPECT_TRUE(node_->wait_refused(Reason::shut_out));
    RawClient other(node_->port());
    ASSERT_TRUE(other.connect_tls({.certificate = 3, .secret = {}}));
    EXPECT_TRUE(other.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  }

  std::unique_ptr<Node> node_;
  std::unique_ptr<RawClient> client_;
};

// ------------------------------------------------------------------------------------------------
// row P3

class P3 : public Hostile, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(P3, FrameLengthBeyondItsTypeIsRefusedWithoutMemory) {
  start();
  enter();
  // The first frame makes the buffers of the connection, so that they are not counted below.
  const Bytes honest{kRequest};
  ASSERT_TRUE(client_->write_binary(honest));
  ASSERT_TRUE(node_->wait_frames(1));
  node_->drop_frames();
  const long before = resident_bytes();
  ASSERT_TRUE(client_->write_frame(kBinary, true, GetParam(), Bytes(100, kVote)));
  EXPECT_TRUE(client_->is_closed_by_peer());
  ASSERT_TRUE(node_->wait_ended(Reason::frame_too_big));
  EXPECT_LT(resident_bytes() - before,
            16 << 20);  // a sanitizer keeps what was freed; two gigabytes would show
  expect_breach(Reason::frame_too_big);
}

INSTANTIATE_TEST_SUITE_P(Lengths, P3,
                         ::testing::Values(1 + kVoteBytesMax + 1, 64 * 1024 + 2, 0x80000000u,
                                           0xffffffffu, 0x7fffffffffffffffu));

TEST_F(Hostile, P3FrameOfLengthZeroIsRefused) {
  start();
  enter();
  ASSERT_TRUE(client_->write_frame(kBinary, true, 0, {}));
  expect_breach(Reason::empty_frame);
}

TEST_F(Hostile, P3PiecesThatAddUpBeyondTheCapAreRefused) {
  start();
  enter();
  ASSERT_TRUE(client_->write_frame(kBinary, false, kVoteBytesMax, Bytes(kVoteBytesMax, kVote)));
  ASSERT_TRUE(client_->write_frame(0, true, 2, Bytes(2, kVote)));
  expect_breach(Reason::frame_too_big);
}

TEST_F(Hostile, P3LengthWithTheHighestBitIsRefused) {
  start();
  enter();
  // RFC 6455 section 5.2: the most significant bit must be 0.
  ASSERT_TRUE(client_->write_frame(kBinary, true, 0x8000000000000000u, Bytes{kVote}));
  EXPECT_TRUE(client_->is_closed_by_peer());
  EXPECT_TRUE(node_->wait([](Node& node) { return node.peer("node2").breaches == 1; }));
}

TEST_F(Hostile, P6UnknownTypeIsRefused) {
  start();
  enter();
  ASSERT_TRUE(client_->write_binary(Bytes{kUnlisted, 1, 2, 3}));
  expect_breach(Reason::unknown_type);
}

TEST_F(Hostile, TypeOfTheOtherChannelIsRefused) {
  start();
  enter("/bulk");
  ASSERT_TRUE(client_->write_binary(Bytes{kVote, 1}));
  expect_breach(Reason::wrong_channel);
}

TEST_F(Hostile, TextMessageIsRefused) {
  start();
  enter();
  ASSERT_TRUE(client_->write_frame(1, true, 2, Bytes{kVote, 65}));
  expect_breach(Reason::not_binary);
}

TEST_F(Hostile, ReservedOpcodeIsRefused) {
  start();
  enter();
  ASSERT_TRUE(client_->write_frame(11, true, 1, Bytes{kVote}));
  expect_breach(Reason::broken_websocket);
}

TEST_F(Hostile, PeerThatStaysAfterABreachIsCutOff) {
  // It never answers the goodbye. Both ends of a goodbye have their time: ours, and the one Beast
  // sends by itself.
  start();
  enter();
  ASSERT_TRUE(client_->write_frame(kBinary, true, 0xffffffffu, Bytes{kVote}));
  EXPECT_TRUE(node_->wait([](Node& node) { return node.peer("node2").breaches == 1; }));
  RawClient other(node_->port());
  ASSERT_TRUE(other.connect_tls({.certificate = 3, .secret = {}}));
  ASSERT_TRUE(other.upgrade("/consensus").starts_with("HTTP/1.1 101"));
  ASSERT_TRUE(other.write_frame(1, true, 1, Bytes{kVote}));
  EXPECT_TRUE(node_->wait_ended(Reason::not_binary));
  node_->network().stop();  // Would wait for a connection that does not end.
}

TEST_F(Hostile, FloodOfPingsIsRefused) {
  start();
  enter();
  bool is_open = true;
  for (int i = 0; i < 200 && is_open; ++i) is_open = client_->write_frame(9, true, 0, {});
  expect_breach(Reason::control_flood);
}

// ------------------------------------------------------------------------------------------------
// row P4

TEST_F(Hostile, P4FrameThatTricklesIsClosedByItsTimer) {
  Limits limits;
  limits.frame_time = milliseconds(100);
  start(limits);
  enter();
  ASSERT_TRUE(client_->write_frame(kBinary, true, 500, Bytes{kVote}));
  EXPECT_TRUE(client_->is_closed_by_peer());
  EXPECT_TRUE(node_->wait_ended(Reason::slow_frame));
  // A slow line is no breach.
  EXPECT_EQ(node_->peer("node2").breaches, 0u);
}

TEST_F(Hostile, P4FrameHeaderThatTricklesIsClosedByTheIdleTimer) {
  Limits limits;
  limits.idle_time = milliseconds(150);
  start(limits);
  enter();
  ASSERT_TRUE(client_->write(Bytes{0x82}));
  EXPECT_TRUE(client_->is_closed_by_peer());
  EXPECT_TRUE(node_->wait_ended(Reason::idle));
}

TEST_F(Hostile, P4PeerWithoutHeartbeatIsClosedByTheIdleTimer) {
  Limits limits;
  limits.idle_time = milliseconds(150);
  start(limits);
  enter();
  EXPECT_TRUE(client_->is_closed_by_peer());
  EXPECT_TRUE(node_->wait_ended(Reason::idle));
}

TEST_F(Hostile, P4HalfOpenConnectionsAreBoundedPerAddressAndClosedByTheTimer) {
  Limits limits;
  limits.establish_time = milliseconds(700);
  start(limits);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(std::make_unique<RawClient>(node_->port()));
  // The fixture's client was the first of four.
  EXPECT_TRUE(node_->wait_refused(Reason::address_limit, 17));
  EXPECT_EQ(node_->network().statistics().half_open, 4u);
  EXPECT_TRUE(node_->wait_refused(Reason::handshake_timeout, 4));
  EXPECT_EQ(node_->network().statistics().half_open, 0u);
  for (auto& one : idle) EXPECT_TRUE(one->is_closed_by_peer());
  RawClient honest(node_->port());
  ASSERT_TRUE(honest.connect_tls({.certificate = 3, .secret = {}}));
  EXPECT_TRUE(honest.upgrade("/consensus").starts_with("HTTP/1.1 101"));
}

TEST_F(Hostile, P4HalfOpenConnectionsAreBoundedInAll) {
  Limits limits;
  limits.half_open_per_address_max = 100;
  limits.half_open_max = 8;
  start(limits);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(std::make_unique<RawClient>(node_->port()));
  EXPECT_TRUE(node_->wait_refused(Reason::half_open_limit, 13));
  EXPECT_EQ(node_->network().statistics().half_open, 8u);
}

TEST_F(Hostile, P4NoMoreThanTheBudgetIsReadBeforeAuthentication) {
  Limits limits;
  limits.establish_time = milliseconds(400);
  limits.establish_bytes_max = 100;
  start(limits);
  // A client hello alone is longer than this budget: the rest of it is never read, and the timer
  // ends it.
  EXPECT_FALSE(client_->connect_tls({.certificate = 2, .secret = {}}));
  EXPECT_TRUE(node_->wait_refused(Reason::handshake_timeout));
}

}  // namespace
}  // namespace vostro::p2p::test
