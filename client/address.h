/// Where a node's API listens: http://host:port or https://host:port. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/url.h"

namespace vostro::client {

using ApiAddress = net::Origin;
using net::host_field;
using net::to_text;

/// Takes "http://127.0.0.1:8080", "https://node.bank.example" and "http://[::1]:8080/". Empty for
/// any other text: a path, a query, a user name, a port of 0, and plain HTTP to another machine
/// among them.
[[nodiscard]] std::optional<ApiAddress> parse_api_address(std::string_view url);

/// Percent-encodes what may not stand in a query value (RFC 3986, unreserved characters stay).
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace vostro::client
