/// The program vostro-audit without its process: command line in, exit code out. Tests run it as a
/// user does.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace vostro::audit {

/// What the process answers with (docs/audit.md).
enum class Exit : std::uint8_t {
  holds = 0,         ///< everything that was to be checked was checked, and holds
  diverges = 1,      ///< a divergence was found; the report names the first
  usage = 2,         ///< the command line is not understood
  cannot_check = 3,  ///< no verdict: something could not be read or written
};

struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
};

/// `arguments` without the program's name.
[[nodiscard]] Exit run(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace vostro::audit
