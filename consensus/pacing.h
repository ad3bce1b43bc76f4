/// How long things may take: the view timeout from what recent views took, the flush time from
/// round trips and finalizations, and which leaders have fallen silent. Integers only,
/// milliseconds. Source: consensus-spec section 10.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "consensus/committee.h"
#include "consensus/config.h"
#include "consensus/types.h"

namespace vostro::consensus {

class Pacing {
 public:
  /// Views whose durations count for T_base.
  static constexpr std::size_t samples_max = 128;

  Pacing(const Timeouts& timeouts, const Committee& committee);

  /// T_base = clamp(T_lo, 3 x p99 of (armed -> notarization) over the last 128 finalized views,
  /// T_hi).
  [[nodiscard]] std::uint64_t base_ms() const { return base_ms_; }
  /// T(v) = min(T_max, T_base * 2^floor((v-1-F)/(f+1))). View must be above `final`.
  [[nodiscard]] std::uint64_t view_ms(View view, View final) const;
  [[nodiscard]] std::uint64_t round_trip_ms() const { return round_trip_ms_; }
  /// T_flush: twice the round trip, or twice what finalizations take after their notarizations
  /// where that is longer: what acknowledges our bytes may be a proxy and not the validator behind
  /// it.
  [[nodiscard]] std::uint64_t flush_ms() const;
  /// The leader has sent nothing for so long that T_skip applies, although Q others, us included,
  /// have spoken.
  [[nodiscard]] bool is_silent(ValidatorIndex leader, ValidatorIndex self,
                               std::uint64_t now_ms) const;

  void on_started(std::uint64_t now_ms);
  void on_heard(ValidatorIndex validator, std::uint64_t now_ms);
  void on_round_trip(std::uint64_t median_ms);
  void on_enter(View view);
  /// There is work in the view, and its timer runs from now on: what passed before was idleness and
  /// is not measured.
  void on_armed(std::uint64_t now_ms);
  void on_notarized(View view, std::uint64_t now_ms);
  /// Takes the durations of views up to `final` into account, and how long its own finalization
  /// took.
  void on_final(View final, std::uint64_t now_ms);

 private:
  Timeouts timeouts_;
  std::size_t quorum_;
  std::size_t faulty_max_;
  std::uint64_t round_trip_ms_;
  std::uint64_t base_ms_;
  View entered_;
  std::optional<std::uint64_t> armed_at_ms_;
  struct Notarized {
    std::uint64_t at_ms = 0;
    std::uint64_t took_ms = 0;
  };
  std::map<View, Notarized> unfinalized_;  ///< views that are not final yet
  std::deque<std::uint64_t> samples_;      ///< from armed to notarized
  std::deque<std::uint64_t> finalizing_;   ///< from notarized to final
  std::uint64_t finalizing_ms_ = 0;        ///< their median
  std::vector<std::uint64_t> heard_at_ms_;
};

}  // namespace vostro::consensus
