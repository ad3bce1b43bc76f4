#include "chain/membership.h"

#include <algorithm>
#include <set>

#include "base/check.h"

namespace vostro::chain {
namespace {

using Judged = Result<Membership, ChangeFault>;

std::vector<Validator>::const_iterator find_validator(const std::vector<Validator>& validators,
                                                      const Bic& owner) {
  return std::ranges::find(validators, validator_id_of(owner), &Validator::id);
}

/// The one whom, or what, a change is about: a later change about the same replaces an earlier one
/// that is not in force yet.
std::optional<Bic> subject_of(const Change& change) {
  if (const auto* add = std::get_if<AddValidator>(&change)) return add->participant;
  if (const auto* remove = std::get_if<RemoveValidator>(&change)) return remove->participant;
  if (const auto* rotate = std::get_if<RotateValidatorKey>(&change)) return rotate->participant;
  return std::nullopt;  // the version
}

std::vector<Change> passed_changes(State& state) {
  std::vector<Change> changes;
  for (const OwnedId& name : state.pending_changes()) {
    if (const Proposal* proposal = state.find<Proposal>(name)) {
      changes.push_back(proposal->change);
    } else {
      state.report_damage();
    }
  }
  return changes;
}

bool is_tls_key(State& state, const PublicKey& key) {
  return std::ranges::any_of(state.participants(), [&](const Bic& bic) {
    const Participant* participant = state.find<Participant>(bic);
    return participant != nullptr && participant->tls_key == key;
  });
}

/// What a change makes of a membership.
class Applier {
 public:
  Applier(State& state, const Membership& before) : state_(state), after_(before) {}

  Judged operator()(const AddValidator& change) {
    const Participant* owner = state_.find<Participant>(change.participant);
    if (owner == nullptr) return fail(ChangeFault::unknown);
    if (owner->status != Standing::active) return fail(ChangeFault::owner_unfit);
    if (find_validator(after_.validators, change.participant) != after_.validators.end())
      return fail(ChangeFault::already_there);
    if (is_taken(change.participant, change.key)) return fail(ChangeFault::key_taken);
    if (after_.validators.size() >= Validators::count_max)
      return fail(ChangeFault::too_many_validators);
    const Validator added{validator_id_of(change.participant), change.key};
    after_.validators.insert(std::ranges::upper_bound(after_.validators, added), added);
    return judged();
  }

  Judged operator()(const RemoveValidator& change) {
    const auto at = find_validator(after_.validators, change.participant);
    if (at == after_.validators.end()) return fail(ChangeFault::unknown);
    after_.validators.erase(at);
    if (after_.validators.size() < state_.validators().size_min || after_.validators.empty())
      return fail(ChangeFault::too_few_validators);
    return judged();
  }

  Judged operator()(const RotateValidatorKey& change) {
    const auto at = find_validator(after_.validators, change.participant);
    if (at == after_.validators.end()) return fail(ChangeFault::unknown);
    if (at->key == change.key) return fail(ChangeFault::no_change);
    if (is_taken(change.participant, change.key)) return fail(ChangeFault::key_taken);
    after_.validators[static_cast<std::size_t>(at - after_.validators.begin())].key = change.key;
    return judged();
  }

  Judged operator()(const ActivateVersion& change) {
    if (change.version <= after_.version) return fail(ChangeFault::no_change);
    after_.version = change.version;
    return judged();
  }

  template <class Other>
  Judged operator()(const Other&) {
    VOSTRO_CHECK(false);  // is_membership
    return fail(ChangeFault::unknown);
  }

 private:
  /// By another validator of now or to come, or by a node for its certificate.
  bool is_taken(const Bic& owner, const PublicKey& key) {
    const ValidatorId id = validator_id_of(owner);
    const auto has_key = [&](const Validator& other) { return other.key == key && other.id != id; };
    return std::ranges::any_of(after_.validators, has_key) ||
           std::ranges::any_of(state_.validators().now, has_key) || is_tls_key(state_, key);
  }
  Judged judged() {
    if (!keeps_quorum(state_, after_.validators, std::nullopt))
      return fail(ChangeFault::quorum_lost);
    return after_;
  }

