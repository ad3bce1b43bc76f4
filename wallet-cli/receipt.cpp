// Receipts: files that show what became of a payment, or what an account had, to somebody who has
// the genesis file and nothing else.
#include <charconv>
#include <chrono>

#include "base/private_file.h"
#include "client/receipt_file.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/receipt_page.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

/// For a moment after a block its node still writes the proof that it is final.
template <class Ask>
auto patiently(Wallet& wallet, Ask&& ask) {
  constexpr int kTries = 10;
  constexpr std::chrono::milliseconds kBetween(500);
  for (int i = 1; i < kTries; ++i) {
    auto answer = ask();
    if (answer || answer.error().kind != client::ApiError::Kind::bad_answer) return answer;
    wallet.environment().pause(kBetween);
  }
  return ask();
}

void save_new(const std::string& path, ByteView content) {
  const auto saved = save_private_file(path, content, IfExists::refuse);
  if (!saved)
    throw Stop{Exit::local, path + ": " + std::string(to_string(saved.error())), "file", {}};
}

client::ReceiptFile payment_receipt(Wallet& wallet, const Arguments& arguments) {
  const auto payment = find_payment(wallet, arguments.text("UETR"), arguments.find("--agent"));
  return {must(patiently(wallet, [&] { return wallet.api().outcome_proof(payment.name); }))};
}

Height height_from(const std::string& text) {
  std::uint64_t height = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), height);
  if (error != std::errc() || end != text.data() + text.size())
    throw usage("--height " + text + ": write a block's height, as in 4711");
  return Height(height);
}

client::ReceiptFile balance_receipt(Wallet& wallet, const Arguments& arguments) {
  const auto account = account_from(arguments.text("--account"), "--account");
  const auto currency = currency_from(arguments.find("--currency").value_or(""), "--currency");
  std::optional<Height> height;
  if (const auto given = arguments.find("--height")) height = height_from(*given);
  return {must(
      patiently(wallet, [&] { return wallet.api().balance_proof(account, currency, height); }))};
}

json::object fact_json(const ReceiptFacts& facts) {
  json::object out;
  for (const auto& [name, value] : facts.fields) out[as_json(name)] = as_json(value);
  json::array signers;
  for (const Bic& each : facts.block.signers) signers.push_back(as_json(vostro::to_text(each)));
  out["signers"] = std::move(signers);
  out["validators"] = facts.block.validators;
  return out;
}

/// What the file shows, by its own bytes. Stop (refused) where they do not show it.
ReceiptFacts checked_facts(Wallet& wallet, const client::ReceiptFile& file,
                           const std::string& name) {
  const auto shown = client::check_receipt_file(wallet.network(), file);
  if (!shown)
    throw Stop{Exit::refused,
               name + " shows nothing: " + std::string(client::to_string(shown.error())) +
                   ". It was changed, or is of another network than the genesis file",
               "not_proved",
               {}};
  return facts_of(wallet.network(), file, *shown);
}

Exit report(Wallet& wallet, const ReceiptFacts& facts, std::string title, json::object extra) {
  json::object out = fact_json(facts);
  for (auto& [key, value] : extra) out[key] = std::move(value);
  return finish(wallet, Exit::ok, std::move(out),
                std::move(title) + "\n" + labelled(readable(facts)) + "\n" + facts.remark + "\n");
}

void write_page(const Arguments& arguments, const ReceiptFacts& facts) {
  if (const auto path = arguments.find("--html")) save_new(*path, as_bytes(receipt_page(facts)));
}

Exit receipt(Wallet& wallet, const Arguments& arguments) {
  const bool is_balance = arguments.has("--account");
  if (is_balance == arguments.has("UETR"))
    throw usage("a receipt of what? UETR, a payment; or --account and --currency, a balance");
  const client::ReceiptFile file =
      is_balance ? balance_receipt(wallet, arguments) : payment_receipt(wallet, arguments);
  const std::string& path = arguments.text("--out");
  const ReceiptFacts facts = checked_facts(wallet, file, "what the node gave");
  save_new(path, client::write_receipt_file(file));
  write_page(arguments, facts);
  return report(wallet, facts, "Receipt written to " + path, {{"file", as_json(path)}});
}

Exit verify(Wallet& wallet, const Arguments& arguments) {
  const std::string& path = arguments.text("FILE");
  const std::string bytes = read_input(path, client::receipt_file_bytes_max);
  const auto file = client::read_receipt_file(as_bytes(bytes));
  if (!file) throw Stop{Exit::refused, path + " is no receipt: " + file.error(), "not_proved", {}};
  const ReceiptFacts facts = checked_facts(wallet, *file, path);
  write_page(arguments, facts);
  return report(wallet, facts, path + " is genuine", {{"file", as_json(path)}, {"genuine", true}});
}

}  // namespace

std::vector<Command> receipt_commands() {
  using Kind = Option::Kind;
  const Option html{"--html", Kind::value, false, "Also write a page for people to this file"};
  return {
      {"receipt",
       "Write a file that proves what became of a payment, or what an account had",
       {{"UETR", Kind::optional_positional, false, "The payment"},
        {"--agent", Kind::value, false,
         "BIC of its debtor agent, where several payments bear the UETR"},
        {"--account", Kind::value, false, "An account instead: BIC/label"},
        {"--currency", Kind::value, false, "Of its balance"},
        {"--height", Kind::value, false, "After which block (default: the newest)"},
        {"--out", Kind::value, true, "File to write"},
        html},
       receipt},
      {"verify",
       "Check such a file against the genesis file; no node is asked",
       {{"FILE", Kind::positional, false, "From \"vostro receipt\""}, html},
       verify},
  };
}

}  // namespace vostro::wallet
