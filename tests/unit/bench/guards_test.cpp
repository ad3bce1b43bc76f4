// The books beside the ledger: what each kind of order makes of balances and holds, and that a
// ledger which did otherwise is found out.
#include "bench/guards.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vostro::bench {
namespace {

class Books : public testing::Test {
 protected:
  Books() {
    book_.currency = *parse_currency("EUR");
    book_.foreign = *parse_currency("USD");
    for (const char* name : {"NORDDEFF", "MERLSGSG"}) {
      const Bic bic = *parse_bic(name);
      book_.first_of_bank.push_back(book_.accounts.size());
      for (const char* label : {"bench-0", "bench-1"}) book_.accounts.push_back({bic, label});
    }
    book_.first_of_bank.push_back(book_.accounts.size());
    for (const char* name : {"NORDDEFF", "MERLSGSG"}) {
      for (const char* label : {"main", "customers"})
        book_.accounts.push_back({*parse_bic(name), label});
    }
    for (const auto& account : book_.accounts) {
      ledger_.accounts[{account, book_.currency}] = {1'000, 0};
      ledger_.accounts[{account, book_.foreign}] = {500, 0};
    }
    ledger_.supply = {{book_.currency, 8'000}, {book_.foreign, 4'000}};
  }
  Balance& at(std::uint32_t account, bool is_foreign = false) {
    return ledger_.accounts[{book_.accounts[account], is_foreign ? book_.foreign : book_.currency}];
  }
  static bool all_hold(const std::vector<Guard>& guards) {
    return std::all_of(guards.begin(), guards.end(), [](const Guard& each) { return each.holds; });
  }

  Book book_;
  Balances ledger_;
};

Order order_of(End end, std::vector<Posting> postings) {
  Order order;
  order.end = end;
  order.postings = std::move(postings);
  return order;
}

TEST_F(Books, FindTheBankOfEachAccount) {
  const std::vector<std::size_t> banks{0, 0, 1, 1, 0, 0, 1, 1};
  for (std::uint32_t i = 0; i < banks.size(); ++i) EXPECT_EQ(book_.bank_of(i), banks[i]) << i;
  EXPECT_EQ(book_.accounts[book_.main_of(1)].label, "main");
  EXPECT_EQ(book_.accounts[book_.customers_of(0)].label, "customers");
  EXPECT_EQ(book_.bank_of(book_.customers_of(0)), 0U);
}

TEST_F(Books, AHeldPaymentIsNeitherPaidNorThere) {
  const Balances before = ledger_;
  Ledgerbook books(book_);
  books.note(order_of(End::held, {{0, -7, 7}}));
  EXPECT_FALSE(all_hold(books.compare(before, ledger_)));  // nothing has moved
  at(0) = {993, 7};
  EXPECT_TRUE(all_hold(books.compare(before, ledger_)));
  books.note(order_of(End::accepted, {{0, 0, -7}, {book_.customers_of(1), 7}}));
  EXPECT_FALSE(all_hold(books.compare(before, ledger_)));  // still held
  at(0) = {993, 0};
  at(book_.customers_of(1)) = {1'007, 0};
  EXPECT_TRUE(all_hold(books.compare(before, ledger_)));
}

TEST_F(Books, BothLegsOfAnExchangeCount) {
  const Balances before = ledger_;
  Ledgerbook books(book_);
  const std::uint32_t provider = book_.main_of(1);
  books.note(order_of(End::settled,
                      {{0, -92}, {provider, 92}, {provider, -100, 0, true}, {2, 100, 0, true}}));
  at(0).amount -= 92;
  at(provider).amount += 92;
  EXPECT_FALSE(all_hold(books.compare(before, ledger_)));  // one leg alone
  at(provider, true).amount -= 100;
  at(2, true).amount += 100;
  EXPECT_TRUE(all_hold(books.compare(before, ledger_)));
  at(2, true).amount += 1;
  EXPECT_FALSE(all_hold(books.compare(before, ledger_)));
}

TEST_F(Books, ARejectedPaymentMovesNothing) {
  const Balances before = ledger_;
  Ledgerbook books(book_);
  books.note(order_of(End::rejected, {}));
  EXPECT_TRUE(all_hold(books.compare(before, ledger_)));
  at(0).amount -= 5;
  at(2).amount += 5;
  EXPECT_FALSE(all_hold(books.compare(before, ledger_)));
}

}  // namespace
}  // namespace vostro::bench
