/// Signing policies: who must sign what. Enforced by the ledger at execution, never cached.
/// Source: blueprint section 3, "Signing policy".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/keys.h"
#include "base/money.h"
#include "chain/reason.h"

namespace vostro::chain {

enum class Role : std::uint8_t { maker = 1, checker = 2, service = 4 };

/// A set of roles, as bits. At least one.
struct Roles {
  std::uint8_t bits = 0;

  [[nodiscard]] constexpr bool has(Role role) const {
    return (bits & static_cast<std::uint8_t>(role)) != 0;
  }
  [[nodiscard]] constexpr bool has_any_of(Roles other) const { return (bits & other.bits) != 0; }
  auto operator<=>(const Roles&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bits);
  }
};

/// What a signature is given for.
enum class ActionClass : std::uint8_t { pay = 1, answer, block, issue, quote, manage, govern };
[[nodiscard]] constexpr bool is_listed(ActionClass c) {
  return c >= ActionClass::pay && c <= ActionClass::govern;
}
[[nodiscard]] std::string_view to_string(ActionClass c);
[[nodiscard]] std::optional<ActionClass> action_class_from(std::string_view word);

struct PolicyKey {
  PublicKey key;
  std::string person;  ///< a tag of 1 to 16 characters that names nobody
  Roles roles;

  auto operator<=>(const PolicyKey&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(key, bounded<16>(person), roles);
  }
};

/// One signature by a key with a role in `first`, and `checkers` more with the role checker, all by
/// different persons.
struct Rule {
  ActionClass action = ActionClass::pay;
  std::optional<Currency> currency = {};  ///< none: any
  std::optional<MinorUnits> up_to =
      {};  ///< none: any amount; else the rule fits amounts up to and including it
  Roles first = {};
  std::uint8_t checkers = 0;  ///< 0 to 8
  std::uint64_t delay_ms =
      0;  ///< the order waits this long after its block, and any one key can cancel it

  auto operator<=>(const Rule&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(action, currency, up_to, first, checkers, delay_ms);
  }
};

/// Most that may be ordered in a currency per business date of that currency.
struct Cap {
  Currency currency;
  MinorUnits per_day;

  auto operator<=>(const Cap&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency, per_day);
  }
};

struct Policy {
  static constexpr std::size_t keys_max = 32;
  static constexpr std::size_t rules_max = 64;
  static constexpr std::size_t caps_max = 32;
  static constexpr std::uint8_t checkers_max = 8;
  /// A delay longer than this could never be told from a mistake: 30 days.
  static constexpr std::uint64_t delay_ms_max = 30ULL * 24 * 3600 * 1000;

  std::vector<PolicyKey> keys;  ///< 1 to 32, ascending by key, keys distinct and admissible
  std::vector<Rule> rules;      ///< 1 to 64, in order of precedence: the first that fits decides
  std::vector<Cap> caps;        ///< 0 to 32, ascending by currency

  bool operator==(const Policy&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<keys_max>(keys), bounded<rules_max>(rules), bounded<caps_max>(caps));
  }
};

/// Why a policy is of wrong form, in order of precedence.
enum class PolicyError : std::uint8_t {
  key_count,           ///< Not 1 to 32 keys.
  rule_count,          ///< Not 1 to 64 rules.
  key_not_admitted,    ///< A key is no valid point of prime order.
  keys_not_ordered,    ///< Keys are not strictly ascending: one repeats or is out of order.
  bad_person,          ///< A person's tag is not 1 to 16 of [A-Za-z0-9._-].
  bad_roles,           ///< A key or a rule has no role, or an unknown one.
  bad_rule,            ///< More than 8 checkers, a delay above 30 days, an amount below 1.
  rule_cannot_be_met,  ///< The keys' roles and persons cannot satisfy a rule.
  no_manage_rule,      ///< No rule of class manage that is for any currency.
  bad_cap,             ///< A cap is below 0 or caps are not strictly ascending by currency.
};
[[nodiscard]] std::string_view to_string(PolicyError error);
[[nodiscard]] Result<void, PolicyError> check_policy(const Policy& policy);

/// The first rule of the class that fits currency and amount; null when none does (AM02).
/// `amount` without value: the action concerns no money, and the first rule of the class without a
/// currency fits, whatever its `up_to`. `delay_allowed` false: a rule with a delay does not fit
/// (PaymentBatch, FxPayment).
[[nodiscard]] const Rule* find_rule(const Policy& policy, ActionClass action,
                                    const std::optional<Money>& amount, bool delay_allowed);

/// Every signer is in the policy (else DS0H), whatever its role: what comes before the search for a
/// rule. "Any one key" is this, and nothing more.
[[nodiscard]] bool knows_signers(const Policy& policy, std::span<const PublicKey> signers);

/// Signers against a rule: distinct persons, one by `first`, the rest checkers. Errors:
/// signer_not_in_policy (DS0H), signatures_short (DS19). Every signer is looked at, with no early
/// way out.
[[nodiscard]] Result<void, Reason> check_signers(const Policy& policy, const Rule& rule,
                                                 std::span<const PublicKey> signers);

}  // namespace vostro::chain
