/// What this node tells those who join: a pure reading of its store. It promises nothing and stores
/// nothing; a part of the state is read as of the height asked for, which may be any of the proof
/// window.
///
/// The records of a part lie scattered: to find them the whole state is read, and what follows them
/// in the order of hashed keys is held for the parts to come. So a peer costs this node a reading
/// where it asks for the parts in that order, and may ask for another one only after a while.
///
/// `answer` is for one thread, of no use to consensus: a reading takes seconds and more. All else:
/// any thread, and waits for nothing.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "chain/store/store.h"
#include "node/join/messages.h"

namespace vostro::node::join {

struct ServerLimits {
  /// Records of one part of the state, encoded: above it the part is too large.
  std::size_t state_bytes = 1024 * 1024;
  std::size_t ids_bytes = 1024 * 1024;          ///< of one PART with ids of more than one block
  std::size_t window_bytes = 16 * 1024 * 1024;  ///< records held in memory for the parts to come
  std::uint64_t repeat_ms = 1'000;              ///< the same request again is answered so often
  std::size_t requests_remembered = 64;         ///< of each peer
  std::size_t under_way = 4;                    ///< requests of each peer (threat model 2.2)
  /// Between two readings of the whole state for one peer: so long, or as long as the first took.
  std::uint64_t scan_rest_ms = 200;
};

class Server {
 public:
  /// `now_ms`: a clock that never goes back.
  Server(const chain::Store& store, ServerLimits limits, std::function<std::uint64_t()> now_ms);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Snapshot answer(const GetSnapshot& request) const;
  [[nodiscard]] Part answer(const std::string& peer, const GetPart& request);
  /// How often the whole state was read.
  [[nodiscard]] std::uint64_t scans() const { return scans_; }

  /// False for what the peer has asked for a moment ago, and for more than it may ask for at once;
  /// else `done` is called once it has its answer.
  [[nodiscard]] bool admit(const std::string& peer, const Bytes& request);
  void done(const std::string& peer);
  /// It is gone.
  void forget(const std::string& peer);
  /// Ends a reading that is under way, and allows no other.
  void stop() { stopped_ = true; }

 private:
  /// Records of one height in the order of their hashed keys, from one hash on: as many as fit.
  struct Window;
  [[nodiscard]] Bytes headers(const chain::StoreView& view, const GetPart& request) const;
  [[nodiscard]] Bytes ids(const chain::StoreView& view, const GetPart& request) const;
  void state(const chain::StoreView& view, const std::string& peer, const GetPart& request,
             Part& part);
  [[nodiscard]] bool fill(const chain::PastState& state, const Hash& from);

  const chain::Store& store_;
  ServerLimits limits_;
  std::function<std::uint64_t()> now_ms_;
  std::unique_ptr<Window> window_;
  std::map<std::string, std::uint64_t> no_scan_before_ms_;  ///< by peer, also one that was gone
  std::atomic<std::uint64_t> scans_{0};
  std::atomic<bool> stopped_{false};

  struct Asker {
    std::map<Hash, std::uint64_t> asked;  ///< and when
    std::size_t under_way = 0;
  };
  std::mutex askers_mutex_;
  std::map<std::string, Asker> askers_;
};

}  // namespace vostro::node::join
