/// A difference between book and ledger that one look shows may be of the look itself: two answers
/// of different blocks that were taken for those of one. It counts once a later look has found it,
/// too. One thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/strong.h"

namespace vostro::bridge {

class SecondLook {
 public:
  using Clock = std::chrono::steady_clock;
  /// Where no block comes, a second look at the same one counts after this.
  static constexpr std::chrono::seconds still_after{5};
  /// Differences that are others at each look are believed after this.
  static constexpr std::chrono::seconds doubt_max{10};
  static_assert(still_after < doubt_max);

  /// `differing`: what differs at this look and by how much, in words that the caller chooses;
  /// `at`: at which of the ledger's blocks. Whether all of it was seen before; false: look again
  /// soon.
  [[nodiscard]] bool confirms(const std::set<std::string>& differing, Height at,
                              Clock::time_point now);
  /// Something was seen once, and waits for its second look.
  [[nodiscard]] bool is_open() const { return doubting_since_.has_value(); }

 private:
  struct First {
    Height at;
    Clock::time_point since;
  };
  std::map<std::string, First> seen_;
  std::optional<Clock::time_point> doubting_since_;
};

}  // namespace vostro::bridge
