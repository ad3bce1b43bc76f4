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

#include "net/stream.h"
#include "node/api/handlers.h"
#include "node/api/options.h"
#include "node/api/tokens.h"
#include "node/webhooks/webhooks.h"
#include "p2p/limits.h"

namespace vostro::node::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

/// Things of which only so many may be had at once; what was taken is given back when the Place
/// goes. Any thread.
class Places {
 public:
  explicit Places(std::size_t count)
      : count_(static_cast<std::int64_t>(count)),
        taken_(std::make_shared<std::atomic<std::int64_t>>(0)) {}

  class Place {
   public:
    Place() = default;
    explicit Place(std::shared_ptr<std::atomic<std::int64_t>> taken) : taken_(std::move(taken)) {}
    Place(Place&&) = default;
    Place& operator=(Place&& other) noexcept {
      give_back();
      taken_ = std::move(other.taken_);
      return *this;
    }
    ~Place() { give_back(); }
    explicit operator bool() const { return taken_ != nullptr; }
    void give_back() {
      if (taken_) --*taken_;
      taken_.reset();
    }

   private:
    std::shared_ptr<std::atomic<std::int64_t>> taken_;
  };

  /// Empty where all are taken.
  [[nodiscard]] Place take() {
    if (++*taken_ <= count_) return Place(taken_);
    --*taken_;
    return {};
  }
  [[nodiscard]] std::int64_t taken() const { return taken_->load(); }

 private:
  std::int64_t count_;
  std::shared_ptr<std::atomic<std::int64_t>> taken_;
};

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
  [[nodiscard]] bool admit(const Caller& caller, p2p::SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const p2p::Rate rate{caller.requests_per_second, caller.requests_per_second};
    if (buckets_.size() > 2 * tokens_max) buckets_.clear();  // of tokens that were revoked long ago
    return buckets_.try_emplace({caller.token_id, caller.requests_per_second}, rate)
        .first->second.try_take(now);
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::uint32_t>, p2p::TokenBucket> buckets_;
};

/// Through which other threads reach the connections, until the server stops.
class Gate {
 public:
  template <class Act>
  void if_open(Act&& act) {
    const std::lock_guard lock(mutex_);
    if (is_open_) act();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
  }

 private:
  std::mutex mutex_;
  bool is_open_ = true;
};

struct Counters {
  std::array<std::atomic<std::uint64_t>, 6>
      by_class{};  ///< answers by the first digit of their status
  std::atomic<std::uint64_t> refused_connections{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> rate_limited{0};
  std::atomic<std::uint64_t> dropped_streams{0};
};

/// What the server can do to whatever lives on a connection. Called on the connection's strand.
class Session {
 public:
  virtual ~Session() = default;
  virtual void on_block() {}
  virtual void on_stop() = 0;
  [[nodiscard]] virtual asio::any_io_executor executor() = 0;
};

struct Core {
  Core(Options with, Service& service);

  Options options;
  Context context;
  asio::io_context io;
  std::optional<asio::ssl::context> tls;
  TokenBook tokens;
  RateLimits rates;
  Places connections;
  ClientPlaces clients;
  Places waiting;
  Places binary_bodies;
  Places streams;
  Counters counters;
  std::atomic<std::uint64_t> announced{0};  ///< the newest height that clients may be told of
  std::atomic<bool> stopping{false};
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::unique_ptr<Webhooks> webhooks;  ///< there before the first request

  void add(const std::shared_ptr<Session>& session);
  /// Runs `act` with each live session, on its strand.
  void for_each(void (*act)(Session&));
  [[nodiscard]] std::string metrics() const;

 private:
  std::mutex sessions_mutex_;
  std::vector<std::weak_ptr<Session>> sessions_;
};

/// Serves HTTP on the stream until it ends, or becomes an event stream.
void serve_connection(Core& core, net::Stream stream, Places::Place place, Places::Place client);

/// Goes on as a stream of events. `request` is the whole upgrade request's header, as it arrived.
struct EventStart {
  net::Stream stream;
  std::string request;
  Caller caller;
  std::optional<chain::ReceiptPlace> next;  ///< the first to be told; none: what comes from now on
  Places::Place connection, client, place;
};
void serve_events(Core& core, EventStart start);

}  // namespace vostro::node::api
