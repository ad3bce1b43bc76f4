/// The peer-to-peer network of one node: carries frames to and from the pinned peers over TLS 1.3
/// and WebSocket, and knows no message. Owns one thread; callbacks run on it and must not block.
/// Public functions may be called from any thread, except `stop` and the destructor, which may not
/// be called from a callback.
///
/// Each pair of peers has two connections, one for each channel (see Channel). A peer counts as
/// connected while both are live; frames of the first may arrive a moment before `on_connected`,
/// and `send` works on each for itself. What was queued on a connection that ends is lost; the
/// owner hears of it and sends again what still matters.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/keys.h"
#include "base/result.h"
#include "p2p/framing.h"
#include "p2p/inbox.h"
#include "p2p/limits.h"
#include "p2p/peer.h"
#include "p2p/reason.h"

namespace vostro::p2p {

/// A frame received. While it lives it counts against what may wait for its peer and channel: let
/// go of it (or of `lease`) as soon as the frame has been dealt with, on any thread, also after the
/// network has stopped.
struct InboundFrame {
  std::string peer;
  Byte type = 0;
  Bytes body;
  InboundLease lease;
};

enum class Severity : std::uint8_t { info, warning, alarm };

/// A line for the log. Text never holds bytes chosen by a stranger.
struct Notice {
  Severity severity = Severity::info;
  std::string peer;  ///< Empty where the peer is not known.
  std::string text;
  std::optional<Reason> failure{};  ///< Of an attempt to connect, by either side.
};

/// Any may be empty. They run on the network's thread and must not throw.
struct Callbacks {
  std::function<void(InboundFrame)> on_frame;
  std::function<void(const std::string& peer)> on_connected;
  std::function<void(const std::string& peer, Reason reason)> on_disconnected;
  std::function<void(const Notice&)> on_notice;
};

struct ListenAddress {
  std::string host;        ///< An address, not a name: "0.0.0.0", "::", "127.0.0.1".
  std::uint16_t port = 0;  ///< 0 takes a free one; `start` says which.
};

struct Config {
  Hash network_id;  ///< Hash of the genesis file. Peers with another are refused, on both sides.
  std::uint32_t protocol_version = 1;
  std::optional<ListenAddress> listen;  ///< Absent where nobody dials this node.
  FrameLimits frames;
  Limits limits;
  std::uint64_t jitter_seed = 0;  ///< Differs between nodes, so that they do not dial in step.
};

/// Counts since start; bytes are those of frames, without TLS and WebSocket.
struct ChannelStatistics {
  bool is_live = false;
  std::uint64_t frames_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t connects = 0;
  std::uint64_t pauses = 0;  ///< Times that reading waited for the owner or for the peer's rate.
  std::uint64_t queued_bytes = 0;  ///< Now waiting to be written.
  /// Microseconds to the peer's host and back, as the kernel smooths it; none while not live.
  std::optional<std::uint64_t> round_trip_us;
};
struct PeerStatistics {
  std::string name;
  std::array<ChannelStatistics, all_channels.size()> channels;
  std::uint64_t displaced = 0;  ///< Connections that a newer one of the same identity displaced.
  std::uint64_t breaches = 0;   ///< Times that the peer was shut out.
};
struct Statistics {
  std::vector<PeerStatistics> peers;  ///< By name.
  std::map<Reason, std::uint64_t>
      refused;  ///< Connections that never came to be; only reasons that occurred.
  std::map<Reason, std::uint64_t> ended;  ///< Established connections that ended; the same.
  std::uint64_t half_open = 0;            ///< Now waiting for their handshake.
  std::uint64_t displaced_alarms =
      0;  ///< One identity seems to run in two places (catalogue row P11).
};

class Network {
 public:
  /// Nothing is opened before `start`. An entry of the registry with this node's own key is passed
  /// over, so that every node may be given the same registry.
  Network(Config config, const SecretKey& tls_key, Registry registry, Callbacks callbacks);
  /// Stops, if still running.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Listens and dials. Returns the port listened on, 0 without one. Call once.
  /// Errors: a sentence for the operator: limits that do not fit each other, a registry with a name
  /// or key twice or a peer to dial without address, an address that cannot be listened on.
  [[nodiscard]] Result<std::uint16_t, std::string> start();
  /// Says goodbye to every peer, waits at most `close_time` for it, ends the thread. No callback
  /// comes after it.
  void stop();

  /// Queues one frame; never blocks, never copies the body. Returns false when the type is not in
  /// the table, the body too long, the peer unknown or its channel not connected, or when its queue
  /// is full: then the connection is dropped, and dialled again.
  bool send(const std::string& peer, Byte type, std::shared_ptr<const Bytes> body);
  /// `send` to every peer. Returns to how many it was queued.
  std::size_t broadcast(Byte type, const std::shared_ptr<const Bytes>& body);

  /// The owner found malformed content or a bad signature in what this peer sent: it is
  /// disconnected and shut out for a while, longer each time. `why` goes to the log.
  void penalise(const std::string& peer, std::string why);

  /// Takes effect at once for new handshakes; connections of keys that are no longer listed end,
  /// and new peers are dialled. Errors: as `start`, for the registry; then the old one stays in
  /// force.
  [[nodiscard]] Result<void, std::string> replace_registry(Registry registry);
  /// The key that this node shows in handshakes from now on, and whose entry in registries is
  /// passed over. Connections that live go on: peers to whom the old key no longer says anything
  /// end them.
  void replace_key(const SecretKey& tls_key);

  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] bool is_connected(const std::string& peer) const;  ///< On both channels.

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vostro::p2p
