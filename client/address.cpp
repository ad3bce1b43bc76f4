#include "client/address.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/text.h"

namespace vostro::client {
namespace {

bool is_plain_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (const char c : host) {
    if (!is_digit(c) && !is_upper(c) && !is_lower(c) && c != '.' && c != '-' && c != '_')
      return false;
  }
  return true;
}

bool is_ipv6_text(std::string_view host) {
  if (host.size() < 2 || host.size() > 45) return false;
  for (const char c : host) {
    const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!is_hex && c != ':' && c != '.') return false;
  }
  return true;
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

bool is_loopback(std::string_view host) {
  const bool is_ipv4 =
      std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
  return host == "localhost" || host == "::1" || (is_ipv4 && host.starts_with("127."));
}

std::optional<ApiAddress> parse_any_address(std::string_view url) {
  ApiAddress address;
  if (take_prefix(url, "https://")) {
    address.is_tls = true;
    address.port = 443;
  } else if (!take_prefix(url, "http://")) {
    return std::nullopt;
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  std::string_view rest;
  if (url.starts_with('[')) {
    const std::size_t end = url.find(']');
    if (end == std::string_view::npos || !is_ipv6_text(url.substr(1, end - 1))) return std::nullopt;
    address.host = url.substr(1, end - 1);
    rest = url.substr(end + 1);
  } else {
    const std::size_t colon = url.find(':');
    address.host = url.substr(0, colon);
    if (!is_plain_host(address.host)) return std::nullopt;
    rest = colon == std::string_view::npos ? std::string_view{} : url.substr(colon);
  }
  if (rest.empty()) return address;
  if (!take_prefix(rest, ":")) return std::nullopt;
  const auto port = parse_port(rest);
  if (!port) return std::nullopt;
  address.port = *port;
  return address;
}

}  // namespace

std::optional<ApiAddress> parse_api_address(std::string_view url) {
  auto address = parse_any_address(url);
  // The token of every request would cross the network in clear.
  if (address && !address->is_tls && !is_loopback(address->host)) return std::nullopt;
  return address;
}

std::string host_field(const ApiAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string to_text(const ApiAddress& address) {
  return (address.is_tls ? "https://" : "http://") + host_field(address);
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
