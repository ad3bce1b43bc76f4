/// What of a block is enough to know for ever which ids it used: the ids, and the root of the rest.
/// Its header commits to both, so whoever joins takes them from anybody: an id that was added or
/// left out does not fit. Pure. Source: blueprint section 3, "Transaction"; catalogue row C10.
#pragma once

#include <cstdint>
#include <vector>

#include "chain/execute.h"

namespace vostro::chain {

struct UsedIds {
  static constexpr std::size_t name_size = 27;  ///< owner, then id
  static constexpr std::size_t bytes_max = 4 * 1024 * 1024;

  Hash transactions_root;  ///< Merkle root of the hashes of the block's transactions
  Bytes names;             ///< in the order in which they were used

  bool operator==(const UsedIds&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(transactions_root, bounded<bytes_max>(names));
  }
};

[[nodiscard]] UsedIds used_ids_of(const ExecutedBlock& block);
/// H("txs", H("ids", names) || transactions_root): what the header says.
[[nodiscard]] Hash tx_root_of(const UsedIds& used);
/// Empty where they are not whole names.
[[nodiscard]] std::optional<std::vector<OwnedId>> names_of(const UsedIds& used);
void append_name(Bytes& to, const OwnedId& name);

}  // namespace vostro::chain
