/// Which validators vote from the next epoch on, and by which protocol version. A passed change of
/// either waits until its date has come and all that it needs is there; the block after which one
/// is due closes its epoch and names the whole next set. Source: consensus-spec section 9;
/// catalogue rows C11, F28.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "chain/governance.h"

namespace vostro::chain {

/// Its effect waits for the beginning of an epoch.
[[nodiscard]] bool is_membership(const Change& change);

/// An epoch, as its first block puts it on record.
struct EpochNow {
  Epoch epoch;
  EpochRecord record;
};
/// The epoch that the next block belongs to: `state` is the one after the block `head` (the anchor
/// at height 0). Empty where the state is damaged.
[[nodiscard]] std::optional<EpochNow> epoch_now(const StateReader& state, const Hash& head,
                                                Height height, UnixMillis time);

/// The key that an AddValidator or a RotateValidatorKey brings.
[[nodiscard]] std::optional<PublicKey> new_key_of(const Change& change);
/// The key is that of the owner's validator, or of one that a passed change gives it: a Ready under
/// it is heard.
[[nodiscard]] bool votes_or_will(State& state, const Bic& owner, const PublicKey& key);

/// A set of validators and the version that it votes by.
struct Membership {
  std::vector<Validator> validators;  ///< ascending by id
  std::uint16_t version = 1;

  bool operator==(const Membership&) const = default;
};
/// Of the current epoch or, after a block that closes it, of the next one.
[[nodiscard]] Membership base_membership(State& state);
/// The same with every passed change in it, whatever that waits for.
[[nodiscard]] Membership planned_membership(State& state);
/// Whether such a change may be proposed: judged by the planned membership, without what it would
/// replace. Errors: those of with_change.
[[nodiscard]] Result<void, ChangeFault> check_membership(State& state, const Change& change);

/// What the change makes of a membership. The change is one of those (is_membership).
/// Errors, in this order: unknown, owner_unfit, already_there, no_change, key_taken,
/// too_many_validators, too_few_validators, quorum_lost.
[[nodiscard]] Result<Membership, ChangeFault> with_change(State& state,
                                                          const Membership& membership,
                                                          const Change& change);

/// Those who own these validators could still pass a change, without `suspended` where one is
/// named.
[[nodiscard]] bool keeps_quorum(State& state, const std::vector<Validator>& validators,
                                const std::optional<Bic>& suspended);
/// The key belongs to a validator of now, of the next epoch, or of a passed change.
[[nodiscard]] bool is_validator_key(State& state, const PublicKey& key);

/// What a passed change waits for, in the order in which it is looked at.
enum class WaitsFor : std::uint8_t {
  date,        ///< its not_before
  ready,       ///< a Ready of the new key that names the version to be in force
  validators,  ///< others that come first: too few would be left
  quorum,      ///< Ready of more validators: Q of the resulting set must speak the version
  next_epoch,  ///< nothing: it is in force when the next block begins its epoch
  next_block,  ///< of a change of another kind: nothing, its date has passed
};
[[nodiscard]] std::string_view to_string(WaitsFor waits_for);

struct PendingChange {
  OwnedId proposal;
  WaitsFor waits_for = WaitsFor::date;
  std::size_t ready = 0;   ///< of the resulting set, who speaks the version; where `quorum`
  std::size_t needed = 0;  ///< its Q
};
/// Passed changes of validators and version, and what they wait for at `now`, in order of
/// acceptance.
[[nodiscard]] std::vector<PendingChange> pending_changes(const StateReader& state, UnixMillis now);

/// After all transactions of a block: ends the proposals whose change is due or has come to break a
/// rule, a receipt for each; where members or version change, names the next epoch's and ends the
/// lanes.
[[nodiscard]] std::vector<Receipt> settle_membership(State& state, BlockPoint block);

/// When the first passed change will be due that waits for nothing but its date.
[[nodiscard]] std::optional<UnixSeconds> next_membership_due(const StateReader& state);

}  // namespace vostro::chain
