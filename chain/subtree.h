/// A part of the state that can be checked by itself: all records whose hashed keys begin with one
/// path, and the way from there to the state root. A snapshot of the state is cut into such parts;
/// whoever has a header that he trusts takes each from anybody. Together the parts of all paths of
/// one depth are the state, no more and no less. Pure. Source: blueprint section 3, "State";
/// consensus-spec section 14; catalogue row C10.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "chain/tree.h"

namespace vostro::chain {

/// The first nibbles of hashed keys; none: all keys.
struct TreePath {
  static constexpr std::size_t depth_max = 8;
  std::vector<std::uint8_t> nibbles;  ///< each below 16

  auto operator<=>(const TreePath&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<depth_max>(nibbles));
  }
  [[nodiscard]] bool is_valid() const;
  /// The lowest hash that begins so.
  [[nodiscard]] Hash first() const;
  [[nodiscard]] bool holds(const Hash& key_hash) const;
  /// The sixteen paths that go on from here; empty at the greatest depth.
  [[nodiscard]] std::vector<TreePath> children() const;
};

struct StateEntry {
  static constexpr std::size_t bytes_max = 4 * 1024 * 1024;
  Bytes key;
  Bytes value;

  bool operator==(const StateEntry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<0xFFFF>(key), bounded<bytes_max>(value));
  }
};

struct Subtree {
  static constexpr std::size_t entries_max = 65'535;
  std::vector<StateEntry> entries;  ///< ascending by H("key", key)
  std::optional<StateProof::Leaf>
      other;                   ///< what takes the only place that records here could have
  std::vector<Hash> siblings;  ///< as in StateProof, from the path's slot upwards; fewer where the
                               ///< tree ends above it

  bool operator==(const Subtree&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<entries_max>(entries), other, bounded<TreePath::depth_max * 4>(siblings));
  }
};

/// The hash under which the tree keeps a key.
[[nodiscard]] Hash tree_key_of(ByteView key);

/// The part at `path` of a tree, with `entries`: all of its records whose hashed keys begin so.
/// None where a node of the tree is not there: it cannot be read.
[[nodiscard]] std::optional<Subtree> make_subtree(const NodeReader& tree, const TreePath& path,
                                                  std::vector<StateEntry> entries);
/// True when exactly these records are under `path` in the state with this root.
[[nodiscard]] bool verify_subtree(const Subtree& part, const TreePath& path,
                                  const Hash& state_root);

}  // namespace vostro::chain
