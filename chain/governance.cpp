#include "chain/governance.h"

#include <algorithm>

#include "base/check.h"
#include "chain/membership.h"

namespace vostro::chain {
namespace {

using MayBe = Result<void, ChangeFault>;

bool is_agent_of_active_currency(State& state, const Bic& bic) {
  const std::vector<Currency> currencies = state.currencies_of(bic);
  return std::ranges::any_of(currencies, [&](const Currency& currency) {
    return state.find<CurrencyRecord>(currency)->status == Standing::active;
  });
}

/// What a change needs, and what it does: side by side, so that neither forgets the other.
class Changer {
 public:
  Changer(State& state, BlockPoint block) : state_(state), block_(block) {}

  MayBe check(const AddParticipant& change) {
    if (state_.find<Participant>(change.participant.bic) != nullptr)
      return fail(ChangeFault::already_there);
    return check_tls_key(change.participant.tls_key);
  }
  void carry_out(const AddParticipant& change) {
    state_.put<Participant>(change.participant.bic, change.participant);
  }

  MayBe check(const SetParticipant& change) {
    const Participant* participant = state_.find<Participant>(change.participant);
    if (participant == nullptr) return fail(ChangeFault::unknown);
    if (participant->status == Standing::removed) return fail(ChangeFault::removed);
    if (participant->status == change.standing) return fail(ChangeFault::no_change);
    if (change.standing == Standing::active) return {};
    if (change.standing == Standing::removed) {
      if (owns_any_validator(change.participant)) return fail(ChangeFault::owns_validator);
      if (is_agent_of_active_currency(state_, change.participant))
        return fail(ChangeFault::is_agent);
      if (state_.has_money(change.participant)) return fail(ChangeFault::money_left);
    }
    // Of now, and of all that was passed: either may be the one that has to vote.
    const bool keeps =
        keeps_quorum(state_, state_.validators().now, change.participant) &&
        keeps_quorum(state_, planned_membership(state_).validators, change.participant);
    if (!keeps) return fail(ChangeFault::quorum_lost);
    return {};
  }
  void carry_out(const SetParticipant& change) {
    Participant participant = *state_.find<Participant>(change.participant);
    participant.status = change.standing;
    state_.put<Participant>(change.participant, std::move(participant));
  }

  MayBe check(const ReplacePolicy& change) {
    const PolicyScope& scope = change.scope;
    if (scope.currency) {
      const CurrencyRecord* currency = state_.find<CurrencyRecord>(*scope.currency);
      const bool is_agents = currency != nullptr && currency->agent == scope.participant;
      if (!is_agents) return fail(ChangeFault::unknown);
    } else if (!scope.label.empty()) {
      const AccountRecord* account = state_.find<AccountRecord>({scope.participant, scope.label});
      if (account == nullptr || account->status == AccountStatus::closed)
        return fail(ChangeFault::unknown);
    } else if (state_.find<Participant>(scope.participant) == nullptr) {
      return fail(ChangeFault::unknown);
    }
    return {};
  }
  void carry_out(const ReplacePolicy& change) {
    const PolicyScope& scope = change.scope;
    if (scope.currency) {
      CurrencyRecord currency = *state_.find<CurrencyRecord>(*scope.currency);
      currency.policy = *change.policy;
      state_.put<CurrencyRecord>(*scope.currency, std::move(currency));
    } else if (!scope.label.empty()) {
      const AccountId name{scope.participant, scope.label};
      AccountRecord account = *state_.find<AccountRecord>(name);
      account.policy = change.policy;
      state_.put<AccountRecord>(name, std::move(account));
    } else {
      Participant participant = *state_.find<Participant>(scope.participant);
      participant.policy = *change.policy;
      state_.put<Participant>(scope.participant, std::move(participant));
    }
  }

  MayBe check(const AddCurrency& change) {
    if (state_.find<CurrencyRecord>(change.currency.currency) != nullptr)
      return fail(ChangeFault::already_there);
    const Participant* agent = state_.find<Participant>(change.currency.agent);
    const bool is_fit = agent != nullptr && agent->status == Standing::active &&
                        agent->roles.has(ParticipantRole::settlement_agent);
    if (!is_fit) return fail(ChangeFault::agent_unfit);
    return {};
  }
  void carry_out(const AddCurrency& change) {
    state_.put<CurrencyRecord>(change.currency.currency, record_of(change.currency));
  }

