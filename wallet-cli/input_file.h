/// Files that a user names as input: of any owner and mode, also a pipe; bounded.
#pragma once

#include <string>

#include "base/hash.h"
#include "wallet-cli/exit.h"

namespace vostro::wallet {

/// Exit::local: "PATH: why".
[[nodiscard]] Stop input_stop(const std::string& path, const std::string& why);

/// Stop (local) where it cannot be read; Stop (usage) where it has more than `bytes_max` bytes.
[[nodiscard]] std::string read_input(const std::string& path, std::size_t bytes_max);

/// What the ledger holds of a document: its hash. Stop (local, usage) as above.
[[nodiscard]] Hash document_hash(const std::string& path);

}  // namespace vostro::wallet
