// Goal: what collects signatures over time puts them together without losing or repeating one, asks
// the same persons as the ledger will, and a refusal is bound to its order, network and reason.
// Method: the pure functions, against the ledger's own verdict.
#include <gtest/gtest.h>

#include "chain/execute.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

Transaction signed_by(std::initializer_list<std::string_view> names) {
  return a_payment().signed_by(names).build();
}

TEST(MergeSignatures, KeepsEachKeyOnceInOrder) {
  Transaction merged = signed_by({"a", "c"});
  ASSERT_TRUE(merge_signatures(merged, signed_by({"b", "c", "d"})));
  EXPECT_EQ(merged, signed_by({"a", "b", "c", "d"}));
  ASSERT_TRUE(merge_signatures(merged, merged));
  EXPECT_EQ(merged.signatures.size(), 4U);
  EXPECT_TRUE(verify(encode_transaction(merged), merged.network_id));
}

TEST(MergeSignatures, TakesAllOrNone) {
  PaymentBuilder builder = a_payment();
  std::vector<std::string> names;
  for (int i = 0; i < 17; ++i) names.push_back("many-" + std::to_string(i));
  Transaction full = builder.build();
  full.signatures.clear();
  const auto sign = [&](const std::string& name) {
    Transaction one = builder.build();
    one.signatures = {{key(name).public_key(),
                       key(name).sign(transaction_message(one.network_id, transaction_hash(one)))}};
    return one;
  };
  for (std::size_t i = 0; i < Transaction::signatures_max; ++i)
    ASSERT_TRUE(merge_signatures(full, sign(names[i])));
  const Transaction before = full;
  EXPECT_FALSE(merge_signatures(full, sign(names.back())));
  EXPECT_EQ(full, before);
  EXPECT_TRUE(merge_signatures(full, sign(names.front())));
}

TEST(RefusalMessage, IsBoundToNetworkOrderAndReason) {
  const Hash network = hash_of("network"), order = hash_of("order");
  const Bytes message = refusal_message(network, order, "no");
  EXPECT_EQ(message.size(), 16U + 32U + 32U + 2U);
  EXPECT_EQ(as_text(message).substr(0, 16), std::string_view("VOSTRO-REFUSE-1\0", 16));
  EXPECT_NE(message, refusal_message(order, network, "no"));
  EXPECT_NE(message, refusal_message(network, order, "No"));
  EXPECT_NE(message, transaction_message(network, order));
}

}  // namespace
}  // namespace vostro::chain
