// Goal: the cut a leader makes follows its policy and the limits of a block. Method: lanes with
// reports by hand.
#include <gtest/gtest.h>

#include "consensus/lanes.h"
#include "tests/unit/consensus/lane_support.h"

namespace vostro::consensus {
namespace {

using namespace lane_test;

TEST(MakeCut, ReferencesAnUnprovenLaneUpToWhatOneHonestNodeIsKnownToHold) {
  const auto chain = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0, 7);  // K = 3
  receive_all(lanes, chain, 1);    // held here and by the author: two
  lanes.on_have(index(2), {{index(1), position_at(chain, 2)}}, 0);
  EXPECT_EQ(lanes.make_cut({}, index(0)).cut, (Cut{{ref_to(chain, 1, 2)}}));
}

TEST(MakeCut, ReferencesTheOwnLaneAndAProvenOneOptimistically) {
  const auto own = make_chain(0, 1, 2);
  const auto other = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0, 7);
  lanes.begin_incarnation(1);
  for (const HeldBatch& batch : own) (void)lanes.on_own_batch(batch, 1);
  receive_all(lanes, other, 6);
  EXPECT_EQ(lanes.make_cut({}, index(0)).cut, (Cut{{ref_to(own, 1, 2)}}));
  const LanePositions positions{{index(1), position_at(other, 1)}};
  lanes.on_final(positions);
  EXPECT_EQ(lanes.make_cut(positions, index(0)).cut,
            (Cut{{ref_to(own, 1, 2), ref_to(other, 2, 3)}}));
}

TEST(MakeCut, ALaneThatCausedAFetchNeedsAQuorumFor64Blocks) {
  const auto chain = make_chain(1, 1, 70);
  Lanes lanes = make_lanes(0, 4);
  (void)lanes.require_cut({block_id("b"), Cut{{ref_to(chain, 1, 1)}}, {}, index(2)}, 0);
  receive_all(lanes, chain, 2);
  LanePositions positions{{index(1), position_at(chain, 1)}};
  lanes.on_final(positions);
  EXPECT_TRUE(lanes.is_in_bad_standing(index(1)));
  // Held here and by 2: K = 2, but Q = 3. With a third it may be referenced without more.
  EXPECT_FALSE(lanes.make_cut(positions, index(0)).send_to_all.empty());
  lanes.on_have(index(3), {{index(1), position_at(chain, 70)}}, 0);
  EXPECT_TRUE(lanes.make_cut(positions, index(0)).send_to_all.empty());
  lanes.on_have(index(3), {{index(1), {}}}, 0);
  for (std::size_t seq = 2; seq <= 64; ++seq) {
    positions[index(1)] = position_at(chain, seq);
    lanes.on_final(positions);
  }
  EXPECT_FALSE(lanes.is_in_bad_standing(index(1)));
  EXPECT_TRUE(lanes.make_cut(positions, index(0)).send_to_all.empty());
}

// An author that gives each node another branch: no policy is ever met, and yet a block comes, with
// its batches sent along.
TEST(MakeCut, ALaneWithABranchForEachNodeIsReferencedByWhatIsHeldAndSent) {
  std::vector<std::vector<HeldBatch>> branches;
  for (unsigned node = 0; node < 7; ++node)
    branches.push_back(make_chain(1, 1, 2, std::to_string(node)));
  Lanes leader = make_lanes(0, 7);
  receive_all(leader, branches[0], 1);
  for (unsigned node = 2; node < 7; ++node)
    leader.on_have(index(node), {{index(1), position_at(branches[node], 2)}}, 0);
  ASSERT_TRUE(leader.has_includable({}));
  const MadeCut made = leader.make_cut({}, index(0));
  EXPECT_EQ(made.cut, (Cut{{ref_to(branches[0], 1, 2)}}));
  EXPECT_EQ(made.send_to_all, branches[0]);

  // A voter with another branch takes the batches that come before the PROPOSE, proves the fork,
  // and can vote.
  Lanes voter = make_lanes(2, 7);
  receive_all(voter, branches[2], 1);
  std::size_t forks = 0;
  for (const HeldBatch& batch : made.send_to_all)
    forks += only<ReportFork>(receive(voter, batch, 0)).size();
  EXPECT_EQ(forks, 2u);
  EXPECT_EQ(only<CutSettled>(voter.require_cut({block_id("b"), made.cut, {}, index(0)}, 0)),
            (std::vector<CutSettled>{{block_id("b"), std::nullopt}}));
  // When the block is final, the voter's own branch is dead: nothing keeps it busy.
  voter.release_cut(block_id("b"));
  const LanePositions after = positions_after({}, made.cut);
  voter.on_final(after);
  EXPECT_FALSE(voter.has_includable(after));
}

