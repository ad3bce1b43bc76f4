// Goal: what hits waits for two persons, and what they decide is done, once, on ledger and book.
// Method: the flow against a list of invented names, on both databases; orders are decoded.
#include <fstream>
#include <functional>

#include "bridge/book/links.h"
#include "bridge/flow/ledger_events.h"
#include "bridge/screening_lists.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge {
namespace {

using test::kNow;

const Bic kUs = *parse_bic("NORDDEFF");
const Bic kThem = *parse_bic("MERLSGSG");
const Hash kTestNetwork = hash("test-network", {});
const std::string kBasis = "EU 833/2014 art 5";
const Hash kPaper = hash("document", as_bytes("order"));

screening::List list_of(const std::vector<std::string>& names) {
  screening::List list;
  list.version.name = "test";
  std::string all;
  for (const std::string& name : names) {
    all += name + "\n";
    list.entries.push_back(
        {std::to_string(list.entries.size()), "individual", "X", {{name, false, false}}, {}});
  }
  list.version.files = hash("screening-file", as_bytes(all));
  list.version.entries = list.version.names = list.entries.size();
  return list;
}
screening::Screener screener_of(const std::vector<std::string>& names) {
  return screening::Screener({list_of(names)}, {});
}

class TheScreening : public test::BookTest {
 protected:
  void SetUp() override {
    BookTest::SetUp();
    if (IsSkipped()) return;
    book_.emplace(open_active());
    config_.agent = kUs;
    for (const char* name : {"anna", "carl"})
      config_.persons.push_back({name, keys_[config_.persons.size()].public_key()});
  }
  void step(const Book::Work& work) {
    const auto done = book_->write(now_, work);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  ScreeningState screen(const std::string& name, Direction direction = Direction::incoming) {
    ScreeningState state{};
    step([&](BookTransaction& rows) {
      state = screen_payment(rows, screener_,
                             {direction,
                              payment_,
                              {kUs, "main"},
                              {*parse_currency("EUR"), MinorUnits(500)},
                              {{"debtor", name, ""}}});
    });
    direction_ = direction;
    return state;
  }
  Screening now() {
    std::optional<Screening> found;
    step([&](BookTransaction& rows) {
      EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
      found = find_screening(rows, direction_, payment_);
    });
    return found.value();
  }
  void decide(std::size_t person, ScreeningAction action) {
    const bool has_paper = action != ScreeningAction::release && action != ScreeningAction::reject;
    const Screening screening = now();
    ScreeningDecision decision{id_of(screening),
                               screening.round,
                               action,
                               has_paper ? kBasis : "",
                               has_paper ? kPaper : Hash{},
                               "seen",
                               config_.persons[person].name,
                               keys_[person].public_key(),
                               {}};
    decision.signature = keys_[person].sign(decision_message(kTestNetwork, screening, decision));
    step([&](BookTransaction& rows) {
      insert(rows, decision);
      act_on_screenings(rows, config_, maker_);
    });
  }
  void both(ScreeningAction action) {
    decide(0, action);
    decide(1, action);
  }
  std::vector<chain::Transaction> orders() {
    std::vector<chain::Transaction> found;
    step([&](BookTransaction& rows) {
      for (const OutboxItem& each : outbox(rows, 100))
        found.push_back(*chain::decode_transaction(*from_hex(each.content)));
    });
    return found;
  }
  void take(chain::Status status) {
    chain::Receipt receipt;
    receipt.id = {kUs, *now().order};
    receipt.status = status;
    if (status == chain::Status::rejected) receipt.reason = chain::Reason::wrong_state;
    step([&](BookTransaction& rows) {
      take_events(
          rows, rules_,
          std::vector<client::Event>{client::ReceiptEvent{{Height(7), kNow, 0, receipt}, {}}});
    });
  }
  std::size_t alarms_open() {
    std::size_t count = 0;
    step([&](BookTransaction& rows) { count = alarms(rows).size(); });
    return count;
  }

  UnixMillis now_ = kNow;
  std::vector<SecretKey> keys_ = [] {
    std::vector<SecretKey> made;
    for (int i = 0; i < 2; ++i) made.push_back(SecretKey::generate());
    return made;
  }();
  BridgeConfig config_;
  OrderMaker maker_{kTestNetwork, kUs, SecretKey::generate(), std::chrono::seconds(600)};
  Rules rules_{config_, maker_,
               [](const Payout&) -> Result<std::string, std::string> { return std::string(); }};
  screening::Screener screener_ = screener_of({"Pavel BORKIN", "Zaid AL-BADRANI"});
  chain::OwnedId payment_{kThem, client::make_uetr()};
  Direction direction_ = Direction::incoming;
  std::optional<Book> book_;
};
VOSTRO_ON_BOTH_DATABASES(TheScreening);

TEST_P(TheScreening, WhatIsClearGoesOnAndIsKeptWithItsLists) {
  EXPECT_EQ(screen("Anna Novak"), ScreeningState::clear);
  EXPECT_EQ(now().lists, screener_.version());
  EXPECT_NE(now().result.find("\"hits\":[]"), std::string::npos);
  EXPECT_EQ(alarms_open(), 0u);
}

TEST_P(TheScreening, AHitWaitsUntilTwoPersonsReleaseIt) {
  EXPECT_EQ(screen("Borkin, Pavel"), ScreeningState::waiting);
  EXPECT_EQ(screen("Borkin, Pavel"), ScreeningState::waiting);  // asked again: the same one
  EXPECT_NE(now().result.find("score 1000 of 1000"), std::string::npos);
  EXPECT_EQ(alarms_open(), 1u);
  decide(0, ScreeningAction::release);
  decide(0, ScreeningAction::release);  // the same person twice
  decide(1, ScreeningAction::reject);   // another decision
  EXPECT_EQ(now().state, ScreeningState::waiting);
  decide(1, ScreeningAction::release);
  EXPECT_EQ(now().state, ScreeningState::released);
  EXPECT_EQ(alarms_open(), 0u);
  EXPECT_TRUE(orders().empty());
}

TEST_P(TheScreening, TwoPersonsRejectIt) {
  ASSERT_EQ(screen("Pavel Borkin", Direction::outgoing), ScreeningState::waiting);
  both(ScreeningAction::reject);
  EXPECT_EQ(now().state, ScreeningState::rejected);
  EXPECT_FALSE(may_go_on(now().state));
}

TEST_P(TheScreening, AForgedDecisionCountsForNothing) {
  ASSERT_EQ(screen("Pavel Borkin"), ScreeningState::waiting);
  const Screening screening = now();
  for (std::size_t person = 0; person < 2; ++person) {
    ScreeningDecision decision{id_of(screening),
                               screening.round,
                               ScreeningAction::release,
                               "",
                               {},
                               "seen",
                               config_.persons[person].name,
                               keys_[person].public_key(),
                               {}};
    decision.signature = keys_[person].sign(decision_message(kTestNetwork, screening, decision));
    decision.reason = "something else";
    step([&](BookTransaction& rows) {
      insert(rows, decision);
      act_on_screenings(rows, config_, maker_);
    });
  }
  EXPECT_EQ(now().state, ScreeningState::waiting);
}

TEST_P(TheScreening, BlockAndUnblockAreOrderedOnceEach) {
  for (const bool is_paid : {true, false}) {
    payment_.id = client::make_uetr();
    ASSERT_EQ(screen("Pavel Borkin"), ScreeningState::waiting);
    both(ScreeningAction::block);
    EXPECT_EQ(now().state, ScreeningState::blocking);
    ASSERT_EQ(orders().size(), 1u);
    const auto block = std::get<chain::Block>(orders()[0].body);
    EXPECT_EQ(block.payment, payment_);
    EXPECT_EQ(block.creditor, (chain::AccountId{kUs, "main"}));
    EXPECT_EQ(block.legal_basis, kBasis);
    EXPECT_EQ(block.document, kPaper);
    take(chain::Status::blocked);
    EXPECT_EQ(now().state, ScreeningState::blocked);
    EXPECT_TRUE(orders().empty());
    // What was decided before does not count again, nor does what does not fit.
    decide(0, ScreeningAction::block);
    decide(1, ScreeningAction::release);
    EXPECT_EQ(now().state, ScreeningState::blocked);
    both(is_paid ? ScreeningAction::unblock_pay : ScreeningAction::unblock_release);
    ASSERT_EQ(orders().size(), 1u);
    const auto unblock = std::get<chain::Unblock>(orders()[0].body);
    EXPECT_EQ(unblock.to, is_paid ? chain::UnblockTo::pay : chain::UnblockTo::release);
    EXPECT_EQ(unblock.legal_basis, kBasis);
    take(is_paid ? chain::Status::settled : chain::Status::released);
    EXPECT_EQ(now().state,
              is_paid ? ScreeningState::unblocked_pay : ScreeningState::unblocked_release);
  }
}

TEST_P(TheScreening, WhatTheLedgerRefusesIsDecidedAnew) {
  ASSERT_EQ(screen("Pavel Borkin"), ScreeningState::waiting);
  both(ScreeningAction::block);
  take(chain::Status::rejected);
  EXPECT_EQ(now().state, ScreeningState::waiting);
  EXPECT_EQ(alarms_open(), 1u);
  decide(1, ScreeningAction::block);
  EXPECT_EQ(now().state, ScreeningState::waiting);
  decide(0, ScreeningAction::block);
  EXPECT_EQ(now().state, ScreeningState::blocking);
  const auto first = orders().at(0);
  step([&](BookTransaction& rows) {
    remove_from_outbox(rows, chain::to_text(chain::OwnedId{kUs, first.id}));
    on_screening_order_expired(rows, maker_, find_screening_by_order(rows, first.id).value());
  });
  ASSERT_EQ(orders().size(), 1u);
  EXPECT_NE(orders()[0].id, first.id);
}

TEST_P(TheScreening, AnOutgoingPaymentIsBlockedWithoutTheLedger) {
  ASSERT_EQ(screen("Pavel Borkin", Direction::outgoing), ScreeningState::waiting);
  both(ScreeningAction::block);
  EXPECT_EQ(now().state, ScreeningState::blocked);
  both(ScreeningAction::unblock_pay);
  EXPECT_TRUE(may_go_on(now().state));
  EXPECT_TRUE(orders().empty());
}

TEST_P(TheScreening, NewListsAreAskedAboutWhatIsOpen) {
  ASSERT_EQ(screen("Anna Novak"), ScreeningState::clear);
  screener_ = screener_of({"Anna NOVAK"});
  step([&](BookTransaction& rows) { screen_again(rows, screener_); });
  EXPECT_EQ(now().state, ScreeningState::waiting);
  EXPECT_EQ(alarms_open(), 1u);
  both(ScreeningAction::release);
  // Others on the list change nothing; a hit that nobody decided about does.
  screener_ = screener_of({"Anna NOVAK", "Pavel BORKIN"});
  EXPECT_EQ(screen("Anna Novak"), ScreeningState::released);
  screener_ = screener_of({"Pavel BORKIN", "Anna NOVAK"});
  EXPECT_EQ(screen("Anna Novak"), ScreeningState::waiting);
  step([&](BookTransaction& rows) { close_screening(rows, Direction::incoming, payment_); });
  screener_ = screener_of({"Novak Anna"});
  step([&](BookTransaction& rows) { screen_again(rows, screener_); });
  EXPECT_EQ(now().state, ScreeningState::closed);
  EXPECT_EQ(alarms_open(), 0u);
}

TEST_P(TheScreening, WhatAPersonHoldsStaysHeldWhateverTheListsSay) {
  step([&](BookTransaction& rows) {
    EXPECT_TRUE(hold_by_hand(rows,
                             {Direction::incoming,
                              payment_,
                              {kUs, "main"},
                              {*parse_currency("EUR"), MinorUnits(500)},
                              {}},
                             "anna", "a call of the police"));
  });
  EXPECT_EQ(screen("Anna Novak"), ScreeningState::waiting);
  EXPECT_EQ(now().state, ScreeningState::waiting);
}

TEST_P(TheScreening, AnEditOfTheBookShows) {
  ASSERT_EQ(screen("Pavel Borkin"), ScreeningState::waiting);
  tamper("UPDATE screenings SET state = 'released'");
  step([&](BookTransaction& rows) { EXPECT_FALSE(audit(rows).faults.empty()); });
}

/// Goal: lists are read again when they change, and a broken file changes nothing.
TEST(ScreeningLists, ABrokenFileKeepsTheOldLists) {
  const test::TemporaryDirectory home;
  const auto path = home.path() / "countries.csv";
  const auto write = [&](const std::string& text) { std::ofstream(path) << text; };
  write("country,measure,basis\nKP,embargo,x\n");
  ScreeningConfig config;
  config.lists = {{"own", screening::Format::countries, {path.string()}}};
  auto lists = ScreeningLists::open(config);
  ASSERT_TRUE(lists) << lists.error();
  const auto hits = [&](const std::string& country) {
    return lists->screener().screen({{"debtor", "", country}}).hits.size();
  };
  EXPECT_EQ(hits("KP"), 1u);
  EXPECT_EQ(lists->look(false), ScreeningLists::Reload::unchanged);
  write("country,measure,basis\nKP,embargo,x\nIR,embargo,y\n");
  EXPECT_EQ(lists->look(false), ScreeningLists::Reload::loaded);
  EXPECT_EQ(hits("IR"), 1u);
  write("country,measure\n");
  EXPECT_EQ(lists->look(false), ScreeningLists::Reload::failed);
  EXPECT_NE(lists->error().find("list own"), std::string::npos);
  EXPECT_EQ(hits("IR"), 1u);
  EXPECT_EQ(lists->look(false), ScreeningLists::Reload::unchanged);  // tried, and told
  EXPECT_EQ(lists->look(true), ScreeningLists::Reload::failed);
  std::filesystem::remove(path);
  EXPECT_EQ(lists->look(false), ScreeningLists::Reload::failed);
  EXPECT_EQ(hits("KP"), 1u);
  config.lists[0].files = {(home.path() / "absent.csv").string()};
  EXPECT_FALSE(ScreeningLists::open(config));
}

}  // namespace
}  // namespace vostro::bridge
