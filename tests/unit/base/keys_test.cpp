// Which keys may be registered and which signatures count: catalogue rows T1, T2 and T3, against
// public vectors (speccheck, Wycheproof; skipped where the test data is missing) and vectors of our
// own, which are always here.
#include "base/keys.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "base/signature_selftest.h"
#include "tests/support/test_data.h"

namespace vostro {
namespace {

Bytes bytes_of(const boost::json::value& hex) {
  const auto bytes = from_hex(std::string_view(hex.as_string()));
  EXPECT_TRUE(bytes.has_value()) << hex;
  return bytes.value_or(Bytes{});
}

/// As at the door: sizes are part of the types, so other sizes never get as far as a verification.
bool is_accepted(ByteView key_bytes, ByteView message, ByteView signature_bytes) {
  PublicKey key;
  Signature signature;
  if (key_bytes.size() != key.bytes.size()) return false;
  if (signature_bytes.size() != signature.bytes.size()) return false;
  std::copy(key_bytes.begin(), key_bytes.end(), key.bytes.begin());
  std::copy(signature_bytes.begin(), signature_bytes.end(), signature.bytes.begin());
  return is_admissible(key) && is_valid_signature(key, message, signature);
}

PublicKey key_from_hex(std::string_view hex) {
  const auto key = public_key_from_text("ed25519:" + std::string(hex));
  EXPECT_TRUE(key.has_value());
  return key.value_or(PublicKey{});
}

TEST(Keys, T1AcceptsNoneOfTheTwelveSpeccheckCases) {
  const auto path = test::test_data("ed25519/speccheck_cases.json");
  if (!path) GTEST_SKIP() << "the test data is missing";
  const auto cases = boost::json::parse(test::read_text(*path)).as_array();
  ASSERT_EQ(cases.size(), 12U);
  int verified_alone = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& row = cases[i].as_object();
    const Bytes key_bytes = bytes_of(row.at("pub_key"));
    const Bytes signature_bytes = bytes_of(row.at("signature"));
    const Bytes message = bytes_of(row.at("message"));
    EXPECT_FALSE(is_accepted(key_bytes, message, signature_bytes)) << "case " << i;
    const auto key = key_from_hex(to_hex(key_bytes));
    const auto signature = signature_from_text("ed25519:" + to_hex(signature_bytes));
    ASSERT_TRUE(signature.has_value());
    if (is_valid_signature(key, message, *signature)) ++verified_alone;
  }
  // Case 3, whose key is of mixed order: the reason why admission is part of the rule.
  EXPECT_EQ(verified_alone, 1);
}

TEST(Keys, T1JudgesWycheproofVectorsAsTheyAreLabelled) {
  const auto path = test::test_data("ed25519/wycheproof_ed25519_test.json");
  if (!path) GTEST_SKIP() << "the test data is missing";
  const auto file = boost::json::parse(test::read_text(*path)).as_object();
  int judged = 0;
  int valid = 0;
  for (const auto& group : file.at("testGroups").as_array()) {
    const Bytes key = bytes_of(group.at("publicKey").at("pk"));
    for (const auto& row : group.at("tests").as_array()) {
      const bool is_labelled_valid = row.at("result").as_string() == "valid";
      EXPECT_EQ(is_accepted(key, bytes_of(row.at("msg")), bytes_of(row.at("sig"))),
                is_labelled_valid)
          << "tcId " << row.at("tcId") << ", " << row.at("comment");
      ++judged;
      if (is_labelled_valid) ++valid;
    }
  }
  EXPECT_EQ(judged, 151);
  EXPECT_GT(valid, 50);
}

TEST(SignatureRules, TheSelfTestOfTheNodePasses) {
  const auto checked = check_signature_rules();
  EXPECT_TRUE(checked.has_value()) << checked.error();
}

TEST(SignatureRules, T1NothingButTheGenuineSignatureIsAccepted) {
  std::set<std::string_view> accepted;
  for (const SignatureVector& vector : signature_vectors()) {
    const auto signature = *from_hex(std::string(vector.r) + std::string(vector.s));
    if (is_accepted(*from_hex(vector.key), as_bytes(vector.message), signature))
      accepted.insert(vector.name);
  }
  EXPECT_EQ(accepted, std::set<std::string_view>{"a genuine signature"});
}

TEST(SignatureRules, TheGenuineVectorIsWhatOurKeyMakes) {
  Bytes seed(SecretKey::seed_size);
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<Byte>(i);
  const auto key = SecretKey::from_seed(seed);
  const SignatureVector& genuine = signature_vectors().front();
  EXPECT_EQ(to_hex(key.public_key().bytes), genuine.key);
  EXPECT_EQ(to_hex(key.sign(as_bytes(genuine.message)).bytes),
            std::string(genuine.r) + std::string(genuine.s));
}

struct BadKey {
  const char* what;
  const char* hex;
};

TEST(Keys, T2AdmitsNoKeyOfSmallOrMixedOrderNorInAnotherEncoding) {
  const BadKey rows[] = {
      {"zero", "0000000000000000000000000000000000000000000000000000000000000000"},
      {"order 1", "0100000000000000000000000000000000000000000000000000000000000000"},
      {"order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
      {"order 4", "0000000000000000000000000000000000000000000000000000000000000080"},
      {"order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
      {"order 8, other", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
      {"mixed order", "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58"},
      {"not canonical, y = p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
      {"not canonical, y = p + 1",
       "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
      {"not canonical, y = p + 3",
       "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
      {"x = 0 with the sign bit",
       "0100000000000000000000000000000000000000000000000000000000000080"},
      {"no point", "0200000000000000000000000000000000000000000000000000000000000000"},
  };
  for (const BadKey& row : rows) EXPECT_FALSE(is_admissible(key_from_hex(row.hex))) << row.what;
  EXPECT_TRUE(is_admissible(SecretKey::generate().public_key()));
  PublicKey other_scheme = SecretKey::generate().public_key();
  other_scheme.scheme = static_cast<Scheme>(2);
  EXPECT_FALSE(is_admissible(other_scheme));
}

/// Adds the group's order to the second half of a signature, as little-endian numbers.
Signature plus_order(Signature signature) {
  const Bytes order = *from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const unsigned sum = signature.bytes[32 + i] + unsigned{order[i]} + carry;
    signature.bytes[32 + i] = static_cast<Byte>(sum);
    carry = sum >> 8U;
  }
  EXPECT_EQ(carry, 0U);
  return signature;
}

TEST(Keys, T3RefusesASignatureWithSPlusL) {
  const auto key = SecretKey::generate();
  const Bytes message{1, 2, 3};
  const Signature signature = key.sign(message);
  EXPECT_TRUE(is_valid_signature(key.public_key(), message, signature));
  EXPECT_FALSE(is_valid_signature(key.public_key(), message, plus_order(signature)));
}

TEST(Keys, T3SignatureTextOfOtherSizesIsNone) {
  const Signature signature = SecretKey::generate().sign({});
  const std::string text = to_text(signature);
  ASSERT_EQ(text.size(), 8U + 128U);
  EXPECT_EQ(signature_from_text(text), signature);
  EXPECT_EQ(signature_from_text(text.substr(0, 8 + 126)), std::nullopt) << "63 bytes";
  EXPECT_EQ(signature_from_text(text + "00"), std::nullopt) << "65 bytes";
  EXPECT_EQ(signature_from_text("ed25519:"), std::nullopt) << "0 bytes";
  EXPECT_EQ(signature_from_text(text.substr(8)), std::nullopt) << "no scheme";
}

TEST(Keys, AnotherSchemeIsNotVerified) {
  const auto key = SecretKey::generate();
  Signature signature = key.sign({});
  signature.scheme = static_cast<Scheme>(2);
  EXPECT_FALSE(is_valid_signature(key.public_key(), {}, signature));
}

TEST(Keys, EverySingleChangedBitSpoilsTheSignature) {
  const auto key = SecretKey::generate();
  const Bytes message{7};
  const Signature good = key.sign(message);
  for (std::size_t bit = 0; bit < good.bytes.size() * 8; ++bit) {
    Signature bad = good;
    bad.bytes[bit / 8] = static_cast<Byte>(bad.bytes[bit / 8] ^ (1U << (bit % 8)));
    ASSERT_FALSE(is_valid_signature(key.public_key(), message, bad)) << "bit " << bit;
  }
}

TEST(Keys, PublicKeyTextGoesThereAndBack) {
  const auto key = SecretKey::generate().public_key();
  EXPECT_EQ(public_key_from_text(to_text(key)), key);
  EXPECT_EQ(public_key_from_text(to_text(key) + "0"), std::nullopt);
  EXPECT_EQ(public_key_from_text("ED25519:" + to_hex(key.bytes)), std::nullopt);
}

// RFC 8032 section 7.1, test 2.
TEST(Keys, SignsAsTheStandardSays) {
  const auto key = SecretKey::from_seed(
      *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(to_hex(key.public_key().bytes),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(to_hex(key.sign(Bytes{0x72}).bytes),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

}  // namespace
}  // namespace vostro
