/// The list of what vostro-bench can do. A scenario opens a site (bench/site.h), does one thing
/// there, and says what it came to. `--only`, `--help` and the order of a whole run come from here.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bench/options.h"
#include "bench/section.h"

namespace vostro::bench {

/// One run of the program, as its scenarios share it.
struct Run {
  const Options& options;
  const std::atomic<bool>& stop;     ///< Ctrl-C
  std::optional<double> found_rate;  ///< payments a second that a search found, for those after it
  std::optional<double> lone_median_ms;  ///< where `lone` ran
  std::optional<double> payments_per_s;  ///< served, where `load` ran
  std::optional<double> credits_per_s;   ///< served, where `bulk` ran
};

/// Named on the command line.
struct Scenario {
  std::string_view name;
  std::string_view does;  ///< one line, for --help
  /// Errors: a sentence; the run could not be finished.
  Result<Section, std::string> (*run)(Run& run);
};
[[nodiscard]] std::span<const Scenario> scenarios();

/// Errors: a sentence that begins with `why`; the networks that the run makes are smaller.
[[nodiscard]] Result<void, std::string> require_nodes(const Run& run, std::size_t least,
                                                      const std::string& why);
/// Why less than four are not enough where one is killed.
inline constexpr const char* kNoneToSpare = "one of fewer than four validators cannot be missed";
/// One line to standard error: what goes on.
void say(const std::string& text);

[[nodiscard]] Result<Section, std::string> limits_of_machine(Run& run);
[[nodiscard]] Result<Section, std::string> lone_payments(Run& run);
[[nodiscard]] Result<Section, std::string> single_payments(Run& run);
[[nodiscard]] Result<Section, std::string> bulks(Run& run);
[[nodiscard]] Result<Section, std::string> postgres(Run& run);
[[nodiscard]] Result<Section, std::string> held_payments(Run& run);
[[nodiscard]] Result<Section, std::string> fx_payments(Run& run);
[[nodiscard]] Result<Section, std::string> mixed_day(Run& run);
[[nodiscard]] Result<Section, std::string> overload(Run& run);
[[nodiscard]] Result<Section, std::string> one_down(Run& run);
[[nodiscard]] Result<Section, std::string> catch_up(Run& run);
[[nodiscard]] Result<Section, std::string> delayed(Run& run);

}  // namespace vostro::bench
