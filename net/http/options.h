/// What an operator may set of an HTTP server. Plain data with the defaults of docs/api.md,
/// "Limits".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vostro::net::http {

struct Limits {
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 64 * 1024;
  std::size_t large_body_bytes = 4 * 1024 * 1024;  ///< of the type that a route takes so
  std::size_t large_bodies = 8;                    ///< of them read or waited on at once
  std::size_t connections = 256;
  std::size_t connections_per_client = 16;
  std::size_t waiting = 64;  ///< requests held by ?wait
  std::size_t streams = 16;
  std::size_t stream_bytes = 1024 * 1024;  ///< unsent events of one stream
  std::chrono::milliseconds header_time{5'000};
  std::chrono::milliseconds body_time{10'000};
  std::chrono::milliseconds idle_time{30'000};
  std::chrono::milliseconds wait_time{30'000};  ///< how long ?wait waits
  std::chrono::milliseconds stall_time{
      10'000};  ///< a reader of events that takes nothing for so long is dropped
};
/// Fields of a request's header; a number of ours, not to be set.
inline constexpr std::size_t header_fields_max = 64;
/// Items of one page of a list.
inline constexpr std::size_t page_items_max = 100;
inline constexpr std::size_t page_items_default = 50;

struct Options {
  std::string host = "127.0.0.1";  ///< an address, not a name
  std::uint16_t port = 8080;       ///< 0 takes a free one
  std::string tls_certificate;  ///< PEM file with the chain; empty: no TLS, and a loopback address
  std::string tls_key;          ///< PEM file, mode 0600
  std::vector<std::string> allowed_origins;  ///< of browsers that may open an event stream
  std::string token_file;
  Limits limits;
  unsigned threads = 2;
};

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
/// HOST:PORT; an IPv6 address stands in brackets. The host may be any text but an empty one.
[[nodiscard]] std::optional<HostPort> split_host_port(std::string_view text);
/// The same of an address, which no name is.
[[nodiscard]] std::optional<HostPort> parse_listen(std::string_view text);

/// "127.0.0.0/8" and "::1". False for anything that is no address.
[[nodiscard]] bool is_loopback(const std::string& host);
/// An IPv4 or IPv6 address in its usual text form.
[[nodiscard]] bool is_address(const std::string& host);

}  // namespace vostro::net::http
