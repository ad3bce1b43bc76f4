/// What one simulated run is made of, and what came of it. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/strong.h"

namespace vostro::sim {

/// A fault planted into the driver on purpose: the oracle has to see it.
enum class Planted : std::uint8_t {
  none,
  forgotten_votes,   ///< a restart does not remember what it has signed, although the disk does
  send_before_sync,  ///< votes leave before their records are on disk
};

struct Scenario {
  std::uint64_t seed = 1;
  std::size_t validators = 4;
  std::uint64_t trouble_ms = 8'000;       ///< faults happen this long, in virtual time
  std::uint64_t heal_bound_ms = 120'000;  ///< then all that was accepted is final within this time
  std::size_t payments = 24;
  std::uint64_t loss_permille = 20;
  std::uint64_t duplicate_permille = 20;
  std::uint64_t delay_max_ms = 60;
  bool partitions = true;
  bool crashes = true;
  std::uint64_t outputs_per_crash = 6'000;  ///< on average, beside the crashes of whole seconds
  bool all_crash = false;                   ///< of the crashes, some are of all nodes at once
  bool clock_skew = true;
  std::int64_t first_clock_ms = 0;  ///< what the clock of node 0 is ahead, beside the skew
  bool equivocator = false;         ///< validator 0 sends two proposals when it leads
  Planted planted = Planted::none;

  /// Faults chosen by the seed, as the test suite runs them.
  [[nodiscard]] static Scenario of_seed(std::uint64_t seed);
};

struct Outcome {
  std::vector<std::string> violations;  ///< empty: every check held
  Hash action_hash;  ///< over everything that happened: the same for the same seed
  Height height;
  std::size_t settled = 0;
  std::size_t crashes = 0;
  std::size_t evidence = 0;
  std::map<std::size_t, std::uint64_t> flush_ms;     ///< at the end, of each node that is up
  std::map<std::size_t, std::int64_t> clock_alarms;  ///< the newest offset that each node reported
  std::uint64_t heal_ms = 0;         ///< from the end of trouble until all was final
  std::vector<std::string> history;  ///< readable, where asked for
};

[[nodiscard]] Outcome run(const Scenario& scenario, bool keep_history = false);

}  // namespace vostro::sim
