/// What pruning needs of the disk before it gives any of it back. Constants.
#pragma once

#include <cstdint>

namespace vostro::chain {

/// Free bytes beside the reserve, for each step: RocksDB writes up to 25 files of 32 MiB anew
/// before it deletes the old ones. With less, what is pruned is gone for all readers, and its space
/// comes back at a later pruning.
inline constexpr std::uint64_t pruning_room_bytes = std::uint64_t{1} << 30;

}  // namespace vostro::chain
