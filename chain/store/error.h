/// Why the store could not be opened, read or written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vostro::chain {

/// In order of precedence.
enum class StoreFault : std::uint8_t {
  directory_unusable,  ///< The directory is missing, not ours, or open to others.
  locked,              ///< Another process, or another Store of this one, has it open.
  newer_format,        ///< Written by a newer program.
  other_network,       ///< Made for another genesis file.
  behind_mark,   ///< The mark says that more was stored once: a backup, or lost writes. No vote
                 ///< until refilled.
  mark_missing,  ///< Blocks are there but no readable mark: whether any are missing cannot be told.
  damaged,       ///< Stored bytes contradict themselves, their checksum or the mark.
  out_of_space,  ///< Free space is below the reserve. Nothing was written; try again when there is
                 ///< room.
  input_output,  ///< A write, sync or read failed. Final until the store is opened again.
  failed_before,  ///< An earlier fault of the last two kinds: the store writes no more.
};
[[nodiscard]] std::string_view to_string(StoreFault fault);

struct StoreError {
  StoreFault fault;
  std::string what;  ///< the file, key or height concerned, and what the system said

  bool operator==(const StoreError&) const = default;
};
[[nodiscard]] std::string to_string(const StoreError& error);

}  // namespace vostro::chain
