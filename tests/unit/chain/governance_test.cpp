// Goal: changes of the network are made by Q of the validators' owners and by nobody else, take
// effect in the first block past their date, at a height that stays on record, and none breaks a
// rule (C11). Method: a ledger of four validators, one transaction a block; tables for the rules;
// random proposals and votes against a model of the count.
#include "chain/governance.h"

#include <functional>
#include <random>

#include "chain/tree.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {
namespace {

using namespace chain;

constexpr std::string_view kOwners[] = {"FXPRUS33", "NORDDEFF", "OSTBATWW", "SUDBFRPP"};
constexpr std::string_view kKeys[] = {"desk", "maker", "ost", "sud"};

InitialState four_validators() {
  InitialState initial = small_network();
  initial.validators.clear();
  for (const std::string_view owner : kOwners)
    initial.validators.push_back(
        {validator_id_of(bic(owner)),
         key(std::string("validator ") + std::string(owner)).public_key()});
  return initial;
}

class Governed : public Network {
 public:
  Governed() : Network(four_validators()) {}

  /// The last proposal's name is `proposal`.
  std::string propose(Change change, std::uint64_t not_before_s = 0, std::uint64_t open_s = 600) {
    const Uuid id = next_id();
    proposal = {bic("NORDDEFF"), id};
    return outcome(a_transaction(Propose{bic("NORDDEFF"), std::move(change),
                                         in_seconds(not_before_s), in_seconds(open_s)})
                       .id(id)
                       .signed_by({"maker"})
                       .valid_until(soon()));
  }
  std::string vote(std::size_t who, bool yes = true) {
    return send(Vote{bic(kOwners[who]), proposal, yes}, {kKeys[who]});
  }
  /// Proposed, passed by three of four, and in force after one more block.
  std::string carry(Change change) {
    const std::string proposed = propose(std::move(change));
    if (proposed != "done") return proposed;
    for (std::size_t who = 0; who < 3; ++who) EXPECT_EQ(vote(who), "done");
    return pass_to(UnixMillis(ledger.time().value + 2000));
  }
  [[nodiscard]] Proposal now() const { return *ledger.load<Proposal>(proposal); }

