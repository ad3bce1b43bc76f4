#include "base/check.h"
#include "chain/tx/apply.h"
#include "chain/tx/payment.h"

namespace vostro::chain {
namespace {

Applied apply_item(Turn& turn, const PaymentBatch& batch, const BatchItem& item, bool is_used) {
  Hold hold;
  hold.transaction_hash = turn.receipt.transaction_hash;
  hold.uetr = item.uetr;
  hold.debtor = batch.debtor;
  hold.creditor = item.credit.creditor;
  hold.principal = hold.amount = {batch.currency, item.credit.amount};
  hold.charges = item.credit.charges;
  turn.receipt.payment = hold.facts();
  if (is_used) return fail(Reason::id_used);
  const Parties parties =
      parties_of_credit(batch.debtor, batch.currency, batch.currency, item.credit);
  if (auto ok = check_common(turn, parties); !ok) return ok;
  if (auto ok = check_acceptance(turn, batch.debtor, item.credit, batch.acceptance); !ok) return ok;
  return carry_out_credit(turn, std::move(hold), batch.acceptance);
}

Applied check_whole(Turn& turn, const PaymentBatch& batch) {
  Parties parties;
  parties.debtor = parties.to_debit = &batch.debtor;
  parties.currencies = {batch.currency};
  parties.spent = taken_by(batch);
  return check_common(turn, parties);
}

}  // namespace

/// Items that are rejected leave nothing behind; the whole stays ordered, and so does what it
/// counts under a cap.
Applied apply(Turn& turn, const PaymentBatch& batch) {
  const auto name_of = [&](const BatchItem& item) {
    return OwnedId{batch.debtor.owner, item.uetr};
  };
  // A rule with a delay fits no bulk, so it is always one that has just been ordered.
  VOSTRO_CHECK(turn.item_hashes.size() == batch.items.size());
  if (auto ok = check_whole(turn, batch); !ok) {
    // No item has a receipt of its own then: what happened to it stands in the bulk's.
    for (std::size_t i = 0; i < batch.items.size(); ++i)
      (void)turn.state.use_new_id(name_of(batch.items[i]),
                                  {turn.block.height, turn.receipt_index, turn.item_hashes[i]});
    return ok;
  }
  turn.state.commit();
  turn.items.reserve(batch.items.size());
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const BatchItem& item = batch.items[i];
    const OwnedId name = name_of(item);
    const auto index = static_cast<std::uint32_t>(turn.receipt_index + 1 + turn.items.size());
    const bool is_used =
        !turn.state.use_new_id(name, {turn.block.height, index, turn.item_hashes[i]});
    Turn one(turn.state, turn.block, Step::item, name, turn.receipt.transaction_hash,
             ReceiptKind::item);
    if (const auto done = apply_item(one, batch, item, is_used); done) {
      turn.state.commit();
    } else {
      turn.state.roll_back();
      one.receipt.status = Status::rejected;
      one.receipt.reason = done.error();
      one.receipt.entries.clear();
    }
    turn.items.push_back(std::move(one.receipt));
  }
  turn.receipt.status = Status::done;
  return {};
}

}  // namespace vostro::chain
