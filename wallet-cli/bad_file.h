/// How a file is refused in which something is wrong: every problem with its place, for people on
/// standard error, for programs in the object `error`.
#pragma once

#include <string>

#include "iso20022/problem.h"
#include "wallet-cli/exit.h"

namespace vostro::wallet {

class Wallet;

/// Exit::usage. `so` ends the sentence: "nothing was signed or sent".
Exit refuse_file(Wallet& wallet, const std::string& path, const iso20022::Problems& problems,
                 const std::string& so);

}  // namespace vostro::wallet
