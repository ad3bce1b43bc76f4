/// Files that a user names as input: of any owner and mode, also a pipe; bounded.
#pragma once

#include <string>

namespace vostro::wallet {

/// Stop (local) where it cannot be read; Stop (usage) where it has more than `bytes_max` bytes.
[[nodiscard]] std::string read_input(const std::string& path, std::size_t bytes_max);

}  // namespace vostro::wallet
