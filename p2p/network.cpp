#include "p2p/network.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/check.h"
#include "p2p/connection.h"
#include "p2p/peer_state.h"
#include "p2p/tls.h"

namespace vostro::p2p {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

/// Strangers write lines of our log by knocking: so many at once, then one a second. The counters
/// miss none.
constexpr Rate kStrangerNotices{.per_second = 1, .burst = 20};
/// After an error of accept, most often no descriptor left.
constexpr milliseconds kAcceptPause{100};
/// A connection that lived so long was a good one: the next dialling begins with the first delay
/// again.
constexpr milliseconds kGoodLife{1'000};

SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

Instance draw_instance() {
  Instance instance;
  fill_random(instance.bytes);
  return instance;
}

using ReasonCounters = std::array<std::atomic<std::uint64_t>, reason_count>;

void count(ReasonCounters& counters, Reason reason) {
  counters[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
}

std::map<Reason, std::uint64_t> read(const ReasonCounters& counters) {
  std::map<Reason, std::uint64_t> counted;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const std::uint64_t value = counters[i].load(std::memory_order_relaxed);
    if (value != 0) counted[static_cast<Reason>(i)] = value;
  }
  return counted;
}

/// "the peer runs another network: genesis hash 12.., here 34.."
std::string sentence(Reason reason, const std::string& detail) {
  const std::string clause(describe(reason));
  return detail.empty() ? clause : clause + ": " + detail;
}

}  // namespace

class Network::Impl final : public ConnectionOwner {
 public:
  Impl(Config config, const SecretKey& tls_key, Registry registry, Callbacks callbacks)
      : config_(std::move(config)),
        own_key_(tls_key.public_key()),
        first_registry_(std::move(registry)),
        callbacks_(std::move(callbacks)),
        context_{io_,
                 std::make_shared<net::ssl::context>(make_tls_context(tls_key)),
                 config_.frames,
                 config_.limits,
                 config_.network_id,
                 config_.protocol_version,
                 draw_instance()},
        acceptor_(io_),
        accept_pause_(io_) {}

  ~Impl() override { stop(); }

  [[nodiscard]] Result<std::uint16_t, std::string> start();
  void stop();
  bool send(const std::string& peer, Byte type, std::shared_ptr<const Bytes> body);
  std::size_t broadcast(Byte type, const std::shared_ptr<const Bytes>& body);
  void penalise(const std::string& peer, std::string why);
  [[nodiscard]] Result<void, std::string> replace_registry(Registry registry);
  void replace_key(const SecretKey& tls_key);
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] bool is_connected(const std::string& peer) const;

  // ConnectionOwner
  const std::string* name_of(const PublicKey& key) const override;
  bool is_shut_out(const std::string& peer) const override;
  void on_established(const std::shared_ptr<Connection>& connection) override;
  nanoseconds on_received(Connection& connection, InboundLease lease, Frame frame) override;
  void on_ended(Connection& connection, Reason reason, const std::string& detail) override;
  void on_gone(const std::shared_ptr<Connection>& connection) override;

 private:
  using PeerPointer = std::shared_ptr<Peer>;

  [[nodiscard]] Result<std::uint16_t, std::string> listen(const ListenAddress& at);
  void accept();
  void on_accepted(tcp::socket socket);
  void begin_stop();

  void apply_registry(const Registry& registry);
  [[nodiscard]] PeerPointer find(const std::string& name) const;
  /// Null where the registry no longer has this key under this name.
  [[nodiscard]] PeerPointer peer_of(const Connection& connection) const;
  [[nodiscard]] const FrameRule* rule_for(Byte type,
                                          const std::shared_ptr<const Bytes>& body) const;

  void redial_later(const PeerPointer& peer, Channel channel, nanoseconds delay);
  void dial_if_needed(const PeerPointer& peer, Channel channel);
  void note_displacement(Peer& peer, const Connection& older, const Connection& newer);
  void shut_out(Peer& peer, Reason reason);
  void close_channels(Peer& peer, Reason reason, const std::string& detail);
  void report_failure(const Connection& connection, Reason reason, const std::string& detail);
  void notice(Severity severity, const std::string& peer, std::string text,
              std::optional<Reason> failure = {}) const {
    if (callbacks_.on_notice) callbacks_.on_notice({severity, peer, std::move(text), failure});
  }

