#include "chain/due.h"

#include "base/codec.h"
#include "base/planted.h"
#include "chain/governance.h"
#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

Receipt reject_and_release(Turn& turn, Reason reason) {
  turn.state.roll_back();
  turn.receipt.entries.clear();
  turn.receipt.given_code.reset();
  end_delayed(turn, turn.id);
  turn.receipt.status = Status::rejected;
  turn.receipt.reason = reason;
  return std::move(turn.receipt);
}

/// All checks run again, but those of signers and window: the order was signed for when it was
/// made.
std::optional<Receipt> delay_over(State& state, BlockPoint block, const OwnedId& name) {
  const DelayedOrder* order = state.find<DelayedOrder>(name);
  if (order == nullptr) return std::nullopt;
  const auto transaction = decode<Transaction>(order->transaction);
  if (!transaction) return std::nullopt;

  Turn turn(state, block, Step::due, name, order->hash, ReceiptKind::due);
  if (const Hold* hold = state.find<Hold>(name)) turn.waiting = *hold;
  state.erase<DueMarker>({order->due, name});
  state.erase<DelayedOrder>(name);
  const auto done =
      std::visit([&](const auto& body) { return apply(turn, body); }, transaction->body);
  if (!done) return reject_and_release(turn, done.error());
  return std::move(turn.receipt);
}

std::optional<Receipt> acceptance_over(State& state, BlockPoint block, const OwnedId& name) {
  const Hold* hold = find_payment(state, name);
  if (hold == nullptr || hold->state != HoldState::held) return std::nullopt;
  Turn turn(state, block, Step::due, name, hold->transaction_hash, ReceiptKind::due);
  turn.receipt.payment = hold->facts();
  if (is_planted(Planted::due_applied_twice))
    static_cast<void>(move(turn, hold_place(name), account_place(hold->debtor), hold->principal,
                           EntryKind::principal, Limit::none));
  release(turn, name);
  turn.receipt.status = Status::released;
  turn.receipt.reason = Reason::acceptance_timed_out;
  return std::move(turn.receipt);
}

std::optional<Receipt> fall_due(State& state, BlockPoint block, const OwnedId& name, DueKind kind) {
  switch (kind) {
    case DueKind::delay_over:
      return delay_over(state, block, name);
    case DueKind::acceptance_over:
      return acceptance_over(state, block, name);
    case DueKind::voting_over:
    case DueKind::change_takes_effect:
      return proposal_due(state, block, name, kind);
  }
  return std::nullopt;
}

}  // namespace

std::vector<Receipt> work_off_due(State& state, BlockPoint block) {
  std::vector<Receipt> receipts;
  for (const auto& [key, kind] : state.due_before(block.time, state.parameters().max_due)) {
    // What came due before it may have ended it: a delayed Reject, say, of a payment whose deadline
    // has passed.
    if (state.find<DueMarker>(key) == nullptr) continue;
    auto receipt = fall_due(state, block, key.name, kind);
    if (!receipt) {
      state.report_damage();  // a marker without what it marks
      return receipts;
    }
    state.commit();
    receipts.push_back(*std::move(receipt));
  }
  return receipts;
}

void forget_expired_fills(State& state, BlockPoint block) {
  for (const DueKey& key : state.expired_fills(block.time, state.parameters().max_due)) {
    state.erase<FillExpiry>(key);
    state.erase<QuoteFill>(key.name);
  }
  state.commit();
}

Result<void, Reason> order_later(Turn& turn, const VerifiedTransaction& verified) {
  const UnixSeconds due = *turn.delay_end;
  turn.state.put<DelayedOrder>(turn.id,
                               {verified.bytes(), verified.hash(), due, turn.authority.scope});
  turn.state.put<DueMarker>({due, turn.id}, {DueKind::delay_over});
  if (turn.corridor) {
    if (auto ok = check_corridors(turn, *turn.corridor); !ok) return ok;
  }
  if (turn.spent) {
    if (auto ok = count_spent(turn, *turn.spent); !ok) return ok;
  }
  if (const auto hold = hold_while_delayed(verified.transaction(), verified.hash())) {
    if (auto ok = lock(turn, turn.id, *hold); !ok) return ok;
  }
  turn.receipt.status = Status::delayed;
  return {};
}

}  // namespace vostro::chain
