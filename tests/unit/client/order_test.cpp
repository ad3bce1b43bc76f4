// Goal: what this house signs is what the ledger takes, and addresses are read as they are meant.
#include <gtest/gtest.h>

#include <set>

#include "client/address.h"
#include "client/order.h"
#include "tests/support/chain_builders.h"

namespace vostro::client {
namespace {

SecretKey key_of(Byte fill) {
  return SecretKey::from_seed(Bytes(SecretKey::seed_size, fill));
}

OrderDraft a_draft() {
  const auto payment = test::a_payment().build();
  return {test::network(), make_uetr(), UnixSeconds(1'800'000'000), payment.body};
}

TEST(Order, SignaturesAscendAndVerify) {
  std::vector<SecretKey> keys;
  for (const Byte fill : std::array<Byte, 4>{9, 2, 7, 4}) keys.push_back(key_of(fill));
  const auto transaction = sign_order(a_draft(), keys);
  ASSERT_TRUE(transaction) << chain::to_string(transaction.error());
  ASSERT_EQ(transaction->signatures.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i)
    EXPECT_LT(transaction->signatures[i - 1].key, transaction->signatures[i].key);
  EXPECT_TRUE(chain::verify(chain::encode_transaction(*transaction), test::network()));
}

TEST(Order, TheSameKeyTwiceIsRefused) {
  std::vector<SecretKey> keys;
  keys.push_back(key_of(1));
  keys.push_back(key_of(1));
  const auto transaction = sign_order(a_draft(), keys);
  ASSERT_FALSE(transaction);
  EXPECT_EQ(transaction.error().reason, chain::FormReason::bad_signature_list);
}

TEST(Order, NoKeyIsRefused) {
  EXPECT_FALSE(sign_order(a_draft(), {}));
}

TEST(Order, UetrsAreVersionFourAndDiffer) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1'000; ++i) {
    const Uuid uetr = make_uetr();
    EXPECT_EQ(version_of(uetr), 4);
    EXPECT_TRUE(seen.insert(uetr).second);
  }
}

TEST(Order, AnEntryHasOneIdForEachTry) {
  const Hash entry = fiat_entry_hash("DE02120300000000202051", "REF-1");
  EXPECT_EQ(entry, fiat_entry_hash("DE02120300000000202051", "REF-1"));
  EXPECT_NE(entry, fiat_entry_hash("DE02120300000000202051R", "EF-1"));
  EXPECT_EQ(issue_id(entry, 1), issue_id(entry, 1));
  EXPECT_NE(issue_id(entry, 1), issue_id(entry, 2));
  EXPECT_EQ(version_of(issue_id(entry, 1)), 8);
}

TEST(Order, AQuoteIsSoundOnlyAsItWasSigned) {
  const SecretKey key = key_of(3);
  chain::SignedQuote quote = sign_quote(test::a_quote().quote(), key);
  EXPECT_TRUE(is_sound(quote, test::network()));
  EXPECT_FALSE(is_sound(quote, test::hash_of("another network")));
  quote.quote.rate.mantissa += 1;
  EXPECT_FALSE(is_sound(quote, test::network()));
}

TEST(Address, IsReadAndWritten) {
  EXPECT_EQ(parse_api_address("http://127.0.0.1:8080"), (ApiAddress{false, "127.0.0.1", 8080}));
  EXPECT_EQ(parse_api_address("https://node.bank.example/"),
            (ApiAddress{true, "node.bank.example", 443}));
  EXPECT_EQ(parse_api_address("http://[::1]:81"), (ApiAddress{false, "::1", 81}));
  EXPECT_EQ(to_text(*parse_api_address("http://[::1]:81")), "http://[::1]:81");
}

TEST(Address, OtherTextIsRefused) {
  for (const char* wrong :
       {"", "127.0.0.1:80", "ftp://a", "http://", "http://a:0", "http://a:70000", "http://a:8o",
        "http://a/b", "http://a?b", "http://u@a", "http://a:1:2", "http://[::1", "http://[xyz]",
        "http://a b", "http://a\r\nHost: b"})
    EXPECT_FALSE(parse_api_address(wrong)) << wrong;
}

TEST(Address, QueryValuesAreEncoded) {
  EXPECT_EQ(url_encode("A/b c&d=e+1~"), "A%2fb%20c%26d%3de%2b1~");
}

}  // namespace
}  // namespace vostro::client
