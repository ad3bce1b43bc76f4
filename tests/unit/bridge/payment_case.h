/// A participant's flows over a real book: what files and receipts say is fed in, and sums, alarms
/// and outbox are looked at. After each step the book is recomputed.
#pragma once

#include <algorithm>

#include "bridge/book/customers.h"
#include "bridge/book/links.h"
#include "bridge/book/mail.h"
#include "bridge/book/payments.h"
#include "bridge/customer_messages.h"
#include "bridge/flow/incoming.h"
#include "bridge/flow/outgoing.h"
#include "bridge/flow/payment_events.h"
#include "bridge/messages.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge::payments_test {

using chain::PlaceKind;
using test::kNow;

inline const Currency kEuro = *parse_currency("EUR");
inline const Bic kUs = *parse_bic("NORDDEFF");
inline const Bic kThem = *parse_bic("SUDBFRPP");
inline const chain::AccountId kOurs{kUs, "customers"};
inline const chain::AccountId kTheirs{kThem, "customers"};
inline const std::string kMuster = "DE89370400440532013000";
inline const std::string kDupont = "FR1420041010050500013M02606";
inline const Hash kNetwork = hash("test-network", {});

inline std::string pain001(const std::string& uetr, const std::string& amount = "2.00",
                           const std::string& message_id = "MSG-1") {
  return R"(<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>)" +
         message_id + R"(</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs>
<InitgPty><Nm>Muster</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd>
<ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt><Dbtr><Nm>Muster</Nm><PstlAdr><TwnNm>Kiel</TwnNm><Ctry>DE</Ctry></PstlAdr></Dbtr>
<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>E-1</EndToEndId>)" +
         (uetr.empty() ? "" : "<UETR>" + uetr + "</UETR>") + R"(</PmtId>
<Amt><InstdAmt Ccy="EUR">)" +
         amount +
         R"(</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>SUDBFRPP</BICFI></FinInstnId></CdtrAgt>
<Cdtr><Nm>Dupont</Nm></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct>
</CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>)";
}

