/// The protocol versions that this program speaks. Rules that differ between versions ask the one
/// in force, which is ledger state; this list is about the program alone, so execution never asks
/// it. The tests build vostro-node a second time with another list (tests/versions).
#pragma once

#include <cstdint>
#include <span>

namespace vostro::chain {

/// Strictly ascending, not empty.
[[nodiscard]] std::span<const std::uint16_t> supported_versions();
[[nodiscard]] bool is_supported(std::uint16_t version);

}  // namespace vostro::chain
