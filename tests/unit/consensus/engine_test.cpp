// One engine, step by step. Goal: each rule of spec section 5 on proposals and votes as a value:
// this event, these actions. Method: the test holds the keys of all validators and plays the
// others.
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/consensus/engine_support.h"

namespace vostro::consensus {
namespace {

using namespace engine_test;

TEST_F(EngineTest, LeaderBuildsProposesOnceAndWritesBeforeItSends) {
  start(leader(1));
  auto actions = includable_on(committee.context().anchor);
  const auto builds = only<BuildBlock>(actions);
  ASSERT_EQ(builds.size(), 1U);
  EXPECT_EQ(builds[0].parent, committee.context().anchor);
  EXPECT_EQ(builds[0].height, Height(1));
  EXPECT_EQ(builds[0].time, UnixMillis(kWall));
  actions = on(BlockBuilt{View(1), View(0), first_block()});
  std::size_t persisted = actions.size();
  std::size_t sent = actions.size();
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (std::holds_alternative<Persist>(actions[i])) persisted = std::min(persisted, i);
    if (std::holds_alternative<Broadcast>(actions[i])) sent = std::min(sent, i);
  }
  ASSERT_LT(sent, actions.size());
  ASSERT_LT(persisted, sent);
  EXPECT_TRUE(only<Persist>(actions)[0].needs_sync);
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::notarize});
  // The same answer again, or another one, changes nothing.
  EXPECT_TRUE(votes_in(on(BlockBuilt{View(1), View(0), first_block()}), self).empty());
  EXPECT_TRUE(only<BuildBlock>(includable_on(committee.context().anchor)).empty());
}

TEST_F(EngineTest, LeaderThatBuildsAMisshapenBlockSkipsItsView) {
  start(leader(1));
  includable_on(committee.context().anchor);
  BlockBody wrong = first_block();
  wrong.header.height = Height(2);
  EXPECT_EQ(vote_types(on(BlockBuilt{View(1), View(0), wrong}), self),
            std::vector{VoteType::nullify});
}

TEST_F(EngineTest, LeaderThatCannotBuildNullifiesAtOnceAndSoDoesWhoHearsOfIt) {
  start(leader(1));
  includable_on(committee.context().anchor);
  EXPECT_EQ(vote_types(on(CannotBuild{View(1)}), self), std::vector{VoteType::nullify});
  start(not_leading({1}));
  const auto actions = receive(leader(1), VoteMessage{vote(VoteType::nullify, 1, {}, leader(1))});
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::nullify});
}

TEST_F(EngineTest, LeadTimerWithNothingProposedNullifies) {
  start(leader(1));
  const auto actions = includable_on(committee.context().anchor);
  const auto timers = only<SetTimer>(actions);
  const auto lead = std::find_if(timers.begin(), timers.end(), [](const SetTimer& timer) {
    return timer.kind == TimerKind::lead;
  });
  ASSERT_NE(lead, timers.end());
  EXPECT_EQ(lead->after_ms, 500U) << "half of T(1)";
  EXPECT_EQ(vote_types(fire(TimerKind::lead), self), std::vector{VoteType::nullify});
}

TEST_F(EngineTest, VoterChecksThenNotarizesThenFinalizes) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  auto actions = receive(leader(1), made);
  const auto checks = only<CheckBlock>(actions);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_TRUE(votes_in(actions, self).empty()) << "no vote before the verdict";
  actions = on(BlockVerdict{checks[0].proposal, Verdict::valid});
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::notarize});
  actions = receive_votes(VoteType::notarize, 1, made.vote.proposal);
  EXPECT_EQ(engine->view(), View(2));
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::finalize});
  actions = receive_votes(VoteType::finalize, 1, made.vote.proposal);
  ASSERT_EQ(only<Finalized>(actions).size(), 1U);
  EXPECT_EQ(only<Finalized>(actions)[0].proof.header, made.header);
  EXPECT_EQ(only<Finalized>(actions)[0].proof.finalization.signatures.size(), 3U) << "exactly Q";
  EXPECT_EQ(engine->final_view(), View(1));
  EXPECT_FALSE(engine->has_work());
}

