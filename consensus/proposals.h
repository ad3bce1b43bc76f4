/// The first well-formed proposal of each view that is kept, and the bodies of unfinalized blocks.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "consensus/messages.h"
#include "consensus/types.h"

namespace vostro::consensus {

struct HeldProposal {
  Propose propose;  ///< justification whole
  ProposalId id;
  UnixMillis received;
};

class ProposalTable {
 public:
  [[nodiscard]] const HeldProposal* find(View view) const;
  [[nodiscard]] const HeldProposal* find(const ProposalId& id) const;
  [[nodiscard]] const BlockBody* block(const BlockId& id) const;

  /// There must be none of this view yet.
  void add(HeldProposal held);
  /// A block that was fetched, because of what is notarized in `view`.
  void add_block(BlockBody block, View view);
  /// Forgets the proposal of a view that is over, and the block that was first seen with it.
  void drop(View view);
  /// Forgets proposals of views up to `final`, and blocks not seen in a later one, but the final
  /// block: what is notarized above is the final block again, or was proposed later.
  void prune(View final, const BlockId& final_block);

  [[nodiscard]] std::size_t size() const { return proposals_.size(); }
  [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }

 private:
  /// By views of this node, not by what a header says: a false header must not keep its block here
  /// for ever.
  struct StoredBlock {
    BlockBody body;
    View first_seen;
    View last_seen;
  };
  void store(BlockBody block, View view);

  std::map<View, HeldProposal> proposals_;
  std::map<ProposalId, View> views_;
  std::map<BlockId, StoredBlock> blocks_;
};

}  // namespace vostro::consensus
