#include <algorithm>

#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/policies.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

std::vector<client::AccountView> all_accounts(Wallet& wallet) {
  return must(client::all_pages([&](const auto& cursor) { return wallet.api().accounts(cursor); }));
}

void add_balance_rows(std::vector<std::vector<std::string>>& rows,
                      const client::AccountView& account) {
  const std::string name = chain::to_text(account.account);
  if (account.balances.empty()) rows.push_back({name, "-", "-"});
  for (const auto& balance : account.balances)
    rows.push_back({name, to_text(balance.amount),
                    balance.held.units.value == 0 ? "-" : to_text(balance.held)});
}

Exit account_list(Wallet& wallet, const Arguments&) {
  json::array items;
  std::vector<std::vector<std::string>> rows{{"ACCOUNT", "STATUS", "TAKES UNASKED", "POLICY"}};
  for (const auto& account : all_accounts(wallet)) {
    items.push_back(account_json(account));
    rows.push_back({chain::to_text(account.account), account.status, accepts_text(account.accepts),
                    account.has_own_policy ? "own" : "owner's"});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

Exit account_show(Wallet& wallet, const Arguments& arguments) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  const auto account = own_account(wallet, id);
  std::vector<std::vector<std::string>> rows{{"BALANCE OF", "AMOUNT", "HELD"}};
  add_balance_rows(rows, account);
  return finish(wallet, Exit::ok, account_json(account),
                labelled({{"account", chain::to_text(account.account)},
                          {"status", painted(wallet, account.status)},
                          {"takes unasked", accepts_text(account.accepts)},
                          {"policy", account.has_own_policy ? "its own" : "its owner's"}}) +
                    columns(rows));
}

Exit account_balance(Wallet& wallet, const Arguments& arguments) {
  const auto name = arguments.find("ACCOUNT");
  const auto accounts = name ? std::vector{own_account(wallet, account_from(*name, "ACCOUNT"))}
                             : all_accounts(wallet);
  json::array items;
  std::vector<std::vector<std::string>> rows{{"ACCOUNT", "BALANCE", "HELD"}};
  for (const auto& account : accounts) {
    items.push_back(account_json(account));
    add_balance_rows(rows, account);
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

Exit account_entries(Wallet& wallet, const Arguments& arguments) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  std::optional<Currency> currency;
  if (const auto given = arguments.find("--currency"))
    currency = currency_from(*given, "--currency");
  (void)own_account(wallet, id);  // for its error, which knows the nearest name
  const auto entries = must(client::all_pages([&](const auto& cursor) {
    return wallet.api().entries(id, currency, std::nullopt, cursor);
  }));
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"TIME", "BUSINESS DATE", "KIND", "AMOUNT", "BALANCE", "WITH", "ID"}};
  for (const auto& each : entries) {
    items.push_back(
        json::object{{"height", each.height.value},
                     {"block_time", as_json(each.block_time)},
                     {"index", each.index},
                     {"owner", as_json(vostro::to_text(each.id.owner))},
                     {"id", as_json(vostro::to_text(each.id.id))},
                     {"kind", as_json(each.kind)},
                     {"amount", as_json(each.amount)},
                     {"balance", as_json(each.balance)},
                     {"business_date", as_json(vostro::to_text(each.business_date))},
                     {"counterparty", as_json(each.counterparty)},
                     {"uetr", each.uetr ? json::value(as_json(vostro::to_text(*each.uetr)))
                                        : json::value(nullptr)},
                     {"status", as_json(each.status)}});
    rows.push_back({vostro::to_text(each.block_time), vostro::to_text(each.business_date),
                    each.kind, to_text(each.amount), each.balance ? to_text(*each.balance) : "-",
                    each.counterparty ? chain::to_text(*each.counterparty) : "-",
                    vostro::to_text(each.id.id)});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

chain::Accepts accepts_from(const std::string& text) {
  if (text == "none") return {};
  if (text == "all") return {chain::AcceptsKind::all, {}};
  chain::Accepts accepts{chain::AcceptsKind::listed, {}};
  for (const std::string& bic : split_list(text, ','))
    accepts.agents.push_back(bic_from(bic, "--accepts"));
  std::sort(accepts.agents.begin(), accepts.agents.end());
  return accepts;
}

/// "owner", or the policy in a file of JSON.
std::optional<chain::Policy> policy_from(const std::string& text) {
  if (text == "owner") return std::nullopt;
  return policy_from_file(text);
}

std::string kind_text(const std::optional<chain::Policy>& policy) {
  if (!policy) return "its owner's";
  return "its own: " + std::to_string(policy->keys.size()) + " keys, " +
         std::to_string(policy->rules.size()) + " rules";
}

Exit send_account_order(Wallet& wallet, std::string title, Lines lines, chain::Body body) {
  return order(wallet, {std::move(title), std::move(lines), std::move(body), client::make_uetr(),
                        default_valid_until(wallet), true});
}

Exit account_open(Wallet& wallet, const Arguments& arguments) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  const auto accepts = accepts_from(arguments.find("--accepts").value_or("none"));
  const auto policy = policy_from(arguments.find("--policy").value_or("owner"));
  return send_account_order(wallet, "Open an account",
                            {{"account", chain::to_text(id)},
                             {"takes unasked", accepts_text(accepts)},
                             {"policy", kind_text(policy)}},
                            chain::OpenAccount{id, policy, accepts});
}

Exit account_update(Wallet& wallet, const Arguments& arguments) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  const auto now = own_account(wallet, id);
  const auto accepts_given = arguments.find("--accepts");
  const auto policy_given = arguments.find("--policy");
  if (!accepts_given && !policy_given)
    throw usage("nothing to change: give --accepts, --policy or both");
  // The order replaces both: what is not to change is said again.
  const auto accepts = accepts_given ? accepts_from(*accepts_given) : now.accepts;
  const auto policy_now = must(wallet.api().account(id)).own_policy;
  const auto policy = policy_given ? policy_from(*policy_given) : policy_now;
  Lines lines{
      {"account", chain::to_text(id)},
      {"takes unasked", accepts_text(accepts) + " (now: " + accepts_text(now.accepts) + ")"},
      {"policy", kind_text(policy) + (policy == policy_now ? ", unchanged" : "")}};
  if (policy && policy_now)
    for (auto& line : policy_changes(*policy_now, *policy)) lines.push_back(std::move(line));
  return send_account_order(wallet, "Change an account", std::move(lines),
                            chain::UpdateAccount{id, policy, accepts});
}

