/// Proves that the simulator bites: plants each fault of base/planted.h in turn and counts the
/// seeds until a check sees it. Only where the build has faults to plant (VOSTRO_PLANTED_FAULTS).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/planted.h"

namespace vostro::sim {

struct PlantedFault {
  Planted fault;
  std::string_view name;
};
[[nodiscard]] std::span<const PlantedFault> planted_faults();

/// Prints a line for each fault. False where one of them, or that named alone, is not seen within
/// `seeds_max` seeds, or where a seed that shows it has a violation without it too.
[[nodiscard]] bool prove(std::uint64_t seeds_max, std::string_view only);

}  // namespace vostro::sim
