#include "chain/tx/evidence.h"

#include "base/check.h"
#include "chain/tx/apply.h"

namespace vostro::chain {
namespace {

/// The epoch ended so long ago that evidence of it is not heard any more.
bool is_stale(State& state, Epoch epoch, UnixMillis now) {
  const EpochRecord* next = state.find<EpochRecord>(epoch.next());
  return next != nullptr &&
         is_past(UnixSeconds(next->anchor_time.value / 1000 + evidence_life_s), now);
}

}  // namespace

Applied apply(Turn& turn, const ReportEvidence& body) {
  VOSTRO_CHECK(turn.court.judge != nullptr);  // no rule with a delay fits: it is never due
  const EpochRecord* epoch = turn.state.find<EpochRecord>(body.epoch);
  if (epoch == nullptr) return fail(Reason::not_found);
  const auto offence = turn.court.judge->claim_of(body.evidence);
  const auto key = offence ? misbehaviour_of(*epoch, body.epoch, *offence) : std::nullopt;
  if (offence && !key) return fail(Reason::not_found);
  Parties parties;
  parties.participants = {body.participant};
  if (auto ok = check_common(turn, parties); !ok) return ok;
  if (is_stale(turn.state, body.epoch, turn.block.time)) return fail(Reason::deadline_passed);
  if (!offence) return fail(Reason::evidence_wrong);
  // Before any signature is checked: what is known costs nothing.
  if (turn.state.find<Misbehaviour>(*key) != nullptr) return fail(Reason::evidence_known);
  if (!turn.court.judge->proves(signers_of(*epoch, body.epoch, turn.court.network_id),
                                body.evidence))
    return fail(Reason::evidence_wrong);
  turn.state.put<Misbehaviour>(*key, {offence->validator, epoch->validators[offence->validator].key,
                                      hash("evidence", body.evidence), turn.id, turn.block.height});
  return {};
}

}  // namespace vostro::chain
