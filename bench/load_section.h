/// What a load came to, as a section shows it. Pure.
#pragma once

#include "bench/limits.h"
#include "bench/load.h"
#include "bench/section.h"

namespace vostro::bench {

/// "4000 payments/s offered in groups of 100, 20.0 s after 5.0 s". `what` are its orders where they
/// are no bulks.
[[nodiscard]] std::string offer_text(const LoadResult& load, const std::string& what = "payments");
/// Served by second and memory, latencies, each process's cost, what became of the orders, and what
/// casts doubt on the figures. `suffix` is appended to keys and titles where a section shows
/// several loads.
void describe_load(const LoadResult& load, const Limits& limits, Section& section,
                   const std::string& suffix = {});
/// The p99 of probes, due to final. Not whole where not every probe became final.
[[nodiscard]] Figure p99_of(std::string key, std::string name, const LoadResult& load);
/// What one payment costs a node in CPU, on the wire and on disk; and the leader's share.
void describe_costs(const LoadResult& load, const Limits& limits, Section& section);

}  // namespace vostro::bench
