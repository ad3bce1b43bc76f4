#include "bridge/book/book.h"

#include <algorithm>
#include <thread>

#include "bridge/book/fundings.h"
#include "bridge/book/links.h"
#include "bridge/book/mail.h"
#include "bridge/book/migrations.h"
#include "bridge/book/redemptions.h"
#include "client/order.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge {
namespace {

using test::kNow;

const Currency kEur = *parse_currency("EUR");
const Bic kBank = *parse_bic("MERLSGSG");

Money eur(std::int64_t cents) {
  return {kEur, MinorUnits(cents)};
}

Funding funding(const std::string& reference, std::int64_t cents = 125'000) {
  Funding made;
  made.fiat_account = "DE89370400440532013000";
  made.bank_reference = reference;
  made.entry = client::fiat_entry_hash(made.fiat_account, reference);
  made.amount = eur(cents);
  made.named = "VOSTRO/MERLSGSG/main; it's :v0 \"caf\xc3\xa9\" \\ %";
  made.debtor = "SG0011";
  made.reason = "no_account_named";
  made.received = kNow;
  return made;
}

Redemption redemption() {
  Redemption made;
  made.id = {kBank, client::make_uetr()};
  made.account = {kBank, "main"};
  made.amount = eur(77);
  made.ordered = kNow;
  made.message_id = "VR" + to_text(made.id.id).substr(0, 8);
  made.deadline = UnixMillis(kNow.value + 1000);
  return made;
}

class TheBook : public test::BookTest {
 protected:
  void write(Book& book, const Book::Work& work) {
    const auto done = book.write(kNow, work);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  template <class T>
  T look(Book& book, const std::function<T(BookTransaction&)>& what) {
    std::optional<T> seen;
    const auto done = book.read(kNow, [&](BookTransaction& rows) { seen = what(rows); });
    EXPECT_TRUE(done) << to_string(done.error());
    return seen.value_or(T{});
  }
  std::int64_t balance(Book& book, const std::string& account) {
    return look<std::int64_t>(
        book, [&](BookTransaction& rows) { return balances(rows)[kEur][account].value; });
  }
  /// A little of everything.
  void fill(Book& book) {
    write(book, [](BookTransaction& rows) {
      ensure_accounts(rows, kEur);
      rows.move("credit", "one", BookAccount::suspense, BookAccount::nostro, eur(500));
      insert(rows, funding("one", 500), "made");
      insert(rows, redemption(), "made");
      insert(rows, JournalMessage{"in", "camt.054", "NORDDEFF", "m1", Hash{}, "<xml/>"});
      insert(rows, Decision{funding("one").entry,
                            {kBank, "main"},
                            "why",
                            "anna",
                            SecretKey::generate().public_key(),
                            Signature{}});
    });
  }
};
VOSTRO_ON_BOTH_DATABASES(TheBook);

TEST_P(TheBook, IsMadeOnceAndOpenedByMany) {
  Book first = open();
  Book second = open();
  Sql sql(address(), {});
  EXPECT_EQ(schema_of(sql), newest_schema());
}

TEST_P(TheBook, OfANewerProgramIsLeftAlone) {
  static_cast<void>(open());
  tamper("INSERT INTO migrations (version, at_ms) VALUES (1000, 0)");
  const auto refused = Book::open(address(), {}, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, BookError::Kind::newer);
}

TEST_P(TheBook, PostsBothSides) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    ensure_accounts(rows, kEur);
    rows.move("credit", "ref", BookAccount::suspense, BookAccount::nostro, eur(125'000));
    rows.move("matched", "ref", BookAccount::issuing, BookAccount::suspense, eur(25'000));
  });
  EXPECT_EQ(balance(book, "nostro/EUR"), 125'000);
  EXPECT_EQ(balance(book, "suspense/EUR"), -100'000);
  EXPECT_EQ(balance(book, "issuing/EUR"), -25'000);
  EXPECT_EQ(balance(book, "ledger/EUR"), 0);
}

// Rows go to the database in groups: nobody may see a book without them, not even whoever wrote.
TEST_P(TheBook, SeesItsOwnPostingsBeforeTheyAreCommitted) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    ensure_accounts(rows, kEur);
    for (int i = 1; i <= 200; ++i) {
      rows.move("credit", std::to_string(i), BookAccount::suspense, BookAccount::nostro, eur(1));
      if (i % 37 == 0) {
        EXPECT_EQ(balances(rows)[kEur]["nostro/EUR"].value, i);
        EXPECT_EQ(audit(rows).rows, 3 * i);
        EXPECT_EQ(audit(rows).faults, std::vector<std::string>{});
      }
    }
  });
  EXPECT_EQ(balance(book, "nostro/EUR"), 200);
  EXPECT_EQ(look<std::int64_t>(book, [](BookTransaction& rows) { return audit(rows).rows; }), 600);
}

TEST_P(TheBook, ClearsAndRaisesAnAlarmAgainInOneTransaction) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    rows.clear("k");
    rows.raise("k", "one");
    rows.raise("k", "two");
    rows.clear("k");
    rows.raise("k", "three");
  });
  write(book, [](BookTransaction& rows) {
    ASSERT_EQ(alarms(rows).size(), 1u);
    EXPECT_EQ(alarms(rows).front().text, "three");
    EXPECT_EQ(alarms(rows).front().count, 1);
    rows.clear("k");
    EXPECT_TRUE(alarms(rows).empty());
    // More than it keeps in mind.
    for (int i = 0; i < 1'100; ++i) rows.raise("many/" + std::to_string(i), "text");
  });
  write(book, [](BookTransaction& rows) {
    for (int i = 0; i < 1'100; ++i) rows.clear("many/" + std::to_string(i));
    EXPECT_TRUE(alarms(rows).empty());
  });
}

// Statements stay prepared: the kinds of their values, and their number, must not mix them up.
TEST_P(TheBook, KeepsStatementsApart) {
  static_cast<void>(open());
  Sql sql(address(), {});
  const auto one = [&](const std::string& text, const SqlValues& values) {
    return sql.rows(1, text, values).front().text(0);
  };
  for (int i = 0; i < 1'200; ++i)  // more than are kept
    EXPECT_EQ(one("SELECT CAST(:v0 AS TEXT) || '" + std::to_string(i) + "'", {std::string("x")}),
              "x" + std::to_string(i));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(one("SELECT COALESCE(CAST(:v0 AS TEXT), 'none')", {std::string("7")}), "7");
    EXPECT_EQ(one("SELECT COALESCE(CAST(:v0 AS TEXT), 'none')", {std::int64_t{8}}), "8");
    EXPECT_EQ(one("SELECT COALESCE(CAST(:v0 AS TEXT), 'none')", {std::monostate{}}), "none");
    EXPECT_EQ(one("SELECT COALESCE(CAST(:v0 AS TEXT), 'none')", {std::string("9")}), "9");
  }
}

TEST_P(TheBook, HoldsTheLargestSums) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    ensure_accounts(rows, kEur);
    for (int i = 0; i < 90; ++i)
      rows.move("credit", "ref", BookAccount::suspense, BookAccount::nostro,
                {kEur, money_max_default});
  });
  EXPECT_EQ(balance(book, "nostro/EUR"), 90 * money_max_default.value);
  EXPECT_EQ(balance(book, "suspense/EUR"), -90 * money_max_default.value);
}

