// Goal: only bytes whose every signature was checked become a VerifiedTransaction (T3 to T7, T14).
// Method: a good transaction with one thing wrong at a time, and what a forger would try.
#include <gtest/gtest.h>

#include <array>

#include "tests/support/chain_builders.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::chain {
namespace {

using enum FormReason;
using test::a_batch;
using test::a_payment;
using test::an_fx_payment;

FormError error_of(const Transaction& transaction) {
  const auto verified = verify(encode_transaction(transaction), test::network());
  return verified ? FormError{FormReason{255}, "verified"} : verified.error();
}
FormError error_of(ByteView bytes) {
  const auto verified = verify(bytes, test::network());
  return verified ? FormError{FormReason{255}, "verified"} : verified.error();
}

TEST(Verify, KeepsWhatItProved) {
  const Transaction transaction = a_payment().signed_by({"maker", "checker"}).build();
  const Bytes bytes = encode_transaction(transaction);
  const auto verified = verify(bytes, test::network());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ((*verified)->transaction(), transaction);
  EXPECT_EQ((*verified)->bytes(), bytes);
  EXPECT_EQ((*verified)->hash(), transaction_hash(transaction));
  EXPECT_EQ((*verified)->id(), (OwnedId{test::bic("NORDDEFF"), test::uetr(1)}));
  EXPECT_EQ((*verified)->items(), 1U);
}

TEST(Verify, CountsABulkAndItsItems) {
  const auto bulk = a_batch()
                        .item(test::uetr(2), "SUDBFRPP/main", 1)
                        .item(test::uetr(3), "SUDBFRPP/main", 1)
                        .verified();
  EXPECT_EQ(bulk->items(), 3U);
}

TEST(Verify, MessageNamesDomainNetworkAndHash) {
  const Hash hash = test::hash_of("content");
  const Bytes message = transaction_message(test::network(), hash);
  ASSERT_EQ(message.size(), 80U);
  EXPECT_EQ(as_text(ByteView(message).first(16)), std::string_view("VOSTRO-TX-1\0\0\0\0\0", 16));
  EXPECT_TRUE(
      std::equal(message.begin() + 16, message.begin() + 48, test::network().bytes.begin()));
  EXPECT_TRUE(std::equal(message.begin() + 48, message.end(), hash.bytes.begin()));
}

// The order of the group, little-endian: RFC 8032 section 5.1.
constexpr std::array<Byte, 32> kOrder = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

TEST(Verify, T3RefusesSPlusTheOrder) {
  Transaction transaction = a_payment().build();
  unsigned carry = 0;
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    Byte& byte = transaction.signatures[0].signature.bytes[32 + i];
    carry += byte + unsigned{kOrder[i]};
    byte = static_cast<Byte>(carry);
    carry >>= 8U;
  }
  EXPECT_EQ(error_of(transaction), (FormError{bad_signature, "signatures[0]"}));
}

