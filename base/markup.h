/// Text as XML and HTML take it. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vostro {

enum class MarkupPlace : std::uint8_t { text, attribute };

/// Appends the text so that a parser reads the same again: in an attribute also quotes, line ends
/// and tabs, of which it would make blanks.
void append_markup(std::string_view text, MarkupPlace place, std::string& out);

}  // namespace vostro
