// The protocol versions of a release to come. Version 2 has the rules of version 1: what is tested
// is how a network gets from one to the other, and what becomes of a node that cannot follow.
#include <array>

#include "chain/versions.h"

namespace vostro::chain {

std::span<const std::uint16_t> supported_versions() {
  static constexpr std::array<std::uint16_t, 2> versions{1, 2};
  return versions;
}

}  // namespace vostro::chain
