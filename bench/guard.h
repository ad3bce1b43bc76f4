/// One thing that must hold after a run, or its figures mean nothing.
#pragma once

#include <string>

namespace vostro::bench {

struct Guard {
  std::string name;
  bool holds = false;
  std::string detail;  ///< what was looked at, or what differs
};

}  // namespace vostro::bench