  MayBe check(const SetCurrency& change) {
    const CurrencyRecord* currency = state_.find<CurrencyRecord>(change.currency);
    if (currency == nullptr) return fail(ChangeFault::unknown);
    if (currency->status == change.standing) return fail(ChangeFault::no_change);
    return {};
  }
  void carry_out(const SetCurrency& change) {
    CurrencyRecord currency = *state_.find<CurrencyRecord>(change.currency);
    currency.status = change.standing;
    state_.put<CurrencyRecord>(change.currency, std::move(currency));
  }

  MayBe check(const SetCorridorRule& change) {
    const CorridorRecord* before = state_.find<CorridorRecord>(change.number);
    if (before == nullptr && !change.rule) return fail(ChangeFault::unknown);
    if (before != nullptr && change.rule == before->rule) return fail(ChangeFault::no_change);
    if (before == nullptr && state_.corridor_rules().size() >= CorridorRule::count_max)
      return fail(ChangeFault::too_many_rules);
    return {};
  }
  void carry_out(const SetCorridorRule& change) {
    std::optional<CorridorRecord> record;
    if (change.rule) record = CorridorRecord{*change.rule, block_.height};
    state_.set_corridor_rule(change.number, std::move(record));
  }

  MayBe check(const SetParameter& change) {
    const Parameters& now = state_.parameters();
    if (with_parameter(now, change.parameter, change.value) == now)
      return fail(ChangeFault::no_change);
    return {};
  }
  void carry_out(const SetParameter& change) {
    const auto changed = with_parameter(state_.parameters(), change.parameter, change.value);
    VOSTRO_CHECK(changed.has_value());  // form: bad_change
    state_.put<Parameters>({}, *changed);
  }

  MayBe check(const SetTlsKey& change) {
    const Participant* participant = state_.find<Participant>(change.participant);
    if (participant == nullptr) return fail(ChangeFault::unknown);
    if (participant->status == Standing::removed) return fail(ChangeFault::removed);
    if (participant->tls_key == change.key) return fail(ChangeFault::no_change);
    return check_tls_key(change.key);
  }
  void carry_out(const SetTlsKey& change) {
    Participant participant = *state_.find<Participant>(change.participant);
    participant.tls_key = change.key;
    state_.put<Participant>(change.participant, std::move(participant));
  }

  /// Validators and version: judged by what all passed changes will have made of them, carried out
  /// where an epoch closes (chain/membership.h).
  template <class MembershipChange>
  MayBe check(const MembershipChange& change) {
    return check_membership(state_, Change(change));
  }
  template <class MembershipChange>
  void carry_out(const MembershipChange&) {
    VOSTRO_CHECK(false);  // never marked as due
  }

 private:
  MayBe check_tls_key(const PublicKey& key) {
    for (const Bic& other : state_.participants()) {
      const Participant* participant = state_.find<Participant>(other);
      if (participant != nullptr && participant->tls_key == key)
        return fail(ChangeFault::tls_key_taken);
    }
    if (is_validator_key(state_, key)) return fail(ChangeFault::tls_key_taken);
    return {};
  }
  bool owns_any_validator(const Bic& owner) {
    const auto owns = [&](const std::vector<Validator>& validators) {
      return std::ranges::binary_search(validators, validator_id_of(owner), {}, &Validator::id);
    };
    return owns(state_.validators().now) || owns(state_.validators().next) ||
           owns(planned_membership(state_).validators);
  }

