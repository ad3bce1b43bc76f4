/// Lone payments: one after another on a network that does nothing else, through
/// POST /v1/transactions?wait=final. One thread.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "bench/orders.h"
#include "bench/statistics.h"

namespace vostro::bench {

struct LonePlan {
  std::size_t warm_up = 50;    ///< payments before the first that counts, in each repeat
  std::size_t payments = 300;  ///< that count, in each repeat
  std::size_t repeats = 4;     ///< each through the next node
  std::uint64_t seed = 1;
};

struct LoneRepeat {
  std::string node;
  Spread ms;  ///< from before the request is sent until the answer is read
};
/// One that counts.
struct LonePayment {
  Uuid uetr;
  std::size_t member = 0;  ///< index in Network::members: whose node it went through
  double ms = 0;
};
struct LoneResult {
  std::vector<LoneRepeat> repeats;
  Spread ms;  ///< of all repeats together
  double least_median_ms = 0;
  double most_median_ms = 0;
  std::vector<LonePayment> timed;
  std::vector<Order> settled;  ///< all of them, for the books
};
/// Errors: a sentence; a payment that was not settled among them.
[[nodiscard]] Result<LoneResult, std::string> run_lone(const Network& network, const Book& book,
                                                       const LonePlan& plan,
                                                       const std::atomic<bool>& stop);

}  // namespace vostro::bench
