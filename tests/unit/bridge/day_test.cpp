#include <cstdlib>
#include <random>

#include "bridge/reconcile.h"
#include "tests/unit/bridge/flow_case.h"

namespace vostro::bridge {
namespace {

using namespace test;

/// A day of an agent: credits, redemptions, payments between participants, and the statements at
/// its end. The bank and the ledger are models that count for themselves; into the book goes only
/// what they would tell.
class TheDay : public FlowTest {
 protected:
  static constexpr std::size_t kMembers = 20;
  static constexpr std::size_t kOfEachFault = 5;
  static constexpr std::size_t kEntriesOfAStatement = 5'000;
  static constexpr Date kDay{20'833};  // of kNow

  /// A break that was planted: its kind, and how what it is about begins.
  struct Planted {
    BreakKind kind;
    std::string reference;
  };

  void SetUp() override {
    FlowTest::SetUp();
    if (IsSkipped()) return;
    const char* size = std::getenv("VOSTRO_TEST_DAY");
    operations_ = size == nullptr ? 1'000 : std::strtoul(size, nullptr, 10);
    config_.pools[0].has_several_statements = true;
    for (std::size_t i = 0; i < kMembers; ++i) {
      const Bic bic = *parse_bic("BAN" + std::string(1, static_cast<char>('A' + i)) + "SGSG");
      members_.push_back(bic);
      config_.standings.push_back(
          {bic, kEuro, {"P-" + to_text(bic)}, *parse_bic("DBSSSGSG"), "R-" + to_text(bic)});
    }
  }

  // ---- the parts of the day, each as the outside would tell it ----

  void in_book(const Book::Work& work) {
    steps_.push_back(work);
    if (steps_.size() >= 500) flush();
  }
  void flush() {
    step([&](BookTransaction& rows) {
      for (const Book::Work& each : steps_) each(rows);
    });
    steps_.clear();
  }
  void tell(Receipt receipt) {
    in_book([this, receipt = std::move(receipt)](BookTransaction& rows) {
      take_events(
          rows, rules_,
          std::vector<client::Event>{client::ReceiptEvent{{Height(7), kNow, 0, receipt}, {}}});
    });
  }
  Uuid fresh_id() {
    Bytes number;
    append_little_endian(number, ++ids_, 8);
    std::array<Byte, 16> half{};
    std::copy_n(hash("id", number).bytes.begin(), half.size(), half.begin());
    return make_uuid_v4(half);
  }
  static Entry at_account(const Bic& who, std::int64_t cents) {
    Entry entry = posting(PlaceKind::account, cents);
    entry.place.account = chain::AccountId{who, "main"};
    return entry;
  }
  Receipt issued(const Bic& to, const Uuid& order, std::int64_t cents) {
    issued_ += cents;
    Receipt receipt;
    receipt.id = {kAgent, order};
    receipt.entries = {posting(PlaceKind::supply, -cents), at_account(to, cents)};
    return receipt;
  }
  /// `order`: none is the bridge's own, which its book knows.
  void close(const chain::OwnedId& redeem, bool is_paid, std::int64_t cents,
             std::optional<Uuid> order) {
    if (is_paid) redeemed_ += cents;
    in_book([this, redeem, is_paid, cents, order](BookTransaction& rows) {
      Receipt receipt;
      receipt.id = {kAgent, order ? *order : find_redemption(rows, redeem)->order.value()};
      receipt.entries = {
          posting(PlaceKind::hold, -cents, redeem),
          is_paid ? posting(PlaceKind::supply, cents) : at_account(redeem.owner, cents)};
      take_events(
          rows, rules_,
          std::vector<client::Event>{client::ReceiptEvent{{Height(7), kNow, 0, receipt}, {}}});
    });
  }
  FiatEntry fiat(const std::string& reference, bool is_credit, std::int64_t cents) {
    FiatEntry entry = credit(reference, cents);
    entry.is_credit = is_credit;
    entry.booked = kDay;
    if (!is_credit) entry.texts.clear();
    return entry;
  }

  void pays_in(const Bic& who, std::int64_t cents, std::optional<BreakKind> fault) {
    const std::string reference = "C" + std::to_string(++ids_) + ".";
    FiatEntry entry = fiat(reference, true, cents);
    entry.debtor_account = "P-" + to_text(who);
    entry.texts = {"VOSTRO/" + to_text(who) + "/main"};
    const bool is_told = ids_ % 4 != 0;  // some are seen first on the statement
    if (is_told || fault)
      in_book([this, entry](BookTransaction& rows) {
        take_notice(rows, config_, maker_, {{entry}}, hash("file", as_bytes(entry.reference)));
      });
    const Receipt receipt =
        issued(who, client::issue_id(client::fiat_entry_hash(kPool, reference), 1), cents);
    if (is_told || fault)
      tell(receipt);
    else
      later_.push_back(receipt);
    if (fault == BreakKind::not_on_statement) {
      plant(*fault, kPool + "/C/" + reference);
      return;
    }
    if (fault == BreakKind::amount_differs) {
      plant(*fault, kPool + "/C/" + reference);
      ++entry.amount.units.value;
    }
    if (fault == BreakKind::stated_again) {
      plant(*fault, kPool + "/C/" + reference + "@");
      again_.push_back(entry);
    }
    stated_.push_back(std::move(entry));
  }

  void redeems(const Bic& who, std::int64_t cents, std::optional<BreakKind> fault) {
    const chain::OwnedId redeem{who, fresh_id()};
    Receipt receipt;
    receipt.id = redeem;
    receipt.entries = {at_account(who, -cents), posting(PlaceKind::hold, cents, redeem)};
    tell(receipt);
    if (fault == BreakKind::unpaid_burn) {
      plant(*fault, to_text(who) + "/" + to_text(redeem.id));
      close(redeem, true, cents, fresh_id());
      return;
    }
    const bool is_paid = fault ? *fault != BreakKind::debited_though_refused : ids_ % 10 != 0;
    const std::string payout = payout_message_id(redeem);
    in_book([this, payout, is_paid](BookTransaction& rows) {
      take_status(rows, config_, maker_,
                  {{{payout, std::nullopt, is_paid ? "ACSC" : "RJCT", is_paid ? "" : "AC04"}}},
                  hash("x", as_bytes(payout)));
    });
    close(redeem, is_paid, cents, std::nullopt);
    if (!is_paid && !fault) return;
    const std::string reference = "P" + std::to_string(++ids_) + ".";
    FiatEntry entry = fiat(reference, false, cents);
    entry.instruction = {payout};
    if (fault == BreakKind::amount_differs) ++entry.amount.units.value;
    if (fault == BreakKind::amount_differs || fault == BreakKind::debited_though_refused)
      plant(*fault, kPool + "/P/" + payout);
    stated_.push_back(entry);
    if (fault == BreakKind::debited_again) {
      entry.reference += "again";  // whichever of the two comes second
      plant(*fault, kPool + "/D/" + reference);
      stated_.push_back(entry);
    }
  }

  void pays(const Bic& from, const Bic& to, std::int64_t cents) {
    Receipt receipt;
    receipt.id = {from, fresh_id()};
    receipt.payment.emplace();
    receipt.entries = {at_account(from, -cents), at_account(to, cents)};
    tell(receipt);
  }

  void plant(BreakKind kind, std::string reference) {
    planted_.push_back({kind, std::move(reference)});
  }

  /// Of the bank: it adds up what it states.
  FiatStatement next_statement(std::vector<FiatEntry> entries, Date date) {
    FiatStatement made;
    made.account = kPool;
    made.number = ++number_;
    made.id = "S" + std::to_string(number_);
    made.opening = {kEuro, MinorUnits(closing_)};
    for (const FiatEntry& each : entries)
      closing_ += each.is_credit ? each.amount.units.value : -each.amount.units.value;
    made.closing = {kEuro, MinorUnits(closing_)};
    made.date = date;
    made.entries = std::move(entries);
    return made;
  }
  void take_statement(const FiatStatement& made) {
    step([&](BookTransaction& rows) {
      take_statements(rows, config_, maker_, {{made}}, hash("file", as_bytes(made.id)));
    });
  }
  void ends() {
    flush();
    std::ranges::shuffle(stated_, random_);
    for (std::size_t at = 0; at < stated_.size(); at += kEntriesOfAStatement) {
      const auto end = stated_.begin() + static_cast<std::ptrdiff_t>(
                                             std::min(at + kEntriesOfAStatement, stated_.size()));
      take_statement(
          next_statement({stated_.begin() + static_cast<std::ptrdiff_t>(at), end}, kDay));
    }
    for (const Receipt& each : later_) tell(each);
    flush();
    take_statement(next_statement(again_, kDay));
    // The next day's first one; then some of one number that say something else.
    take_statement(next_statement({}, Date(kDay.value + 1)));
    for (std::size_t i = 0; i < kOfEachFault; ++i) {
      FiatStatement other = next_statement({}, Date(kDay.value + 1));
      --number_;
      other.number = number_;
      other.id = "other-" + std::to_string(i);
      take_statement(other);
      plant(BreakKind::statement_number, kPool + "/" + std::to_string(number_) + "/");
    }
  }

  std::size_t operations_ = 0;
  std::vector<Bic> members_;
  std::vector<Book::Work> steps_;
  std::vector<FiatEntry> stated_, again_;
  std::vector<Receipt> later_;
  std::vector<Planted> planted_;
  std::mt19937_64 random_{20'261'129};
  std::uint64_t ids_ = 0, number_ = 0;
  std::int64_t closing_ = 0, issued_ = 0, redeemed_ = 0;
};
VOSTRO_ON_BOTH_DATABASES(TheDay);

// Goal: the reconciliation of a day finds exactly what is wrong with it. Method: 50 faults of ten
// kinds are planted at chance places of a day in random order (the seed is above).
TEST_P(TheDay, OfManyPaymentsHasExactlyTheBreaksThatWerePlanted) {
  using enum BreakKind;
  using Fault = std::optional<BreakKind>;
  const auto faults_of = [&](std::initializer_list<BreakKind> kinds, std::size_t count) {
    std::vector<Fault> faults(count);
    std::size_t at = 0;
    for (const BreakKind kind : kinds)
      for (std::size_t i = 0; i < kOfEachFault; ++i) faults.at(at++) = kind;
    std::ranges::shuffle(faults, random_);
    return faults;
  };
  const std::size_t credits = operations_ * 2 / 5, redemptions = operations_ * 3 / 10;
  std::vector<Fault> in = faults_of({not_on_statement, amount_differs, stated_again}, credits);
  std::vector<Fault> out =
      faults_of({unpaid_burn, debited_though_refused, amount_differs, debited_again}, redemptions);
  std::vector<Fault> other =
      faults_of({unbacked_issue, unexplained_debit}, operations_ - credits - redemptions);
  const auto somebody = [&]() -> const Bic& { return members_[random_() % kMembers]; };
  while (!in.empty() || !out.empty() || !other.empty()) {
    const auto cents = static_cast<std::int64_t>(1 + random_() % 1'000'000);
    std::vector<Fault>& from = std::array{&in, &out, &other}[random_() % 3][0];
    if (from.empty()) continue;
    const Fault fault = from.back();
    from.pop_back();
    if (&from == &in) {
      pays_in(somebody(), cents, fault);
    } else if (&from == &out) {
      redeems(somebody(), cents, fault);
    } else if (fault == unbacked_issue) {
      const Uuid order = fresh_id();
      plant(unbacked_issue, chain::to_text(chain::OwnedId{kAgent, order}));
      tell(issued(somebody(), order, cents));
    } else if (fault == unexplained_debit) {
      stated_.push_back(fiat("X" + std::to_string(++ids_) + ".", false, cents));
      plant(unexplained_debit, kPool + "/D/" + stated_.back().reference);
    } else {
      pays(somebody(), somebody(), cents);
    }
  }
  ends();
  ASSERT_EQ(planted_.size(), 50U);

  client::CurrencyView ledger;
  ledger.currency = kEuro;
  ledger.agent = kAgent;
  ledger.issued = {kEuro, MinorUnits(issued_)};
  ledger.redeemed = {kEuro, MinorUnits(redeemed_)};
  const auto compare = [&] {
    return look<Reconciliation>([&](BookTransaction& rows) {
      Reconciliation found = position_of(rows, config_, kNetwork, true);
      hold_against(found, {ledger}, kAgent);
      return found;
    });
  };
  Reconciliation found = compare();
  step([&](BookTransaction& rows) { note_differences(rows, found); });
  found = compare();
  EXPECT_EQ(found.audit.faults, std::vector<std::string>());
  std::vector<std::string> strange;
  for (const Break& each : found.breaks) {
    const auto known = std::ranges::find_if(planted_, [&](const Planted& one) {
      return one.kind == each.kind && each.reference.starts_with(one.reference);
    });
    if (known == planted_.end())
      strange.push_back(key_of(each) + ": " + each.text);
    else
      planted_.erase(known);
  }
  EXPECT_EQ(strange, std::vector<std::string>());
  for (const Planted& missed : planted_)
    ADD_FAILURE() << "not found: " << to_string(missed.kind) << " " << missed.reference;
  // Where the faults are known, everything else adds up.
  EXPECT_EQ(found.pools[0].difference, found.pools[0].unmatched);
  std::cout << operations_ << " payments, " << found.audit.rows << " rows, " << found.breaks.size()
            << " breaks\n";
}

}  // namespace
}  // namespace vostro::bridge
