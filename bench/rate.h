/// The search for the most that a network serves, and the loads that count.
#pragma once

#include "bench/scenario.h"
#include "bench/site.h"

namespace vostro::bench {

/// Of the best that was served, for the load that counts: a little more than can be served.
inline constexpr double kOverOffer = 1.1;

struct Climb {
  double first = 0;   ///< orders per second, offered first
  double step = 1.3;  ///< from one trial to the next
};

/// Climbs until the network serves less than it is offered, twice at one rate. Orders per second
/// that were served best. Its trials go into the ledger's books and the section. Errors: a
/// sentence.
[[nodiscard]] Result<double, std::string> find_rate(Run& run, Site& site, LoadPlan plan,
                                                    const Climb& climb, Section& section);

/// Orders of `plan`, offered and noted in the books, its guards in the section. Errors: a sentence.
[[nodiscard]] Result<LoadResult, std::string> counted_load(Run& run, Site& site,
                                                           const LoadPlan& plan, Section& section);

/// The rate to offer single payments at: what the options say, or a tenth more than the best that a
/// search found, once in a run.
[[nodiscard]] Result<double, std::string> payments_rate(Run& run, Site& site, Section& section);

}  // namespace vostro::bench
