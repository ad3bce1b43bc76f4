/// How the ledger sees what is stored: two narrow ports, implemented by chain/store (RocksDB), by
/// the layers of unfinalized blocks (chain/branch.h) and by the tests' in-memory store. Reads only;
/// writes leave as values.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "chain/account.h"

namespace vostro::chain {

/// What the id set remembers of a used id: where it was included, and the hash it was included
/// with. A node that joined by a snapshot knows of the ids before it only the height.
struct IdRecord {
  static constexpr std::uint32_t unknown = 0xFFFFFFFF;  ///< as `receipt`: then `hash` is zero
  Height height;
  std::uint32_t receipt = 0;  ///< index of its first receipt among the block's receipts
  Hash hash;                  ///< transaction hash, or of a bulk item H("item", item)

  [[nodiscard]] bool is_bare() const { return receipt == unknown; }

  bool operator==(const IdRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(height, receipt, hash);
  }
};

/// The ledger's state at one block. Keys are those of chain/records.h.
class StateReader {
 public:
  virtual ~StateReader() = default;
  [[nodiscard]] virtual std::optional<Bytes> get(ByteView key) const = 0;
  /// Up to `limit` entries whose key begins with `prefix` and is not below `from`, ascending.
  [[nodiscard]] virtual std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                                  std::size_t limit) const = 0;
  /// The set of all ids ever included.
  [[nodiscard]] virtual std::optional<IdRecord> find_id(const OwnedId& id) const = 0;
  /// The receipts root of an ancestor block; empty above the head and for height 0.
  [[nodiscard]] virtual std::optional<Hash> receipt_root(Height height) const = 0;
};

/// Nodes of the state tree at one block, by position.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  [[nodiscard]] virtual std::optional<Bytes> node(ByteView position) const = 0;
};

}  // namespace vostro::chain
