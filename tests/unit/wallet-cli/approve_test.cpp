// Goal: nobody signs what he has not seen, for another network, or under another id than he asked
// for; a key without a network signs a file. Method: the whole program against a node that answers
// from tables.
#include <filesystem>
#include <fstream>

#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::test {
namespace {

using wallet::Exit;

class Approve : public WalletTest {
 protected:
  void SetUp() override {
    WalletTest::SetUp();
    order_ = a_payment().network(network_id_).signed_by({"maker"}).build();
    id_ = to_text(order_.id);
    serve(order_);
    node_->answer("GET", "/v1/approvals/" + id_,
                  json_reply(200, approval_answer(order_, "waiting")));
    node_->answer("POST", "/v1/approvals", json_reply(202, approval_answer(order_, "released")));
  }
  /// What the node gives out as the order's bytes.
  void serve(const chain::Transaction& transaction) {
    const Bytes bytes = chain::encode_transaction(transaction);
    node_->answer("GET", "/v1/approvals/" + id_ + "/transaction",
                  {"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
                   std::to_string(bytes.size()) + "\r\n\r\n" + std::string(as_text(bytes))});
  }
  std::size_t posts() const {
    std::size_t count = 0;
    for (const HttpSeen& seen : node_->seen()) count += seen.method == "POST" ? 1U : 0U;
    return count;
  }

  chain::Transaction order_;
  std::string id_;
};

TEST_F(Approve, SignsWhatItHasShown) {
  is_terminal_ = true;
  typed_ = "yes";
  const Ran ran = run({"approve", "sign", id_, "--key", "checker"});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.out << ran.err;
  ASSERT_EQ(posts(), 1U);
  const chain::Transaction brought = posted(node_->seen().back());
  EXPECT_EQ(chain::transaction_hash(brought), chain::transaction_hash(order_));
  EXPECT_EQ(brought.signatures.size(), 2U);
  EXPECT_TRUE(chain::verify(chain::encode_transaction(brought), network_id_));
  typed_ = "no";
  EXPECT_EQ(run({"approve", "sign", id_, "--key", "checker"}).exit, Exit::declined);
  EXPECT_EQ(posts(), 1U);
}

TEST_F(Approve, ALyingNodeGetsNoSignature) {
  serve(a_payment().network(network_id_).id(uetr(77)).signed_by({"maker"}).build());
  for (const std::string verb : {"sign", "reject"}) {
    std::vector<std::string> words{"approve", verb, id_, "--key", "checker", "--yes"};
    if (verb == "reject") words.insert(words.end(), {"--reason", "no"});
    const Ran ran = run(words);
    EXPECT_EQ(ran.exit, Exit::refused) << verb;
    EXPECT_NE(ran.err.find("another order than was asked for"), std::string::npos) << ran.err;
  }
  auto foreign = order_;
  foreign.network_id = hash_of("elsewhere");
  serve(foreign);
  EXPECT_EQ(run({"approve", "sign", id_, "--key", "checker", "--yes"}).exit, Exit::wrong_network);
  EXPECT_EQ(posts(), 0U);
}

TEST_F(Approve, AFileIsSignedWithoutANode) {
  const std::string in = path("order.bin"), out = path("signed.bin");
  ASSERT_EQ(run({"approve", "show", id_, "--out", in}).exit, Exit::ok);
  const std::size_t asked = node_->seen().size();
  const Ran ran = run({"sign", in, "--out", out, "--key", "checker", "--yes"});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_EQ(node_->seen().size(), asked);
  // It writes over nothing, and takes nothing that is no order.
  EXPECT_EQ(run({"sign", in, "--out", out, "--key", "checker", "--yes"}).exit, Exit::local);
  write_private("rubbish", "not an order");
  EXPECT_EQ(run({"submit", path("rubbish")}).exit, Exit::usage);
  EXPECT_EQ(run({"submit", out}).exit, Exit::ok);
  EXPECT_EQ(posted(node_->seen().back()).signatures.size(), 2U);
}

TEST_F(Approve, AReasonIsAskedFor) {
  EXPECT_EQ(run({"approve", "reject", id_, "--key", "checker", "--yes"}).exit, Exit::usage);
  EXPECT_EQ(run({"approve", "reject", id_, "--key", "checker", "--yes", "--reason", ""}).exit,
            Exit::usage);
  const Ran ran = run(
      {"approve", "reject", id_, "--key", "checker", "--yes", "--reason", std::string(141, 'x')});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("1 to 140 bytes, this one 141"), std::string::npos) << ran.err;
  EXPECT_EQ(posts(), 0U);
}

TEST_F(Approve, WhatIsClosedIsShownWithoutItsBytes) {
  node_->answer("GET", "/v1/approvals/" + id_, json_reply(200, approval_answer(order_, "expired")));
  node_->answer("GET", "/v1/approvals/" + id_ + "/transaction",
                problem_reply(409, "approval-closed", "gone"));
  const Ran ran = run({"approve", "show", id_});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.err;
  EXPECT_NE(ran.out.find("expired"), std::string::npos) << ran.out;
  EXPECT_EQ(run({"approve", "show", id_, "--out", path("late.bin")}).exit, Exit::refused);
  EXPECT_FALSE(std::filesystem::exists(path("late.bin")));
}

}  // namespace
}  // namespace vostro::test
