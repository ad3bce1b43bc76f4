#include "client/connection.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace vostro::client {
namespace {

using boost::system::error_code;

ApiError cannot_connect(const ApiAddress& address, const std::string& why) {
  return {ApiError::Kind::cannot_connect, to_text(address) + ": " + why};
}

Result<void, ApiError> connect_tcp(boost::asio::io_context& io, net::Stream& stream,
                                   const ApiAddress& address, std::chrono::milliseconds timeout) {
  boost::asio::ip::tcp::resolver resolver(io);
  boost::asio::ip::tcp::resolver::results_type endpoints;
  error_code resolved = boost::asio::error::would_block;
  resolver.async_resolve(address.host, std::to_string(address.port),
                         [&](error_code error, const auto& found) {
                           resolved = error;
                           endpoints = found;
                         });
  io.restart();
  // The resolver has no deadline of its own.
  if (io.run_for(timeout); resolved == boost::asio::error::would_block) {
    resolver.cancel();
    io.run();
    return fail(cannot_connect(address, "the name was not resolved in time"));
  }
  if (resolved) return fail(cannot_connect(address, resolved.message()));
  const error_code connected =
      run_step_until(io, stream, std::chrono::steady_clock::now() + timeout, [&](auto handler) {
        boost::asio::async_connect(stream.socket(), endpoints, std::move(handler));
      });
  if (connected) return fail(cannot_connect(address, connected.message()));
  error_code ignored;  // without it a request only waits a little longer in the kernel
  stream.socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  return {};
}

Result<void, ApiError> start_tls(boost::asio::io_context& io, net::Stream& stream,
                                 const ApiAddress& address, std::chrono::milliseconds timeout) {
  if (auto ready = net::expect_server(stream, address.host); !ready)
    return fail(cannot_connect(address, ready.error()));
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const error_code error = run_step_until(io, stream, deadline, [&](auto handler) {
    stream.async_handshake(boost::asio::ssl::stream_base::client, std::move(handler));
  });
  if (error) return fail(cannot_connect(address, "TLS: " + error.message()));
  return {};
}

}  // namespace

Result<std::unique_ptr<boost::asio::ssl::context>, ApiError> make_tls_context(
    const std::string& ca_file) {
  auto context = net::make_tls_context(ca_file, net::LeastTls::v1_3);
  if (!context) return fail(ApiError{ApiError::Kind::cannot_connect, context.error()});
  return *std::move(context);
}

Result<net::Stream, ApiError> open_stream(boost::asio::io_context& io, const ApiAddress& address,
                                          boost::asio::ssl::context* tls,
                                          std::chrono::milliseconds timeout) {
  net::Stream stream(boost::asio::ip::tcp::socket(io), tls);
  if (auto connected = connect_tcp(io, stream, address, timeout); !connected)
    return fail(connected.error());
  if (tls == nullptr) return stream;
  if (auto secured = start_tls(io, stream, address, timeout); !secured)
    return fail(secured.error());
  return stream;
}

}  // namespace vostro::client
