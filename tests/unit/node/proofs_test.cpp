// Goal: what the API hands out as a proof convinces whoever knows the validators and nothing else,
// and no changed byte of it does. Method: the real server and store, the real client and its check.
#include <gtest/gtest.h>

#include "base/codec.h"
#include "client/api.h"
#include "tests/unit/node/server_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
using client::BalanceProof;
using client::check_balance_proof;
using client::check_payment_proof;
using client::PaymentProof;
using client::ProofError;

class Proofs : public testing::Test {
 protected:
  void SetUp() override {
    const Options options = options_for(node);
    const std::string token = *create_token(options.token_file, {}, UnixSeconds(1'700'000'000));
    auto started = Server::start(options, node);
    ASSERT_TRUE(started) << started.error();
    server = std::move(*started);
    client::ApiAddress address;
    address.host = "127.0.0.1";
    address.port = server->port();
    api.emplace(std::move(address), SecretText::copy_of(token), client::ApiOptions{});
    const auto paid = node.payment(12'34).verified();
    name = paid->id();
    node.block({paid});
    settled_at = node.store().head()->height;
  }
  void prove_after(std::size_t blocks) {
    for (std::size_t i = 0; i < blocks; ++i) node.block({node.payment(1).verified()});
    node.prove_head();
  }
  PaymentProof payment_proof() {
    auto proof = api->payment_proof(name);
    EXPECT_TRUE(proof) << to_string(proof.error());
    return proof ? *std::move(proof) : PaymentProof{};
  }
  BalanceProof balance_proof(std::string_view of, std::string_view code,
                             std::optional<Height> height = {}) {
    auto proof = api->balance_proof(account(of), currency(code), height);
    EXPECT_TRUE(proof) << to_string(proof.error());
    return proof ? *std::move(proof) : BalanceProof{};
  }

  FakeNode node;
  std::unique_ptr<Server> server;
  std::optional<client::ApiClient> api;
  chain::OwnedId name;
  Height settled_at;
};

TEST_F(Proofs, APaymentIsShownByItsOwnBlocksProofOrALaterOne) {
  for (const std::size_t blocks_after : {0U, 1U, 3U}) {
    prove_after(blocks_after);
    const PaymentProof proof = payment_proof();
    EXPECT_TRUE(check_payment_proof(node.committee(), proof));
    EXPECT_EQ(proof.original.height, settled_at);
    EXPECT_EQ(proof.original.receipt.payment->amount, eur(12'34));
  }
}

TEST_F(Proofs, ABalanceIsShownAtTheNewestProvedHeightAndAtOlderOnes) {
  prove_after(2);
  const BalanceProof newest = balance_proof("NORDDEFF/main", "EUR");
  EXPECT_TRUE(check_balance_proof(node.committee(), newest));
  EXPECT_EQ(newest.balance, MinorUnits(10'000'00 - 12'34 - 2));
  EXPECT_TRUE(newest.block.after.empty()) << "its own block's proof is the one that is kept";
  const BalanceProof older = balance_proof("NORDDEFF/main", "EUR", settled_at);
  EXPECT_TRUE(check_balance_proof(node.committee(), older));
  EXPECT_EQ(older.balance, MinorUnits(10'000'00 - 12'34));
  EXPECT_EQ(older.block.after.size(), 1U);
  const BalanceProof before = balance_proof("NORDDEFF/main", "EUR", settled_at.previous());
  EXPECT_TRUE(check_balance_proof(node.committee(), before));
  EXPECT_EQ(before.balance, MinorUnits(10'000'00));
}

TEST_F(Proofs, ABalanceOfNothingIsShownByAbsence) {
  prove_after(0);
  BalanceProof proof = balance_proof("NORDDEFF/main", "JPY");
  EXPECT_EQ(proof.balance, MinorUnits(0));
  EXPECT_TRUE(check_balance_proof(node.committee(), proof));
  proof.balance = MinorUnits(1);
  EXPECT_EQ(check_balance_proof(node.committee(), proof).error(), ProofError::not_in_state);
}

TEST_F(Proofs, RefusalsHaveTheirCodes) {
  const Door door(node);
  const auto code = [&](std::string_view target) { return code_of(door.get(target)); };
  const std::string of = "/v1/proofs/account/";
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR"), "unknown-block") << "nothing is proved yet";
  prove_after(1);
  const std::string head = std::to_string(node.store().head()->height.value);
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR"), "200");
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR&height=" + head), "200");
  EXPECT_EQ(code(of + "NORDDEFF/main"), "bad-parameter");
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=eur"), "bad-parameter");
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=GBP"), "bad-parameter")
      << "no currency of the network";
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR&height=-1"), "bad-parameter");
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR&height=0"), "unknown-block");
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR&height=9999"), "unknown-block");
  EXPECT_EQ(code(of + "NORDDEFF/none?currency=EUR"), "unknown-account");
  EXPECT_EQ(code(of + "SUDBFRPP/main?currency=EUR"), "unknown-account") << "another bank's";
  EXPECT_EQ(code_of(door.get(of + "SUDBFRPP/main?currency=EUR", Role::operate)), "200");
  EXPECT_EQ(code(of + "norddeff/main?currency=EUR"), "bad-path");
  prove_after(FakeNode::proof_window);
  EXPECT_EQ(code(of + "NORDDEFF/main?currency=EUR&height=1"), "state-not-kept");
}

/// Every byte, one bit flipped: it does not decode, or is refused.
template <class Proof, class Check>
void expect_no_byte_to_be_changed(const Proof& proof, Check&& check) {
  const Bytes genuine = encode(proof);
  ASSERT_TRUE(check(*decode<Proof>(genuine)));
  for (std::size_t at = 0; at < genuine.size(); ++at) {
    Bytes changed = genuine;
    changed[at] ^= static_cast<Byte>(1U << (at % 8));
    const auto decoded = decode<Proof>(changed);
    EXPECT_FALSE(decoded && check(*decoded)) << "byte " << at << " of " << genuine.size();
  }
}

TEST_F(Proofs, NoByteOfAProofCanBeChanged) {
  prove_after(2);
  expect_no_byte_to_be_changed(payment_proof(), [&](const PaymentProof& proof) {
    return check_payment_proof(node.committee(), proof).has_value();
  });
  for (const std::string_view code : {"EUR", "JPY"}) {
    for (const std::optional<Height> height : {std::optional<Height>(), std::optional(settled_at)})
      expect_no_byte_to_be_changed(
          balance_proof("NORDDEFF/main", code, height), [&](const BalanceProof& proof) {
            return check_balance_proof(node.committee(), proof).has_value();
          });
  }
}

TEST_F(Proofs, EachFaultHasItsName) {
  prove_after(2);
  const PaymentProof good = payment_proof();
  const auto error = [&](auto&& change) {
    PaymentProof proof = good;
    change(proof);
    const auto checked = check_payment_proof(node.committee(), proof);
    return checked ? std::string("accepted") : std::string(to_string(checked.error()));
  };
  const auto word = [](ProofError kind) { return std::string(to_string(kind)); };
  EXPECT_EQ(error([](auto& p) { p.block.header.network_id = hash_of("another"); }),
            word(ProofError::other_network));
  EXPECT_EQ(error([](auto& p) { p.block.header.epoch = Epoch(1); }),
            word(ProofError::other_network));
  EXPECT_EQ(error([](auto& p) { p.block.after.clear(); }), word(ProofError::broken_chain));
  EXPECT_EQ(error([](auto& p) { std::swap(p.block.header, p.block.after.front()); }),
            word(ProofError::broken_chain));
  EXPECT_EQ(error([](auto& p) { p.block.finality.finalization.signatures.pop_back(); }),
            word(ProofError::not_final));
  EXPECT_EQ(error([](auto& p) { p.original.height = p.original.height.next(); }),
            word(ProofError::wrong_block));
  EXPECT_EQ(error([](auto& p) { p.original.receipt.status = chain::Status::held; }),
            word(ProofError::not_a_settlement));
  EXPECT_EQ(error([](auto& p) { p.original.receipt.payment->amount = eur(99); }),
            word(ProofError::not_in_block));
}

TEST_F(Proofs, AnotherNetworksValidatorsSignNothingHere) {
  prove_after(0);
  consensus::EpochContext context = consensus::net::Keys(4).committee().context();
  EXPECT_EQ(check_payment_proof(consensus::Committee(context), payment_proof()).error(),
            ProofError::other_network);
  // The same network id, and the same validators, but for one whose key is another.
  context = node.committee().context();
  auto validators = context.validators.all();
  validators[0].key = SecretKey::from_seed(Bytes(32, 77)).public_key();
  context.validators = *consensus::ValidatorSet::make(validators);
  EXPECT_EQ(check_payment_proof(consensus::Committee(context), payment_proof()).error(),
            ProofError::other_network);
}

}  // namespace
}  // namespace vostro::node::api
