/// The byte stream of one TCP connection, plain or TLS, as one type: whatever speaks HTTP and
/// WebSocket above it is compiled once, and TLS itself in stream.cpp alone.
///
/// It is an AsyncStream in the sense of Beast. Its operations complete on the executor of their
/// handler, or on that of the socket; it adds no thread and no lock, so whoever runs several
/// threads gives it the socket of a strand. One read and one write may be under way at a time.
/// Include in .cpp files only: it brings Asio.
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/role.hpp>
#include <limits>
#include <memory>
#include <string>

#include "net/completion.h"

namespace vostro::net {

/// What one write takes: the first buffers of a sequence, by value. Where there are more, the write
/// takes some of the bytes, as any write may.
class WriteBuffers {
 public:
  static constexpr std::size_t count_max = 16;  ///< as many as Asio's TLS takes at once

  template <class Sequence>
  explicit WriteBuffers(const Sequence& sequence) {
    const auto end = boost::asio::buffer_sequence_end(sequence);
    for (auto at = boost::asio::buffer_sequence_begin(sequence); at != end && count_ < count_max;
         ++at) {
      const boost::asio::const_buffer buffer(*at);
      if (buffer.size() > 0) buffers_[count_++] = buffer;
    }
  }

  using const_iterator = const boost::asio::const_buffer*;
  using value_type = boost::asio::const_buffer;
  [[nodiscard]] const_iterator begin() const { return buffers_.data(); }
  [[nodiscard]] const_iterator end() const { return buffers_.data() + count_; }

 private:
  std::array<boost::asio::const_buffer, count_max> buffers_{};
  std::size_t count_ = 0;
};

class Stream {
 public:
  using tcp = boost::asio::ip::tcp;
  using executor_type = tcp::socket::executor_type;
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  /// `tls` is null for a plain stream, and outlives a TLS one. At most `read_bytes_max` are read
  /// from the socket, handshake included: reading beyond waits until `lift_read_budget`, or ends
  /// with `close`.
  Stream(tcp::socket socket, boost::asio::ssl::context* tls,
         std::size_t read_bytes_max = unlimited);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  [[nodiscard]] tcp::socket& socket();
  [[nodiscard]] executor_type get_executor() { return socket().get_executor(); }
  [[nodiscard]] bool is_tls() const;
  /// OpenSSL's object; null for a plain stream.
  [[nodiscard]] SSL* ssl();
  void lift_read_budget();
  /// At once. What is under way ends with an error.
  void close();

  // Of a TLS stream only.

  /// The peer's certificate must name this host, by name or address. Before the handshake.
  void expect_host(const std::string& host, error_code& error);
  template <class Handler>
  void async_handshake(boost::asio::ssl::stream_base::handshake_type role, Handler&& handler) {
    start_handshake(role, StepCompletion(std::forward<Handler>(handler), get_executor()));
  }
  template <class Handler>
  void async_shutdown(Handler&& handler) {
    start_shutdown(StepCompletion(std::forward<Handler>(handler), get_executor()));
  }

  /// Into the first buffer that has room.
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto&& handler, boost::asio::mutable_buffer into) {
          start_read(into, IoCompletion(std::forward<decltype(handler)>(handler), get_executor()));
        },
        token, first_of(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto&& handler, const WriteBuffers& from) {
          start_write(from, IoCompletion(std::forward<decltype(handler)>(handler), get_executor()));
        },
        token, WriteBuffers(buffers));
  }

  /// How Beast's WebSocket ends a stream: TLS says goodbye, then TCP, and the socket is closed.
  template <class Handler>
  friend void async_teardown(boost::beast::role_type role, Stream& stream, Handler&& handler) {
    stream.start_teardown(role,
                          StepCompletion(std::forward<Handler>(handler), stream.get_executor()));
  }
  friend void beast_close_socket(Stream& stream) { stream.close(); }

 private:
  struct Layers;

  template <class Buffers>
  static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const boost::asio::mutable_buffer buffer(*at);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  void start_read(boost::asio::mutable_buffer into, IoCompletion done);
  void start_write(const WriteBuffers& from, IoCompletion done);
  void start_handshake(boost::asio::ssl::stream_base::handshake_type role, StepCompletion done);
  void start_shutdown(StepCompletion done);
  void start_teardown(boost::beast::role_type role, StepCompletion done);

  std::shared_ptr<Layers> layers_;
};

}  // namespace vostro::net
