// Goal: what the wallet shows before it signs is what the ledger does, to the unit, for every pair
// of currencies with 0, 2 and 3 decimals: quoted = received. Method: 100 000 random payments at
// random quotes, each carried out by the ledger's own rules from the same state.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "chain/tx/apply.h"
#include "client/fx.h"
#include "client/order.h"
#include "tests/support/memory_ledger.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::wallet {
namespace {

constexpr std::uint64_t kSeed = 20'261'129;
constexpr std::int64_t kBalance = 50'000'000'000'000'000;
constexpr const char* kCodes[] = {"JPY", "KRW", "EUR", "USD", "KWD", "BHD"};

class Random {
 public:
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  /// Magnitude first, so that small, usual and large numbers all occur.
  std::int64_t up_to_digits(std::uint64_t digits) {
    std::int64_t top = 1;
    for (std::uint64_t n = below(digits) + 1; n > 0; --n) top *= 10;
    return 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(top)));
  }

 private:
  std::mt19937_64 engine_{kSeed};
};

chain::InitialState a_network() {
  chain::InitialState initial = test::small_network();
  for (const char* code : {"BHD", "KRW"}) initial.currencies.push_back(test::a_currency(code));
  std::ranges::sort(initial.currencies, {}, &chain::InitialCurrency::currency);
  return initial;
}

