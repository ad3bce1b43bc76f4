#include "chain/tree_node.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace vostro::chain::trie {

const Hash& empty_hash() {
  static const Hash empty = vostro::hash("tree/empty", ByteView{});
  return empty;
}
Hash key_hash_of(ByteView key) {
  return vostro::hash("key", key);
}
Hash value_hash_of(ByteView value) {
  return vostro::hash("value", value);
}
Hash leaf_hash(const StateProof::Leaf& leaf) {
  return vostro::hash("tree/leaf", {leaf.key_hash.view(), leaf.value_hash.view()});
}
Hash join(const Hash& left, const Hash& right) {
  if (left == empty_hash() && right == empty_hash()) return empty_hash();
  return vostro::hash("tree/node", {left.view(), right.view()});
}

std::size_t nibble(const Hash& path, std::size_t depth) {
  const Byte byte = path.bytes[depth / 2];
  return depth % 2 == 0 ? byte >> 4U : byte & 0x0FU;
}
bool same_prefix(const Hash& a, const Hash& b, std::size_t depth) {
  for (std::size_t i = 0; i < depth; ++i) {
    if (nibble(a, i) != nibble(b, i)) return false;
  }
  return true;
}

Bytes position_of(const Hash& path, std::size_t depth) {
  Bytes position;
  position.reserve(1 + (depth + 1) / 2);
  position.push_back(static_cast<Byte>(depth));
  position.insert(position.end(), path.bytes.begin(),
                  path.bytes.begin() + static_cast<std::ptrdiff_t>((depth + 1) / 2));
  if (depth % 2 == 1) position.back() &= 0xF0U;
  return position;
}

Hash Slot::hash() const {
  switch (kind) {
    case SlotKind::empty:
      return empty_hash();
    case SlotKind::leaf:
      return leaf_hash(leaf);
    case SlotKind::child:
      return child;
  }
  VOSTRO_CHECK(false);
}

Bytes Node::encode() const {
  unsigned leaves = 0;
  unsigned children = 0;
  for (unsigned i = 0; i < slots_per_node; ++i) {
    if (slots[i].kind == SlotKind::leaf) leaves |= 1U << i;
    if (slots[i].kind == SlotKind::child) children |= 1U << i;
  }
  Bytes out;
  out.reserve(4 + 2 * Hash::size * static_cast<std::size_t>(std::popcount(leaves)) +
              Hash::size * static_cast<std::size_t>(std::popcount(children)));
  append_little_endian(out, leaves, 2);
  append_little_endian(out, children, 2);
  for (const Slot& slot : slots) {
    if (slot.kind == SlotKind::leaf) {
      append(out, slot.leaf.key_hash.view());
      append(out, slot.leaf.value_hash.view());
    } else if (slot.kind == SlotKind::child) {
      append(out, slot.child.view());
    }
  }
  return out;
}

Node Node::decode(ByteView bytes) {
  VOSTRO_CHECK(bytes.size() >= 4);
  const unsigned leaves = bytes[0] | static_cast<unsigned>(bytes[1]) << 8U;
  const unsigned children = bytes[2] | static_cast<unsigned>(bytes[3]) << 8U;
  VOSTRO_CHECK((leaves & children) == 0);
  VOSTRO_CHECK(bytes.size() ==
               4 + 2 * Hash::size * static_cast<std::size_t>(std::popcount(leaves)) +
                   Hash::size * static_cast<std::size_t>(std::popcount(children)));
  Node node;
  const Byte* at = bytes.data() + 4;
  const auto take = [&at](Hash& to) {
    std::copy(at, at + Hash::size, to.bytes.begin());
    at += Hash::size;
  };
  for (unsigned i = 0; i < slots_per_node; ++i) {
    Slot& slot = node.slots[i];
    if ((leaves >> i & 1U) != 0) {
      slot.kind = SlotKind::leaf;
      take(slot.leaf.key_hash);
      take(slot.leaf.value_hash);
    } else if ((children >> i & 1U) != 0) {
      slot.kind = SlotKind::child;
      take(slot.child);
    }
  }
  return node;
}

std::array<Hash, slots_per_node> Node::slot_hashes() const {
  std::array<Hash, slots_per_node> hashes;
  for (std::size_t i = 0; i < slots_per_node; ++i) hashes[i] = slots[i].hash();
  return hashes;
}

Hash Node::hash() const {
  std::array<Hash, slots_per_node> level = slot_hashes();
  for (std::size_t width = slots_per_node; width > 1; width /= 2) {
    for (std::size_t i = 0; i < width / 2; ++i) level[i] = join(level[2 * i], level[2 * i + 1]);
  }
  return level[0];
}

void Node::append_siblings(std::size_t slot, std::vector<Hash>& to) const {
  std::array<Hash, slots_per_node> level = slot_hashes();
  for (std::size_t width = slots_per_node; width > 1; width /= 2) {
    to.push_back(level[slot ^ 1U]);
    for (std::size_t i = 0; i < width / 2; ++i) level[i] = join(level[2 * i], level[2 * i + 1]);
    slot /= 2;
  }
}

Hash root_from(Hash slot, std::span<const Hash> siblings, const Hash& path) {
  VOSTRO_CHECK(siblings.size() % 4 == 0);
  std::size_t next = 0;
  for (std::size_t level = siblings.size() / 4; level > 0; --level) {
    std::size_t at = nibble(path, level - 1);
    for (int bit = 0; bit < 4; ++bit, at /= 2) {
      const Hash& sibling = siblings[next++];
      slot = at % 2 == 0 ? join(slot, sibling) : join(sibling, slot);
    }
  }
  return slot;
}

}  // namespace vostro::chain::trie