TEST_F(EngineTest, OwnVoteCountsTowardsTheQuorum) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  receive_votes(VoteType::notarize, 1, made.vote.proposal, 2);
  EXPECT_EQ(engine->view().value, 1U);
  on(BlockVerdict{made.vote.proposal, Verdict::valid});
  EXPECT_EQ(engine->view(), View(2));
}

TEST_F(EngineTest, NullifiedViewIsNeverFinalizedByTheSameValidator) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  EXPECT_EQ(vote_types(fire(TimerKind::view), self), std::vector{VoteType::nullify});
  EXPECT_TRUE(votes_in(on(BlockVerdict{made.vote.proposal, Verdict::valid}), self).empty())
      << "the timeout has closed the view";
  const auto actions = receive_votes(VoteType::notarize, 1, made.vote.proposal);
  EXPECT_EQ(engine->view(), View(2)) << "the certificate counts all the same";
  EXPECT_TRUE(votes_in(actions, self).empty()) << "no FINALIZE beside a NULLIFY";
  EXPECT_FALSE(engine->is_halted());
}

TEST_F(EngineTest, NotarizedViewMayBeNullifiedOnTimeoutButNotRevokedByItsLeader) {
  start(not_leading({1}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  on(BlockVerdict{made.vote.proposal, Verdict::valid});
  EXPECT_TRUE(
      votes_in(receive(leader(1), VoteMessage{vote(VoteType::nullify, 1, {}, leader(1))}), self)
          .empty());
  EXPECT_EQ(vote_types(fire(TimerKind::view), self), std::vector{VoteType::nullify});
}

TEST_F(EngineTest, FinalizeIsNotSignedWhereANullificationIsHeld) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(2), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  const auto actions = receive(leader(2), CertMessage{notarization(made)});
  EXPECT_TRUE(votes_in(actions, self).empty());
}

TEST_F(EngineTest, C5_SecondProposalOfAViewIsEvidenceAndDrawsNoVote) {
  start(not_leading({1}));
  const Propose first = propose(1, first_block());
  BlockBody other = first_block();
  other.header.time = UnixMillis(kWall + 1);
  const Propose second = propose(1, other);
  receive(leader(1), first);
  const auto actions = receive(leader(1), second);
  const auto reports = only<ReportEvidence>(actions);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(kind_of(reports[0].evidence), EvidenceKind::double_notarize);
  EXPECT_EQ(accused_by(reports[0].evidence), leader(1));
  EXPECT_TRUE(verify_evidence(committee, reports[0].evidence, cache));
  EXPECT_TRUE(only<CheckBlock>(actions).empty());
  EXPECT_TRUE(only<ReportEvidence>(receive(leader(1), second)).empty()) << "reported once";
}

TEST_F(EngineTest, C3_DoubleFinalizeAndFinalizeBesideNullifyAreEvidence) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), CertMessage{notarization(made)});
  const ValidatorIndex liar = leader(2);
  ProposalId other;
  other.bytes[0] = 9;
  receive(liar, VoteMessage{vote(VoteType::finalize, 1, made.vote.proposal, liar)});
  auto reports =
      only<ReportEvidence>(receive(liar, VoteMessage{vote(VoteType::finalize, 1, other, liar)}));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(kind_of(reports[0].evidence), EvidenceKind::double_finalize);
  reports = only<ReportEvidence>(receive(liar, VoteMessage{vote(VoteType::nullify, 1, {}, liar)}));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(kind_of(reports[0].evidence), EvidenceKind::finalize_nullify);
  EXPECT_TRUE(verify_evidence(committee, reports[0].evidence, cache));
}

