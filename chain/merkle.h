/// Binary Merkle trees over lists of hashes, with paths. The shape is that of RFC 6962: the left
/// half is the largest power of two below the count, so a list has one root and no element is
/// repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/fields.h"
#include "base/hash.h"

namespace vostro::chain {

/// H("merkle/leaf", leaf) for one, H("merkle/node", left || right) above; H("merkle/empty", "") for
/// none.
[[nodiscard]] Hash merkle_root(std::span<const Hash> leaves);

struct MerklePath {
  std::uint32_t index = 0;
  std::uint32_t count = 0;
  std::vector<Hash> siblings;  ///< from the leaf upwards

  bool operator==(const MerklePath&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(index, count, bounded<32>(siblings));
  }
};
/// `index` must be below the number of leaves.
[[nodiscard]] MerklePath merkle_path(std::span<const Hash> leaves, std::size_t index);
/// The root that leaf and path lead to; empty when the path's length does not fit index and count.
[[nodiscard]] std::optional<Hash> root_of(const Hash& leaf, const MerklePath& path);

}  // namespace vostro::chain
