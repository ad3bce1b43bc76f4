/// What a run came to: a table for people, JSON for programs. Pure.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "bench/limits.h"
#include "bench/section.h"

namespace vostro::bench {

struct Report {
  Machine machine;
  std::vector<Section> sections;  ///< in the order in which they ran

  [[nodiscard]] bool guards_hold() const;
};

void print(const Report& report, std::ostream& out);
[[nodiscard]] std::string as_json(const Report& report);

}  // namespace vostro::bench
