/// When each peer was last heard, and what it told of itself: for people who look at the network,
/// never for a decision. Bounded by the number of peers. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "consensus/messages.h"

namespace vostro::node {

/// Why the newest attempt to connect failed, by either side.
struct PeerFailure {
  std::string reason;  ///< a word of p2p/reason.h
  UnixMillis at{};     ///< the first one of this kind in a row

  bool operator==(const PeerFailure&) const = default;
};

struct PeerHeard {
  std::optional<UnixMillis> at{};        ///< of its newest frame, by this node's clock
  std::optional<UnixMillis> since{};     ///< when it connected, or was lost; none: never connected
  std::optional<PeerFailure> failure{};  ///< none while it is connected
  // None before its first STATUS of this connection.
  std::optional<View> view{};  ///< of its newest STATUS or vote
  std::optional<View> final_view{};
  std::optional<Height> final_height{};
  std::optional<std::int64_t> clock_offset_ms{};  ///< its clock less this one, the way included

  bool operator==(const PeerHeard&) const = default;
};

class Heard {
 public:
  void on_frame(consensus::PeerId peer, UnixMillis now);
  void on_status(consensus::PeerId peer, const consensus::Status& status, UnixMillis now);
  void on_vote(consensus::PeerId peer, View view);
  void on_connected(consensus::PeerId peer, UnixMillis now);
  /// What it told is of the past now; when it was heard stays.
  void on_disconnected(consensus::PeerId peer, UnixMillis now);
  void on_failure(consensus::PeerId peer, std::string reason, UnixMillis now);
  [[nodiscard]] std::optional<PeerHeard> of(consensus::PeerId peer) const;

 private:
  mutable std::mutex mutex_;
  std::map<consensus::PeerId, PeerHeard> peers_;
};

}  // namespace vostro::node
