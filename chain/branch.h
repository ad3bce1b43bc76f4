/// An executed but not yet stored block as a layer over its parent's state. Layers stack: consensus
/// keeps one for each unfinalized block (consensus-spec section 3). Pure look-ups; the owner keeps
/// parent and block alive.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "chain/execute.h"

namespace vostro::chain {

class Branch final : public StateReader, public NodeReader {
 public:
  /// `state` and `tree` are the parent's: another Branch, or the store.
  Branch(std::shared_ptr<const ExecutedBlock> block, const StateReader& state,
         const NodeReader& tree);

  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override;
  [[nodiscard]] std::optional<IdRecord> find_id(const OwnedId& id) const override;
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override;
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override;

  [[nodiscard]] const ExecutedBlock& block() const { return *block_; }
  /// The parent's block was stored: from now on what is below is the store.
  void rebase(const StateReader& state, const NodeReader& tree);

 private:
  std::shared_ptr<const ExecutedBlock> block_;
  const StateReader* state_;
  const NodeReader* tree_;
  std::vector<std::uint32_t> ids_;  ///< places in the block's ids, ascending by ById
};

}  // namespace vostro::chain
