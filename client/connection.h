/// A TCP or TLS connection whose every step has a deadline, run to its end by the caller's thread.
/// Include in .cpp files only: it brings Beast. One thread.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "client/address.h"
#include "client/api_error.h"

namespace vostro::client {

using PlainStream = boost::beast::tcp_stream;
using TlsStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// Runs one asynchronous step until its handler was called; deadlines are those of the stream.
template <class Start>
boost::system::error_code run_step(boost::asio::io_context& io, Start&& start) {
  boost::system::error_code outcome = boost::asio::error::would_block;
  start([&outcome](boost::system::error_code error, auto&&...) { outcome = error; });
  io.restart();
  // Not until there is nothing left to do: a deadline that no longer counts may be waiting still.
  while (outcome == boost::asio::error::would_block && io.run_one() > 0) continue;
  return outcome;
}

/// Resolves and connects. Errors: cannot_connect.
[[nodiscard]] Result<void, ApiError> connect_tcp(boost::asio::io_context& io, PlainStream& stream,
                                                 const ApiAddress& address,
                                                 std::chrono::milliseconds timeout);
/// A context that trusts the system's authorities, or only those in `ca_file` where it is not
/// empty. Errors: cannot_connect.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>, ApiError> make_tls_context(
    const std::string& ca_file);
/// Handshake over a connected stream; the certificate must name the host. Errors: cannot_connect.
[[nodiscard]] Result<void, ApiError> start_tls(boost::asio::io_context& io, TlsStream& stream,
                                               const ApiAddress& address,
                                               std::chrono::milliseconds timeout);

}  // namespace vostro::client
