/// Whom to call over HTTP: http://host:port/path or https://host:port/path. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vostro::net {

/// Scheme, host and port.
struct Origin {
  bool is_tls = false;
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 80;

  bool operator==(const Origin&) const = default;
};

struct Url {
  static constexpr std::size_t size_max = 1'024;

  Origin origin;
  std::string target = "/";  ///< path and query, as they are sent

  bool operator==(const Url&) const = default;
};

/// Empty for any other text: a user name, a fragment, a port of 0, characters that must be
/// percent-encoded, and more than `Url::size_max` bytes among them.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);
/// "http://host:port", with the port in any case.
[[nodiscard]] std::string to_text(const Origin& origin);
[[nodiscard]] std::string to_text(const Url& url);
/// "host:port" as the Host field of HTTP wants it.
[[nodiscard]] std::string host_field(const Origin& origin);

}  // namespace vostro::net
