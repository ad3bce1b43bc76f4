#include "tests/unit/wallet-cli/wallet_support.h"

#include <stdlib.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "base/keystore.h"
#include "tests/unit/genesis/genesis_support.h"
#include "wallet-cli/options.h"

namespace vostro::test {
namespace {

namespace fs = std::filesystem;

std::string account_answer(const std::string& name, const std::string& status = "open") {
  return "{\"account\":\"" + name + "\",\"status\":\"" + status +
         "\",\"accepts\":\"all\",\"policy\":\"owner\",\"balances\":[{\"currency\":\"EUR\","
         "\"amount\":\"100.00\",\"held\":\"1.00\"}]}";
}
/// One person for everything: the maker of the bank.
const std::string& policy_answer() {
  static const std::string text = chain::to_json(simple_policy({"maker"}), client::iso_exponents());
  return text;
}
std::string participant_answer(const std::string& bic) {
  return "{\"bic\":\"" + bic + "\",\"legal_name\":\"Bank " + bic +
         "\",\"country\":\"DE\",\"lei\":null,\"roles\":[\"fx-provider\"],\"policy\":" +
         policy_answer() + ",\"status\":\"active\",\"validator\":true}";
}
std::string currency_answer(const std::string& code, int exponent, const std::string& zero) {
  return "{\"currency\":\"" + code + "\",\"exponent\":" + std::to_string(exponent) +
         ",\"agent\":\"ALBAGB2L\",\"policy\":" + policy_answer() +
         ",\"status\":\"active\",\"business_date\":\"2026-01-05\","
         "\"issued\":{\"currency\":\"" +
         code + "\",\"amount\":\"" + zero + "\"},\"redeemed\":{\"currency\":\"" + code +
         "\",\"amount\":\"" + zero + "\"},\"open_redemptions\":{\"currency\":\"" + code +
         "\",\"amount\":\"" + zero + "\"},\"attestation\":null,\"attestation_max_age_s\":null}";
}
std::string list(const std::string& items) {
  return "{\"items\":[" + items + "],\"next\":null}";
}

}  // namespace

FakeNode::FakeNode(const Hash& network_id)
    : network_id_(network_id),
      server_([this](const HttpSeen& request) { return reply_to(request); }) {}

void FakeNode::answer(const std::string& method, const std::string& path, HttpReply reply) {
  const std::lock_guard lock(mutex_);
  replies_[method + " " + path] = std::move(reply);
}
void FakeNode::forget_answer(const std::string& method, const std::string& path) {
  const std::lock_guard lock(mutex_);
  replies_.erase(method + " " + path);
}
void FakeNode::quote(const chain::SignedQuote& quote, MinorUnits remaining) {
  const std::lock_guard lock(mutex_);
  add_quote(quote, remaining);
}
void FakeNode::add_quote(const chain::SignedQuote& quote, MinorUnits remaining) {
  std::string item = chain::to_json(quote, client::iso_exponents());
  item.insert(1, "\"remaining\":{\"currency\":\"" + to_text(quote.quote.sells) +
                     "\",\"amount\":\"" +
                     format_amount(remaining, *iso4217_exponent(quote.quote.sells)) + "\"},");
  quotes_ += (quotes_.empty() ? "" : ",") + item;
}
void FakeNode::outcome(std::optional<chain::Status> status, std::optional<chain::Reason> reason) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  reason_ = reason;
}
std::vector<chain::Transaction> FakeNode::posted_transactions() const {
  std::vector<chain::Transaction> out;
  for (const HttpSeen& request : server_.seen()) {
    if (request.method == "POST" && request.target.starts_with("/v1/transactions"))
      out.push_back(posted(request));
  }
  return out;
}

