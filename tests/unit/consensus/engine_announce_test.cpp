// Goal: a certificate is sent once, late, and to those alone who have not shown to hold it. Method:
// one engine, the others played by hand.
#include "tests/unit/consensus/engine_support.h"

namespace vostro::consensus::engine_test {
namespace {

class Announce : public EngineTest {
 protected:
  struct Sent {
    VoteType type;
    View view;
    std::vector<PeerId> except;
    bool operator==(const Sent&) const = default;
  };

  Announce() { start(not_leading({1, 2})); }

  static std::vector<Sent> certificates_in(const std::vector<Action>& actions) {
    std::vector<Sent> sent;
    for (const Broadcast& out : only<Broadcast>(actions)) {
      if (const auto* cert = std::get_if<CertMessage>(&out.message.body))
        sent.push_back({cert->held.certificate.type, cert->held.certificate.view, out.except});
    }
    return sent;
  }
  std::vector<Sent> after(std::uint64_t ms) {
    now_ms += ms;
    return certificates_in(fire(TimerKind::announce));
  }
  HeldCertificate finalization(const Propose& made) {
    return {certificate(VoteType::finalize, made.proposal.view.value, made.vote.proposal),
            made.proposal};
  }
  [[nodiscard]] std::uint64_t flush_ms() const { return engine->pacing().flush_ms(); }

  const Propose first = propose(1, first_block());
};

TEST_F(Announce, ANotarizationGoesAfterTFlushToWhoHasNotShownIt) {
  EXPECT_TRUE(certificates_in(receive(leader(1), first)).empty());
  EXPECT_TRUE(certificates_in(receive_votes(VoteType::notarize, 1, first.vote.proposal)).empty());
  ASSERT_EQ(engine->view(), View(2));
  const ValidatorIndex shown = leader(2);
  receive(shown, VoteMessage{vote(VoteType::finalize, 1, first.vote.proposal, shown)});
  EXPECT_TRUE(after(flush_ms() - 1).empty());
  EXPECT_EQ(after(1), (std::vector<Sent>{{VoteType::notarize, View(1), {PeerId(shown.value)}}}));
  EXPECT_TRUE(after(flush_ms()).empty()) << "once";
}

TEST_F(Announce, WhoSentACertificateDoesNotGetItBack) {
  receive(leader(2), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  receive(leader(1), CertMessage{{certificate(VoteType::nullify, 1), std::nullopt}});
  std::vector<PeerId> both{PeerId(leader(1).value), PeerId(leader(2).value)};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(after(flush_ms()), (std::vector<Sent>{{VoteType::nullify, View(1), both}}));
}

TEST_F(Announce, AFinalizationGoesInPlaceOfWhatItSettles) {
  receive(leader(1), first);
  receive_votes(VoteType::notarize, 1, first.vote.proposal);
  receive_votes(VoteType::finalize, 1, first.vote.proposal);
  ASSERT_EQ(engine->final_view(), View(1));
  EXPECT_EQ(after(flush_ms()), (std::vector<Sent>{{VoteType::finalize, View(1), {}}}));
}

// Also where each comes before the one before it would go: a view may take less than T_flush.
TEST_F(Announce, ALaterFinalizationGoesInPlaceOfAnEarlierOneAndNotLater) {
  receive(leader(1), CertMessage{finalization(first)});
  now_ms += flush_ms() - 1;
  const Propose second = propose(2, block(2, 2, first.header.id(), kWall + 1), notarization(first));
  receive(leader(2), CertMessage{finalization(second)});
  EXPECT_EQ(after(1),
            (std::vector<Sent>{{VoteType::finalize, View(2), {PeerId(leader(2).value)}}}));
  EXPECT_TRUE(after(flush_ms()).empty()) << "once";
}

// He has the certificate, but not what it makes final.
TEST_F(Announce, AFinalizationWithoutItsProposalDoesNotShowItsSendersF) {
  receive(leader(1), first);
  receive(leader(2),
          CertMessage{{certificate(VoteType::finalize, 1, first.vote.proposal), std::nullopt}});
  ASSERT_EQ(engine->final_view(), View(1));
  EXPECT_EQ(after(flush_ms()), (std::vector<Sent>{{VoteType::finalize, View(1), {}}}));
}

TEST_F(Announce, OfViewsLongLeftNothingGoes) {
  for (const std::uint64_t view : {1U, 2U, 3U})
    receive(leader(1), CertMessage{{certificate(VoteType::nullify, view), std::nullopt}});
  ASSERT_EQ(engine->view(), View(4));
  const auto sent = after(flush_ms());
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].view, View(3));
}

TEST_F(Announce, TheFinalizationThatEndsAnEpochDoesNotWait) {
  BlockBody closing = first_block();
  closing.header.flags = Header::flag_epoch_close;
  closing.header.next_set_hash.bytes[0] = 1;
  const Propose made = propose(1, closing);
  const auto actions = receive(
      leader(1), Finality{{{closing.header, made.proposal, finalization(made).certificate}}});
  ASSERT_EQ(only<EpochEnded>(actions).size(), 1U);
  EXPECT_EQ(certificates_in(actions),
            (std::vector<Sent>{{VoteType::finalize, View(1), {PeerId(leader(1).value)}}}));
}

}  // namespace
}  // namespace vostro::consensus::engine_test
