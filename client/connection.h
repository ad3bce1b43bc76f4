/// A TCP or TLS connection whose every step has a deadline, run to its end by the caller's thread.
/// Include in .cpp files only: it brings Asio. One thread.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/error.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "client/address.h"
#include "client/api_error.h"
#include "net/stream.h"

namespace vostro::client {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The handler of all steps, as one type: keeps the error, drops the rest.
struct NoteOutcome {
  boost::system::error_code* outcome;
  template <class... Rest>
  void operator()(boost::system::error_code error, Rest&&...) const {
    *outcome = error;
  }
};

/// Runs one asynchronous step until its handler was called. The step has deadlines of its own.
template <class Start>
boost::system::error_code run_step(boost::asio::io_context& io, Start&& start) {
  boost::system::error_code outcome = boost::asio::error::would_block;
  start(NoteOutcome{&outcome});
  io.restart();
  // Not until there is nothing left to do: a timer that no longer counts may be waiting still.
  while (outcome == boost::asio::error::would_block && io.run_one() > 0) continue;
  return outcome;
}

/// The same with a deadline: the stream is closed then, and the error is
/// boost::beast::error::timeout.
template <class Start>
boost::system::error_code run_step_until(boost::asio::io_context& io, net::Stream& stream,
                                         SteadyTime deadline, Start&& start) {
  boost::system::error_code outcome = boost::asio::error::would_block;
  start(NoteOutcome{&outcome});
  io.restart();
  while (outcome == boost::asio::error::would_block && io.run_one_until(deadline) > 0) continue;
  if (outcome != boost::asio::error::would_block) return outcome;
  stream.close();
  io.restart();
  while (outcome == boost::asio::error::would_block && io.run_one() > 0) continue;
  return boost::beast::error::timeout;
}

/// A context that trusts the system's authorities, or only those in `ca_file` where it is not
/// empty. Errors: cannot_connect.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>, ApiError> make_tls_context(
    const std::string& ca_file);
/// Resolves, connects, and with `tls` shakes hands: then the certificate must name the host. Each
/// of the three has `timeout`. Errors: cannot_connect.
[[nodiscard]] Result<net::Stream, ApiError> open_stream(boost::asio::io_context& io,
                                                        const ApiAddress& address,
                                                        boost::asio::ssl::context* tls,
                                                        std::chrono::milliseconds timeout);

}  // namespace vostro::client