using TheBookDeathTest = TheBook;
VOSTRO_ON_BOTH_DATABASES(TheBookDeathTest);
TEST_P(TheBookDeathTest, TakesNoEntryThatDoesNotSumToZero) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) { ensure_accounts(rows, kEur); });
  EXPECT_DEATH(
      static_cast<void>(book.write(
          kNow,
          [](BookTransaction& rows) {
            rows.post("credit", "ref", {{"nostro/EUR", eur(2)}, {"suspense/EUR", eur(-1)}});
          })),
      "sum == 0");
}

// Goal: state, postings, outbox and cursor together or not at all. Method: the last step throws.
TEST_P(TheBook, WritesAllOrNothing) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) { ensure_accounts(rows, kEur); });
  const auto failed = book.write(kNow, [](BookTransaction& rows) {
    rows.move("credit", "ref", BookAccount::suspense, BookAccount::nostro, eur(1));
    insert(rows, funding("one"), "made");
    insert(rows, OutboxItem{"a", OutboxItem::Kind::file, "text"});
    set_cursor(rows, Hash{}, {Height(7), 3});
    insert(rows, funding("one"), "made");  // there already
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, BookError::Kind::unavailable);
  EXPECT_EQ(balance(book, "nostro/EUR"), 0);
  EXPECT_TRUE(look<bool>(book, [](BookTransaction& rows) {
    return all_fundings(rows).empty() && outbox_size(rows) == 0 && !cursor(rows, Hash{}) &&
           audit(rows).rows == 0;
  }));
}