inline CustomerOrder order_in(const std::string& text) {
  const auto message = read_message(text, kUs, kUs);
  EXPECT_TRUE(message) << (message ? "" : message.error());
  return std::get<CustomerOrders>(message->content).orders.at(0);
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  EXPECT_NE(text.find(from), std::string::npos) << from;
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// A participant with one customer of 10.00 EUR.
class ThePayments : public test::BookTest {
 protected:
  void SetUp() override {
    BookTest::SetUp();
    if (IsSkipped()) return;
    config_.agent = kUs;
    config_.bank = kUs;
    config_.participant.emplace();
    config_.participant->account = kOurs;
    book_.emplace(open_active());
    step([](BookTransaction& rows) {
      insert(rows, Customer{kMuster, "Muster", kEuro, CustomerStatus::open, {}}, "opened");
      insert(rows, Customer{kDupont, "Dupont", kEuro, CustomerStatus::open, {}}, "opened");
      credit(rows, "brought", kMuster, kMuster, BankAccount::own, {kEuro, MinorUnits(1'000)});
    });
  }
  void step(const Book::Work& work) { step_at(kNow, work); }
  void step_at(UnixMillis now, const Book::Work& work) {
    const auto done = book_->write(now, work);
    ASSERT_TRUE(done) << to_string(done.error());
    // After every step.
    const auto read = book_->read(kNow, [](BookTransaction& rows) {
      EXPECT_EQ(audit(rows).faults, std::vector<std::string>());
      // What stands on the bank's own accounts is what the open payments explain.
      auto open = money_of_open_payments(rows);
      for (auto& [currency, accounts] : balances(rows)) {
        EXPECT_EQ(accounts[code_of(BankAccount::outgoing, currency)].value,
                  -open[currency].outgoing.value);
        EXPECT_EQ(accounts[code_of(BankAccount::incoming, currency)].value,
                  -open[currency].incoming.value);
      }
    });
    ASSERT_TRUE(read);
  }
  template <class T>
  T look(const std::function<T(BookTransaction&)>& what) {
    std::optional<T> seen;
    const auto done = book_->read(kNow, [&](BookTransaction& rows) { seen.emplace(what(rows)); });
    EXPECT_TRUE(done) << to_string(done.error());
    return std::move(*seen);
  }
  CustomerPayment payment(PaymentSide side) {
    return look<CustomerPayment>(
        [&](BookTransaction& rows) { return find_payment(rows, side, name_of(side)).value(); });
  }
  chain::OwnedId name_of(PaymentSide side) const {
    return {side == PaymentSide::outgoing ? kUs : kThem, uetr_};
  }
  std::int64_t has(const std::string& account) {
    return look<std::int64_t>(
        [&](BookTransaction& rows) { return find_customer(rows, account)->balance.value; });
  }
  /// position, outgoing, incoming, own.
  std::vector<std::int64_t> sums() {
    return look<std::vector<std::int64_t>>([](BookTransaction& rows) {
      auto all = balances(rows);
      std::vector<std::int64_t> found;
      for (const BankAccount account : bank_accounts)
        found.push_back(all[kEuro][code_of(account, kEuro)].value);
      return found;
    });
  }
  std::vector<OutboxItem> waiting(OutboxItem::Kind kind) {
    return look<std::vector<OutboxItem>>([&](BookTransaction& rows) {
      auto items = outbox(rows, 100);
      std::erase_if(items, [&](const OutboxItem& each) { return each.kind != kind; });
      return items;
    });
  }
  std::size_t files_with(const std::string& part) {
    const auto files = waiting(OutboxItem::Kind::file);
    return static_cast<std::size_t>(std::ranges::count_if(files, [&](const OutboxItem& each) {
      return each.content.find(part) != std::string::npos;
    }));
  }
  chain::Transaction only_order() {
    const auto orders = waiting(OutboxItem::Kind::order);
    EXPECT_EQ(orders.size(), 1u);
    return *chain::decode_transaction(*from_hex(orders.at(0).content));
  }
  void close(const std::string& account) {
    step([&](BookTransaction& rows) {
      auto customer = *find_customer(rows, account);
      customer.status = CustomerStatus::closed;
      update(rows, customer, "closed");
    });
  }

  /// What a block tells: the last step, and what moved on our account.
  void tell(PaymentSide side, std::vector<std::string> steps, std::int64_t cents,
            const chain::OwnedId& id, chain::Status status, const char* code = nullptr) {
    client::FinalReceipt placed{Height(++height_), kNow, 0, {}};
    placed.receipt.id = id;
    placed.receipt.status = status;
    placed.receipt.payment = facts(side);
    if (code != nullptr) {
      placed.receipt.given_code.emplace();
      std::copy_n(code, 4, placed.receipt.given_code->begin());
    }
    if (cents != 0) {
      chain::Entry entry;
      entry.place = {PlaceKind::account, kOurs, std::nullopt};
      entry.currency = kEuro;
      entry.amount = MinorUnits(cents);
      entry.business_date = *parse_date("2026-01-05");
      placed.receipt.entries.push_back(entry);
    }
    step([&](BookTransaction& rows) {
      take_events(rows, rules_,
                  std::vector<client::Event>{client::ReceiptEvent{placed, std::move(steps)}});
    });
  }
  /// A block settles the payment that came in; of 2.00 the charges are taken from our account.
  void tell_settled(const Uuid& order, std::int64_t charges) {
    client::FinalReceipt placed{Height(++height_), kNow, 0, {}};
    placed.receipt.id = {kUs, order};
    placed.receipt.status = chain::Status::settled;
    placed.receipt.payment = facts(PaymentSide::incoming);
    const auto add = [&](const chain::AccountId& account, std::int64_t cents,
                         chain::EntryKind kind) {
      placed.receipt.entries.push_back({{PlaceKind::account, account, std::nullopt},
                                        kEuro,
                                        MinorUnits(cents),
                                        kind,
                                        *parse_date("2026-01-05")});
    };
    add(kTheirs, -200, chain::EntryKind::principal);
    add(kOurs, 200, chain::EntryKind::principal);
    add(kOurs, -charges, chain::EntryKind::charge);
    add({kThem, "fees"}, charges, chain::EntryKind::charge);
    step([&](BookTransaction& rows) {
      take_events(rows, rules_,
                  std::vector<client::Event>{client::ReceiptEvent{placed, {"final"}}});
    });
  }
  void tell_out(const std::string& word, std::int64_t cents, chain::Status status,
                const char* code = nullptr) {
    tell(PaymentSide::outgoing, {word}, cents, name_of(PaymentSide::outgoing), status, code);
  }
  void tell_in(const std::string& word, std::int64_t cents, chain::Status status,
               const char* code = nullptr) {
    tell(PaymentSide::incoming, {word}, cents, {kThem, client::make_uetr()}, status, code);
  }

  void order_return_of(PaymentSide side) {
    step([&](BookTransaction& rows) {
      order_return(rows, rules_, *find_payment(rows, side, name_of(side)), original(side));
    });
  }
  [[nodiscard]] chain::PaymentFacts facts(PaymentSide side) const {
    const bool is_out = side == PaymentSide::outgoing;
    return {uetr_, is_out ? kOurs : kTheirs, is_out ? kTheirs : kOurs, {kEuro, MinorUnits(200)}};
  }
  [[nodiscard]] chain::Original original(PaymentSide side) const {
    chain::Original shown;
    shown.height = Height(1);
    shown.receipt.id = name_of(side);
    shown.receipt.status = chain::Status::settled;
    shown.receipt.payment = facts(side);
    return shown;
  }

  void take(const std::string& text) {
    const auto message = read_message(text, kUs, kUs);
    ASSERT_TRUE(message) << message.error();
    step([&](BookTransaction& rows) {
      take_orders(rows, rules_, std::get<CustomerOrders>(message->content), message->type,
                  message->message_id);
    });
  }
  void order() {
    take(pain001(to_text(uetr_)));
    const Terms terms{std::nullopt, UnixSeconds(kNow.value / 1000 + 600), hash("a", {}), {1, 2}};
    step([&](BookTransaction& rows) {
      order_payment(rows, rules_,
                    *find_payment(rows, PaymentSide::outgoing, name_of(PaymentSide::outgoing)),
                    terms);
    });
  }
  /// A payment of 2.00 EUR is held for us, and opened.
  void arrive(bool is_settled = false) {
    tell_in(is_settled ? "final" : "held", is_settled ? 200 : 0,
            is_settled ? chain::Status::settled : chain::Status::held);
    open_annex();
  }
  /// What travels with the payment that came in.
  [[nodiscard]] std::string details_in() const {
    std::string text = order_in(pain001(to_text(uetr_))).details;
    const auto swap = [&](const std::string& from, const std::string& to) {
      for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
        text.replace(at, from.size(), to);
    };
    swap("NORDDEFF", "-");
    swap("SUDBFRPP", "NORDDEFF");
    swap("<BICFI>-<", "<BICFI>SUDBFRPP<");
    EXPECT_TRUE(read_details(text));
    return text;
  }
  void open_annex() {
    step([&](BookTransaction& rows) {
      on_opened(rows, rules_,
                *find_payment(rows, PaymentSide::incoming, name_of(PaymentSide::incoming)),
                Opened{details_in(), {}});
    });
  }

  Uuid uetr_ = client::make_uetr();
  std::uint64_t height_ = 0;
  UnixMillis now_ = kNow;
  BridgeConfig config_;
  OrderMaker maker_{kNetwork, kUs, SecretKey::generate(), std::chrono::seconds(600)};
  Rules rules_{config_, maker_, nullptr};
  std::optional<Book> book_;
};
using Sums = std::vector<std::int64_t>;

}  // namespace vostro::bridge::payments_test
