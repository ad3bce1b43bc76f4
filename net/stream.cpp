#include "net/stream.h"

#include <algorithm>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <cstring>
#include <optional>

#include "base/check.h"

namespace vostro::net {

namespace asio = boost::asio;

namespace {

using tcp = asio::ip::tcp;

/// OpenSSL makes a record of each write, so that small buffers are put together up to this size:
/// that of the largest record.
constexpr std::size_t kRecordBytesMax = 16 * 1024;

}  // namespace

/// The socket, and what may still be read from it: the layer below TLS.
class BudgetedSocket : public std::enable_shared_from_this<BudgetedSocket> {
 public:
  using executor_type = tcp::socket::executor_type;
  using lowest_layer_type = tcp::socket::lowest_layer_type;

  BudgetedSocket(tcp::socket from, std::size_t read_bytes_max)
      : socket(std::move(from)), left_(read_bytes_max) {
    if (left_ != Stream::unlimited) {
      hold_.emplace(socket.get_executor(), asio::steady_timer::time_point::max());
    }
  }

  executor_type get_executor() { return socket.get_executor(); }
  lowest_layer_type& lowest_layer() { return socket.lowest_layer(); }

  template <class Handler>
  void async_read_some(asio::mutable_buffer into, Handler&& handler) {
    // TLS reads nothing at all where it only wants its handler to be called later.
    if (left_ == Stream::unlimited || into.size() == 0) {
      socket.async_read_some(into, std::forward<Handler>(handler));
    } else {
      read_within_budget(into, IoCompletion(std::forward<Handler>(handler), get_executor()));
    }
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& from, Handler&& handler) {
    socket.async_write_some(from, std::forward<Handler>(handler));
  }

  void lift() {
    left_ = Stream::unlimited;
    wake();
  }
  void close() {
    error_code ignored;  // it ends either way
    socket.close(ignored);
    wake();
  }

  tcp::socket socket;

 private:
  void read_within_budget(asio::mutable_buffer into, IoCompletion done);
  void wait_for_budget(asio::mutable_buffer into, IoCompletion done);
  void wake() {
    if (hold_) hold_->cancel();
  }

  std::size_t left_;
  std::optional<asio::steady_timer> hold_;  ///< Never expires: waits for its cancellation.
};

void BudgetedSocket::read_within_budget(asio::mutable_buffer into, IoCompletion done) {
  if (left_ == 0 && socket.is_open()) return wait_for_budget(into, std::move(done));
  const auto executor = done.get_executor();
  // A closed socket answers with its error, if only it is asked for more than nothing.
  const std::size_t most = left_ == 0 ? into.size() : left_;
  socket.async_read_some(
      asio::buffer(into, most),
      asio::bind_executor(executor, [weak = weak_from_this(), done = std::move(done)](
                                        error_code error, std::size_t size) mutable {
        const auto self = weak.lock();
        if (self && self->left_ != Stream::unlimited) self->left_ -= std::min(size, self->left_);
        done(error, size);
      }));
}

void BudgetedSocket::wait_for_budget(asio::mutable_buffer into, IoCompletion done) {
  const auto executor = done.get_executor();
  hold_->async_wait(asio::bind_executor(
      executor, [weak = weak_from_this(), into, done = std::move(done)](error_code) mutable {
        const auto self = weak.lock();
        if (!self) return done(asio::error::operation_aborted, 0);
        self->read_within_budget(into, std::move(done));
      }));
}

struct Stream::Layers : BudgetedSocket {
  using Tls = asio::ssl::stream<BudgetedSocket&>;

  Layers(tcp::socket from, asio::ssl::context* context, std::size_t read_bytes_max)
      : BudgetedSocket(std::move(from), read_bytes_max) {
    if (context != nullptr) tls.emplace(static_cast<BudgetedSocket&>(*this), *context);
  }

  /// One buffer with as much of `from` as one record takes. Holds until the next write.
  asio::const_buffer record_of(const WriteBuffers& from) {
    if (from.begin() == from.end()) return {};
    if (from.end() - from.begin() == 1 || from.begin()->size() >= kRecordBytesMax) {
      return *from.begin();
    }
    if (record_ == nullptr) record_ = std::make_unique<std::array<char, kRecordBytesMax>>();
    return asio::buffer(*record_, asio::buffer_copy(asio::buffer(*record_), from));
  }

  std::optional<Tls> tls;

 private:
  std::unique_ptr<std::array<char, kRecordBytesMax>> record_;
};

Stream::Stream(tcp::socket socket, asio::ssl::context* tls, std::size_t read_bytes_max)
    : layers_(std::make_shared<Layers>(std::move(socket), tls, read_bytes_max)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Stream::tcp::socket& Stream::socket() {
  return layers_->socket;
}
bool Stream::is_tls() const {
  return layers_->tls.has_value();
}
SSL* Stream::ssl() {
  return layers_->tls ? layers_->tls->native_handle() : nullptr;
}
void Stream::lift_read_budget() {
  layers_->lift();
}
void Stream::close() {
  layers_->close();
}

void Stream::expect_host(const std::string& host, error_code& error) {
  VOSTRO_CHECK(is_tls());
  layers_->tls->set_verify_callback(asio::ssl::host_name_verification(host), error);
}

void Stream::start_read(asio::mutable_buffer into, IoCompletion done) {
  if (layers_->tls) {
    layers_->tls->async_read_some(into, std::move(done));
  } else {
    layers_->async_read_some(into, std::move(done));
  }
}

void Stream::start_write(const WriteBuffers& from, IoCompletion done) {
  if (layers_->tls) {
    layers_->tls->async_write_some(layers_->record_of(from), std::move(done));
  } else {
    layers_->async_write_some(from, std::move(done));
  }
}

void Stream::start_handshake(asio::ssl::stream_base::handshake_type role, StepCompletion done) {
  VOSTRO_CHECK(is_tls());
  layers_->tls->async_handshake(role, std::move(done));
}

void Stream::start_shutdown(StepCompletion done) {
  VOSTRO_CHECK(is_tls());
  layers_->tls->async_shutdown(std::move(done));
}

void Stream::start_teardown(boost::beast::role_type role, StepCompletion done) {
  namespace websocket = boost::beast::websocket;
  if (!is_tls()) return websocket::async_teardown(role, layers_->socket, std::move(done));
  const auto executor = done.get_executor();
  layers_->tls->async_shutdown(asio::bind_executor(
      executor,
      [weak = std::weak_ptr(layers_), role, done = std::move(done)](error_code tls_error) mutable {
        const auto layers = weak.lock();
        if (!layers) return done(tls_error);
        const auto tcp_executor = done.get_executor();
        websocket::async_teardown(
            role, layers->socket,
            asio::bind_executor(tcp_executor,
                                [tls_error, done = std::move(done)](error_code tcp_error) mutable {
                                  done(tls_error ? tls_error : tcp_error);
                                }));
      }));
}

}  // namespace vostro::net