TEST_P(TheBook, F34_FencesOffAnOldBridge) {
  Book old = open_active();
  write(old, [](BookTransaction& rows) { ensure_accounts(rows, kEur); });
  Book young = open();
  const auto seen = young.lease();
  ASSERT_TRUE(seen);
  // The old one still writes: what was seen is no longer so, and nothing can be taken.
  write(old, [](BookTransaction& rows) { rows.raise("k", "t"); });
  EXPECT_EQ(*young.take_lease(*seen, "young"), false);
  const auto again = young.lease();
  EXPECT_EQ(*young.take_lease(*again, "young"), true);
  const auto late = old.write(kNow, [](BookTransaction& rows) {
    rows.move("credit", "late", BookAccount::suspense, BookAccount::nostro, eur(1));
  });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, BookError::Kind::fenced);
  EXPECT_EQ(balance(young, "nostro/EUR"), 0);
  // Giving back what it no longer has takes nothing from the young one.
  EXPECT_TRUE(old.release_lease());
  write(young, [](BookTransaction& rows) { rows.raise("k", "t"); });
  EXPECT_EQ(young.lease()->fence, seen->fence + 1);
}

TEST_P(TheBook, GivesTheLeaseToOneOfTwo) {
  Book one = open();
  Book two = open();
  const Lease seen = *one.lease();
  EXPECT_EQ(*one.take_lease(seen, "one"), true);
  EXPECT_EQ(*two.take_lease(seen, "two"), false);
}

// Goal: rows of the bridge and of a desk take turns, and stay one chain. Method: two at once.
TEST_P(TheBook, WritersTakeTurns) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) { ensure_accounts(rows, kEur); });
  constexpr int kEach = 25;
  std::thread desk([this] {
    Book other = open();
    for (int i = 0; i < kEach; ++i)
      EXPECT_TRUE(other.write_as_desk(
          kNow, [](BookTransaction& rows) { rows.transition("x", "desk", "s", Hash{}, ""); }));
  });
  for (int i = 0; i < kEach; ++i)
    write(book, [](BookTransaction& rows) { rows.transition("x", "bridge", "s", Hash{}, ""); });
  desk.join();
  const Audit found = look<Audit>(book, [](BookTransaction& rows) { return audit(rows); });
  EXPECT_EQ(found.rows, 2 * kEach);
}

TEST_P(TheBook, KeepsFlowsAsTheyAre) {
  Book book = open_active();
  Funding one = funding("one");
  Redemption two = redemption();
  write(book, [&](BookTransaction& rows) {
    ensure_accounts(rows, kEur);
    insert(rows, one, "made");
    insert(rows, two, "made");
    one.state = FundingState::issuing;
    one.account = {kBank, "main"};
    one.attempt = 2;
    one.order = client::issue_id(one.entry, 2);
    one.reason.clear();
    update(rows, one, "matched");
    two.state = RedemptionState::refused;
    two.answer = hash("x", {});
    two.code = {'A', 'C', '0', '4'};
    two.attempt = 1;
    two.order = client::make_uetr();
    update(rows, two, "refused");
  });
  EXPECT_TRUE(look<bool>(book, [&](BookTransaction& rows) {
    EXPECT_EQ(find_funding(rows, one.entry), one);
    EXPECT_EQ(find_funding_by_order(rows, *one.order), one);
    EXPECT_EQ(fundings_in(rows, FundingState::issuing), std::vector{one});
    EXPECT_TRUE(fundings_in(rows, FundingState::suspense).empty());
    EXPECT_EQ(find_redemption(rows, two.id), two);
    EXPECT_EQ(find_redemption_by_message(rows, two.message_id), two);
    EXPECT_EQ(find_redemption_by_order(rows, *two.order), two);
    EXPECT_EQ(redemptions_in(rows, RedemptionState::refused), std::vector{two});
    EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
    return true;
  }));
}

TEST_P(TheBook, SendsTheOldestFirstUntilItArrived) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    for (const char* id : {"c", "a", "b"})
      insert(rows, OutboxItem{id, OutboxItem::Kind::file, "text of " + std::string(id)});
    mark_sent(rows, {"a"});
    remove_from_outbox(rows, "c");
    remove_from_outbox(rows, "never there");
  });
  EXPECT_TRUE(look<bool>(book, [](BookTransaction& rows) {
    const auto items = outbox(rows, 10);
    EXPECT_EQ(items.size(), 2u);
    EXPECT_EQ(items.at(0).id, "a");
    EXPECT_TRUE(items.at(0).is_sent);
    EXPECT_EQ(items.at(1).content, "text of b");
    EXPECT_FALSE(items.at(1).is_sent);
    EXPECT_EQ(outbox(rows, 1).size(), 1u);
    return true;
  }));
}