  OwnedId proposal;
};

Change longer_validity() {
  return SetParameter{ParameterName::max_validity_s, 14 * 24 * 3600};
}
Participant newcomer() {
  return a_participant("WESTGB2L", simple_policy({"west"}));
}

TEST(Governance, QOfTheOwnersPassAChangeAndItsHeightIsOnRecord) {
  Governed n;
  ASSERT_EQ(n.propose(longer_validity(), 30), "done");
  const Height proposed = n.ledger.height();
  EXPECT_EQ(n.vote(0), "done");
  EXPECT_EQ(n.vote(1), "done");
  EXPECT_EQ(n.now().status, ProposalStatus::open) << "two of four are not three";
  EXPECT_EQ(n.vote(2), "done");
  EXPECT_EQ(n.now().status, ProposalStatus::passed);
  EXPECT_EQ(n.now().passed, n.ledger.height());
  const UnixSeconds date = n.now().not_before;
  EXPECT_EQ(next_due(n.ledger.store()), date) << "its date is work that wakes an idle network";

  // Not yet in the block whose time is the date itself.
  n.ledger.block({n.payment().verified()}, UnixMillis(date.value * 1000));
  EXPECT_EQ(n.ledger.load<Parameters>({})->max_validity_s, 7U * 24 * 3600);
  EXPECT_EQ(n.pass_to(UnixMillis(date.value * 1000 + 1)), "done");
  EXPECT_EQ(n.ledger.load<Parameters>({})->max_validity_s, 14U * 24 * 3600);
  EXPECT_EQ(n.now().status, ProposalStatus::in_force);
  EXPECT_EQ(n.now().ended, n.ledger.height());
  EXPECT_EQ(n.now().proposed, proposed);
  ASSERT_EQ(n.receipts.size(), 1U);
  EXPECT_EQ(n.receipts[0].id, n.proposal);
  EXPECT_EQ(n.receipts[0].kind, ReceiptKind::due);
  EXPECT_EQ(next_due(n.ledger.store()), std::nullopt);
  EXPECT_EQ(n.vote(3), "proposal_closed");
}

TEST(Governance, AChangeWhoseDateHasPassedTakesEffectInTheNextBlock) {
  Governed n;
  ASSERT_EQ(n.propose(longer_validity()), "done");
  for (std::size_t who = 0; who < 3; ++who) EXPECT_EQ(n.vote(who), "done");
  n.ledger.block({n.payment().verified()});
  EXPECT_EQ(n.now().status, ProposalStatus::in_force);
}

TEST(Governance, TwoOfFourRefuseAndTimeLapses) {
  Governed n;
  ASSERT_EQ(n.propose(longer_validity()), "done");
  EXPECT_EQ(n.vote(0, false), "done");
  EXPECT_EQ(n.now().status, ProposalStatus::open);
  EXPECT_EQ(n.vote(3, false), "done");
  EXPECT_EQ(n.now().status, ProposalStatus::refused);
  EXPECT_EQ(n.vote(1), "proposal_closed");
  EXPECT_EQ(next_due(n.ledger.store()), std::nullopt);

  ASSERT_EQ(n.propose(longer_validity(), 0, 10), "done");
  EXPECT_EQ(n.vote(0), "done");
  EXPECT_EQ(n.vote(1), "done");
  const UnixSeconds closes = n.now().closes_at;
  EXPECT_EQ(n.pass_to(UnixMillis(closes.value * 1000 + 1)), "votes_short");
  EXPECT_EQ(n.now().status, ProposalStatus::lapsed);
  EXPECT_EQ(n.vote(2), "proposal_closed");
  EXPECT_EQ(n.ledger.load<Parameters>({})->max_validity_s, 7U * 24 * 3600);
}

TEST(Governance, WhoMayVoteAndWhen) {
  Governed n;
  EXPECT_EQ(n.send(Vote{bic("NORDDEFF"), {bic("NORDDEFF"), uetr(77)}, true}, {"maker"}),
            "not_found");
  EXPECT_EQ(n.propose(longer_validity(), 0, 91ULL * 24 * 3600), "proposal_closed");
  // closes_at is the block's own second: it has not passed, and the next block's has.
  ASSERT_EQ(n.propose(longer_validity(), 0, 1), "done");
  EXPECT_EQ(n.vote(0), "proposal_closed");
  EXPECT_EQ(n.now().status, ProposalStatus::lapsed);
  ASSERT_EQ(n.propose(longer_validity()), "done");
  EXPECT_EQ(n.send(Vote{bic("AGNTDEFF"), n.proposal, true}, {"agent"}), "not_a_voter");
  EXPECT_EQ(n.vote(1), "done");
  EXPECT_EQ(n.vote(1), "already_voted");
  EXPECT_EQ(n.vote(1, false), "already_voted") << "a vote cannot be changed";
  EXPECT_EQ(n.now().ballots.size(), 1U);
  EXPECT_EQ(n.send(Vote{bic("SUDBFRPP"), n.proposal, true}, {"maker"}),
            "dropped: a signer is not in the policy");
}

TEST(Governance, AParticipantIsAddedSuspendedLetInAndRemoved) {
  Governed n;
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "WESTGB2L/main")), "participant_unknown");
  EXPECT_EQ(n.carry(AddParticipant{newcomer()}), "done");
  EXPECT_EQ(n.send(OpenAccount{account("WESTGB2L/main"), {}, accepts_all()}, {"west"}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "WESTGB2L/main")), "settled");
  EXPECT_EQ(n.carry(SetParticipant{bic("WESTGB2L"), Standing::suspended}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "WESTGB2L/main")), "participant_suspended");
  EXPECT_EQ(n.propose(SetParticipant{bic("WESTGB2L"), Standing::removed}), "change_breaks_rule")
      << "money is left";
  EXPECT_EQ(n.carry(SetParticipant{bic("WESTGB2L"), Standing::active}), "done");
  EXPECT_EQ(n.outcome(n.payment("WESTGB2L/main", "NORDDEFF/main").signed_by({"west"})), "settled");
  EXPECT_EQ(n.carry(SetParticipant{bic("WESTGB2L"), Standing::removed}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "WESTGB2L/main")), "participant_suspended");
  EXPECT_EQ(n.propose(SetParticipant{bic("WESTGB2L"), Standing::active}), "change_breaks_rule");
}

