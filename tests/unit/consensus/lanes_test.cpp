// Goal: lanes hold, refuse, fetch, report and reference as section 7 of the specification says.
// Method: batches chained by hand, actions compared.
#include "consensus/lanes.h"

#include <gtest/gtest.h>

#include "tests/unit/consensus/lane_support.h"

namespace vostro::consensus {
namespace {

using namespace lane_test;

// ---- Contiguity: every kind of LaneRef, on a lane that stands at incarnation 2, seq 3 ----

struct ContiguityCase {
  const char* name;
  LaneRef ref;
  std::optional<CutFault> fault;
};

class Contiguity : public ::testing::TestWithParam<ContiguityCase> {};

std::vector<HeldBatch> included() {
  return make_chain(1, 2, 6);
}

TEST_P(Contiguity, IsJudgedAsTheTableSays) {
  const auto chain = included();
  Lanes lanes = make_lanes(0, 4, {}, {{index(1), position_at(chain, 3)}});
  receive_all(lanes, {chain.begin() + 3, chain.end()}, 1);
  RequiredCut required{
      block_id("b"), Cut{{GetParam().ref}}, {{index(1), position_at(chain, 3)}}, index(2)};
  // Whatever the cut names and is not held is brought by whoever is asked.
  LaneActions actions = lanes.require_cut(required, 0);
  std::vector<HeldBatch> everywhere = make_chain(1, 3, 4);
  for (const HeldBatch& batch : make_chain(1, 1, 4)) everywhere.push_back(batch);
  for (const HeldBatch& batch : make_chain(1, 2, 6, "other")) everywhere.push_back(batch);
  for (int round = 0; round < 8; ++round) {
    for (const HeldBatch& batch : everywhere) {
      if (!only<CutSettled>(actions).empty()) break;
      const LaneActions more = receive(lanes, batch, 1);
      actions.insert(actions.end(), more.begin(), more.end());
    }
  }
  EXPECT_EQ(only<CutSettled>(actions),
            (std::vector<CutSettled>{{block_id("b"), GetParam().fault}}));
}

LaneRef bend(LaneRef ref, void (*change)(LaneRef&)) {
  change(ref);
  return ref;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Contiguity,
    ::testing::Values(
        ContiguityCase{"next_of_same", ref_to(included(), 4, 4), std::nullopt},
        ContiguityCase{"all_that_follow", ref_to(included(), 4, 6), std::nullopt},
        ContiguityCase{"repeats_the_last", ref_to(included(), 3, 4), CutFault::not_contiguous},
        ContiguityCase{"from_the_start_again", ref_to(included(), 1, 6), CutFault::not_contiguous},
        ContiguityCase{"leaves_one_out", ref_to(included(), 5, 6), CutFault::not_contiguous},
        ContiguityCase{"first_of_higher", ref_to(make_chain(1, 3, 4), 1, 2), std::nullopt},
        ContiguityCase{"second_of_higher", ref_to(make_chain(1, 3, 4), 2, 2),
                       CutFault::not_contiguous},
        ContiguityCase{"next_number_of_higher", ref_to(make_chain(1, 3, 4), 4, 4),
                       CutFault::not_contiguous},
        ContiguityCase{"first_of_lower", ref_to(make_chain(1, 1, 4), 1, 2),
                       CutFault::not_contiguous},
        ContiguityCase{"next_number_of_lower", ref_to(make_chain(1, 1, 4), 4, 4),
                       CutFault::not_contiguous},
        ContiguityCase{"other_branch", ref_to(make_chain(1, 2, 6, "other"), 4, 5),
                       CutFault::broken_chain},
        ContiguityCase{"number_zero",
                       bend(ref_to(included(), 4, 4), [](LaneRef& r) { r.first_seq = 0; }),
                       CutFault::empty_run},
        ContiguityCase{"backwards",
                       bend(ref_to(included(), 4, 4), [](LaneRef& r) { r.last_seq = 3; }),
                       CutFault::empty_run},
        ContiguityCase{"tip_of_another_number",
                       bend(ref_to(included(), 4, 5), [](LaneRef& r) { r.last_seq = 6; }),
                       CutFault::broken_chain},
        ContiguityCase{
            "tip_of_another_incarnation",
            bend(ref_to(included(), 4, 5), [](LaneRef& r) { r.incarnation = 3, r.first_seq = 1; }),
            CutFault::broken_chain},
        ContiguityCase{"tip_of_another_author",
                       bend(ref_to(included(), 4, 5),
                            [](LaneRef& r) { r.author = index(2), r.first_seq = 1; }),
                       CutFault::broken_chain},
        ContiguityCase{"more_than_fit",
                       bend(ref_to(included(), 4, 6), [](LaneRef& r) { r.last_seq = ~0ULL; }),
                       CutFault::too_many_bytes},
        ContiguityCase{"no_validator",
                       bend(ref_to(included(), 4, 4), [](LaneRef& r) { r.author = index(4); }),
                       CutFault::unknown_author}),
    [](const auto& row) { return row.param.name; });

TEST(CutShape, RefusesAuthorsThatDoNotAscend) {
  const auto one = make_chain(1, 1, 1);
  const auto two = make_chain(2, 1, 1);
  const Cut backwards{{ref_to(two, 1, 1), ref_to(one, 1, 1)}};
  const Cut twice{{ref_to(one, 1, 1), ref_to(one, 1, 1)}};
  EXPECT_EQ(cut_shape_fault(backwards, {}, 4), CutFault::not_ascending);
  EXPECT_EQ(cut_shape_fault(twice, {}, 4), CutFault::not_ascending);
}

TEST(CutShape, PositionsAfterACutAreItsLastBatches) {
  const auto chain = make_chain(1, 1, 3);
  const LanePositions before{{index(0), {1, 7, {}}}};
  const LanePositions after = positions_after(before, Cut{{ref_to(chain, 1, 3)}});
  EXPECT_EQ(after, (LanePositions{{index(0), {1, 7, {}}}, {index(1), position_at(chain, 3)}}));
}

// ---- Receiving ----

TEST(Lanes, HoldsWhatArrivesOutOfOrderAndReportsOnlyTheContiguousPart) {
  const auto chain = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0);
  (void)receive(lanes, chain[0], 1);
  (void)receive(lanes, chain[2], 1);
  EXPECT_EQ(lanes.have_vector(), (LanePositions{{index(1), position_at(chain, 1)}}));
  (void)receive(lanes, chain[1], 2);
  EXPECT_EQ(lanes.have_vector(), (LanePositions{{index(1), position_at(chain, 3)}}));
}

TEST(Lanes, ChecksABatchOnceThoughItArrivesTwice) {
  const auto chain = make_chain(1, 1, 1);
  Lanes lanes = make_lanes(0);
  EXPECT_EQ(only<CheckBatch>(lanes.on_batch(index(1), chain[0], 0)),
            (std::vector<CheckBatch>{{chain[0]}}));
  EXPECT_TRUE(lanes.on_batch(index(2), chain[0], 0).empty());
  EXPECT_EQ(lanes.store().size(), 1u);
  EXPECT_EQ(lanes.holders_of(chain[0]), 3u);  // this node and both senders
}

TEST(LaneStore, RefusesForTheFirstReasonThatApplies) {
  const auto old_chain = make_chain(1, 2, 3);
  LaneStore store({}, test_ctx(), 4, {{index(1), position_at(old_chain, 2)}});
  const auto outcome = [&](const HeldBatch& batch) { return store.add(batch, false).outcome; };

  EXPECT_EQ(outcome(old_chain[2]), StoreOutcome::stored);
  EXPECT_EQ(outcome(old_chain[2]), StoreOutcome::duplicate);
  EXPECT_EQ(outcome(make_batch(9, 1, 1, {})), StoreOutcome::wrong_epoch);
  SignedBatch foreign = *old_chain[2].signed_batch;
  foreign.batch.ctx = hash("ctx", as_bytes("another"));
  EXPECT_EQ(outcome(hold(std::make_shared<const SignedBatch>(foreign))), StoreOutcome::wrong_epoch);
  EXPECT_EQ(outcome(make_batch(1, 2, 0, {})), StoreOutcome::malformed);
  EXPECT_EQ(outcome(make_batch(1, 2, 4, {})), StoreOutcome::malformed);
  EXPECT_EQ(outcome(make_batch(2, 1, 1, old_chain[0].id)), StoreOutcome::malformed);
  SignedBatch large = *make_batch(2, 1, 1, {}).signed_batch;
  large.batch.transactions = {{Bytes(batch_bytes_max / 2)}, {Bytes(batch_bytes_max / 2)}};
  EXPECT_EQ(outcome(hold(std::make_shared<const SignedBatch>(large))), StoreOutcome::malformed);
  EXPECT_EQ(outcome(old_chain[1]), StoreOutcome::stale);
  EXPECT_EQ(outcome(make_batch(1, 1, 9, old_chain[0].id)), StoreOutcome::stale);
  EXPECT_EQ(outcome(make_batch(1, 2, 2 + 1'025, old_chain[0].id)), StoreOutcome::over_cap);
  EXPECT_EQ(outcome(make_batch(1, 2, 2 + 1'024, old_chain[0].id)), StoreOutcome::stored);
}

TEST(LaneStore, P12CapsAnAuthorByBatchesAndByBytesButNotTheOthers) {
  LaneStore by_count({.batches_per_author = 3}, test_ctx(), 4, {});
  const auto chain = make_chain(1, 1, 3);
  for (const HeldBatch& batch : chain)
    EXPECT_EQ(by_count.add(batch, false).outcome, StoreOutcome::stored);
  EXPECT_EQ(by_count.add(make_batch(1, 1, 3, chain[1].id, "fork"), false).outcome,
            StoreOutcome::over_cap);
  EXPECT_EQ(by_count.add(make_batch(2, 1, 1, {}), false).outcome, StoreOutcome::stored);
  by_count.pin(chain[0].id);  // what a cut references does not count
  EXPECT_EQ(by_count.add(make_batch(1, 1, 3, chain[1].id, "fork"), false).outcome,
            StoreOutcome::stored);

  const auto large = make_chain(1, 1, 3, "x", {}, 1'000);
  LaneStore by_bytes({.bytes_per_author = 2 * large[0].bytes}, test_ctx(), 4, {});
  EXPECT_EQ(by_bytes.add(large[0], false).outcome, StoreOutcome::stored);
  EXPECT_EQ(by_bytes.add(large[1], false).outcome, StoreOutcome::stored);
  EXPECT_EQ(by_bytes.bytes_counted(index(1)), 2 * large[0].bytes);
  EXPECT_EQ(by_bytes.add(large[2], false).outcome, StoreOutcome::over_cap);
  EXPECT_EQ(by_bytes.add(large[2], true).outcome, StoreOutcome::stored);  // a held cut names it
}

TEST(LaneStore, EncodedSizeIsThatOfTheEncoding) {
  // 32 ctx, 2 author, 4 incarnation, 8 seq, 32 prev, 2 count, 64 signature, and 4 + 10 of the
  // transaction.
  EXPECT_EQ(make_batch(1, 1, 1, {}, "0123456789").bytes, 158u);
}

TEST(Lanes, ANewIncarnationDropsTheOlderOneUnlessACutNamesIt) {
  const auto old_chain = make_chain(1, 1, 3);
  const auto new_chain = make_chain(1, 2, 2);
  Lanes lanes = make_lanes(0);
  receive_all(lanes, old_chain, 1);
  (void)lanes.require_cut({block_id("b"), Cut{{ref_to(old_chain, 1, 1)}}, {}, index(2)}, 0);
  // The second batch is enough: it is signed, so the author has begun anew.
  (void)receive(lanes, new_chain[1], 1);
  EXPECT_TRUE(lanes.store().holds(old_chain[0].id));
  EXPECT_FALSE(lanes.store().holds(old_chain[1].id));
  EXPECT_TRUE(lanes.have_vector().empty());
  (void)receive(lanes, new_chain[0], 1);
  EXPECT_EQ(lanes.have_vector(), (LanePositions{{index(1), position_at(new_chain, 2)}}));
  lanes.release_cut(block_id("b"));
  EXPECT_FALSE(lanes.store().holds(old_chain[0].id));
}

TEST(Lanes, FinalPositionsPruneWhatIsIncludedAndBranchesThatNeverCanBe) {
  const auto chain = make_chain(1, 1, 4);
  const auto fork = make_chain(1, 1, 4, "other");
  Lanes lanes = make_lanes(0);
  receive_all(lanes, chain, 1);
  receive_all(lanes, fork, 1);
  lanes.on_final({{index(1), position_at(fork, 2)}});
  for (const HeldBatch& batch : chain) EXPECT_FALSE(lanes.store().holds(batch.id));
  EXPECT_FALSE(lanes.store().holds(fork[1].id));
  EXPECT_TRUE(lanes.store().holds(fork[2].id));
  EXPECT_EQ(lanes.have_vector(), (LanePositions{{index(1), position_at(fork, 4)}}));
  EXPECT_EQ(lanes.store().batches_counted(index(1)), 2u);
}

TEST(Lanes, ABatchAfterAnotherThanTheFinalOneIsDroppedThoughNothingBeforeItIsHeld) {
  const auto chain = make_chain(1, 1, 4);
  const auto fork = make_chain(1, 1, 4, "other");
  Lanes lanes = make_lanes(0);
  (void)receive(lanes, chain[2], 1);
  (void)receive(lanes, chain[3], 1);
  lanes.on_final({{index(1), position_at(fork, 2)}});
  EXPECT_EQ(lanes.store().size(), 0u);
}

// ---- E4 ----

TEST(Lanes, E4TwoBatchesForOnePlaceAreReportedAndBothHeld) {
  const auto chain = make_chain(1, 1, 2);
  const auto fork = make_chain(1, 1, 2, "other");
  Lanes lanes = make_lanes(0);
  receive_all(lanes, chain, 1);
  const LaneActions actions = lanes.on_batch(index(2), fork[0], 0);
  EXPECT_EQ(only<ReportFork>(actions), (std::vector<ReportFork>{{{chain[0], fork[0]}}}));
  EXPECT_TRUE(lanes.store().holds(fork[0].id));
  EXPECT_TRUE(lanes.is_in_bad_standing(index(1)));
  EXPECT_FALSE(lanes.is_in_bad_standing(index(2)));
}

TEST(Lanes, E4IsReportedAFewTimesPerAuthorAndNeverForANewIncarnation) {
  Lanes lanes = make_lanes(0);
  (void)receive(lanes, make_batch(1, 1, 1, {}), 1);
  std::size_t reports = 0;
  for (int i = 0; i < 40; ++i)
    reports +=
        only<ReportFork>(lanes.on_batch(index(1), make_batch(1, 1, 1, {}, std::to_string(i)), 0))
            .size();
  EXPECT_EQ(reports, 16u);
  EXPECT_TRUE(
      only<ReportFork>(lanes.on_batch(index(1), make_batch(1, 2, 1, {}, "new"), 0)).empty());
}

TEST(Lanes, ABatchOfTheOwnLaneThatThisRunHasNotMadeIsAnAlarm) {
  Lanes lanes = make_lanes(0);
  lanes.begin_incarnation(3);
  const HeldBatch earlier = make_batch(0, 2, 1, {});
  const HeldBatch foreign = make_batch(0, 3, 1, {});
  EXPECT_TRUE(only<OwnKeyElsewhere>(lanes.on_batch(index(1), earlier, 0)).empty());
  EXPECT_EQ(only<OwnKeyElsewhere>(lanes.on_batch(index(1), foreign, 0)),
            (std::vector<OwnKeyElsewhere>{{foreign}}));
}

TEST(Lanes, AnOwnBatchThatComesBackAfterItIsFinalIsNoAlarm) {
  Lanes lanes = make_lanes(0);
  lanes.begin_incarnation(1);
  const HeldBatch own = make_batch(0, 1, 1, {});
  (void)lanes.on_own_batch(own, 1);
  lanes.on_final({{index(0), {1, 1, own.id}}});
  EXPECT_FALSE(lanes.store().holds(own.id));
  EXPECT_TRUE(only<OwnKeyElsewhere>(lanes.on_batch(index(1), own, 0)).empty());
}

// ---- The own lane ----

RawTransaction transaction(std::size_t bytes) {
  return {Bytes(bytes, 7)};
}

HeldBatch signed_draft(const Lanes& lanes, std::vector<RawTransaction> transactions) {
  auto draft = lanes.draft(std::move(transactions));
  EXPECT_TRUE(draft.has_value());
  return hold(std::make_shared<const SignedBatch>(SignedBatch{*std::move(draft), {}}));
}

TEST(Lanes, TheOwnLaneIsChainedBroadcastAndBegunAnewByIncarnation) {
  Lanes lanes = make_lanes(0);
  EXPECT_EQ(lanes.draft({transaction(1)}).error(), LaneRefusal::no_incarnation);
  lanes.begin_incarnation(1);
  const HeldBatch first = signed_draft(lanes, {transaction(10)});
  EXPECT_EQ(lanes.on_own_batch(first, 1), (LaneActions{BroadcastBatch{first}}));
  const HeldBatch second = signed_draft(lanes, {transaction(11)});
  EXPECT_EQ(second.batch().seq, 2u);
  EXPECT_EQ(second.batch().prev, first.id);
  (void)lanes.on_own_batch(second, 1);
  EXPECT_TRUE(lanes.has_includable({}));

  lanes.begin_incarnation(2);
  const HeldBatch anew = signed_draft(lanes, {transaction(10)});
  EXPECT_EQ(anew.batch().seq, 1u);
  EXPECT_TRUE(anew.batch().prev.is_zero());
  EXPECT_EQ(lanes.store().size(), 0u);
}

TEST(Lanes, TheOwnLaneRefusesWhatItCannotTake) {
  Lanes observer({}, test_ctx(), 4, std::nullopt, {});
  EXPECT_EQ(observer.draft({transaction(1)}).error(), LaneRefusal::observer);
  Lanes lanes = make_lanes(0, 4, {.caps = {.batches_per_author = 2}});
  lanes.begin_incarnation(1);
  EXPECT_EQ(lanes.draft({}).error(), LaneRefusal::too_large);
  EXPECT_EQ(lanes.draft({transaction(batch_bytes_max)}).error(), LaneRefusal::too_large);
  const HeldBatch first = signed_draft(lanes, {transaction(1)});
  (void)lanes.on_own_batch(first, 1);
  (void)lanes.on_own_batch(signed_draft(lanes, {transaction(2)}), 1);
  EXPECT_EQ(lanes.draft({transaction(3)}).error(), LaneRefusal::full);
  lanes.on_final({{index(0), {1, 1, first.id}}});
  EXPECT_TRUE(lanes.draft({transaction(3)}).has_value());
}

// ---- HAVE ----

TEST(Lanes, HaveTellsTheLeadersWhatChangedAndThenFallsSilent) {
  const auto chain = make_chain(1, 1, 2);
  Lanes lanes = make_lanes(0);
  const std::set<ValidatorIndex> leaders{index(0), index(2), index(3)};
  EXPECT_EQ(lanes.next_wakeup(leaders), std::nullopt);
  (void)receive(lanes, chain[0], 1);
  const LanePositions one{{index(1), position_at(chain, 1)}};
  EXPECT_EQ(lanes.tick(100, leaders),
            (LaneActions{SendHave{index(2), one}, SendHave{index(3), one}}));
  EXPECT_EQ(lanes.next_wakeup(leaders), std::nullopt);
  EXPECT_TRUE(lanes.tick(200, leaders).empty());
  (void)receive(lanes, chain[1], 1);
  const LanePositions two{{index(1), position_at(chain, 2)}};
  EXPECT_EQ(lanes.tick(201, {index(2)}), (LaneActions{SendHave{index(2), two}}));
}

TEST(Lanes, HaveIsNotSentMoreOftenThanItsPeriod) {
  const auto chain = make_chain(1, 1, 2);
  Lanes lanes = make_lanes(0);
  (void)receive(lanes, chain[0], 1);
  EXPECT_EQ(lanes.tick(100, {index(2)}).size(), 1u);
  (void)receive(lanes, chain[1], 1);
  EXPECT_TRUE(lanes.tick(107, {index(2)}).empty());
  EXPECT_EQ(lanes.next_wakeup({index(2)}), 108u);
  EXPECT_EQ(lanes.tick(108, {index(2)}).size(), 1u);
}

// A batch given to one node only, and its HAVE lost: the whole vector, sent with STATUS and RETX,
// brings it to the others.
TEST(Lanes, ALostHaveHealsByTheWholeVector) {
  const auto chain = make_chain(3, 1, 3);
  Lanes holder = make_lanes(0);
  receive_all(holder, chain, 3);
  (void)holder.tick(10, {index(1)});  // lost on its way
  EXPECT_EQ(holder.next_wakeup({index(1)}), std::nullopt);

  Lanes other = make_lanes(1);
  other.on_have(index(0), holder.have_vector(), 1'000);
  EXPECT_EQ(other.next_wakeup({}), 1'030u);
  EXPECT_TRUE(other.tick(1'029, {}).empty());
  const LaneRef all = ref_to(chain, 1, 3);
  EXPECT_EQ(other.tick(1'030, {}), (LaneActions{FetchBatches{index(0), all}}));
  for (const HeldBatch& batch : holder.answer(all, 1 << 20)) {
    // The rest of the same answer is awaited, not asked for again.
    EXPECT_TRUE(only<FetchBatches>(receive(other, batch, 0, 1'040)).empty());
  }
  EXPECT_EQ(other.have_vector(), holder.have_vector());
  EXPECT_EQ(other.fetches_open(), 0u);
  EXPECT_TRUE(other.has_includable({}));
}

TEST(Lanes, AReportThatIsNotMadeGoodEndsAndCountsAgainOnlyWhenRepeatedLater) {
  Lanes lanes = make_lanes(0);
  const LanePositions lie{{index(1), {1, 5, BatchId{hash("no", {}).bytes}}}};
  lanes.on_have(index(2), lie, 0);
  EXPECT_EQ(only<FetchBatches>(lanes.tick(30, {})).size(), 1u);
  std::size_t asked = 1;
  std::uint64_t now = 30;
  while (const auto next = lanes.next_wakeup({})) {
    ASSERT_GT(*next, now);
    now = *next;
    asked += only<FetchBatches>(lanes.tick(now, {})).size();
    ASSERT_LE(asked, 4u);
  }
  EXPECT_EQ(lanes.fetches_open(), 0u);
  lanes.on_have(index(2), lie, now + 1);
  EXPECT_EQ(lanes.next_wakeup({}), now + 1 + 30 > 1'000 ? lanes.next_wakeup({}) : std::nullopt);
  lanes.on_have(index(2), lie, now + 5'000);
  EXPECT_EQ(lanes.next_wakeup({}), now + 5'030);
}

TEST(Lanes, AReportFarBeyondTheCapsIsNotFollowed) {
  Lanes lanes = make_lanes(0);
  lanes.on_have(index(2), {{index(1), {1, 1'025, BatchId{hash("x", {}).bytes}}}}, 0);
  lanes.on_have(index(2), {{index(9), {1, 1, BatchId{hash("x", {}).bytes}}}}, 0);
  EXPECT_EQ(lanes.next_wakeup({}), std::nullopt);
}

TEST(Lanes, AGapIsFetchedFromTheAuthorAfterAWhile) {
  const auto chain = make_chain(1, 1, 4);
  Lanes lanes = make_lanes(0);
  (void)receive(lanes, chain[0], 1, 50);
  (void)receive(lanes, chain[3], 1, 50);
  EXPECT_TRUE(lanes.tick(79, {}).empty());
  EXPECT_EQ(lanes.tick(80, {}), (LaneActions{FetchBatches{index(1), ref_to(chain, 2, 3)}}));
}

/// All that a node asks of time alone, from `now` on; ends when it asks for nothing more.
std::size_t count_fetches(Lanes& lanes, std::uint64_t& now) {
  std::size_t asked = 0;
  while (const auto next = lanes.next_wakeup({})) {
    EXPECT_GT(*next, now);
    if (*next <= now || asked > 100) return asked;
    now = *next;
    asked += only<FetchBatches>(lanes.tick(now, {})).size();
  }
  return asked;
}

TEST(Lanes, AGapThatNobodyFilledIsAskedForAgainWhileItsEndIsReported) {
  const auto chain = make_chain(1, 1, 5);
  Lanes lanes = make_lanes(0);
  std::uint64_t now = 2'000;
  for (const std::size_t seq : {1U, 3U, 5U}) (void)receive(lanes, chain[seq - 1], 1, now);
  EXPECT_GE(count_fetches(lanes, now), 1u);
  EXPECT_EQ(lanes.fetches_open(), 0u);

  // Its author has the whole chain, and says so, at a later time with one batch more.
  const LanePositions end{{index(1), position_at(chain, 5)}};
  for (int again = 0; again < 3; ++again) {
    now += 5'000;
    lanes.on_have(index(1), end, now);
    EXPECT_EQ(lanes.next_wakeup({}), now + 30);
    EXPECT_EQ(lanes.tick(now + 30, {}), (LaneActions{FetchBatches{index(1), ref_to(chain, 2, 4)}}));
    now += 30;
    EXPECT_EQ(count_fetches(lanes, now), 0u) << "one peer reports it, so one is asked";
    lanes.on_have(index(1), end, now);
    EXPECT_EQ(lanes.next_wakeup({}), std::nullopt) << "too soon to ask again";
  }
  now += 5'000;
  const auto more = make_chain(1, 1, 1, "a", position_at(chain, 5));
  (void)receive(lanes, more[0], 1, now);
  lanes.on_have(index(1), {{index(1), position_at(chain, 5)}}, now);
  EXPECT_EQ(lanes.tick(now + 30, {}), (LaneActions{FetchBatches{index(1), ref_to(chain, 2, 4)}}));

  for (const std::size_t seq : {4U, 3U, 2U}) (void)receive(lanes, chain[seq - 1], 1, now + 40);
  EXPECT_EQ(lanes.have_vector(), (LanePositions{{index(1), {1, 6, more[0].id}}}));
  EXPECT_EQ(lanes.fetches_open(), 0u);
  EXPECT_EQ(lanes.next_wakeup({}), std::nullopt);
}

TEST(LaneStore, WhatLacksBeforeABatchIsOnItsOwnBranchAndPastTheFinalPosition) {
  const auto chain = make_chain(1, 1, 6);
  const auto branch = make_chain(1, 1, 3, "b", position_at(chain, 2));  // 3', 4', 5' after 2
  LaneStore store({}, test_ctx(), 4, {{index(1), position_at(chain, 1)}});
  const auto lacking = [&](const std::vector<HeldBatch>& of, std::size_t at, std::uint64_t seq) {
    return store.lacking_before(index(1), {1, seq, of[at].id});
  };
  EXPECT_EQ(lacking(chain, 5, 6), std::nullopt) << "not held itself";
  (void)store.add(chain[5], false);
  EXPECT_EQ(lacking(chain, 5, 6), position_at(chain, 5));
  EXPECT_EQ(lacking(chain, 5, 7), std::nullopt) << "it does not stand there";
  (void)store.add(chain[4], false);
  (void)store.add(branch[2], false);
  EXPECT_EQ(lacking(chain, 5, 6), position_at(chain, 4));
  EXPECT_EQ(lacking(branch, 2, 5), (LanePosition{1, 4, branch[1].id}));
  (void)store.add(chain[3], false);
  (void)store.add(chain[2], false);
  EXPECT_EQ(lacking(chain, 5, 6), position_at(chain, 2));
  (void)store.add(chain[1], false);
  EXPECT_EQ(lacking(chain, 5, 6), std::nullopt) << "follows the final one";
  EXPECT_EQ(lacking(branch, 2, 5), (LanePosition{1, 4, branch[1].id}));
  (void)store.add(branch[1], false);
  (void)store.add(branch[0], false);
  EXPECT_EQ(lacking(branch, 2, 5), std::nullopt);
}

// ---- Fetching for a cut ----

TEST(Lanes, C8WhatACutLacksIsFetchedAtOnceAndFromAnotherWhenNoAnswerComes) {
  const auto chain = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0);
  lanes.on_have(index(3), {{index(1), position_at(chain, 3)}}, 0);
  const Cut cut{{ref_to(chain, 1, 3)}};
  EXPECT_EQ(lanes.missing(cut), (std::vector<LaneRef>{ref_to(chain, 1, 3)}));
  LaneActions actions = lanes.require_cut({block_id("b"), cut, {}, index(2)}, 1'000);
  std::set<ValidatorIndex> asked;
  for (std::uint64_t now = 1'000; asked.size() < 3 && now < 10'000; now += 150) {
    for (const FetchBatches& fetch : only<FetchBatches>(actions)) {
      EXPECT_EQ(fetch.ref, ref_to(chain, 1, 3));
      EXPECT_TRUE(asked.insert(fetch.from.value()).second)
          << "the same peer twice before all others";
    }
    actions = lanes.tick(now + 150, {});
  }
  // Author, proposer and reporter: all three.
  EXPECT_EQ(asked, (std::set<ValidatorIndex>{index(1), index(2), index(3)}));
  EXPECT_TRUE(lanes.is_in_bad_standing(index(1)));
}

TEST(Lanes, DifferentBatchesAreAskedOfDifferentPeers) {
  Lanes lanes = make_lanes(0, 16);
  std::map<ValidatorIndex, int> asked;
  Cut cut;
  for (unsigned author = 1; author < 16; ++author) {
    const auto chain = make_chain(author, 1, 1);
    for (unsigned peer = 1; peer < 16; ++peer)
      lanes.on_have(index(peer), {{index(author), position_at(chain, 1)}}, 0);
    cut.lanes.push_back(ref_to(chain, 1, 1));
  }
  for (const FetchBatches& fetch :
       only<FetchBatches>(lanes.require_cut({block_id("b"), cut, {}, index(2)}, 0)))
    ++asked[fetch.from.value()];
  EXPECT_GE(asked.size(), 5u);
}

TEST(Lanes, OnePeerIsNotAskedForMoreThanItsBudget) {
  Lanes lanes({.fetches_per_peer_max = 2}, test_ctx(), 4, index(0), {});
  lanes.on_peer_up(index(1));
  std::size_t asked = 0;
  for (unsigned author = 1; author < 4; ++author) {
    const auto chain = make_chain(author, 1, 1);
    const RequiredCut required{
        block_id(std::to_string(author)), Cut{{ref_to(chain, 1, 1)}}, {}, index(1)};
    asked += only<FetchBatches>(lanes.require_cut(required, 0)).size();
  }
  EXPECT_EQ(asked, 2u);
  EXPECT_EQ(lanes.fetches_open(), 3u);  // the third waits for its turn
}

TEST(Lanes, ACutIsSettledOnceWhenAllItsBatchesAreHereAndChecked) {
  const auto chain = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0);
  const Cut cut{{ref_to(chain, 1, 3)}};
  EXPECT_TRUE(only<CutSettled>(lanes.require_cut({block_id("b"), cut, {}, index(2)}, 0)).empty());
  // The answer comes from the tip backwards; each step is known by the one before.
  EXPECT_TRUE(only<CutSettled>(receive(lanes, chain[2], 2)).empty());
  EXPECT_TRUE(only<CutSettled>(receive(lanes, chain[1], 2)).empty());
  EXPECT_EQ(only<CutSettled>(receive(lanes, chain[0], 2)),
            (std::vector<CutSettled>{{block_id("b"), std::nullopt}}));
  EXPECT_TRUE(lanes.missing(cut).empty());
  EXPECT_TRUE(lanes.require_cut({block_id("b"), cut, {}, index(2)}, 0).empty());
  EXPECT_EQ(lanes.settled(block_id("b")), (CutSettled{block_id("b"), std::nullopt}));
  EXPECT_EQ(lanes.fetches_open(), 0u);
}

TEST(Lanes, C7_ABatchThatTheLedgerRefusesSpoilsTheCutAndEndsItsFetches) {
  const auto chain = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0);
  (void)lanes.require_cut({block_id("b"), Cut{{ref_to(chain, 1, 3)}}, {}, index(2)}, 0);
  (void)lanes.on_batch(index(2), chain[2], 0);
  EXPECT_EQ(lanes.fetches_open(), 1u);
  EXPECT_EQ(lanes.on_batch_checked(chain[2].id, false, 0),
            (LaneActions{CutSettled{block_id("b"), CutFault::invalid_batch}}));
  EXPECT_EQ(lanes.fetches_open(), 0u);
  EXPECT_FALSE(lanes.has_includable({}));
}

TEST(Lanes, ABatchWithoutTransactionsIsInvalid) {
  SignedBatch empty = *make_batch(1, 1, 1, {}).signed_batch;
  empty.batch.transactions.clear();
  const HeldBatch held = hold(std::make_shared<const SignedBatch>(empty));
  Lanes lanes = make_lanes(0);
  EXPECT_TRUE(lanes.on_batch(index(1), held, 0).empty());
  const LaneRef ref{index(1), 1, 1, 1, held.id};
  EXPECT_EQ(lanes.require_cut({block_id("b"), Cut{{ref}}, {}, index(2)}, 0),
            (LaneActions{CutSettled{block_id("b"), CutFault::invalid_batch}}));
}

TEST(Lanes, C9ACutAtTheLimitsOfABlockIsValidAndAboveThemInvalid) {
  const auto chain = make_chain(1, 1, 3, "x", {}, 1'000);
  Lanes at_both = make_lanes(0, 4, {.block_bytes_max = 3 * chain[0].bytes, .block_items_max = 30});
  for (const HeldBatch& batch : chain) (void)receive(at_both, batch, 1, 0, 10);
  EXPECT_EQ(at_both.require_cut({block_id("b"), Cut{{ref_to(chain, 1, 3)}}, {}, index(2)}, 0),
            (LaneActions{CutSettled{block_id("b"), std::nullopt}}));
  Lanes by_bytes = make_lanes(0, 4, {.block_bytes_max = 3 * chain[0].bytes - 1});
  receive_all(by_bytes, chain, 1);
  EXPECT_EQ(by_bytes.require_cut({block_id("b"), Cut{{ref_to(chain, 1, 3)}}, {}, index(2)}, 0),
            (LaneActions{CutSettled{block_id("b"), CutFault::too_many_bytes}}));
  Lanes by_items = make_lanes(0, 4, {.block_items_max = 29});
  for (const HeldBatch& batch : chain) (void)receive(by_items, batch, 1, 0, 10);
  EXPECT_EQ(by_items.require_cut({block_id("b"), Cut{{ref_to(chain, 1, 3)}}, {}, index(2)}, 0),
            (LaneActions{CutSettled{block_id("b"), CutFault::too_many_items}}));
}

TEST(Lanes, AnswersFromTheTipBackwardsWithinItsBudget) {
  const auto chain = make_chain(1, 1, 5);
  Lanes lanes = make_lanes(0);
  receive_all(lanes, chain, 1);
  EXPECT_EQ(lanes.answer(ref_to(chain, 2, 4), 1 << 20),
            (std::vector<HeldBatch>{chain[3], chain[2], chain[1]}));
  EXPECT_EQ(lanes.answer(ref_to(chain, 2, 4), 2 * chain[0].bytes),
            (std::vector<HeldBatch>{chain[3], chain[2]}));
  LaneRef lie = ref_to(chain, 2, 4);
  lie.author = index(2);
  EXPECT_TRUE(lanes.answer(lie, 1 << 20).empty());
  EXPECT_TRUE(lanes.answer(ref_to(make_chain(1, 1, 1, "unknown"), 1, 1), 1 << 20).empty());
}

}  // namespace
}  // namespace vostro::consensus