// What goes in and out of the outbox is written in groups: as if each step were written by itself.
TEST_P(TheBook, PutsIntoTheOutboxAndTakesOutOfItInOneTransaction) {
  Book book = open_active();
  const auto put = [](BookTransaction& rows, const std::string& id, const std::string& text) {
    insert(rows, OutboxItem{id, OutboxItem::Kind::file, text});
  };
  write(book, [&](BookTransaction& rows) {
    put(rows, "a", "first");
    put(rows, "b", "first");
    remove_from_outbox(rows, "a");
    EXPECT_FALSE(is_in_outbox(rows, "a"));
    EXPECT_TRUE(is_in_outbox(rows, "b"));
  });
  write(book, [&](BookTransaction& rows) {
    remove_from_outbox(rows, "b");
    put(rows, "b", "second");
    put(rows, "a", "second");
    remove_from_outbox(rows, "a");
    put(rows, "c", "second");
    remove_from_outbox(rows, "never there");
    EXPECT_TRUE(was_sent(rows, "a"));
    EXPECT_FALSE(was_sent(rows, "b"));
  });
  EXPECT_TRUE(look<bool>(book, [](BookTransaction& rows) {
    const auto items = outbox(rows, 10);
    EXPECT_EQ(items.size(), 2u);
    EXPECT_EQ(items.at(0).id + " " + items.at(0).content, "b second");
    EXPECT_EQ(items.at(1).id + " " + items.at(1).content, "c second");
    return true;
  }));
}

TEST_P(TheBook, PutsNothingIntoTheOutboxTwice) {
  Book book = open_active();
  const OutboxItem item{"a", OutboxItem::Kind::file, "text"};
  const auto put = [&](BookTransaction& rows) { insert(rows, item); };
  EXPECT_FALSE(book.write(kNow, [&](BookTransaction& rows) {
    put(rows);
    put(rows);
  }));
  write(book, put);
  EXPECT_FALSE(book.write(kNow, put));
}

TEST_P(TheBook, SendsAMessageOnceHoweverOftenItIsSaid) {
  Book book = open_active();
  const auto say = [](BookTransaction& rows, int number) {
    const std::string id = "m" + std::to_string(number);
    send_once(rows,
              JournalMessage{"out", "pain.002", "NORDDEFF", id, hash("file", as_bytes(id)), id});
  };
  // The last hundred are said again, in the same transaction before and after they are written, and
  // in the next.
  write(book, [&](BookTransaction& rows) {
    for (int i = 0; i < 300; ++i) say(rows, i);
    for (int i = 200; i < 300; ++i) say(rows, i);
    EXPECT_EQ(outbox_size(rows), 300);
    for (int i = 200; i < 300; ++i) say(rows, i);
  });
  write(book, [&](BookTransaction& rows) {
    for (int i = 200; i < 301; ++i) say(rows, i);
    // One that was received, and one of another bank of that id, are others.
    insert(rows, JournalMessage{"in", "pain.001", "NORDDEFF", "m301", hash("a", {}), "in"});
    say(rows, 301);
    remove_from_outbox(rows, "m0.xml");
  });
  EXPECT_TRUE(look<bool>(book, [](BookTransaction& rows) {
    const auto items = outbox(rows, 1'000);
    EXPECT_EQ(items.size(), 301u);
    for (std::size_t i = 0; i < items.size(); ++i)
      EXPECT_EQ(items[i].id, "m" + std::to_string(i + 1) + ".xml");
    EXPECT_EQ(sent_messages(rows, 0, 1'000).size(), 302u);
    EXPECT_EQ(sent_content(rows, "m7"), "m7");
    EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
    return true;
  }));
}

TEST_P(TheBook, AnAlarmThatAPersonHasSeenToIsClosedAndStaysOnRecord) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    rows.raise("file/1", "in quarantine");
    rows.raise("late/1", "late");
    EXPECT_TRUE(close_alarm(rows, "file/1", "the bank sent it again"));
    EXPECT_FALSE(close_alarm(rows, "file/1", "twice"));
    EXPECT_FALSE(close_alarm(rows, "file/2", "never there"));
    EXPECT_EQ(alarms(rows).size(), 1u);
    rows.raise("file/1", "again");
  });
  write(book, [](BookTransaction& rows) { EXPECT_TRUE(close_alarm(rows, "file/1", "again")); });
  EXPECT_TRUE(look<bool>(book, [](BookTransaction& rows) {
    EXPECT_EQ(alarms(rows).size(), 1u);
    EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
    EXPECT_EQ(rows.sql().rows(1, "SELECT detail FROM transitions WHERE flow = 'alarm'").size(), 2u);
    return true;
  }));
  // What lasts ends by itself, and no person says that it has.
  for (const char* key : {"late/1", "waiting/outgoing/x", "break/EUR", "calendar/EUR", "order/x"})
    EXPECT_FALSE(is_closed_by_people(key)) << key;
  for (const char* key : {"file/1", "odd/x.xml", "uetr/1", "entry/a/1"})
    EXPECT_TRUE(is_closed_by_people(key)) << key;
}

