/// Who pays the charges. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vostro::iso20022 {

/// ISO 20022 ChargeBearerType1Code.
enum class ChargeBearer : std::uint8_t { debt, shar, cred, slev };
[[nodiscard]] std::string_view to_string(ChargeBearer bearer);  ///< "DEBT"
[[nodiscard]] std::optional<ChargeBearer> parse_charge_bearer(std::string_view text);

}  // namespace vostro::iso20022
