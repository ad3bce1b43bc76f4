/// A node's meters, as its API gives them while it works: how much is final, how much waits, and
/// what the process costs. One thread for each object.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/clock.h"
#include "bench/network.h"
#include "bench/process.h"
#include "client/http.h"

namespace vostro::bench {

/// One look at one node.
struct Reading {
  std::uint64_t final_transactions = 0;    ///< since its process began
  std::uint64_t pending_transactions = 0;  ///< accepted at this node and not final
  std::uint64_t bytes_sent = 0;            ///< to all peers
};

/// One look at all nodes that run.
struct Sweep {
  Clock::time_point begun;  ///< before the first node was asked
  Clock::time_point ended;  ///< after the last one answered
  std::vector<Reading> nodes;

  [[nodiscard]] std::uint64_t pending() const;
};
/// What became final on all nodes since `base`, a look when all had the same blocks: the least of
/// what their counts grew by. The counts themselves do not compare, since each begins with its
/// process. Both are looks of the same taps, `base` the earlier one.
[[nodiscard]] std::uint64_t final_on_all(const Sweep& base, const Sweep& now);

/// CPU time of every node that runs, of this process, and of the machine, since their start.
struct CpuSweep {
  std::vector<CpuTime> nodes;
  CpuTime generator;
  MachineCpu machine;
};
/// Errors: a sentence; a node that is gone among them.
[[nodiscard]] Result<CpuSweep, std::string> cpu_sweep(const Network& network);

class Taps {
 public:
  /// Errors: a sentence.
  [[nodiscard]] static Result<Taps, std::string> open(const Network& network);
  /// Asks every node. Errors: a sentence with the node's name; also where it was started again
  /// since it was asked last, so that its counts are no longer those of before.
  [[nodiscard]] Result<Sweep, std::string> sweep();

 private:
  struct Tap {
    std::string name;
    client::HttpConnection connection;
    std::uint64_t final_before = 0;  ///< transactions, at the last look
  };
  std::vector<Tap> taps_;
};

}  // namespace vostro::bench
