/// What the network remembers of each peer of its registry. Internal to this house; of the
/// network's thread alone, but for what is said to be shared.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "p2p/backoff.h"
#include "p2p/connection.h"
#include "p2p/framing.h"
#include "p2p/peer.h"
#include "p2p/twins.h"

namespace vostro::p2p {

/// One channel to one peer.
struct Slot {
  Slot(boost::asio::io_context& io, std::uint64_t seed, const Limits& limits)
      : counters(std::make_shared<ChannelCounters>()),
        backoff(seed, limits.reconnect_first, limits.reconnect_max),
        redial(io) {}

  std::shared_ptr<Connection> live;  ///< Changed by the network's thread under its mutex; shared.
  std::shared_ptr<ChannelCounters> counters;
  Backoff backoff;
  boost::asio::steady_timer redial;
  bool is_dialling = false;
  std::string last_failure;  ///< The notice of it is not repeated until the channel was live again.
};

struct Peer {
  Peer(boost::asio::io_context& io, PeerIdentity who, std::uint64_t seed, const Limits& limits,
       const FrameLimits& frames)
      : identity(std::move(who)),
        slots{Slot(io, seed, limits), Slot(io, seed + 1, limits)},
        shut_out(limits.shut_out_first, limits.shut_out_max),
        twins(limits.displaced_alarm_count, limits.displaced_alarm_time) {
    for (const Rate rate : frames.rates()) buckets.emplace_back(rate);
  }

  Slot& slot(Channel channel) { return slots[index_of(channel)]; }
  [[nodiscard]] bool is_live() const {
    return std::all_of(slots.begin(), slots.end(),
                       [](const Slot& slot) { return slot.live != nullptr; });
  }

  PeerIdentity identity;
  std::array<Slot, all_channels.size()> slots;
  std::vector<TokenBucket>
      buckets;  ///< By rate class; they outlive connections, so that dialling anew fills none.
  ShutOut shut_out;
  TwinWatch twins;
  bool is_connected = false;  ///< What the owner was told.
  std::atomic<std::uint64_t> displaced{0};
  std::atomic<std::uint64_t> breaches{0};
};

/// Errors: a sentence that names the entry at fault: a name or key that stands twice, a name too
/// long or empty, a peer to dial without an address.
[[nodiscard]] Result<void, std::string> check_registry(const Registry& registry);

}  // namespace vostro::p2p
