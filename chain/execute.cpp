#include "chain/execute.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "chain/due.h"
#include "chain/history.h"
#include "chain/invariants.h"
#include "chain/membership.h"
#include "chain/merkle.h"
#include "chain/state.h"
#include "chain/tree.h"
#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

void reject(Turn& turn, Reason reason) {
  turn.state.roll_back();
  turn.receipt.entries.clear();
  turn.receipt.given_code.reset();
  turn.receipt.status = Status::rejected;
  turn.receipt.reason = reason;
}

/// A rule with a delay: every check has passed, as if there were none, and what was done is undone
/// until then.
void postpone(Turn& turn, const VerifiedTransaction& verified) {
  turn.state.roll_back();
  turn.receipt.entries.clear();
  turn.receipt.given_code.reset();
  turn.receipt.reason.reset();
  // Only an order of a payment is a step of that payment's life before its delay is over.
  if (!std::holds_alternative<Payment>(verified.transaction().body)) turn.receipt.payment.reset();
  if (const auto done = order_later(turn, verified); !done) reject(turn, done.error());
}

void take_turn(Turn& turn, const VerifiedTransaction& verified) {
  const auto done =
      std::visit([&](const auto& body) { return apply(turn, body); }, verified.transaction().body);
  if (!done) {
    reject(turn, done.error());
  } else if (turn.delay_end) {
    postpone(turn, verified);
  }
  turn.state.commit();
}

/// One candidate: dropped without a trace, or included with its receipts.
bool execute_one(State& state, BlockPoint block, const Court& court,
                 const VerifiedTransaction& verified, std::vector<Receipt>& receipts) {
  const auto authority = authorise(state, verified, block.time);
  if (!authority) return false;
  Turn turn(state, block, Step::ordered, verified.id(), verified.hash(), ReceiptKind::transaction);
  turn.authority = *authority;
  turn.court = court;
  turn.item_hashes = verified.item_hashes();
  if (authority->delay_ms > 0)
    turn.delay_end = whole_seconds_after(block.time, authority->delay_ms);
  turn.receipt_index = static_cast<std::uint32_t>(receipts.size());
  state.use_id(turn.id, {block.height, turn.receipt_index, verified.hash()});
  take_turn(turn, verified);
  receipts.push_back(std::move(turn.receipt));
  std::move(turn.items.begin(), turn.items.end(), std::back_inserter(receipts));
  return true;
}

/// In the first block of an epoch the next validators become those of now, and the epoch goes on
/// record.
void begin_epoch(State& state, const BlockInput& input) {
  Validators validators = state.validators();
  if (!validators.next.empty()) {
    ++validators.epoch;
    validators.version = std::exchange(validators.next_version, 0);
    validators.now = std::exchange(validators.next, {});
    state.put<Validators>({}, validators);
  }
  const Epoch epoch(validators.epoch);
  if (state.find<EpochRecord>(epoch) == nullptr)
    state.put<EpochRecord>(epoch, {input.parent, Height(input.height.value - 1), input.parent_time,
                                   validators.version, validators.now});
  state.commit();
}

Hash receipt_root_of(const std::vector<Receipt>& receipts) {
  std::vector<Hash> leaves;
  leaves.reserve(receipts.size());
  for (const Receipt& receipt : receipts) leaves.push_back(receipt_hash(receipt));
  return merkle_root(leaves);
}

}  // namespace

Hash tx_root_of(const std::vector<std::pair<OwnedId, IdRecord>>& ids,
                const std::vector<VerifiedTransactionPtr>& transactions) {
  Bytes names;
  names.reserve(ids.size() * UsedIds::name_size);
  for (const auto& [name, record] : ids) append_name(names, name);
  std::vector<Hash> hashes;
  hashes.reserve(transactions.size());
  for (const auto& transaction : transactions) hashes.push_back(transaction->hash());
  return tx_root_of(UsedIds{merkle_root(hashes), std::move(names)});
}

Result<ExecutedBlock, ExecutionFailure> execute_block(const StateReader& reader,
                                                      const NodeReader& tree,
                                                      const EvidenceJudge& judge,
                                                      const BlockInput& input) {
  State state(reader);
  const BlockPoint point{input.height, input.time};
  begin_epoch(state, input);
  ExecutedBlock block;
  block.height = input.height;
  block.time = input.time;
  block.receipts = work_off_due(state, point);
  forget_expired_fills(state, point);
  // Moved as they grow, the receipts of a large bulk cost more than they do to make.
  std::size_t receipts = block.receipts.size();
  for (const VerifiedTransactionPtr& candidate : input.candidates) receipts += candidate->items();
  block.receipts.reserve(receipts);
  for (const VerifiedTransactionPtr& candidate : input.candidates)
    if (execute_one(state, point, {input.network_id, &judge}, *candidate, block.receipts))
      block.transactions.push_back(candidate);
  for (const auto& [author, record] : input.lanes) state.put<Lane>(author, {record});
  state.commit();
  for (Receipt& receipt : settle_membership(state, point))
    block.receipts.push_back(std::move(receipt));

  if (state.is_damaged())
    return fail(ExecutionFailure{ExecutionError::invariant_broken, "the stored state is damaged"});
  // Whatever is due has a receipt, and so has whatever is included.
  if (block.receipts.empty())
    return fail(
        ExecutionFailure{ExecutionError::empty, "no transaction is left and nothing was due"});
  if (const auto sound = check_block(state, block.receipts); !sound)
    return fail(ExecutionFailure{ExecutionError::invariant_broken, sound.error()});

  if (const Validators& validators = state.validators(); !validators.next.empty())
    block.next_epoch = NextEpoch{validators.next_version, validators.next};
  block.ids = state.new_ids();
  block.state = state.changes();
  block.tx_root = tx_root_of(block.ids, block.transactions);
  block.receipt_root = receipt_root_of(block.receipts);
  TreeUpdate update = update_tree(tree, block.state);
  block.state_root = update.root;
  block.nodes = std::move(update.nodes);
  return block;
}

std::string_view to_string(Inclusion inclusion) {
  switch (inclusion) {
    case Inclusion::included:
      return "included";
    case Inclusion::expired:
      return "valid_until has passed";
    case Inclusion::too_far_ahead:
      return "valid_until is further ahead than the network allows";
    case Inclusion::id_used:
      return "the id is used already";
    case Inclusion::actor_unknown:
      return "the acting account or participant is unknown";
    case Inclusion::signer_not_in_policy:
      return "a signer is not in the policy";
    case Inclusion::signatures_short:
      return "the signatures do not meet the policy's rule";
  }
  return "unknown";
}

Inclusion check_inclusion(const StateReader& reader, const VerifiedTransaction& transaction,
                          UnixMillis now) {
  State state(reader);
  const auto authority = authorise(state, transaction, now);
  return authority ? Inclusion::included : authority.error();
}

std::optional<UnixSeconds> next_due(const StateReader& state) {
  std::optional<UnixSeconds> earliest = next_membership_due(state);
  const Bytes prefix{DueMarker::prefix};
  const auto first = state.scan(prefix, prefix, 1);
  const auto key = first.empty() ? std::nullopt : due_of_key(first.front().first);
  if (key && (!earliest || key->time < *earliest)) earliest = key->time;
  return earliest;
}

}  // namespace vostro::chain
