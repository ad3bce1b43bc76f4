/// Names to addresses, by the system's resolver, which cannot be told to stop: each look-up has a
/// thread of its own that nobody waits for. Any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/ip.h"

namespace vostro::net {

using IpAddresses = std::vector<IpAddress>;
using Found = Result<IpAddresses, std::string>;

/// `done` is called once: on that thread, or on this one where `host` is an address or no thread
/// can be had. It may be late, so it holds all that it needs. Addresses are never none. Errors: a
/// sentence.
void look_up(const std::string& host, std::function<void(Found)> done);

}  // namespace vostro::net
