// Goal: a policy of wrong form is refused with the first reason that applies, the right rule is
// found, and signatures meet a rule exactly where persons can be found for it (T16). Method:
// tables; a property against trying every choice.
#include "chain/policy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

using test::a_policy;
using test::all_roles;
using test::checker;
using test::maker;
using test::service;
using test::operator|;

Policy good_policy() {
  return a_policy()
      .with_key("anna", maker)
      .with_key("ben", checker)
      .with_key("cleo", checker)
      .dual(ActionClass::pay, 2)
      .alone(ActionClass::manage)
      .cap(test::eur(100'000))
      .cap(test::usd(0))
      .build();
}

struct Fault {
  std::string_view what;
  PolicyError error;
  std::function<void(Policy&)> make;
};

const std::vector<Fault>& faults() {
  using enum PolicyError;
  static const std::vector<Fault> all{
      {"no key", key_count, [](Policy& p) { p.keys.clear(); }},
      {"33 keys", key_count, [](Policy& p) { p.keys.resize(33, p.keys[0]); }},
      {"no rule", rule_count, [](Policy& p) { p.rules.clear(); }},
      {"65 rules", rule_count, [](Policy& p) { p.rules.resize(65, p.rules[0]); }},
      {"zero key", key_not_admitted, [](Policy& p) { p.keys[0].key.bytes = {}; }},
      {"key of small order", key_not_admitted,
       [](Policy& p) {
         p.keys[0].key.bytes = {};
         p.keys[0].key.bytes[0] = 1;
       }},
      {"key that repeats", keys_not_ordered, [](Policy& p) { p.keys[1] = p.keys[0]; }},
      {"keys out of order", keys_not_ordered, [](Policy& p) { std::swap(p.keys[0], p.keys[1]); }},
      {"person without tag", bad_person, [](Policy& p) { p.keys[0].person = ""; }},
      {"person of 17", bad_person, [](Policy& p) { p.keys[0].person = std::string(17, 'a'); }},
      {"person with space", bad_person, [](Policy& p) { p.keys[0].person = "a b"; }},
      {"person with NUL", bad_person, [](Policy& p) { p.keys[0].person = std::string("a\0", 2); }},
      {"person not ASCII", bad_person, [](Policy& p) { p.keys[0].person = "\xC3\xA9"; }},
      {"key without role", bad_roles, [](Policy& p) { p.keys[0].roles = {}; }},
      {"key with unknown role", bad_roles, [](Policy& p) { p.keys[0].roles = {8}; }},
      {"rule without first", bad_roles, [](Policy& p) { p.rules[0].first = {}; }},
      {"rule with unknown role", bad_roles, [](Policy& p) { p.rules[0].first = {0x81}; }},
      {"9 checkers", bad_rule, [](Policy& p) { p.rules[0].checkers = 9; }},
      {"delay above 30 days", bad_rule,
       [](Policy& p) { p.rules[0].delay_ms = Policy::delay_ms_max + 1; }},
      {"up to 0", bad_rule, [](Policy& p) { p.rules[0].up_to = MinorUnits(0); }},
      {"up to -1", bad_rule, [](Policy& p) { p.rules[0].up_to = MinorUnits(-1); }},
      {"rule for no currency", bad_rule, [](Policy& p) { p.rules[0].currency = Currency{}; }},
      {"3 checkers of 2", rule_cannot_be_met, [](Policy& p) { p.rules[0].checkers = 3; }},
      {"nobody for first", rule_cannot_be_met, [](Policy& p) { p.rules[0].first = service; }},
      {"two keys of one person", rule_cannot_be_met,
       [](Policy& p) {
         for (PolicyKey& key : p.keys) {
           if (key.roles == checker) key.person = "one";
         }
       }},
      {"no manage rule", no_manage_rule, [](Policy& p) { p.rules.pop_back(); }},
      {"manage rule of one currency", no_manage_rule,
       [](Policy& p) { p.rules[1].currency = test::currency("EUR"); }},
      {"cap below 0", bad_cap, [](Policy& p) { p.caps[0].per_day = MinorUnits(-1); }},
      {"caps out of order", bad_cap, [](Policy& p) { std::swap(p.caps[0], p.caps[1]); }},
      {"cap twice", bad_cap, [](Policy& p) { p.caps[1] = p.caps[0]; }},
      {"cap of no currency", bad_cap, [](Policy& p) { p.caps[0].currency = {}; }},
  };
  return all;
}

TEST(Policy, GoodOnesPass) {
  EXPECT_TRUE(check_policy(good_policy()).has_value());
  EXPECT_TRUE(check_policy(test::simple_policy({"anna"})).has_value());
  EXPECT_TRUE(check_policy(test::four_eyes_policy("nord")).has_value());
}

TEST(Policy, FaultsAreNamed) {
  for (const auto& [what, error, make] : faults()) {
    Policy policy = good_policy();
    make(policy);
    const auto checked = check_policy(policy);
    ASSERT_FALSE(checked.has_value()) << what;
    EXPECT_EQ(checked.error(), error) << what;
  }
  EXPECT_EQ(faults().back().error, PolicyError::bad_cap);
}

// Each pair of faults that can stand together: the one that comes first in PolicyError is named.
TEST(Policy, TheFirstOfTwoFaultsIsNamed) {
  const std::string_view independent[] = {"9 checkers", "zero key", "person of 17", "cap below 0",
                                          "key without role"};
  const auto find = [](std::string_view what) {
    return *std::find_if(faults().begin(), faults().end(),
                         [&](const Fault& fault) { return fault.what == what; });
  };
  for (const auto a : independent) {
    for (const auto b : independent) {
      Policy policy = good_policy();
      find(a).make(policy);
      find(b).make(policy);
      EXPECT_EQ(check_policy(policy).error(), std::min(find(a).error, find(b).error))
          << a << ", " << b;
    }
  }
  Policy policy = good_policy();
  policy.keys.clear();
  policy.rules.clear();
  EXPECT_EQ(check_policy(policy).error(), PolicyError::key_count);
  policy = good_policy();
  policy.rules.pop_back();
  policy.caps[0].per_day = MinorUnits(-1);
  EXPECT_EQ(check_policy(policy).error(), PolicyError::no_manage_rule);
  policy.rules[0].checkers = 3;
  EXPECT_EQ(check_policy(policy).error(), PolicyError::rule_cannot_be_met);
}

TEST(Policy, EveryErrorSaysSomethingElse) {
  std::set<std::string_view> sentences;
  for (auto error = PolicyError::key_count; error <= PolicyError::bad_cap;
       error = static_cast<PolicyError>(static_cast<std::uint8_t>(error) + 1))
    sentences.insert(to_string(error));
  EXPECT_EQ(sentences.size(), 10U);
}

TEST(ActionClass, HasAWord) {
  for (const std::string_view word :
       {"pay", "answer", "block", "issue", "quote", "manage", "govern"}) {
    const auto action = action_class_from(word);
    ASSERT_TRUE(action.has_value()) << word;
    EXPECT_EQ(to_string(*action), word);
  }
  EXPECT_EQ(action_class_from("Pay"), std::nullopt);
}

TEST(FindRule, TakesTheFirstThatFits) {
  const Policy policy =
      a_policy()
          .rule({.action = ActionClass::pay,
                 .currency = test::currency("JPY"),
                 .up_to = MinorUnits(500),
                 .first = maker})
          .rule({.action = ActionClass::pay, .up_to = MinorUnits(100), .first = maker})
          .rule({.action = ActionClass::pay,
                 .currency = test::currency("EUR"),
                 .first = maker,
                 .delay_ms = 1000})
          .rule({.action = ActionClass::pay, .up_to = MinorUnits(1000), .first = maker})
          .rule({.action = ActionClass::answer, .currency = test::currency("EUR"), .first = maker})
          .rule({.action = ActionClass::manage, .up_to = MinorUnits(1), .first = maker})
          .build();
  struct Row {
    ActionClass action;
    std::optional<Money> amount;
    bool delay_allowed;
    std::optional<std::size_t> rule;
  };
  const Row table[] = {
      {ActionClass::pay, test::jpy(500), true, 0},
      {ActionClass::pay, test::jpy(100), true, 0},
      {ActionClass::pay, test::jpy(501), true, 3},
      {ActionClass::pay, test::eur(100), true, 1},
      {ActionClass::pay, test::eur(101), true, 2},
      {ActionClass::pay, test::eur(101), false, 3},
      {ActionClass::pay, test::eur(1001), true, 2},
      {ActionClass::pay, test::eur(1001), false, std::nullopt},
      {ActionClass::pay, test::usd(1000), true, 3},
      {ActionClass::pay, test::usd(1001), true, std::nullopt},
      {ActionClass::pay, std::nullopt, true, 1},
      {ActionClass::answer, test::eur(5), true, 4},
      {ActionClass::answer, test::usd(5), true, std::nullopt},
      {ActionClass::answer, std::nullopt, true, std::nullopt},
      {ActionClass::manage, std::nullopt, true, 5},
      {ActionClass::manage, test::eur(2), true, std::nullopt},
      {ActionClass::govern, std::nullopt, true, std::nullopt},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    const auto& [action, amount, delay_allowed, expected] = table[i];
    const Rule* const rule = find_rule(policy, action, amount, delay_allowed);
    EXPECT_EQ(rule, expected ? &policy.rules[*expected] : nullptr) << "row " << i;
  }
}

std::vector<PublicKey> keys_of(std::initializer_list<std::string_view> names) {
  std::vector<PublicKey> keys;
  for (const std::string_view name : names) keys.push_back(test::key(name).public_key());
  return keys;
}

TEST(Signers, T16MeetARuleOrNot) {
  const Policy policy = a_policy()
                            .with_key("maker", maker)
                            .with_key("both", maker | checker)
                            .with_key("both-2", checker, "both")
                            .with_key("checker", checker)
                            .with_key("checker-2", checker)
                            .with_key("gateway", service)
                            .build();
  const auto rule = [](Roles first, std::uint8_t checkers) {
    return Rule{.action = ActionClass::pay, .first = first, .checkers = checkers};
  };
  struct Row {
    std::initializer_list<std::string_view> signers;
    Rule rule;
    std::optional<Reason> reason;
  };
  constexpr auto kShort = Reason::signatures_short;
  constexpr auto kUnknown = Reason::signer_not_in_policy;
  const Row table[] = {
      {{"maker"}, rule(maker, 0), {}},
      {{"checker"}, rule(maker, 0), kShort},
      {{"gateway"}, rule(maker | service, 0), {}},
      {{}, rule(all_roles, 0), kShort},
      // One short of the rule.
      {{"maker"}, rule(maker, 1), kShort},
      {{"maker", "checker"}, rule(maker, 2), kShort},
      {{"maker", "checker", "checker-2"}, rule(maker, 2), {}},
      // Nobody approves his own order, also not with another key.
      {{"both"}, rule(maker, 1), kShort},
      {{"both", "both-2"}, rule(maker, 1), kShort},
      {{"both", "both"}, rule(maker, 1), kShort},
      {{"maker", "both", "both-2"}, rule(maker, 2), kShort},
      // Who is first has to be chosen well.
      {{"both", "maker"}, rule(maker, 1), {}},
      {{"maker", "both"}, rule(maker, 1), {}},
      {{"both", "maker", "checker"}, rule(maker, 2), {}},
      {{"checker", "both"}, rule(checker, 1), {}},
      // More signatures than needed do no harm, unless one is unknown.
      {{"maker", "checker", "checker-2", "gateway"}, rule(maker, 1), {}},
      {{"maker", "both", "both-2"}, rule(maker, 1), {}},
      {{"maker", "stranger"}, rule(maker, 0), kUnknown},
      {{"stranger"}, rule(maker, 0), kUnknown},
      {{"maker", "checker", "stranger"}, rule(maker, 1), kUnknown},
      // Both are wrong: the unknown signer is named first.
      {{"checker", "stranger"}, rule(maker, 2), kUnknown},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    const auto signers = keys_of(table[i].signers);
    const auto checked = check_signers(policy, table[i].rule, signers);
    EXPECT_EQ(checked.has_value(), !table[i].reason.has_value()) << "row " << i;
    if (!checked && table[i].reason) {
      EXPECT_EQ(checked.error(), *table[i].reason) << "row " << i;
    }
    EXPECT_EQ(knows_signers(policy, signers), table[i].reason != kUnknown) << "row " << i;
  }
}

// The definition, tried out: some order of the signers gives a first one and then enough checkers,
// all different.
bool can_be_met(const std::vector<PolicyKey>& signers, const Rule& rule) {
  std::vector<std::size_t> order(signers.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  do {
    if (order.size() < 1U + rule.checkers) return false;
    std::set<std::string> persons;
    bool fits = signers[order[0]].roles.has_any_of(rule.first);
    for (std::size_t i = 0; i < 1U + rule.checkers; ++i) {
      fits = fits && (i == 0 || signers[order[i]].roles.has(Role::checker));
      fits = fits && persons.insert(signers[order[i]].person).second;
    }
    if (fits) return true;
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

RC_GTEST_PROP(SignersProperty, FindAChoiceWhereverThereIsOne, ()) {
  Policy policy;
  const int count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) {
    policy.keys.push_back({test::key("signer " + std::to_string(i)).public_key(),
                           std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 4))),
                           Roles{static_cast<std::uint8_t>(*rc::gen::inRange(1, 8))}});
  }
  const Rule rule{.action = ActionClass::pay,
                  .first = {static_cast<std::uint8_t>(*rc::gen::inRange(1, 8))},
                  .checkers = static_cast<std::uint8_t>(*rc::gen::inRange(0, 4))};
  std::vector<PublicKey> signers;
  for (const PolicyKey& key : policy.keys) signers.push_back(key.key);
  RC_ASSERT(check_signers(policy, rule, signers).has_value() == can_be_met(policy.keys, rule));
}

}  // namespace
}  // namespace vostro::chain
