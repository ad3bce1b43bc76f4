// Goal: a request whose time is over is refused, and what it still sends goes nowhere. Method: the
// real server with one thread, which a handler of the test holds while the time runs out, so that
// what has arrived and what has expired are looked at in one go. Under ASan a stray byte is fatal.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "net/http/server.h"

namespace vostro::net::http {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using std::chrono::milliseconds;

constexpr milliseconds kBodyTime{500};
constexpr std::size_t kLarge = 8 * 1024 * 1024;

/// What this process has allocated and not freed, in bytes.
std::size_t memory_in_use() {
  const auto memory = ::mallinfo2();
  return memory.uordblks + memory.hblkhd;
}

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    Options options;
    options.port = 0;
    options.threads = 1;
    options.limits.body_time = kBodyTime;
    options.limits.large_body_bytes = kLarge;
    auto server = Server::listen(options);
    EXPECT_TRUE(server) << server.error();
    server_ = *std::move(server);
    server_->serve({{"POST",
                     "/body",
                     {},
                     [](const Request& request) {
                       Response response;
                       response.body = std::to_string(request.body.size());
                       return response;
                     }},
                    {"POST",
                     "/wait",
                     {},
                     Waiting([this](const Request& request, Answer answer) {
                       EXPECT_EQ(request.body.size(), kLarge);
                       answer_ = std::move(answer);
                       return [] { return Response(); };
                     }),
                     "text/plain"},
                    {"GET",
                     "/large",
                     {},
                     [](const Request&) {
                       Response response;
                       response.body = std::string(kLarge, 'x');
                       return response;
                     }},
                    {"GET", "/hold", {}, [this](const Request&) {
                       held_.set_value();
                       released_.get_future().wait();
                       return Response();
                     }}});
  }
  tcp::socket dial() {
    tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), server_->port()});
    // No test hangs where an answer does not come.
    const timeval most{20, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    return socket;
  }
  static void send(tcp::socket& socket, const std::string& text) {
    asio::write(socket, asio::buffer(text));
  }
  /// All that comes until the end, and how it ended.
  static std::pair<std::string, boost::system::error_code> rest_of(tcp::socket& socket) {
    std::pair<std::string, boost::system::error_code> rest;
    asio::read(socket, asio::dynamic_buffer(rest.first), rest.second);
    return rest;
  }

  bool is_waiting() {
    const std::string metrics = server_->metrics();
    return metrics.find("vostro_api_waiting 1") != std::string::npos;
  }
  /// What was begun before has ended then: there is one thread.
  void wait_for_the_server() {
    tcp::socket socket = dial();
    send(socket, "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    static_cast<void>(rest_of(socket));
  }

  asio::io_context io_;
  std::promise<void> held_, released_;
  Answer answer_;
  std::unique_ptr<Server> server_;
};

TEST_F(ConnectionTest, ABodyThatIsLateIsReadAwayFromWhereItWent) {
  tcp::socket late = dial();
  send(late,
       "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\nExpect: 100-continue\r\n\r\n");
  std::string go_on;
  asio::read_until(late, asio::dynamic_buffer(go_on), "\r\n\r\n");
  ASSERT_EQ(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
  const auto is_over = std::chrono::steady_clock::now() + kBodyTime + milliseconds(100);
  tcp::socket holding = dial();
  send(holding, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  held_.get_future().wait();
  // More than the server reads at once: its second piece is there when the deadline is found past.
  send(late, std::string(10'000, 'x'));
  std::this_thread::sleep_until(is_over);
  released_.set_value();
  // The answer comes while the client still sends, and the connection ends without a reset.
  std::string head;
  asio::read_until(late, asio::dynamic_buffer(head), "\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 408 ")) << head;
  for (int piece = 0; piece < 5; ++piece) send(late, std::string(10'000, 'x'));
  late.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(rest_of(late).second, asio::error::eof);
  send(holding,
       "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
  EXPECT_TRUE(rest_of(holding).first.ends_with("\r\n\r\n3")) << "the server serves on";
}

TEST_F(ConnectionTest, WhatIsLargeIsHeldNoLongerThanItIsNeeded) {
  wait_for_the_server();
  const std::size_t before = memory_in_use();
  if (before == 0) GTEST_SKIP() << "this allocator does not say what is in use";
  tcp::socket waiting = dial();
  send(waiting,
       "POST /wait?wait=outcome HTTP/1.1\r\nHost: a\r\nContent-Type: "
       "text/plain\r\nContent-Length: " +
           std::to_string(kLarge) + "\r\n\r\n");
  send(waiting, std::string(kLarge, 'x'));
  while (!is_waiting()) wait_for_the_server();
  wait_for_the_server();
  EXPECT_LT(memory_in_use(), before + kLarge / 2) << "its body, while it waits";
  answer_([] { return Response(); });
  std::string head;
  asio::read_until(waiting, asio::dynamic_buffer(head), "\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 ")) << head;
  tcp::socket open = dial();
  send(open, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  head.clear();
  const std::size_t end = asio::read_until(open, asio::dynamic_buffer(head), "\r\n\r\n");
  std::array<char, 64 * 1024> piece;
  for (std::size_t got = head.size() - end; got < kLarge;)
    got += open.read_some(asio::buffer(piece));
  wait_for_the_server();
  EXPECT_LT(memory_in_use(), before + kLarge / 2) << "its answer, once it is sent";
}

}  // namespace
}  // namespace vostro::net::http
