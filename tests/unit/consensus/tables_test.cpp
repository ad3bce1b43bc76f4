// The small tables and predicates that the engine is made of. Goal: each bound and each invariant
// sees its violation. Method: the smallest state that breaks one thing.
#include <gtest/gtest.h>

#include "tests/support/consensus_net.h"

namespace vostro::consensus {
namespace {

ProposalId id_of(Byte number) {
  ProposalId id;
  id.bytes[0] = number;
  return id;
}
Vote vote_of(VoteType type, std::uint64_t view, Byte proposal, std::uint16_t signer) {
  return {
      type, View(view), proposal == 0 ? ProposalId{} : id_of(proposal), ValidatorIndex(signer), {}};
}
Certificate certificate_of(VoteType type, std::uint64_t view, Byte proposal = 0) {
  const Vote vote = vote_of(type, view, proposal, 0);
  return make_certificate(4, {&vote});
}

TEST(VoteTable, BuildsACertificateOfExactlyQVotesForOneThing) {
  VoteTable votes(net::Keys(4).committee());
  EXPECT_TRUE(votes.add(vote_of(VoteType::notarize, 1, 1, 3)));
  EXPECT_TRUE(votes.add(vote_of(VoteType::notarize, 1, 2, 0)));
  EXPECT_TRUE(votes.add(vote_of(VoteType::notarize, 1, 1, 2)));
  EXPECT_FALSE(votes.certificate_for(vote_of(VoteType::notarize, 1, 1, 3)))
      << "three votes, but not for one proposal";
  EXPECT_FALSE(votes.add(vote_of(VoteType::notarize, 1, 1, 2))) << "twice the same";
  EXPECT_TRUE(votes.add(vote_of(VoteType::notarize, 1, 1, 1)));
  const auto certificate = votes.certificate_for(vote_of(VoteType::notarize, 1, 1, 3));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->bitmap, Bytes{0b1110});
  EXPECT_EQ(certificate->signatures.size(), 3U);
}

TEST(VoteTable, SeesConflictsAndForgetsWhatIsLeft) {
  VoteTable votes(net::Keys(4).committee());
  votes.add(vote_of(VoteType::notarize, 5, 1, 0));
  votes.add(vote_of(VoteType::finalize, 5, 1, 0));
  EXPECT_TRUE(votes.conflict_of(vote_of(VoteType::notarize, 5, 2, 0)));
  EXPECT_TRUE(votes.conflict_of(vote_of(VoteType::finalize, 5, 2, 0)));
  EXPECT_TRUE(votes.conflict_of(vote_of(VoteType::nullify, 5, 0, 0)));
  EXPECT_FALSE(votes.conflict_of(vote_of(VoteType::nullify, 5, 0, 1)));
  EXPECT_FALSE(votes.conflict_of(vote_of(VoteType::notarize, 6, 2, 0)));
  votes.prune_left(View(6));
  EXPECT_FALSE(votes.conflict_of(vote_of(VoteType::notarize, 5, 2, 0)));
  EXPECT_TRUE(votes.conflict_of(vote_of(VoteType::finalize, 5, 2, 0)));
  EXPECT_FALSE(votes.add(vote_of(VoteType::notarize, 5, 1, 1)))
      << "left views take no more of these";
  EXPECT_EQ(votes.finalize_views_above(View(4)), 1U);
  EXPECT_EQ(votes.finalize_views_above(View(5)), 0U);
  votes.prune(View(6));
  EXPECT_EQ(votes.views(), 0U);
}

TEST(EvidenceTable, ReportsEachOnceAndSixteenOfAKind) {
  EvidenceTable table(16);
  const auto pair = [](std::uint64_t view, std::uint16_t signer) {
    return VotePair{vote_of(VoteType::notarize, view, 1, signer),
                    vote_of(VoteType::notarize, view, 2, signer)};
  };
  for (std::uint64_t view = 1; view <= 16; ++view) {
    EXPECT_TRUE(table.admit(pair(view, 1)));
    EXPECT_FALSE(table.admit(pair(view, 1)));
  }
  EXPECT_FALSE(table.admit(pair(17, 1)));
  EXPECT_TRUE(table.admit(pair(17, 2)));
  EXPECT_EQ(table.largest(), 16U);
}

TEST(CertificateTable, FindsTheHighestBaseOrTheGapBelow) {
  CertificateTable table;
  EXPECT_EQ(table.find_base(View(1), View(0)).base, View(0));
  const auto gap = table.find_base(View(4), View(0));
  EXPECT_FALSE(gap.base);
  EXPECT_EQ(std::pair(gap.gap_from, gap.gap_to), std::pair(View(1), View(3)));
  table.add_nullification(certificate_of(VoteType::nullify, 3));
  table.add_notarization({certificate_of(VoteType::notarize, 1, 1), std::nullopt});
  const auto hole = table.find_base(View(4), View(0));
  EXPECT_EQ(std::pair(hole.gap_from, hole.gap_to), std::pair(View(2), View(2)));
  table.add_nullification(certificate_of(VoteType::nullify, 2));
  EXPECT_EQ(table.find_base(View(4), View(0)).lacking, id_of(1)) << "its proposal is not known";
  table.learn({View(1), View(0), {}, {}});
  EXPECT_EQ(table.find_base(View(4), View(0)).base, View(1));
  // A notarization is preferred to a nullification of the same view.
  table.add_notarization(
      {certificate_of(VoteType::notarize, 3, 2), Proposal{View(3), View(1), {}, {}}});
  EXPECT_EQ(table.find_base(View(4), View(0)).base, View(3));
  EXPECT_EQ(table.take_up_to(View(2)).size(), 2U);
  EXPECT_EQ(table.highest(), View(3));
}

TEST(PeerTable, BudgetRunsOutAndComesBackWithTime) {
  Config config;
  config.caps.reply_bytes_burst = 1'000;
  config.caps.reply_bytes_per_second = 100;
  config.caps.peers = 2;
  PeerTable peers(config);
  EXPECT_TRUE(peers.spend(PeerId(1), 900, 0));
  EXPECT_FALSE(peers.spend(PeerId(1), 200, 0));
  EXPECT_TRUE(peers.spend(PeerId(1), 200, 1'000));
  EXPECT_TRUE(peers.spend(PeerId(2), 1'000, 0)) << "each has its own";
  EXPECT_FALSE(peers.spend(PeerId(3), 1, 0)) << "nothing is kept of peers beyond the cap";
  EXPECT_EQ(peers.size(), 2U);
}

TEST(Invariants, EachSeesItsViolation) {
  const std::map<View, ProposalId> notarized{{View(2), id_of(1)}};
  EXPECT_TRUE(notarizes_once(notarized, View(2), id_of(1)));
  EXPECT_FALSE(notarizes_once(notarized, View(2), id_of(2)));
  EXPECT_FALSE(excludes_each_other({View(2)}, notarized, View(2)));
  EXPECT_TRUE(excludes_each_other({View(3)}, notarized, View(2)));
  const HeldCertificate held{certificate_of(VoteType::notarize, 2, 1), std::nullopt};
  EXPECT_TRUE(finalizes_notarized(&held, id_of(1)));
  EXPECT_FALSE(finalizes_notarized(&held, id_of(2)));
  EXPECT_FALSE(finalizes_notarized(nullptr, id_of(1)));
  EXPECT_TRUE(notarizes_current_only(notarized, View(2)));
  EXPECT_FALSE(notarizes_current_only(notarized, View(1)));
  const Progress now{View(5), View(3), View(3), Height(2)};
  EXPECT_TRUE(never_goes_back(now, now));
  EXPECT_FALSE(never_goes_back(now, {View(4), View(3), View(3), Height(2)}));
  EXPECT_FALSE(never_goes_back(now, {View(5), View(2), View(3), Height(2)}));
  EXPECT_FALSE(never_goes_back(now, {View(5), View(3), View(2), Height(2)}));
  EXPECT_FALSE(never_goes_back(now, {View(5), View(3), View(3), Height(1)}));
  FinalityProof before;
  before.proposal.view = View(1);
  before.header.height = Height(1);
  FinalityProof after = before;
  after.proposal.view = View(2);
  EXPECT_TRUE(extends_final(before, after)) << "a repeat";
  EXPECT_FALSE(extends_final(after, before));
  after.proposal.block.bytes[0] = 1;
  EXPECT_FALSE(extends_final(before, after)) << "another block of the same height";
  after.header.height = Height(2);
  EXPECT_TRUE(extends_final(before, after));
  CertificateTable table;
  table.add_notarization({certificate_of(VoteType::notarize, 2, 1), std::nullopt});
  EXPECT_TRUE(agrees_with(table, certificate_of(VoteType::finalize, 2, 1)));
  EXPECT_FALSE(agrees_with(table, certificate_of(VoteType::finalize, 2, 2)));
  table.add_nullification(certificate_of(VoteType::nullify, 2));
  EXPECT_FALSE(agrees_with(table, certificate_of(VoteType::finalize, 2, 1)));
  EXPECT_TRUE(final_is_behind(now));
  EXPECT_FALSE(final_is_behind({View(3), View(3), View(3), Height(2)}));
  EXPECT_TRUE(is_bounded({}, Caps{}, now, 4));
  for (const TableSizes& over :
       {TableSizes{.vote_views = 10'000}, TableSizes{.finalize_views = 4'097},
        TableSizes{.proposals = 4}, TableSizes{.blocks = 9}, TableSizes{.checks = 4},
        TableSizes{.certificates = 7}, TableSizes{.peers = 1'025},
        TableSizes{.evidence_largest = 17}})
    EXPECT_FALSE(is_bounded(over, Caps{}, now, 4));
  const Committee committee = net::Keys(4).committee();
  EXPECT_TRUE(votes_in_context(committee.ctx(), committee.context()));
  EXPECT_FALSE(votes_in_context(Hash{}, committee.context()));
}

}  // namespace
}  // namespace vostro::consensus
