/// One connection to one peer for one channel: its handshake, its timers, reading and writing.
/// Internal to this house. Everything happens on the network's thread, but for `send`.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/hash.h"
#include "base/keys.h"
#include "p2p/framing.h"
#include "p2p/inbox.h"
#include "p2p/outbox.h"
#include "p2p/reason.h"
#include "p2p/twins.h"

namespace vostro::p2p {

/// Of one peer and channel, over all its connections.
struct ChannelCounters {
  std::atomic<std::uint64_t> frames_in{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> frames_out{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> pauses{0};
  /// Microseconds, smoothed by the kernel, of the newest connection; 0 until it is measured.
  std::atomic<std::uint64_t> round_trip_us{0};
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  /// Any thread. After `full` the connection ends by itself.
  virtual Outbox::Push send(OutboundFrame frame) = 0;
  /// Ends the connection with a goodbye that names the reason. Does nothing where it has ended.
  virtual void close(Reason reason, const std::string& detail) = 0;
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  /// The key dialled, or the one that the other side showed.
  [[nodiscard]] virtual std::optional<PublicKey> peer_key() const = 0;

  // Set by whoever makes the connection, or by its handshake; constant once it is established.
  std::string peer;  ///< Empty until the peer has authenticated.
  Channel channel = Channel::consensus;
  bool is_inbound = false;
  bool is_established = false;
  Instance instance;    ///< The run of the other side.
  std::string address;  ///< Of the other side, as text; of IPv6 the network of 64 bits.
  SteadyTime established_at{};
  std::shared_ptr<ChannelCounters> counters;  ///< Set when established.
};

/// What a connection asks and tells its network. A port, so that Beast stays in connection.cpp.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  /// The peer to whom the key is pinned; null otherwise.
  virtual const std::string* name_of(const PublicKey& key) const = 0;
  virtual bool is_shut_out(const std::string& peer) const = 0;
  /// Handshake complete, both sides authenticated, same network. Sets `counters`.
  virtual void on_established(const std::shared_ptr<Connection>& connection) = 0;
  /// Returns how long to wait before more is read, by the peer's rate.
  virtual nanoseconds on_received(Connection& connection, InboundLease lease, Frame frame) = 0;
  /// Once for each connection, established or not: from now on it is of no use.
  virtual void on_ended(Connection& connection, Reason reason, const std::string& detail) = 0;
  /// Once, after on_ended: its socket is closed.
  virtual void on_gone(const std::shared_ptr<Connection>& connection) = 0;
};

/// What all connections share; outlives them.
struct ConnectionContext {
  boost::asio::io_context& io;
  /// Of new connections; the network's thread alone exchanges it.
  std::shared_ptr<boost::asio::ssl::context> tls;
  const FrameLimits& frames;
  const Limits& limits;
  Hash network_id;
  std::uint32_t protocol_version;
  Instance instance;  ///< This run.
};

struct DialTarget {
  std::string peer;
  PublicKey key;
  std::string host;
  std::uint16_t port = 0;
  Channel channel = Channel::consensus;
};

[[nodiscard]] std::shared_ptr<Connection> accept_connection(const ConnectionContext& context,
                                                            ConnectionOwner& owner,
                                                            boost::asio::ip::tcp::socket socket);
[[nodiscard]] std::shared_ptr<Connection> dial_connection(const ConnectionContext& context,
                                                          ConnectionOwner& owner,
                                                          DialTarget target);

}  // namespace vostro::p2p
