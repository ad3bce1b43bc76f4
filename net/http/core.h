/// What all connections of the server share. Internal to the server; include in .cpp files only.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/http/options.h"
#include "net/http/places.h"
#include "net/http/routes.h"
#include "net/http/session.h"
#include "net/http/tokens.h"
#include "net/stream.h"
#include "net/token_bucket.h"

namespace vostro::net::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

/// So many connections of each client address. Any thread.
class ClientPlaces {
 public:
  explicit ClientPlaces(std::size_t count) : count_(count) {}

  /// Empty where the client has all of its own.
  [[nodiscard]] Places::Place take(const std::string& address) {
    const std::lock_guard lock(mutex_);
    std::erase_if(clients_, [&](const auto& each) {
      return each.second.taken() == 0 && each.first != address;
    });
    return clients_.try_emplace(address, count_).first->second.take();
  }

 private:
  std::size_t count_;
  std::mutex mutex_;
  std::map<std::string, Places> clients_;
};

/// One token bucket for each token of the file, so that their number is bounded by it. Any thread.
class RateLimits {
 public:
  [[nodiscard]] bool admit(const Caller& caller, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const Rate rate{caller.requests_per_second, caller.requests_per_second};
    if (buckets_.size() > 2 * tokens_max) buckets_.clear();  // of tokens that were revoked long ago
    return buckets_.try_emplace({caller.token_id, caller.requests_per_second}, rate)
        .first->second.try_take(now);
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::uint32_t>, TokenBucket> buckets_;
};

struct Counters {
  std::array<std::atomic<std::uint64_t>, 6>
      by_class{};  ///< answers by the first digit of their status
  std::atomic<std::uint64_t> refused_connections{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> rate_limited{0};
};

struct Core {
  explicit Core(Options with);

  Options options;
  std::vector<Route> routes;
  asio::io_context io;
  std::optional<asio::ssl::context> tls;
  TokenBook tokens;
  RateLimits rates;
  Places connections;
  ClientPlaces clients;
  Places waiting;
  Places large_bodies;
  Counters counters;
  std::atomic<bool> stopping{false};
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  Sessions sessions;

  [[nodiscard]] std::string metrics() const;
};

/// Serves HTTP on the stream until it ends, or becomes something else.
void serve_connection(Core& core, net::Stream stream, Places::Place place, Places::Place client);

}  // namespace vostro::net::http