// Votes that were heard, and a certificate that cannot be beside them: whoever signed both is
// named, in a view that is final here, too; nobody else, and never oneself.
TEST_F(EngineTest, F24_ACertificateThatContradictsVotesNamesWhoSignedBoth) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  on(BlockVerdict{made.vote.proposal, Verdict::valid});
  receive_votes(VoteType::notarize, 1, made.vote.proposal);
  receive_votes(VoteType::finalize, 1, made.vote.proposal);
  ASSERT_EQ(engine->final_view(), View(1));
  ProposalId other;
  other.bytes[0] = 7;
  for (const VoteType type : {VoteType::finalize, VoteType::nullify, VoteType::notarize}) {
    const Certificate contradicting =
        certificate(type, 1, type == VoteType::nullify ? ProposalId{} : other);
    const auto reports =
        only<ReportEvidence>(receive(leader(2), CertMessage{{contradicting, std::nullopt}}));
    std::set<ValidatorIndex> named;
    for (const ReportEvidence& report : reports) {
      EXPECT_TRUE(verify_evidence(committee, report.evidence, cache));
      named.insert(accused_by(report.evidence));
    }
    std::set<ValidatorIndex> signers;
    for (const Vote& vote : votes_in(contradicting))
      if (vote.signer != self) signers.insert(vote.signer);
    EXPECT_EQ(named, signers) << static_cast<int>(type);
    EXPECT_TRUE(only<ReportEvidence>(receive(leader(2), CertMessage{{contradicting, std::nullopt}}))
                    .empty())
        << "once";
  }
  EXPECT_TRUE(only<ReportEvidence>(receive(leader(2), CertMessage{notarization(made)})).empty());
}

TEST_F(EngineTest, F24_TwoCertificatesNameWhoSignedBoth) {
  ProposalId one;
  ProposalId other;
  one.bytes[0] = 1;
  other.bytes[0] = 2;
  using enum VoteType;
  const auto named = [&](VoteType a, ProposalId of_a, VoteType b, ProposalId of_b,
                         std::uint64_t view_of_b = 3) {
    std::vector<ValidatorIndex> found;
    for (const Evidence& evidence :
         evidence_from(certificate(a, 3, of_a), certificate(b, view_of_b, of_b))) {
      EXPECT_TRUE(verify_evidence(committee, evidence, cache));
      found.push_back(accused_by(evidence));
    }
    return found.size();
  };
  EXPECT_EQ(named(notarize, one, notarize, other), 3U);
  EXPECT_EQ(named(finalize, one, finalize, other), 3U);
  EXPECT_EQ(named(finalize, one, nullify, {}), 3U);
  EXPECT_EQ(named(nullify, {}, finalize, one), 3U);
  EXPECT_EQ(named(finalize, one, finalize, one), 0U);
  EXPECT_EQ(named(notarize, one, finalize, other), 0U) << "an honest validator may sign both";
  EXPECT_EQ(named(notarize, one, nullify, {}), 0U);
  EXPECT_EQ(named(finalize, one, finalize, other, 4), 0U);
}

TEST_F(EngineTest, InvalidJustificationDrawsNoVoteAndIsEvidence) {
  start(not_leading({2}));
  // The leader of view 2 signs for a nullification of view 1 with a forged signature; all hashes
  // are right.
  Propose made = propose(2, first_block(2));
  made.justification->nullifications[0].signatures[1][5] ^= 1;
  made.proposal.just = made.justification->digest();
  made.vote = vote(VoteType::notarize, 2, made.proposal.id(committee.ctx()), leader(2));
  auto actions = receive(leader(2), made);
  const auto reports = only<ReportEvidence>(actions);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(kind_of(reports[0].evidence), EvidenceKind::bad_justification);
  EXPECT_TRUE(verify_evidence(committee, reports[0].evidence, cache));
  EXPECT_EQ(engine->view(), View(1));
  // Also not when this node has the nullification by other ways.
  actions = receive(leader(1), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  EXPECT_EQ(engine->view(), View(2));
  actions = receive(leader(2), made);
  EXPECT_TRUE(votes_in(actions, self).empty());
  EXPECT_TRUE(only<CheckBlock>(actions).empty());
}

TEST_F(EngineTest, ProposalThatSkipsANotarizedViewNeedsItsNullification) {
  start(not_leading({1, 2}));
  const Propose first = propose(1, first_block());
  receive(leader(1), CertMessage{notarization(first)});
  receive_votes(VoteType::finalize, 1, first.vote.proposal);
  ASSERT_EQ(engine->final_view(), View(1));
  // On top of the anchor again, although view 1 is final: its parent is below F. (Its nullification
  // is forged by Q.)
  const auto actions = receive(leader(2), propose(2, first_block(2)));
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::nullify});
}

