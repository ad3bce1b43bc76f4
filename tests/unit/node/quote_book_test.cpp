// Goal: a node keeps and passes on the quotes that the ledger would take, and no others; one that
// is behind takes what it was told too early once its state knows the signer.
#include "node/runtime/quote_book.h"

#include <gtest/gtest.h>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::node {
namespace {

using namespace test;  // NOLINT: builders

struct Book : testing::Test {
  MemoryLedger ledger{small_network(), network(), start_time};
  UnixMillis now = start_time;
  QuoteBook book{network(), ledger.store(), [this] { return now; }};

  static QuoteBuilder quote(std::uint64_t number) { return a_quote().id(uetr(number)); }
  void fill(const chain::SignedQuote& quote, std::int64_t sold, bool withdrawn) {
    ledger.write<chain::QuoteFill>({quote.quote.provider.owner, quote.quote.id},
                                   {MinorUnits(sold), quote.quote.expires_at, withdrawn});
  }
  void know_the_late_signer() {
    ledger.write<chain::Participant>(bic("FXPRUS33"),
                                     a_participant("FXPRUS33", simple_policy({"desk", "late"}), 2));
  }
  QuoteOutcome add(const chain::SignedQuote& quote) { return book.add(quote).outcome; }
};

TEST_F(Book, PassesANewQuoteOnOnce) {
  const auto one = quote(1).build();
  const auto added = book.add(one);
  EXPECT_EQ(added.outcome, QuoteOutcome::taken);
  EXPECT_TRUE(added.is_new);
  EXPECT_FALSE(book.add(one).is_new);
  EXPECT_EQ(add(one), QuoteOutcome::taken);
  EXPECT_EQ(add(quote(1).rate(1, 0).build()), QuoteOutcome::bad_form) << "one id, two quotes";
  ASSERT_EQ(book.live().size(), 1U);
  EXPECT_EQ(book.all(), std::vector{one});
}

TEST_F(Book, ShowsWhatIsLeft) {
  const auto one = quote(1).limit(1'000).build();
  ASSERT_EQ(add(one), QuoteOutcome::taken);
  fill(one, 400, false);
  ASSERT_EQ(book.live().size(), 1U);
  EXPECT_EQ(book.live()[0].remaining, MinorUnits(600));
  fill(one, 1'000, false);
  EXPECT_TRUE(book.live().empty());
  EXPECT_TRUE(book.all().empty()) << "nobody needs it any more";
  EXPECT_EQ(add(one), QuoteOutcome::closed);
}

TEST_F(Book, AWithdrawnQuoteDoesNotComeBack) {
  const auto one = quote(1).build();
  ASSERT_EQ(add(one), QuoteOutcome::taken);
  fill(one, 0, true);
  EXPECT_TRUE(book.live().empty());
  const auto again = book.add(one);
  EXPECT_EQ(again.outcome, QuoteOutcome::closed);
  EXPECT_FALSE(again.is_new) << "or two nodes would tell each other for ever";
}

TEST_F(Book, WithdrawnQuotesMakeRoom) {
  std::vector<chain::SignedQuote> quotes;
  for (std::uint64_t i = 0; i < QuoteBook::per_provider_max; ++i) {
    quotes.push_back(quote(i + 1).build());
    ASSERT_EQ(add(quotes.back()), QuoteOutcome::taken);
  }
  const auto more = quote(1'000).build();
  EXPECT_EQ(add(more), QuoteOutcome::too_many);
  fill(quotes[7], 0, true);
  EXPECT_EQ(add(more), QuoteOutcome::taken);
  EXPECT_EQ(book.live().size(), QuoteBook::per_provider_max);
}

TEST_F(Book, RefusesWhatTheLedgerWouldRefuse) {
  auto forged = quote(1).build();
  forged.quote.rate.mantissa += 1;
  EXPECT_EQ(add(forged), QuoteOutcome::bad_form);
  EXPECT_EQ(add(quote(1).network(hash_of("other")).build()), QuoteOutcome::bad_form);
  EXPECT_EQ(add(quote(1).expires_at(UnixSeconds(start_time.value / 1000 - 1)).build()),
            QuoteOutcome::expired);
  EXPECT_EQ(add(quote(1).expires_at(UnixSeconds(start_time.value / 1000 + 3'601)).build()),
            QuoteOutcome::expired);
  EXPECT_EQ(add(quote(1).signed_by("stranger").build()), QuoteOutcome::signer_unknown);
  EXPECT_TRUE(book.live().empty());
}

TEST_F(Book, WhatCameTooEarlyIsTakenWhenItsSignerIsKnown) {
  const auto early = quote(1).signed_by("late").build();
  EXPECT_EQ(add(early), QuoteOutcome::signer_unknown);
  EXPECT_TRUE(book.live().empty());
  EXPECT_TRUE(book.all().empty());
  know_the_late_signer();
  ASSERT_EQ(book.live().size(), 1U);
  EXPECT_EQ(book.all(), std::vector{early});
  auto forged = quote(2).signed_by("later").build();
  forged.quote.rate.mantissa += 1;
  EXPECT_EQ(add(forged), QuoteOutcome::bad_form) << "a signature is never left for later";
}

TEST_F(Book, WhatCameTooEarlyHasABoundAndAnEnd) {
  for (std::uint64_t i = 0; i < QuoteBook::per_provider_max + 50; ++i)
    EXPECT_EQ(add(quote(i + 1).signed_by("late").build()), QuoteOutcome::signer_unknown);
  const auto last = quote(5'000).signed_by("late").build();
  know_the_late_signer();
  EXPECT_EQ(book.live().size(), QuoteBook::per_provider_max);
  EXPECT_EQ(add(last), QuoteOutcome::too_many);
  now = UnixMillis((test_time.value + 601) * 1'000);
  EXPECT_TRUE(book.live().empty());
}

}  // namespace
}  // namespace vostro::node
