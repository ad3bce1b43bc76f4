#include "genesis/inspect.h"

#include <algorithm>
#include <vector>

#include "genesis/format.h"

namespace vostro::genesis {
namespace {

using chain::Policy;

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += between;
    out += word;
  }
  return out;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

template <class Words, class Set>
std::string roles_in(const Words& words, const Set& roles, std::string_view between) {
  std::vector<std::string> found;
  for (const auto& [role, word] : words) {
    if (roles.has(role)) found.emplace_back(word);
  }
  return join(found, between);
}

std::string amount_in(const Money& money, const Definition& definition) {
  for (const chain::InitialCurrency& currency : definition.state.currencies) {
    if (currency.currency == money.currency) return format_amount(money.units, currency.exponent);
  }
  return std::to_string(money.units.value) + " minor units";
}

std::string limits_of(const chain::Parameters& p) {
  return "Orders are valid for at most " + duration_text(p.max_validity_s * 1'000) +
         ", payments wait for acceptance for at most " + duration_text(p.max_acceptance_s * 1'000) +
         ", quotes live for at most " + duration_text(p.max_quote_life_s * 1'000) + ".\n";
}

std::string tolerance_of(std::size_t validators) {
  const std::string quorum = std::to_string(quorum_of(validators)) + " of " +
                             counted(validators, "validator", "validators");
  const std::size_t faulty = faulty_max_of(validators);
  if (faulty == 0)
    return "Decided by " + quorum +
           ". None may fail: with one down, nothing settles; with one lying, nothing is certain.\n";
  return "Decided by " + quorum + ". " + counted(faulty, "validator", "validators") +
         " may be down or lie without harm (f = " + std::to_string(faulty) + ").\n";
}

void add_continuations(std::string& out, const Definition& definition) {
  for (const Continuation& each : definition.continuations) {
    out += "It goes on, without the quorum that was lost, from block " +
           std::to_string(each.height.value) + " of network " + to_hex(each.before.view()) + ":\n";
    out += "  block         " + to_hex(each.block.view()) + "\n";
    out += "  state root    " + to_hex(each.state_root.view()) + "\n";
    for (const Successor& one : each.validators)
      out += "  validator     " + to_text(one.participant) + " " + to_text(one.validator_key) +
             ", node " + to_text(one.tls_key) + "\n";
    for (const MandateSignature& one : each.signatures)
      out += "  agreed        " + to_text(one.participant) + " by " + to_text(one.key) + "\n";
  }
  if (!definition.continuations.empty())
    out += "What follows is how it was founded; its validators and keys have changed since.\n\n";
}

void add_policy(std::string& out, const std::string& indent, const Policy& policy,
                const Definition& definition) {
  for (const chain::PolicyKey& key : policy.keys)
    out += indent + "key of " + key.person + " (" + roles_in(key_role_words, key.roles, ", ") +
           "): " + to_text(key.key) + "\n";
  for (const chain::Rule& rule : policy.rules) out += indent + sentence(rule, definition) + "\n";
  for (const chain::Cap& cap : policy.caps)
    out += indent + "at most " + to_text(cap.currency) + " " +
           amount_in({cap.currency, cap.per_day}, definition) + " a business day\n";
}

std::string accepts_in_words(const chain::Accepts& accepts) {
  switch (accepts.kind) {
    case chain::AcceptsKind::none:
      return "takes no other bank's payments unasked";
    case chain::AcceptsKind::all:
      return "takes all payments unasked";
    case chain::AcceptsKind::listed:
      break;
  }
  std::vector<std::string> names;
  for (const Bic& bic : accepts.agents) names.push_back(to_text(bic));
  return "takes payments unasked from " + join(names, ", ");
}

void add_currencies(std::string& out, const Definition& definition) {
  out += definition.state.currencies.empty() ? "Currencies: none yet.\n" : "Currencies\n";
  for (const chain::InitialCurrency& currency : definition.state.currencies) {
    out += "  " + to_text(currency.currency) + ", " +
           counted(currency.exponent, "digit", "digits") +
           " after the point; issued and redeemed by " + to_text(currency.agent) +
           "; first business date " + to_text(currency.business_date);
    if (currency.attestation_max_age_s)
      out += "; reserves attested every " + duration_text(*currency.attestation_max_age_s * 1'000);
    out += "\n";
    const auto& participants = definition.state.participants;
    const auto agent =
        std::find_if(participants.begin(), participants.end(),
                     [&](const chain::Participant& p) { return p.bic == currency.agent; });
    if (agent != participants.end() && agent->policy == currency.policy) {
      out += "    signed for under the agent's own policy, below\n";
    } else {
      add_policy(out, "    ", currency.policy, definition);
    }
  }
}

void add_nodes(std::string& out, const chain::Participant& p, const Definition& definition) {
  const auto id = chain::validator_id_of(p.bic);
  const auto& validators = definition.state.validators;
  const auto own = std::find_if(validators.begin(), validators.end(),
                                [&](const chain::Validator& v) { return v.id == id; });
  if (own != validators.end()) {
    out += "    votes with      " + to_text(own->key) + "\n";
  } else {
    out += "    does not vote\n";
  }
  out += "    connects with   " + to_text(p.tls_key) + "\n";
  for (const Observer& observer : definition.observers) {
    if (observer.owner == p.bic)
      out += "    observer " + observer.name + " connects with " + to_text(observer.tls_key) + "\n";
  }
  if (p.annex_key) out += "    reads annexes with " + to_hex(*p.annex_key) + "\n";
}

void add_participant(std::string& out, const chain::Participant& p, const Definition& definition) {
  out += "  " + to_text(p.bic) + "  " + p.legal_name + ", " +
         std::string(p.country.begin(), p.country.end());
  if (p.lei) out += ", LEI " + to_text(*p.lei);
  out += "\n";
  if (p.roles.bits != 0) out += "    is " + roles_in(participant_role_words, p.roles, ", ") + "\n";
  add_nodes(out, p, definition);
  out += "    who signs what (the first line that fits decides)\n";
  add_policy(out, "      ", p.policy, definition);
  for (const chain::InitialAccount& account : definition.state.accounts) {
    if (account.id.owner != p.bic) continue;
    out += "    account " + to_text(account.id) + ": " + accepts_in_words(account.accepts) +
           (account.policy ? "; has a policy of its own\n" : "; the owner's policy\n");
    if (account.policy) add_policy(out, "      ", *account.policy, definition);
  }
}

}  // namespace

std::string sentence(const chain::Rule& rule, const Definition& definition) {
  std::string out(to_string(rule.action));
  if (rule.currency) out += " " + to_text(*rule.currency);
  if (rule.up_to && rule.currency)
    out += " up to " + amount_in({*rule.currency, *rule.up_to}, definition);
  out += ": one " + roles_in(key_role_words, rule.first, " or ");
  out += rule.checkers == 0
             ? std::string(" alone")
             : " and " + counted(rule.checkers, "other person", "other persons") + " as checker";
  if (rule.delay_ms > 0)
    out += ", carried out after " + duration_text(rule.delay_ms) + ", until then any key cancels";
  return out;
}

std::string describe(const Definition& definition) {
  const chain::InitialState& state = definition.state;
  std::string out = definition.name + "\n";
  out += "  network id    " + to_hex(definition.network_id.view()) + "\n";
  out += "  opens at      " + to_text(definition.opens_at) + "\n";
  out += "  protocol      " + std::to_string(definition.protocol_version) + "\n\n";
  add_continuations(out, definition);
  if (definition.development) out += "This is a DEVELOPMENT network: its money is worth nothing.\n";
  out += tolerance_of(state.validators.size()) + limits_of(state.parameters) + "\n";
  add_currencies(out, definition);
  out += "\n" + counted(state.participants.size(), "participant", "participants") + "\n";
  for (const chain::Participant& participant : state.participants)
    add_participant(out, participant, definition);
  return out;
}

}  // namespace vostro::genesis
