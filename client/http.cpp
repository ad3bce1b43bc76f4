#include "client/http.h"

#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <optional>

#include "base/check.h"
#include "client/connection.h"

namespace vostro::client {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Milliseconds = std::chrono::milliseconds;

/// The header by hand: Beast would keep copies of the token that nobody wipes.
std::string header_of(const HttpRequest& request, const ApiAddress& address,
                      const SecretText& token) {
  std::string out;
  out.reserve(1024 + request.target.size() + token.size());  // one block, which the caller wipes
  out += request.method + " " + request.target + " HTTP/1.1\r\nHost: " + host_field(address) +
         "\r\nUser-Agent: vostro\r\nAccept: application/json, application/problem+json\r\n";
  if (!token.empty()) {
    out += "Authorization: Bearer ";
    out += token.reveal();
    out += "\r\n";
  }
  if (!request.content_type.empty()) out += "Content-Type: " + request.content_type + "\r\n";
  if (request.method != "GET" && request.method != "DELETE")
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  out += "\r\n";
  return out;
}

std::optional<std::uint32_t> seconds_from(std::string_view text) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return seconds;
}

std::string_view view_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// What one attempt on an open connection came to.
struct Attempt {
  Result<HttpResponse, ApiError> answer;
  bool is_stale = false;  ///< The server had closed the connection before it said anything.
  bool keep = false;      ///< The connection can serve the next request.
};

bool is_closed_by_peer(const error_code& error) {
  return error == http::error::end_of_stream || error == boost::asio::error::eof ||
         error == boost::asio::error::connection_reset ||
         error == boost::asio::error::broken_pipe ||
         error == boost::asio::error::connection_aborted ||
         error == boost::asio::ssl::error::stream_truncated;
}

Attempt failed(const error_code& error, bool has_bytes, const std::string& step) {
  if (error == boost::beast::error::timeout)
    return {fail(error_of(ApiError::Kind::timed_out, step)), false, false};
  // Errors of Beast's parser are about what the server wrote, others about the connection.
  const bool is_form = error.category() == make_error_code(http::error::bad_version).category() &&
                       error != http::error::end_of_stream && error != http::error::partial_message;
  const auto kind = is_form ? ApiError::Kind::bad_answer : ApiError::Kind::broken_off;
  return {fail(error_of(kind, error.message())), !has_bytes && is_closed_by_peer(error), false};
}

Attempt attempt_on(boost::asio::io_context& io, net::Stream& stream, const HttpRequest& request,
                   const ApiAddress& address, const SecretText& token, Milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::string header = header_of(request, address, token);
  const std::array<boost::asio::const_buffer, 2> parts{boost::asio::buffer(header),
                                                       boost::asio::buffer(request.body)};
  const error_code written = run_step_until(io, stream, deadline, [&](auto handler) {
    boost::asio::async_write(stream, parts, std::move(handler));
  });
  wipe(header);
  // A server that refuses early answers and closes while we still write: its answer is worth
  // reading.
  if (written && !is_closed_by_peer(written)) return failed(written, false, "while sending");

  http::response_parser<http::string_body> parser;
  parser.body_limit(request.answer_bytes_max);
  parser.header_limit(HttpConnection::header_bytes_max);
  boost::beast::flat_buffer buffer;
  const error_code read = run_step_until(io, stream, deadline, [&](auto handler) {
    http::async_read(stream, buffer, parser, std::move(handler));
  });
  if (read)
    return failed(read, parser.got_some() || buffer.size() > 0, "while waiting for the answer");
  const auto& message = parser.get();
  HttpResponse response{
      message.result_int(), std::string(view_of(message[http::field::content_type])),
      seconds_from(view_of(message[http::field::retry_after])), message.body(), false};
  return {std::move(response), false, !written && message.keep_alive() && buffer.size() == 0};
}

}  // namespace

class HttpConnection::Link {
 public:
  Link(ApiAddress address, Milliseconds connect_timeout, std::string ca_file)
      : address_(std::move(address)),
        connect_timeout_(connect_timeout),
        ca_file_(std::move(ca_file)) {}

  Result<HttpResponse, ApiError> exchange(const HttpRequest& request, const SecretText& token,
                                          Milliseconds timeout) {
    bool was_sent = false;
    const bool was_kept = is_open();
    if (was_kept) {
      Attempt first = attempt(request, token, timeout);
      if (!first.is_stale) return std::move(first.answer);
      was_sent = true;
    }
    if (auto opened = open(); !opened) {
      ApiError error = opened.error();
      // The first attempt may have been read before the server closed.
      if (was_sent) error.kind = ApiError::Kind::broken_off;
      error.is_repeat = was_sent;
      return fail(std::move(error));
    }
    auto answer = attempt(request, token, timeout).answer;
    if (answer) answer->is_repeat = was_sent;
    if (!answer) answer.error().is_repeat = was_sent;
    return answer;
  }
  [[nodiscard]] const ApiAddress& address() const { return address_; }
  [[nodiscard]] std::uint64_t connections_made() const { return connections_made_; }

 private:
  [[nodiscard]] bool is_open() const { return stream_.has_value(); }
  void close() { stream_.reset(); }

  Result<void, ApiError> open() {
    close();
    if (address_.is_tls && !tls_) {
      auto made = make_tls_context(ca_file_);
      if (!made) return fail(made.error());
      tls_ = *std::move(made);
    }
    auto opened = open_stream(io_, address_, tls_.get(), connect_timeout_);
    if (!opened) return fail(opened.error());
    stream_.emplace(*std::move(opened));
    ++connections_made_;
    return {};
  }

  Attempt attempt(const HttpRequest& request, const SecretText& token, Milliseconds timeout) {
    Attempt done = attempt_on(io_, *stream_, request, address_, token, timeout);
    if (!done.keep) close();
    return done;
  }

  ApiAddress address_;
  Milliseconds connect_timeout_;
  std::string ca_file_;
  std::uint64_t connections_made_ = 0;
  boost::asio::io_context io_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::optional<net::Stream> stream_;
};

HttpConnection::HttpConnection(ApiAddress address, Milliseconds connect_timeout,
                               std::string ca_file)
    : link_(std::make_unique<Link>(std::move(address), connect_timeout, std::move(ca_file))) {}
HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&&) noexcept = default;
HttpConnection::~HttpConnection() = default;

Result<HttpResponse, ApiError> HttpConnection::exchange(const HttpRequest& request,
                                                        const SecretText& token,
                                                        Milliseconds timeout) {
  VOSTRO_CHECK(link_ != nullptr);
  return link_->exchange(request, token, timeout);
}
const ApiAddress& HttpConnection::address() const {
  return link_->address();
}
std::uint64_t HttpConnection::connections_made() const {
  return link_->connections_made();
}

}  // namespace vostro::client
