/// An order of ids for looking them up among very many, and for nothing that anybody else sees:
/// most pairs are told apart by one number, where the order of `OwnedId` compares the same owner
/// first.
#pragma once

#include <cstdint>

#include "chain/account.h"

namespace vostro::chain {

/// Ascending as the bytes of the id are: rows of one owner come in the order of their keys.
[[nodiscard]] inline std::uint64_t beginning_of(const Uuid& id) {
  const auto byte = [&id](std::size_t i) { return std::uint64_t{id.bytes[i]} << (56 - 8 * i); };
  return byte(0) | byte(1) | byte(2) | byte(3) | byte(4) | byte(5) | byte(6) | byte(7);
}

/// By the id, then by its owner.
struct ById {
  bool operator()(const OwnedId& a, const OwnedId& b) const {
    const std::uint64_t first = beginning_of(a.id);
    const std::uint64_t second = beginning_of(b.id);
    if (first != second) return first < second;
    if (a.id != b.id) return a.id < b.id;
    return a.owner < b.owner;
  }
};

}  // namespace vostro::chain
