// Nothing else may stand in this file: what brings its own list is linked before it.
#include <array>

#include "chain/versions.h"

namespace vostro::chain {

std::span<const std::uint16_t> supported_versions() {
  static constexpr std::array<std::uint16_t, 1> versions{1};
  return versions;
}

}  // namespace vostro::chain