  const Config config_;
  PublicKey own_key_;  ///< of the network's thread, once that runs
  Registry first_registry_;
  const Callbacks callbacks_;

  // Before everything that holds sockets and timers, which belong to it.
  net::io_context io_{1};
  ConnectionContext context_;
  tcp::acceptor acceptor_;
  net::steady_timer accept_pause_;
  std::thread thread_;

  // Only the network's thread writes these, and under the mutex; it reads them without.
  mutable std::mutex mutex_;
  std::map<std::string, PeerPointer> peers_;
  std::map<PublicKey, PeerPointer> peers_by_key_;

  // Of the network's thread alone.
  std::set<std::shared_ptr<Connection>> connections_;
  std::map<std::string, std::size_t> half_open_by_address_;
  TokenBucket stranger_notices_{kStrangerNotices};
  std::uint64_t seeds_given_ = 0;
  bool is_stopping_ = false;

  std::atomic<std::uint64_t> half_open_{0};
  std::atomic<std::uint64_t> displaced_alarms_{0};
  ReasonCounters refused_{};
  ReasonCounters ended_{};
};

// ------------------------------------------------------------------------------------------------
// start and stop

Result<std::uint16_t, std::string> Network::Impl::start() {
  VOSTRO_CHECK(!thread_.joinable());
  if (auto limits = check_limits(config_.limits, config_.frames); !limits) {
    return fail(limits.error());
  }
  if (auto registry = check_registry(first_registry_); !registry) return fail(registry.error());
  std::uint16_t port = 0;
  if (config_.listen) {
    auto listening = listen(*config_.listen);
    if (!listening) return listening;
    port = *listening;
  }
  // Before there is a thread: whoever asks after `start` finds the peers.
  apply_registry(first_registry_);
  net::post(io_, [this] {
    notice(Severity::info, "",
           "the memory of " + std::to_string(first_registry_.size()) + " peers is at most " +
               std::to_string(
                   memory_bytes_max(config_.limits, config_.frames, first_registry_.size())) +
               " bytes");
    if (config_.listen) accept();
  });
  thread_ = std::thread([this] {
    const auto work = net::make_work_guard(io_);
    io_.run();
  });
  return port;
}

Result<std::uint16_t, std::string> Network::Impl::listen(const ListenAddress& at) {
  const std::string place = at.host + " port " + std::to_string(at.port);
  error_code ec;
  const auto address = net::ip::make_address(at.host, ec);
  if (ec) return fail("cannot listen on " + place + ": not an address");
  const tcp::endpoint endpoint(address, at.port);
  acceptor_.open(endpoint.protocol(), ec);
  // A restarted node takes its port back at once.
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(net::socket_base::max_listen_connections, ec);
  tcp::endpoint bound;
  if (!ec) bound = acceptor_.local_endpoint(ec);
  if (ec) return fail("cannot listen on " + place + ": " + ec.message());
  return bound.port();
}

void Network::Impl::stop() {
  if (!thread_.joinable()) return;
  VOSTRO_CHECK(std::this_thread::get_id() != thread_.get_id());
  net::post(io_, [this] { begin_stop(); });
  thread_.join();
  const std::lock_guard lock(mutex_);
  peers_.clear();
  peers_by_key_.clear();
}

void Network::Impl::begin_stop() {
  is_stopping_ = true;
  error_code ignored;  // Nothing is left to be done about an acceptor that does not close.
  acceptor_.close(ignored);
  accept_pause_.cancel();
  for (const auto& [name, peer] : peers_) {
    for (Slot& slot : peer->slots) slot.redial.cancel();
  }
  const auto all = connections_;
  for (const auto& connection : all) connection->close(Reason::stopped, "");
  if (connections_.empty()) io_.stop();
}

// --------------------------------------------------------------------------------------------------
// accepting

void Network::Impl::accept() {
  acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
    if (is_stopping_) return;
    if (!ec) {
      on_accepted(std::move(socket));
      return accept();
    }
    if (stranger_notices_.try_take(steady_now())) {
      notice(Severity::warning, "", "cannot accept a connection: " + ec.message());
    }
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](error_code cancelled) {
      if (!cancelled && !is_stopping_) accept();
    });
  });
}