TEST(MakeCut, AReportOnAnotherBranchCountsUpToWhereTheBranchesPart) {
  const auto chain = make_chain(1, 1, 2);
  std::vector<HeldBatch> branch{chain[0], make_batch(1, 1, 2, chain[0].id, "other")};
  Lanes lanes = make_lanes(0, 7);
  receive_all(lanes, chain, 6);
  (void)receive(lanes, branch[1], 5);
  EXPECT_EQ(lanes.holders_of(chain[0]), 3u);  // here, 6, and 5 whose branch has it too
  EXPECT_EQ(lanes.holders_of(chain[1]), 2u);
}

TEST(MakeCut, NeverExceedsTheBytesOfABlockAndSharesThemAmongLanes) {
  const std::size_t bytes = make_batch(1, 1, 1, {}, "x", 1'000).bytes;
  Lanes lanes = make_lanes(0, 4, {.block_bytes_max = 5 * bytes});
  for (unsigned author = 1; author < 4; ++author)
    receive_all(lanes, make_chain(author, 1, 4, "x", {}, 1'000), author);
  const Cut cut = lanes.make_cut({}, index(0)).cut;
  ASSERT_EQ(cut.lanes.size(), 3u);
  std::uint64_t batches = 0;
  for (const LaneRef& ref : cut.lanes) {
    EXPECT_GE(ref.last_seq, 1u);
    EXPECT_LE(ref.last_seq, 2u);
    batches += ref.last_seq;
  }
  EXPECT_EQ(batches, 5u);
  // What a leader makes, a voter accepts.
  EXPECT_EQ(lanes.require_cut({block_id("b"), cut, {}, index(0)}, 0),
            (LaneActions{CutSettled{block_id("b"), std::nullopt}}));
}

TEST(MakeCut, NeverExceedsTheItemsOfABlock) {
  const auto chain = make_chain(1, 1, 5);
  Lanes lanes = make_lanes(0, 4, {.block_items_max = 35});
  for (const HeldBatch& batch : chain) (void)receive(lanes, batch, 1, 0, 10);
  EXPECT_EQ(lanes.make_cut({}, index(0)).cut, (Cut{{ref_to(chain, 1, 3)}}));
}

TEST(MakeCut, StopsBeforeABatchThatIsNotCheckedOrNotValid) {
  const auto chain = make_chain(1, 1, 3);
  Lanes lanes = make_lanes(0);
  (void)receive(lanes, chain[0], 1);
  (void)lanes.on_batch(index(1), chain[1], 0);
  (void)receive(lanes, chain[2], 1);
  EXPECT_EQ(lanes.make_cut({}, index(0)).cut, (Cut{{ref_to(chain, 1, 1)}}));
  (void)lanes.on_batch_checked(chain[1].id, false, 0);
  EXPECT_EQ(lanes.make_cut({}, index(0)).cut, (Cut{{ref_to(chain, 1, 1)}}));
  const LanePositions after{{index(1), position_at(chain, 1)}};
  EXPECT_FALSE(lanes.has_includable(after));
}

TEST(MakeCut, UselessBatchesRideAlongButMakeNoBlock) {
  const auto one = make_chain(1, 1, 2);
  const auto two = make_chain(2, 1, 1);
  Lanes lanes = make_lanes(0);
  receive_all(lanes, one, 1);
  receive_all(lanes, two, 2);
  for (const HeldBatch& batch : one) lanes.mark_useful(batch.id, false);
  EXPECT_TRUE(lanes.has_includable({}));
  EXPECT_EQ(lanes.make_cut({}, index(0)).cut, (Cut{{ref_to(one, 1, 2), ref_to(two, 1, 1)}}));
  lanes.mark_useful(two[0].id, false);
  EXPECT_FALSE(lanes.has_includable({}));
  const MadeCut none = lanes.make_cut({}, index(0));
  EXPECT_TRUE(none.cut.lanes.empty());
  EXPECT_TRUE(none.send_to_all.empty());
  std::size_t shown = 0;
  EXPECT_FALSE(lanes.find_candidate({}, [&](const StoredBatch&) { return ++shown > 3; }));
  EXPECT_EQ(shown, 3u);
  EXPECT_TRUE(lanes.find_candidate({}, [&](const StoredBatch&) { return ++shown > 4; }));
  EXPECT_EQ(shown, 5u) << "none is shown behind the one that is wanted";
}

TEST(MakeCut, ReachesAUsefulBatchBehindUselessOnesThatFillABlockTogether) {
  const std::size_t bytes = make_batch(1, 1, 1, {}, "x", 1'000).bytes;
  Lanes lanes = make_lanes(0, 4, {.block_bytes_max = 4 * bytes});
  for (unsigned author = 1; author < 4; ++author) {
    const auto chain = make_chain(author, 1, 4, "x", {}, 1'000);
    receive_all(lanes, chain, author);
    for (std::size_t i = 0; i < 3; ++i) lanes.mark_useful(chain[i].id, false);
  }
  const Cut cut = lanes.make_cut({}, index(0)).cut;
  ASSERT_EQ(cut.lanes.size(), 1u);
  EXPECT_EQ(cut.lanes[0].last_seq, 4u);
}

TEST(MakeCut, ContinuesTheLaneOfTheParentOrBeginsAHigherIncarnation) {
  const auto old_chain = make_chain(1, 1, 3);
  const auto new_chain = make_chain(1, 2, 2);
  Lanes lanes = make_lanes(0);
  receive_all(lanes, old_chain, 1);
  const LanePositions parent{{index(1), position_at(old_chain, 2)}};
  EXPECT_EQ(lanes.make_cut(parent, index(0)).cut, (Cut{{ref_to(old_chain, 3, 3)}}));
  receive_all(lanes, new_chain, 1);
  EXPECT_EQ(lanes.make_cut(parent, index(0)).cut, (Cut{{ref_to(new_chain, 1, 2)}}));
}

TEST(BatchesOf, FollowsExecutionOrderFromTheLaneAfterTheProposer) {
  std::vector<std::vector<HeldBatch>> chains;
  Lanes lanes = make_lanes(0);
  Cut cut;
  for (unsigned author = 0; author < 4; ++author) {
    chains.push_back(make_chain(author, 1, 2));
    receive_all(lanes, chains.back(), 1);
    cut.lanes.push_back(ref_to(chains.back(), 1, 2));
  }
  const auto batches = lanes.batches_of(cut, index(1));
  ASSERT_TRUE(batches.has_value());
  std::vector<HeldBatch> expected;
  for (const unsigned author : {2u, 3u, 0u, 1u})
    expected.insert(expected.end(), chains[author].begin(), chains[author].end());
  EXPECT_EQ(*batches, expected);
  cut.lanes[3] = ref_to(make_chain(3, 1, 3), 1, 3);
  EXPECT_EQ(lanes.batches_of(cut, index(1)), std::nullopt);
}

}  // namespace
}  // namespace vostro::consensus
