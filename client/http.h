/// HTTP/1.1 to one server over one connection that is kept and, when the server has closed it, made
/// again. Synchronous; every step has a deadline. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret_text.h"
#include "client/address.h"
#include "client/api_error.h"

namespace vostro::client {

struct HttpRequest {
  std::string method;        ///< "GET", "POST", "PUT", "DELETE"
  std::string target;        ///< path and query, encoded
  std::string content_type;  ///< empty: no body
  std::string body;
  std::size_t answer_bytes_max = 16 * 1024 * 1024;  ///< a longer answer is a bad one
};

struct HttpResponse {
  unsigned status = 0;
  std::string content_type;
  std::optional<std::uint32_t> retry_after_s;
  std::string body;
  bool is_repeat = false;  ///< see ApiError::is_repeat
};

class HttpConnection {
 public:
  static constexpr std::uint32_t header_bytes_max = 16 * 1024;

  /// `ca_file`: whom to trust in TLS; empty for the system's authorities.
  HttpConnection(ApiAddress address, std::chrono::milliseconds connect_timeout,
                 std::string ca_file);
  HttpConnection(HttpConnection&&) noexcept;
  HttpConnection& operator=(HttpConnection&&) noexcept;
  ~HttpConnection();

  /// Sends the request and reads the answer, whatever its status. All requests of this API may be
  /// repeated without harm: where a kept connection turns out to be closed, the request is sent
  /// once more over a new one. Errors: cannot_connect, only where nothing was sent; timed_out,
  /// broken_off, bad_answer.
  [[nodiscard]] Result<HttpResponse, ApiError> exchange(const HttpRequest& request,
                                                        const SecretText& token,
                                                        std::chrono::milliseconds timeout);
  [[nodiscard]] const ApiAddress& address() const;
  [[nodiscard]] std::uint64_t connections_made() const;

 private:
  class Link;
  std::unique_ptr<Link> link_;
};

}  // namespace vostro::client
