#include "chain/tx/governance.h"

#include <algorithm>

#include "chain/governance.h"
#include "chain/membership.h"
#include "chain/tx/apply.h"

namespace vostro::chain {

Applied apply(Turn& turn, const Propose& body) {
  Parties parties;
  parties.participants = {body.participant};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  // A vote must be possible: also after a delay of the proposer's own rule.
  const bool is_open = !is_past(body.closes_at, turn.block.time) &&
                       !(turn.delay_end && body.closes_at <= *turn.delay_end) &&
                       !is_beyond(body.closes_at, turn.block.time, proposal_life_max_s);
  if (!is_open) return fail(Reason::proposal_closed);
  if (!check_change(turn.state, body.change)) return fail(Reason::change_breaks_rule);
  Proposal proposal;
  proposal.change = body.change;
  proposal.not_before = body.not_before;
  proposal.closes_at = body.closes_at;
  proposal.transaction_hash = turn.receipt.transaction_hash;
  proposal.proposed = turn.block.height;
  turn.state.put<Proposal>(turn.id, std::move(proposal));
  turn.state.put<DueMarker>({body.closes_at, turn.id}, {DueKind::voting_over});
  return {};
}

Applied apply(Turn& turn, const Vote& body) {
  const Proposal* stored = turn.state.find<Proposal>(body.proposal);
  if (stored == nullptr) return fail(Reason::not_found);
  Parties parties;
  parties.participants = {body.participant};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  const Validators& validators = turn.state.validators();
  if (!owns_validator(validators, body.participant)) return fail(Reason::not_a_voter);
  if (stored->status != ProposalStatus::open || is_past(stored->closes_at, turn.block.time))
    return fail(Reason::proposal_closed);
  if (std::ranges::find(stored->ballots, body.participant, &Ballot::voter) != stored->ballots.end())
    return fail(Reason::already_voted);

  Proposal proposal = *stored;
  // Ballots are of owners of validators, past ones among them: the newest of them may find no room.
  if (proposal.ballots.size() == Proposal::ballots_max) return fail(Reason::proposal_closed);
  proposal.ballots.push_back({body.participant, body.yes});
  if (!decide(turn.state, turn.block.height, body.proposal, std::move(proposal), validators))
    return fail(Reason::change_breaks_rule);
  return {};
}

Applied apply(Turn& turn, const Ready& body) {
  // Nobody can have executed this block before it is made; and a new validator has caught up when
  // it has seen the decision that lets it in.
  Height at_least(0);
  for (const OwnedId& name : turn.state.pending_changes()) {
    const Proposal* proposal = turn.state.find<Proposal>(name);
    if (proposal != nullptr && new_key_of(proposal->change) == body.key)
      at_least = std::max(at_least, *proposal->passed);
  }
  if (body.synced >= turn.block.height || body.synced < at_least) return fail(Reason::wrong_state);
  turn.state.put<Readiness>(body.key, {body.synced, body.versions, turn.block.height});
  return {};
}

}  // namespace vostro::chain
