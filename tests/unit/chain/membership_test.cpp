// Goal: validators come, go and change their keys, and versions begin, exactly when the rule of
// consensus-spec section 9 says so, and no sequence of decisions leaves a set that could not go on
// (C11; the ledger's part of F28). Method: a ledger of four validators, one transaction a block;
// tables for the rules. Random decisions: membership_property_test.cpp.
#include "chain/membership.h"

#include <functional>

#include "tests/unit/chain/membership_harness.h"

namespace vostro::test {
namespace {

using namespace chain;

TEST(Membership, AValidatorIsAddedWhenItIsReady) {
  Banks n;
  const OwnedId name = n.pass(add(4));
  EXPECT_EQ(n.status(), ProposalStatus::passed);
  EXPECT_EQ(n.waiting(), "ready");
  n.any_block();
  EXPECT_FALSE(n.closes()) << "its date has passed, but nobody has heard of it";
  EXPECT_EQ(next_due(n.ledger.store()), std::nullopt) << "what is not due is no work";
  EXPECT_EQ(n.ready(4), "done");
  ASSERT_TRUE(n.closes());
  const Height closing = n.ledger.height();
  const NextEpoch& next = *n.ledger.blocks().back()->next_epoch;
  ASSERT_EQ(next.validators.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(next.validators));
  EXPECT_EQ(next.validators[0], (Validator{validator_id_of(bic("AGNTDEFF")), validator_key(4)}));
  EXPECT_EQ(next.version, 1);
  EXPECT_EQ(n.of(name).status, ProposalStatus::in_force);
  EXPECT_EQ(n.of(name).ended, closing);
  EXPECT_EQ(n.receipts.back().id, name);
  EXPECT_EQ(n.receipts.back().kind, ReceiptKind::due);
  EXPECT_EQ(n.validators().now.size(), 4U) << "votes of this epoch are still the four's";
  EXPECT_EQ(n.validators().epoch, 0U);

  // In the next block the new epoch has begun: its context is on record, and the newcomer votes.
  ASSERT_EQ(n.propose(SetParameter{ParameterName::max_due, 9'999}), "done");
  EXPECT_FALSE(n.closes());
  EXPECT_EQ(n.validators().epoch, 1U);
  EXPECT_EQ(n.validators().now, next.validators);
  EXPECT_TRUE(n.validators().next.empty());
  const auto record = n.ledger.load<EpochRecord>(Epoch(1));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->anchor, MemoryLedger::digest_of(closing));
  EXPECT_EQ(record->anchor_height, closing);
  EXPECT_EQ(record->validators, next.validators);
  for (const std::size_t bank : {0, 1, 4}) EXPECT_EQ(n.vote(bank), "done");
  EXPECT_EQ(n.status(), ProposalStatus::open) << "three of five are not four";
  EXPECT_EQ(n.vote(3), "done");
  EXPECT_EQ(n.status(), ProposalStatus::passed);
}

TEST(Membership, AnIdleNetworkIsWokenAtTheDate) {
  Banks n;
  const OwnedId name = n.pass(add(4), 500);
  EXPECT_EQ(n.ready(4), "done");
  EXPECT_FALSE(n.closes());
  EXPECT_EQ(n.waiting(), "date");
  const UnixSeconds date = n.of(name).not_before;
  EXPECT_EQ(next_due(n.ledger.store()), date);
  const auto at_date = n.ledger.try_block({}, UnixMillis(date.value * 1000));
  ASSERT_FALSE(at_date.has_value());
  EXPECT_EQ(at_date.error().error, ExecutionError::empty);
  EXPECT_EQ(n.pass_to(UnixMillis(date.value * 1000 + 1)), "done") << "an empty cut closes it";
  EXPECT_TRUE(n.closes());
  EXPECT_EQ(next_due(n.ledger.store()), std::nullopt);
}

TEST(Membership, AMembersRemovalEndsItsVote) {
  Banks n(5);
  const OwnedId name = n.pass(removal(2));
  EXPECT_EQ(n.of(name).status, ProposalStatus::in_force) << "in the block of the deciding vote";
  EXPECT_EQ(n.of(name).passed, n.of(name).ended);
  ASSERT_TRUE(n.closes());
  ASSERT_EQ(n.propose(SetParameter{ParameterName::max_due, 9'999}), "done");
  EXPECT_EQ(n.vote(2), "not_a_voter");
  for (const std::size_t bank : {0, 1, 3}) EXPECT_EQ(n.vote(bank), "done");
  EXPECT_EQ(n.status(), ProposalStatus::passed) << "three of four";
}

// Four of five were needed, three of four are: nobody has to vote once more, and those who could
// may all have voted already.
TEST(Membership, VotesThatSufficeOnlyOfFewerVotersDecide) {
  Banks n(5);
  ASSERT_EQ(n.propose(SetParameter{ParameterName::max_due, 9'999}), "done");
  const OwnedId limit = n.proposal;
  ASSERT_EQ(n.propose(rotate(1, 1)), "done");
  const OwnedId rotation = n.proposal;
  for (const OwnedId& name : {limit, rotation}) {
    n.proposal = name;
    for (const std::size_t bank : {0, 1, 3}) ASSERT_EQ(n.vote(bank), "done");
    ASSERT_EQ(n.status(), ProposalStatus::open) << "three of five";
  }
  const OwnedId removed = n.pass(removal(2));
  ASSERT_TRUE(n.closes());
  const Height closing = *n.of(removed).ended;
  EXPECT_EQ(n.of(limit).status, ProposalStatus::passed);
  EXPECT_EQ(n.of(limit).passed, closing);
  EXPECT_EQ(n.of(rotation).status, ProposalStatus::passed);
  EXPECT_EQ(n.waiting(), "ready") << "and waits like any other: for the Ready of its key";
  // The limit's date has passed: an idle network makes the block in which it takes effect.
  EXPECT_EQ(next_due(n.ledger.store()), n.of(limit).not_before);
  n.any_block();
  EXPECT_EQ(n.of(limit).status, ProposalStatus::in_force);
  EXPECT_EQ(n.ledger.load<Parameters>({})->max_due, 9'999U);
  EXPECT_EQ(n.ready(1, 1), "done");
  EXPECT_EQ(n.of(rotation).status, ProposalStatus::in_force);
}

TEST(Membership, VotesOfThoseWhoLeaveDoNotDecide) {
  Banks n(5);
  ASSERT_EQ(n.propose(SetParameter{ParameterName::max_due, 9'999}), "done");
  const OwnedId limit = n.proposal;
  for (const std::size_t bank : {0, 1, 2}) ASSERT_EQ(n.vote(bank), "done");
  n.pass(removal(2));
  ASSERT_TRUE(n.closes());
  EXPECT_EQ(n.of(limit).status, ProposalStatus::open) << "two of four";
  n.proposal = limit;
  EXPECT_EQ(n.vote(3), "done");
  EXPECT_EQ(n.status(), ProposalStatus::passed);
}

TEST(Membership, WhatFewerVotersCannotPassAnyMoreIsRefused) {
  Banks n(6);  // five of six pass, so one may say no; four of five, one may; three of four, one may
  ASSERT_EQ(n.propose(SetParameter{ParameterName::max_due, 9'999}), "done");
  const OwnedId one_no = n.proposal;
  ASSERT_EQ(n.vote(0, false), "done");
  n.pass(removal(4));
  ASSERT_EQ(n.validators().next.size(), 5U);
  EXPECT_EQ(n.of(one_no).status, ProposalStatus::open);

  Banks seven(7);  // five of seven pass, so two may say no; of six only one
  ASSERT_EQ(seven.propose(SetParameter{ParameterName::max_due, 9'999}), "done");
  const OwnedId two_no = seven.proposal;
  for (const std::size_t bank : {0, 1}) ASSERT_EQ(seven.vote(bank, false), "done");
  ASSERT_EQ(seven.status(), ProposalStatus::open);
  const OwnedId removed = seven.pass(removal(4));
  EXPECT_EQ(seven.of(two_no).status, ProposalStatus::refused);
  EXPECT_EQ(seven.of(two_no).ended, seven.of(removed).ended);
  EXPECT_EQ(next_due(seven.ledger.store()), std::nullopt) << "and will not lapse";
}

// The replacement of one that is lost: whoever comes is decided first, whoever goes waits for it.
TEST(Membership, FourStayFour) {
  Banks n;
  EXPECT_EQ(n.propose(removal(2)), "change_breaks_rule") << "three would be left (C11)";
  const OwnedId added = n.pass(add(4));
  const OwnedId removed = n.pass(removal(2));
  EXPECT_EQ(n.waiting(), "ready validators");
  EXPECT_EQ(n.ready(4), "done");
  ASSERT_TRUE(n.closes());
  EXPECT_EQ(n.of(added).status, ProposalStatus::in_force);
  EXPECT_EQ(n.of(removed).status, ProposalStatus::in_force);
  EXPECT_EQ(n.validators().next.size(), 4U);

  // Two removals proposed while each alone was sound: the second one waits for a newcomer that was
  // decided on after it, for one epoch, and is due as soon as the next one begins.
  Banks m(5);
  ASSERT_EQ(m.propose(removal(2), 10), "done");
  const OwnedId first = m.proposal;
  const OwnedId other = m.pass(removal(0), 10);
  m.proposal = first;
  m.pass_votes();
  EXPECT_EQ(m.pass_to(UnixMillis(m.ledger.time().value + 20'000)), "done");
  EXPECT_EQ(m.of(other).status, ProposalStatus::in_force);
  EXPECT_EQ(m.of(first).status, ProposalStatus::passed);
  EXPECT_EQ(m.waiting(), "validators");
  m.any_block();
  EXPECT_FALSE(m.closes());
  const OwnedId late = m.pass(add(5));
  EXPECT_EQ(m.ready(5), "done");
  ASSERT_TRUE(m.closes());
  EXPECT_EQ(m.of(late).status, ProposalStatus::in_force);
  EXPECT_EQ(m.of(first).status, ProposalStatus::passed);
  const auto due = next_due(m.ledger.store());
  ASSERT_TRUE(due.has_value()) << "on the next set it is due already";
  EXPECT_LT(due->value * 1000, m.ledger.time().value);
  EXPECT_EQ(m.pass_to(UnixMillis(m.ledger.time().value + 1)), "done");
  EXPECT_TRUE(m.closes());
  EXPECT_EQ(m.validators().epoch, 2U);
  EXPECT_EQ(m.of(first).status, ProposalStatus::in_force);
}

TEST(Membership, AKeyIsRotatedForOneThatIsOutOfReach) {
  Banks n;
  EXPECT_EQ(n.ready(2, 0), "done") << "its old key says what it speaks";
  EXPECT_TRUE(n.ledger.load<Readiness>(validator_key(2)).has_value());
  const OwnedId name = n.pass(rotate(2, 1));
  EXPECT_EQ(n.waiting(), "ready");
  EXPECT_EQ(n.ready(2, 1), "done");
  ASSERT_TRUE(n.closes());
  EXPECT_EQ(n.of(name).status, ProposalStatus::in_force);
  const auto& next = n.validators().next;
  EXPECT_EQ(std::ranges::count(next, validator_key(2, 1), &Validator::key), 1);
  EXPECT_EQ(std::ranges::count(next, validator_key(2), &Validator::key), 0);
  EXPECT_EQ(n.ledger.load<Readiness>(validator_key(2)), std::nullopt) << "and is forgotten";
  EXPECT_TRUE(n.ledger.load<Readiness>(validator_key(2, 1)).has_value());
  EXPECT_EQ(n.ready(2, 0), "dropped: a signer is not in the policy");
}

TEST(Membership, ADevelopmentNetworkMayShrinkToOne) {
  Banks n(2, true);
  EXPECT_EQ(n.pass(removal(0)), n.proposal);
  ASSERT_TRUE(n.closes());
  n.any_block();
  EXPECT_EQ(n.propose(removal(1)), "change_breaks_rule");
}

TEST(Membership, ALaterDecisionReplacesAnEarlierOneAboutTheSame) {
  Banks n;
  const OwnedId lost = n.pass(add(4, 0), 1'000);
  const OwnedId second = n.pass(add(4, 1), 1'000);
  EXPECT_EQ(n.of(lost).status, ProposalStatus::failed);
  EXPECT_EQ(n.of(lost).ended, n.of(second).passed);
  EXPECT_FALSE(n.closes());
  // Called off: nothing is left to remove when its date has come, and no epoch begins for it.
  const OwnedId off = n.pass(removal(4));
  EXPECT_EQ(n.of(second).status, ProposalStatus::failed);
  EXPECT_EQ(n.of(off).status, ProposalStatus::in_force);
  EXPECT_FALSE(n.closes());
  EXPECT_EQ(n.waiting(), "");
  EXPECT_EQ(n.propose(removal(4)), "change_breaks_rule") << "nothing to call off any more";
}

TEST(Membership, AVersionBeginsWhenQSpeakIt) {
  Banks n;
  const OwnedId name = n.pass(ActivateVersion{2});
  EXPECT_EQ(n.waiting(), "quorum");
  const auto waits = pending_changes(n.ledger.store(), n.ledger.time());
  EXPECT_EQ(waits[0].ready, 0U);
  EXPECT_EQ(waits[0].needed, 3U);
  EXPECT_EQ(n.ready(0, 0, {1, 2}), "done");
  EXPECT_EQ(n.ready(1, 0, {1, 2}), "done");
  EXPECT_EQ(n.ready(2, 0, {1}), "done");
  EXPECT_FALSE(n.closes());
  EXPECT_EQ(n.ready(1, 0, {1}), "done") << "it was put back to the old program";
  EXPECT_EQ(n.ready(3, 0, {2}), "done");
  EXPECT_FALSE(n.closes()) << "two of four are not three";
  EXPECT_EQ(n.ready(1, 0, {1, 2}), "done");
  ASSERT_TRUE(n.closes());
  EXPECT_EQ(n.of(name).status, ProposalStatus::in_force);
  EXPECT_EQ(n.ledger.blocks().back()->next_epoch->version, 2);
  EXPECT_EQ(n.validators().version, 1);
  n.any_block();
  EXPECT_EQ(n.validators().version, 2);
  EXPECT_EQ(n.ledger.load<EpochRecord>(Epoch(1))->version, 2);
  EXPECT_EQ(n.propose(ActivateVersion{2}), "change_breaks_rule");
  EXPECT_EQ(n.propose(ActivateVersion{1}), "change_breaks_rule") << "no way back";
}

// What comes after a version counts by that version.
TEST(Membership, ASetOfWhichTooFewSpeakTheNewVersionWaits) {
  Banks n(5);
  EXPECT_EQ(n.ready(0, 0, {1, 2}), "done");
  EXPECT_EQ(n.ready(1, 0, {1, 2}), "done");
  EXPECT_EQ(n.ready(2, 0, {1, 2}), "done");
  EXPECT_EQ(n.ready(3, 0, {1, 2}), "done");
  n.pass(ActivateVersion{2}, 100);
  n.pass(add(5), 100);
  EXPECT_EQ(n.ready(5, 0, {1}), "done");
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 200'000)), "done");
  EXPECT_EQ(n.validators().next_version, 2);
  EXPECT_EQ(n.validators().next.size(), 5U);
  EXPECT_EQ(n.waiting(), "ready") << "it does not speak the version that is coming";
  EXPECT_EQ(n.ready(5, 0, {1, 2}), "done");
  EXPECT_TRUE(n.closes());
  EXPECT_EQ(n.validators().next.size(), 6U);
}

TEST(Membership, WhatHasComeToBreakARuleFailsOnRecord) {
  Banks n;
  const OwnedId name = n.pass(add(4), 100);
  EXPECT_EQ(n.ready(4), "done");
  const OwnedId added = n.proposal;
  n.pass(SetParticipant{bic("AGNTDEFF"), Standing::suspended}, 0);
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 200'000)), "done change_breaks_rule");
  EXPECT_FALSE(n.closes());
  EXPECT_EQ(n.of(added).status, ProposalStatus::failed);
  EXPECT_EQ(n.of(added).ended, n.ledger.height());
  EXPECT_EQ(n.ledger.load<Readiness>(validator_key(4)), std::nullopt);
  EXPECT_EQ(n.ready(4), "dropped: a signer is not in the policy");
  EXPECT_EQ(name, added);
}

TEST(Membership, WhoSaysThatItIsReady) {
  Banks n;
  EXPECT_EQ(n.ready(4), "dropped: a signer is not in the policy") << "nobody decided on it";
  n.any_block();
  n.any_block();
  n.pass(add(4));
  const Height passed = *n.of(n.proposal).passed;
  EXPECT_EQ(n.ready(4, 1), "dropped: a signer is not in the policy") << "another key of that bank";
  EXPECT_EQ(n.ready(4, 0, {1}, Height(passed.value - 1)), "wrong_state")
      << "it has not seen the decision yet";
  EXPECT_EQ(n.ready(4, 0, {1}, n.ledger.height().next()), "wrong_state") << "ahead of the chain";
  EXPECT_FALSE(n.closes());
  // In another bank's name.
  EXPECT_EQ(n.outcome(a_transaction(Ready{bic("WESTGB2L"), validator_key(4), passed, {1}})
                          .id(n.next_id())
                          .signed_by({validator_name(4)})
                          .valid_until(n.soon())),
            "dropped: a signer is not in the policy");
  EXPECT_EQ(n.ready(4, 0, {1}, passed), "done");
  EXPECT_TRUE(n.closes());
}

struct FaultRow {
  const char* what;
  std::function<void(Banks&)> before;
  Change change;
  ChangeFault fault;
};

TEST(Membership, AChangeThatBreaksARuleIsRefusedC11) {
  const auto nothing = [](Banks&) {};
  const auto with_key = [](Change change, const PublicKey& key) {
    if (auto* add = std::get_if<AddValidator>(&change)) add->key = key;
    if (auto* rotate = std::get_if<RotateValidatorKey>(&change)) rotate->key = key;
    return change;
  };
  AddValidator stranger = std::get<AddValidator>(add(4));
  stranger.participant = bic("NEWBDEFF");
  const auto seven = [](Banks& n) {
    for (const std::size_t bank : {4, 5, 6}) {
      n.pass(add(bank));
      EXPECT_EQ(n.ready(bank), "done");
    }
    n.any_block();
    for (const std::size_t bank : {4, 5}) {
      n.pass(SetParticipant{bic(kBanks[bank].bic), Standing::suspended});
      EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 2'000)), "done");
    }
  };
  const FaultRow table[] = {
      {"no participant", nothing, stranger, ChangeFault::unknown},
      {"remove one that is none", nothing, removal(4), ChangeFault::unknown},
      {"rotate one that is none", nothing, rotate(4, 1), ChangeFault::unknown},
      {"an owner that is suspended",
       [](Banks& n) {
         n.pass(SetParticipant{bic("WESTGB2L"), Standing::suspended});
         EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 2'000)), "done");
       },
       add(5), ChangeFault::owner_unfit},
      {"one that is there", nothing, add(3, 1), ChangeFault::already_there},
      {"rotate to its own key", nothing, rotate(3, 0), ChangeFault::no_change},
      {"the version in force", nothing, ActivateVersion{1}, ChangeFault::no_change},
      {"the key of a validator", nothing, with_key(add(4), validator_key(0)),
       ChangeFault::key_taken},
      {"rotate to the key of a validator", nothing, with_key(rotate(3, 1), validator_key(0)),
       ChangeFault::key_taken},
      {"the key of one to come", [](Banks& n) { n.pass(add(4)); },
       with_key(add(5), validator_key(4)), ChangeFault::key_taken},
      {"a node's TLS key", nothing, with_key(add(4), key("tls OSTBATWW").public_key()),
       ChangeFault::key_taken},
      {"three left", nothing, removal(0), ChangeFault::too_few_validators},
      {"three left, with what has passed",
       [](Banks& n) {
         n.pass(add(4));
         n.pass(removal(0));
       },
       removal(1), ChangeFault::too_few_validators},
      {"owners who could decide nothing any more", seven, removal(0), ChangeFault::quorum_lost},
      {"a TLS key that is a validator's", nothing, SetTlsKey{bic("SUDBFRPP"), validator_key(0)},
       ChangeFault::tls_key_taken},
      {"a TLS key that is to be a validator's", [](Banks& n) { n.pass(add(4)); },
       SetTlsKey{bic("SUDBFRPP"), validator_key(4)}, ChangeFault::tls_key_taken},
      {"another's TLS key", nothing, SetTlsKey{bic("SUDBFRPP"), key("tls OSTBATWW").public_key()},
       ChangeFault::tls_key_taken},
      {"its own TLS key", nothing, SetTlsKey{bic("SUDBFRPP"), key("tls SUDBFRPP").public_key()},
       ChangeFault::no_change},
      {"a TLS key for nobody", nothing, SetTlsKey{bic("NEWBDEFF"), key("tls new").public_key()},
       ChangeFault::unknown},
      {"an owner to be is removed", [](Banks& n) { n.pass(add(5)); },
       SetParticipant{bic("WESTGB2L"), Standing::removed}, ChangeFault::owns_validator},
      {"suspension of one whose vote the planned set needs",
       [](Banks& n) {
         // Of five that are to be, four must be able to vote, and one cannot.
         n.pass(add(4));
         n.pass(SetParticipant{bic("SUDBFRPP"), Standing::suspended});
         EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 2'000)), "done");
       },
       SetParticipant{bic("AGNTDEFF"), Standing::suspended}, ChangeFault::quorum_lost},
  };
  for (const FaultRow& row : table) {
    Banks n;
    row.before(n);
    const auto checked = check_change(n.ledger.store(), row.change);
    ASSERT_FALSE(checked.has_value()) << row.what;
    EXPECT_EQ(to_string(checked.error()), to_string(row.fault)) << row.what;
  }
}

TEST(Membership, ANodesCertificateChangesAtItsDate) {
  Banks n;
  n.pass(SetTlsKey{bic("SUDBFRPP"), key("tls sud 2").public_key()}, 100);
  n.any_block();
  EXPECT_EQ(n.ledger.load<Participant>(bic("SUDBFRPP"))->tls_key, key("tls SUDBFRPP").public_key());
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 200'000)), "done");
  EXPECT_EQ(n.ledger.load<Participant>(bic("SUDBFRPP"))->tls_key, key("tls sud 2").public_key());
  EXPECT_FALSE(n.closes()) << "no epoch for it";
}

TEST(Membership, LanesEndWithTheirEpoch) {
  Banks n(5);
  n.ledger.write(std::uint16_t{0}, Lane{{1, 7, hash_of("tip")}});
  n.ledger.write(std::uint16_t{3}, Lane{{1, 9, hash_of("tip")}});
  n.pass(removal(2), 10);
  const UnixMillis time(n.ledger.time().value + 20'000);
  const auto block = execute_block(n.ledger.store(), n.ledger.store(), consensus::Judge(),
                                   {network(),
                                    n.ledger.height().next(),
                                    time,
                                    hash_of("parent"),
                                    n.ledger.time(),
                                    {},
                                    {{3, {1, 12, hash_of("newer")}}}});
  ASSERT_TRUE(block.has_value());
  ASSERT_TRUE(block->next_epoch.has_value());
  for (const std::uint16_t author : {std::uint16_t{0}, std::uint16_t{3}}) {
    const auto at = block->state.find(key_of<Lane>(author));
    ASSERT_NE(at, block->state.end()) << author;
    EXPECT_FALSE(at->second.has_value()) << author;
  }
}

TEST(Membership, TheInvariantNoticesWhatNoBlockMayDo) {
  Banks n;
  const auto after = [&](const std::function<void(Validators&)>& change) {
    State state(n.ledger.store());
    Validators validators = n.validators();
    change(validators);
    state.put<Validators>({}, validators);
    return check_validators(state).has_value();
  };
  const auto close = [](Validators& v) {
    v.next = v.now;
    v.next_version = 2;
  };
  EXPECT_TRUE(after(close));
  EXPECT_FALSE(after([](Validators& v) { v.epoch = 1; }));
  EXPECT_FALSE(after([](Validators& v) { v.version = 2; }));
  EXPECT_FALSE(after([](Validators& v) { v.now.pop_back(); }));
  EXPECT_FALSE(after([](Validators& v) { v.size_min = 1; }));
  EXPECT_FALSE(after([](Validators& v) { v.next_version = 2; }));
  EXPECT_FALSE(after([&](Validators& v) {
    close(v);
    v.next_version = 1;
  })) << "nothing changes";
  EXPECT_FALSE(after([&](Validators& v) {
    close(v);
    v.next.pop_back();
  })) << "three";
  EXPECT_FALSE(after([&](Validators& v) {
    close(v);
    std::swap(v.next[0], v.next[1]);
  }));
  EXPECT_FALSE(after([&](Validators& v) {
    close(v);
    v.next[1].key = v.next[0].key;
  }));
  EXPECT_FALSE(after([&](Validators& v) {
    close(v);
    v.next[1].id = v.next[0].id;
  }));
}

}  // namespace
}  // namespace vostro::test