TEST(Governance, LostKeysAreReplaced) {
  Governed n;
  const Policy fresh = simple_policy({"new"});
  EXPECT_EQ(n.carry(ReplacePolicy{{bic("SUDBFRPP"), {}, {}}, fresh}), "done");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/main", "NORDDEFF/main").signed_by({"sud"})),
            "dropped: a signer is not in the policy");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/main", "NORDDEFF/main").signed_by({"new"})), "settled");
}

TEST(Governance, AnAccountsAndACurrencysPolicyAreReplaced) {
  Governed n;
  const Policy fresh = simple_policy({"new"});
  EXPECT_EQ(n.carry(ReplacePolicy{{bic("NORDDEFF"), "dual", {}}, fresh}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/dual", "SUDBFRPP/main").signed_by({"new"})), "settled");
  EXPECT_EQ(n.carry(ReplacePolicy{{bic("NORDDEFF"), "dual", {}}, {}}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/dual", "SUDBFRPP/main").signed_by({"maker"})), "settled");
  EXPECT_EQ(n.carry(ReplacePolicy{{bic("AGNTDEFF"), {}, currency("EUR")}, fresh}), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "dropped: a signer is not in the policy");
  EXPECT_EQ(n.issue("NORDDEFF/main", usd(1)), "done");
}

TEST(Governance, ACurrencyIsAddedSuspendedAndLetIn) {
  Governed n;
  EXPECT_EQ(n.carry(AddCurrency{a_currency("GBP")}), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", money("GBP", 500)), "done");
  EXPECT_EQ(n.carry(SetCurrency{currency("GBP"), Standing::suspended}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", money("GBP", 5))),
            "currency_not_available");
  EXPECT_EQ(n.carry(SetCurrency{currency("GBP"), Standing::active}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", money("GBP", 5))), "settled");
}

struct FaultRow {
  const char* what;
  std::function<void(Governed&)> before;
  Change change;
  ChangeFault fault;
};

TEST(Governance, AChangeThatBreaksARuleIsRefusedC11) {
  const auto nothing = [](Governed&) {};
  Participant twin = newcomer();
  twin.tls_key = key("tls OSTBATWW").public_key();
  CorridorRule rule;
  rule.per_payment = MinorUnits(0);
  const auto suspend_one = [](Governed& n) {
    EXPECT_EQ(n.carry(SetParticipant{bic("SUDBFRPP"), Standing::suspended}), "done");
  };
  const FaultRow table[] = {
      {"a participant that is there", nothing,
       AddParticipant{a_participant("SUDBFRPP", simple_policy({"sud"}))},
       ChangeFault::already_there},
      {"a currency that is there", nothing, AddCurrency{a_currency("EUR")},
       ChangeFault::already_there},
      {"an unknown participant", nothing, SetParticipant{bic("WESTGB2L"), Standing::suspended},
       ChangeFault::unknown},
      {"an unknown currency", nothing, SetCurrency{currency("GBP"), Standing::suspended},
       ChangeFault::unknown},
      {"an unknown rule", nothing, SetCorridorRule{1, {}}, ChangeFault::unknown},
      {"the policy of an unknown account", nothing,
       ReplacePolicy{{bic("NORDDEFF"), "none", {}}, simple_policy({"new"})}, ChangeFault::unknown},
      {"the policy of another agent's currency", nothing,
       ReplacePolicy{{bic("NORDDEFF"), {}, currency("EUR")}, simple_policy({"new"})},
       ChangeFault::unknown},
      {"the policy of an unknown participant", nothing,
       ReplacePolicy{{bic("WESTGB2L"), {}, {}}, simple_policy({"new"})}, ChangeFault::unknown},
      {"one removed",
       [](Governed& n) {
         EXPECT_EQ(n.carry(AddParticipant{newcomer()}), "done");
         EXPECT_EQ(n.carry(SetParticipant{bic("WESTGB2L"), Standing::removed}), "done");
       },
       SetParticipant{bic("WESTGB2L"), Standing::suspended}, ChangeFault::removed},
      {"active already", nothing, SetParticipant{bic("SUDBFRPP"), Standing::active},
       ChangeFault::no_change},
      {"the parameter's own value", nothing, SetParameter{ParameterName::max_due, 10'000},
       ChangeFault::no_change},
      {"an active currency let in", nothing, SetCurrency{currency("EUR"), Standing::active},
       ChangeFault::no_change},
      {"a TLS key twice (C11)", nothing, AddParticipant{twin}, ChangeFault::tls_key_taken},
      {"an agent without the role", nothing, AddCurrency{[] {
         NewCurrency currency = a_currency("GBP");
         currency.agent = bic("NORDDEFF");
         return currency;
       }()},
       ChangeFault::agent_unfit},
      {"a validator's owner removed", nothing, SetParticipant{bic("SUDBFRPP"), Standing::removed},
       ChangeFault::owns_validator},
      {"a currency's agent removed", nothing, SetParticipant{bic("AGNTDEFF"), Standing::removed},
       ChangeFault::is_agent},
      {"the second of four owners suspended: the quorum would be lost (C11)", suspend_one,
       SetParticipant{bic("OSTBATWW"), Standing::suspended}, ChangeFault::quorum_lost},
      {"rule 257",
       [&](Governed& n) {
         for (std::uint16_t number = 0; number < 256; ++number)
           n.ledger.write(number, CorridorRecord{rule, Height(1)});
       },
       SetCorridorRule{256, rule}, ChangeFault::too_many_rules},
  };
  for (const FaultRow& row : table) {
    Governed n;
    row.before(n);
    const auto checked = check_change(n.ledger.store(), row.change);
    ASSERT_FALSE(checked.has_value()) << row.what;
    EXPECT_EQ(to_string(checked.error()), to_string(row.fault)) << row.what;
    EXPECT_EQ(n.propose(row.change), "change_breaks_rule") << row.what;
    EXPECT_EQ(n.ledger.load<Proposal>(n.proposal), std::nullopt) << row.what;
  }
}

// Two proposals that are each sound, but not both: the second one fails when its date has come.
TEST(Governance, RulesAreLookedAtAgainWhenTheDateHasCome) {
  Governed n;
  ASSERT_EQ(n.propose(SetParticipant{bic("SUDBFRPP"), Standing::suspended}, 100), "done");
  for (std::size_t who = 0; who < 3; ++who) EXPECT_EQ(n.vote(who), "done");
  const OwnedId first = n.proposal;
  ASSERT_EQ(n.propose(SetParticipant{bic("OSTBATWW"), Standing::suspended}, 200), "done");
  for (std::size_t who = 0; who < 3; ++who) EXPECT_EQ(n.vote(who), "done");
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 1'000'000)), "done change_breaks_rule");
  EXPECT_EQ(n.ledger.load<Proposal>(first)->status, ProposalStatus::in_force);
  EXPECT_EQ(n.now().status, ProposalStatus::failed);
  EXPECT_EQ(n.ledger.load<Participant>(bic("OSTBATWW"))->status, Standing::active);
}

// Within one block too: what took effect before in it counts.
TEST(Governance, TwoNewcomersOfOneBlockHaveNotOneTlsKey) {
  Governed n;
  Participant twin = newcomer();
  twin.bic = bic("EASTGB2L");
  for (const Participant& one : {newcomer(), twin}) {
    ASSERT_EQ(n.propose(AddParticipant{one}, 100), "done");
    for (std::size_t who = 0; who < 3; ++who) EXPECT_EQ(n.vote(who), "done");
  }
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 1'000'000)), "done change_breaks_rule");
  EXPECT_EQ(n.ledger.load<Participant>(bic("EASTGB2L")), std::nullopt);
}

// A policy can ask for two persons, or for time, before its bank proposes or votes.
TEST(Governance, PoliciesOfTheClassGovernDecideWhoSigns) {
  Governed n;
  Policy policy = a_policy()
                      .with_key("maker", maker)
                      .with_key("checker", checker)
                      .dual(ActionClass::govern)
                      .alone(ActionClass::manage);
  policy.rules[0].delay_ms = 5'000;
  EXPECT_EQ(n.send(UpdatePolicy{bic("NORDDEFF"), {}, policy}, {"maker"}), "done");
  EXPECT_EQ(n.propose(longer_validity()), "dropped: the signatures do not meet the policy's rule");
  const Propose body{bic("NORDDEFF"), longer_validity(), n.in_seconds(0), n.in_seconds(600)};
  EXPECT_EQ(n.send(body, {"maker", "checker"}), "delayed");
  n.proposal = n.receipts.front().id;
  EXPECT_EQ(n.vote(0), "not_found") << "it is not there before its delay is over";
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 10'000)), "done");
  EXPECT_EQ(n.now().status, ProposalStatus::open);
  EXPECT_EQ(n.vote(0), "done");
}

// Corridor rules.

CorridorRule germany_to_france() {
  CorridorRule rule;
  rule.debtor_country = {'D', 'E'};
  rule.creditor_country = {'F', 'R'};
  rule.currency = currency("EUR");
  rule.per_payment = MinorUnits(1'000);
  return rule;
}

TEST(Corridors, ARuleConcernsWhatFitsEveryFieldThatIsSet) {
  const CorridorRule rule = germany_to_france();
  CorridorRule salaries = rule;
  salaries.purposes = {purpose("PENS"), purpose("SALA")};
  const Country de{'D', 'E'};
  const Country fr{'F', 'R'};
  const Country at{'A', 'T'};
  CorridorCredit credit{bic("NORDDEFF"), bic("SUDBFRPP"), eur(1), {}};
  EXPECT_TRUE(concerns(rule, credit, de, fr));
  EXPECT_FALSE(concerns(rule, credit, at, fr));
  EXPECT_FALSE(concerns(rule, credit, de, at));
  EXPECT_FALSE(concerns(rule, {credit.debtor_agent, credit.creditor_agent, usd(1), {}}, de, fr));
  EXPECT_FALSE(concerns(salaries, credit, de, fr)) << "a credit without a purpose has none of them";
  credit.purpose = purpose("SUPP");
  EXPECT_FALSE(concerns(salaries, credit, de, fr));
  credit.purpose = purpose("SALA");
  EXPECT_TRUE(concerns(salaries, credit, de, fr));
  EXPECT_TRUE(concerns(rule, credit, de, fr));
  CorridorRule any;
  any.per_payment = MinorUnits(0);
  EXPECT_TRUE(concerns(any, credit, at, at));
}

TEST(Corridors, ARuleIsSwitchedOnReplacedAndEnded) {
  Governed n;
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(1'001))), "settled");
  EXPECT_EQ(n.carry(SetCorridorRule{5, germany_to_france()}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(1'000))), "settled");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(1'001))), "corridor_refused");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", usd(1'001))), "settled");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "OSTBATWW/main", eur(1'001))), "settled");
  EXPECT_EQ(n.outcome(n.payment("SUDBFRPP/main", "NORDDEFF/main", eur(1'001)).signed_by({"sud"})),
            "settled");
  EXPECT_EQ(
      n.outcome(n.payment("NORDDEFF/capped", "SUDBFRPP/main", eur(100'01)).signed_by({"capped"})),
      "corridor_refused")
      << "before the policy's cap, which it would pass too";
  CorridorRule closed = germany_to_france();
  closed.currency.reset();
  closed.per_payment = MinorUnits(0);
  EXPECT_EQ(n.carry(SetCorridorRule{5, closed}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", usd(1))), "corridor_refused");
  EXPECT_EQ(n.carry(SetCorridorRule{5, {}}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/main", eur(5'000))), "settled");
}

TEST(Corridors, APeriodCountsByDebtorAgentAndBeginsAnewWithTheBusinessDate) {
  Governed n;
  CorridorRule rule = germany_to_france();
  rule.per_payment.reset();
  rule.per_period = {MinorUnits(1'000), Period::business_date};
  EXPECT_EQ(n.carry(SetCorridorRule{1, rule}), "done");
  rule.per_period = {MinorUnits(1'500), Period::month};
  EXPECT_EQ(n.carry(SetCorridorRule{2, rule}), "done");
  const auto pay = [&](std::int64_t cents, std::string_view from = "NORDDEFF/main") {
    return n.outcome(n.payment(from, "SUDBFRPP/main", eur(cents)).signed_by({"maker"}));
  };
  EXPECT_EQ(pay(600), "settled");
  EXPECT_EQ(pay(401, "NORDDEFF/main"), "corridor_refused") << "all accounts of a bank count as one";
  EXPECT_EQ(pay(400), "settled");
  EXPECT_EQ(pay(1), "corridor_refused");
  // What is rejected later in the checks does not count.
  const auto next_day = [&](std::int32_t days) {
    const Date date(n.ledger.load<CurrencyRecord>(currency("EUR"))->business_date.value + days);
    return n.send(OpenBusinessDate{bic("AGNTDEFF"), currency("EUR"), date}, {"agent"});
  };
  EXPECT_EQ(next_day(1), "done");
  EXPECT_EQ(pay(501), "corridor_refused") << "the month's rule";
  EXPECT_EQ(pay(500), "settled");
  EXPECT_EQ(next_day(40), "done");
  EXPECT_EQ(pay(1'000), "settled");
}

TEST(Corridors, WhatIsRejectedDoesNotCountAndADelayCountsOnce) {
  Governed n;
  CorridorRule rule = germany_to_france();
  rule.per_payment.reset();
  rule.per_period = {MinorUnits(1'000), Period::business_date};
  EXPECT_EQ(n.carry(SetCorridorRule{1, rule}), "done");
  EXPECT_EQ(n.outcome(n.payment("NORDDEFF/main", "SUDBFRPP/ask", eur(900))), "acceptance_needed");
  const auto slow = [&](std::int64_t cents) {
    return n.outcome(n.payment("NORDDEFF/slow", "SUDBFRPP/main", eur(cents)).signed_by({"slow"}));
  };
  EXPECT_EQ(slow(600), "delayed");
  EXPECT_EQ(slow(401), "corridor_refused");
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 20'000)), "settled");
  EXPECT_EQ(slow(400), "delayed");
  // A rule that comes during the delay stops the order.
  EXPECT_EQ(n.propose(SetCorridorRule{2,
                                      [] {
                                        CorridorRule closed = germany_to_france();
                                        closed.per_payment = MinorUnits(399);
                                        return closed;
                                      }()}),
            "done");
  const std::int64_t before = n.balance("SUDBFRPP/main");
  std::vector<VerifiedTransactionPtr> votes;
  for (std::size_t who = 0; who < 3; ++who)
    votes.push_back(a_transaction(Vote{bic(kOwners[who]), n.proposal, true})
                        .id(n.next_id())
                        .signed_by({kKeys[who]})
                        .valid_until(n.soon())
                        .verified());
  n.ledger.block(votes);
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 1'000)), "done");
  EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 20'000)), "corridor_refused");
  EXPECT_EQ(n.balance("SUDBFRPP/main"), before);
}

TEST(Corridors, ItemsOfABulkAndExchangesAreCreditsToo) {
  Governed n;
  EXPECT_EQ(n.carry(SetCorridorRule{1, germany_to_france()}), "done");
  const Uuid small = n.next_id();
  const Uuid large = n.next_id();
  BatchBuilder batch;
  batch.id(n.next_id()).valid_until(n.soon());
  batch.item(small, "SUDBFRPP/main", 1'000).item(large, "SUDBFRPP/main", 1'001);
  EXPECT_EQ(n.outcome(batch), "done");
  ASSERT_EQ(n.receipts.size(), 3U);
  EXPECT_EQ(Network::word_of(n.receipts[1]), "settled");
  EXPECT_EQ(Network::word_of(n.receipts[2]), "corridor_refused");
  // EUR 12.50 reach France, whatever they cost.
  EXPECT_EQ(n.outcome(fx(n).quote(a_quote().expires_at(n.in_seconds(60)).build())),
            "corridor_refused");
}

TEST(Governance, RandomVotesAgreeWithACountByHand) {
  const char* given = std::getenv("VOSTRO_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'129;
  std::mt19937_64 random(seed);
  std::map<ProposalStatus, int> ends;
  Governed n;
  for (int round = 0; round < 60; ++round) {
    const std::uint64_t value = 1 + random() % 1'000'000;
    ASSERT_EQ(n.propose(SetParameter{ParameterName::max_acceptance_s, value}, random() % 20, 30),
              "done");
    std::map<std::size_t, bool> cast;
    std::size_t yes = 0;
    std::size_t no = 0;
    for (int step = 0; step < 6; ++step) {
      const std::size_t who = random() % 4;
      const bool is_yes = random() % 3 != 0;
      const bool is_over = yes >= 3 || no >= 2;
      const std::string word = n.vote(who, is_yes);
      // The proposal may have taken effect at the block's start: its receipt comes first.
      const std::string expected = is_over              ? "proposal_closed"
                                   : cast.contains(who) ? "already_voted"
                                                        : "done";
      EXPECT_EQ(word, expected) << "seed " << seed << " round " << round;
      if (expected == "done") {
        cast[who] = is_yes;
        (is_yes ? yes : no) += 1;
      }
    }
    n.ledger.block({n.payment().verified()}, UnixMillis(n.ledger.time().value + 60'000));
    const ProposalStatus expected = yes >= 3  ? ProposalStatus::in_force
                                    : no >= 2 ? ProposalStatus::refused
                                              : ProposalStatus::lapsed;
    EXPECT_EQ(to_string(n.now().status), to_string(expected)) << "seed " << seed;
    EXPECT_EQ(n.ledger.load<Parameters>({})->max_acceptance_s == value, yes >= 3);
    ++ends[expected];
  }
  EXPECT_EQ(ends.size(), 3U) << "the run means something only if each end occurred";
}

TEST(Governance, TheInvariantNoticesWhatNoBlockMayDo) {
  Governed n;
  ASSERT_EQ(n.propose(longer_validity()), "done");
  ASSERT_EQ(n.vote(0), "done");
  const auto after = [&](const std::function<void(Proposal&)>& change) {
    State state(n.ledger.store());
    Proposal proposal = n.now();
    change(proposal);
    state.put<Proposal>(n.proposal, proposal);
    return check_proposals(state).has_value();
  };
  EXPECT_TRUE(after([](Proposal& p) { p.ballots.push_back({bic("SUDBFRPP"), true}); }));
  EXPECT_FALSE(after([](Proposal& p) { p.ballots.clear(); }));
  EXPECT_FALSE(after([](Proposal& p) { p.ballots[0].yes = false; }));
  EXPECT_FALSE(after([](Proposal& p) { p.ballots.push_back(p.ballots[0]); }));
  EXPECT_FALSE(after([](Proposal& p) { p.status = ProposalStatus::in_force; }));
  EXPECT_FALSE(after([](Proposal& p) { p.status = ProposalStatus::passed; }));
  EXPECT_FALSE(after([](Proposal& p) { p.change = SetCorridorRule{1, {}}; }));
  State state(n.ledger.store());
  state.erase<Proposal>(n.proposal);
  EXPECT_FALSE(check_proposals(state).has_value());
}

}  // namespace
}  // namespace vostro::test
