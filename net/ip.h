/// IP addresses, and which of them are public: what the world may be reached at, and nothing of
/// this machine's, this network's or nobody's. Pure; any thread.
/// Source: the IANA special-purpose address registries (RFC 6890).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vostro::net {

/// Sixteen bytes; IPv4 as ::ffff:a.b.c.d, so that an address has one form only.
struct IpAddress {
  std::array<Byte, 16> bytes{};

  [[nodiscard]] bool is_v4() const;
  auto operator<=>(const IpAddress&) const = default;
};

struct IpNetwork {
  IpAddress base;
  unsigned prefix = 128;  ///< bits of the sixteen bytes: 96 more than is written for IPv4

  [[nodiscard]] bool has(const IpAddress& address) const;
  bool operator==(const IpNetwork&) const = default;
};

/// "192.0.2.1" or "2001:db8::1": the usual forms only.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);
/// "10.0.0.0/8", "fd00::/8", or an address for itself alone. Bits behind the prefix must be zero.
[[nodiscard]] std::optional<IpNetwork> parse_network(std::string_view text);
[[nodiscard]] std::string to_text(const IpAddress& address);

/// Global unicast: no loopback, private, shared (carriers'), link-local, multicast, documentation,
/// benchmark, translation or reserved address, and not "any". An address that carries an IPv4
/// address inside, mapped, is judged as that.
[[nodiscard]] bool is_public(const IpAddress& address);

}  // namespace vostro::net