void Network::Impl::on_accepted(tcp::socket socket) {
  auto connection = accept_connection(context_, *this, std::move(socket));
  const auto found = half_open_by_address_.find(connection->address);
  const std::size_t of_address = found == half_open_by_address_.end() ? 0 : found->second;
  std::optional<Reason> refusal;
  if (half_open_.load(std::memory_order_relaxed) >= config_.limits.half_open_max) {
    refusal = Reason::half_open_limit;
  } else if (of_address >= config_.limits.half_open_per_address_max) {
    refusal = Reason::address_limit;
  }
  if (refusal) {
    // Not started, never registered: its socket closes with it.
    count(refused_, *refusal);
    report_failure(*connection, *refusal, "");
    return;
  }
  half_open_.fetch_add(1, std::memory_order_relaxed);
  ++half_open_by_address_[connection->address];
  connections_.insert(connection);
  connection->start();
}

// ---------------------------------------------------------------------------------------------------
// dialling

void Network::Impl::redial_later(const PeerPointer& peer, Channel channel, nanoseconds delay) {
  if (is_stopping_ || !peer->identity.dial) return;
  if (peer->identity.is_patient) delay = std::max<nanoseconds>(delay, config_.limits.patience);
  net::steady_timer& timer = peer->slot(channel).redial;
  timer.expires_after(delay);
  timer.async_wait([this, channel, weak = std::weak_ptr(peer)](error_code cancelled) {
    const auto still_there = weak.lock();
    if (!cancelled && still_there) dial_if_needed(still_there, channel);
  });
}

void Network::Impl::dial_if_needed(const PeerPointer& peer, Channel channel) {
  if (is_stopping_ || !peer->identity.dial || find(peer->identity.name) != peer) return;
  Slot& slot = peer->slot(channel);
  if (slot.live || slot.is_dialling) return;
  const auto out = peer->shut_out.remaining(steady_now());
  if (out.count() > 0) return redial_later(peer, channel, out);
  // One handshake after the other: neighbours behind one address do not use up each other's
  // half-open connections. The bulk channel is dialled when the consensus channel is live
  // (on_established).
  if (channel == Channel::bulk && !peer->slot(Channel::consensus).live) return;
  slot.is_dialling = true;
  const auto connection = dial_connection(context_, *this,
                                          {.peer = peer->identity.name,
                                           .key = peer->identity.tls_key,
                                           .host = peer->identity.host,
                                           .port = peer->identity.port,
                                           .channel = channel});
  connections_.insert(connection);
  connection->start();
}

// ------------------------------------------------------------------------------------------- what
// connections tell

const std::string* Network::Impl::name_of(const PublicKey& key) const {
  const auto found = peers_by_key_.find(key);
  return found == peers_by_key_.end() ? nullptr : &found->second->identity.name;
}

bool Network::Impl::is_shut_out(const std::string& name) const {
  const auto peer = find(name);
  return peer && peer->shut_out.is_out(steady_now());
}

void Network::Impl::on_established(const std::shared_ptr<Connection>& connection) {
  if (connection->is_inbound) {
    half_open_.fetch_sub(1, std::memory_order_relaxed);
    const auto entry = half_open_by_address_.find(connection->address);
    VOSTRO_CHECK(entry != half_open_by_address_.end());
    if (--entry->second == 0) half_open_by_address_.erase(entry);
  }
  const auto peer = peer_of(*connection);
  if (!peer) {
    // The registry changed during the handshake.
    connection->counters = std::make_shared<ChannelCounters>();
    return connection->close(Reason::removed, "");
  }
  Slot& slot = peer->slot(connection->channel);
  connection->counters = slot.counters;
  slot.counters->connects.fetch_add(1, std::memory_order_relaxed);
  slot.counters->round_trip_us.store(0, std::memory_order_relaxed);
  slot.last_failure.clear();
  if (!connection->is_inbound) slot.is_dialling = false;
  if (const auto older = slot.live) {
    note_displacement(*peer, *older, *connection);
    older->close(Reason::displaced, "");
  }
  VOSTRO_CHECK(slot.live == nullptr);
  {
    const std::lock_guard lock(mutex_);
    slot.live = connection;
  }
  notice(Severity::info, connection->peer,
         "channel " + std::string(to_string(connection->channel)) + " is connected");
  // Whoever dialled the first channel dials the second.
  if (connection->channel == Channel::consensus) {
    if (connection->is_inbound) {
      redial_later(peer, Channel::bulk, config_.limits.patience);
    } else {
      dial_if_needed(peer, Channel::bulk);
    }
  }
  if (peer->is_live() && !std::exchange(peer->is_connected, true) && callbacks_.on_connected) {
    callbacks_.on_connected(connection->peer);
  }
}