template <class Body>
Exit simple_order(Wallet& wallet, const Arguments& arguments, const std::string& title) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  const auto account = own_account(wallet, id);
  return send_account_order(
      wallet, title, {{"account", chain::to_text(id)}, {"status now", account.status}}, Body{id});
}
Exit account_close(Wallet& wallet, const Arguments& arguments) {
  return simple_order<chain::CloseAccount>(wallet, arguments, "Close an account");
}
Exit account_freeze(Wallet& wallet, const Arguments& arguments) {
  return simple_order<chain::Freeze>(wallet, arguments, "Freeze an account");
}
Exit account_unfreeze(Wallet& wallet, const Arguments& arguments) {
  return simple_order<chain::Unfreeze>(wallet, arguments, "Unfreeze an account");
}

}  // namespace

std::vector<Command> account_commands() {
  using Kind = Option::Kind;
  const Option account{"ACCOUNT", Kind::positional, false, "BIC/label"};
  const Option accepts{
      "--accepts", Kind::value, false,
      "Debtor agents whose payments settle unasked: none, all, or BICs joined by commas"};
  const Option policy{"--policy", Kind::value, false, "owner, or a file with a policy in JSON"};
  return {
      {"account list", "List the accounts that the token may read", {}, account_list},
      {"account show", "Show an account", {account}, account_show},
      {"account balance",
       "Show balances, of one account or of all",
       {{"ACCOUNT", Kind::optional_positional, false, "BIC/label"}},
       account_balance},
      {"account entries",
       "List an account's entries, oldest first",
       {account, {"--currency", Kind::value, false, "Of this currency only"}},
       account_entries},
      {"account open", "Open an account", {account, accepts, policy}, account_open},
      {"account update",
       "Change what an account takes unasked, or its policy",
       {account, accepts, policy},
       account_update},
      {"account close", "Close an empty account", {account}, account_close},
      {"account freeze", "Stop debits from an account", {account}, account_freeze},
      {"account unfreeze", "Allow debits again", {account}, account_unfreeze},
  };
}

}  // namespace vostro::wallet
