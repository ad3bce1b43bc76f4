/// What an operator may set of webhooks: table [webhooks] of docs/configuration.md. Plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "net/ip.h"

namespace vostro::node {

struct WebhookOptions {
  std::string file;     ///< of the book
  std::string ca_file;  ///< PEM: whom to trust; empty: the system's authorities
  std::vector<net::IpNetwork> allowed_networks;  ///< not public, or called without TLS
  std::size_t webhooks_max = 8;
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds retry_min{1'000};
  std::chrono::milliseconds retry_max{300'000};
};

/// Memory of one webhook at most: a delivery's events, its body, and TLS.
inline constexpr std::size_t webhook_bytes_max = 2 * 1024 * 1024;

}  // namespace vostro::node
