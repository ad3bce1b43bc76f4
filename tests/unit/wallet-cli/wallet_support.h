/// A wallet of NORDDEFF at a node of the test network: keys, token, genesis file and state in a
/// fresh directory, a node that answers from tables, and a terminal that says what the test wants.
/// Test code only.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/client/api_support.h"
#include "wallet-cli/program.h"
#include "wallet-cli/wallet.h"

namespace vostro::test {

/// What the node knows; a test changes it before it runs a command. Replies stand for a method and
/// a path without query.
class FakeNode {
 public:
  explicit FakeNode(const Hash& network_id);

  [[nodiscard]] std::string url() const { return server_.url(); }
  /// Instead of the usual answer. `path` is without query.
  void answer(const std::string& method, const std::string& path, HttpReply reply);
  /// The usual answer again.
  void forget_answer(const std::string& method, const std::string& path);
  void quote(const chain::SignedQuote& quote, MinorUnits remaining);
  /// How posted transactions end; none: accepted and pending.
  void outcome(std::optional<chain::Status> status, std::optional<chain::Reason> reason = {});
  [[nodiscard]] std::vector<chain::Transaction> posted_transactions() const;
  [[nodiscard]] std::vector<HttpSeen> seen() const { return server_.seen(); }

 private:
  [[nodiscard]] HttpReply reply_to(const HttpSeen& request);
  void add_quote(const chain::SignedQuote& quote, MinorUnits remaining);
  [[nodiscard]] HttpReply reply_about(const std::string& id) const;

  mutable std::mutex mutex_;
  Hash network_id_;
  std::map<std::string, HttpReply> replies_;
  std::string quotes_;
  std::optional<chain::Status> status_ = chain::Status::settled;
  std::optional<chain::Reason> reason_;
  std::vector<chain::Transaction> final_;  ///< posted while they had an outcome
  HttpServer server_;                      // last: it answers as soon as it is there
};

struct Ran {
  wallet::Exit exit = wallet::Exit::ok;
  std::string out;
  std::string err;
  /// The JSON object on standard output; aborts where it is none.
  [[nodiscard]] boost::json::object json() const;
};

class WalletTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// With --api, --token-file, --genesis, --state-dir, --key-dir and --passphrase-file.
  Ran run(std::vector<std::string> args);
  /// As it is.
  Ran run_bare(const std::vector<std::string>& args);
  /// A keystore with one of genesis_support's keys, as `name`.
  void make_key(const std::string& name, const std::string& key_name);
  void write_private(const std::string& name, const std::string& content);
  [[nodiscard]] std::string path(const std::string& name) const { return root_ + "/" + name; }
  [[nodiscard]] std::size_t stored_orders() const;

  std::string root_;
  Hash network_id_;
  std::optional<FakeNode> node_;
  std::optional<std::string> typed_;  ///< the answer to questions; none: no terminal
  bool is_terminal_ = false;
  std::map<std::string, std::string, std::less<>> variables_;
  std::vector<std::string> asked_;
  UnixMillis now_ = to_millis(test_time);
  std::function<std::unique_ptr<wallet::LineSource>(const std::string&)> open_lines_;
};

/// --from NORDDEFF/main --to SUDBFRPP/main --amount "12.50 EUR" and more.
[[nodiscard]] std::vector<std::string> pay_args(const std::vector<std::string>& more = {});

}  // namespace vostro::test
