/// Calling another machine: name to addresses, TLS with a verified certificate, and steps with
/// deadlines, each run to its end by the caller's thread. Include in .cpp files only: it brings
/// Asio. One thread for each io_context.
#pragma once

#include <atomic>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/error.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/stream.h"

namespace vostro::net {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The handler of all steps, as one type: keeps the error, drops the rest.
struct NoteOutcome {
  error_code* outcome;
  template <class... Rest>
  void operator()(error_code error, Rest&&...) const {
    *outcome = error;
  }
};

/// Runs one asynchronous step until its handler was called. The step has deadlines of its own.
template <class Start>
error_code run_step(boost::asio::io_context& io, Start&& start) {
  error_code outcome = boost::asio::error::would_block;
  start(NoteOutcome{&outcome});
  io.restart();
  // Not until there is nothing left to do: a timer that no longer counts may be waiting still.
  while (outcome == boost::asio::error::would_block && io.run_one() > 0) continue;
  return outcome;
}

/// The same with a deadline: the stream is closed then, and the error is
/// boost::beast::error::timeout. So it is when `is_given_up` is set: by another thread, which then
/// posts to `io`, so that this is seen.
template <class Start>
error_code run_step_until(boost::asio::io_context& io, Stream& stream, SteadyTime deadline,
                          Start&& start, const std::atomic<bool>* is_given_up = nullptr) {
  error_code outcome = boost::asio::error::would_block;
  const auto goes_on = [&] { return is_given_up == nullptr || !*is_given_up; };
  start(NoteOutcome{&outcome});
  io.restart();
  while (outcome == boost::asio::error::would_block && goes_on() && io.run_one_until(deadline) > 0)
    continue;
  if (outcome != boost::asio::error::would_block) return outcome;
  stream.close();
  io.restart();
  while (outcome == boost::asio::error::would_block && io.run_one() > 0) continue;
  return boost::beast::error::timeout;
}

enum class LeastTls : std::uint8_t { v1_2, v1_3 };
/// A context that trusts the system's authorities, or only those in `ca_file` where it is not
/// empty. Errors: a sentence.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>, std::string> make_tls_context(
    const std::string& ca_file, LeastTls least);
/// Before the handshake as a client: which host the certificate must name. Errors: a sentence.
[[nodiscard]] Result<void, std::string> expect_server(Stream& stream, const std::string& host);

}  // namespace vostro::net
