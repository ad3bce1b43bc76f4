// What is checked of a message before the engine sees it. Goal: catalogue rows C1, C2, C4 and C5,
// and evidence. Method: a valid object of each kind, then one change at a time, each refused for
// its reason.
#include <gtest/gtest.h>

#include "tests/support/consensus_net.h"

namespace vostro::consensus {
namespace {

using net::Keys;

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() : keys(4), committee(keys.committee()) {
    block = net::make_block(committee, View(2), committee.context().anchor, Height(1),
                            UnixMillis(1'700'000'000'500), 0, 1);
    propose.header = block.header;
    propose.cut = block.cut;
    propose.justification = Justification{std::nullopt, {certificate(VoteType::nullify, 1)}};
    propose.proposal = {View(2), View(0), block.header.id(), propose.justification->digest()};
    propose.vote = sign(VoteType::notarize, 2, propose.proposal.id(committee.ctx()),
                        committee.leader(View(2)));
  }
  Vote sign(VoteType type, std::uint64_t view, ProposalId id, ValidatorIndex signer) {
    return sign_vote(committee, keys.at(signer), signer, type, View(view), id);
  }
  Certificate certificate(VoteType type, std::uint64_t view, ProposalId id = {},
                          std::vector<std::uint16_t> signers = {0, 1, 3}) {
    std::vector<Vote> votes;
    for (const std::uint16_t signer : signers)
      votes.push_back(sign(type, view, id, ValidatorIndex(signer)));
    std::vector<const Vote*> pointers;
    for (const Vote& vote : votes) pointers.push_back(&vote);
    return make_certificate(4, pointers);
  }
  std::optional<VerifyError> error_of(MessageBody body, std::uint64_t epoch = 0) {
    net::PlainCache fresh;
    const auto outcome = verify(committee, {Epoch(epoch), std::move(body)}, fresh);
    return outcome ? std::nullopt : std::optional(outcome.error());
  }
  Keys keys;
  Committee committee;
  BlockBody block;
  Propose propose;
};

TEST_F(VerifyTest, C1_VoteWithBadSignatureOrSignerIsRefused) {
  const Vote good = sign(VoteType::finalize, 1, propose.vote.proposal, ValidatorIndex(1));
  EXPECT_EQ(error_of(VoteMessage{good}), std::nullopt);
  Vote bad = good;
  bad.signature[10] ^= 1;
  EXPECT_EQ(error_of(VoteMessage{bad}), VerifyError::bad_signature);
  bad = good;
  bad.signer = ValidatorIndex(2);
  EXPECT_EQ(error_of(VoteMessage{bad}), VerifyError::bad_signature) << "another's index";
  bad.signer = ValidatorIndex(4);
  EXPECT_EQ(error_of(VoteMessage{bad}), VerifyError::unknown_signer);
  bad = good;
  bad.type = VoteType::notarize;
  EXPECT_EQ(error_of(VoteMessage{bad}), VerifyError::bad_signature);
  bad = sign(VoteType::nullify, 1, propose.vote.proposal, ValidatorIndex(1));
  EXPECT_EQ(error_of(VoteMessage{bad}), VerifyError::malformed) << "a nullify names no proposal";
}

TEST_F(VerifyTest, C2_VoteOfAnotherNetworkEpochVersionOrViewIsRefused) {
  const Committee other = keys.committee("another network");
  const Vote foreign = sign_vote(other, keys.at(ValidatorIndex(1)), ValidatorIndex(1),
                                 VoteType::nullify, View(1), {});
  EXPECT_EQ(error_of(VoteMessage{foreign}), VerifyError::bad_signature);
  for (const bool next_version : {false, true}) {
    EpochContext context = committee.context();
    if (next_version)
      context.version = 2;
    else
      context.epoch = Epoch(1);
    const Committee changed(context);
    const Vote vote = sign_vote(changed, keys.at(ValidatorIndex(1)), ValidatorIndex(1),
                                VoteType::nullify, View(1), {});
    EXPECT_EQ(error_of(VoteMessage{vote}), VerifyError::bad_signature);
  }
  EXPECT_EQ(error_of(VoteMessage{sign(VoteType::nullify, 1, {}, ValidatorIndex(1))}, 1),
            VerifyError::wrong_epoch);
  EXPECT_EQ(error_of(VoteMessage{sign(VoteType::nullify, 0, {}, ValidatorIndex(1))}),
            VerifyError::view_out_of_range);
}

TEST_F(VerifyTest, C4_CertificateMustBeExactlyAQuorumOfTheSet) {
  const Certificate good = certificate(VoteType::nullify, 1);
  EXPECT_EQ(error_of(CertMessage{{good, std::nullopt}}), std::nullopt);
  EXPECT_EQ(error_of(CertMessage{{certificate(VoteType::nullify, 1, {}, {0, 1}), std::nullopt}}),
            VerifyError::malformed_certificate)
      << "Q - 1";
  EXPECT_EQ(
      error_of(CertMessage{{certificate(VoteType::nullify, 1, {}, {0, 1, 2, 3}), std::nullopt}}),
      VerifyError::malformed_certificate)
      << "Q + 1";
  Certificate bad = good;
  bad.signatures[1] = bad.signatures[0];
  EXPECT_EQ(error_of(CertMessage{{bad, std::nullopt}}), VerifyError::bad_signature)
      << "repeated signer";
  bad = good;
  std::swap(bad.signatures[0], bad.signatures[1]);
  EXPECT_EQ(error_of(CertMessage{{bad, std::nullopt}}), VerifyError::bad_signature) << "reordered";
  bad = good;
  bad.bitmap[0] = 0b00010011;
  EXPECT_EQ(error_of(CertMessage{{bad, std::nullopt}}), VerifyError::malformed_certificate)
      << "beyond the set";
  bad = good;
  bad.bitmap.push_back(0);
  EXPECT_EQ(error_of(CertMessage{{bad, std::nullopt}}), VerifyError::malformed_certificate)
      << "longer bitmap";
  bad = good;
  bad.signatures[2] = sign(VoteType::nullify, 2, {}, ValidatorIndex(3)).signature;
  EXPECT_EQ(error_of(CertMessage{{bad, std::nullopt}}), VerifyError::bad_signature)
      << "mixed values";
  EXPECT_EQ(error_of(CertMessage{
                {certificate(VoteType::notarize, 2, propose.vote.proposal), Proposal{}}}),
            VerifyError::hash_mismatch)
      << "another proposal than the one that was signed";
}

TEST_F(VerifyTest, C5_ProposalOfAWrongLeaderOrOfPartsThatDoNotFitIsRefused) {
  EXPECT_EQ(error_of(propose), std::nullopt);
  Propose bad = propose;
  bad.vote = sign(VoteType::notarize, 2, propose.vote.proposal, committee.leader(View(3)));
  EXPECT_EQ(error_of(bad), VerifyError::wrong_leader);
  bad = propose;
  bad.header.height = Height(2);
  EXPECT_EQ(error_of(bad), VerifyError::hash_mismatch);
  bad = propose;
  bad.cut.lanes[0].last_seq = 9;
  EXPECT_EQ(error_of(bad), VerifyError::hash_mismatch);
  bad = propose;
  bad.justification->nullifications.clear();
  EXPECT_EQ(error_of(bad), VerifyError::hash_mismatch);
  bad = propose;
  bad.proposal.parent_view = View(2);
  EXPECT_EQ(error_of(bad), VerifyError::view_out_of_range);
  bad = propose;
  bad.parent_proposal = Proposal{};
  EXPECT_EQ(error_of(bad), VerifyError::hash_mismatch);
  bad = propose;
  bad.vote.signature[0] ^= 1;
  EXPECT_EQ(error_of(bad), VerifyError::bad_signature);
}

TEST_F(VerifyTest, JustificationMustBeExactlyWhatItsDefinitionSays) {
  net::PlainCache cache;
  const auto valid = [&](std::uint64_t parent_view, const Justification& justification,
                         const std::optional<Proposal>& parent = std::nullopt) {
    Proposal proposal = propose.proposal;
    proposal.view = View(4);
    proposal.parent_view = View(parent_view);
    return is_valid_justification(committee, proposal, parent, justification, cache);
  };
  const Certificate u1 = certificate(VoteType::nullify, 1);
  const Certificate u2 = certificate(VoteType::nullify, 2);
  const Certificate u3 = certificate(VoteType::nullify, 3);
  const Certificate n2 = certificate(VoteType::notarize, 2, propose.vote.proposal);
  const Certificate f2 = certificate(VoteType::finalize, 2, propose.vote.proposal);
  EXPECT_TRUE(valid(0, {std::nullopt, {u1, u2, u3}}));
  EXPECT_FALSE(valid(0, {std::nullopt, {u1, u3}})) << "a view is missing";
  EXPECT_FALSE(valid(0, {std::nullopt, {u1, u2}})) << "the last view is missing";
  EXPECT_FALSE(valid(0, {std::nullopt, {}})) << "all views are missing";
  EXPECT_FALSE(valid(0, {std::nullopt, {u2, u1, u3}})) << "out of order";
  EXPECT_FALSE(valid(0, {std::nullopt, {u1, u2, u3, u3}})) << "one too many";
  EXPECT_TRUE(valid(2, {n2, {u3}}, propose.proposal));
  EXPECT_TRUE(valid(2, {f2, {u3}}, propose.proposal));
  EXPECT_FALSE(valid(2, {u2, {u3}})) << "a nullification is no parent";
  EXPECT_FALSE(valid(2, {std::nullopt, {u3}})) << "no parent";
  EXPECT_FALSE(valid(0, {n2, {u1, u2, u3}})) << "the anchor has no certificate";
  EXPECT_FALSE(valid(2, {n2, {u3}}, Proposal{})) << "another parent";
  EXPECT_FALSE(valid(2, {certificate(VoteType::notarize, 2, propose.vote.proposal, {0, 1}), {u3}},
                     propose.proposal));
}

TEST_F(VerifyTest, BatchMustBeOfThisContextAndSignedByItsAuthor) {
  net::PlainCache cache;
  Batch batch{committee.ctx(), ValidatorIndex(1), 1, 1, {}, {{Bytes{1}}}};
  const VerifiedBatch own = sign_batch(keys.at(ValidatorIndex(1)), batch);
  const auto again = verify_batch(committee, own.shared(), cache);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id(), batch.id());
  const auto error = [&](Batch changed, std::uint16_t signer) {
    return verify_batch(committee,
                        sign_batch(keys.at(ValidatorIndex(signer)), std::move(changed)).shared(),
                        cache)
        .error();
  };
  EXPECT_EQ(error(batch, 2), VerifyError::bad_signature);
  Batch other = batch;
  other.ctx.bytes[0] ^= 1;
  EXPECT_EQ(error(other, 1), VerifyError::wrong_context);
  other = batch;
  other.author = ValidatorIndex(4);
  EXPECT_EQ(error(other, 1), VerifyError::unknown_signer);
  other = batch;
  other.seq = 0;
  EXPECT_EQ(error(other, 1), VerifyError::malformed);
  other = batch;
  other.prev.bytes[0] = 1;
  EXPECT_EQ(error(other, 1), VerifyError::malformed) << "the first has nothing before it";
}