TEST(Verify, T3RefusesSignaturesOfOtherSizes) {
  const Bytes good = a_payment().bytes();
  for (const std::size_t size : {0U, 63U}) {
    const Bytes bytes(good.begin(), good.end() - 64 + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(error_of(bytes).reason, undecodable) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(error_of(longer).reason, undecodable);
}

TEST(Verify, T3RefusesUnknownSchemes) {
  const Bytes good = a_payment().bytes();
  const std::size_t key_scheme = good.size() - 98;
  const std::size_t signature_scheme = good.size() - 65;
  for (const std::size_t at : {key_scheme, signature_scheme}) {
    for (const Byte scheme : {Byte{0}, Byte{2}, Byte{255}}) {
      Bytes bytes = good;
      ASSERT_EQ(bytes[at], 1);
      bytes[at] = scheme;
      EXPECT_EQ(error_of(bytes).reason, undecodable);
    }
  }
}

// The genuine one is verified first: nothing that was learnt of it may help the forgery.
TEST(Verify, T5AForgeryAfterTheGenuineOneIsRefused) {
  const Transaction genuine = a_payment().build();
  ASSERT_TRUE(verify(encode_transaction(genuine), test::network()).has_value());
  Transaction forged = genuine;
  forged.signatures[0].signature.bytes[10] ^= 1U;
  EXPECT_EQ(transaction_hash(forged), transaction_hash(genuine));
  EXPECT_EQ(error_of(forged).reason, bad_signature);
  Transaction other_signer = genuine;
  other_signer.signatures[0].key = test::key("other").public_key();
  EXPECT_EQ(error_of(other_signer).reason, bad_signature);
  ASSERT_TRUE(verify(encode_transaction(genuine), test::network()).has_value());
}

TEST(Verify, T6OneBadSignatureAmongGoodOnesIsRefusedWhereverItStands) {
  const Transaction good = a_payment().signed_by({"a", "b", "c", "d", "e"}).build();
  for (std::size_t i = 0; i < good.signatures.size(); ++i) {
    Transaction transaction = good;
    transaction.signatures[i].signature.bytes[0] ^= 1U;
    EXPECT_EQ(error_of(transaction),
              (FormError{bad_signature, "signatures[" + std::to_string(i) + "]"}));
    transaction = good;
    transaction.signatures[i].signature = {};
    EXPECT_EQ(error_of(transaction).reason, bad_signature) << i;
  }
}

TEST(Verify, T6TheFirstOfSeveralBadSignaturesIsNamed) {
  Transaction transaction = a_payment().signed_by({"a", "b", "c"}).build();
  transaction.signatures[1].signature = {};
  transaction.signatures[2].signature = {};
  EXPECT_EQ(error_of(transaction).where, "signatures[1]");
}

TEST(Verify, T6SixteenSignaturesVerifySeventeenDoNot) {
  std::vector<std::string> names;
  for (int i = 0; i < 17; ++i) names.push_back("signer " + std::to_string(i));
  Transaction draft = a_payment().build();
  const Transaction seventeen = test::signed_transaction(draft, names);
  EXPECT_EQ(check_form(seventeen, test::network()).error().reason, bad_signature_list);
  names.pop_back();
  const Bytes sixteen = encode_transaction(test::signed_transaction(draft, names));
  EXPECT_TRUE(verify(sixteen, test::network()).has_value());
}

TEST(Verify, T7RefusesAnotherNetworkAndSaysSo) {
  const auto foreign = a_payment().network(test::hash_of("other")).build();
  EXPECT_EQ(error_of(foreign), (FormError{wrong_network, "network_id"}));
  // Relabelled for this network, the signatures do not fit any more.
  Transaction relabelled = foreign;
  relabelled.network_id = test::network();
  EXPECT_EQ(error_of(relabelled).reason, bad_signature);
}

TEST(Verify, ASignedTransactionCannotBeChanged) {
  for (const auto& [name, good] : every_body()) {
    Transaction later = good;
    later.valid_until = later.valid_until.next();
    EXPECT_EQ(error_of(later).reason, bad_signature) << name;
    Transaction renamed = good;
    renamed.id = test::uetr(77);
    EXPECT_EQ(error_of(renamed).reason, bad_signature) << name;
  }
}

TEST(Verify, ABulksItemsCannotBeChanged) {
  const Transaction good = a_batch()
                               .item(test::uetr(2), "SUDBFRPP/main", 5)
                               .item(test::uetr(3), "SUDBFRPP/main", 5)
                               .build();
  const auto items = [](Transaction & t) -> auto& {
    return std::get<PaymentBatch>(t.body).items;
  };
  Transaction swapped = good;
  std::swap(items(swapped)[0], items(swapped)[1]);
  EXPECT_EQ(error_of(swapped).reason, bad_signature);
  Transaction shifted = good;
  items(shifted)[0].credit.amount = MinorUnits(4);
  items(shifted)[1].credit.amount = MinorUnits(6);
  EXPECT_EQ(error_of(shifted).reason, bad_signature);
  Transaction redirected = good;
  items(redirected)[1].credit.creditor = test::account("ESTAEE2X/main");
  EXPECT_EQ(error_of(redirected).reason, bad_signature);
}

TEST(Verify, T15TheQuotesSignatureIsCheckedToo) {
  const auto good = an_fx_payment();
  ASSERT_TRUE(verify(good.bytes(), test::network()).has_value());
  // The debtor's bank signs what it likes; the provider has signed another rate, or nothing.
  SignedQuote better = test::a_quote().build();
  better.quote.rate = {1, 4};
  EXPECT_EQ(error_of(an_fx_payment().quote(better).build()),
            (FormError{bad_signature, "quote.signature"}));
  SignedQuote unsigned_quote = test::a_quote().build();
  unsigned_quote.signature = {};
  EXPECT_EQ(error_of(an_fx_payment().quote(unsigned_quote).build()).where, "quote.signature");
  SignedQuote of_other_key = test::a_quote().build();
  of_other_key.key = test::key("other").public_key();
  EXPECT_EQ(error_of(an_fx_payment().quote(of_other_key).build()).where, "quote.signature");
}

// The banks sign a key into the set: its holder must have signed too, for this bank and network.
TEST(Verify, ANewValidatorsKeyShowsThatItIsHeld) {
  const Bic owner = test::bic("WESTGB2L");
  const SecretKey& secret = test::key("validator west");
  const auto propose = [&](const SecretKey& by, const Hash& network, const Bic& whose) {
    const AddValidator change{owner, secret.public_key(),
                              by.sign(possession_message(network, whose, secret.public_key()))};
    return test::a_transaction(Propose{test::bic("NORDDEFF"), change, test::test_time,
                                       UnixSeconds(test::test_time.value + 60)});
  };
  EXPECT_TRUE(verify(propose(secret, test::network(), owner).bytes(), test::network()).has_value());
  const FormError expected{bad_signature, "change.proof"};
  EXPECT_EQ(error_of(propose(test::key("other"), test::network(), owner).build()), expected);
  EXPECT_EQ(error_of(propose(secret, test::hash_of("other network"), owner).build()), expected);
  EXPECT_EQ(error_of(propose(secret, test::network(), test::bic("NORDDEFF")).build()), expected);
  // "VOSTRO-POP-1", padded to 16 bytes, network, validator id, key (docs/encoding.md).
  const Bytes message = possession_message(test::network(), owner, secret.public_key());
  EXPECT_EQ(to_hex(message), "564f5354524f2d504f502d3100000000" + to_hex(test::network().view()) +
                                 to_hex(validator_id_of(owner).view()) +
                                 to_hex(secret.public_key().bytes));
}

TEST(Verify, SizeIsLookedAtFirst) {
  Bytes bytes = a_payment().bytes();
  bytes.resize(Transaction::bytes_max);
  EXPECT_EQ(error_of(bytes).reason, undecodable);
  bytes.resize(Transaction::bytes_max + 1);
  EXPECT_EQ(error_of(bytes), (FormError{too_large, "16385 bytes, at most 16384"}));
  Bytes bulk = a_batch().item(test::uetr(2), "SUDBFRPP/main", 1).bytes();
  bulk.resize(Transaction::batch_bytes_max);
  EXPECT_EQ(error_of(bulk).reason, undecodable);
  bulk.resize(Transaction::batch_bytes_max + 1);
  EXPECT_EQ(error_of(bulk).reason, too_large);
  Bytes report = encode_transaction(
      test::a_transaction(ReportEvidence{test::bic("NORDDEFF"), {}, {1}}).build());
  report.resize(Transaction::report_bytes_max);
  EXPECT_EQ(error_of(report).reason, undecodable);
  report.resize(Transaction::report_bytes_max + 1);
  EXPECT_EQ(error_of(report), (FormError{too_large, "262145 bytes, at most 262144"}));
}

TEST(Verify, FormComesBeforeSignatures) {
  Transaction transaction = a_payment().amount(test::eur(0)).build();
  transaction.signatures[0].signature = {};
  EXPECT_EQ(error_of(transaction).reason, amount_not_positive);
}

TEST(Verify, SaysWhereBytesAreWrong) {
  const FormError error = error_of(Bytes{1, 0, 5});
  EXPECT_EQ(error.reason, undecodable);
  EXPECT_EQ(error.where, "byte 2 (the bytes end before the value does)");
}

TEST(Verify, T14ALargeBulkVerifies) {
  auto bulk = a_batch();
  for (std::uint64_t i = 0; i < PaymentBatch::items_max; ++i)
    bulk.item(test::uetr(1000 + i), "SUDBFRPP/main", 1);
  const auto verified = bulk.verified();
  EXPECT_EQ(verified->items(), PaymentBatch::items_max + 1);
}

// A count above the cap is refused as such, before its items are read.
TEST(Verify, T14ACountAboveTheCapIsRefusedByTheDecoder) {
  Bytes bytes = a_batch().item(test::uetr(2), "SUDBFRPP/main", 1).bytes();
  // Tag, debtor (11, 1 and 4 bytes), currency 3, bearer 1, acceptance 1, if_short 1, count 4,
  // total 8.
  const std::size_t length_at = 58 + 1 + 16 + 3 + 1 + 1 + 1 + 4 + 8;
  ASSERT_EQ(bytes[length_at], 1);
  bytes[length_at] = 0x11;  // 10 001
  bytes[length_at + 1] = 0x27;
  const FormError error = error_of(bytes);
  EXPECT_EQ(error.reason, undecodable);
  EXPECT_NE(error.where.find("a count is above its limit"), std::string::npos) << error.where;
}

}  // namespace
}  // namespace vostro::chain
