/// The settlement agent's flows over a real book: what the bank says and what the ledger says is
/// fed in, and sums, alarms and outbox are looked at.
#pragma once

#include <algorithm>

#include "bridge/flow/agent_orders.h"
#include "bridge/flow/ledger_events.h"
#include "bridge/flow/statement.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge::test {

using chain::Entry;
using chain::Place;
using chain::PlaceKind;
using chain::Receipt;
using chain::Status;

inline const Currency kEuro = *parse_currency("EUR");
inline const Bic kAgent = *parse_bic("NORDDEFF");
inline const Bic kMember = *parse_bic("MERLSGSG");
inline const chain::AccountId kMain{kMember, "main"};
inline const std::string kPool = "DE89370400440532013000";
inline const Hash kNetwork = hash("test-network", {});

inline BridgeConfig config() {
  BridgeConfig made;
  made.agent = kAgent;
  made.bank = *parse_bic("PACIJPJT");
  made.pools = {{kEuro, kPool, made.bank}};
  made.standings = {{kMember, kEuro, {"SG-1"}, *parse_bic("DBSSSGSG"), "SG-9"}};
  return made;
}

inline FiatEntry credit(const std::string& reference, std::int64_t cents = 500) {
  FiatEntry entry;
  entry.account = kPool;
  entry.reference = reference;
  entry.amount = {kEuro, MinorUnits(cents)};
  entry.debtor_account = "SG-1";
  entry.texts = {"inv 7 VOSTRO/MERLSGSG/main"};
  return entry;
}

inline Entry posting(PlaceKind kind, std::int64_t cents, const chain::OwnedId& hold = {}) {
  Entry entry;
  entry.place.kind = kind;
  if (kind == PlaceKind::account) entry.place.account = kMain;
  if (kind == PlaceKind::hold) entry.place.hold = hold;
  entry.currency = kEuro;
  entry.amount = MinorUnits(cents);
  entry.business_date = *parse_date("2026-11-23");
  return entry;
}

class FlowTest : public BookTest {
 protected:
  void SetUp() override {
    BookTest::SetUp();
    if (IsSkipped()) return;
    book_.emplace(open_active());
    step([](BookTransaction& rows) { ensure_accounts(rows, kEuro); });
  }
  void step(const Book::Work& work) {
    const auto done = book_->write(now_, work);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  void take(const Receipt& receipt, std::uint64_t height = 7) {
    step([&](BookTransaction& rows) {
      take_events(
          rows, rules_,
          std::vector<client::Event>{client::ReceiptEvent{{Height(height), kNow, 0, receipt}, {}}});
    });
  }
  void notice(const FiatEntry& entry) {
    step([&](BookTransaction& rows) {
      take_notice(rows, config_, maker_, {{entry}}, hash("file", as_bytes(entry.reference)));
    });
  }
  void answer(const std::string& status, const std::string& code = "",
              const std::string& about = {}) {
    const std::string id = about.empty() ? payout_message_id(redeem_) : about;
    step([&](BookTransaction& rows) {
      take_status(rows, config_, maker_, {{{id, std::nullopt, status, code}}},
                  hash("x", as_bytes(status)));
    });
  }
  void redeem(std::int64_t cents = 200, Status status = Status::done) {
    Receipt receipt;
    receipt.id = redeem_;
    receipt.status = status;
    receipt.entries = {posting(PlaceKind::account, -cents),
                       posting(PlaceKind::hold, cents, redeem_)};
    take(receipt);
  }
  [[nodiscard]] Receipt issue_receipt(const Funding& funding, Status status = Status::done) const {
    Receipt receipt;
    receipt.id = {kAgent, *funding.order};
    receipt.status = status;
    if (status == Status::done)
      receipt.entries = {posting(PlaceKind::supply, -funding.amount.units.value),
                         posting(PlaceKind::account, funding.amount.units.value)};
    else
      receipt.reason = chain::Reason::account_unknown;
    return receipt;
  }
  [[nodiscard]] Receipt outcome_receipt(const Uuid& order, bool is_paid, std::int64_t cents = 200) {
    Receipt receipt;
    receipt.id = {kAgent, order};
    receipt.entries = {posting(PlaceKind::hold, -cents, redeem_),
                       posting(is_paid ? PlaceKind::supply : PlaceKind::account, cents)};
    return receipt;
  }
  template <class T>
  T look(const std::function<T(BookTransaction&)>& what) {
    std::optional<T> seen;
    const auto done = book_->read(now_, [&](BookTransaction& rows) { seen.emplace(what(rows)); });
    EXPECT_TRUE(done) << to_string(done.error());
    return std::move(*seen);
  }
  Funding funding(const std::string& reference) {
    return look<Funding>([&](BookTransaction& rows) {
      return find_funding(rows, client::fiat_entry_hash(kPool, reference)).value();
    });
  }
  Redemption redemption() {
    return look<Redemption>(
        [&](BookTransaction& rows) { return find_redemption(rows, redeem_).value(); });
  }
  std::vector<OutboxItem> waiting() {
    return look<std::vector<OutboxItem>>([](BookTransaction& rows) { return outbox(rows, 100); });
  }
  std::vector<std::string> alarm_kinds() {
    return look<std::vector<std::string>>([](BookTransaction& rows) {
      std::vector<std::string> kinds;
      for (const Alarm& each : alarms(rows))
        kinds.push_back(each.key.substr(0, each.key.find('/')));
      return kinds;
    });
  }
  /// nostro, suspense, issuing, ledger, redeeming, burning, unmatched; and the book is sound.
  std::vector<std::int64_t> sums() {
    return look<std::vector<std::int64_t>>([](BookTransaction& rows) {
      EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
      auto all = balances(rows);
      std::vector<std::int64_t> found;
      for (const BookAccount account : book_accounts)
        found.push_back(all[kEuro][code_of(account, kEuro)].value);
      return found;
    });
  }
  static chain::Transaction order_in(const OutboxItem& item) {
    return *chain::decode_transaction(*from_hex(item.content));
  }

  UnixMillis now_ = kNow;
  BridgeConfig config_ = config();
  OrderMaker maker_{kNetwork, kAgent, SecretKey::generate(), std::chrono::seconds(600)};
  Rules rules_{config_, maker_, [](const Payout& payout) -> Result<std::string, std::string> {
                 return "<pacs.009 " + payout.message_id + "/>";
               }};
  chain::OwnedId redeem_{kMember, client::make_uetr()};
  std::optional<Book> book_;
};
using Sums = std::vector<std::int64_t>;

}  // namespace vostro::bridge::test
