/// A node's Service without a network: a real block store in a temporary directory, filled by real
/// execution. Submitted transactions are judged as the door does; a test decides when a block is
/// made.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json/value.hpp>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "consensus/messages.h"
#include "node/annexes/store.h"
#include "node/api/handlers.h"
#include "node/api/server.h"
#include "node/runtime/approval_book.h"
#include "node/runtime/evidence_book.h"
#include "node/service.h"
#include "tests/support/consensus_net.h"
#include "tests/support/memory_ledger.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {

/// A directory of mode 0700 that goes with its object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string path(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

 private:
  std::string path_;
};

/// With an empty block store.
struct StoreCase : testing::Test {
  TempDir directory;
  std::unique_ptr<chain::Store> store;

  void SetUp() override {
    auto opened = chain::Store::open(directory.path("store"), network(), {.reserve_bytes = 1});
    ASSERT_TRUE(opened.has_value());
    store = std::move(*opened);
  }
};

class FakeNode final : public node::Service {
 public:
  /// Heights below the head whose state can be proved.
  static constexpr std::uint64_t proof_window = 60;

  explicit FakeNode(const chain::InitialState& initial = small_network());

  /// Executes and stores a block of these, and tells the listeners.
  const chain::ExecutedBlock& block(std::vector<chain::VerifiedTransactionPtr> transactions);
  /// The same of all that was submitted and accepted; answers those who wait.
  void block_of_pending();
  /// Keeps a finality proof of the newest block, signed by a quorum of `committee`.
  void prove_head();
  [[nodiscard]] const consensus::Committee& committee() const { return committee_; }
  /// Takes blocks below this height out of the store.
  void prune(Height height) { ASSERT_TRUE(store_->prune(height).has_value()); }
  /// As if it had joined by the ledger of its head: state, headers and ids, and no block whole.
  /// What reads the store meanwhile is opened after it.
  void join();
  /// Returns once so many transactions wait for a block.
  void wait_for_pending(std::size_t count);
  [[nodiscard]] Uuid next_id() { return uetr(++last_id_); }
  /// A EUR payment of NORDDEFF/main to SUDBFRPP/main, with an id of its own.
  [[nodiscard]] PaymentBuilder payment(std::int64_t cents = 100);
  [[nodiscard]] chain::VerifiedTransactionPtr issue(std::string_view to, const Money& amount);

  [[nodiscard]] node::NodeStatus status() const override;
  [[nodiscard]] std::vector<node::ValidatorStatus> validators() const override {
    if (throws) throw std::runtime_error("out of memory");
    return validators_seen;
  }
  [[nodiscard]] const chain::Store& store() const override { return *store_; }
  [[nodiscard]] std::optional<Hash> pending(const chain::OwnedId& id) const override;
  void submit(node::Submission submission, std::function<void(node::SubmitOutcome)> done) override;
  node::QuoteOutcome publish_quote(const chain::SignedQuote& quote) override;
  [[nodiscard]] std::vector<node::LiveQuote> quotes() const override { return quotes_; }
  [[nodiscard]] node::ApprovalBook& approvals() override { return *approvals_; }
  [[nodiscard]] node::AnnexStore& annexes() override { return *annexes_; }
  [[nodiscard]] const node::EvidenceBook& evidence() const override { return *evidence_; }
  void on_block(std::function<void(Height)> listener) override;
  [[nodiscard]] std::string metrics_text() const override { return "# node\n"; }

  /// As when it was found in consensus.
  void keep(const consensus::Evidence& evidence, Epoch epoch = Epoch(0));
  /// The node goes down and comes back: the book is read from its file.
  void reopen_approvals();

  std::optional<std::string> halted;
  bool disk_full = false;
  UnixMillis clock{};  ///< this machine's, in its status
  std::optional<std::uint16_t> unknown_version;
  bool ready = true;
  bool busy = false;
  bool throws = false;  ///< when it is asked for its validators
  std::vector<node::ValidatorStatus> validators_seen;
  std::function<void()> while_annex_is_put;  ///< once, when it was looked for its order
  TempDir directory;

 private:
  struct Waiting {
    chain::VerifiedTransactionPtr transaction;
    std::function<void(node::SubmitOutcome)> done;  ///< empty: answered when accepted
  };
  [[nodiscard]] node::SubmitOutcome judge(const chain::VerifiedTransactionPtr& transaction) const;
  void commit(const chain::ExecutedBlock& executed);

  consensus::net::Keys keys_{4};
  consensus::Committee committee_;
  MemoryLedger ledger_;
  std::unique_ptr<chain::Store> store_;
  std::unique_ptr<node::ApprovalBook> approvals_;
  std::unique_ptr<node::AnnexStore> annexes_;
  std::unique_ptr<node::EvidenceBook> evidence_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<chain::OwnedId, Waiting> pending_;
  std::vector<std::function<void(Height)>> listeners_;
  std::vector<node::LiveQuote> quotes_;
  std::uint64_t last_id_ = 20'000;
};

/// Handlers as the server calls them, without a socket.
struct Door {
  explicit Door(FakeNode& fake, std::string_view bank = "NORDDEFF")
      : node(fake), context{fake, bic(bank), "1.2.3"} {}

  /// GET of a path with query, as the table routes it. Null route: the refusal.
  [[nodiscard]] node::api::Response get(std::string_view target,
                                        node::api::Role role = node::api::Role::read) const;
  [[nodiscard]] node::api::Response put(
      std::string_view target, std::string body,
      std::string content_type = "application/octet-stream") const;
  [[nodiscard]] node::api::Response erase(std::string_view target) const;
  [[nodiscard]] node::api::Response post(std::string_view target, std::string body,
                                         std::string content_type = "application/json",
                                         std::string token = "token") const;
  /// The least role that the table asks for.
  [[nodiscard]] std::optional<node::api::Role> role_of(std::string_view method,
                                                       std::string_view target) const;

  FakeNode& node;
  node::api::Context context;
};

[[nodiscard]] boost::json::value json_of(const node::api::Response& response);
/// The problem's code, or the status in digits where it is none.
[[nodiscard]] std::string code_of(const node::api::Response& response);
/// Each preceded by its length, as they are posted.
[[nodiscard]] std::string framed(const std::vector<Bytes>& transactions);

}  // namespace vostro::test
