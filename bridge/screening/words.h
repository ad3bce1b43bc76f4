/// The words of names that say little about whose they are. Internal to this folder.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "bridge/screening/normal.h"

namespace vostro::bridge::screening {

/// "al", "bin", "von", "de", "mr": often left out, or written in another way.
[[nodiscard]] bool is_particle(std::string_view text);
/// "trading", "bank", "national": what companies do, in English and as lists write it.
[[nodiscard]] bool is_business_word(std::string_view text);
/// A company form in one token.
[[nodiscard]] bool is_form(std::string_view text);
/// How many tokens at the end, or at the beginning, are one company form; 0: none are.
[[nodiscard]] std::size_t form_at_end(std::span<const Token> tokens);
[[nodiscard]] std::size_t form_at_begin(std::span<const Token> tokens);

}  // namespace vostro::bridge::screening
