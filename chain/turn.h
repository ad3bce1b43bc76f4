/// One transaction's turn in a block, or that of an order that falls due: its receipt in the
/// making, the common checks and the moving of money. Each body has one `apply` (chain/tx/apply.h)
/// that both checks and changes; where it fails, whatever it wrote is rolled back. Source:
/// blueprint section 3, "Common checks" and "Charges".
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/evidence.h"
#include "chain/authority.h"
#include "chain/corridor.h"
#include "chain/state.h"

namespace vostro::chain {

struct BlockPoint {
  Height height;
  UnixMillis time;
};

enum class Step : std::uint8_t {
  ordered,  ///< in its block, with its signatures
  item,     ///< a credit of a bulk, whose whole was checked already
  due,  ///< its delay is over: all checks but those of signers, window and cap, which were of its
        ///< order
};

/// By what evidence is judged.
struct Court {
  Hash network_id;
  const EvidenceJudge* judge = nullptr;
};

struct Turn {
  Turn(State& state_now, BlockPoint point, Step at, const OwnedId& name,
       const Hash& transaction_hash, ReceiptKind kind)
      : state(state_now), block(point), step(at), id(name) {
    receipt.id = name;
    receipt.transaction_hash = transaction_hash;
    receipt.kind = kind;
  }

  State& state;
  BlockPoint block;
  Step step;
  OwnedId id;
  Authority authority{{}, true, 0};      ///< only what `ordered` needs
  std::optional<UnixSeconds> delay_end;  ///< the rule has a delay, which ends then
  std::optional<Hold> waiting;           ///< `due`: the hold where the order's money waits
  std::optional<Money> spent;  ///< what the order counts under a cap; set by the common checks
  std::optional<CorridorCredit> corridor;  ///< the same for corridor rules
  std::uint32_t receipt_index = 0;         ///< where the receipt will stand in the block
  Court court;                             ///< for `ordered`
  /// `item_hash` of each item of a bulk that has just been ordered; else empty.
  std::span<const Hash> item_hashes;
  Receipt receipt;
  std::vector<Receipt> items;  ///< receipts of a bulk's items
};

/// What the common checks look at.
struct Parties {
  std::vector<Bic> participants;         ///< beside the owners of the accounts
  const AccountId* debtor = nullptr;     ///< unknown: AC02
  const AccountId* creditor = nullptr;   ///< unknown: AC03
  std::vector<const AccountId*> others;  ///< unknown: AC01
  const AccountId* to_debit = nullptr;   ///< frozen: AC06
  std::vector<Currency> currencies;
  std::optional<CorridorCredit> corridor;  ///< looked at, and counted, by corridor rules
  std::optional<Money> spent;              ///< counts under the policy's cap
};
/// In the order of Reason, from participant_unknown to daily_cap_passed; counts what is spent.
[[nodiscard]] Result<void, Reason> check_common(Turn& turn, const Parties& parties);
/// Every corridor rule that is about the credit lets it pass; counts it where the order is made.
/// Errors: corridor_refused.
[[nodiscard]] Result<void, Reason> check_corridors(Turn& turn, const CorridorCredit& credit);
/// Counts an order under its policy's cap. Errors: daily_cap_passed.
[[nodiscard]] Result<void, Reason> count_spent(Turn& turn, const Money& money);

[[nodiscard]] Place account_place(const AccountId& account);
[[nodiscard]] Place hold_place(const OwnedId& name);
[[nodiscard]] Place supply_place();

/// Whether a credit may make a balance exceed money_max: money that comes back must find its way.
enum class Limit : std::uint8_t { money_max, none };
/// Moves money and writes both entries. Errors: funds_short, result_above_maximum, in that order.
/// Holds and supply are entries only: their records are the caller's.
[[nodiscard]] Result<void, Reason> move(Turn& turn, const Place& from, const Place& to,
                                        const Money& money, EntryKind kind, Limit limit);

// Holds. `hold` says what the order takes and gives; none of these stores or erases its record.

/// Where the money of an order comes from.
enum class Source : std::uint8_t { accounts, hold };
/// Enough money for the order: provider_short, then funds_short.
[[nodiscard]] Result<void, Reason> check_funds(Turn& turn, const Hold& hold);
/// Money to creditor and provider, charges to their payees.
[[nodiscard]] Result<void, Reason> settle(Turn& turn, const OwnedId& name, const Hold& hold,
                                          Source source);
/// Money from the accounts into the hold, which is stored.
[[nodiscard]] Result<void, Reason> lock(Turn& turn, const OwnedId& name, const Hold& hold);
/// Ends the stored hold: what is in it goes back to debtor and provider; after an exchange, the
/// bought money to the debtor.
void release(Turn& turn, const OwnedId& name);
/// Ends the stored hold, whose money has been moved.
void end_hold(Turn& turn, const OwnedId& name);
/// Ends an order that waits for its delay: money back, and nothing falls due any more.
void end_delayed(Turn& turn, const OwnedId& name);

}  // namespace vostro::chain
