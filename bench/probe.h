/// Payments whose sender waits until they are final: alone on an idle network (bench/lone.h), or as
/// a few among many while a load runs. One thread for each object.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/orders.h"
#include "bench/tap.h"

namespace vostro::bench {

/// One connection to one node, on which each answer is waited for.
class Waiter {
 public:
  enum class Outcome : std::uint8_t {
    settled,  ///< final, and the receipt says settled
    later,    ///< 429 or 503: not taken
    other,    ///< anything else: `trouble` tells
  };
  /// Errors: a sentence.
  [[nodiscard]] static Result<Waiter, std::string> of(const Member& member);
  /// Posts with ?wait=final and reads the answer.
  [[nodiscard]] Outcome pay(const Order& order);
  /// What the last answer that was neither settled nor put off said.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// When to come again, of the last answer that was `later`.
  [[nodiscard]] std::chrono::seconds retry_after() const { return retry_after_; }

 private:
  Waiter(const Member& member, SecretText token);

  client::HttpConnection connection_;
  SecretText token_;
  client::HttpRequest request_;
  std::string trouble_;
  std::chrono::seconds retry_after_{1};
};

/// A few payments a second at one node while others load it, each due at its time whether or not
/// the one before was answered: their times count from when they were due, so that a stalled node
/// cannot hide behind a sender that waited (coordinated omission). One that is put off is offered
/// again after its Retry-After, and still counts from when it was due.
struct ProbePlan {
  Clock::time_point start;
  double interval_s = 0.5;
  Clock::time_point end;  ///< what would come again later than this is given up
};
struct ProbeResult {
  std::vector<double> final_ms;        ///< of those that were settled
  std::vector<std::uint8_t> accepted;  ///< 1 for each order that was settled
  std::uint64_t put_off = 0;           ///< answers 429 and 503
  std::uint64_t given_up = 0;          ///< orders that were put off to the end
  std::string trouble;                 ///< empty: every answer was one of the two
};
[[nodiscard]] ProbeResult run_probe(const Member& member, const std::vector<Order>& orders,
                                    const ProbePlan& plan, const std::atomic<bool>& stop);

}  // namespace vostro::bench
