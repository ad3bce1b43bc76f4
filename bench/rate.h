/// The search for the most that a network serves, and the loads that count.
#pragma once

#include <memory>

#include "bench/scenario.h"
#include "bench/site.h"

namespace vostro::bench {

/// Of the most that is served, for what is measured with room to spare.
inline constexpr double kFourFifths = 0.8;

struct Climb {
  double first = 0;   ///< orders per second, offered first
  double step = 1.3;  ///< from one trial to the next
};

/// Climbs until the network does not keep up, twice at one rate, and returns the orders per second,
/// forged ones among them, of a load that offers a little more than was served best. Its trials go
/// into the ledger's books and the section. Errors: a sentence.
[[nodiscard]] Result<double, std::string> find_rate(Run& run, Site& site, LoadPlan plan,
                                                    const Climb& climb, Section& section);

/// An offer of the plan's time and rate, noted in the books, its guards in the section. What was
/// sent stays in the result. Errors: a sentence.
[[nodiscard]] Result<LoadResult, std::string> noted_load(Run& run, Site& site, const LoadPlan& plan,
                                                         Offer offer, Section& section);
/// The same with orders as the plan says, which are forgotten. Errors: a sentence.
[[nodiscard]] Result<LoadResult, std::string> counted_load(Run& run, Site& site,
                                                           const LoadPlan& plan, Section& section);

/// Seconds of a trial's window: four, or as many more, up to a minute, as it takes until five
/// groups at each node are due. Of fewer, what is under way at its ends says more than what was
/// served.
[[nodiscard]] double trial_window_s(const LoadPlan& plan, std::size_t nodes);

/// Orders per second, forged ones among them, that hold so many valid payments a second.
[[nodiscard]] double rate_of(const LoadPlan& plan, double payments);

/// A site, and the run's plan for single payments there.
struct Stage {
  std::unique_ptr<Site> site;
  LoadPlan plan;
};
/// Opens a site, with the rate that the options say, or that a search found, once in a run. `seed`
/// is added to the plan's, so that no two scenarios pay alike. Errors: a sentence.
[[nodiscard]] Result<Stage, std::string> open_stage(Run& run, std::uint64_t seed, Section& section);

}  // namespace vostro::bench
