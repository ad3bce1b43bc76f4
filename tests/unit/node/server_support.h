/// A real server over a node without a network, tokens of each role, and a client that writes what
/// it likes.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "net/http/tokens.h"
#include "node/api/server.h"
#include "tests/unit/node/api_support.h"

namespace vostro::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using net::http::create_token;
using net::http::Role;
using node::api::Options;
using node::api::Server;
using tcp = asio::ip::tcp;

struct Answered {
  unsigned status = 0;  ///< 0: the connection ended without an answer
  std::string body;
  std::map<std::string, std::string> headers;
};

/// A client that writes what it likes. Reads block, bounded by the server's own timers.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(io_) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
  }
  Client& send(std::string_view bytes) {
    error_code ignored;  // the server may have closed by then: that is what the answer shows
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
    return *this;
  }
  Answered receive() {
    http::response<http::string_body> response;
    error_code ec;
    http::read(socket_, buffer_, response, ec);
    Answered answered;
    if (ec && ec != http::error::end_of_stream) return answered;
    if (ec) return answered;
    answered.status = response.result_int();
    answered.body = response.body();
    for (const auto& field : response)
      answered.headers[std::string(field.name_string())] = std::string(field.value());
    return answered;
  }
  /// True once the server has closed and nothing more comes.
  bool is_closed() {
    char byte = 0;
    error_code ec;
    return socket_.read_some(asio::buffer(&byte, 1), ec) == 0 && ec;
  }
  tcp::socket& socket() { return socket_; }

 private:
  asio::io_context io_;
  tcp::socket socket_;
  beast::flat_buffer buffer_;
};

/// A server on a port of the system's choice, with its files in the node's directory.
inline Options options_for(const FakeNode& node) {
  Options options;
  options.port = 0;
  options.token_file = node.directory.path("tokens");
  options.webhooks.file = node.directory.path("webhooks");
  options.bank = bic("NORDDEFF");
  return options;
}

struct ServerTest : testing::Test {
  FakeNode node;
  std::unique_ptr<Server> server;
  std::string auditor, reader, writer, operate;

  void SetUp() override {
    const std::string file = node.directory.path("tokens");
    const UnixSeconds now(1'700'000'000);
    auditor = *create_token(file, {.role = Role::audit, .requests_per_second = 10'000}, now);
    reader = *create_token(file, {.role = Role::read, .requests_per_second = 10'000}, now);
    writer = *create_token(file, {.role = Role::write, .requests_per_second = 10'000}, now);
    operate = *create_token(file, {.role = Role::operate, .requests_per_second = 10'000}, now);
  }
  Options options() const { return options_for(node); }
  void start(const Options& with) {
    auto started = Server::start(with, node);
    ASSERT_TRUE(started) << started.error();
    server = std::move(*started);
  }
  void start() { start(options()); }
  std::string head(std::string_view line, const std::string& token,
                   std::string_view fields = "") const {
    std::string text = std::string(line) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields);
    if (!token.empty()) text += "Authorization: Bearer " + token + "\r\n";
    return text + "\r\n";
  }
  std::string post(const std::string& body, const std::string& token,
                   std::string_view target = "/v1/transactions") const {
    return head("POST " + std::string(target), token,
                "Content-Type: application/octet-stream\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n") +
           body;
  }
  Answered ask(const std::string& bytes) const {
    return Client(server->port()).send(bytes).receive();
  }
};

}  // namespace vostro::test