/// Up to four charges of both payers, far below the amounts, and a bearer that allows them.
std::vector<chain::Charge> some_charges(Random& random, std::int64_t amount,
                                        chain::Bearer& bearer) {
  bearer = static_cast<chain::Bearer>(1 + random.below(3));
  std::vector<chain::Charge> charges;
  for (std::uint64_t n = random.below(chain::charges_max + 1); n > 0; --n) {
    const bool is_debtors =
        bearer == chain::Bearer::debt || (bearer == chain::Bearer::shar && random.below(2) == 0);
    const std::int64_t units =
        is_debtors ? 1 + static_cast<std::int64_t>(random.below(1'000)) : amount / 8;
    if (units < 1) continue;
    charges.push_back(is_debtors ? test::debtor_charge("SUDBFRPP/fees", units)
                                 : test::creditor_charge("SUDBFRPP/fees", units));
  }
  return charges;
}

TEST(FxLedger, QuotedIsReceivedIn100000RandomPayments) {
  const auto debtor = test::account("NORDDEFF/main");
  const auto creditor = test::account("SUDBFRPP/main");
  const auto fees = test::account("SUDBFRPP/fees");
  const auto desk = test::account("FXPRUS33/desk");
  test::MemoryLedger ledger(a_network(), test::network(), test::start_time);
  for (const char* code : kCodes)
    for (const auto& account : {debtor, creditor, fees, desk})
      ledger.write<chain::Balance>({account, test::currency(code)}, {MinorUnits(kBalance)});

  Random random;
  chain::State state(ledger.store());
  const UnixSeconds now = test::test_time;
  std::size_t paid = 0;
  std::size_t spent = 0;
  // Signing and checking signatures cost most: each signed quote serves many payments.
  chain::SignedQuote quote;
  for (std::uint64_t number = 0; paid < 100'000; ++number) {
    ASSERT_LT(number, 400'000U) << "too few of the draws are payments";
    const bool is_new_quote = number % 50 == 0;
    if (is_new_quote) {
      const std::uint64_t sold_index = random.below(6);
      const std::uint64_t paid_index = (sold_index + 1 + random.below(5)) % 6;
      quote = test::a_quote()
                  .id(test::uetr(number + 1))
                  .sells(kCodes[sold_index])
                  .buys(kCodes[paid_index])
                  .rate(static_cast<std::uint64_t>(random.up_to_digits(9)),
                        static_cast<std::uint8_t>(random.below(9)))
                  .limit(kBalance)
                  .expires_at(UnixSeconds(now.value + 60))
                  .build();
    }
    const Currency sells = quote.quote.sells;
    const Currency buys = quote.quote.buys;
    const chain::Rate rate = quote.quote.rate;
    const std::uint8_t sold_digits = *iso4217_exponent(sells);
    const std::uint8_t paid_digits = *iso4217_exponent(buys);
    MinorUnits amount(random.up_to_digits(12));
    const bool spends_exactly = random.below(4) == 0;
    const MinorUnits budget = amount;
    if (spends_exactly) {
      // "Spend 1000.00 EUR": the largest amount whose price is within it.
      const auto largest = chain::largest_amount_within(budget, rate, paid_digits, sold_digits);
      if (!largest || largest->value > kBalance / 4) continue;
      amount = *largest;
    }
    const client::FxRequest request{
        test::network(), debtor, creditor, {sells, amount}, buys, now, {}};
    const auto offered = client::price_at(request, quote.quote);
    if (!offered || offered->units.value > kBalance / 4) continue;
    const Money price = *offered;
    if (is_new_quote) {
      const client::FxSearch search = client::search_quotes(request, {{quote, quote.quote.limit}});
      ASSERT_EQ(search.offers.size(), 1U) << client::why_none(search);
      ASSERT_EQ(search.offers[0].price, price);
    }
    if (spends_exactly) {
      ASSERT_LE(price.units, budget);
      const auto more =
          chain::price_of(MinorUnits(amount.value + 1), rate, paid_digits, sold_digits);
      ASSERT_TRUE(!more || *more > budget) << "more could be had";
      ++spent;
    }
    chain::Bearer bearer{};
    const auto charges = some_charges(random, amount.value, bearer);
    const client::Ends shown = client::ends_of(price, {sells, amount}, charges);

    const chain::FxPayment body{debtor, sells, {creditor, amount, charges, {}, {}},
                                bearer, {},    chain::IfShort::reject,
                                price,  quote};
    chain::Turn turn(state, {Height(1), test::start_time}, chain::Step::ordered,
                     {debtor.owner, test::uetr(number + 1)}, test::hash_of("payment"),
                     chain::ReceiptKind::transaction);
    turn.authority.scope = state.scope_of(debtor);
    const auto applied = chain::apply(turn, body);
    ASSERT_TRUE(applied) << chain::to_string(applied.error()) << " " << number;

    const auto change = [&](const chain::AccountId& account, const Currency& currency) {
      const auto* balance = state.find<chain::Balance>({account, currency});
      return (balance == nullptr ? 0 : balance->units.value) - kBalance;
    };
    ASSERT_EQ(-change(debtor, buys), shown.taken.units.value) << number;
    ASSERT_EQ(change(creditor, sells), shown.given.units.value) << number;
    ASSERT_EQ(change(debtor, sells), 0);
    ASSERT_EQ(change(desk, buys), price.units.value);
    ASSERT_EQ(-change(desk, sells), amount.value);
    for (const Currency& currency : {sells, buys})
      ASSERT_EQ(change(debtor, currency) + change(creditor, currency) + change(fees, currency) +
                    change(desk, currency),
                0)
          << "units appeared or vanished";
    const auto* fill = state.find<chain::QuoteFill>({desk.owner, quote.quote.id});
    ASSERT_NE(fill, nullptr);
    ASSERT_EQ(fill->sold, amount);
    state.roll_back();

    // A unit less than the price is refused: the shown price is the ledger's, not one near it.
    if (price.units.value > 1 && paid % 16 == 0) {
      chain::FxPayment less = body;
      less.debtor_amount.units.value -= 1;
      chain::Turn other(state, {Height(1), test::start_time}, chain::Step::ordered,
                        {debtor.owner, test::uetr(number + 1)}, test::hash_of("payment"),
                        chain::ReceiptKind::transaction);
      other.authority.scope = state.scope_of(debtor);
      const auto refused = chain::apply(other, less);
      ASSERT_FALSE(refused);
      ASSERT_EQ(refused.error(), chain::Reason::quote_amount_wrong);
      state.roll_back();
    }
    ++paid;
  }
  EXPECT_GT(spent, 5'000U);
}

}  // namespace
}  // namespace vostro::wallet
