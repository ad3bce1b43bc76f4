/// Every bound of the peer-to-peer house. Plain data. Source of the numbers: threat model 2.2 and
/// consensus-spec 11; a star there means that the number may be tuned by configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "net/token_bucket.h"

namespace vostro::p2p {

using net::Rate;
using net::SteadyTime;
using net::TokenBucket;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// What may wait in memory for one peer on one channel, in bytes; each frame counts with
/// `frame_overhead_bytes` more.
struct ChannelLimits {
  std::size_t inbound_bytes_max =
      0;  ///< Received, not yet taken by the owner. Above it nothing more is read.
  std::size_t outbound_bytes_max =
      0;  ///< Queued, not yet written. Above it the connection is dropped.

  bool operator==(const ChannelLimits&) const = default;
};
/// What a queued frame costs besides its body: keeps a queue of empty frames bounded too.
inline constexpr std::size_t frame_overhead_bytes = 64;

struct Limits {
  // Before authentication.
  std::size_t half_open_max = 64;
  std::size_t half_open_per_address_max = 4;
  std::size_t establish_bytes_max = 16 * 1024;
  milliseconds establish_time{5'000};
  // An established connection.
  milliseconds idle_time{
      30'000};  ///< Each side sends a heartbeat, an unsolicited pong, every third of it.
  milliseconds frame_time{10'000};
  milliseconds close_time{500};  ///< How long a goodbye may take.
  Rate control_frames{.per_second = 10, .burst = 50};
  // 8 MiB in and 16 MiB out for each peer, divided so that bulk never takes what a vote needs.
  ChannelLimits consensus{.inbound_bytes_max = 1024 * 1024, .outbound_bytes_max = 4 * 1024 * 1024};
  ChannelLimits bulk{.inbound_bytes_max = 7 * 1024 * 1024, .outbound_bytes_max = 12 * 1024 * 1024};
  // Dialling again.
  milliseconds reconnect_first{100};
  milliseconds reconnect_max{5'000};
  /// How long a patient dialler leaves it to the peer; well above what a peer needs to come back.
  milliseconds patience{3'000};
  // Shutting out.
  milliseconds shut_out_first{60'000};
  milliseconds shut_out_max{3'600'000};
  // One identity in two places: the alarm is raised when a displaced run of the peer has come back
  // so often within the time.
  std::uint32_t displaced_alarm_count = 3;
  milliseconds displaced_alarm_time{60'000};

  bool operator==(const Limits&) const = default;
};

}  // namespace vostro::p2p