TEST_F(EngineTest, C6_MisshapenBlocksDrawANullify) {
  struct Row {
    const char* what;
    std::function<void(Header&)> change;
  };
  const std::vector<Row> rows{
      {"wrong parent", [](Header& h) { h.parent.bytes[3] ^= 1; }},
      {"wrong height", [](Header& h) { h.height = Height(2); }},
      {"wrong view", [](Header& h) { h.view = View(7); }},
      {"wrong proposer",
       [](Header& h) {
         h.proposer = ValidatorIndex(static_cast<std::uint16_t>((h.proposer.value + 1) % 4));
       }},
      {"wrong epoch", [](Header& h) { h.epoch = Epoch(1); }},
      {"wrong network", [](Header& h) { h.network_id.bytes[0] ^= 1; }},
      {"wrong set", [](Header& h) { h.set_hash.bytes[0] ^= 1; }},
      {"wrong version", [](Header& h) { h.version = 2; }},
      {"next set without closing", [](Header& h) { h.next_set_hash.bytes[0] = 1; }},
      {"closing without next set", [](Header& h) { h.flags = Header::flag_epoch_close; }},
      {"unknown flag", [](Header& h) { h.flags = 2; }},
      {"time of its parent", [this](Header& h) { h.time = committee.context().anchor_time; }},
  };
  for (const Row& row : rows) {
    start(not_leading({1}));
    BlockBody body = first_block();
    row.change(body.header);
    const auto actions = receive(leader(1), propose(1, body));
    EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::nullify}) << row.what;
    EXPECT_TRUE(only<CheckBlock>(actions).empty()) << row.what;
  }
}