nanoseconds Network::Impl::on_received(Connection& connection, InboundLease lease, Frame frame) {
  const auto peer = peer_of(connection);
  if (!peer) return nanoseconds(0);  // Just removed: the connection is about to end.
  const FrameRule* rule = config_.frames.rule_of(frame.type);
  VOSTRO_CHECK(rule != nullptr);
  if (callbacks_.on_frame) {
    callbacks_.on_frame({.peer = connection.peer,
                         .type = frame.type,
                         .body = std::move(frame.body),
                         .lease = std::move(lease)});
  }
  return peer->buckets[rule->rate_class].take(steady_now());
}

void Network::Impl::on_ended(Connection& connection, Reason reason, const std::string& detail) {
  const auto peer = peer_of(connection);
  if (!connection.is_established) {
    count(refused_, reason);
    if (connection.is_inbound) {
      half_open_.fetch_sub(1, std::memory_order_relaxed);
      const auto entry = half_open_by_address_.find(connection.address);
      VOSTRO_CHECK(entry != half_open_by_address_.end());
      if (--entry->second == 0) half_open_by_address_.erase(entry);
    }
    if (reason != Reason::stopped) report_failure(connection, reason, detail);
    if (peer && !connection.is_inbound) {
      Slot& slot = peer->slot(connection.channel);
      slot.is_dialling = false;
      redial_later(peer, connection.channel, slot.backoff.next());
    }
    return;
  }

  count(ended_, reason);
  notice(is_breach(reason) ? Severity::warning : Severity::info, connection.peer,
         "channel " + std::string(to_string(connection.channel)) +
             " ended: " + sentence(reason, detail));
  if (!peer) return;
  Slot& slot = peer->slot(connection.channel);
  if (slot.live.get() == &connection) {
    {
      const std::lock_guard lock(mutex_);
      slot.live.reset();
    }
    if (steady_now() - connection.established_at > kGoodLife) slot.backoff.reset();
    redial_later(peer, connection.channel, slot.backoff.next());
    if (std::exchange(peer->is_connected, false) && callbacks_.on_disconnected) {
      callbacks_.on_disconnected(connection.peer, reason);
    }
  }
  if (is_breach(reason)) shut_out(*peer, reason);
}

void Network::Impl::on_gone(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  if (is_stopping_ && connections_.empty()) io_.stop();
}

void Network::Impl::note_displacement(Peer& peer, const Connection& older,
                                      const Connection& newer) {
  peer.displaced.fetch_add(1, std::memory_order_relaxed);
  if (!peer.twins.on_displaced(steady_now(), older.instance, newer.instance)) return;
  displaced_alarms_.fetch_add(1, std::memory_order_relaxed);
  notice(Severity::alarm, peer.identity.name,
         "connections of this peer displace each other on channel " +
             std::string(to_string(newer.channel)) +
             ": its key seems to be in use by two nodes; ask the bank to stop one of them");
}

void Network::Impl::shut_out(Peer& peer, Reason reason) {
  const auto now = steady_now();
  if (peer.shut_out.is_out(now)) return;
  const milliseconds term = peer.shut_out.add_breach(now);
  peer.breaches.fetch_add(1, std::memory_order_relaxed);
  notice(Severity::warning, peer.identity.name,
         "shut out for " + std::to_string(term.count()) + " ms: " + std::string(describe(reason)));
  close_channels(peer, reason, "the other channel follows");
}

void Network::Impl::close_channels(Peer& peer, Reason reason, const std::string& detail) {
  for (Slot& slot : peer.slots) {
    if (const auto live = slot.live) live->close(reason, detail);
  }
}

