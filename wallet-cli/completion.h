/// What a shell offers at the tab key, from the table of commands and from this machine's files: no
/// network. The shells' scripts only ask `vostro __complete WORDS...` and show the answer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wallet-cli/profile.h"

namespace vostro::wallet {

/// Names that stand in this machine's files.
enum class Names : std::uint8_t { keys, profiles, accounts, banks, currencies };
using NamesOf = std::function<std::vector<std::string>(Names kind)>;

/// The answer where a file is due: the shell knows those itself.
inline constexpr std::string_view completes_files = ":files";

/// `words` stand after the program's name up to the cursor; the last is what is being typed, and
/// may be empty. Ascending. Pure but for `names_of`.
[[nodiscard]] std::vector<std::string> completions(std::vector<std::string> words,
                                                   const NamesOf& names_of);

/// The same, a line each, with the names of the profile that the words ask for. What cannot be read
/// gives no names.
[[nodiscard]] std::string completion_lines(const std::vector<std::string>& words,
                                           const Variables& variables);

}  // namespace vostro::wallet
