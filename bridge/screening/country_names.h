/// Countries as the lists write them, in English, to ISO 3166. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace vostro::bridge::screening {

/// The alpha-2 code of "Russia", "Iran (Islamic Republic of)", "Korea, North"; empty for what is no
/// country, as "Region: Crimea" or "undetermined".
[[nodiscard]] std::string country_named(std::string_view name);

}  // namespace vostro::bridge::screening
