#include "chain/versions.h"

#include <algorithm>

namespace vostro::chain {

bool is_supported(std::uint16_t version) {
  return std::ranges::binary_search(supported_versions(), version);
}

}  // namespace vostro::chain
