/// The command line. One thread, before all else.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/load.h"
#include "bench/lone.h"
#include "bench/network.h"

namespace vostro::bench {

struct Scenario;

struct Options {
  NetworkWish network;
  std::string devnet;                  ///< a network that runs already; empty: make one
  std::size_t accounts_of_bank = 100;  ///< beside "main"; 0: main alone
  std::vector<std::string> only;       ///< the scenarios to run; none: all that can be
  LonePlan lone;
  LoadPlan load;                    ///< its rate stands in `rate`
  std::optional<double> rate;       ///< none: found by trial
  std::size_t credits = 1'000;      ///< of one bulk
  std::optional<double> bulk_rate;  ///< credits per second; none: found by trial
  std::size_t load_repeats = 1;
  double delay_ms = 50;  ///< between validators, one way, of the scenario delay
  std::string json_file;
  std::string html_file;
};

/// The options, or the exit code with which the program is to end at once: help was printed, or an
/// error. `scenarios` are those that may be named.
[[nodiscard]] Result<Options, int> parse_options(int argc, const char* const* argv,
                                                 std::span<const Scenario> scenarios);

}  // namespace vostro::bench
