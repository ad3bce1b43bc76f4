/// The whole program but for `main`: command line in, output and exit code out. One thread.
#pragma once

#include <string>
#include <vector>

#include "wallet-cli/wallet.h"

namespace vostro::wallet {

/// `args` without the program's name.
[[nodiscard]] Exit run(const std::vector<std::string>& args, Environment& environment);

}  // namespace vostro::wallet
