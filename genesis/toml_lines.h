/// Looks at the words and signs of a TOML text before the library does. The library asserts what it
/// should check, or goes on with undefined behaviour, on some texts that are no TOML; this refuses
/// those, and what we do not take of TOML (toml.h). What passes may still be no TOML. Internal to
/// genesis/; pure.
#pragma once

#include <optional>
#include <string_view>

#include "genesis/definition.h"

namespace vostro::genesis {

/// Errors: not_toml, with the first line at fault.
[[nodiscard]] std::optional<GenesisError> fault_of_lines(std::string_view text);

}  // namespace vostro::genesis