// A proof that only names another epoch would else be believed by whoever fetches final blocks.
TEST_F(VerifyTest, C4_FinalityIsProvenByThisCommitteeOrNotThere) {
  const Proposal& proposal = propose.proposal;
  const FinalityProof good{
      propose.header, proposal,
      certificate(VoteType::finalize, 2, proposal.id(committee.ctx()), {0, 1, 2})};
  EXPECT_EQ(error_of(Finality{{good}}), std::nullopt);
  FinalityProof bad = good;
  bad.header.height = Height(2);
  EXPECT_EQ(error_of(Finality{{good, bad}}), VerifyError::hash_mismatch);
  bad = good;
  bad.finalization.signatures[1][5] ^= 1;
  EXPECT_EQ(error_of(Finality{{bad}}), VerifyError::bad_signature);
  bad = good;
  bad.finalization.type = VoteType::notarize;
  EXPECT_EQ(error_of(Finality{{bad}}), VerifyError::hash_mismatch);

  FinalityProof foreign;  // signed by nobody
  foreign.header = propose.header;
  foreign.header.epoch = Epoch(1);
  foreign.header.height = Height(2);
  foreign.proposal.block = foreign.header.id();
  EXPECT_EQ(error_of(Certs{foreign, {}}), VerifyError::hash_mismatch);
  net::PlainCache fresh;
  const auto left = verify(committee, {Epoch(0), Finality{{foreign, good, foreign}}}, fresh);
  ASSERT_TRUE(left);
  EXPECT_EQ(std::get<Finality>(left->body()), Finality{{good}});
}

