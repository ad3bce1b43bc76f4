// Goal: the stream under HTTP and WebSocket moves bytes like the sockets it hides, holds reading
// back at its budget, and runs handlers where they ask. Method: two streams in one process, whose
// events the test runs by hand: what is ready is done, and nothing waits for a clock.
#include "net/stream.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include "p2p/tls.h"

namespace vostro::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

struct Outcome {
  error_code error;
  std::size_t size = 0;
};

class StreamTest : public ::testing::Test {
 protected:
  void connect(bool tls, std::size_t read_bytes_max = Stream::unlimited) {
    tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket dialled(io_);
    dialled.connect(acceptor.local_endpoint());
    tcp::socket accepted = acceptor.accept();
    dialled.set_option(tcp::no_delay(true));
    if (tls) tls_.emplace(p2p::make_tls_context(SecretKey::generate()));
    left_.emplace(std::move(dialled), tls ? &*tls_ : nullptr);
    right_.emplace(std::move(accepted), tls ? &*tls_ : nullptr, read_bytes_max);
    if (!tls) return;
    for (p2p::KeyCheck* check : {&left_check_, &right_check_}) {
      check->is_pinned = [](const PublicKey&) { return true; };
    }
    p2p::check_peer_with(left_->ssl(), &left_check_);
    p2p::check_peer_with(right_->ssl(), &right_check_);
  }
  void shake_hands() {
    left_->async_handshake(asio::ssl::stream_base::client,
                           [this](error_code error) { left_shaken_ = error; });
    right_->async_handshake(asio::ssl::stream_base::server,
                            [this](error_code error) { right_shaken_ = error; });
  }
  /// Runs what happens until the value is there.
  template <class Value>
  void run_until(const std::optional<Value>& value) {
    io_.restart();
    while (!value && io_.run_one_for(std::chrono::seconds(20)) > 0) continue;
    ASSERT_TRUE(value.has_value());
  }
  /// Runs what is ready; bytes on the loopback are ready as soon as they are written.
  void run_ready() {
    io_.restart();
    io_.poll();
  }
  void read(char* into, std::size_t size) {
    got_.reset();
    right_->async_read_some(asio::buffer(into, size), [this](error_code error, std::size_t count) {
      got_ = Outcome{error, count};
    });
  }
  void write(const std::string& text) {
    error_code error;
    asio::write(left_->socket(), asio::buffer(text), error);
    ASSERT_FALSE(error);
  }

  asio::io_context io_;
  std::optional<asio::ssl::context> tls_;
  p2p::KeyCheck left_check_, right_check_;
  std::optional<Stream> left_, right_;
  std::optional<error_code> left_shaken_, right_shaken_;
  std::optional<Outcome> got_;
};

class BothStreams : public StreamTest, public ::testing::WithParamInterface<bool> {};

