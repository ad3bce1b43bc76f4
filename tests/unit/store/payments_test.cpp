// Lists of payments and account entries: by agent, status and account, in pages, both ways round.
#include <gtest/gtest.h>

#include "tests/support/chain_builders.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

/// An answer to the payment, as the ledger would write its receipt.
Receipt answer_to(const OwnedId& payment, Uuid own_id, std::string_view by, Status status) {
  Receipt receipt;
  receipt.id = {bic(by), own_id};
  receipt.payment =
      PaymentFacts{payment.id, account("NORDDEFF/main"), account("SUDBFRPP/main"), eur(100)};
  receipt.status = status;
  return receipt;
}

class Payments : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = open_or_fail(directory_.store());
    ASSERT_TRUE(store_);
    commit_up_to(*store_, Height(0));
  }
  Height next() const { return store_->head()->height.next(); }
  void commit(const MadeBlock& block) {
    const auto committed = store_->commit(block.stored());
    ASSERT_TRUE(committed.has_value()) << to_string(committed.error());
  }
  /// A block whose first payment has this status.
  OwnedId commit_payment(Status status) {
    MadeBlock block = make_block(*store_, next(), 1);
    block.executed.receipts.back().status = status;
    seal(block);
    const OwnedId name = block.executed.receipts.back().id;
    commit(block);
    return name;
  }
  void commit_answer(const OwnedId& payment, Status status,
                     ReceiptKind kind = ReceiptKind::transaction) {
    MadeBlock block = make_block(*store_, next(), 1);
    Receipt receipt =
        answer_to(payment, kind == ReceiptKind::due ? payment.id : uetr(7'000 + next().value),
                  kind == ReceiptKind::due ? "NORDDEFF" : "SUDBFRPP", status);
    receipt.kind = kind;
    add_receipt(block, receipt);
    commit(block);
  }
  Status status_of(const OwnedId& name) const {
    return store_->view().payment(name).value().status;
  }
  std::vector<Uuid> listed(Status status, Side side = Side::creditor) const {
    PaymentFilter filter{bic(side == Side::creditor ? "SUDBFRPP" : "NORDDEFF"), side, status, {}};
    std::vector<Uuid> found;
    for (const auto& each : store_->view().payments(filter, {}, 100, Order::oldest_first).items) {
      found.push_back(each.name.id);
    }
    return found;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(Payments, AreFollowedThroughTheirReceiptsInOrder) {
  const OwnedId name = commit_payment(Status::held);
  EXPECT_EQ(status_of(name), Status::held);
  commit_answer(name, Status::rejected);  // an answer that the ledger refused changes nothing
  EXPECT_EQ(status_of(name), Status::held);
  commit_answer(name, Status::settled);
  commit_answer(name, Status::credited);
  const auto history = store_->view().payment(name);
  ASSERT_TRUE(history.has_value());
  EXPECT_EQ(history->status, Status::credited);
  ASSERT_EQ(history->receipts.size(), 4U);
  EXPECT_TRUE(std::is_sorted(history->receipts.begin(), history->receipts.end(),
                             [](const auto& a, const auto& b) { return a.place < b.place; }));
  EXPECT_EQ(history->receipts.front().receipt.id, name);
}

TEST_F(Payments, ARecallComesAndGoes) {
  const OwnedId name = commit_payment(Status::settled);
  commit_answer(name, Status::recall_requested);
  EXPECT_EQ(status_of(name), Status::recall_requested);
  EXPECT_EQ(listed(Status::recall_requested), std::vector{name.id});
  commit_answer(name, Status::done);  // the recall was refused
  EXPECT_EQ(status_of(name), Status::settled);
  EXPECT_TRUE(listed(Status::recall_requested).empty());
  commit_answer(name, Status::delayed);  // a return that waits out a delay of its own
  EXPECT_EQ(status_of(name), Status::settled);
  EXPECT_TRUE(listed(Status::delayed).empty());
  commit_answer(name, Status::returned);
  EXPECT_EQ(status_of(name), Status::returned);
}

TEST_F(Payments, WaitingOnesAreListedUntilTheyEnd) {
  const OwnedId held = commit_payment(Status::held);
  const OwnedId delayed = commit_payment(Status::delayed);
  const OwnedId settled = commit_payment(Status::settled);
  for (const Side side : {Side::debtor, Side::creditor}) {
    EXPECT_EQ(listed(Status::held, side), std::vector{held.id});
    EXPECT_EQ(listed(Status::delayed, side), std::vector{delayed.id});
    EXPECT_EQ(listed(Status::settled, side), std::vector{settled.id});
  }
  commit_answer(delayed, Status::held, ReceiptKind::due);
  EXPECT_EQ(listed(Status::held), (std::vector{held.id, delayed.id}));
  EXPECT_TRUE(listed(Status::delayed).empty());
  commit_answer(held, Status::blocked);
  EXPECT_EQ(listed(Status::blocked), std::vector{held.id});
  commit_answer(delayed, Status::released, ReceiptKind::due);
  commit_answer(held, Status::released);
  for (const Status status : {Status::held, Status::blocked, Status::delayed})
    EXPECT_TRUE(listed(status).empty());
  EXPECT_EQ(listed(Status::released), (std::vector{held.id, delayed.id}));
}

TEST_F(Payments, OrderAndAnswerInOneBlockLeaveNothingWaiting) {
  MadeBlock block = make_block(*store_, next(), 1);
  block.executed.receipts.back().status = Status::held;
  const OwnedId name = block.executed.receipts.back().id;
  add_receipt(block, answer_to(name, uetr(9'001), "SUDBFRPP", Status::settled));
  commit(block);
  EXPECT_EQ(status_of(name), Status::settled);
  EXPECT_TRUE(listed(Status::held).empty());
  EXPECT_EQ(listed(Status::settled), std::vector{name.id});
}

TEST_F(Payments, ASecondUseOfAUetrLeavesThePaymentAsItIs) {
  const OwnedId name = commit_payment(Status::settled);
  MadeBlock block = make_block(*store_, next(), 1);
  Receipt item = answer_to(name, name.id, "NORDDEFF", Status::rejected);
  item.kind = ReceiptKind::item;
  item.reason = Reason::id_used;
  block.executed.receipts.push_back(item);
  seal(block);
  commit(block);
  EXPECT_EQ(status_of(name), Status::settled);
  EXPECT_EQ(store_->view().first_receipt(name)->receipt.status, Status::settled);
  EXPECT_TRUE(listed(Status::rejected).empty());
}

TEST_F(Payments, AnAnswersIdNamesNoPayment) {
  const OwnedId name = commit_payment(Status::held);
  commit_answer(name, Status::settled);
  const OwnedId answer{bic("SUDBFRPP"), uetr(7'000 + store_->head()->height.value)};
  EXPECT_TRUE(store_->view().first_receipt(answer).has_value());
  EXPECT_FALSE(store_->view().payment(answer).has_value());
}

TEST_F(Payments, PagesGoThroughAllOnceInBothOrders) {
  commit_up_to(*store_, Height(5), 7);
  const PaymentFilter filter{bic("NORDDEFF"), Side::debtor, {}, {}};
  for (const Order order : {Order::oldest_first, Order::newest_first}) {
    std::vector<Uuid> seen;
    std::optional<ReceiptPlace> after;
    int pages = 0;
    do {
      const auto page = store_->view().payments(filter, after, 4, order);
      ASSERT_LE(page.items.size(), 4U);
      for (const auto& each : page.items) seen.push_back(each.name.id);
      after = page.next;
      ASSERT_LT(++pages, 50);
    } while (after);
    std::vector<Uuid> expected;
    for (std::uint64_t h = 1; h <= 5; ++h) {
      for (std::uint32_t i = 0; i < 7; ++i) expected.push_back(uetr_of(Height(h), i));
    }
    if (order == Order::newest_first) std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(pages, 9);
  }
}

TEST_F(Payments, FiltersByAccountAndAgent) {
  commit_up_to(*store_, Height(2), 3);
  PaymentFilter filter{bic("SUDBFRPP"), Side::creditor, {}, account("SUDBFRPP/main")};
  EXPECT_EQ(store_->view().payments(filter, {}, 100, Order::oldest_first).items.size(), 6U);
  filter.account = account("SUDBFRPP/other");
  EXPECT_TRUE(store_->view().payments(filter, {}, 100, Order::oldest_first).items.empty());
  filter = {bic("SUDBFRPP"), Side::debtor, {}, {}};
  EXPECT_TRUE(store_->view().payments(filter, {}, 100, Order::oldest_first).items.empty());
}

TEST_F(Payments, EntriesArePagedByCurrencyAndTogether) {
  for (int i = 0; i < 4; ++i) {
    MadeBlock block = make_block(*store_, next(), 5);
    // Each second entry pair is in dollars.
    for (std::size_t r = 0; r < block.executed.receipts.size(); ++r) {
      for (Entry& entry : block.executed.receipts[r].entries) {
        if (r % 2 == 1) entry.currency = currency("USD");
      }
    }
    seal(block);
    commit(block);
  }
  const auto read_all = [&](const std::optional<Currency>& in, Order order, std::size_t limit) {
    std::vector<EntryPlace> places;
    std::optional<EntryPlace> after;
    do {
      const auto page = store_->view().entries(account("SUDBFRPP/main"), in, after, limit, order);
      EXPECT_LE(page.items.size(), limit);
      for (const AccountEntry& each : page.items) {
        EXPECT_GT(each.entry.amount.value, 0);
        if (in) {
          EXPECT_EQ(each.entry.currency, *in);
        }
        EXPECT_EQ(each.payment->uetr, each.id.id);
        places.push_back({each.place, each.index});
      }
      after = page.next;
    } while (after && places.size() < 1000);
    return places;
  };
  const auto all = read_all({}, Order::oldest_first, 100);
  EXPECT_EQ(all.size(), 20U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  auto backwards = read_all({}, Order::newest_first, 3);
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(backwards, all);
  EXPECT_EQ(read_all({}, Order::oldest_first, 1), all);
  const auto euros = read_all(currency("EUR"), Order::oldest_first, 2);
  const auto dollars = read_all(currency("USD"), Order::newest_first, 2);
  EXPECT_EQ(euros.size() + dollars.size(), all.size());
  EXPECT_GT(dollars.size(), 5U);
  EXPECT_TRUE(read_all(currency("JPY"), Order::oldest_first, 2).empty());
  EXPECT_TRUE(store_->view()
                  .entries(account("SUDBFRPP/mai"), {}, {}, 10, Order::oldest_first)
                  .items.empty());
}

}  // namespace
}  // namespace vostro::chain