TEST_F(VerifyTest, C12_ForgedEvidenceIsRefused) {
  ProposalId other;
  other.bytes[0] = 1;
  const Vote a = sign(VoteType::notarize, 1, propose.vote.proposal, ValidatorIndex(2));
  const Vote b = sign(VoteType::notarize, 1, other, ValidatorIndex(2));
  EXPECT_EQ(error_of(EvidenceMessage{VotePair{a, b}}), std::nullopt);
  EXPECT_EQ(error_of(EvidenceMessage{VotePair{a, a}}), VerifyError::no_evidence);
  EXPECT_EQ(
      error_of(EvidenceMessage{VotePair{a, sign(VoteType::notarize, 2, other, ValidatorIndex(2))}}),
      VerifyError::no_evidence);
  EXPECT_EQ(
      error_of(EvidenceMessage{VotePair{a, sign(VoteType::notarize, 1, other, ValidatorIndex(1))}}),
      VerifyError::no_evidence);
  EXPECT_EQ(
      error_of(EvidenceMessage{VotePair{a, sign(VoteType::nullify, 1, {}, ValidatorIndex(2))}}),
      VerifyError::no_evidence)
      << "NOTARIZE and NULLIFY of one view are allowed";
  Vote forged = b;
  forged.signature[3] ^= 1;
  EXPECT_EQ(error_of(EvidenceMessage{VotePair{a, forged}}), VerifyError::bad_signature);
  // A valid justification is no evidence, and neither is one that the accuser has made up.
  BadJustification good{propose.proposal, std::nullopt, *propose.justification, propose.vote};
  EXPECT_EQ(error_of(EvidenceMessage{good}), VerifyError::no_evidence);
  good.justification.nullifications[0].signatures[0][0] ^= 1;
  EXPECT_EQ(error_of(EvidenceMessage{good}), VerifyError::no_evidence);
}

TEST_F(VerifyTest, T5_CacheKnowsOnlyWhatWasValid) {
  net::PlainCache cache;
  const Vote good = sign(VoteType::finalize, 1, propose.vote.proposal, ValidatorIndex(1));
  EXPECT_TRUE(verify_vote(committee, good, cache));
  EXPECT_TRUE(verify_vote(committee, good, cache));
  Vote forged = good;
  forged.signature[63] ^= 0x10;
  EXPECT_FALSE(verify_vote(committee, forged, cache));
  forged = good;
  forged.view = View(2);
  EXPECT_FALSE(verify_vote(committee, forged, cache));
}

}  // namespace
}  // namespace vostro::consensus
