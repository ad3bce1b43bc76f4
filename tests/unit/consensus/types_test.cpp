// The objects of the protocol. Goal: quorums, leaders and every encoding and digest are what spec
// sections 1 and 2 say, for ever. Method: the table of the specification, and pinned bytes:
// changing one is a decision, never a fix.
#include <gtest/gtest.h>

#include "base/codec.h"
#include "tests/support/consensus_net.h"

namespace vostro::consensus {
namespace {

using net::Keys;

template <class T>
std::string hex(const T& fixed) {
  return to_hex(fixed.bytes);
}

TEST(Quorum, IsThatOfTheSpecification) {
  struct Row {
    std::size_t n, f, quorum;
  };
  for (const Row row :
       {Row{1, 0, 1}, Row{2, 0, 2}, Row{3, 0, 3}, Row{4, 1, 3}, Row{5, 1, 4}, Row{6, 1, 5},
        Row{7, 2, 5}, Row{10, 3, 7}, Row{16, 5, 11}, Row{31, 10, 21}, Row{50, 16, 34}}) {
    const Committee committee = Keys(row.n).committee();
    EXPECT_EQ(committee.faulty_max(), row.f) << row.n;
    EXPECT_EQ(committee.quorum(), row.quorum) << row.n;
    EXPECT_EQ(committee.one_honest(), row.f + 1) << row.n;
    EXPECT_EQ(committee.quorum(), row.n - row.f) << row.n;
    EXPECT_GE(2 * committee.quorum() - row.n, row.f + 1) << row.n;
  }
}

TEST(ValidatorSet, RefusesEmptyUnorderedRepeatedAndInadmissible) {
  const auto all = Keys(3).committee().context().validators.all();
  EXPECT_FALSE(ValidatorSet::make({}));
  EXPECT_FALSE(ValidatorSet::make({all[1], all[0]}));
  EXPECT_FALSE(ValidatorSet::make({all[0], all[0]}));
  auto same_key = all;
  same_key[2].key = same_key[0].key;
  EXPECT_FALSE(ValidatorSet::make(same_key));
  auto zero_key = all;
  zero_key[1].key.bytes = {};
  EXPECT_FALSE(ValidatorSet::make(zero_key));
  const auto set = ValidatorSet::make(all);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->index_of(all[2].member), ValidatorIndex(2));
  EXPECT_EQ(set->index_of(all[1].key), ValidatorIndex(1));
  EXPECT_FALSE(set->index_of(MemberId{{9}}));
}

TEST(Leaders, ArePermutedOncePerEpochAndPinned) {
  const Committee committee = Keys(7).committee();
  std::vector<int> order;
  for (std::uint64_t view = 1; view <= 7; ++view) {
    order.push_back(committee.leader(View(view)).value);
    EXPECT_EQ(committee.leader(View(view)), committee.leader(View(view + 7)));
    EXPECT_EQ(committee.leader(View(view)), committee.context().leader(View(view)));
  }
  EXPECT_EQ(order, (std::vector<int>{3, 2, 5, 4, 6, 1, 0}));
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(VoteMessage, Has131BytesInTheOrderOfTheSpecification) {
  const Committee committee = Keys(4).committee();
  ProposalId id;
  id.bytes.fill(0xab);
  const Bytes message = committee.message_of(VoteType::finalize, View(0x0102030405060708), id);
  ASSERT_EQ(message.size(), 131U);
  EXPECT_EQ(to_hex(ByteView(message).first(16)), to_hex(as_bytes({"VOSTRO-VOTE-1\0\0\0", 16})));
  EXPECT_EQ(to_hex(ByteView(message).subspan(16, 32)), hex(committee.context().network_id));
  EXPECT_EQ(to_hex(ByteView(message).subspan(48, 3)), "010003");
  EXPECT_EQ(to_hex(ByteView(message).subspan(51, 16)), "00000000000000000807060504030201");
  EXPECT_EQ(to_hex(ByteView(message).subspan(67, 32)), hex(committee.ctx()));
  EXPECT_EQ(to_hex(ByteView(message).subspan(99)), hex(id));
}

class Pinned : public testing::Test {
 protected:
  Pinned() : keys(4), committee(keys.committee()) {
    block = net::make_block(committee, View(3), committee.context().anchor, Height(1),
                            UnixMillis(1'700'000'000'500), 0, 2);
    proposal = {View(3), View(0), block.header.id(), hash("just", Bytes{})};
    vote = sign_vote(committee, keys.at(ValidatorIndex(2)), ValidatorIndex(2), VoteType::notarize,
                     View(3), proposal.id(committee.ctx()));
  }
  Keys keys;
  Committee committee;
  BlockBody block;
  Proposal proposal;
  Vote vote;
};

TEST_F(Pinned, Digests) {
  EXPECT_EQ(hex(committee.set_hash()),
            "db887dcd245c3efc9a26d60f006ca18911ffa5e6d9bce8aceb32f85b3903bbd0");
  EXPECT_EQ(hex(committee.ctx()),
            "dd4735dd2e4babfb04da59425b05e16a079bb0e15f0722746892552f37878941");
  EXPECT_EQ(hex(block.header.id()),
            "aebe14731fcc5ff1a30a203d585b29d2be1429810bfbe1b0251a2cc5fee775d1");
  EXPECT_EQ(hex(block.cut.root()),
            "4a30d1609c020259fed95556f7a22ffa679d63d97ecc1bcfe1e7d495a01cf65e");
  EXPECT_EQ(hex(proposal.id(committee.ctx())),
            "18645b72b94255e796ace7505c5277ab1709756aeb252ec17642ac4ab999b886");
  const Certificate certificate = make_certificate(4, {&vote});
  EXPECT_EQ(hex(certificate.digest()),
            "4c22e70ac50a3320194b8e317bce61aec849e1df3bf435dca3dab42232636e20");
  EXPECT_EQ(hex((Justification{certificate, {certificate}}).digest()),
            "14a9a92c37275700a8dd62322950bb64bc4cb10a26a696c091fabe02ddc7bec1");
  Batch batch{committee.ctx(), ValidatorIndex(1), 7, 1, {}, {{Bytes{1, 2, 3}}}};
  EXPECT_EQ(hex(batch.id()), "eaa7da3a76fbb6054e16e5e93b53214c2f177a0617adc63581cf5c61d366effe");
}

TEST_F(Pinned, Encodings) {
  EXPECT_EQ(to_hex(encode(proposal)),
            "03000000000000000000000000000000aebe14731fcc5ff1a30a203d585b29d2be1429810bfbe1b0251a2c"
            "c5fee775d1179267211f3ce4617958853a066e2065bdb4cc6b9d8f6a11d5a771b47d7c5e09");
  EXPECT_EQ(to_hex(encode(vote)),
            "01030000000000000018645b72b94255e796ace7505c5277ab1709756aeb252ec17642ac4ab999b8860200"
            "e1d9746dee21e275ec8f79a17c42ef5b565b82bd4e4b934d5d980648f4f8c4be465cb660c0a52bb4876101"
            "4ed85b5e00d71eca4d0b6ff3a6d5e49505c8ea8b02");
  EXPECT_EQ(to_hex(encode(block.cut)),
            "01000001000000010000000000000002000000000000000000000000000000000000000000000000000000"
            "000000000000000000000000");
  EXPECT_EQ(encode(block.header).size(), 297U);
  EXPECT_EQ(to_hex(encode_message({Epoch(0), Status{View(9), View(7), Height(5), UnixMillis(1)}})),
            "000000000000000004"
            "0900000000000000070000000000000005000000000000000100000000000000");
}

TEST_F(Pinned, EveryMessageComesBackAsItWasAndRefusesACutOrALongerFrame) {
  const Certificate certificate = make_certificate(4, {&vote});
  const FinalityProof proof{block.header, proposal, certificate};
  const auto shared = SharedBatch{std::make_shared<const SignedBatch>(
      SignedBatch{{committee.ctx(), ValidatorIndex(1), 1, 1, {}, {{Bytes{1}}}}, {}})};
  const std::vector<MessageBody> bodies{
      Propose{proposal, std::nullopt, block.header, block.cut, Justification{}, vote},
      VoteMessage{vote},
      CertMessage{{certificate, proposal}},
      Status{},
      GetCerts{View(1), View(2)},
      Certs{proof, {{certificate, std::nullopt}}},
      GetProposal{vote.proposal},
      ProposalMessage{proposal},
      GetJustification{vote.proposal, 3},
      JustificationPart{vote.proposal, 3, {certificate}},
      GetBlock{proposal.block, 1},
      BlockMessage{{block}},
      BatchMessage{shared},
      GetBatch{block.cut.lanes[0]},
      Have{{{ValidatorIndex(1), {1, 2, {}}}}},
      GetFinality{Epoch(1)},
      Finality{{proof}},
      EvidenceMessage{VotePair{vote, vote}},
      EvidenceMessage{BatchPair{shared, shared}},
      EvidenceMessage{BadJustification{proposal, std::nullopt, {}, vote}},
  };
  std::set<std::uint8_t> tags;
  for (const MessageBody& body : bodies) {
    const Message message{Epoch(5), body};
    tags.insert(tag_of(message));
    const Bytes frame = encode_message(message);
    const auto decoded = decode_message(frame);
    ASSERT_TRUE(decoded) << int{tag_of(message)};
    EXPECT_EQ(*decoded, message);
    EXPECT_FALSE(decode_message(ByteView(frame).first(frame.size() - 1)));
    Bytes longer = frame;
    longer.push_back(0);
    EXPECT_FALSE(decode_message(longer));
  }
  EXPECT_EQ(tags.size(), std::variant_size_v<MessageBody>);
  EXPECT_EQ(*tags.rbegin(), 18);
}

TEST(Frames, AreRefusedBeforeDecodingWhenTooLargeOrUnknown) {
  Bytes frame(propose_bytes_max + 1);
  frame[8] = Propose::tag;
  ASSERT_FALSE(decode_message(frame));
  EXPECT_EQ(decode_message(frame).error(), (DecodeError{DecodeReason::too_long, 8}));
  frame[8] = 19;  // kept for snapshots
  EXPECT_EQ(decode_message(frame).error(), (DecodeError{DecodeReason::unknown_tag, 8}));
  EXPECT_EQ(decode_message(Bytes(8)).error(), (DecodeError{DecodeReason::truncated, 8}));
}

TEST_F(Pinned, RecordsFoldIntoTheStateAboveTheFloor) {
  RecoveredState state;
  const auto certificate = [&](VoteType type, std::uint64_t view) {
    Certificate made = make_certificate(4, {&vote});
    made.type = type;
    made.view = View(view);
    return made;
  };
  apply(state, IncarnationRecord{3});
  apply(state,
        OwnNullify{View(2), HeldCertificate{certificate(VoteType::nullify, 1), std::nullopt}});
  apply(
      state,
      OwnNotarize{Propose{proposal, std::nullopt, block.header, block.cut, Justification{}, vote},
                  HeldCertificate{certificate(VoteType::nullify, 2), std::nullopt}, vote.proposal});
  apply(state, OwnFinalize{{certificate(VoteType::notarize, 3), proposal}});
  EXPECT_EQ(state.incarnation, 3U);
  EXPECT_EQ(state.nullified, std::set{View(2)});
  EXPECT_EQ(state.notarized.count(View(3)), 1U);
  EXPECT_EQ(state.finalized.at(View(3)), vote.proposal);
  EXPECT_EQ(state.notarizations.count(View(3)), 1U);
  EXPECT_EQ(state.nullifications.size(), 2U);
  apply(state, NewFinality{{block.header, proposal, certificate(VoteType::finalize, 3)}});
  EXPECT_EQ(state.floor, View(3));
  EXPECT_TRUE(state.nullified.empty() && state.notarized.empty() && state.finalized.empty());
  EXPECT_TRUE(state.notarizations.empty() && state.nullifications.empty());
  apply(state, OwnNullify{View(3), std::nullopt});
  EXPECT_TRUE(state.nullified.empty()) << "at the floor nothing matters any more";
}

}  // namespace
}  // namespace vostro::consensus
