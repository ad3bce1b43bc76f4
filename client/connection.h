/// A TCP or TLS connection whose every step has a deadline, run to its end by the caller's thread.
/// Include in .cpp files only: it brings Asio. One thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "client/address.h"
#include "client/api_error.h"
#include "net/dial.h"

namespace vostro::client {

using net::NoteOutcome;
using net::run_step;
using net::run_step_until;

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
