/// A small HTTP/1.1 server for tests: one handler answers each request with any bytes, with none at
/// all, or by closing. It listens on a free port of loopback, with a thread for each connection.
/// The handler is called by one thread at a time. Test code only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vostro::test {

struct HttpSeen {
  std::string method;
  std::string target;
  std::map<std::string, std::string> fields;  ///< names in lower case
  std::string body;
};

struct HttpReply {
  std::string bytes;    ///< None: the client waits.
  bool closes = false;  ///< The connection is closed after the bytes, without saying so in them.
};
/// A whole answer with its length.
[[nodiscard]] HttpReply json_reply(int status, const std::string& body,
                                   const std::string& more_fields = {});
[[nodiscard]] HttpReply problem_reply(int status, const std::string& code,
                                      const std::string& detail, const std::string& reason = {},
                                      const std::string& more_fields = {});

class HttpServer {
 public:
  using Handler = std::function<HttpReply(const HttpSeen&)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] unsigned short port() const { return port_; }
  [[nodiscard]] std::vector<HttpSeen> seen() const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Handler handler_;
  int listener_ = -1;
  int stop_ = -1;  ///< an eventfd: readable when all is to end
  unsigned short port_ = 0;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<HttpSeen> seen_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

/// A port of loopback at which nobody listens.
[[nodiscard]] unsigned short closed_port();

}  // namespace vostro::test
