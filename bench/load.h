/// Sustained load: orders offered to all nodes that run, at a rate that does not depend on what
/// they answer (open loop), and what becomes final on all of them meanwhile.
///
/// Orders are signed before, and posted in groups of canonical bytes over kept connections, each
/// bank's at its own node. What a node puts off (429, 503) is offered again after its Retry-After.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/orders.h"
#include "bench/process.h"
#include "bench/statistics.h"

namespace vostro::bench {

struct LoadPlan {
  double rate = 0;                 ///< orders per second, offered to all nodes together
  double warm_up_s = 5;            ///< offered and not counted
  double window_s = 20;            ///< offered and counted
  std::size_t group = 100;         ///< orders in one post
  std::size_t credits = 0;         ///< each order is a bulk of so many; 0: a single payment
  std::size_t connections = 3;     ///< to each node
  std::size_t forged_every = 500;  ///< so manieth payments are forged; 0: none
  bool has_probes = true;          ///< two payments a second and node are waited for
  bool offers_again = true;        ///< what was put off comes again after its Retry-After
  std::uint64_t seed = 1;

  /// Orders that each bank of `banks` offers: whole groups for the load's whole time.
  [[nodiscard]] std::size_t orders_of_bank(std::size_t banks) const;
  [[nodiscard]] std::size_t probes_of_node() const;
  /// Both parts of a load whose orders last for so many seconds: the window takes what the warm-up
  /// leaves, at least half of them.
  void last(double s);
  [[nodiscard]] std::size_t payments_of_order() const { return credits == 0 ? 1 : credits; }
  /// Of the orders offered, those that are not forged: no more can become final.
  [[nodiscard]] double valid_share() const {
    return forged_every == 0 ? 1 : 1 - 1 / static_cast<double>(forged_every);
  }
};

/// One bank's orders and what its node said of each.
struct Sent {
  enum class Fate : std::uint8_t {
    unsent,          ///< not offered before the end
    accepted,        ///< the node has taken it
    put_off,         ///< 429 until the end
    refused_forged,  ///< refused for its signature
    refused,         ///< refused for another reason
    unknown,         ///< no answer that could be read
  };
  std::vector<Order> orders;
  std::vector<Fate> fates;
};

struct NodeCost {
  std::string name;
  CpuTime cpu;                         ///< in the window
  std::uint64_t sent_bytes = 0;        ///< to its peers, in the whole load until it had settled
  std::int64_t disk_bytes = 0;         ///< what its directory grew by, likewise
  std::int64_t written_bytes = 0;      ///< to the disk by its process, likewise
  std::int64_t resident_most_kib = 0;  ///< of all looks while the load ran
  std::int64_t peak_kib = 0;           ///< since the process began, key unlocking included
};

struct LoadResult {
  LoadPlan plan;
  std::vector<Sent> sent;             ///< by bank, the load's payments and then the probes'
  double window_s = 0;                ///< as measured
  std::uint64_t final_in_window = 0;  ///< orders, on all nodes
  double served = 0;                  ///< payments per second, final on all nodes
  std::vector<double> served_by_second;
  std::vector<double> resident_mib;  ///< of the largest node, at each second of the window
  std::uint64_t final_in_all = 0;    ///< orders, from before the load until it had settled
  double encoded_bytes = 0;          ///< of one payment, on average: an order's share of one
  std::uint64_t offered = 0;         ///< orders, each once
  std::uint64_t accepted = 0;
  /// Answers 429 and 503 to one order, repeats included, by status and problem code: "429 busy".
  std::map<std::string, std::uint64_t> put_off_for;
  std::uint64_t given_up = 0;  ///< orders that were put off until the end
  std::uint64_t forged = 0;
  std::uint64_t forged_refused = 0;
  Spread answer_ms;  ///< from when a group was due until its first answer (202: durably noted)
  Spread late_ms;    ///< from when a group was due until it was sent: what the generator adds
  Spread final_ms;   ///< from when a probe was due until it was final at its node
  std::uint64_t probes = 0;           ///< offered, each once
  std::uint64_t probes_put_off = 0;   ///< answers 429 and 503 to them, repeats included
  std::uint64_t probes_given_up = 0;  ///< that were put off to the end
  std::vector<NodeCost> nodes;
  CpuTime generator;    ///< in the window
  double others_s = 0;  ///< CPU of all other processes and of interrupts, in the window
  double stolen_s = 0;  ///< CPU that the host kept back, in the window
  std::string trouble;  ///< a refusal or error that should not be; empty: none
};

/// Nearly all that could be served was, so that the network may serve more. What is on its way
/// when the window begins and ends, a group at each node, does not count as missing, nor does a
/// fifth of what was due where that is less: a short window of large orders would show nothing
/// else.
[[nodiscard]] bool kept_up(const LoadResult& load);
/// There were probes, and every one became final: else their times are of those that fared best.
[[nodiscard]] bool has_all_probes(const LoadResult& load);
/// CPU of one node for one payment, in microseconds.
[[nodiscard]] double cpu_us_per_payment(const LoadResult& load);
/// CPU of others and what the host kept back, of all that there was in the window.
[[nodiscard]] double lost_share(const LoadResult& load, unsigned cores);

/// What is offered, by running node.
struct Offer {
  std::vector<std::vector<Order>> orders;
  std::vector<std::vector<Order>> probes;  ///< waited for, two a second and node; or none
};
/// What `make` makes: by running node orders for the load's whole time, and probes where the plan
/// has them.
[[nodiscard]] Offer make_offer(const Network& network, const LoadPlan& plan,
                               const std::function<std::vector<Order>(const OrderWish&)>& make);
/// Single payments, or bulks where the plan says so.
[[nodiscard]] Offer make_offer(const Network& network, const Book& book, const LoadPlan& plan);

/// Runs one load to its end and waits until it has settled. Errors: a sentence.
[[nodiscard]] Result<LoadResult, std::string> run_load(const Network& network, const LoadPlan& plan,
                                                       Offer offer, const std::atomic<bool>& stop);

}  // namespace vostro::bench
