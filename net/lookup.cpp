#include "net/lookup.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>

namespace vostro::net {
namespace {

struct FreeList {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::optional<IpAddress> address_in(const addrinfo& one) {
  if (one.ai_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(one.ai_addr);
    auto address = parse_ip("0.0.0.0");  // with the form that all of them have
    const auto* bytes = reinterpret_cast<const Byte*>(&v4->sin_addr);
    std::copy_n(bytes, 4, address->bytes.begin() + 12);
    return address;
  }
  if (one.ai_family != AF_INET6) return std::nullopt;
  IpAddress address;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one.ai_addr);
  std::copy_n(v6->sin6_addr.s6_addr, address.bytes.size(), address.bytes.begin());
  return address;
}

Found look_up_now(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw); error != 0)
    return fail("the name cannot be resolved: " + std::string(::gai_strerror(error)));
  const std::unique_ptr<addrinfo, FreeList> list(raw);
  std::vector<IpAddress> addresses;
  for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next)
    if (const auto address = address_in(*one)) addresses.push_back(*address);
  if (addresses.empty()) return fail(std::string("the name has no address"));
  return addresses;
}

}  // namespace

void look_up(const std::string& host, std::function<void(Found)> done) {
  if (const auto address = parse_ip(host)) return done(std::vector<IpAddress>{*address});
  // A copy: what the thread got is gone where it could not be made.
  try {
    std::thread([host, done] { done(look_up_now(host)); }).detach();
  } catch (const std::system_error& error) {
    done(fail("no thread to resolve the name: " + std::string(error.what())));
  }
}

}  // namespace vostro::net
