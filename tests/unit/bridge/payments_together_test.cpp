// Goal: many payments and customers of one transaction are read and written together, and nobody
// who looks sees a difference.
#include <gtest/gtest.h>

#include "tests/unit/bridge/payment_case.h"

namespace vostro::bridge::payments_test {
namespace {

class PaymentsTogether : public ThePayments {};
VOSTRO_ON_BOTH_DATABASES(PaymentsTogether);

// Rows are read once and written together: each step sees those before it, and so does whoever
// looks for a payment by something else than its name.
TEST_P(PaymentsTogether, AreAsTheTransactionLeftThem) {
  const auto made = [](int number) {
    CustomerPayment payment;
    payment.name = {kUs, derived_id("test", {kUs, Uuid{}}, static_cast<std::uint32_t>(number))};
    payment.amount = {kEuro, MinorUnits(number)};
    payment.other = kTheirs;
    payment.customer = kMuster;
    return payment;
  };
  constexpr int kCount = 150;
  std::vector<PaymentKey> keys;
  for (int i = 1; i <= kCount + 1; ++i) keys.push_back({PaymentSide::outgoing, made(i).name});
  step([&](BookTransaction& rows) {
    look_up_payments(rows, keys);  // none is there, and the last never will be
    for (int i = 1; i <= kCount; ++i) {
      EXPECT_FALSE(find_payment(rows, PaymentSide::outgoing, made(i).name));
      insert(rows, made(i), "taken");
    }
    auto first = *find_payment(rows, PaymentSide::outgoing, made(1).name);
    first.state = PaymentState::refused;
    first.code = "AM04";
    update(rows, first, "refused");
    EXPECT_EQ(payments_in(rows, PaymentState::ready).size(), kCount - 1u);
    EXPECT_EQ(payments_in(rows, PaymentState::refused).size(), 1u);
  });
  step([&](BookTransaction& rows) {
    look_up_payments(rows, keys);
    EXPECT_FALSE(find_payment(rows, PaymentSide::outgoing, keys.back().name));
    for (int i = 2; i <= kCount; ++i) {
      auto each = *find_payment(rows, PaymentSide::outgoing, made(i).name);
      EXPECT_EQ(each, made(i));
      each.order = made(i).name.id;
      each.settled = Date(20'000 + i);
      update(rows, each, "one");
      EXPECT_EQ(find_payment(rows, PaymentSide::outgoing, made(i).name), each);
      if (i % 3 == 0) {
        each.details = "known since";
        note_details(rows, each);
      }
      each.state = PaymentState::held;
      update(rows, each, "two");
      if (i % 50 == 0) {
        EXPECT_EQ(find_payment_by_order(rows, made(i).name.id), each);
      }
    }
  });
  for (int i = 2; i <= kCount; ++i) {
    CustomerPayment expected = made(i);
    expected.order = made(i).name.id;
    expected.settled = Date(20'000 + i);
    expected.state = PaymentState::held;
    if (i % 3 == 0) expected.details = "known since";
    EXPECT_EQ(look<std::optional<CustomerPayment>>([&](BookTransaction& rows) {
                return find_payment(rows, PaymentSide::outgoing, made(i).name);
              }),
              expected);
  }
  const auto gone = book_->write(kNow, [&](BookTransaction& rows) {
    update(rows, made(2), "there");
    update(rows, made(kCount + 1), "never there");
  });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, BookError::Kind::damaged);
  EXPECT_NE(gone.error().what.find(to_text(made(kCount + 1).name.id)), std::string::npos)
      << gone.error().what;
  EXPECT_FALSE(book_->write(kNow, [&](BookTransaction& rows) { insert(rows, made(2), "again"); }));
  EXPECT_FALSE(book_->write(kNow, [&](BookTransaction& rows) {
    insert(rows, made(kCount + 1), "once");
    insert(rows, made(kCount + 1), "twice");
  }));
}

TEST_P(PaymentsTogether, ACustomersBalanceIsTheSumOfWhatATransactionMoves) {
  step([](BookTransaction& rows) {
    const Money one{kEuro, MinorUnits(1)};
    for (int i = 0; i < 100; ++i) {
      debit(rows, "ordered", "r", kMuster, BankAccount::own, one);
      credit(rows, "credited", "r", kDupont, BankAccount::own, one);
      if (i == 50) {
        EXPECT_EQ(find_customer(rows, kMuster)->balance.value, 949);
      }
    }
    auto closed = *find_customer(rows, kDupont);
    closed.status = CustomerStatus::closed;
    update(rows, closed, "closed");
    credit(rows, "credited", "r", kDupont, BankAccount::own, one);
    EXPECT_EQ(all_customers(rows).size(), 2u);
    EXPECT_EQ(customers_out_of_step(rows), std::vector<std::string>());
  });
  EXPECT_EQ(has(kMuster), 900);
  EXPECT_EQ(has(kDupont), 101);
  EXPECT_FALSE(book_->write(kNow, [](BookTransaction& rows) {
    credit(rows, "credited", "r", "NOBODY", BankAccount::own, {kEuro, MinorUnits(1)});
  }));
}

}  // namespace
}  // namespace vostro::bridge::payments_test
