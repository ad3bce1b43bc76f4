/// What the ledger says about annexes: which orders commit to one, whose business each is, and with
/// which hash. Reads the store; any thread.
/// Source: blueprint section 3, "Annex": debtor agent, creditor agent (the settlement agent for a
/// Redeem), and where the network has one, the supervisor.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "chain/execute.h"
#include "chain/sealed_annex.h"
#include "chain/store/view.h"
#include "chain/transaction.h"

namespace vostro::node {

/// An order, or a bulk's item, that commits to an annex.
struct AnnexOrder {
  chain::OwnedId name;  ///< the owner seals the annex
  Hash commitment;
  Bic counterpart;  ///< the other bank that it is sealed to; zeros where the ledger knows none

  bool operator==(const AnnexOrder&) const = default;
};
/// In the transaction's order. `state` tells the settlement agent of a Redeem's currency.
[[nodiscard]] std::vector<AnnexOrder> annex_orders_of(const chain::Transaction& transaction,
                                                      const chain::StateReader& state);
/// Some order of the block, or item of a bulk, commits to an annex.
[[nodiscard]] bool has_annexes(const chain::ExecutedBlock& block);
/// The order of this name on the ledger, or of this item; none where it is on no ledger or commits
/// to none. Decodes the transaction, for an item the whole bulk.
[[nodiscard]] std::optional<AnnexOrder> annex_order_on_ledger(const chain::StoreView& view,
                                                              const chain::OwnedId& name);
/// The same look-up for many names, decoding each transaction once: for lists, where all may be of
/// one bulk. One thread; of one view.
class AnnexCommitments {
 public:
  explicit AnnexCommitments(const chain::StoreView& view) : view_(view) {}
  /// None where the order commits to no annex.
  [[nodiscard]] std::optional<Hash> of(const chain::OwnedId& name, const Hash& transaction);

 private:
  const chain::StoreView& view_;
  std::map<Hash, std::map<chain::OwnedId, Hash>> known_;  ///< by transaction
};
/// True where the order is in a block and was not rejected there: there is something to explain.
[[nodiscard]] bool took_effect(const chain::StoreView& view, const chain::OwnedId& name);

/// Active participants with the role supervisor.
[[nodiscard]] std::set<Bic> supervisors(const chain::StateReader& state);

/// True where `bank` may be given the annex of this name: the order took effect, and the bank is
/// its owner, its counterpart or a supervisor. Whose counterpart it is the payment's receipt says;
/// of a Redeem, and of an order in a block that is not here whole, whom the annex itself is sealed
/// to. `kept`: of this name, null where there is none. Reads a receipt, and no transaction.
[[nodiscard]] bool may_have_annex(const chain::StoreView& view, const chain::OwnedId& name,
                                  const Bic& bank, const chain::SealedAnnex* kept);

}  // namespace vostro::node
