/// Charts of what a run came to: SVG that stands in a page of HTML, whose style (bench/page.cpp)
/// gives its classes their colours. All text is escaped. Pure; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/section.h"

namespace vostro::bench {

/// Bars of the columns that are drawn, beside each other or, of a stacked table, end to end. Empty
/// where none is drawn.
[[nodiscard]] std::string chart_of(const Table& table);
/// A line over time. Empty of fewer than two values.
[[nodiscard]] std::string chart_of(const Series& series);
/// Each figure by its target, 1 being a line. Those without a target, or with one of nothing, which
/// nothing can be divided by, are left out. The text is what a bar is called.
[[nodiscard]] std::string chart_of_targets(
    const std::vector<std::pair<std::string, const Figure*>>& figures);

}  // namespace vostro::bench
