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

/// What a scenario asks for beside what every network has.
struct Needs {
  std::size_t validators = 1;  ///< at least
  std::string_view why = {};   ///< so many
  bool own_network = false;    ///< one that it makes, not one that runs already
  bool quotes = false;         ///< its load ends before quotes do (bench/kinds.h)
};
/// Named on the command line.
struct Scenario {
  std::string_view name;
  std::string_view does;  ///< one line, for --help
  /// Errors: a sentence; it could not be finished.
  Result<Section, std::string> (*run)(Run& run);
  Needs needs = {};
};
[[nodiscard]] std::span<const Scenario> scenarios();

/// Why it cannot be done on so many validators, and what to do: a sentence; empty: it can. Pure.
[[nodiscard]] std::string refusal(const Scenario& scenario, const Options& options,
                                  std::size_t validators);

/// One scenario of a run.
struct Step {
  Scenario scenario;
  std::string refused;  ///< why it is left out; empty: it is not
};
/// What a run does, in the order of `all`: what the options name, or all of them, of which those
/// that cannot be done are left out. Errors: a sentence; one that is named cannot be done. Pure.
[[nodiscard]] Result<std::vector<Step>, std::string> steps_of(std::span<const Scenario> all,
                                                              const Options& options,
                                                              std::size_t validators);
/// Does them, and gives a section for each: what it came to; a note where it was left out; a broken
/// guard where it could not be finished, after which the others follow. Ctrl-C ends it with the
/// first scenario that is not finished.
[[nodiscard]] std::vector<Section> run_steps(Run& run, const std::vector<Step>& steps);

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
