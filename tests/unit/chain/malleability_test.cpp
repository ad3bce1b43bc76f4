// Goal: one transaction has one encoding, and no bytes harm the decoder (T4). Method: for every
// body, every cut, every byte changed in several ways, bytes added; whatever still decodes has to
// encode to exactly what was decoded.
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::chain {
namespace {

TEST(Decoding, RoundTripsEveryBody) {
  for (const auto& [name, transaction] : every_body()) {
    const auto decoded = decode_transaction(encode_transaction(transaction));
    ASSERT_TRUE(decoded.has_value()) << name << ": " << to_string(decoded.error());
    EXPECT_EQ(*decoded, transaction) << name;
  }
}

TEST(Decoding, RefusesEveryCut) {
  for (const auto& [name, transaction] : every_body()) {
    const Bytes bytes = encode_transaction(transaction);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto decoded = decode_form_unchecked(ByteView(bytes).first(size));
      ASSERT_FALSE(decoded.has_value()) << name << " cut at " << size;
      EXPECT_EQ(decoded.error().reason, FormReason::undecodable) << name << " cut at " << size;
    }
  }
}

TEST(Decoding, T4RefusesBytesAfterTheEnd) {
  for (const auto& [name, transaction] : every_body()) {
    for (const Byte extra : {Byte{0}, Byte{1}, Byte{0xFF}}) {
      Bytes bytes = encode_transaction(transaction);
      bytes.push_back(extra);
      const auto decoded = decode_form_unchecked(bytes);
      ASSERT_FALSE(decoded.has_value()) << name;
      EXPECT_EQ(decoded.error().reason, FormReason::undecodable) << name;
    }
  }
}

// A changed byte gives another transaction or none: never the same content under other bytes, and
// never the same hash, unless only signatures differ.
TEST(Decoding, T4AChangedByteIsAnotherTransactionOrNone) {
  for (const auto& [name, transaction] : every_body()) {
    const Bytes bytes = encode_transaction(transaction);
    const Hash hash = transaction_hash(transaction);
    const std::size_t signed_size = bytes.size() - 1 - 98 * transaction.signatures.size();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const Byte mask : {Byte{0x01}, Byte{0x02}, Byte{0x20}, Byte{0x80}, Byte{0xFF}}) {
        Bytes changed = bytes;
        changed[at] ^= mask;
        const auto decoded = decode_form_unchecked(changed);
        if (!decoded) continue;
        ASSERT_EQ(encode_transaction(*decoded), changed) << name << " byte " << at;
        ASSERT_NE(*decoded, transaction) << name << " byte " << at;
        ASSERT_EQ(transaction_hash(*decoded) == hash, at >= signed_size) << name << " byte " << at;
      }
    }
  }
}

TEST(Decoding, T4NoChangedByteIsAccepted) {
  for (const auto& [name, transaction] : every_body()) {
    const Bytes bytes = encode_transaction(transaction);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      Bytes changed = bytes;
      changed[at] ^= 0x01;
      ASSERT_FALSE(verify(changed, test::network()).has_value()) << name << " byte " << at;
    }
  }
}

TEST(Decoding, RandomBytesAreRefused) {
  Random random(0x5eed);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes(random.uniform(400));
    random.fill(bytes);
    EXPECT_FALSE(verify(bytes, test::network()).has_value());
  }
}

// Damage in several places at once gets deeper into the decoder than one changed byte does.
TEST(Decoding, DamagedTransactionsDecodeToThemselvesOrNotAtAll) {
  Random random(0xda3a6e);
  for (const auto& [name, transaction] : every_body()) {
    const Bytes bytes = encode_transaction(transaction);
    for (int i = 0; i < 2'000; ++i) {
      Bytes damaged = bytes;
      const auto places = 1 + random.uniform(6);
      for (std::uint64_t place = 0; place < places; ++place) {
        const auto at = static_cast<std::ptrdiff_t>(random.uniform(damaged.size()));
        const auto kind = random.uniform(3);
        if (kind == 0) damaged[static_cast<std::size_t>(at)] = static_cast<Byte>(random.next());
        if (kind == 1 && damaged.size() > 1) damaged.erase(damaged.begin() + at);
        if (kind == 2) damaged.insert(damaged.begin() + at, static_cast<Byte>(random.next()));
      }
      const auto decoded = decode_form_unchecked(damaged);
      if (decoded) {
        ASSERT_EQ(encode_transaction(*decoded), damaged) << name;
      }
    }
  }
}

}  // namespace
}  // namespace vostro::chain