void Network::Impl::report_failure(const Connection& connection, Reason reason,
                                   const std::string& detail) {
  const auto peer = peer_of(connection);
  if (!peer) {
    if (!stranger_notices_.try_take(steady_now())) return;
    return notice(Severity::warning, "",
                  "refused a connection of " + connection.address + ": " + sentence(reason, detail),
                  reason);
  }
  const std::string& name = peer->identity.name;
  std::string text;
  if (reason == Reason::other_network) {
    text = "peer " + name + " runs another network: " + detail;
  } else if (connection.is_inbound) {
    text = "refused a connection of peer " + name + ": " + sentence(reason, detail);
  } else {
    text = "cannot connect to peer " + name + ": " + sentence(reason, detail);
  }
  std::string& last = peer->slot(connection.channel).last_failure;
  if (last == text) return;
  last = text;
  notice(Severity::warning, name, std::move(text), reason);
}

// --------------------------------------------------------------------------------------------------
// the registry

void Network::Impl::apply_registry(const Registry& registry) {
  std::map<std::string, PeerPointer> wanted;
  for (const PeerIdentity& identity : registry) {
    if (identity.tls_key == own_key_) continue;
    const auto known = find(identity.name);
    if (known && known->identity.tls_key == identity.tls_key) {
      known->identity = identity;
      wanted[identity.name] = known;
      continue;
    }
    // Channels take a seed each; splitmix64 makes unrelated sequences of neighbouring seeds.
    const std::uint64_t seed = config_.jitter_seed + all_channels.size() * seeds_given_++;
    wanted[identity.name] =
        std::make_shared<Peer>(io_, identity, seed, config_.limits, config_.frames);
  }
  std::vector<PeerPointer> removed;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, peer] : peers_) {
      const auto kept = wanted.find(name);
      if (kept == wanted.end() || kept->second != peer) removed.push_back(peer);
    }
    peers_ = std::move(wanted);
    peers_by_key_.clear();
    for (const auto& [name, peer] : peers_) peers_by_key_[peer->identity.tls_key] = peer;
  }
  for (const PeerPointer& peer : removed) {
    for (Slot& slot : peer->slots) slot.redial.cancel();
    close_channels(*peer, Reason::removed, "");
    // Its connections no longer find it, so that the owner is told here.
    if (std::exchange(peer->is_connected, false) && callbacks_.on_disconnected) {
      callbacks_.on_disconnected(peer->identity.name, Reason::removed);
    }
    const std::lock_guard lock(mutex_);
    for (Slot& slot : peer->slots) slot.live.reset();
  }
  for (const auto& [name, peer] : peers_) {
    for (const Channel channel : all_channels) {
      if (peer->identity.is_patient) {
        if (!peer->slot(channel).live) redial_later(peer, channel, config_.limits.patience);
      } else {
        dial_if_needed(peer, channel);
      }
    }
  }
}

void Network::Impl::replace_key(const SecretKey& tls_key) {
  auto context = std::make_shared<net::ssl::context>(make_tls_context(tls_key));
  net::post(io_, [this, key = tls_key.public_key(), context = std::move(context)]() mutable {
    own_key_ = key;
    context_.tls = std::move(context);
  });
}

Result<void, std::string> Network::Impl::replace_registry(Registry registry) {
  if (auto checked = check_registry(registry); !checked) return checked;
  net::post(io_, [this, registry = std::move(registry)] {
    if (!is_stopping_) apply_registry(registry);
  });
  return {};
}

std::shared_ptr<Peer> Network::Impl::find(const std::string& name) const {
  const auto found = peers_.find(name);
  return found == peers_.end() ? nullptr : found->second;
}

Network::Impl::PeerPointer Network::Impl::peer_of(const Connection& connection) const {
  auto peer = find(connection.peer);
  return peer && peer->identity.tls_key == connection.peer_key() ? peer : nullptr;
}

// ------------------------------------------------------------------------------------------- what
// the owner asks

const FrameRule* Network::Impl::rule_for(Byte type,
                                         const std::shared_ptr<const Bytes>& body) const {
  VOSTRO_CHECK(body != nullptr);
  const FrameRule* rule = config_.frames.rule_of(type);
  return rule != nullptr && body->size() <= rule->body_bytes_max ? rule : nullptr;
}

