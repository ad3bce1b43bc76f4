// Goal: credits are grouped so that nothing but what the ledger wants alike is signed together, and
// no price is counted twice. Method: lists of credits and the orders they come to.
#include "wallet-cli/bulk_plan.h"

#include <gtest/gtest.h>

#include "client/order.h"
#include "tests/support/chain_builders.h"

namespace vostro::wallet {
namespace {

const UnixSeconds kUntil(test::test_time.value + 86'400);

BulkCredit a_credit(std::int64_t units = 100, const std::string& currency = "EUR",
                    const std::string& debtor = "NORDDEFF/main") {
  BulkCredit credit;
  credit.line = 2;
  credit.debtor = test::account(debtor);
  credit.creditor = test::account("SUDBFRPP/main");
  credit.amount = {*parse_currency(currency), MinorUnits(units)};
  credit.pay_with = credit.amount.currency;
  return credit;
}

std::vector<PlannedOrder> plan(const std::vector<BulkCredit>& credits) {
  return plan_orders(credits, std::vector<std::optional<client::FxOffer>>(credits.size()), kUntil,
                     client::make_uetr);
}

TEST(BulkPlan, OneBulkForEachDebtorCurrencyBearerAndAcceptance) {
  std::vector<BulkCredit> credits;
  for (int i = 0; i < 3; ++i) {
    credits.push_back(a_credit(100 + i));
    credits.push_back(a_credit(200 + i, "USD"));
    credits.push_back(a_credit(300 + i, "EUR", "NORDDEFF/nostro"));
    credits.push_back(a_credit(400 + i));
    credits.back().bearer = chain::Bearer::debt;
    credits.push_back(a_credit(500 + i));
    credits.back().accept_by = kUntil;
  }
  const auto orders = plan(credits);
  ASSERT_EQ(orders.size(), 5U);
  std::size_t items = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto& batch = std::get<chain::PaymentBatch>(orders[i].body);
    EXPECT_EQ(batch.count, 3U);
    ASSERT_EQ(batch.items.size(), 3U);
    std::int64_t total = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const BulkCredit& credit = credits[orders[i].credits[k]];
      EXPECT_EQ(orders[i].credits[k], i + 5 * k);
      EXPECT_EQ(batch.items[k].credit.amount, credit.amount.units);
      EXPECT_EQ(batch.debtor, credit.debtor);
      EXPECT_EQ(batch.currency, credit.amount.currency);
      EXPECT_EQ(batch.bearer, credit.bearer);
      EXPECT_EQ(batch.acceptance.accept_by, credit.accept_by);
      EXPECT_EQ(version_of(batch.items[k].uetr), 4);
      total += credit.amount.units.value;
      ++items;
    }
    EXPECT_EQ(batch.total.value, total);
    EXPECT_EQ(orders[i].valid_until, kUntil);
  }
  EXPECT_EQ(items, credits.size());
}

TEST(BulkPlan, MoreThanTenThousandCreditsAreSeveralBulks) {
  const auto orders = plan(std::vector<BulkCredit>(20'001, a_credit()));
  ASSERT_EQ(orders.size(), 3U);
  EXPECT_EQ(orders[0].credits.size(), chain::PaymentBatch::items_max);
  EXPECT_EQ(orders[1].credits.size(), chain::PaymentBatch::items_max);
  EXPECT_EQ(orders[2].credits, std::vector<std::size_t>{20'000});
}

TEST(BulkPlan, TheLargestBulkIsOneThatTheLedgerTakes) {
  std::vector<BulkCredit> credits(chain::PaymentBatch::items_max, a_credit());
  for (BulkCredit& credit : credits) {
    credit.creditor.label = std::string(label_size_max, 'x');
    credit.purpose = chain::Purpose{{'S', 'U', 'P', 'P'}};
  }
  auto orders = plan(credits);
  ASSERT_EQ(orders.size(), 1U);
  const SecretKey& key = test::key("maker");
  const auto signed_order = client::sign_order(
      {test::hash_of("network"), orders[0].id, kUntil, std::move(orders[0].body)},
      std::span(&key, 1));
  ASSERT_TRUE(signed_order) << chain::to_string(signed_order.error());
}

TEST(BulkPlan, OneCreditAloneIsAPaymentUnderItsOwnUetr) {
  BulkCredit credit = a_credit();
  credit.uetr = test::uetr(7);
  const auto orders = plan({credit});
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].id, test::uetr(7));
  EXPECT_EQ(std::get<chain::Payment>(orders[0].body).credit.amount, MinorUnits(100));
}

TEST(BulkPlan, GivenUetrsAreKept) {
  std::vector<BulkCredit> credits(2, a_credit());
  credits[1].uetr = test::uetr(7);
  const auto orders = plan(credits);
  const auto& batch = std::get<chain::PaymentBatch>(orders.at(0).body);
  EXPECT_EQ(batch.items[1].uetr, test::uetr(7));
  EXPECT_NE(batch.items[0].uetr, batch.items[1].uetr);
  EXPECT_NE(orders[0].id, batch.items[0].uetr);
}

const Hash kNetwork = test::hash_of("network");

client::QuoteView a_quote(std::uint64_t number, std::uint64_t mantissa, std::int64_t limit) {
  return {test::a_quote()
              .id(test::uetr(number))
              .network(kNetwork)
              .provider("ALBAGB2L/main")
              .sells("SGD")
              .buys("EUR")
              .rate(mantissa, 4)
              .limit(limit)
              .expires_at(UnixSeconds(test::test_time.value + 300))
              .hold_max_s(0)
              .build(),
          MinorUnits(limit)};
}

BulkCredit an_exchange(std::int64_t units) {
  BulkCredit credit = a_credit(units, "SGD");
  credit.pay_with = *parse_currency("EUR");
  return credit;
}

TEST(BulkPlan, ExchangesGoSinglyAtTheBestQuoteThatIsLeft) {
  const std::vector<BulkCredit> credits{an_exchange(10'000), a_credit(), an_exchange(10'000),
                                        a_credit(), an_exchange(10'000)};
  std::size_t asked = 0;
  iso20022::Problems problems;
  const auto offers = find_offers(
      credits, {kNetwork, test::test_time},
      [&](const Currency& sells, const Currency& buys) {
        ++asked;
        EXPECT_EQ(to_text(sells) + to_text(buys), "SGDEUR");
        return std::vector{a_quote(1, 6'800, 15'000), a_quote(2, 6'900, 15'000)};
      },
      problems);
  EXPECT_EQ(asked, 1U);
  ASSERT_TRUE(offers[0] && offers[2]);
  EXPECT_FALSE(offers[1] || offers[3]);
  EXPECT_EQ(offers[0]->price, test::eur(6'800));
  EXPECT_EQ(offers[2]->price, test::eur(6'900));  // of the cheaper quote too little is left
  EXPECT_FALSE(offers[4]);
  ASSERT_EQ(problems.list.size(), 1U);
  EXPECT_NE(problems.list[0].what.find("2 with less left than the amount"), std::string::npos);

  const std::vector<BulkCredit> two(credits.begin(), credits.begin() + 4);
  const auto orders =
      plan_orders(two, {offers.begin(), offers.begin() + 4}, kUntil, client::make_uetr);
  ASSERT_EQ(orders.size(), 3U);
  const auto& exchange = std::get<chain::FxPayment>(orders[0].body);
  EXPECT_EQ(exchange.debtor_amount, test::eur(6'800));
  EXPECT_EQ(exchange.quote.quote.id, test::uetr(1));
  EXPECT_EQ(orders[0].valid_until, UnixSeconds(test::test_time.value + 300));
  EXPECT_EQ(orders[1].credits, (std::vector<std::size_t>{1, 3}));

  BulkSums sums =
      check_sums(two, {offers.begin(), offers.begin() + 4}, money_max_default, problems);
  const BulkSum& sum = sums.at({test::account("NORDDEFF/main"), *parse_currency("EUR")});
  EXPECT_EQ(sum.units, 6'800 + 6'900 + 200);
  EXPECT_EQ(sum.credits, 4U);
}

TEST(BulkPlan, SumsAndAmountsAboveTheNetworksMostAreSaid) {
  iso20022::Problems problems;
  const std::vector<BulkCredit> credits{a_credit(600), a_credit(600), a_credit(1'001)};
  (void)check_sums(credits, std::vector<std::optional<client::FxOffer>>(3), MinorUnits(1'000),
                   problems);
  ASSERT_EQ(problems.list.size(), 2U);
  EXPECT_NE(problems.list[0].what.find("more than 10.00 EUR"), std::string::npos);
  EXPECT_NE(problems.list[1].what.find("the most that an amount can be"), std::string::npos);
}

}  // namespace
}  // namespace vostro::wallet