TEST_P(TheBook, IsOfOneNetwork) {
  Book book = open_active();
  const Hash network = hash("n", {});
  write(book, [&](BookTransaction& rows) { set_cursor(rows, network, {Height(5)}); });
  write(book, [&](BookTransaction& rows) { set_cursor(rows, network, {Height(6), 2}); });
  EXPECT_TRUE(look<bool>(book, [&](BookTransaction& rows) {
    EXPECT_EQ(cursor(rows, network), (client::EventPlace{Height(6), 2}));
    return true;
  }));
  const auto other =
      book.read(kNow, [](BookTransaction& rows) { static_cast<void>(cursor(rows, Hash{})); });
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, BookError::Kind::damaged);
}

TEST_P(TheBook, B6_TakesAMessageIdOnce) {
  Book book = open_active();
  const JournalMessage message{"in", "camt.054", "NORDDEFF", "m1", hash("a", {}), "<xml/>"};
  write(book, [&](BookTransaction& rows) { insert(rows, message); });
  EXPECT_FALSE(book.write(kNow, [&](BookTransaction& rows) { insert(rows, message); }));
  EXPECT_TRUE(look<bool>(book, [&](BookTransaction& rows) {
    EXPECT_EQ(find_message(rows, "in", "NORDDEFF", "m1"), message.file);
    EXPECT_FALSE(find_message(rows, "out", "NORDDEFF", "m1"));
    return true;
  }));
}

TEST_P(TheBook, CountsAlarmsThatComeAgain) {
  Book book = open_active();
  write(book, [](BookTransaction& rows) {
    rows.raise("a", "first");
    rows.raise("a", "second");
    rows.raise("b", "other");
    rows.clear("b");
  });
  EXPECT_TRUE(look<bool>(book, [](BookTransaction& rows) {
    const auto found = alarms(rows);
    EXPECT_EQ(found.size(), 1u);
    EXPECT_EQ(found.at(0).count, 2);
    EXPECT_EQ(found.at(0).text, "second");
    return true;
  }));
}

