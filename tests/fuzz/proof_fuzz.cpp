// Proofs of state and of receipts, as anyone may hand them to us: what they show is true, whatever
// their bytes. The model is the list of what is there. Catalogue row C10, and light clients.
#include <map>
#include <optional>

#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/tree.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

constexpr std::uint8_t kKeys = 40;  // as many are in the state; twice as many are asked for
constexpr std::size_t kLeaves = 11;

class MemoryTree final : public chain::NodeReader {
 public:
  std::optional<Bytes> node(ByteView position) const override {
    const auto found = nodes_.find(Bytes(position.begin(), position.end()));
    return found == nodes_.end() ? std::nullopt : std::optional(found->second);
  }
  Hash apply(const chain::Changes& changes) {
    chain::TreeUpdate update = chain::update_tree(*this, changes);
    for (auto& [position, content] : update.nodes) {
      VOSTRO_CHECK(content);
      nodes_[position] = *content;
    }
    return update.root;
  }

 private:
  std::map<Bytes, Bytes> nodes_;
};

Bytes key_of(std::uint8_t number) {
  return {'a', number};
}
std::optional<Bytes> value_of(std::uint8_t number) {
  if (number >= kKeys) return std::nullopt;
  return Bytes{'v', number, number};
}

struct State {
  State() {
    chain::Changes changes;
    for (std::uint8_t i = 0; i < kKeys; ++i) changes[key_of(i)] = value_of(i);
    root = tree.apply(changes);
    for (std::uint8_t i = 0; i < kLeaves; ++i) leaves.push_back(hash("leaf", Bytes{i}));
    leaves_root = chain::merkle_root(leaves);
  }
  MemoryTree tree;
  Hash root;
  std::vector<Hash> leaves;
  Hash leaves_root;
};
const State& state() {
  static const State made;
  return made;
}

/// The claim is chosen too: the true value, that of another key, or absence.
void check_state_proof(Script script) {
  const auto key = static_cast<std::uint8_t>(script.choice(2 * kKeys));
  const std::optional<Bytes> claim = value_of(script.byte());
  const auto proof = decode<chain::StateProof>(script.rest());
  if (!proof) return;
  if (chain::verify_proof(*proof, state().root, key_of(key), claim))
    VOSTRO_CHECK(claim == value_of(key));
}

void check_path(Script script) {
  const std::size_t number = script.choice(2 * kLeaves);
  const Hash leaf =
      number < kLeaves ? state().leaves[number] : hash("leaf", Bytes{static_cast<Byte>(number)});
  const auto path = decode<chain::MerklePath>(script.rest());
  if (!path) return;
  if (chain::root_of(leaf, *path) == state().leaves_root) VOSTRO_CHECK(number < kLeaves);
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const std::uint8_t key : Bytes{0, 1, 17, 39, 40, 63, 79}) {
    Bytes seed{0, key, key};
    const chain::StateProof proof = chain::prove(state().tree, key_of(key));
    VOSTRO_CHECK(chain::verify_proof(proof, state().root, key_of(key), value_of(key)));
    append(seed, encode(proof));
    made.push_back(seed);
  }
  for (const std::uint8_t leaf : Bytes{0, 5, 10}) {
    Bytes seed{1, leaf};
    append(seed, encode(chain::merkle_path(state().leaves, leaf)));
    made.push_back(seed);
  }
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  static_cast<void>(state());  // not counted below
  const MemoryBound bound(size);
  const Script script(vostro::ByteView(data, size).subspan(1));
  if (data[0] % 2 == 0) {
    check_state_proof(script);
  } else {
    check_path(script);
  }
  return 0;
}
