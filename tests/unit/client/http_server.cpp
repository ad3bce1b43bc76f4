#include "tests/unit/client/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/check.h"

namespace vostro::test {
namespace {

/// False when the server is to end.
bool wait_readable(int socket, int stop) {
  pollfd waited[2] = {{socket, POLLIN, 0}, {stop, POLLIN, 0}};
  for (;;) {
    if (::poll(waited, 2, -1) < 0) continue;
    if (waited[1].revents != 0) return false;
    if (waited[0].revents != 0) return true;
  }
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The first whole request of `input`, which loses it.
std::optional<HttpSeen> take_request(std::string& input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  HttpSeen request;
  std::size_t line = input.find("\r\n");
  const std::string first = input.substr(0, line);
  request.method = first.substr(0, first.find(' '));
  request.target =
      first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
  while (line < end) {
    const std::size_t begin = line + 2;
    line = input.find("\r\n", begin);
    const std::string field = input.substr(begin, line - begin);
    const std::size_t colon = field.find(": ");
    if (colon != std::string::npos)
      request.fields[lower(field.substr(0, colon))] = field.substr(colon + 2);
  }
  const auto length = request.fields.find("content-length");
  const std::size_t size = length == request.fields.end() ? 0 : std::stoul(length->second);
  if (input.size() < end + 4 + size) return std::nullopt;
  request.body = input.substr(end + 4, size);
  input.erase(0, end + 4 + size);
  return request;
}

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

unsigned short bind_free_port(int socket) {
  sockaddr_in address = loopback(0);
  VOSTRO_CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  socklen_t size = sizeof(address);
  VOSTRO_CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

}  // namespace

HttpReply json_reply(int status, const std::string& body, const std::string& more_fields) {
  return {"HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: application/json\r\n" +
              more_fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
          false};
}

HttpReply problem_reply(int status, const std::string& code, const std::string& detail,
                        const std::string& reason, const std::string& more_fields) {
  std::string body = "{\"type\":\"https://vostro.example/problems/" + code +
                     "\",\"title\":\"No\",\"status\":" + std::to_string(status) + ",\"code\":\"" +
                     code + "\",\"detail\":\"" + detail + "\"";
  if (!reason.empty()) body += ",\"reason\":\"" + reason + "\"";
  return json_reply(status, body + "}", more_fields);
}

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  VOSTRO_CHECK(listener_ >= 0 && stop_ >= 0);
  port_ = bind_free_port(listener_);
  VOSTRO_CHECK(::listen(listener_, 16) == 0);
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  const std::uint64_t one = 1;
  VOSTRO_CHECK(::write(stop_, &one, sizeof(one)) == sizeof(one));
  acceptor_.join();
  for (std::thread& worker : workers_) worker.join();
  ::close(listener_);
  ::close(stop_);
}

std::vector<HttpSeen> HttpServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void HttpServer::accept_all() {
  while (wait_readable(listener_, stop_)) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

void HttpServer::serve(int socket) {
  std::string input;
  char chunk[4096];
  bool is_over = false;
  while (!is_over && wait_readable(socket, stop_)) {
    const ssize_t got = ::recv(socket, chunk, sizeof(chunk), 0);
    if (got <= 0) break;
    input.append(chunk, static_cast<std::size_t>(got));
    while (auto request = take_request(input)) {
      HttpReply reply;
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(*request);
        reply = handler_(*request);
      }
      std::size_t sent = 0;
      while (sent < reply.bytes.size()) {
        const ssize_t now =
            ::send(socket, reply.bytes.data() + sent, reply.bytes.size() - sent, MSG_NOSIGNAL);
        if (now <= 0) break;
        sent += static_cast<std::size_t>(now);
      }
      if (reply.closes) is_over = true;
      if (is_over) break;
    }
  }
  ::close(socket);
}

unsigned short closed_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  VOSTRO_CHECK(socket >= 0);
  const unsigned short port = bind_free_port(socket);
  ::close(socket);
  return port;
}

}  // namespace vostro::test
