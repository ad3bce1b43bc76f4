/// The process that reads: what `Parser` starts.
#pragma once

#include <string_view>

namespace vostro::bridge {

/// The word on its command line; no command for people.
inline constexpr std::string_view parser_word = "read-messages";

/// Shuts itself in, and reads until the channel ends; the exit code. `arguments`: the words behind
/// parser_word: bytes of memory, seconds of processor, seconds.
[[nodiscard]] int serve_parser(int count, char** arguments);

}  // namespace vostro::bridge
