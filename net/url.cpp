#include "net/url.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace vostro::net {
namespace {

bool is_plain_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  return std::ranges::all_of(host, [](char c) {
    return is_digit(c) || is_upper(c) || is_lower(c) || c == '.' || c == '-' || c == '_';
  });
}

bool is_ipv6_text(std::string_view host) {
  if (host.size() < 2 || host.size() > 45) return false;
  return std::ranges::all_of(host, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
  });
}

/// Of RFC 3986: what a path and a query may be made of.
bool is_target_char(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c) ||
         std::string_view("-._~!$&'()*+,;=:@/?%").find(c) != std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Takes the host off the front of `text`; what is left begins with the port's colon, or is empty.
std::optional<std::string> take_host(std::string_view& text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6_text(text.substr(1, end - 1)))
      return std::nullopt;
    std::string host(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    return host;
  }
  const std::string_view host = text.substr(0, text.find(':'));
  if (!is_plain_host(host)) return std::nullopt;
  text.remove_prefix(host.size());
  return std::string(host);
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  if (text.size() > Url::size_max) return std::nullopt;
  Url url;
  if (take_prefix(text, "https://")) {
    url.origin.is_tls = true;
    url.origin.port = 443;
  } else if (!take_prefix(text, "http://")) {
    return std::nullopt;
  }
  std::string_view authority = text.substr(0, text.find_first_of("/?"));
  const std::string_view target = text.substr(authority.size());
  auto host = take_host(authority);
  if (!host) return std::nullopt;
  url.origin.host = *std::move(host);
  if (!authority.empty()) {
    if (!take_prefix(authority, ":")) return std::nullopt;
    const auto port = parse_port(authority);
    if (!port) return std::nullopt;
    url.origin.port = *port;
  }
  if (!std::ranges::all_of(target, is_target_char)) return std::nullopt;
  if (!target.empty()) url.target = (target.starts_with('/') ? "" : "/") + std::string(target);
  return url;
}

std::string host_field(const Origin& origin) {
  const bool is_ipv6 = origin.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + origin.host + "]" : origin.host) + ":" + std::to_string(origin.port);
}

std::string to_text(const Origin& origin) {
  return (origin.is_tls ? "https://" : "http://") + host_field(origin);
}

std::string to_text(const Url& url) {
  return to_text(url.origin) + url.target;
}

}  // namespace vostro::net