HttpReply FakeNode::reply_to(const HttpSeen& request) {
  const std::lock_guard lock(mutex_);
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (const auto at = replies_.find(request.method + " " + path); at != replies_.end())
    return at->second;
  if (path == "/v1/status") return json_reply(200, status_answer(network_id_, "Test network"));
  if (path == "/v1/accounts")
    return json_reply(
        200, list(account_answer("NORDDEFF/main") + "," + account_answer("NORDDEFF/nostro")));
  if (path == "/v1/accounts/NORDDEFF/main") return json_reply(200, account_answer("NORDDEFF/main"));
  if (path == "/v1/accounts/NORDDEFF/nostro")
    return json_reply(200, account_answer("NORDDEFF/nostro"));
  if (path.ends_with("/fills") || path == "/v1/redemptions") return json_reply(200, list(""));
  if (path.starts_with("/v1/accounts/"))
    return problem_reply(404, "unknown-account", "there is no such account");
  if (path == "/v1/participants") {
    std::string items;
    for (std::size_t i = 0; i < bank_count; ++i)
      items += (i == 0 ? "" : ",") + participant_answer(to_text(bank(i)));
    return json_reply(200, list(items));
  }
  if (path == "/v1/currencies")
    return json_reply(
        200, list(currency_answer("EUR", 2, "0.00") + "," + currency_answer("JPY", 0, "0") + "," +
                  currency_answer("SGD", 2, "0.00")));
  if (path == "/v1/quotes" && request.method == "POST") {
    const auto quote = chain::signed_quote_from_json(request.body, client::iso_exponents());
    VOSTRO_CHECK(quote.has_value());
    if (quotes_.find(to_text(quote->quote.id)) == std::string::npos)
      add_quote(*quote, quote->quote.limit);
    return json_reply(201, "{}");
  }
  if (path == "/v1/quotes") return json_reply(200, list(quotes_));
  if (path.starts_with("/v1/payments/"))
    return problem_reply(404, "unknown-payment", "there is no such payment");
  if (path == "/v1/payments") return json_reply(200, list(""));
  if (path == "/v1/transactions") {
    const chain::Transaction transaction = posted(request);
    if (!status_) return json_reply(202, pending_answer(transaction));
    final_.push_back(transaction);
    return json_reply(200, final_answer(transaction, *status_, reason_));
  }
  if (path.starts_with("/v1/transactions/")) return reply_about(path.substr(path.rfind('/') + 1));
  return problem_reply(404, "unknown-path", "nothing here");
}

/// A transaction that is final, or an item of one.
HttpReply FakeNode::reply_about(const std::string& id) const {
  for (const chain::Transaction& transaction : final_) {
    chain::Receipt receipt = receipt_of(transaction, *status_, reason_);
    bool is_meant = to_text(transaction.id) == id;
    if (const auto* batch = std::get_if<chain::PaymentBatch>(&transaction.body);
        batch && !is_meant) {
      for (const chain::BatchItem& item : batch->items) {
        if (to_text(item.uetr) != id) continue;
        is_meant = true;
        receipt.kind = chain::ReceiptKind::item;
        receipt.id.id = item.uetr;
        receipt.payment = chain::PaymentFacts{
            item.uetr, batch->debtor, item.credit.creditor, {batch->currency, item.credit.amount}};
      }
    }
    if (is_meant)
      return json_reply(200, "{\"id\":\"" + id + "\",\"owner\":\"" + to_text(receipt.id.owner) +
                                 "\",\"transaction_hash\":\"" +
                                 to_hex(receipt.transaction_hash.view()) + "\"," +
                                 final_fields(receipt) + "}");
  }
  return problem_reply(404, "unknown-transaction", "never seen");
}

boost::json::object Ran::json() const {
  boost::system::error_code error;
  const auto value = boost::json::parse(out, error);
  EXPECT_FALSE(error) << out;
  VOSTRO_CHECK(!error && value.is_object());
  return value.get_object();
}

