/// Another program, run to its end. Any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace vostro::bench {

/// Runs `words`, the program's path or name first, with `variables` ("NAME=value") in place of
/// those of ours with the same names. It reads nothing, and what it prints goes to standard error.
/// Its exit code. Errors: a sentence; it could not be run, or did not end by itself.
[[nodiscard]] Result<int, std::string> run_program(std::vector<std::string> words,
                                                   const std::vector<std::string>& variables = {});

}  // namespace vostro::bench
