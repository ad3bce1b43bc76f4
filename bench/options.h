/// The command line. One thread, before all else.
#pragma once

#include <optional>
#include <string>

#include "bench/load.h"
#include "bench/lone.h"
#include "bench/network.h"

namespace vostro::bench {

struct Options {
  NetworkWish network;
  std::string devnet;                  ///< a network that runs already; empty: make one
  std::size_t accounts_of_bank = 100;  ///< beside "main"; 0: main alone
  bool has_lone = true;
  bool has_load = true;
  LonePlan lone;
  LoadPlan load;               ///< its rate stands in `rate`
  std::optional<double> rate;  ///< none: found by trial
  std::size_t load_repeats = 1;
  std::string json_file;
};

/// The options, or the exit code with which the program is to end at once: help was printed, or an
/// error.
[[nodiscard]] Result<Options, int> parse_options(int argc, char** argv);

}  // namespace vostro::bench