bool Network::Impl::send(const std::string& name, Byte type, std::shared_ptr<const Bytes> body) {
  const FrameRule* rule = rule_for(type, body);
  if (rule == nullptr) return false;
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard lock(mutex_);
    if (const auto peer = find(name)) connection = peer->slot(rule->channel).live;
  }
  if (!connection) return false;
  const auto outcome = connection->send({.type = type, .body = std::move(body)});
  return outcome == Outbox::Push::queued || outcome == Outbox::Push::queued_first;
}

std::size_t Network::Impl::broadcast(Byte type, const std::shared_ptr<const Bytes>& body) {
  const FrameRule* rule = rule_for(type, body);
  if (rule == nullptr) return 0;
  std::vector<std::shared_ptr<Connection>> connections;
  {
    const std::lock_guard lock(mutex_);
    connections.reserve(peers_.size());
    for (const auto& [name, peer] : peers_) {
      if (const auto& live = peer->slot(rule->channel).live) connections.push_back(live);
    }
  }
  std::size_t queued = 0;
  for (const auto& connection : connections) {
    const auto outcome = connection->send({.type = type, .body = body});
    if (outcome == Outbox::Push::queued || outcome == Outbox::Push::queued_first) ++queued;
  }
  return queued;
}

void Network::Impl::penalise(const std::string& name, std::string why) {
  net::post(io_, [this, name, why = std::move(why)] {
    const auto peer = find(name);
    if (!peer) return;
    close_channels(*peer, Reason::penalised, why);
    shut_out(*peer, Reason::penalised);  // Where it was not connected any more.
  });
}

bool Network::Impl::is_connected(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto peer = find(name);
  return peer && peer->is_live();
}

Statistics Network::Impl::statistics() const {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  Statistics all;
  all.refused = read(refused_);
  all.ended = read(ended_);
  all.half_open = half_open_.load(kRelaxed);
  all.displaced_alarms = displaced_alarms_.load(kRelaxed);
  const std::lock_guard lock(mutex_);
  for (const auto& [name, peer] : peers_) {
    PeerStatistics one{.name = name,
                       .channels = {},
                       .displaced = peer->displaced.load(kRelaxed),
                       .breaches = peer->breaches.load(kRelaxed)};
    for (const Channel channel : all_channels) {
      const Slot& slot = peer->slot(channel);
      const std::uint64_t round_trip_us = slot.counters->round_trip_us.load(kRelaxed);
      one.channels[index_of(channel)] = {
          .is_live = slot.live != nullptr,
          .frames_in = slot.counters->frames_in.load(kRelaxed),
          .bytes_in = slot.counters->bytes_in.load(kRelaxed),
          .frames_out = slot.counters->frames_out.load(kRelaxed),
          .bytes_out = slot.counters->bytes_out.load(kRelaxed),
          .connects = slot.counters->connects.load(kRelaxed),
          .pauses = slot.counters->pauses.load(kRelaxed),
          .queued_bytes = slot.live ? slot.live->queued_bytes() : 0,
          .round_trip_us =
              slot.live && round_trip_us > 0 ? std::optional(round_trip_us) : std::nullopt,
      };
    }
    all.peers.push_back(std::move(one));
  }
  return all;
}

// ---------------------------------------------------------------------------------------------------
// the facade

Network::Network(Config config, const SecretKey& tls_key, Registry registry, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(config), tls_key, std::move(registry),
                                   std::move(callbacks))) {}
Network::~Network() = default;
Result<std::uint16_t, std::string> Network::start() {
  return impl_->start();
}
void Network::stop() {
  impl_->stop();
}
bool Network::send(const std::string& peer, Byte type, std::shared_ptr<const Bytes> body) {
  return impl_->send(peer, type, std::move(body));
}
std::size_t Network::broadcast(Byte type, const std::shared_ptr<const Bytes>& body) {
  return impl_->broadcast(type, body);
}
void Network::penalise(const std::string& peer, std::string why) {
  impl_->penalise(peer, std::move(why));
}
Result<void, std::string> Network::replace_registry(Registry registry) {
  return impl_->replace_registry(std::move(registry));
}
void Network::replace_key(const SecretKey& tls_key) {
  impl_->replace_key(tls_key);
}
Statistics Network::statistics() const {
  return impl_->statistics();
}
bool Network::is_connected(const std::string& peer) const {
  return impl_->is_connected(peer);
}

}  // namespace vostro::p2p
