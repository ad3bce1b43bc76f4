/// Where a node's API listens: http://host:port or https://host:port. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vostro::client {

struct ApiAddress {
  bool is_tls = false;
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 80;

  bool operator==(const ApiAddress&) const = default;
};

/// Takes "http://127.0.0.1:8080", "https://node.bank.example" and "http://[::1]:8080/". Empty for
/// any other text: a path, a query, a user name and a port of 0 among them.
[[nodiscard]] std::optional<ApiAddress> parse_api_address(std::string_view url);
[[nodiscard]] std::string to_text(const ApiAddress& address);
/// "host:port" as the Host field of HTTP wants it.
[[nodiscard]] std::string host_field(const ApiAddress& address);

/// Percent-encodes what may not stand in a query value (RFC 3986, unreserved characters stay).
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace vostro::client