TEST_P(BothStreams, ManyBuffersArriveInOrder) {
  connect(GetParam());
  if (GetParam()) {
    shake_hands();
    run_until(left_shaken_);
    run_until(right_shaken_);
    ASSERT_FALSE(*left_shaken_ || *right_shaken_);
  }
  std::vector<std::string> pieces;
  std::string whole;
  // More than one write takes, empty ones among them, and more than one TLS record.
  for (int i = 0; i < 50; ++i) {
    pieces.emplace_back(static_cast<std::size_t>(i % 7) * 300, static_cast<char>('a' + i % 26));
    whole += pieces.back();
  }
  std::vector<asio::const_buffer> buffers;
  for (const std::string& piece : pieces) buffers.push_back(asio::buffer(piece));
  std::optional<Outcome> written;
  asio::async_write(*left_, buffers, [&](error_code error, std::size_t size) {
    written = Outcome{error, size};
  });
  std::string read_back;
  std::string piece(100'000, '\0');
  while (read_back.size() < whole.size()) {
    read(piece.data(), piece.size());
    run_until(got_);
    ASSERT_FALSE(got_->error) << got_->error.message();
    read_back.append(piece, 0, got_->size);
  }
  run_until(written);
  EXPECT_FALSE(written->error);
  EXPECT_EQ(written->size, whole.size());
  EXPECT_EQ(read_back, whole);
}

TEST_P(BothStreams, CloseEndsWhatIsUnderWay) {
  connect(GetParam());
  if (GetParam()) {
    shake_hands();
    run_until(left_shaken_);
    run_until(right_shaken_);
  }
  char byte = 0;
  read(&byte, 1);
  run_ready();
  EXPECT_FALSE(got_.has_value());
  right_->close();
  run_until(got_);
  EXPECT_TRUE(got_->error);
}

TEST_P(BothStreams, HandlerRunsOnItsOwnExecutor) {
  connect(GetParam());
  if (GetParam()) {
    shake_hands();
    run_until(left_shaken_);
    run_until(right_shaken_);
  }
  const auto strand = asio::make_strand(io_);
  std::optional<bool> is_on_strand;
  left_->async_write_some(asio::buffer("x", 1),
                          asio::bind_executor(strand, [&](error_code, std::size_t) {
                            is_on_strand = strand.running_in_this_thread();
                          }));
  EXPECT_FALSE(is_on_strand.has_value()) << "never from within the call";
  run_until(is_on_strand);
  EXPECT_TRUE(*is_on_strand);
}

TEST_P(BothStreams, TeardownSaysGoodbyeToTheOtherSide) {
  connect(GetParam());
  if (GetParam()) {
    shake_hands();
    run_until(left_shaken_);
    run_until(right_shaken_);
  }
  char byte = 0;
  read(&byte, 1);
  std::optional<error_code> torn_down;
  async_teardown(boost::beast::role_type::server, *left_,
                 [&](error_code error) { torn_down = error; });
  run_until(got_);
  EXPECT_EQ(got_->error, asio::error::eof) << "an orderly end, not a connection that was cut";
  right_->close();
  run_until(torn_down);
  EXPECT_FALSE(left_->socket().is_open());
}

INSTANTIATE_TEST_SUITE_P(PlainAndTls, BothStreams, ::testing::Bool());

TEST_F(StreamTest, TlsPutsSmallBuffersIntoOneRecord) {
  connect(true);
  shake_hands();
  run_until(left_shaken_);
  run_until(right_shaken_);
  const std::vector<asio::const_buffer> parts{asio::buffer("head", 4), asio::buffer("body", 4)};
  std::optional<Outcome> written;
  left_->async_write_some(parts, [&](error_code error, std::size_t size) {
    written = Outcome{error, size};
  });
  run_until(written);
  EXPECT_EQ(written->size, 8U);
  std::string piece(100, '\0');
  read(piece.data(), piece.size());
  run_until(got_);
  // One read of TLS gives one record at most.
  EXPECT_EQ(piece.substr(0, got_->size), "headbody");
}

TEST_F(StreamTest, ReadsNoMoreThanItsBudgetUntilThatIsLifted) {
  connect(false, 6);
  write("0123456789");
  std::string piece(100, '\0');
  read(piece.data(), 4);
  run_until(got_);
  EXPECT_EQ(got_->size, 4U);
  read(piece.data(), piece.size());
  run_until(got_);
  EXPECT_EQ(piece.substr(0, got_->size), "45");
  read(piece.data(), piece.size());
  run_ready();
  EXPECT_FALSE(got_.has_value()) << "the budget is used up";
  right_->lift_read_budget();
  run_until(got_);
  EXPECT_EQ(piece.substr(0, got_->size), "6789");
}

TEST_F(StreamTest, CloseEndsAReadThatTheBudgetHoldsBack) {
  connect(false, 1);
  write("01");
  char byte = 0;
  read(&byte, 1);
  run_until(got_);
  read(&byte, 1);
  run_ready();
  ASSERT_FALSE(got_.has_value());
  right_->close();
  run_until(got_);
  EXPECT_TRUE(got_->error);
}

TEST_F(StreamTest, EndOfTheStreamEndsAReadThatTheBudgetHoldsBack) {
  connect(false, 1);
  write("01");
  char byte = 0;
  read(&byte, 1);
  run_until(got_);
  read(&byte, 1);
  run_ready();
  ASSERT_FALSE(got_.has_value());
  right_.reset();
  run_until(got_);
  EXPECT_EQ(got_->error, asio::error::operation_aborted);
}

TEST_F(StreamTest, BudgetCountsTheHandshake) {
  connect(true, 100);
  shake_hands();
  run_ready();
  EXPECT_FALSE(right_shaken_.has_value()) << "a TLS 1.3 hello is larger than the budget";
  right_->lift_read_budget();
  run_until(right_shaken_);
  EXPECT_FALSE(*right_shaken_);
}

}  // namespace
}  // namespace vostro::net
