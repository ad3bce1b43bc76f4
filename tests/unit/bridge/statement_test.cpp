#include "bridge/messages.h"
#include "bridge/reports.h"
#include "tests/unit/bridge/flow_case.h"

namespace vostro::bridge {
namespace {

using namespace test;

class Statements : public FlowTest {
 protected:
  static constexpr Date kToday{20'833};  // of kNow

  static FiatEntry debit(const std::string& reference, std::int64_t cents) {
    FiatEntry entry = credit(reference, cents);
    entry.is_credit = false;
    entry.texts.clear();
    return entry;
  }
  FiatEntry payout_debit(const std::string& reference, std::int64_t cents = 200) {
    FiatEntry entry = debit(reference, cents);
    entry.instruction = {payout_message_id(redeem_)};
    return entry;
  }
  /// What the bank would send: the closing balance follows.
  FiatStatement statement(std::uint64_t number, std::int64_t opening,
                          std::vector<FiatEntry> entries, Date date = kToday) {
    FiatStatement made;
    made.account = kPool;
    made.id = "S" + std::to_string(number);
    made.number = number;
    std::int64_t closing = opening;
    for (const FiatEntry& each : entries)
      closing += each.is_credit ? each.amount.units.value : -each.amount.units.value;
    made.opening = {kEuro, MinorUnits(opening)};
    made.closing = {kEuro, MinorUnits(closing)};
    made.date = date;
    made.entries = std::move(entries);
    return made;
  }
  void take_statement(const FiatStatement& made) {
    EXPECT_EQ(fault_of(config_, FiatStatements{{made}}), "");
    step([&](BookTransaction& rows) {
      take_statements(rows, config_, maker_, {{made}}, hash("file", as_bytes(made.id)));
    });
  }
  /// "kind amount" of each open break, and that the sums explain no more than these.
  std::vector<std::string> breaks() {
    return look<std::vector<std::string>>([](BookTransaction& rows) {
      std::vector<std::string> found;
      for (const Break& each : open_breaks(rows))
        found.push_back(std::string(to_string(each.kind)) + " " +
                        std::to_string(each.amount.value));
      return found;
    });
  }
  std::vector<std::string> held() {
    return look<std::vector<std::string>>([](BookTransaction& rows) {
      std::vector<std::string> found;
      for (const Statement& each : statements_in(rows, StatementState::held))
        found.push_back(std::to_string(each.number) + " " + each.why);
      return found;
    });
  }
  std::int64_t last_number() {
    return look<std::int64_t>([](BookTransaction& rows) {
      const auto last = last_statement(rows, kPool);
      return last ? last->number : 0;
    });
  }
  /// Two persons say that it may go on.
  void release(const std::string& subject) {
    for (const auto& [name, key] : {std::pair{"anna", &anna_}, std::pair{"carl", &carl_}})
      step([&](BookTransaction& rows) {
        insert(rows, Release{subject, "why", name, key->public_key(),
                             key->sign(release_message(kNetwork, subject, "why"))});
      });
    step([&](BookTransaction& rows) { act_on_releases(rows, config_, maker_); });
  }
  void release_held() {
    release(look<std::string>([](BookTransaction& rows) {
      return subject_of(statements_in(rows, StatementState::held).at(0));
    }));
  }
  void SetUp() override {
    FlowTest::SetUp();
    config_.persons = {{"anna", anna_.public_key()}, {"carl", carl_.public_key()}};
  }

  SecretKey anna_ = SecretKey::generate();
  SecretKey carl_ = SecretKey::generate();
};
VOSTRO_ON_BOTH_DATABASES(Statements);
using Words = std::vector<std::string>;

// What the first statement begins with is known from before it: one that corrects it begins so,
// too.
TEST_P(Statements, AFirstStatementThatIsCorrectedKeepsWhatItBeginsWith) {
  FiatEntry earlier = credit("e", 700);
  earlier.booked = Date(kToday.value - 1);
  notice(earlier);
  take_statement(statement(1, 700, {credit("a")}));
  EXPECT_EQ(breaks(), Words());
  take_statement(statement(1, 700, {credit("a"), credit("b", 40)}));
  EXPECT_EQ(held(), Words{"1 corrected"});
  release_held();
  EXPECT_EQ(breaks(), Words());
  take_statement(statement(2, 1'240, {}));
  EXPECT_EQ(breaks(), Words());
}

TEST_P(Statements, InTurnAndAsToldNothingIsSaid) {
  notice(credit("a"));
  redeem();
  answer("ACSC");
  take_statement(statement(7, 0, {credit("a"), payout_debit("p")}));
  notice(payout_debit("p"));
  notice(credit("b", 900));
  take_statement(statement(8, 300, {credit("b", 900)}));
  EXPECT_EQ(breaks(), Words());
  EXPECT_EQ(alarm_kinds(), Words());
  EXPECT_EQ(last_number(), 8);
  EXPECT_EQ(sums()[0], 1'200);
  const auto position = look<Reconciliation>(
      [&](BookTransaction& rows) { return position_of(rows, config_, kNetwork, false); });
  EXPECT_EQ(position.accounts.at(0).held.value, 1'200);
  EXPECT_EQ(position.accounts.at(0).unstated.value, 0);
}

TEST_P(Statements, AnEntryFirstSeenThereCountsAsTold) {
  take_statement(statement(1, 0, {credit("a"), debit("d", 100)}));
  EXPECT_EQ(funding("a").state, FundingState::issuing);
  ASSERT_EQ(waiting().size(), 1U);
  notice(credit("a"));
  notice(debit("d", 100));
  EXPECT_EQ(waiting().size(), 1U);
  EXPECT_EQ(sums(), (Sums{400, 0, -500, 0, 0, 0, 100}));
  EXPECT_EQ(breaks(), Words{"unexplained_debit -100"});
}

TEST_P(Statements, ADebitBeforeThePayoutIsDecidedIsInFlight) {
  redeem();
  take_statement(statement(1, 0, {payout_debit("p")}));
  EXPECT_EQ(redemption().state, RedemptionState::paying);  // a pacs.002 decides, nothing else
  const auto unposted = [&] {
    return look<std::int64_t>(
        [](BookTransaction& rows) { return sums_of(rows, kPool).unposted.value; });
  };
  EXPECT_EQ(unposted(), -200);
  answer("ACSC");
  EXPECT_EQ(unposted(), 0);
  EXPECT_EQ(breaks(), Words());
}

// Rows B7 and F37. Method: what the bank may do wrong with its numbers, one after the other.
TEST_P(Statements, F37_AGapWaitsUntilTheMissingOneComes) {
  take_statement(statement(1, 0, {credit("a")}));
  take_statement(statement(3, 800, {credit("c", 400)}));
  EXPECT_EQ(held(), Words{"3 gap"});
  EXPECT_EQ(breaks(), Words{"statement_number 0"});
  EXPECT_FALSE(look<bool>([](BookTransaction& rows) {
    return find_funding(rows, client::fiat_entry_hash(kPool, "c")).has_value();
  }));
  take_statement(statement(2, 500, {credit("b", 300)}));
  EXPECT_EQ(held(), Words());
  EXPECT_EQ(last_number(), 3);
  EXPECT_EQ(breaks(), Words());
  EXPECT_EQ(sums()[0], 1'200);
}

TEST_P(Statements, F37_AMissingOneIsReleasedByTwo) {
  take_statement(statement(1, 0, {credit("a")}));
  take_statement(statement(3, 800, {credit("c", 400)}, Date(kToday.value + 2)));
  release_held();
  EXPECT_EQ(last_number(), 3);
  EXPECT_EQ(breaks(), Words{"statement_sum 300"});
  EXPECT_EQ(sums()[0], 900);
  // Late, and out of turn: two again. Then everything adds up.
  take_statement(statement(2, 500, {credit("b", 300)}, Date(kToday.value + 1)));
  EXPECT_EQ(held(), Words{"2 backwards"});
  release_held();
  EXPECT_EQ(last_number(), 3);
  EXPECT_EQ(breaks(), Words());
  EXPECT_EQ(sums()[0], 1'200);
}

TEST_P(Statements, F37_TheSameAgainIsTakenOnce) {
  take_statement(statement(1, 0, {credit("a")}));
  take_statement(statement(1, 0, {credit("a")}));
  EXPECT_EQ(alarm_kinds(), Words{"statement"});
  EXPECT_EQ(breaks(), Words());
  EXPECT_EQ(sums()[0], 500);
}

TEST_P(Statements, F37_ACorrectedOneReplacesTheFirst) {
  notice(credit("a"));
  take_statement(statement(1, 0, {credit("a", 700), credit("b", 300)}));
  EXPECT_EQ(breaks(), Words{"amount_differs 200"});
  take_statement(statement(1, 0, {credit("a"), credit("c", 50)}));
  EXPECT_EQ(held(), Words{"1 corrected"});
  release_held();
  // b was told by a statement that holds no more.
  EXPECT_EQ(breaks(), Words{"not_on_statement -300"});
  EXPECT_EQ(last_number(), 1);
  take_statement(statement(2, 550, {credit("b", 300)}));
  EXPECT_EQ(breaks(), Words());
  EXPECT_EQ(sums()[0], 850);
}

TEST_P(Statements, AReleaseNeedsTwoPersonsOfTheConfiguration) {
  take_statement(statement(1, 0, {credit("a")}));
  take_statement(statement(3, 800, {}));
  config_.persons.pop_back();
  release_held();
  EXPECT_EQ(held(), Words{"3 gap"});
}

TEST_P(Statements, B7_OneThatBeginsElsewhereIsHeld) {
  take_statement(statement(1, 0, {credit("a")}));
  take_statement(statement(2, 501, {credit("b")}));
  EXPECT_EQ(held(), Words{"2 opening"});
  EXPECT_EQ(breaks(), Words{"statement_opening 1"});
}

TEST_P(Statements, TheFirstMayBeginWithWhatTheBookKnows) {
  FiatEntry old = credit("a");
  old.booked = Date(kToday.value - 3);
  notice(old);
  take_statement(statement(41, 500, {credit("b", 100)}));
  EXPECT_EQ(breaks(), Words());
}

TEST_P(Statements, TheFirstWithMoneyThatNobodyKnowsIsABreak) {
  take_statement(statement(41, 499, {credit("b", 100)}));
  EXPECT_EQ(breaks(), Words{"opening_differs 499"});
}

TEST_P(Statements, B6_OneEntryOnTwoStatementsHasOneEffect) {
  take_statement(statement(1, 0, {credit("a")}));
  take_statement(statement(2, 500, {credit("a")}));
  EXPECT_EQ(breaks(), Words{"stated_again 500"});
  EXPECT_EQ(sums()[0], 500);
  EXPECT_EQ(waiting().size(), 1U);
}

TEST_P(Statements, WhatWasToldMustStandThere) {
  FiatEntry told = credit("a");
  told.booked = kToday;
  notice(told);
  take_statement(statement(1, 0, {}, Date(kToday.value - 1)));
  EXPECT_EQ(breaks(), Words());
  take_statement(statement(2, 0, {}, kToday));
  EXPECT_EQ(breaks(), Words{"not_on_statement -500"});
  take_statement(statement(3, 0, {credit("a")}, Date(kToday.value + 1)));
  EXPECT_EQ(breaks(), Words());
}

TEST_P(Statements, APaidPayoutHasADayToBeDebited) {
  redeem();
  answer("ACSC");
  take_statement(statement(1, 0, {}, kToday));
  EXPECT_EQ(breaks(), Words());
  take_statement(statement(2, 0, {}, Date(kToday.value + 1)));
  EXPECT_EQ(breaks(), Words{"not_on_statement 200"});
}

TEST_P(Statements, APayoutIsDebitedOnceAndAsOrdered) {
  redeem();
  answer("ACSC");
  take_statement(statement(1, 0, {payout_debit("p", 201)}));
  EXPECT_EQ(breaks(), Words{"amount_differs -1"});
  take_statement(statement(2, -201, {payout_debit("q")}));
  EXPECT_EQ(breaks(), (Words{"amount_differs -1", "debited_again -200"}));
}

TEST_P(Statements, ARefusedPayoutThatWasDebitedIsABreak) {
  redeem();
  answer("RJCT");
  take_statement(statement(1, 0, {payout_debit("p")}));
  EXPECT_EQ(breaks(), Words{"debited_though_refused -200"});
}

// Goal: a break stops its currency's issuing until two persons let it go on; a new one stops it
// again. Payouts go on.
TEST_P(Statements, ABreakStopsIssuing) {
  const auto look_at_breaks = [&](bool is_stopping) {
    step([&](BookTransaction& rows) { stop_on_breaks(rows, is_stopping); });
  };
  notice(credit("a"));
  notice(debit("d", 1));
  look_at_breaks(true);
  EXPECT_TRUE(waiting().empty());
  notice(credit("b"));
  redeem();
  EXPECT_EQ(waiting().size(), 1U);  // the payout
  look_at_breaks(true);
  release("issuing/EUR/7");  // of another time
  EXPECT_EQ(waiting().size(), 1U);
  release("issuing/EUR/1");
  EXPECT_EQ(waiting().size(), 3U);
  look_at_breaks(true);  // the break is still there, and known
  EXPECT_EQ(waiting().size(), 3U);
  notice(debit("e", 1));
  look_at_breaks(true);
  EXPECT_EQ(waiting().size(), 1U);
  release("issuing/EUR/1");  // what was said of the first one counts no more
  EXPECT_EQ(waiting().size(), 1U);
  release("issuing/EUR/2");
  notice(debit("f", 1));
  look_at_breaks(false);  // by policy an alarm only
  EXPECT_EQ(waiting().size(), 3U);
  EXPECT_EQ(breaks().size(), 3U);
}

TEST_P(Statements, ParticipantsAreHeldAgainstTheLedgerOneByOne) {
  notice(credit("a"));
  take(issue_receipt(funding("a")));
  redeem();
  answer("ACSC");
  const auto position = [&] {
    return look<Reconciliation>(
        [&](BookTransaction& rows) { return position_of(rows, config_, kNetwork, true); });
  };
  ASSERT_EQ(position().participants.size(), 1U);
  ParticipantPosition member = position().participants[0];
  EXPECT_EQ(member.participant, kMember);
  EXPECT_EQ(member.fiat.value, 300);
  EXPECT_EQ(member.ledger.value, 500);
  EXPECT_EQ(member.burning.value, 200);
  EXPECT_EQ(member.difference.value, 0);
  // Issued by hand, with nothing behind it.
  Receipt by_hand;
  by_hand.id = {kAgent, client::make_uetr()};
  by_hand.entries = {posting(PlaceKind::supply, -1), posting(PlaceKind::account, 1)};
  take(by_hand);
  member = position().participants[0];
  EXPECT_EQ(member.difference.value, -1);
  EXPECT_EQ(breaks(), Words{"unbacked_issue -1"});
  Reconciliation found = position();
  const auto with_supply = [&](std::int64_t issued) {
    client::CurrencyView ledger;
    ledger.currency = kEuro;
    ledger.agent = kAgent;
    ledger.issued = {kEuro, MinorUnits(issued)};
    found = position();
    hold_against(found, {ledger}, kAgent);
    step([&](BookTransaction& rows) { note_differences(rows, found); });
  };
  with_supply(501);
  EXPECT_EQ(found.pools[0].difference.value, -1);
  EXPECT_EQ(breaks(), Words{"unbacked_issue -1"});
  // The ledger has more than its blocks told.
  with_supply(503);
  EXPECT_EQ(breaks(), (Words{"ledger_differs -2", "unbacked_issue -1"}));
  with_supply(501);
  EXPECT_EQ(breaks(), Words{"unbacked_issue -1"});
  EXPECT_FALSE(found.is_sound());
  const std::string csv = to_csv(found);
  EXPECT_NE(csv.find("participant,EUR,MERLSGSG,difference,-0.01\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("break,EUR,"), std::string::npos) << csv;
}

// Goal: a book that is older than its items goes on. Method: they are taken away, as schema 1 had
// none, and the book is opened again as the agent does.
TEST_P(Statements, AnOlderBookGetsItsItems) {
  notice(credit("a"));
  notice(debit("d", 100));
  redeem();
  answer("ACSC");
  const auto items = [&] {
    return look<std::size_t>([](BookTransaction& rows) { return all_items(rows).size(); });
  };
  const auto adopt = [&] { step([](BookTransaction& rows) { adopt_items(rows, kPool, kEuro); }); };
  ASSERT_EQ(items(), 3U);
  adopt();
  ASSERT_EQ(items(), 3U);
  tamper("DELETE FROM fiat_items");
  adopt();
  ASSERT_EQ(items(), 3U);
  take_statement(statement(1, 0, {credit("a"), debit("d", 100), payout_debit("p")}));
  EXPECT_EQ(breaks(), Words{"unexplained_debit -100"});
  EXPECT_EQ(sums()[0], 200);
}

TEST(FaultOfAStatement, B7_NamesWhatNoBookCanTake) {
  const auto fault = [](const std::function<void(FiatStatement&)>& change) {
    FiatStatement made;
    made.account = kPool;
    made.number = 1;
    made.opening = made.closing = Money{kEuro, MinorUnits(0)};
    made.date = Date(1);
    made.entries = {credit("a")};
    change(made);
    return fault_of(config(), FiatStatements{{made}});
  };
  EXPECT_EQ(fault([](FiatStatement&) {}), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.account = "other"; }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.number.reset(); }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.number = ~std::uint64_t{0}; }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.is_whole = false; }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.opening.reset(); }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.closing.reset(); }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.closing->currency = *parse_currency("USD"); }), "");
  EXPECT_NE(fault([](FiatStatement& s) { s.entries[0].amount.currency = *parse_currency("USD"); }),
            "");
  EXPECT_NE(fault([](FiatStatement& s) { s.entries[0].reference = ""; }), "");
}

// ---- what the ledger is told of it ----

/// Attestations and issues as they may go to the ledger, in order: "attest 500", "issue 40".
class Attested : public Statements {
 protected:
  static constexpr Date kTomorrow{kToday.value + 1};
  void look_at_reserves() {
    now_ = UnixMillis(now_.value + 1'000);
    step([&](BookTransaction& rows) { attest_reserves(rows, config_, maker_); });
  }
  Words orders() {
    const auto unattested = look<std::set<Currency>>(
        [&](BookTransaction& rows) { return waiting_for_attestation(rows, config_, maker_); });
    Words found;
    for (const OutboxItem& item : waiting()) {
      if (item.issues && unattested.contains(*item.issues)) continue;
      const auto order = order_in(item);
      if (const auto* said = std::get_if<chain::AttestReserves>(&order.body))
        found.push_back("attest " + std::to_string(said->balance.value));
      else
        found.push_back("issue " +
                        std::to_string(std::get<chain::Issue>(order.body).money.units.value));
    }
    return found;
  }
  /// The attestation that waits.
  chain::Transaction attesting() {
    for (const OutboxItem& item : waiting()) {
      auto order = order_in(item);
      if (std::holds_alternative<chain::AttestReserves>(order.body)) return order;
    }
    throw std::logic_error("no attestation waits");
  }
  chain::AttestReserves attestation() { return std::get<chain::AttestReserves>(attesting().body); }
  /// The ledger's word on it.
  void say(std::optional<chain::Reason> reason = std::nullopt) {
    Receipt receipt;
    receipt.id = {kAgent, attesting().id};
    if (reason) {
      receipt.status = Status::rejected;
      receipt.reason = reason;
    }
    take(receipt);
  }
  /// A credit that its bank tells in a message of its own.
  void told(const std::string& reference, std::int64_t cents, Date day = kToday) {
    FiatEntry entry = credit(reference, cents);
    entry.booked = day;
    notice(entry);
  }
  Receipt refused(const std::string& reference) {
    Receipt receipt = issue_receipt(funding(reference), Status::rejected);
    receipt.reason = chain::Reason::reserves_short;
    return receipt;
  }
};
VOSTRO_ON_BOTH_DATABASES(Attested);

TEST_P(Attested, AtEachStatementWithItsHashAndWhatWasToldSince) {
  told("a", 500);
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"issue 500"}) << "nothing was ever attested: the ledger asks for none";
  take(issue_receipt(funding("a")));
  take_statement(statement(7, 0, {credit("a")}));
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 500"});
  EXPECT_EQ(attestation().statement, hash("file", as_bytes("S7")));
  EXPECT_EQ(attestation().as_of, UnixSeconds(now_.value / 1000));
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 500"}) << "once for each";
  say();
  look_at_reserves();
  EXPECT_EQ(orders(), Words());
  told("b", 30, kTomorrow);
  take(issue_receipt(funding("b")));
  take_statement(statement(8, 500, {}));
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 530"}) << "of the next day, and on no statement yet";
}

TEST_P(Attested, WhatIsMissingOnTheStatementDoesNotCount) {
  told("a", 500);
  take(issue_receipt(funding("a")));
  take_statement(statement(7, 0, {}));
  EXPECT_EQ(breaks(), Words{"not_on_statement -500"});
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 0"});
}

// Somebody's hand in the database ends the bridge with a sentence, and not with a core.
TEST_P(Attested, WhatIsBeingIssuedWithoutAnOrderIsADamagedBook) {
  take_statement(statement(7, 0, {}));
  look_at_reserves();
  say();
  told("a", 500, kTomorrow);
  step([](BookTransaction& rows) { rows.sql().run("UPDATE fundings SET order_id = ''"); });
  now_ = UnixMillis(now_.value + 1'000);
  const auto done =
      book_->write(now_, [&](BookTransaction& rows) { attest_reserves(rows, config_, maker_); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, BookError::Kind::damaged);
}

TEST_P(Attested, BeforeMoreIsIssuedThanTheLastOneCovers) {
  take_statement(statement(7, 0, {}));
  look_at_reserves();
  say();
  told("a", 500, kTomorrow);
  EXPECT_EQ(orders(), Words()) << "the order to issue waits already";
  step([&](BookTransaction& rows) { attest_reserves(rows, config_, maker_); });
  EXPECT_EQ(orders(), Words()) << "and in the second of the last attestation, too";
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 500"}) << "the order to issue waits for it";
  EXPECT_EQ(attestation().statement, hash("file", as_bytes("a")));
  say();
  EXPECT_EQ(orders(), Words{"issue 500"});
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"issue 500"});
  take(issue_receipt(funding("a")));
  EXPECT_EQ(alarm_kinds(), Words());
}

TEST_P(Attested, WhatTheLedgerRefusedForWantOfThemIsIssuedWhenTheyAreThere) {
  told("a", 500);
  take(refused("a"));
  EXPECT_EQ(funding("a").state, FundingState::issuing) << "nobody doubts for whom it is";
  EXPECT_EQ(alarm_kinds(), Words{"reserves"});
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 500"});
  say();
  EXPECT_EQ(orders(), Words{"issue 500"});
  EXPECT_EQ(funding("a").attempt, 2U);
  EXPECT_EQ(alarm_kinds(), Words());
  take(refused("a"));
  look_at_reserves();
  EXPECT_EQ(orders(), Words()) << "the bank has said nothing new";
  told("b", 40);
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 540"});
  say();
  EXPECT_EQ(orders(), (Words{"issue 40", "issue 500"}));
  sums();
}

TEST_P(Attested, WhatTheBankSaysOfOtherThingsIsNoNewsOfTheAccount) {
  const auto other = [&](const std::string& id) {
    step([&](BookTransaction& rows) {
      insert(rows, JournalMessage{"in", "pacs.002.001.10", to_text(config_.bank), id,
                                  hash("file", as_bytes(id)), "<xml/>"});
    });
  };
  take_statement(statement(7, 0, {}));
  look_at_reserves();
  say();
  told("a", 500, kTomorrow);
  other("behind it");
  look_at_reserves();
  EXPECT_EQ(attestation().statement, hash("file", as_bytes("a"))) << "who told of the account";
  say();
  take(refused("a"));
  other("another one");
  look_at_reserves();
  EXPECT_EQ(orders(), Words()) << "the balance is as old as it was";
}

TEST_P(Attested, OfALaterSecondWhereAnotherHandWasFirst) {
  take_statement(statement(7, 0, {}));
  look_at_reserves();
  say(chain::Reason::date_not_after);
  EXPECT_EQ(orders(), Words{"attest 0"});
  EXPECT_EQ(attestation().as_of, UnixSeconds(kNow.value / 1000 + 1));
  say();
  EXPECT_EQ(alarm_kinds(), Words());
}

TEST_P(Attested, AsOfTheLedgersTimeWhereThisMachinesClockIsAhead) {
  take_statement(statement(7, 0, {}));
  now_ = UnixMillis(kNow.value + 60'000);
  look_at_reserves();
  say(chain::Reason::date_ahead);
  EXPECT_EQ(orders(), Words{"attest 0"});
  EXPECT_EQ(attestation().as_of, UnixSeconds(kNow.value / 1000)) << "of the block that refused";
  say();
  EXPECT_EQ(orders(), Words());
  EXPECT_EQ(alarm_kinds(), Words());
}

TEST_P(Attested, OneThatIsRefusedIsAnAlarmAndHoldsNothingUp) {
  take_statement(statement(7, 0, {}));
  told("a", 500, kTomorrow);
  look_at_reserves();
  EXPECT_EQ(orders(), Words{"attest 500"});
  say(chain::Reason::currency_not_available);
  EXPECT_EQ(orders(), Words{"issue 500"});
  EXPECT_EQ(alarm_kinds(), Words{"refused"});
}

// What an operator has to bring is told in time, and no longer than until it is there.
TEST_P(Statements, ACalendarThatEndsAndADayWithoutItsStatementAreTold) {
  using Kinds = std::vector<std::string>;
  config_.calendars.resize(1);
  CurrencyCalendar& each = config_.calendars.front();
  const auto covers_until = [&](const std::string& last) {
    each.calendar = *make_calendar("covers 2027-01-01 " + last + "\n", {"UTC", 7 * 60});
  };
  each.currency = kEuro;
  each.statement_within = std::chrono::hours(2);
  covers_until("2027-02-14");
  const auto told_at = [&](std::uint64_t hours) {
    now_ = UnixMillis(kNow.value + hours * 3'600'000);
    step([&](BookTransaction& rows) { look_at_calendars(rows, config_); });
    return alarm_kinds();
  };
  // The 15th of January, 8:00: the day is over since 7:00. There never was a statement.
  EXPECT_EQ(told_at(2), Kinds{});
  take_statement(statement(1, 0, {}, Date(kToday.value - 1)));
  EXPECT_EQ(told_at(0), Kinds{});
  EXPECT_EQ(told_at(2), Kinds{"late_statement"});
  take_statement(statement(2, 0, {}));
  EXPECT_EQ(told_at(2), Kinds{});
  EXPECT_EQ(told_at(24), Kinds{"calendar"});  // it ends in less than thirty days
  covers_until("2027-12-31");
  EXPECT_EQ(told_at(24), Kinds{});
}

}  // namespace
}  // namespace vostro::bridge
