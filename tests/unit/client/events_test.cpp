// Goal: events arrive in order and whole, and a stream that ends says so. Method: a WebSocket
// server of Beast's for one connection.
#include "client/events.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <functional>
#include <thread>

#include "tests/unit/client/api_support.h"

namespace vostro::client {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = boost::beast::websocket::stream<asio::ip::tcp::socket>;

class StreamServer {
 public:
  explicit StreamServer(std::function<void(Socket&)> serve)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), thread_([this, serve] {
          asio::ip::tcp::socket socket(io_);
          boost::system::error_code error;
          acceptor_.accept(socket, error);
          boost::beast::flat_buffer buffer;
          http::read(socket, buffer, request_, error);
          Socket stream(std::move(socket));
          stream.accept(request_, error);
          if (!error) serve(stream);
        }) {}
  ~StreamServer() { thread_.join(); }

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  /// After the client has an event, or the stream's end.
  [[nodiscard]] std::string target() const { return request_.target(); }
  [[nodiscard]] std::string authorization() const { return request_[http::field::authorization]; }

 private:
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  http::request<http::string_body> request_;
  std::thread thread_;
};

std::string block_text(int height) {
  const std::string zeros(64, '0');
  return "{\"height\":" + std::to_string(height) +
         ",\"block_time\":\"2026-11-23T15:16:39.123Z\",\"type\":\"block\",\"block_id\":\"" + zeros +
         "\",\"state_root\":\"" + zeros + "\",\"receipts\":1}";
}

void send(Socket& stream, const std::string& text) {
  boost::system::error_code error;
  stream.text(true);
  stream.write(asio::buffer(text), error);
}
void wait_for_end(Socket& stream) {
  boost::system::error_code error;
  boost::beast::flat_buffer buffer;
  while (!error) stream.read(buffer, error);
}

TEST(Events, ArriveInOrder) {
  const auto receipt = test::receipt_of(test::a_payment().build(), chain::Status::settled);
  StreamServer server([&](Socket& stream) {
    send(stream,
         "{\"height\":5,\"block_time\":\"2026-11-23T15:16:39.123Z\",\"index\":0,\"type\":"
         "\"final\",\"steps\":[\"ordered\",\"final\"],\"receipt\":" +
             chain::to_json(receipt, iso_exponents()) + "}");
    send(stream, block_text(5));
    wait_for_end(stream);
  });
  {
    auto stream = EventStream::open(test::client_of(server.url()), EventPlace{Height(4)});
    ASSERT_TRUE(stream) << to_string(stream.error());
    const auto first = stream->next(5s);
    ASSERT_TRUE(first && *first);
    ASSERT_TRUE(std::holds_alternative<ReceiptEvent>(**first));
    const auto& event = std::get<ReceiptEvent>(**first);
    EXPECT_EQ(event.receipt.receipt, receipt);
    EXPECT_EQ(event.steps, (std::vector<std::string>{"ordered", "final"}));
    EXPECT_EQ(event.place(), (EventPlace{Height(5), 0}));
    const auto second = stream->next(5s);
    ASSERT_TRUE(second && *second);
    ASSERT_TRUE(std::holds_alternative<BlockEvent>(**second));
    EXPECT_EQ(std::get<BlockEvent>(**second).height, Height(5));
    EXPECT_EQ(server.target(), "/v1/events?from_height=4");
    EXPECT_EQ(server.authorization(), "Bearer token-of-the-test");
  }
}

TEST(Events, ResumeBehindOneOfABlock) {
  StreamServer server([](Socket& stream) {
    send(stream, block_text(5));
    wait_for_end(stream);
  });
  {
    auto stream = EventStream::open(test::client_of(server.url()), EventPlace{Height(5), 7});
    ASSERT_TRUE(stream) << to_string(stream.error());
    const auto event = stream->next(5s);
    ASSERT_TRUE(event && *event);
    EXPECT_EQ(std::get<BlockEvent>(**event).place(), (EventPlace{Height(5)}));
    EXPECT_EQ(server.target(), "/v1/events?after=5.7");
  }
}

TEST(Events, SilenceIsNoErrorAndLosesNothing) {
  StreamServer server([](Socket& stream) {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    send(stream, block_text(1));
    send(stream, block_text(2));
    stream.read(buffer, error);
  });
  auto stream = EventStream::open(test::client_of(server.url()), std::nullopt);
  ASSERT_TRUE(stream) << to_string(stream.error());
  int blocks = 0;
  while (blocks < 2) {
    const auto event = stream->next(5s);
    ASSERT_TRUE(event);
    if (*event) {
      EXPECT_EQ(std::get<BlockEvent>(**event).height, Height(static_cast<std::uint64_t>(++blocks)));
    }
  }
  for (int i = 0; i < 3; ++i) {
    const auto event = stream->next(1ms);
    ASSERT_TRUE(event);
    EXPECT_FALSE(*event);
  }
}

TEST(Events, AStreamThatEndsSaysSoAndStaysEnded) {
  StreamServer server([](Socket& stream) {
    boost::system::error_code error;
    stream.close({boost::beast::websocket::close_code::try_again_later}, error);
  });
  auto stream = EventStream::open(test::client_of(server.url()), std::nullopt);
  ASSERT_TRUE(stream) << to_string(stream.error());
  for (int i = 0; i < 2; ++i) {
    const auto event = stream->next(5s);
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().kind, ApiError::Kind::broken_off);
    EXPECT_EQ(event.error().detail, "the node closed the stream with code 1013");
  }
}

TEST(Events, NonsenseEndsTheStream) {
  StreamServer server([](Socket& stream) {
    send(stream, "{\"type\":\"surprise\",\"height\":1}");
    wait_for_end(stream);
  });
  auto stream = EventStream::open(test::client_of(server.url()), std::nullopt);
  ASSERT_TRUE(stream) << to_string(stream.error());
  const auto event = stream->next(5s);
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().kind, ApiError::Kind::bad_answer);
}

TEST(Events, ARefusalIsAProblem) {
  test::HttpServer server(
      [](const test::HttpSeen&) { return test::problem_reply(401, "unauthorised", "no"); });
  const auto stream = EventStream::open(test::client_of(server.url()), std::nullopt);
  ASSERT_FALSE(stream);
  EXPECT_TRUE(stream.error().is_problem(401)) << to_string(stream.error());
}

}  // namespace
}  // namespace vostro::client
