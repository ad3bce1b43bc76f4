// Who may sign what: the policies of accounts, banks and currencies, shown and changed.
#include "wallet-cli/policies.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "chain/json/json.h"
#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

json::object policy_json(const chain::Policy& policy) {
  return chain::to_value(policy, client::iso_exponents()).as_object();
}

std::string word(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}
std::string words(const json::value& list) {
  std::string out;
  for (const json::value& each : list.as_array()) out += (out.empty() ? "" : "+") + word(each);
  return out;
}

std::string key_line(const json::object& key) {
  return "key of " + word(key.at("person")) + ", " + words(key.at("roles")) + ": " +
         word(key.at("key"));
}

std::string limit_of(const chain::Rule& rule) {
  if (!rule.up_to) return rule.currency ? "any amount of " + vostro::to_text(*rule.currency) : "";
  if (rule.currency) return "up to " + to_text(Money{*rule.currency, *rule.up_to});
  return "up to " + std::to_string(rule.up_to->value) + " minor units of any currency";
}

std::string rule_line(const chain::Rule& rule, const json::object& shown) {
  std::string line = "rule " + word(shown.at("action"));
  if (const std::string limit = limit_of(rule); !limit.empty()) line += ", " + limit;
  line += ": " + words(shown.at("first"));
  if (rule.checkers > 0) line += " and " + std::to_string(rule.checkers) + " checkers";
  if (rule.delay_ms > 0) line += ", after " + std::to_string(rule.delay_ms / 1000) + " s";
  return line;
}

std::vector<std::string> lines_of(const chain::Policy& policy) {
  const json::object shown = policy_json(policy);
  std::vector<std::string> lines;
  for (const json::value& key : shown.at("keys").as_array())
    lines.push_back(key_line(key.as_object()));
  const json::array& rules = shown.at("rules").as_array();
  for (std::size_t i = 0; i < policy.rules.size(); ++i)
    lines.push_back(rule_line(policy.rules[i], rules[i].as_object()));
  for (const chain::Cap& cap : policy.caps)
    lines.push_back("at most " + to_text(Money{cap.currency, cap.per_day}) + " a day");
  return lines;
}

/// A bank's or a currency's policy.
struct Subject {
  std::string name;
  Bic participant;
  std::optional<Currency> currency;
  chain::Policy policy;
};

Subject subject_from(Wallet& wallet, const std::string& text) {
  if (text.size() == 3) {
    const auto currency = listed_currency(wallet, currency_from(text, "WHOSE"));
    return {text, currency.agent, currency.currency, currency.policy};
  }
  const Bic bic = bic_from(text, "WHOSE");
  const auto banks = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().participants(cursor); }));
  std::vector<std::string> names;
  for (const auto& bank : banks) {
    if (bank.bic == bic) return {text, bic, std::nullopt, bank.policy};
    names.push_back(vostro::to_text(bank.bic));
  }
  throw Stop{Exit::refused,
             "no bank of this network has the BIC " + text + suggestion(text, names),
             "unknown_participant",
             {}};
}

Exit account_policy(Wallet& wallet, const Arguments& arguments) {
  const auto id = account_from(arguments.text("ACCOUNT"), "ACCOUNT");
  (void)own_account(wallet, id);  // for its error, which knows the nearest name
  const auto account = must(wallet.api().account(id));
  const bool is_own = account.own_policy.has_value();
  const chain::Policy policy =
      is_own ? *account.own_policy : subject_from(wallet, vostro::to_text(id.owner)).policy;
  return finish(wallet, Exit::ok,
                json::object{{"account", as_json(id)},
                             {"whose", is_own ? "own" : "owner"},
                             {"policy", policy_json(policy)}},
                "policy of " + chain::to_text(id) +
                    (is_own ? ", its own\n" : ", that of " + vostro::to_text(id.owner) + "\n") +
                    policy_text(policy));
}

Exit policy_show(Wallet& wallet, const Arguments& arguments) {
  const Subject subject = subject_from(wallet, arguments.text("WHOSE"));
  return finish(
      wallet, Exit::ok,
      json::object{{"whose", as_json(subject.name)}, {"policy", policy_json(subject.policy)}},
      "policy of " + subject.name + "\n" + policy_text(subject.policy));
}

Exit policy_update(Wallet& wallet, const Arguments& arguments) {
  const chain::Policy policy = policy_from_file(arguments.text("--policy"));
  const Subject subject = subject_from(wallet, arguments.text("WHOSE"));
  if (policy == subject.policy)
    throw Stop{
        Exit::refused, "this is the policy of " + subject.name + " already", "no_change", {}};
  Lines lines{{"whose", subject.name}};
  for (auto& line : policy_changes(subject.policy, policy)) lines.push_back(std::move(line));
  return order(wallet,
               {"Change a policy", std::move(lines),
                chain::UpdatePolicy{subject.participant, subject.currency, policy},
                client::make_uetr(), default_valid_until(wallet), true},
               {{"whose", as_json(subject.name)}});
}

}  // namespace

chain::Policy policy_from_file(const std::string& path) {
  const auto content = genesis::read_text_file(path);
  if (!content)
    throw Stop{Exit::local, path + ": " + genesis::to_string(content.error()), "local", {}};
  auto policy = chain::policy_from_json(*content, client::iso_exponents());
  if (!policy)
    throw usage(path + ": " + policy.error().where + ": " + chain::to_string(policy.error()),
                "bad_policy");
  if (const auto checked = chain::check_policy(*policy); !checked)
    throw usage(path + ": " + std::string(chain::to_string(checked.error())), "bad_policy");
  return *std::move(policy);
}

std::string policy_text(const chain::Policy& policy) {
  std::string text;
  for (const std::string& line : lines_of(policy)) text += "  " + line + "\n";
  return text;
}

Lines policy_changes(const chain::Policy& now, const chain::Policy& then) {
  const auto before = lines_of(now);
  const auto after = lines_of(then);
  Lines changes;
  const auto add = [&changes](const std::vector<std::string>& from,
                              const std::vector<std::string>& without, const std::string& label) {
    for (const std::string& line : from)
      if (std::find(without.begin(), without.end(), line) == without.end())
        changes.emplace_back(label, line);
  };
  add(before, after, "no longer");
  add(after, before, "new");
  const auto common = [](std::vector<std::string> lines, const std::vector<std::string>& others) {
    std::erase_if(lines, [&](const std::string& line) {
      return std::find(others.begin(), others.end(), line) == others.end();
    });
    return lines;
  };
  if (common(before, after) != common(after, before))
    changes.emplace_back("new", "the order of the rules: the first that fits decides");
  return changes;
}

std::vector<Command> policy_commands() {
  using Kind = Option::Kind;
  const Option whose{"WHOSE", Kind::positional, false, "A bank's BIC, or a currency"};
  return {
      {"account policy",
       "Show who may sign what for an account",
       {{"ACCOUNT", Kind::positional, false, "BIC/label"}},
       account_policy},
      {"policy show", "Show the policy of a bank or a currency", {whose}, policy_show},
      {"policy update",
       "Change the policy of a bank or a currency, under the policy that it has",
       {whose, {"--policy", Kind::value, true, "File with the new policy in JSON"}},
       policy_update},
  };
}

}  // namespace vostro::wallet