  State& state_;
  BlockPoint block_;
};

Receipt end_proposal(Turn& turn, Proposal proposal, ProposalStatus status,
                     std::optional<Reason> reason) {
  proposal.status = status;
  proposal.ended = turn.block.height;
  turn.state.put<Proposal>(turn.id, std::move(proposal));
  turn.receipt.status = reason ? Status::rejected : Status::done;
  turn.receipt.reason = reason;
  return std::move(turn.receipt);
}

Receipt take_effect(Turn& turn, const Proposal& proposal) {
  Changer changer(turn.state, turn.block);
  const auto checked =
      std::visit([&](const auto& change) { return changer.check(change); }, proposal.change);
  if (!checked)
    return end_proposal(turn, proposal, ProposalStatus::failed, Reason::change_breaks_rule);
  std::visit([&](const auto& change) { changer.carry_out(change); }, proposal.change);
  return end_proposal(turn, proposal, ProposalStatus::in_force, std::nullopt);
}

}  // namespace

std::string_view to_string(ChangeFault fault) {
  switch (fault) {
    case ChangeFault::already_there:
      return "what is to be added is there already";
    case ChangeFault::unknown:
      return "what is to be changed does not exist";
    case ChangeFault::removed:
      return "a removed participant stays removed";
    case ChangeFault::no_change:
      return "it is so already";
    case ChangeFault::tls_key_taken:
      return "another participant's node has this TLS key, or a validator has this key";
    case ChangeFault::agent_unfit:
      return "the agent is no active participant with the role of settlement agent";
    case ChangeFault::owns_validator:
      return "the participant owns a validator, or is to own one";
    case ChangeFault::is_agent:
      return "the participant is the agent of a currency that is not suspended";
    case ChangeFault::money_left:
      return "accounts of the participant hold money or are party to a hold";
    case ChangeFault::quorum_lost:
      return "too few active owners of validators would be left to pass any change";
    case ChangeFault::too_many_rules:
      return "the network has 256 corridor rules already";
    case ChangeFault::owner_unfit:
      return "the participant that is to own a validator is not active";
    case ChangeFault::key_taken:
      return "another validator or a node's certificate has this key";
    case ChangeFault::too_many_validators:
      return "the network has 128 validators already";
    case ChangeFault::too_few_validators:
      return "fewer than four validators would be left, and those could not bear one at fault";
  }
  return "unknown";
}

Result<void, ChangeFault> check_change(State& state, const Change& change) {
  Changer changer(state, {});
  return std::visit([&](const auto& one) { return changer.check(one); }, change);
}

Result<void, ChangeFault> check_change(const StateReader& reader, const Change& change) {
  State state(reader);
  return check_change(state, change);
}

bool owns_validator(const Validators& validators, const Bic& owner) {
  return std::ranges::binary_search(validators.now, validator_id_of(owner), {}, &Validator::id);
}

std::size_t count_votes(const Validators& validators, const Proposal& proposal, bool yes) {
  return static_cast<std::size_t>(
      std::ranges::count_if(proposal.ballots, [&](const Ballot& ballot) {
        return ballot.yes == yes && owns_validator(validators, ballot.voter);
      }));
}

bool decide(State& state, Height height, const OwnedId& name, Proposal proposal,
            const Validators& validators) {
  const std::size_t voters = validators.now.size();
  const std::size_t needed = votes_needed(voters);
  const bool is_passed = count_votes(validators, proposal, true) >= needed;
  const bool is_refused = voters - count_votes(validators, proposal, false) < needed;
  if (is_passed) {
    proposal.status = ProposalStatus::passed;
    proposal.passed = height;
    if (is_membership(proposal.change)) {
      std::vector<OwnedId> pending = state.pending_changes();
      if (pending.size() == PendingChanges::count_max) return false;
      pending.push_back(name);
      state.set_pending_changes(std::move(pending));
    } else {
      state.put<DueMarker>({proposal.not_before, name}, {DueKind::change_takes_effect});
    }
  } else if (is_refused) {
    proposal.status = ProposalStatus::refused;
    proposal.ended = height;
  }
  if (is_passed || is_refused) state.erase<DueMarker>({proposal.closes_at, name});
  state.put<Proposal>(name, std::move(proposal));
  return true;
}

void decide_open_proposals(State& state, BlockPoint block, const Validators& validators) {
  for (const OwnedId& name : state.open_proposals()) {
    const Proposal proposal = *state.find<Proposal>(name);
    // More may lapse in one block than it works off.
    if (is_past(proposal.closes_at, block.time)) continue;
    // One for which there is no room stays open until the set changes again, or its time is over.
    static_cast<void>(decide(state, block.height, name, proposal, validators));
  }
}

std::optional<Receipt> proposal_due(State& state, BlockPoint block, const OwnedId& name,
                                    DueKind kind) {
  const Proposal* stored = state.find<Proposal>(name);
  if (stored == nullptr) return std::nullopt;
  const Proposal proposal = *stored;
  Turn turn(state, block, Step::due, name, proposal.transaction_hash, ReceiptKind::due);
  if (kind == DueKind::voting_over && proposal.status == ProposalStatus::open) {
    state.erase<DueMarker>({proposal.closes_at, name});
    return end_proposal(turn, proposal, ProposalStatus::lapsed, Reason::votes_short);
  }
  if (kind == DueKind::change_takes_effect && proposal.status == ProposalStatus::passed) {
    state.erase<DueMarker>({proposal.not_before, name});
    return take_effect(turn, proposal);
  }
  return std::nullopt;
}

}  // namespace vostro::chain
