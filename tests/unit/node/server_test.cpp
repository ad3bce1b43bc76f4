// The server over real sockets: framing, limits, tokens, waiting, and event streams that resume.
#include "node/api/server.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json/parse.hpp>

#include "tests/unit/node/server_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using WebSocket = websocket::stream<tcp::socket>;

TEST_F(ServerTest, ServesSeveralRequestsOnOneConnection) {
  start();
  Client client(server->port());
  for (int i = 0; i < 3; ++i) {
    const Answered answered = client.send(head("GET /v1/status", reader)).receive();
    EXPECT_EQ(answered.status, 200U);
    EXPECT_EQ(answered.headers.at("Connection"), "keep-alive");
    EXPECT_EQ(answered.headers.count("Access-Control-Allow-Origin"), 0U);
  }
  client.send(head("GET /healthz", "") + head("GET /metrics", ""));
  EXPECT_EQ(client.receive().status, 200U) << "requests may be sent ahead";
  const Answered metrics = client.receive();
  EXPECT_NE(metrics.body.find("# node"), std::string::npos);
  EXPECT_NE(metrics.body.find("vostro_api_requests_total{status=\"2xx\"} 4"), std::string::npos)
      << metrics.body;
}

// Catalogue row A5 and A6: no token, a wrong one, one of a role that may not.
TEST_F(ServerTest, CatalogueA5A6TokensAreAskedFor) {
  start();
  EXPECT_EQ(ask(head("GET /v1/status", "")).status, 401U);
  EXPECT_EQ(ask(head("GET /v1/status", "vst_" + std::string(64, '0'))).status, 401U);
  EXPECT_EQ(ask(head("GET /v1/status", "", "Authorization: Basic abc\r\n")).status, 401U);
  EXPECT_EQ(ask(head("GET /v1/status?token=" + reader, "")).status, 401U);
  EXPECT_EQ(ask(head("GET /v1/nothing", "")).status, 401U) << "paths are not told to strangers";
  EXPECT_EQ(ask(head("GET /v1/nothing", reader)).status, 404U);
  const Answered refused = ask(post(framed({node.payment().bytes()}), reader));
  EXPECT_EQ(refused.status, 403U);
  EXPECT_NE(refused.body.find("not-permitted"), std::string::npos);
  EXPECT_EQ(ask(post(framed({node.payment().bytes()}), writer)).status, 202U);
}

// Catalogue rows A1 and A2: refused, closed, and what follows is never taken for a request.
TEST_F(ServerTest, CatalogueA1A2MalformedFramingClosesTheConnection) {
  start();
  const std::string smuggled = head("GET /v1/status", reader);
  for (const std::string_view fields :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "Transfer-Encoding: gzip\r\n",
        "Content-Length: 4, 4\r\n", "Content-Length: +4\r\n", "Host: b\r\n", "X: y\r\n z\r\n"}) {
    Client client(server->port());
    client.send(head("POST /v1/transactions", writer, fields) + "0\r\n\r\n" + smuggled);
    EXPECT_EQ(client.receive().status, 400U) << fields;
    EXPECT_EQ(client.receive().status, 0U) << fields;
  }
  EXPECT_EQ(ask("GET /v1/status HTTP/1.1\nHost: a\n\n").status, 400U);
}

