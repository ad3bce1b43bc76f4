#include "client/address.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"

namespace vostro::client {
namespace {

bool is_loopback(std::string_view host) {
  const bool is_ipv4 =
      std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
  return host == "localhost" || host == "::1" || (is_ipv4 && host.starts_with("127."));
}

}  // namespace

std::optional<ApiAddress> parse_api_address(std::string_view text) {
  auto url = net::parse_url(text);
  if (!url || url->target != "/") return std::nullopt;
  // The token of every request would cross the network in clear.
  if (!url->origin.is_tls && !is_loopback(url->origin.host)) return std::nullopt;
  return std::move(url->origin);
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_digit(c) || is_upper(c) || is_lower(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const Byte byte = static_cast<Byte>(c);
      out += "%" + to_hex(ByteView(&byte, 1));
    }
  }
  return out;
}

}  // namespace vostro::client