TEST_F(EngineTest, C6_VoteWaitsForAnEarlyBlockTime) {
  start(not_leading({1}));
  const Propose made = propose(1, block(1, 1, committee.context().anchor, kWall + 3'000));
  receive(leader(1), made);
  auto actions = on(BlockVerdict{made.vote.proposal, Verdict::valid});
  EXPECT_TRUE(votes_in(actions, self).empty());
  const auto timers = only<SetTimer>(actions);
  const auto clock = std::find_if(timers.begin(), timers.end(), [](const SetTimer& timer) {
    return timer.kind == TimerKind::clock;
  });
  ASSERT_NE(clock, timers.end());
  EXPECT_EQ(clock->after_ms, 2'500U) << "less D_future";
  now_ms = 2'500;
  EXPECT_EQ(vote_types(fire(TimerKind::clock), self), std::vector{VoteType::notarize});
}

TEST_F(EngineTest, BlockTimeFarInThePastDrawsANullifyUnlessItIsTheLeastPossible) {
  start(not_leading({1}));
  EXPECT_EQ(vote_types(receive(leader(1),
                               propose(1, block(1, 1, committee.context().anchor, kWall - 6'001))),
                       self),
            std::vector{VoteType::nullify})
      << "D_past is 5 s and T(1) = 1 s";
  start(not_leading({1}));
  EXPECT_EQ(only<CheckBlock>(receive(leader(1), propose(1, block(1, 1, committee.context().anchor,
                                                                 kWall - 6'000))))
                .size(),
            1U);
  start(not_leading({1}));
  const std::uint64_t least = committee.context().anchor_time.value + 1;
  EXPECT_EQ(only<CheckBlock>(
                receive(leader(1), propose(1, block(1, 1, committee.context().anchor, least))))
                .size(),
            1U);
}

TEST_F(EngineTest, InvalidVerdictNullifiesAndRecordsAndHaltsIfOthersNotarizedIt) {
  start(not_leading({1}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  auto actions = on(BlockVerdict{made.vote.proposal, Verdict::invalid});
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::nullify});
  EXPECT_EQ(only<ReportInvalidProposal>(actions).size(), 1U);
  actions = receive(leader(1), CertMessage{notarization(made)});
  ASSERT_EQ(only<Halt>(actions).size(), 1U);
  EXPECT_EQ(only<Halt>(actions)[0].reason, HaltReason::execution);
  EXPECT_TRUE(fire(TimerKind::view).empty()) << "nothing after a halt";
}

TEST_F(EngineTest, InvalidVerdictHaltsIfOthersFinalizedItUnseen) {
  for (const bool as_proof : {false, true}) {
    start(not_leading({1, 2}));
    const Propose made = propose(1, first_block());
    receive(leader(1), made);
    on(BlockVerdict{made.vote.proposal, Verdict::invalid});
    const Certificate finalization = certificate(VoteType::finalize, 1, made.vote.proposal);
    const auto actions =
        as_proof ? receive(leader(1), Finality{{{made.header, made.proposal, finalization}}})
                 : receive(leader(1), CertMessage{{finalization, made.proposal}});
    ASSERT_EQ(only<Halt>(actions).size(), 1U);
    EXPECT_EQ(only<Halt>(actions)[0].reason, HaltReason::execution);
    EXPECT_TRUE(only<Finalized>(actions).empty());
    EXPECT_EQ(engine->final_view(), View(0));
  }
}

TEST_F(EngineTest, ChecksOfViewsThatAreFinalAreCalledOff) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  ASSERT_EQ(only<CheckBlock>(receive(leader(1), made)).size(), 1U);
  auto actions = receive(leader(1), CertMessage{notarization(made)});
  EXPECT_TRUE(only<CancelCheck>(actions).empty()) << "what is notarized is executed all the same";
  actions =
      receive(leader(1),
              CertMessage{{certificate(VoteType::finalize, 1, made.vote.proposal), made.proposal}});
  ASSERT_EQ(only<CancelCheck>(actions).size(), 1U);
  EXPECT_EQ(only<CancelCheck>(actions)[0].proposal, made.vote.proposal);
}

TEST_F(EngineTest, JustificationOfASecondProposalIsTakenIn) {
  start(not_leading({2}));
  receive(leader(2), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  receive(leader(2), propose(2, first_block(2)));
  // Its leader signs twice; what the second rests on is true all the same.
  const Propose first = propose(1, first_block());
  const Propose second = propose(2, block(2, 2, first.header.id(), kWall + 1), notarization(first));
  const auto actions = receive(leader(2), second);
  EXPECT_EQ(only<ReportEvidence>(actions).size(), 1U);
  const auto notarized = only<BlockNotarized>(actions);
  ASSERT_EQ(notarized.size(), 1U);
  EXPECT_EQ(notarized[0].block, first.header.id());
}

TEST_F(EngineTest, NoVoteForABlockFarAboveTheFinalOne) {
  config.caps.vote_above_final = 1;
  start(not_leading({1, 2}));
  const Propose first = propose(1, first_block());
  receive(leader(1), CertMessage{notarization(first)});
  receive(leader(1), first);
  const Propose second = propose(2, block(2, 2, first.header.id(), kWall + 1), notarization(first));
  const auto actions = receive(leader(2), second);
  EXPECT_TRUE(only<CheckBlock>(actions).empty());
  EXPECT_TRUE(votes_in(actions, self).empty());
}

}  // namespace
}  // namespace vostro::consensus