TEST_F(ServerTest, CatalogueA3Sizes) {
  start();
  EXPECT_EQ(ask(head("GET /v1/status", reader, "X: " + std::string(9 * 1024, 'x') + "\r\n")).status,
            431U);
  std::string many;
  for (int i = 0; i < 65; ++i) many += "X: y\r\n";
  EXPECT_EQ(ask(head("GET /v1/status", reader, many)).status, 400U);
  const auto json_of_size = [&](std::size_t size) {
    return head(
        "POST /v1/transactions", writer,
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(size) + "\r\n");
  };
  EXPECT_EQ(ask(json_of_size(64 * 1024 + 1)).status, 413U);
  EXPECT_EQ(ask(json_of_size(64 * 1024) + std::string(64 * 1024, ' ')).status, 400U)
      << "taken, and no JSON";
  const std::string_view binary = "Content-Type: application/octet-stream\r\n";
  EXPECT_EQ(ask(head("POST /v1/transactions", writer,
                     std::string(binary) + "Content-Length: 4194305\r\n"))
                .status,
            413U);
  const std::string chunked =
      head("POST /v1/transactions", writer,
           "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
  EXPECT_EQ(ask(chunked + "100000000000000000\r\nx").status, 400U);
  EXPECT_EQ(ask(chunked + "g\r\nx").status, 400U);
  EXPECT_EQ(ask(chunked + "11000\r\n" + std::string(0x11000, ' ') + "\r\n0\r\n\r\n").status, 413U);
  EXPECT_EQ(ask(chunked + "2\r\n{}\r\n0\r\n\r\n").status, 400U);
}

// Slow senders meet timers. The times are the server's, set short here; nothing in the test waits
// by itself.
TEST_F(ServerTest, CatalogueA3StalledRequestsTimeOut) {
  Options with = options();
  with.limits.header_time = with.limits.body_time = with.limits.idle_time =
      std::chrono::milliseconds(50);
  start(with);
  EXPECT_EQ(ask("GET /v1/status HTTP/1.1\r\n").status, 408U);
  EXPECT_EQ(ask(head("POST /v1/transactions", writer,
                     "Content-Type: application/json\r\nContent-Length: 9\r\n") +
                "{")
                .status,
            408U);
  Client idle(server->port());
  EXPECT_TRUE(idle.is_closed());
}

TEST_F(ServerTest, ContinueIsSaidBeforeALargeBodyIsSent) {
  start();
  const std::string body = framed({node.payment().bytes()});
  Client client(server->port());
  client.send(
      head("POST /v1/transactions", writer,
           "Content-Type: application/octet-stream\r\nExpect: 100-continue\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n"));
  std::string line(25, ' ');
  asio::read(client.socket(), asio::buffer(line));
  EXPECT_EQ(line, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.send(body).receive().status, 202U);
}

TEST_F(ServerTest, OneClientHasSoManyConnections) {
  Options with = options();
  with.limits.connections_per_client = 2;
  start(with);
  Client first(server->port());
  Client second(server->port());
  EXPECT_EQ(first.send(head("GET /healthz", "")).receive().status, 200U);
  EXPECT_EQ(second.send(head("GET /healthz", "")).receive().status, 200U);
  const Answered refused = Client(server->port()).receive();
  EXPECT_EQ(refused.status, 429U);
}

TEST_F(ServerTest, ATokenHasSoManyRequestsASecond) {
  const std::string slow =
      *create_token(node.directory.path("tokens"), {.role = Role::read, .requests_per_second = 2},
                    UnixSeconds(1'700'000'000));
  start();
  Client client(server->port());
  unsigned refused = 0;
  for (int i = 0; i < 20; ++i) {
    const Answered answered = client.send(head("GET /v1/status", slow)).receive();
    if (answered.status != 429) continue;
    ++refused;
    EXPECT_EQ(answered.headers.at("Retry-After"), "1");
  }
  EXPECT_GE(refused, 10U);
}

TEST_F(ServerTest, WaitingIsAnsweredWhenFinal) {
  start();
  Client client(server->port());
  client.send(post(framed({node.payment().bytes()}), writer, "/v1/transactions?wait=final"));
  node.wait_for_pending(1);
  node.block_of_pending();
  const Answered answered = client.receive();
  EXPECT_EQ(answered.status, 200U) << answered.body;
  EXPECT_NE(answered.body.find("\"status\":\"settled\""), std::string::npos) << answered.body;
}

TEST_F(ServerTest, WaitingIsBoundedInTimeAndNumber) {
  Options with = options();
  with.limits.wait_time = std::chrono::milliseconds(100);
  with.limits.waiting = 1;
  start(with);
  Client first(server->port());
  first.send(post(framed({node.payment().bytes()}), writer, "/v1/transactions?wait=final"));
  node.wait_for_pending(1);
  EXPECT_EQ(
      ask(post(framed({node.payment().bytes()}), writer, "/v1/transactions?wait=final")).status,
      429U);
  EXPECT_EQ(first.receive().status, 202U);
}

// Catalogue row G2: the server itself refuses it too, whoever configured it.
TEST_F(ServerTest, CatalogueG2NoPublicAddressWithoutTls) {
  Options with = options();
  with.host = "0.0.0.0";
  const auto started = Server::start(with, node);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("TLS"), std::string::npos);
}

// Event streams.

struct EventsTest : ServerTest {
  asio::io_context io;
  std::shared_ptr<WebSocket> open(const std::string& token, const std::string& query,
                                  error_code& ec, std::string_view origin = "") {
    auto stream = std::make_shared<WebSocket>(io);
    stream->next_layer().connect(tcp::endpoint(asio::ip::address_v4::loopback(), server->port()));
    stream->set_option(websocket::stream_base::decorator([=](websocket::request_type& request) {
      request.set(http::field::authorization, "Bearer " + token);
      if (!origin.empty())
        request.set(http::field::origin, beast::string_view(origin.data(), origin.size()));
    }));
    stream->handshake("a", "/v1/events" + query, ec);
    return stream;
  }
  static std::string next(WebSocket& stream) {
    beast::flat_buffer buffer;
    error_code ec;
    stream.read(buffer, ec);
    return ec ? "ended: " + std::to_string(stream.reason().code)
              : beast::buffers_to_string(buffer.data());
  }
  /// "7.0" for a receipt, "7" for a block.
  static std::string name_of(const std::string& message) {
    error_code ec;
    const auto event = boost::json::parse(message, ec);
    if (ec) return message;
    const std::string height = std::to_string(event.at("height").as_int64());
    return event.at("type").as_string() == "block"
               ? height
               : height + "." + std::to_string(event.at("index").as_int64());
  }
};

// Resuming from every height gives each event once, in order, across what was there before and what
// comes later.
TEST_F(EventsTest, ResumesFromEveryHeightWithoutGapOrRepeat) {
  for (int i = 0; i < 4; ++i) node.block({node.payment().verified(), node.payment().verified()});
  start();
  const std::uint64_t first = node.status().height.value;
  std::vector<std::shared_ptr<WebSocket>> streams;
  for (std::uint64_t height = 0; height <= first; ++height) {
    error_code ec;
    streams.push_back(open(operate, "?from_height=" + std::to_string(height), ec));
    ASSERT_FALSE(ec) << ec.message();
  }
  error_code ec;
  streams.push_back(open(operate, "", ec));
  ASSERT_FALSE(ec);
  for (int i = 0; i < 2; ++i) node.block({node.payment().verified(), node.payment().verified()});
  const std::uint64_t last = node.status().height.value;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const std::uint64_t after = std::min<std::uint64_t>(i, first);
    for (std::uint64_t height = after + 1; height <= last; ++height) {
      const std::size_t receipts = node.store().view().block(Height(height))->receipts;
      for (std::size_t index = 0; index < receipts; ++index)
        EXPECT_EQ(name_of(next(*streams[i])), std::to_string(height) + "." + std::to_string(index))
            << "stream " << i;
      EXPECT_EQ(name_of(next(*streams[i])), std::to_string(height)) << "stream " << i;
    }
  }
}

TEST_F(EventsTest, ShowsABankItsOwnReceiptsOnly) {
  node.block({node.issue("OSTBATWW/main", eur(100)), node.payment().verified()});
  start();
  error_code ec;
  const auto stream = open(reader, "?from_height=6", ec);
  ASSERT_FALSE(ec);
  const std::string receipt = next(*stream);
  EXPECT_NE(receipt.find("NORDDEFF/main"), std::string::npos) << receipt;
  EXPECT_EQ(receipt.find("OSTBATWW"), std::string::npos);
  EXPECT_EQ(name_of(next(*stream)), "7");
}

// Catalogue row A8: pages of strangers get nothing; listed ones may listen.
TEST_F(EventsTest, CatalogueA8ForeignOriginsAreRefused) {
  Options with = options();
  with.allowed_origins = {"https://treasury.example"};
  start(with);
  error_code ec;
  static_cast<void>(open(reader, "", ec, "https://evil.example"));
  EXPECT_EQ(ec, websocket::error::upgrade_declined);
  static_cast<void>(open(reader, "", ec, "null"));
  EXPECT_EQ(ec, websocket::error::upgrade_declined);
  static_cast<void>(open(reader, "", ec, "https://treasury.example"));
  EXPECT_FALSE(ec) << ec.message();
  for (const std::string_view origin : {"https://treasury.example", "null"}) {
    const Answered answered =
        ask(head("GET /v1/status", reader, "Origin: " + std::string(origin) + "\r\n"));
    EXPECT_EQ(answered.status, 403U);
    EXPECT_EQ(answered.headers.count("Access-Control-Allow-Origin"), 0U);
  }
  EXPECT_EQ(ask(head("GET /v1/events", reader)).status, 426U);
}

TEST_F(EventsTest, CatalogueA9MessagesOfTheClientEndTheStream) {
  start();
  error_code ec;
  const auto talker = open(reader, "", ec);
  ASSERT_FALSE(ec);
  talker->write(asio::buffer(std::string("hello")));
  EXPECT_EQ(next(*talker), "ended: 1003");
  const auto shouter = open(reader, "", ec);
  ASSERT_FALSE(ec);
  shouter->write(asio::buffer(std::string(65 * 1024, 'x')), ec);
  EXPECT_EQ(next(*shouter), "ended: 1009");
}

TEST_F(EventsTest, CatalogueA9FramesThatAreNoWebSocketEndTheStream) {
  start();
  for (const std::string_view frame : {std::string_view("\x81\x02hi", 4),           // unmasked
                                       std::string_view("\x83\x80\0\0\0\0", 6)}) {  // opcode 3
    error_code ec;
    const auto stream = open(reader, "", ec);
    ASSERT_FALSE(ec);
    asio::write(stream->next_layer(), asio::buffer(frame.data(), frame.size()));
    EXPECT_EQ(next(*stream), "ended: 1002");
  }
}

TEST_F(EventsTest, AStreamBeginsBehindAnEvent) {
  node.block({node.payment().verified(), node.payment().verified()});
  start();
  const std::string height = std::to_string(node.status().height.value);
  error_code ec;
  const auto stream = open(operate, "?after=" + height + ".0", ec);
  ASSERT_FALSE(ec);
  EXPECT_EQ(name_of(next(*stream)), height + ".1");
  EXPECT_EQ(name_of(next(*stream)), height);
  const auto behind = open(operate, "?after=" + height + ".2", ec);
  ASSERT_FALSE(ec);
  node.block({node.payment().verified()});
  EXPECT_EQ(name_of(next(*behind)), std::to_string(node.status().height.value) + ".0");
  for (const std::string_view wrong : {"?after=7", "?after=7.x", "?after=1.0&from_height=1"}) {
    static_cast<void>(open(operate, std::string(wrong), ec));
    EXPECT_EQ(ec, websocket::error::upgrade_declined) << wrong;
  }
}

TEST_F(EventsTest, CatalogueA9SoManyStreams) {
  Options with = options();
  with.limits.streams = 1;
  start(with);
  error_code ec;
  const auto first = open(reader, "", ec);
  ASSERT_FALSE(ec);
  static_cast<void>(open(reader, "", ec));
  EXPECT_EQ(ec, websocket::error::upgrade_declined);
}

// A reader that takes nothing is told to come back, and nothing grows meanwhile.
TEST_F(EventsTest, CatalogueA9AReaderThatStallsIsDroppedAndMayResume) {
  for (std::uint64_t block = 0; block < 4; ++block) {
    BatchBuilder bulk;
    bulk.id(node.next_id()).valid_until(UnixSeconds(test_time.value + 3'000));
    for (int i = 0; i < 1'000; ++i) bulk.item(node.next_id(), "SUDBFRPP/main", 1);
    node.block({bulk.verified()});
  }
  Options with = options();
  with.limits.stall_time = std::chrono::milliseconds(50);
  start(with);
  error_code ec;
  const auto stream = open(reader, "?from_height=0", ec);
  ASSERT_FALSE(ec);
  Client watcher(server->port());
  while (watcher.send(head("GET /metrics", "")).receive().body.find("dropped_streams_total 1") ==
         std::string::npos) {
  }
  std::string last;
  std::uint64_t seen = 0;
  for (last = next(*stream); !last.starts_with("ended"); last = next(*stream)) {
    if (name_of(last).find('.') == std::string::npos) seen = std::stoull(name_of(last));
  }
  EXPECT_EQ(last, "ended: 1013");
  const auto again = open(reader, "?from_height=" + std::to_string(seen), ec);
  ASSERT_FALSE(ec);
  EXPECT_TRUE(name_of(next(*again)).starts_with(std::to_string(seen + 1)));
}

TEST_F(EventsTest, StoppingTellsTheReaders) {
  start();
  error_code ec;
  const auto stream = open(reader, "", ec);
  ASSERT_FALSE(ec);
  std::thread reading([&] { EXPECT_EQ(next(*stream), "ended: 1001"); });
  server->stop();
  reading.join();
}

}  // namespace
}  // namespace vostro::node::api
