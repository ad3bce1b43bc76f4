/// One connection's byte stream, plain or TLS, as one type: what speaks HTTP and WebSocket above it
/// is compiled once. Include in .cpp files only: it brings Asio and Beast.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>

namespace vostro::node::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using beast::error_code;

class Stream {
 public:
  using executor_type = tcp::socket::executor_type;
  using Tls = asio::ssl::stream<tcp::socket>;

  /// `context` is null for a plain stream, and outlives a TLS one.
  Stream(tcp::socket socket, asio::ssl::context* context) {
    if (context != nullptr) {
      tls_ = std::make_unique<Tls>(std::move(socket), *context);
    } else {
      plain_ = std::make_unique<tcp::socket>(std::move(socket));
    }
  }

  [[nodiscard]] tcp::socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }
  [[nodiscard]] executor_type get_executor() { return socket().get_executor(); }
  [[nodiscard]] Tls* tls() { return tls_.get(); }
  void close() {
    error_code ignored;  // it ends either way
    socket().close(ignored);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          tls_ ? tls_->async_read_some(into, std::move(handler))
               : plain_->async_read_some(into, std::move(handler));
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          tls_ ? tls_->async_write_some(from, std::move(handler))
               : plain_->async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

 private:
  std::unique_ptr<tcp::socket> plain_;
  std::unique_ptr<Tls> tls_;
};

// What Beast's WebSocket asks of a stream of one's own: how it ends.
template <class Handler>
void async_teardown(beast::role_type, Stream& stream, Handler&& handler) {
  error_code ec;
  stream.socket().shutdown(tcp::socket::shutdown_both, ec);
  asio::post(stream.get_executor(),
             [handler = std::forward<Handler>(handler), ec]() mutable { handler(ec); });
}
inline void teardown(beast::role_type, Stream& stream, error_code& ec) {
  stream.socket().shutdown(tcp::socket::shutdown_both, ec);
}
inline void beast_close_socket(Stream& stream) {
  stream.close();
}

}  // namespace vostro::node::api
