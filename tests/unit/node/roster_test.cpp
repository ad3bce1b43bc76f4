// Whom a node takes in and dials, row by row: what the ledger names, what the operator knows, and
// who of two dials.
#include "node/runtime/roster.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "chain/records.h"
#include "tests/support/memory_ledger.h"

namespace vostro::node {
namespace {

Bic bic(const std::string& text) {
  return parse_bic(text).value();
}
PublicKey key(Byte number) {
  PublicKey made;
  made.bytes.fill(number);
  return made;
}
const Bic kNord = bic("NORDDEFF");
const Bic kSud = bic("SUDBFRPP");
const Bic kWest = bic("WESTGB2L");

struct Row {
  std::string name;
  bool own_votes = true;
  bool peer_votes = true;
  bool has_address = true;
  Byte peer_key = 9;  ///< the own one is 5
  bool dials = false;
  bool is_patient = false;
};
class Dialling : public testing::TestWithParam<Row> {};

TEST_P(Dialling, FollowsRoleKeyAndAddress) {
  const Row& row = GetParam();
  Roster roster({});
  if (row.has_address) roster.set_addresses({{kSud, "sud.example", 7400, {}}});
  Roster::Situation now;
  now.peers = {{kNord, key(5)}, {kSud, key(row.peer_key)}};
  if (row.own_votes) now.validators.insert(kNord);
  if (row.peer_votes) now.validators.insert(kSud);
  now.own_votes = row.own_votes;
  now.own_key = key(5);
  const p2p::Registry registry = roster.registry(now);
  ASSERT_EQ(registry.size(), 1U) << "the own entry is left out, the peer may always come";
  EXPECT_EQ(registry[0].name, "SUDBFRPP");
  EXPECT_EQ(registry[0].tls_key, key(row.peer_key));
  EXPECT_EQ(registry[0].dial, row.dials);
  EXPECT_EQ(registry[0].dial && registry[0].is_patient, row.is_patient);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Dialling,
    testing::Values(
        Row{.name = "LowerKeyDialsAtOnce", .peer_key = 9, .dials = true},
        Row{.name = "HigherKeyIsPatient", .peer_key = 1, .dials = true, .is_patient = true},
        Row{.name = "WithoutAddressWaits", .has_address = false},
        Row{.name = "ObserverDialsValidatorAtOnce",
            .own_votes = false,
            .peer_key = 1,
            .dials = true},
        Row{.name = "ValidatorDoesNotDialObserver", .peer_votes = false},
        Row{.name = "ObserversDoNotDialEachOther", .own_votes = false, .peer_votes = false}),
    [](const auto& row) { return row.param.name; });

TEST(Roster, APinIsTakenUntilTheLedgerNamesItAndThenNoMore) {
  Roster roster({});
  roster.set_addresses({{kSud, "sud.example", 7400, key(2)}});
  Roster::Situation now;
  now.own_key = key(5);
  // The ledger as this node has it is old: the peer has another key by now, and may validate.
  now.peers = {{kSud, key(1)}};
  EXPECT_EQ(roster.registry(now).at(0).tls_key, key(2));
  EXPECT_TRUE(roster.registry(now).at(0).dial);
  now.peers = {{kSud, key(2)}};
  EXPECT_EQ(roster.registry(now).at(0).tls_key, key(2));
  EXPECT_FALSE(roster.registry(now).at(0).dial) << "the ledger's word counts again: no validator";
  // Rotated once more: the pin is the older word now.
  now.peers = {{kSud, key(3)}};
  EXPECT_EQ(roster.registry(now).at(0).tls_key, key(3));
  // And where the participant is removed, it does not bring it back.
  now.peers = {};
  EXPECT_TRUE(roster.registry(now).empty());
}

TEST(Roster, APeerThatTheLedgerDoesNotKnowYetNeedsAPin) {
  Roster roster({});
  roster.set_addresses({{kSud, "sud.example", 7400, {}}, {kWest, "west.example", 7400, key(4)}});
  Roster::Situation now;
  now.own_key = key(5);
  const p2p::Registry registry = roster.registry(now);
  ASSERT_EQ(registry.size(), 1U);
  EXPECT_EQ(registry[0].name, "WESTGB2L");
  EXPECT_TRUE(registry[0].dial);
}

TEST(Roster, TheLedgersPeersAreAllButTheRemovedOnes) {
  test::MemoryStore ledger;
  chain::Changes changes;
  const auto put = [&](const Bic& who, Byte tls_key, chain::Standing status) {
    chain::Participant participant;
    participant.bic = who;
    participant.legal_name = "Bank";
    participant.country = {'D', 'E'};
    participant.tls_key = key(tls_key);
    participant.status = status;
    changes[chain::key_of<chain::Participant>(who)] = encode(participant);
  };
  put(kNord, 1, chain::Standing::active);
  put(kSud, 2, chain::Standing::suspended);
  put(kWest, 3, chain::Standing::removed);
  ledger.write(changes);
  EXPECT_EQ(ledger_peers(ledger), (std::vector<LedgerPeer>{{kNord, key(1)}, {kSud, key(2)}}));
}

TEST(Roster, ObserversOfTheGenesisFileStayAndNoKeyStandsTwice) {
  Roster roster({{kSud, "archive", key(7)}, {kWest, "copy", key(1)}});
  Roster::Situation now;
  now.own_key = key(5);
  now.peers = {{kNord, key(1)}, {kSud, key(5)}};
  const p2p::Registry registry = roster.registry(now);
  ASSERT_EQ(registry.size(), 2U);
  EXPECT_EQ(registry[0].name, "NORDDEFF");
  EXPECT_EQ(registry[1].name, "SUDBFRPP.archive");
  EXPECT_FALSE(registry[1].dial);
}

}  // namespace
}  // namespace vostro::node