  State& state_;
  Membership after_;
};

struct Verdict {
  enum class Kind : std::uint8_t { in_force, fails, waits };
  Kind kind = Kind::waits;
  WaitsFor waits_for = WaitsFor::date;
  std::size_t ready = 0;
  std::size_t needed = 0;
};

/// Looks at all passed changes in order of acceptance, each on top of those that are due before it.
class Assessment {
 public:
  Assessment(State& state, UnixMillis now)
      : state_(state), now_(now), after(base_membership(state)) {
    for (const OwnedId& name : state.pending_changes()) {
      const Proposal* proposal = state.find<Proposal>(name);
      if (proposal == nullptr) {
        state.report_damage();
        return;
      }
      pending.emplace_back(name, *proposal);
    }
    for (std::size_t i = 0; i < pending.size(); ++i) verdicts.push_back(judge(i));
  }

 private:
  static Verdict fails() { return {Verdict::Kind::fails}; }
  static Verdict waits(WaitsFor what) { return {Verdict::Kind::waits, what}; }

  Verdict judge(std::size_t index) {
    const Proposal& proposal = pending[index].second;
    if (is_replaced(index)) return fails();
    if (!is_past(proposal.not_before, now_)) return waits(WaitsFor::date);
    if (const auto key = new_key_of(proposal.change); key && !speaks(*key, after.version))
      return waits(WaitsFor::ready);
    // Who has no validator any more, or was to have one, needs no epoch to lose it.
    if (const auto* remove = std::get_if<RemoveValidator>(&proposal.change))
      if (find_validator(after.validators, remove->participant) == after.validators.end())
        return {Verdict::Kind::in_force};
    auto changed = with_change(state_, after, proposal.change);
    if (!changed) {
      return changed.error() == ChangeFault::too_few_validators ? waits(WaitsFor::validators)
                                                                : fails();
    }
    const std::size_t needed = votes_needed(changed->validators.size());
    const auto ready = static_cast<std::size_t>(std::ranges::count_if(
        changed->validators,
        [&](const Validator& validator) { return speaks(validator.key, changed->version); }));
    if (ready < needed) return {Verdict::Kind::waits, WaitsFor::quorum, ready, needed};
    after = *std::move(changed);
    return {Verdict::Kind::in_force};
  }

  bool is_replaced(std::size_t index) const {
    const auto subject = subject_of(pending[index].second.change);
    return std::any_of(
        pending.begin() + static_cast<std::ptrdiff_t>(index) + 1, pending.end(),
        [&](const auto& later) { return subject_of(later.second.change) == subject; });
  }

  /// Incumbents speak the version in force; all else they have to say.
  bool speaks(const PublicKey& key, std::uint16_t version) {
    const Validators& validators = state_.validators();
    const bool is_incumbent =
        std::ranges::find(validators.now, key, &Validator::key) != validators.now.end();
    if (is_incumbent && version == validators.version) return true;
    const Readiness* readiness = state_.find<Readiness>(key);
    return readiness != nullptr && std::ranges::binary_search(readiness->versions, version);
  }

  State& state_;
  UnixMillis now_;

