/// What the tests of the peer-to-peer house share: nodes that record what happens to them and can
/// be waited for, and a client made of bare sockets and OpenSSL that does what no honest peer does.
#pragma once

#include <openssl/ssl.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "p2p/network.h"

namespace vostro::p2p::test {

// The table of frame types of all tests.
inline constexpr Byte kVote = 1;      ///< Consensus, 2 KiB.
inline constexpr Byte kProposal = 2;  ///< Consensus, 64 KiB.
inline constexpr Byte kPart = 3;      ///< Bulk, 4 MiB.
inline constexpr Byte kRequest = 4;   ///< Consensus, 100 bytes, 100 a second and 5 at once.
inline constexpr Byte kUnlisted = 99;
inline constexpr std::uint32_t kVoteBytesMax = 2 * 1024;
inline constexpr std::uint32_t kPartBytesMax = 4 * 1024 * 1024;
[[nodiscard]] FrameLimits frame_table();

/// The key that the number stands for: the same in every run.
[[nodiscard]] SecretKey key_of(Byte number);
[[nodiscard]] Hash network_of(Byte number);
[[nodiscard]] std::shared_ptr<const Bytes> body_of(std::size_t size, Byte fill = 7);

/// A network that writes down what it is told.
class Node {
 public:
  struct Received {
    std::string peer;
    Byte type = 0;
    Bytes body;
    InboundLease lease;
  };
  struct Settings {
    Byte key = 0;
    Registry registry;
    bool listens = false;
    std::uint16_t port = 0;
    Byte network = 1;
    std::uint32_t protocol = 1;
    Limits limits{};
    bool keeps_leases = false;  ///< As an owner does that is too busy to take frames.
  };

  explicit Node(Settings settings);
  Network& network() { return *network_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Waits until `is_so(*this)`, looked at after every event, and every few milliseconds because
  /// counters change without one. False after ten seconds, which no test needs.
  template <class Condition>
  [[nodiscard]] bool wait(Condition is_so) {
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!is_so(*this)) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
  }
  [[nodiscard]] bool wait_connected(const std::string& peer, int times = 1);
  [[nodiscard]] bool wait_ended(Reason reason, std::uint64_t times = 1);
  [[nodiscard]] bool wait_refused(Reason reason, std::uint64_t times = 1);
  [[nodiscard]] bool wait_frames(std::size_t count);
  [[nodiscard]] bool wait_notice(const std::string& part);
  [[nodiscard]] std::uint64_t refused(Reason reason) const;
  [[nodiscard]] PeerStatistics peer(const std::string& name) const;
  void drop_frames();
  /// Frames of the type so far; as the frames below.
  [[nodiscard]] std::ptrdiff_t count(Byte type) const;
  /// Lets go of all frames of the type, and says how many there were.
  std::size_t take(Byte type);

  // Guarded by the mutex: read them inside `wait`, or when nothing happens any more.
  std::vector<Received> frames;
  std::vector<std::string> connected;
  std::vector<std::pair<std::string, Reason>> disconnected;
  std::vector<Notice> notices;

 private:
  bool keeps_leases_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Network> network_;  // Last: its thread uses the others.
};

/// "node1" with the key of that number; dialled at `port` where that is not 0.
[[nodiscard]] PeerIdentity peer_of(Byte number, std::uint16_t port = 0);

/// A blocking client. Each step returns whether it worked; reads give up after five seconds.
class RawClient {
 public:
  struct Identity {
    std::optional<Byte>
        certificate;  ///< Whose public key the certificate shows; none: no certificate at all.
    std::optional<Byte> secret;  ///< With whose secret key it signs; absent: the same.
    int version = TLS1_3_VERSION;
  };

  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connect_tls(const Identity& identity);
  /// Plain bytes, below TLS.
  bool write_plain(ByteView bytes);
  bool write(ByteView bytes);
  bool write(std::string_view text) { return write(as_bytes(text)); }
  /// The answer's status line and headers; empty when the connection ended.
  [[nodiscard]] std::string upgrade(std::string_view path, Byte network = 1,
                                    std::string_view protocol = "1",
                                    std::string_view instance = "");
  /// One masked WebSocket frame with the claimed length, followed by `payload`, which may be
  /// shorter.
  bool write_frame(Byte opcode, bool is_final, std::uint64_t claimed, ByteView payload);
  bool write_binary(ByteView payload) { return write_frame(2, true, payload.size(), payload); }
  /// Reads and forgets until the other side closes; false when it has not after ten seconds.
  [[nodiscard]] bool is_closed_by_peer();
  /// True when the server has given anything to resume the session with.
  [[nodiscard]] bool has_ticket() const;
  /// Whatever was received until then.
  [[nodiscard]] const std::string& received() const { return received_; }

 private:
  [[nodiscard]] long read_some();
  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  std::string received_;
};

}  // namespace vostro::p2p::test
