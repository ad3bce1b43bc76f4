#include "chain/policy.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"

namespace vostro::chain {
namespace {

constexpr std::uint8_t kAllRoles = 7;
constexpr std::size_t kPersonSizeMax = 16;

constexpr std::array<std::pair<ActionClass, std::string_view>, 7> kActionWords{{
    {ActionClass::pay, "pay"},
    {ActionClass::answer, "answer"},
    {ActionClass::block, "block"},
    {ActionClass::issue, "issue"},
    {ActionClass::quote, "quote"},
    {ActionClass::manage, "manage"},
    {ActionClass::govern, "govern"},
}};

bool is_person_tag(std::string_view person) {
  const auto allowed = [](char c) {
    return is_digit(c) || is_upper(c) || is_lower(c) || c == '.' || c == '_' || c == '-';
  };
  return !person.empty() && person.size() <= kPersonSizeMax &&
         std::all_of(person.begin(), person.end(), allowed);
}

bool is_roles(Roles roles) {
  return roles.bits != 0 && roles.bits <= kAllRoles;
}

bool is_rule(const Rule& rule) {
  if (rule.checkers > Policy::checkers_max || rule.delay_ms > Policy::delay_ms_max) return false;
  if (rule.up_to && rule.up_to->value < 1) return false;
  return !rule.currency || is_valid(*rule.currency);
}

template <class Range, class Projection>
bool is_strictly_ascending(const Range& range, Projection projection) {
  return std::adjacent_find(range.begin(), range.end(), [&](const auto& a, const auto& b) {
           return !(projection(a) < projection(b));
         }) == range.end();
}

const PolicyKey* find_key(const Policy& policy, const PublicKey& key) {
  const auto at = std::find_if(policy.keys.begin(), policy.keys.end(),
                               [&](const PolicyKey& candidate) { return candidate.key == key; });
  return at == policy.keys.end() ? nullptr : &*at;
}

/// Is there a choice of one `first` and `checkers` checkers, all different persons, among these
/// keys?
///
/// Only who is first is a choice: with him fixed, the checkers are any other persons who hold a key
/// with that role, and taking all of them is best. Trying each key as the first one thus finds a
/// choice wherever there is one.
bool can_satisfy(const Rule& rule, std::span<const PolicyKey* const> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const PolicyKey* first) {
    if (!first->roles.has_any_of(rule.first)) return false;
    std::set<std::string_view> checkers;
    for (const PolicyKey* key : keys) {
      if (key->roles.has(Role::checker) && key->person != first->person)
        checkers.insert(key->person);
    }
    return checkers.size() >= rule.checkers;
  });
}

}  // namespace

std::string_view to_string(ActionClass c) {
  for (const auto& [action, word] : kActionWords) {
    if (action == c) return word;
  }
  return "unknown";
}

std::optional<ActionClass> action_class_from(std::string_view word) {
  for (const auto& [action, action_word] : kActionWords) {
    if (action_word == word) return action;
  }
  return std::nullopt;
}

std::string_view to_string(PolicyError error) {
  switch (error) {
    case PolicyError::key_count:
      return "a policy has 1 to 32 keys";
    case PolicyError::rule_count:
      return "a policy has 1 to 64 rules";
    case PolicyError::key_not_admitted:
      return "a key is no valid Ed25519 point of prime order";
    case PolicyError::keys_not_ordered:
      return "keys are not strictly ascending";
    case PolicyError::bad_person:
      return "a person's tag is not 1 to 16 of [A-Za-z0-9._-]";
    case PolicyError::bad_roles:
      return "a key or a rule has no role, or an unknown one";
    case PolicyError::bad_rule:
      return "a rule has more than 8 checkers, a delay above 30 days, an amount below 1, or a "
             "malformed currency";
    case PolicyError::rule_cannot_be_met:
      return "the persons and roles of the keys cannot meet a rule";
    case PolicyError::no_manage_rule:
      return "no rule of class manage for any currency: nobody could change the policy";
    case PolicyError::bad_cap:
      return "a cap is below 0, or caps are not strictly ascending by currency";
  }
  return "unknown";
}

Result<void, PolicyError> check_policy(const Policy& policy) {
  const auto& [keys, rules, caps] = policy;
  if (keys.empty() || keys.size() > Policy::keys_max) return fail(PolicyError::key_count);
  if (rules.empty() || rules.size() > Policy::rules_max) return fail(PolicyError::rule_count);
  if (!std::all_of(keys.begin(), keys.end(), [](const auto& k) { return is_admissible(k.key); }))
    return fail(PolicyError::key_not_admitted);
  if (!is_strictly_ascending(keys, [](const PolicyKey& k) { return k.key; }))
    return fail(PolicyError::keys_not_ordered);
  if (!std::all_of(keys.begin(), keys.end(), [](const auto& k) { return is_person_tag(k.person); }))
    return fail(PolicyError::bad_person);
  if (!std::all_of(keys.begin(), keys.end(), [](const auto& k) { return is_roles(k.roles); }) ||
      !std::all_of(rules.begin(), rules.end(), [](const auto& r) { return is_roles(r.first); }))
    return fail(PolicyError::bad_roles);
  if (!std::all_of(rules.begin(), rules.end(), is_rule)) return fail(PolicyError::bad_rule);

  std::vector<const PolicyKey*> all_keys;
  for (const PolicyKey& key : keys) all_keys.push_back(&key);
  if (!std::all_of(rules.begin(), rules.end(),
                   [&](const Rule& rule) { return can_satisfy(rule, all_keys); }))
    return fail(PolicyError::rule_cannot_be_met);
  // Changing a policy concerns no money, so a manage rule that is for one currency never applies to
  // it.
  if (find_rule(policy, ActionClass::manage, std::nullopt, true) == nullptr)
    return fail(PolicyError::no_manage_rule);
  const bool caps_positive = std::all_of(caps.begin(), caps.end(), [](const Cap& cap) {
    return cap.per_day.value >= 0 && is_valid(cap.currency);
  });
  if (caps.size() > Policy::caps_max || !caps_positive ||
      !is_strictly_ascending(caps, [](const Cap& cap) { return cap.currency; }))
    return fail(PolicyError::bad_cap);
  return {};
}

const Rule* find_rule(const Policy& policy, ActionClass action, const std::optional<Money>& amount,
                      bool delay_allowed) {
  const auto fits = [&](const Rule& rule) {
    if (rule.action != action) return false;
    if (rule.delay_ms > 0 && !delay_allowed) return false;
    if (!amount) return !rule.currency.has_value();
    if (rule.currency && *rule.currency != amount->currency) return false;
    return !rule.up_to || amount->units <= *rule.up_to;
  };
  const auto rule = std::find_if(policy.rules.begin(), policy.rules.end(), fits);
  return rule == policy.rules.end() ? nullptr : &*rule;
}

bool knows_signers(const Policy& policy, std::span<const PublicKey> signers) {
  bool all_known = true;
  for (const PublicKey& signer : signers)
    all_known = find_key(policy, signer) != nullptr && all_known;
  return all_known;
}

Result<void, Reason> check_signers(const Policy& policy, const Rule& rule,
                                   std::span<const PublicKey> signers) {
  if (!knows_signers(policy, signers)) return fail(Reason::signer_not_in_policy);
  std::vector<const PolicyKey*> keys;
  for (const PublicKey& signer : signers) keys.push_back(find_key(policy, signer));
  if (!can_satisfy(rule, keys)) return fail(Reason::signatures_short);
  return {};
}

}  // namespace vostro::chain