// Goal: an insider's edit shows. Method: one edit a row, each past the book; the audit names it.
TEST_P(TheBook, ShowsWhatWasEdited) {
  struct Edit {
    const char* statement;
    const char* named;
  };
  const Edit edits[]{
      {"UPDATE postings SET amount = amount * 2", "postings"},
      {"UPDATE postings SET account = 'issuing/EUR' WHERE amount < 0", "postings"},
      {"UPDATE entries SET reference = 'other'", "entries"},
      {"UPDATE messages SET content = '<other/>'", "messages"},
      {"DELETE FROM messages", "messages"},
      {"DELETE FROM links WHERE kind = 'messages'", "messages"},
      {"UPDATE decisions SET person = 'carl'", "decisions"},
      {"DELETE FROM transitions WHERE flow = 'funding'", "transitions"},
      {"UPDATE transitions SET detail = 'x' WHERE flow = 'funding'", "transitions"},
      {"INSERT INTO entries (seq, at_ms, kind, reference) VALUES (1000, 0, 'x', 'y')", "entries"},
      {"INSERT INTO postings (seq, entry, account, currency, amount) VALUES (1001, 1,"
       " 'nostro/EUR', 'EUR', 5)",
       "do not sum to zero"},
      {"UPDATE links SET hash = 'ab' WHERE kind = 'entries'", "entries"},
      {"UPDATE fundings SET amount = 501", "is not what its steps say"},
      {"UPDATE fundings SET state = 'issued'", "is not what its steps say"},
      {"UPDATE fundings SET account = 'NORDDEFF/main'", "is not what its steps say"},
      {"DELETE FROM fundings", "is gone"},
      {"UPDATE redemptions SET state = 'burnt'", "is not what its steps say"},
      {"UPDATE redemptions SET amount = 1", "is not what its steps say"},
      {"DELETE FROM redemptions", "is gone"},
  };
  const std::string place = written_;
  for (const Edit& edit : edits) {
    SetUp();  // a fresh book
    if (GetParam() == DatabaseAddress::Kind::sqlite) {
      for (const char* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(home_.path() / ("book.db" + std::string(suffix)));
    }
    Book book = open_active();
    fill(book);
    const auto check = [&] {
      return look<Audit>(book, [](BookTransaction& rows) { return audit(rows); });
    };
    ASSERT_EQ(check().faults, std::vector<std::string>());
    tamper(edit.statement);
    const auto found = check().faults;
    EXPECT_TRUE(std::ranges::any_of(
        found, [&](const std::string& each) { return each.find(edit.named) != std::string::npos; }))
        << edit.statement << ": " << ::testing::PrintToString(found);
  }
}

TEST(Database, IsNamedInOneWay) {
  EXPECT_EQ(parse_database("sqlite:book.db")->where, "book.db");
  EXPECT_EQ(parse_database("postgresql:host=/run/postgresql dbname=vostro")->where,
            "host=/run/postgresql dbname=vostro");
  for (const char* bad : {"", "sqlite:", "book.db", "sqlite:a b", "sqlite:a timeout=0'", "mysql:x",
                          "postgresql:", "postgresql:host=a password=b", "sqlite:a\nb"})
    EXPECT_FALSE(parse_database(bad)) << bad;
}

TEST(Database, IsWaitedForWhereAnotherProcessHasItAlone) {
  const test::TemporaryDirectory home;
  const DatabaseAddress address{DatabaseAddress::Kind::sqlite, (home.path() / "book").string()};
  Sql other(address, {});
  other.run("CREATE TABLE entries(id INTEGER)");
  // As one that recovers after a kill: nobody else may even open it.
  other.run("PRAGMA locking_mode=EXCLUSIVE");
  other.run("INSERT INTO entries VALUES(1)");
  std::jthread ends([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    other.run("PRAGMA locking_mode=NORMAL");
    static_cast<void>(other.rows(1, "SELECT id FROM entries"));
  });
  Sql opened(address, {});
  EXPECT_EQ(opened.rows(1, "SELECT id FROM entries").size(), 1U);
}

// F35: the database goes away under a bridge that writes, and comes back.
TEST(DatabaseServerPostgreSQL, F35_WritesGoOnWhenItIsBack) {
  test::PostgresqlServer* server = test::PostgresqlServer::shared();
  if (server == nullptr)
    GTEST_SKIP() << "PostgreSQL 15 is not installed: scripts/bootstrap --tests";
  const std::string where = server->new_database();
  auto book = Book::open(*parse_database(where), {}, kNow);
  ASSERT_TRUE(book) << to_string(book.error());
  ASSERT_EQ(*book->take_lease(*book->lease(), "one"), true);
  const auto raise = [&](const std::string& key) {
    return book->write(kNow, [&](BookTransaction& rows) { rows.raise(key, "text"); });
  };
  ASSERT_TRUE(raise("before"));
  const auto killed_inside = book->write(kNow, [&](BookTransaction& rows) {
    rows.raise("inside", "text");
    server->kill();
    rows.raise("inside too", "text");
  });
  ASSERT_FALSE(killed_inside);
  EXPECT_EQ(killed_inside.error().kind, BookError::Kind::unavailable);
  const auto down = raise("down");
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().kind, BookError::Kind::unavailable);
  server->start();
  const auto up = raise("after");
  ASSERT_TRUE(up) << to_string(up.error());
  std::vector<std::string> keys;
  ASSERT_TRUE(book->read(kNow, [&](BookTransaction& rows) {
    for (const Alarm& each : alarms(rows)) keys.push_back(each.key);
  }));
  EXPECT_EQ(keys, (std::vector<std::string>{"after", "before"}));
}

}  // namespace
}  // namespace vostro::bridge
