#include "net/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace vostro::net {
namespace {

constexpr std::array<Byte, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;

/// Of IPv4, all that is not for the open Internet.
constexpr std::string_view kClosedV4[]{
    "0.0.0.0/8",        // this network, and "any"
    "10.0.0.0/8",       // private
    "100.64.0.0/10",    // shared by carriers
    "127.0.0.0/8",      // loopback
    "169.254.0.0/16",   // link-local, metadata of cloud machines
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // 6to4 relays
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarks
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, and broadcast
};
/// Of IPv6 only this is assigned to the open Internet...
constexpr std::string_view kOpenV6 = "2000::/3";
/// ...but for these.
constexpr std::string_view kClosedV6[]{
    "2001::/23",      // protocol assignments, Teredo among them
    "2001:db8::/32",  // documentation
    "2002::/16",      // 6to4: carries any IPv4 address
    "3fff::/20",      // documentation
};

bool is_in(std::string_view network, const IpAddress& address) {
  const auto parsed = parse_network(network);
  VOSTRO_CHECK(parsed.has_value());  // a literal of this file
  return parsed->has(address);
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

bool IpNetwork::has(const IpAddress& address) const {
  for (unsigned bit = 0; bit < prefix; ++bit) {
    const auto mask = static_cast<Byte>(0x80U >> (bit % 8));
    if (((base.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::ranges::copy(kMapped, address.bytes.begin());
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + kMapped.size()) == 1)
    return address;
  return std::nullopt;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view written = text.substr(0, slash);
  const auto base = parse_ip(written);
  if (!base) return std::nullopt;
  IpNetwork network{*base, 128};
  if (slash == std::string_view::npos) return network;
  const bool is_v4 = written.find(':') == std::string_view::npos;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits > (is_v4 ? 32U : 128U))
    return std::nullopt;
  network.prefix = bits + (is_v4 ? kMappedBits : 0);
  for (unsigned bit = network.prefix; bit < 128; ++bit)
    if ((base->bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
  return network;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_v4 = address.is_v4();
  const Byte* from = address.bytes.data() + (is_v4 ? kMapped.size() : 0);
  VOSTRO_CHECK(::inet_ntop(is_v4 ? AF_INET : AF_INET6, from, text.data(), text.size()) != nullptr);
  return text.data();
}

bool is_public(const IpAddress& address) {
  const auto has = [&](std::string_view network) { return is_in(network, address); };
  if (address.is_v4()) return std::ranges::none_of(kClosedV4, has);
  return has(kOpenV6) && std::ranges::none_of(kClosedV6, has);
}

}  // namespace vostro::net
