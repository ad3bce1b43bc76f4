#include "genesis/inspect.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "genesis/cli.h"
#include "genesis/commands.h"
#include "genesis/format.h"

namespace vostro::genesis::cli {
namespace {

namespace json = boost::json;

template <class Words, class Set>
json::array roles_json(const Words& words, const Set& roles) {
  json::array out;
  for (const auto& [role, word] : words) {
    if (roles.has(role)) out.emplace_back(json::string_view(word.data(), word.size()));
  }
  return out;
}

std::uint8_t exponent_of(const Definition& definition, const Currency& currency) {
  for (const chain::InitialCurrency& known : definition.state.currencies) {
    if (known.currency == currency) return known.exponent;
  }
  return 0;
}

json::object money_json(const Money& money, const Definition& definition) {
  return {{"currency", to_text(money.currency)},
          {"amount", format_amount(money.units, exponent_of(definition, money.currency))}};
}

json::object policy_json(const chain::Policy& policy, const Definition& definition) {
  json::array keys;
  for (const chain::PolicyKey& key : policy.keys)
    keys.push_back(json::object{{"person", key.person},
                                {"roles", roles_json(key_role_words, key.roles)},
                                {"key", to_text(key.key)}});
  json::array rules;
  for (const chain::Rule& rule : policy.rules) {
    json::object out{{"action", std::string(to_string(rule.action))}};
    if (rule.currency) out["currency"] = to_text(*rule.currency);
    if (rule.currency && rule.up_to)
      out["up_to"] = money_json({*rule.currency, *rule.up_to}, definition);
    out["first"] = roles_json(key_role_words, rule.first);
    out["checkers"] = rule.checkers;
    out["delay_ms"] = rule.delay_ms;
    out["words"] = sentence(rule, definition);
    rules.push_back(std::move(out));
  }
  json::array caps;
  for (const chain::Cap& cap : policy.caps)
    caps.push_back(json::object{{"per_day", money_json({cap.currency, cap.per_day}, definition)}});
  return {{"keys", std::move(keys)}, {"rules", std::move(rules)}, {"caps", std::move(caps)}};
}

json::value accepts_json(const chain::Accepts& accepts) {
  if (accepts.kind == chain::AcceptsKind::none) return "none";
  if (accepts.kind == chain::AcceptsKind::all) return "all";
  json::array agents;
  for (const Bic& bic : accepts.agents) agents.emplace_back(to_text(bic));
  return agents;
}

json::object parameters_json(const chain::Parameters& p) {
  return {{"max_validity_s", p.max_validity_s},
          {"max_acceptance_s", p.max_acceptance_s},
          {"max_quote_life_s", p.max_quote_life_s},
          {"money_max", p.money_max.value},
          {"max_due", p.max_due},
          {"max_block_bytes", p.max_block_bytes},
          {"max_block_items", p.max_block_items},
          {"proof_window", p.proof_window},
          {"heartbeat_ms", p.heartbeat_ms}};
}

json::array currencies_json(const Definition& definition) {
  json::array out;
  for (const chain::InitialCurrency& currency : definition.state.currencies) {
    json::object one{{"code", to_text(currency.currency)},
                     {"exponent", currency.exponent},
                     {"agent", to_text(currency.agent)},
                     {"business_date", to_text(currency.business_date)}};
    if (currency.attestation_max_age_s)
      one["attestation_max_age_s"] = *currency.attestation_max_age_s;
    one["policy"] = policy_json(currency.policy, definition);
    out.push_back(std::move(one));
  }
  return out;
}

json::object participant_json(const chain::Participant& p, const Definition& definition) {
  json::object out{{"bic", to_text(p.bic)},
                   {"legal_name", p.legal_name},
                   {"country", std::string(p.country.begin(), p.country.end())}};
  if (p.lei) out["lei"] = to_text(*p.lei);
  out["roles"] = roles_json(participant_role_words, p.roles);
  const auto id = chain::validator_id_of(p.bic);
  for (const chain::Validator& validator : definition.state.validators) {
    if (validator.id == id) out["validator_key"] = to_text(validator.key);
  }
  out["tls_key"] = to_text(p.tls_key);
  if (p.annex_key) out["annex_key"] = to_hex(*p.annex_key);
  json::array observers;
  for (const Observer& observer : definition.observers) {
    if (observer.owner == p.bic)
      observers.push_back(
          json::object{{"name", observer.name}, {"tls_key", to_text(observer.tls_key)}});
  }
  out["observers"] = std::move(observers);
  out["policy"] = policy_json(p.policy, definition);
  json::array accounts;
  for (const chain::InitialAccount& account : definition.state.accounts) {
    if (account.id.owner != p.bic) continue;
    json::object one{{"id", to_text(account.id)}, {"accepts", accepts_json(account.accepts)}};
    if (account.policy) one["policy"] = policy_json(*account.policy, definition);
    accounts.push_back(std::move(one));
  }
  out["accounts"] = std::move(accounts);
  return out;
}

json::array continuations_json(const Definition& definition) {
  json::array out;
  for (const Continuation& each : definition.continuations) {
    json::array validators;
    for (const Successor& one : each.validators)
      validators.push_back(json::object{{"bic", to_text(one.participant)},
                                        {"validator_key", to_text(one.validator_key)},
                                        {"tls_key", to_text(one.tls_key)}});
    json::array signatures;
    for (const MandateSignature& one : each.signatures)
      signatures.push_back(
          json::object{{"bic", to_text(one.participant)}, {"key", to_text(one.key)}});
    out.push_back(json::object{{"before", to_hex(each.before.view())},
                               {"height", each.height.value},
                               {"block", to_hex(each.block.view())},
                               {"state_root", to_hex(each.state_root.view())},
                               {"validators", std::move(validators)},
                               {"signatures", std::move(signatures)}});
  }
  return out;
}

json::object definition_json(const Definition& definition) {
  const std::size_t validators = definition.state.validators.size();
  const Anchor anchor = make_anchor(definition);
  json::array participants;
  for (const chain::Participant& p : definition.state.participants)
    participants.push_back(participant_json(p, definition));
  return {{"network_id", to_hex(definition.network_id.view())},
          {"name", definition.name},
          {"development", definition.development},
          {"opens_at", to_text(definition.opens_at)},
          {"protocol_version", definition.protocol_version},
          {"state_root", to_hex(anchor.state_root.view())},
          {"anchor", to_hex(anchor.digest.view())},
          {"validators", validators},
          {"faulty_max", faulty_max_of(validators)},
          {"quorum", quorum_of(validators)},
          {"parameters", parameters_json(definition.state.parameters)},
          {"currencies", currencies_json(definition)},
          {"participants", std::move(participants)},
          {"continuations", continuations_json(definition)}};
}

}  // namespace

void run_inspect(const InspectOptions& options) {
  const auto definition = load(options.file);
  if (!definition) refuse(options.file, definition.error());
  if (options.as_json) {
    std::cout << json::serialize(definition_json(*definition)) << "\n";
  } else {
    std::cout << describe(*definition);
  }
}

}  // namespace vostro::genesis::cli
