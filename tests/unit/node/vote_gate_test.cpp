// Goal: no peer can make this node check signatures without bound, and no honest vote is lost by
// that. Method: votes as values; the gate looks at no signature itself.
#include "node/runtime/vote_gate.h"

#include <gtest/gtest.h>

namespace vostro::node {
namespace {

using consensus::PeerId;
using consensus::ValidatorIndex;
using consensus::VoteType;

consensus::Vote vote(std::uint64_t view, std::uint16_t signer, Byte content,
                     VoteType type = VoteType::notarize) {
  consensus::Vote made;
  made.type = type;
  made.view = View(view);
  made.signer = ValidatorIndex(signer);
  made.proposal.bytes[0] = content;
  made.signature[0] = content;
  return made;
}

constexpr p2p::SteadyTime kNow{};

TEST(VoteGate, LetsAnHonestValidatorsVotesOfAViewThroughAndTheirRepeats) {
  VoteGate gate;
  for (int round = 0; round < 10; ++round) {
    for (const VoteType type : {VoteType::notarize, VoteType::nullify})
      EXPECT_TRUE(gate.admit(PeerId(1), vote(100, 2, 7, type), View(100), kNow));
    EXPECT_TRUE(gate.admit(PeerId(1), vote(99, 2, 7, VoteType::finalize), View(100), kNow));
  }
}

TEST(VoteGate, StopsAtThreeDifferentVotesOfOneSignerAndViewPerPeer) {
  VoteGate gate;
  std::size_t admitted = 0;
  for (Byte content = 0; content < 200; ++content)
    admitted += gate.admit(PeerId(1), vote(100, 2, content), View(100), kNow) ? 1 : 0;
  EXPECT_EQ(admitted, VoteGate::votes_max);
  EXPECT_TRUE(gate.admit(PeerId(1), vote(100, 3, 9), View(100), kNow)) << "another signer";
  EXPECT_TRUE(gate.admit(PeerId(1), vote(101, 2, 9), View(100), kNow)) << "another view";
  EXPECT_TRUE(gate.admit(PeerId(2), vote(100, 2, 9), View(100), kNow)) << "another peer";
}

TEST(VoteGate, C2_OldViewsAreDroppedAndFarOnesAreFew) {
  VoteGate gate;
  EXPECT_FALSE(gate.admit(PeerId(1), vote(35, 2, 1), View(100), kNow));
  EXPECT_TRUE(gate.admit(PeerId(1), vote(36, 2, 1), View(100), kNow));
  std::size_t admitted = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i)
    admitted += gate.admit(PeerId(1), vote(1'000'000 + i, 2, 1), View(100), kNow) ? 1 : 0;
  EXPECT_EQ(admitted, VoteGate::ahead_rate.burst);
  EXPECT_FALSE(gate.admit(PeerId(1), vote(~std::uint64_t{0}, 2, 1), View(100), kNow));
  EXPECT_TRUE(gate.admit(PeerId(2), vote(~std::uint64_t{0}, 2, 1), View(100), kNow));
  EXPECT_TRUE(
      gate.admit(PeerId(1), vote(1'000'000, 2, 1), View(100), kNow + std::chrono::seconds(1)));
}

TEST(VoteGate, ForgetsViewsThatHavePassed) {
  VoteGate gate;
  for (Byte content = 0; content < 4; ++content)
    static_cast<void>(gate.admit(PeerId(1), vote(100, 2, content), View(100), kNow));
  EXPECT_FALSE(gate.admit(PeerId(1), vote(100, 2, 3), View(164), kNow));
  EXPECT_TRUE(gate.admit(PeerId(1), vote(101, 2, 3), View(165), kNow));
  EXPECT_FALSE(gate.admit(PeerId(1), vote(100, 2, 3), View(165), kNow)) << "below the window";
}

TEST(VoteGate, ANewEpochBeginsItsViewsAnew) {
  VoteGate gate;
  for (Byte content = 0; content < 3; ++content)
    EXPECT_TRUE(gate.admit(PeerId(1), vote(1, 2, content), View(1), kNow));
  EXPECT_FALSE(gate.admit(PeerId(1), vote(1, 2, 9), View(1), kNow));
  gate.begin_epoch();
  EXPECT_TRUE(gate.admit(PeerId(1), vote(1, 2, 9), View(1), kNow));
}

TEST(VoteGate, OfOtherEpochsFewMessagesAndAllRequestsAreLetThrough) {
  VoteGate gate;
  const consensus::Message old_vote{Epoch(1), consensus::VoteMessage{vote(1, 2, 1)}};
  std::size_t admitted = 0;
  for (int i = 0; i < 1'000; ++i)
    admitted += gate.admit_other_epoch(PeerId(1), old_vote, kNow) ? 1 : 0;
  EXPECT_EQ(admitted, VoteGate::ahead_rate.burst);
  EXPECT_TRUE(gate.admit_other_epoch(PeerId(2), old_vote, kNow)) << "another peer";
  // A laggard fetches what it lacks; the network's rates bound that.
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(gate.admit_other_epoch(PeerId(1), {Epoch(1), consensus::GetBlock{}}, kNow));
    EXPECT_TRUE(gate.admit_other_epoch(PeerId(1), {Epoch(1), consensus::GetFinality{}}, kNow));
  }
}

}  // namespace
}  // namespace vostro::node