 public:
  Membership after;
  std::vector<std::pair<OwnedId, Proposal>> pending;
  std::vector<Verdict> verdicts;  ///< one for each of `pending`
};

/// What keys say of themselves is forgotten when they neither vote nor are to vote.
void forget_readiness(State& state, const std::set<PublicKey>& before) {
  std::set<PublicKey> kept;
  const Validators& validators = state.validators();
  const auto& set = validators.next.empty() ? validators.now : validators.next;
  for (const Validator& validator : set) kept.insert(validator.key);
  for (const OwnedId& name : state.pending_changes())
    if (const auto key = new_key_of(state.find<Proposal>(name)->change)) kept.insert(*key);
  for (const PublicKey& key : before)
    if (!kept.contains(key) && state.find<Readiness>(key) != nullptr) state.erase<Readiness>(key);
}

Receipt end_change(State& state, BlockPoint block, const OwnedId& name, Proposal proposal,
                   Verdict::Kind kind) {
  Turn turn(state, block, Step::due, name, proposal.transaction_hash, ReceiptKind::due);
  const bool is_in_force = kind == Verdict::Kind::in_force;
  proposal.status = is_in_force ? ProposalStatus::in_force : ProposalStatus::failed;
  proposal.ended = block.height;
  state.put<Proposal>(name, std::move(proposal));
  turn.receipt.status = is_in_force ? Status::done : Status::rejected;
  if (!is_in_force) turn.receipt.reason = Reason::change_breaks_rule;
  return std::move(turn.receipt);
}

}  // namespace

bool is_membership(const Change& change) {
  return std::holds_alternative<AddValidator>(change) ||
         std::holds_alternative<RemoveValidator>(change) ||
         std::holds_alternative<RotateValidatorKey>(change) ||
         std::holds_alternative<ActivateVersion>(change);
}

std::optional<PublicKey> new_key_of(const Change& change) {
  if (const auto* add = std::get_if<AddValidator>(&change)) return add->key;
  if (const auto* rotate = std::get_if<RotateValidatorKey>(&change)) return rotate->key;
  return std::nullopt;
}

std::optional<EpochNow> epoch_now(const StateReader& state, const Hash& head, Height height,
                                  UnixMillis time) {
  const auto validators = load<Validators>(state, {});
  if (!validators) return std::nullopt;
  const bool is_closed = !validators->next.empty();
  const Epoch epoch(validators->epoch + (is_closed ? 1 : 0));
  if (!is_closed)
    if (auto begun = load<EpochRecord>(state, epoch)) return EpochNow{epoch, *std::move(begun)};
  return EpochNow{epoch,
                  {head, height, time, is_closed ? validators->next_version : validators->version,
                   is_closed ? validators->next : validators->now}};
}

bool votes_or_will(State& state, const Bic& owner, const PublicKey& key) {
  // On top of a block that closes its epoch, the next ones are asked already.
  if (std::ranges::binary_search(base_membership(state).validators,
                                 Validator{validator_id_of(owner), key}))
    return true;
  return std::ranges::any_of(state.pending_changes(), [&](const OwnedId& name) {
    const Proposal* proposal = state.find<Proposal>(name);
    return proposal != nullptr && new_key_of(proposal->change) == key &&
           subject_of(proposal->change) == owner;
  });
}

Membership base_membership(State& state) {
  const Validators& validators = state.validators();
  if (!validators.next.empty()) return {validators.next, validators.next_version};
  return {validators.now, validators.version};
}

Membership planned_membership(State& state) {
  Membership planned = base_membership(state);
  for (const Change& change : passed_changes(state))
    if (auto changed = with_change(state, planned, change)) planned = *std::move(changed);
  return planned;
}

Result<void, ChangeFault> check_membership(State& state, const Change& change) {
  Membership planned = base_membership(state);
  bool replaces = false;
  for (const Change& passed : passed_changes(state)) {
    if (subject_of(passed) == subject_of(change)) {
      replaces = true;
    } else if (auto changed = with_change(state, planned, passed)) {
      planned = *std::move(changed);
    }
  }
  const auto changed = with_change(state, planned, change);
  // A validator that was to be added is called off like this.
  const bool calls_off = replaces && std::holds_alternative<RemoveValidator>(change);
  if (!changed && !(calls_off && changed.error() == ChangeFault::unknown))
    return fail(changed.error());
  return {};
}

Result<Membership, ChangeFault> with_change(State& state, const Membership& membership,
                                            const Change& change) {
  return std::visit(Applier(state, membership), change);
}

bool keeps_quorum(State& state, const std::vector<Validator>& validators,
                  const std::optional<Bic>& suspended) {
  const auto active = std::ranges::count_if(validators, [&](const Validator& validator) {
    const auto owner = owner_of(validator.id);
    const Participant* participant = owner ? state.find<Participant>(*owner) : nullptr;
    return participant != nullptr && participant->status == Standing::active &&
           participant->bic != suspended;
  });
  return static_cast<std::size_t>(active) >= votes_needed(validators.size());
}

bool is_validator_key(State& state, const PublicKey& key) {
  const Validators& validators = state.validators();
  const auto has_key = [&](const Validator& validator) { return validator.key == key; };
  if (std::ranges::any_of(validators.now, has_key) || std::ranges::any_of(validators.next, has_key))
    return true;
  return std::ranges::any_of(state.pending_changes(), [&](const OwnedId& name) {
    const Proposal* proposal = state.find<Proposal>(name);
    return proposal != nullptr && new_key_of(proposal->change) == key;
  });
}

std::string_view to_string(WaitsFor waits_for) {
  switch (waits_for) {
    case WaitsFor::date:
      return "date";
    case WaitsFor::ready:
      return "ready";
    case WaitsFor::validators:
      return "validators";
    case WaitsFor::quorum:
      return "quorum";
    case WaitsFor::next_epoch:
      return "next_epoch";
    case WaitsFor::next_block:
      return "next_block";
  }
  return "unknown";
}

std::vector<PendingChange> pending_changes(const StateReader& reader, UnixMillis now) {
  State state(reader);
  const Assessment assessed(state, now);
  std::vector<PendingChange> pending;
  for (std::size_t i = 0; i < assessed.verdicts.size(); ++i) {
    const Verdict& verdict = assessed.verdicts[i];
    const bool waits = verdict.kind == Verdict::Kind::waits;
    pending.push_back({assessed.pending[i].first, waits ? verdict.waits_for : WaitsFor::next_epoch,
                       verdict.ready, verdict.needed});
  }
  return pending;
}

std::vector<Receipt> settle_membership(State& state, BlockPoint block) {
  std::vector<Receipt> receipts;
  if (state.pending_changes().empty()) return receipts;
  const Assessment assessed(state, block.time);
  std::vector<OwnedId> left;
  std::set<PublicKey> keys;
  for (const Validator& validator : state.validators().now) keys.insert(validator.key);
  for (std::size_t i = 0; i < assessed.verdicts.size(); ++i) {
    const auto& [name, proposal] = assessed.pending[i];
    if (const auto key = new_key_of(proposal.change)) keys.insert(*key);
    if (assessed.verdicts[i].kind == Verdict::Kind::waits) {
      left.push_back(name);
    } else {
      receipts.push_back(end_change(state, block, name, proposal, assessed.verdicts[i].kind));
    }
  }
  if (receipts.empty()) return receipts;
  state.set_pending_changes(std::move(left));
  Validators validators = state.validators();
  if (assessed.after != Membership{validators.now, validators.version}) {
    validators.next = assessed.after.validators;
    validators.next_version = assessed.after.version;
    Validators voters = validators;
    voters.now = validators.next;
    state.put<Validators>({}, std::move(validators));
    state.erase_lanes();
    decide_open_proposals(state, block, voters);
  }
  forget_readiness(state, keys);
  state.commit();
  return receipts;
}

std::optional<UnixSeconds> next_membership_due(const StateReader& reader) {
  State state(reader);
  std::set<UnixSeconds> dates;
  for (const OwnedId& name : state.pending_changes())
    if (const Proposal* proposal = state.find<Proposal>(name)) dates.insert(proposal->not_before);
  for (const UnixSeconds date : dates) {
    const Assessment assessed(state, UnixMillis(date.value * 1000 + 1));
    const bool has_work = std::ranges::any_of(assessed.verdicts, [](const Verdict& verdict) {
      return verdict.kind != Verdict::Kind::waits;
    });
    if (has_work) return date;
  }
  return std::nullopt;
}

}  // namespace vostro::chain
