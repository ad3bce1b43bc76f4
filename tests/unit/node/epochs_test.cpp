// Goal: which epoch a node is in follows from its stored state alone, and it votes there only with
// what its journal knows. Method: a ledger in memory whose record of validators is written by hand;
// a process that holds some keys, with journals of any epoch.
#include "node/replica/epochs.h"

#include <gtest/gtest.h>

#include "node/replica/era.h"
#include "tests/support/consensus_net.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::node {
namespace {

class KeySigner final : public consensus::Signer {
 public:
  consensus::SignatureBytes sign(ByteView) override { return {}; }
};

/// Banks are numbered by the first byte of their ids here.
class Process final : public Surroundings {
 public:
  consensus::PeerId peer_of(const consensus::MemberId& member) override {
    return consensus::PeerId(1'000U + member.bytes[0]);
  }
  std::optional<Voter> voter_of(const PublicKey& key) override {
    if (!journal || key != test::key("own").public_key()) return std::nullopt;
    return Voter{&signer, *journal};
  }
  KeySigner signer;
  std::optional<consensus::RecoveredState> journal;  ///< of the key "own"; none: it is not held
};

chain::Validator validator(Byte number, std::string_view key) {
  chain::Validator made;
  made.id.bytes[0] = number;
  made.key = test::key(key).public_key();
  return made;
}

consensus::EpochContext context(std::uint64_t epoch) {
  auto set = consensus::ValidatorSet::make(
      set_of({validator('A', "a"), validator('B', "own"), validator('C', "c"), validator('D', "d")})
          .all());
  VOSTRO_CHECK(set.has_value());
  return {test::network(), 1, Epoch(epoch), {}, Height(9), UnixMillis(1'000), *std::move(set)};
}

TEST(Epochs, TheStoredStateSaysWhichOneItIs) {
  BasePoint head{{}, Height(0), UnixMillis(5)};
  head.id.bytes[0] = 7;
  const test::MemoryLedger genesis(test::small_network(), test::network(), UnixMillis(5));
  const auto first = context_at(genesis.store(), test::network(), head);
  EXPECT_EQ(first.epoch, Epoch(0));
  EXPECT_EQ(first.anchor, head.id) << "the genesis state is its own anchor";
  EXPECT_EQ(first.anchor_time, UnixMillis(5));

  // The first block puts it on record; from then on the head does not matter.
  test::Network network;
  ASSERT_GT(network.ledger.height(), Height(0));
  head = {{}, network.ledger.height(), UnixMillis(6)};
  const auto later = context_at(network.ledger.store(), test::network(), head);
  EXPECT_EQ(later.epoch, Epoch(0));
  EXPECT_EQ(later.anchor_height, Height(0));
  EXPECT_EQ(later.validators.all(), first.validators.all());

  // A block that closes it names the next one, whose anchor it is.
  chain::Validators validators = *network.ledger.load<chain::Validators>({});
  validators.next = {validator('A', "a"), validator('B', "b"), validator('C', "c"),
                     validator('D', "d")};
  validators.next_version = 3;
  network.ledger.write<chain::Validators>({}, validators);
  head.id.bytes[0] = 8;
  const auto next = context_at(network.ledger.store(), test::network(), head);
  EXPECT_EQ(next.epoch, Epoch(1));
  EXPECT_EQ(next.version, 3);
  EXPECT_EQ(next.anchor, head.id);
  EXPECT_EQ(next.anchor_height, network.ledger.height());
  EXPECT_EQ(next.validators.all(), set_of(validators.next).all());
  EXPECT_EQ(record_of(next).anchor, head.id);
}

consensus::RecoveredState journal_of(std::uint64_t epoch) {
  consensus::RecoveredState state;
  if (epoch > 0) consensus::apply(state, record_of(context(epoch)));
  consensus::apply(state, consensus::OwnNullify{View(3), std::nullopt});
  return state;
}

TEST(Epochs, ANodeVotesWithWhatItsJournalKnows) {
  Process process;
  const auto standing = [&](std::uint64_t epoch) {
    return standing_in(context(epoch), process, std::nullopt);
  };
  EXPECT_FALSE(standing(2).identity) << "it does not hold the key";
  EXPECT_EQ(standing(2).committee->validator_of(consensus::PeerId(1'000 + 'C')),
            consensus::ValidatorIndex(2));
  EXPECT_EQ(standing(2).committee->validator_of(consensus::PeerId(2)), std::nullopt);

  process.journal = journal_of(2);
  ASSERT_TRUE(standing(2).identity);
  EXPECT_EQ(standing(2).identity->index, consensus::ValidatorIndex(1));
  EXPECT_EQ(standing(2).recovered.nullified, std::set{View(3)});
  EXPECT_TRUE(standing(2).is_recorded);
  EXPECT_FALSE(standing(2).contradicts);

  // In a later epoch it has signed nothing yet, and says so in its journal before it does.
  ASSERT_TRUE(standing(3).identity);
  EXPECT_TRUE(standing(3).recovered.nullified.empty());
  EXPECT_FALSE(standing(3).is_recorded);

  // What it has signed in an earlier one is forgotten.
  EXPECT_FALSE(standing(1).identity);
  EXPECT_TRUE(standing(1).recovered.nullified.empty());
}

TEST(Epochs, AJournalOfAnotherHistoryIsSeen) {
  Process process;
  consensus::EpochContext other = context(2);
  other.anchor.bytes[0] = 1;
  process.journal.emplace();
  consensus::apply(*process.journal, record_of(other));
  EXPECT_TRUE(standing_in(context(2), process, std::nullopt).contradicts);
}

TEST(Epochs, AStoredProofCountsInItsOwnEpochOnly) {
  Process process;
  process.journal = journal_of(2);
  consensus::FinalityProof proof;
  proof.header.epoch = Epoch(1);
  proof.proposal.view = View(50);
  EXPECT_EQ(standing_in(context(2), process, proof).recovered.floor, View(0));
  proof.header.epoch = Epoch(2);
  const Standing standing = standing_in(context(2), process, proof);
  EXPECT_EQ(standing.recovered.floor, View(50));
  EXPECT_TRUE(standing.recovered.nullified.empty());
}

}  // namespace
}  // namespace vostro::node
