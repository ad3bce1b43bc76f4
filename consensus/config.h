/// What an operator or a genesis file may set of the protocol's timing, and the caps of its tables.
/// Plain data with the defaults of consensus-spec sections 6, 10, 11 and 12. Times are in
/// milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vostro::consensus {

struct Timeouts {
  std::uint64_t view_start_ms = 1'000;     ///< T_base while no view has been measured
  std::uint64_t view_min_ms = 250;         ///< T_lo
  std::uint64_t view_base_max_ms = 5'000;  ///< T_hi
  std::uint64_t view_max_ms =
      60'000;  ///< T_max; liveness needs 7 Delta + 3 T_flush + build + execution
  std::uint64_t round_trip_start_ms = 25;  ///< taken as the median round trip until one is measured
  std::uint64_t flush_min_ms =
      20;  ///< T_flush is not below this: on loopback twice the round trip is no wait at all
  std::uint64_t retransmit_max_ms = 5'000;
  std::uint64_t silence_ms =
      10'000;                      ///< a leader silent for so long while Q others spoke gets T_skip
  std::uint64_t heartbeat_ms = 0;  ///< 0 = off; a chain parameter
  std::uint64_t future_ms = 500;   ///< D_future
  std::uint64_t past_ms = 5'000;   ///< D_past without T(v), which is added
  std::uint64_t listen_ms =
      5'000;  ///< after a start: no votes, only listening for a second instance of this key
  std::uint64_t help_ms = 200;  ///< at most one answer to a peer that is behind in this time
};

struct Caps {
  std::size_t extend_above_final =
      64;  ///< leader: EXTEND only with fewer blocks above the final one
  std::size_t vote_above_final = 128;  ///< voter: no NOTARIZE for an EXTEND further above
  std::size_t evidence_per_kind = 16;  ///< items per (signer, kind)
  std::size_t evidence_views = 64;  ///< left views whose votes are kept to compare with late ones
  std::size_t finalize_views =
      4'096;  ///< views above F with FINALIZE votes; the newest over this are dropped
  std::size_t peers = 1'024;  ///< peers with state; of more, nothing is remembered
  std::size_t reply_bytes_per_second = 4 * 1024 * 1024;  ///< GET_* answers to one peer
  std::size_t reply_bytes_burst = 8 * 1024 * 1024;
  std::size_t retransmit_bytes =
      256 * 1024;  ///< of one RETX to one peer; PROPOSE and votes go first
};

struct Config {
  Timeouts timeouts;
  Caps caps;
};

}  // namespace vostro::consensus
