/// What this node tells those who join: a pure reading of its store. It promises nothing and stores
/// nothing; a part of the state is read as of the height asked for, which may be any of the proof
/// window. One thread at a time.
#pragma once

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
};

class Server {
 public:
  Server(const chain::Store& store, ServerLimits limits);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Snapshot answer(const GetSnapshot& request) const;
  [[nodiscard]] Part answer(const GetPart& request);
  /// False for what the peer has asked for a moment ago.
  [[nodiscard]] bool admit(const std::string& peer, const Bytes& request, std::uint64_t now_ms);
  void forget(const std::string& peer);

 private:
  /// Records of one height in the order of their hashed keys, from one hash on: as many as fit.
  struct Window;
  [[nodiscard]] Bytes headers(const chain::StoreView& view, const GetPart& request) const;
  [[nodiscard]] Bytes ids(const chain::StoreView& view, const GetPart& request) const;
  void state(const chain::StoreView& view, const GetPart& request, Part& part);
  [[nodiscard]] bool fill(const chain::PastState& state, const Hash& from);

  const chain::Store& store_;
  ServerLimits limits_;
  std::mutex mutex_;
  std::unique_ptr<Window> window_;
  std::map<std::string, std::map<Hash, std::uint64_t>> asked_;  ///< and when
};

}  // namespace vostro::node::join