namespace {

std::string manual() {
  std::ifstream file(std::string(VOSTRO_DOCS) + "/cli.md");
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string section_at(const std::string& text, const std::string& heading) {
  const std::size_t begin = text.find("\n" + heading + "\n");
  if (begin == std::string::npos) return "";
  const std::size_t body = begin + heading.size() + 2;
  return text.substr(body, std::min(text.find("\n## ", body), text.find("\n### ", body)) - body);
}

/// Each field of a command's JSON stands in docs/cli.md: with the command, with the one that it
/// refers to, or under "JSON".
void check_documented(const std::vector<std::string>& args, const std::string& out) {
  if (std::find(args.begin(), args.end(), "--json") == args.end()) return;
  boost::system::error_code error;
  const auto value = boost::json::parse(out, error);
  if (error || !value.is_object()) return;  // a test that expects JSON says so itself
  std::string words;
  try {
    const auto invocation = wallet::parse_command_line(args);
    if (invocation.command != nullptr) words = invocation.command->words;
  } catch (const wallet::Stop&) {
    words = "";  // the error's fields are under "JSON"
  }
  static const std::string text = manual();
  std::string described = section_at(text, "## JSON");
  const std::string own = section_at(text, "### vostro " + words);
  described += own;
  const std::size_t refers = own.find(" of `");
  if (refers != std::string::npos)
    described += section_at(
        text, "### vostro " + own.substr(refers + 5, own.find('`', refers + 5) - refers - 5));
  std::vector<const boost::json::object*> objects{&value.get_object()};
  if (const auto* items = value.get_object().if_contains("items")) {
    for (const auto& item : items->as_array()) objects.push_back(&item.as_object());
  }
  for (const auto* object : objects) {
    for (const auto& member : *object)
      EXPECT_NE(described.find("`" + std::string(member.key()) + "`"), std::string::npos)
          << "docs/cli.md does not say what " << member.key() << " of \"vostro " << words
          << " --json\" is";
  }
}

}  // namespace

void WalletTest::SetUp() {
  std::string pattern = (fs::temp_directory_path() / "vostro-wallet-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  root_ = pattern;
  const std::string sealed = sealed_text();
  network_id_ = genesis::network_id(sealed);
  std::ofstream(path("genesis.toml")) << sealed;
  write_private("token", "token-of-the-test\n");
  write_private("passphrase", "correct horse\n");
  fs::create_directory(path("keys"));
  fs::permissions(path("keys"), fs::perms::owner_all);
  make_key("maker", "maker of NORDDEFF");
  make_key("checker", "checker of NORDDEFF");
  variables_["HOME"] = path("home");
  node_.emplace(network_id_);
}
void WalletTest::TearDown() {
  node_.reset();
  fs::remove_all(root_);
}

void WalletTest::write_private(const std::string& name, const std::string& content) {
  std::ofstream(path(name)) << content;
  fs::permissions(path(name), fs::perms::owner_read | fs::perms::owner_write);
}
void WalletTest::make_key(const std::string& name, const std::string& key_name) {
  ASSERT_TRUE(save_key(path("keys/" + name + ".key"), key_named(key_name),
                       {name, "treasury " + name + " maker"}, Passphrase::copy_of("correct horse"),
                       cost_development));
}
std::size_t WalletTest::stored_orders() const {
  std::size_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(path("state"), error), end; !error && at != end;
       at.increment(error))
    count += at->path().extension() == ".order" ? 1U : 0U;
  return count;
}

Ran WalletTest::run(std::vector<std::string> args) {
  const std::vector<std::string> more{"--api",
                                      node_->url(),
                                      "--token-file",
                                      path("token"),
                                      "--genesis",
                                      path("genesis.toml"),
                                      "--state-dir",
                                      path("state"),
                                      "--key-dir",
                                      path("keys"),
                                      "--passphrase-file",
                                      path("passphrase"),
                                      "--timeout",
                                      "5"};
  args.insert(args.end(), more.begin(), more.end());
  return run_bare(args);
}

Ran WalletTest::run_bare(const std::vector<std::string>& args) {
  std::ostringstream out;
  std::ostringstream err;
  wallet::Environment environment{out,
                                  err,
                                  is_terminal_,
                                  [this] { return now_; },
                                  [this](std::string_view name) {
                                    const auto at = variables_.find(name);
                                    return at == variables_.end() ? std::nullopt
                                                                  : std::optional(at->second);
                                  },
                                  [](std::string_view) -> Result<SecretText, SecretError> {
                                    return fail(SecretError::no_terminal);
                                  },
                                  [this](std::string_view question) {
                                    asked_.emplace_back(question);
                                    return typed_;
                                  }};
  if (open_lines_) environment.open_lines = open_lines_;
  const wallet::Exit exit = wallet::run(args, environment);
  check_documented(args, out.str());
  return {exit, out.str(), err.str()};
}

std::vector<std::string> pay_args(const std::vector<std::string>& more) {
  std::vector<std::string> args{"pay",      "--from",    "NORDDEFF/main", "--to", "SUDBFRPP/main",
                                "--amount", "12.50 EUR", "--key",         "maker"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

}  // namespace vostro::test
