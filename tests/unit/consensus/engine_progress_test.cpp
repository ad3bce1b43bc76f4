// One engine, step by step. Goal: tips, idleness, timeouts, recovery, finality, fetching and bounds
// of spec sections 5, 6, 10, 11 and 13 as values. Method: as in engine_test.cpp.
#include <gtest/gtest.h>

#include "consensus/wire_size.h"
#include "tests/unit/consensus/engine_support.h"

namespace vostro::consensus {
namespace {

using namespace engine_test;

TEST_F(EngineTest, LateVotesOfStragglersAreKeptForEvidenceAndRepeatedOnesAnswered) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  receive(leader(1), Finality{{{made.header, made.proposal,
                                certificate(VoteType::finalize, 1, made.vote.proposal)}}});
  ASSERT_EQ(engine->final_view(), View(1));
  const ValidatorIndex late = leader(2);
  const Vote straggler = vote(VoteType::finalize, 1, made.vote.proposal, late);
  EXPECT_TRUE(only<Send>(receive(late, VoteMessage{straggler})).empty());
  EXPECT_FALSE(only<Send>(receive(late, VoteMessage{straggler})).empty())
      << "it sends again: it lacks the proof";
  const auto reports =
      only<ReportEvidence>(receive(late, VoteMessage{vote(VoteType::nullify, 1, {}, late)}));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(kind_of(reports[0].evidence), EvidenceKind::finalize_nullify);
}

TEST_F(EngineTest, LeaderRepeatsTheTipAfterTheFlushTime) {
  start(leader(2));
  const Propose first = propose(1, first_block());
  receive(leader(1), first);
  auto actions = receive(leader(1), CertMessage{notarization(first)});
  ASSERT_EQ(engine->view(), View(2));
  const auto timers = only<SetTimer>(actions);
  EXPECT_TRUE(std::any_of(timers.begin(), timers.end(),
                          [](const SetTimer& timer) { return timer.kind == TimerKind::flush; }));
  actions = fire(TimerKind::flush);
  EXPECT_EQ(vote_types(actions, self), std::vector{VoteType::notarize});
  const auto broadcasts = only<Broadcast>(actions);
  ASSERT_FALSE(broadcasts.empty());
  const auto* sent = std::get_if<Propose>(&broadcasts[0].message.body);
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(sent->proposal.block, first.header.id());
  EXPECT_EQ(sent->proposal.parent_view, View(1));
}

TEST_F(EngineTest, LeaderThatLacksTheTipsBodySkipsAtHalfTheTimeout) {
  start(leader(2));
  const Propose first = propose(1, first_block());
  receive(leader(1), CertMessage{notarization(first)});
  ASSERT_EQ(engine->view(), View(2));
  const auto timers = only<SetTimer>(fire(TimerKind::flush));
  EXPECT_TRUE(std::any_of(timers.begin(), timers.end(),
                          [](const SetTimer& timer) { return timer.kind == TimerKind::lead; }));
  EXPECT_EQ(vote_types(fire(TimerKind::lead), self), std::vector{VoteType::nullify});
}

TEST_F(EngineTest, LeaderAtTheCapRepeatsInsteadOfExtending) {
  config.caps.extend_above_final = 1;
  start(leader(2));
  const Propose first = propose(1, first_block());
  receive(leader(1), first);
  receive(leader(1), CertMessage{notarization(first)});
  const auto actions = includable_on(first.header.id());
  EXPECT_TRUE(only<BuildBlock>(actions).empty());
  EXPECT_EQ(vote_types(fire(TimerKind::flush), self), std::vector{VoteType::notarize});
}

TEST_F(EngineTest, RepeatIsVotedForWithoutACheck) {
  start(not_leading({1, 2}));
  const Propose first = propose(1, first_block());
  receive(leader(1), first);
  const auto actions = receive(leader(2), propose(2, first_block(), notarization(first)));
  EXPECT_EQ(vote_types(actions, self), (std::vector{VoteType::finalize, VoteType::notarize}));
}

TEST_F(EngineTest, IdleNodeHasNoTimersAndSaysNothing) {
  start(not_leading({1}));
  EXPECT_TRUE(last.empty());
  EXPECT_TRUE(on(WorkChanged{{{committee.context().anchor, false, std::nullopt}}}).empty());
  // Work arms the timers, its end disarms them.
  auto actions = includable_on(committee.context().anchor);
  EXPECT_EQ(only<SetTimer>(actions).size(), 2U);
  actions = on(WorkChanged{{{committee.context().anchor, false, std::nullopt}}});
  EXPECT_EQ(only<CancelTimer>(actions).size(), 2U);
}

TEST_F(EngineTest, OneByzantineVoteIsNoWorkButKAre) {
  start(not_leading({1}));
  receive_votes(VoteType::nullify, 2, {}, 1);
  EXPECT_FALSE(engine->has_work());
  receive_votes(VoteType::nullify, 2, {}, 2);
  EXPECT_TRUE(engine->has_work());
}

TEST_F(EngineTest, DueIsWorkForTheLeaderAtOnceAndForOthersLater) {
  const UnixMillis due(kWall + 1'000);
  start(leader(1));
  auto actions = on(WorkChanged{{{committee.context().anchor, false, due}}});
  ASSERT_EQ(only<SetTimer>(actions).size(), 1U);
  EXPECT_EQ(only<SetTimer>(actions)[0].after_ms, 1'001U);
  now_ms = 1'001;
  EXPECT_EQ(only<BuildBlock>(fire(TimerKind::due)).size(), 1U);
  now_ms = 0;
  start(not_leading({1}));
  on(WorkChanged{{{committee.context().anchor, false, due}}});
  now_ms = 1'400;
  fire(TimerKind::due);
  EXPECT_FALSE(engine->has_work());
  now_ms = 1'501;
  fire(TimerKind::due);
  EXPECT_TRUE(engine->has_work());
}

TEST_F(EngineTest, ViewTimeoutDoublesEveryFPlusOneUnfinalizedViews) {
  start(not_leading({1}));
  const auto& pacing = engine->pacing();
  EXPECT_EQ(pacing.view_ms(View(1), View(0)), 1'000U);
  EXPECT_EQ(pacing.view_ms(View(2), View(0)), 1'000U);
  EXPECT_EQ(pacing.view_ms(View(3), View(0)), 2'000U);
  EXPECT_EQ(pacing.view_ms(View(5), View(0)), 4'000U);
  EXPECT_EQ(pacing.view_ms(View(500), View(0)), 60'000U);
  EXPECT_EQ(pacing.view_ms(View(500), View(499)), 1'000U);
}

TEST_F(EngineTest, TimeoutFollowsTheSlowestOfRecentViews) {
  start(not_leading({1}));
  Pacing pacing(config.timeouts, committee);
  for (std::uint64_t view = 1; view <= 128; ++view) {
    pacing.on_enter(View(view));
    pacing.on_armed(view * 1'000);
    pacing.on_notarized(View(view), view * 1'000 + (view == 7 ? 900 : view == 9 ? 400 : 100));
  }
  EXPECT_EQ(pacing.base_ms(), 1'000U) << "only finalized views count";
  pacing.on_final(View(128), 200'000);
  EXPECT_EQ(pacing.base_ms(), 1'200U) << "3 x 400: number 127 of 128";
}

TEST(Engine, IdlenessBeforeTheTimerRunsIsNotMeasured) {
  const Committee committee = net::Keys(4).committee();
  const Config config;
  Pacing pacing(config.timeouts, committee);
  pacing.on_enter(View(1));
  pacing.on_armed(60'000);
  pacing.on_notarized(View(1), 60'010);
  pacing.on_final(View(1), 60'015);
  EXPECT_EQ(pacing.base_ms(), config.timeouts.view_min_ms);
  pacing.on_enter(View(2));
  pacing.on_notarized(View(2), 120'000);
  pacing.on_final(View(2), 120'001);
  EXPECT_EQ(pacing.base_ms(), config.timeouts.view_min_ms);
}

TEST(Engine, TheTipHasTheTimeThatFinalizationsTake) {
  const Committee committee = net::Keys(4).committee();
  const Config config;
  Pacing pacing(config.timeouts, committee);
  pacing.on_round_trip(1);  // a proxy in front of the validators answers at once
  EXPECT_EQ(pacing.flush_ms(), config.timeouts.flush_min_ms);
  const auto pass = [&](std::uint64_t view, std::uint64_t to_final_ms) {
    pacing.on_enter(View(view));
    pacing.on_armed(view * 10'000);
    pacing.on_notarized(View(view), view * 10'000 + 100);
    pacing.on_final(View(view), view * 10'000 + 100 + to_final_ms);
  };
  pass(1, 55);
  EXPECT_EQ(pacing.flush_ms(), 110U);
  pass(2, 9'000);
  pass(3, 50);
  EXPECT_EQ(pacing.flush_ms(), 110U) << "the median of 50, 55 and 9000, twice";
  pacing.on_round_trip(80);
  EXPECT_EQ(pacing.flush_ms(), 160U);
  for (std::uint64_t view = 4; view <= 9; ++view) pass(view, 9'000);
  EXPECT_EQ(pacing.flush_ms(), pacing.base_ms()) << "never longer than a view may take";
}

TEST_F(EngineTest, RecoveryResendsTheStoredProposalAndNeverAnother) {
  start(leader(1));
  includable_on(committee.context().anchor);
  const auto before = on(BlockBuilt{View(1), View(0), first_block()});
  const RecoveredState recovered = journal_;
  start(leader(1), recovered);
  std::optional<Propose> sent;
  for (const Broadcast& out : only<Broadcast>(last)) {
    if (const auto* again = std::get_if<Propose>(&out.message.body)) sent = *again;
  }
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, std::get<Propose>(only<Broadcast>(before).at(0).message.body));
  EXPECT_TRUE(only<BuildBlock>(includable_on(committee.context().anchor)).empty());
  // The own vote is in the tables again: two more make the quorum.
  receive_votes(VoteType::notarize, 1, sent->vote.proposal, 2);
  EXPECT_EQ(engine->view(), View(2));
}

TEST_F(EngineTest, RecoveredVotesExcludeTheirOpposites) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), made);
  on(BlockVerdict{made.vote.proposal, Verdict::valid});
  fire(TimerKind::view);
  start(self, RecoveredState(journal_));
  EXPECT_TRUE(votes_in(receive(leader(1), CertMessage{notarization(made)}), self).empty())
      << "NULLIFY is remembered, so no FINALIZE";
  EXPECT_EQ(engine->view(), View(2));
}

TEST_F(EngineTest, OwnVoteThatIsNotRememberedHalts) {
  start(not_leading({1}));
  const auto actions = receive(leader(1), VoteMessage{vote(VoteType::nullify, 1, {}, self)});
  ASSERT_EQ(only<Halt>(actions).size(), 1U);
  EXPECT_EQ(only<Halt>(actions)[0].reason, HaltReason::second_instance);
}

TEST_F(EngineTest, ListensBeforeItVotes) {
  config.timeouts.listen_ms = 5'000;
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  EXPECT_TRUE(only<CheckBlock>(receive(leader(1), made)).empty());
  EXPECT_TRUE(votes_in(receive(leader(1), CertMessage{notarization(made)}), self).empty());
  const auto votes = vote_types(fire(TimerKind::listen), self);
  ASSERT_FALSE(votes.empty());
  EXPECT_EQ(votes.front(), VoteType::finalize);
}

TEST_F(EngineTest, TwoNotarizationsOfOneViewHalt) {
  start(not_leading({1, 2}));
  BlockBody other = first_block();
  other.header.time = UnixMillis(kWall + 1);
  receive(leader(1), CertMessage{notarization(propose(1, first_block()))});
  const auto actions = receive(leader(1), CertMessage{notarization(propose(1, other))});
  ASSERT_EQ(only<Halt>(actions).size(), 1U);
  EXPECT_EQ(only<Halt>(actions)[0].reason, HaltReason::safety);
}

TEST_F(EngineTest, FinalizationBesideANullificationHalts) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  receive(leader(1), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  const auto actions =
      receive(leader(1),
              CertMessage{{certificate(VoteType::finalize, 1, made.vote.proposal), made.proposal}});
  ASSERT_EQ(only<Halt>(actions).size(), 1U);
  EXPECT_EQ(only<Halt>(actions)[0].reason, HaltReason::safety);
}

TEST_F(EngineTest, MissingProposalAndHeaderAreFetchedBeforeFinalityIsAnnounced) {
  start(not_leading({1, 2}));
  const Propose made = propose(1, first_block());
  auto actions =
      receive(leader(1),
              CertMessage{{certificate(VoteType::finalize, 1, made.vote.proposal), std::nullopt}});
  EXPECT_EQ(engine->final_view(), View(0));
  ASSERT_FALSE(only<Send>(actions).empty());
  EXPECT_TRUE(std::holds_alternative<GetProposal>(only<Send>(actions)[0].message.body));
  actions = receive(leader(1), ProposalMessage{made.proposal});
  EXPECT_EQ(engine->final_view(), View(1));
  EXPECT_TRUE(only<Finalized>(actions).empty());
  const auto certificates_sent = [&] {
    std::vector<VoteType> types;
    for (const Broadcast& sent : only<Broadcast>(actions))
      if (const auto* cert = std::get_if<CertMessage>(&sent.message.body))
        types.push_back(cert->held.certificate.type);
    return types;
  };
  // With work, whoever missed the Finalization gets it again; until then nobody is asked for less.
  includable_on(made.header.id());
  actions = fire(TimerKind::retransmit);
  EXPECT_EQ(certificates_sent(), std::vector{VoteType::finalize});
  actions = receive(leader(1), BlockMessage{{{made.header, made.cut}}});
  ASSERT_EQ(only<Finalized>(actions).size(), 1U);
  EXPECT_EQ(engine->final_height(), Height(1));
}

TEST_F(EngineTest, LongJustificationIsFetchedInParts) {
  start(not_leading({30}));
  Propose whole = propose(30, first_block(30));
  ASSERT_GT(whole.justification->nullifications.size(), inline_certificates_max);
  const Propose sent = wire_form(whole);
  ASSERT_FALSE(sent.justification);
  auto actions = receive(leader(30), sent);
  ASSERT_EQ(only<Send>(actions).size(), 1U);
  const auto& all = whole.justification->nullifications;
  actions = receive(leader(30),
                    JustificationPart{whole.vote.proposal, 0, {all.begin(), all.begin() + 18}});
  ASSERT_EQ(only<Send>(actions).size(), 1U);
  EXPECT_EQ(std::get<GetJustification>(only<Send>(actions)[0].message.body).from, 18U);
  actions = receive(leader(30),
                    JustificationPart{whole.vote.proposal, 18, {all.begin() + 18, all.end()}});
  EXPECT_EQ(engine->view(), View(30));
  EXPECT_EQ(only<CheckBlock>(actions).size(), 1U);
  // And the other side: this node hands out the justification it holds.
  actions = receive(leader(1), GetJustification{whole.vote.proposal, 18});
  ASSERT_EQ(only<Send>(actions).size(), 1U);
  EXPECT_EQ(std::get<JustificationPart>(only<Send>(actions)[0].message.body).certificates.size(),
            all.size() - 18);
}

TEST_F(EngineTest, PeerThatIsBehindIsHelpedOnceInAWhile) {
  start(not_leading({1, 2}));
  receive(leader(1), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  const Status behind{View(1), View(0), Height(0), UnixMillis(kWall)};
  EXPECT_EQ(only<Send>(receive(leader(2), behind)).size(), 1U);
  EXPECT_EQ(only<Send>(receive(leader(2), behind)).size(), 0U);
  now_ms = 200;
  EXPECT_EQ(only<Send>(receive(leader(2), behind)).size(), 1U);
}

TEST_F(EngineTest, C2_VotesOutsideTheWindowLeaveNothingBehind) {
  start(not_leading({1}));
  for (const std::uint64_t view : {std::uint64_t{3}, std::uint64_t{1'000'001}, UINT64_MAX}) {
    receive(leader(1), VoteMessage{vote(VoteType::notarize, view, {}, leader(1))});
    receive(leader(1), VoteMessage{vote(VoteType::nullify, view, {}, leader(1))});
    receive(leader(1), VoteMessage{vote(VoteType::finalize, view, {}, leader(1))});
  }
  EXPECT_EQ(engine->table_sizes().vote_views, 0U);
  EXPECT_EQ(engine->view(), View(1));
}

TEST_F(EngineTest, FalseViewsInHeadersFillNoTable) {
  config.caps.evidence_views = 4;
  start(not_leading({1}));
  for (std::uint64_t view = 1; view <= 40; ++view) {
    BlockBody body = first_block(view);
    body.header.view = View(UINT64_MAX - view);
    if (leader(view) != self) receive(leader(view), propose(view, body));
    receive(leader(1), CertMessage{{certificate(VoteType::nullify, view), std::nullopt}});
  }
  EXPECT_FALSE(engine->is_halted());
  EXPECT_EQ(engine->view(), View(41));
  EXPECT_LE(engine->table_sizes().blocks, 1U);
  EXPECT_LE(engine->table_sizes().vote_views, 7U);
}

TEST_F(EngineTest, ObserverFollowsAndNeverVotes) {
  engine = std::make_unique<Engine>(config, committee, std::nullopt, RecoveredState{});
  on(Started{});
  const Propose made = propose(1, first_block());
  auto actions = receive(leader(1), made);
  EXPECT_TRUE(only<CheckBlock>(actions).empty());
  actions =
      receive(leader(1), Finality{{{made.header, made.proposal,
                                    certificate(VoteType::finalize, 1, made.vote.proposal)}}});
  EXPECT_EQ(only<Finalized>(actions).size(), 1U);
  EXPECT_TRUE(only<Broadcast>(actions).empty());
}

}  // namespace
}  // namespace vostro::consensus
