#include "genesis/entry.h"

#include <algorithm>
#include <set>

#include "base/codec.h"
#include "genesis/format.h"

namespace vostro::genesis {
namespace {

using chain::ActionClass;
using chain::Role;
using chain::Roles;
using chain::Rule;

constexpr std::string_view kDomain = "VOSTRO-GENESIS-1";
static_assert(kDomain.size() == 16, "domain tags of signatures have 16 bytes");

constexpr Roles roles_of(std::initializer_list<Role> list) {
  Roles roles;
  for (const Role role : list)
    roles.bits = static_cast<std::uint8_t>(roles.bits | static_cast<std::uint8_t>(role));
  return roles;
}

/// Empty where it is beyond what the ledger can count; then no limit is needed.
std::optional<MinorUnits> whole_units(std::uint64_t count, std::uint8_t exponent) {
  const auto amount = parse_amount(std::to_string(count), exponent, Digits::up_to);
  return amount ? std::optional(*amount) : std::nullopt;
}

}  // namespace

Hash draft_hash(const Draft& draft) {
  return hash("genesis-draft", encode(draft));
}

Bytes entry_signing_bytes(const Hash& draft, const Entry& entry) {
  Bytes bytes(kDomain.begin(), kDomain.end());
  append(bytes, hash("genesis-entry", {draft.view(), encode(entry)}).view());
  return bytes;
}

void sign_entry(SignedEntry& entry, const Hash& draft, const SecretKey& key) {
  const EntrySignature signature{key.public_key(),
                                 key.sign(entry_signing_bytes(draft, entry.entry))};
  auto at = std::lower_bound(
      entry.signatures.begin(), entry.signatures.end(), signature.key,
      [](const EntrySignature& have, const PublicKey& wanted) { return have.key < wanted; });
  if (at != entry.signatures.end() && at->key == signature.key) {
    *at = signature;
  } else {
    entry.signatures.insert(at, signature);
  }
}

chain::Policy default_policy(std::vector<chain::PolicyKey> keys, const Draft& draft,
                             std::uint64_t single_limit) {
  std::sort(keys.begin(), keys.end());
  std::set<std::string_view> persons;
  for (const chain::PolicyKey& key : keys) persons.insert(key.person);
  const bool one_person = draft.development && persons.size() <= 1;
  const std::uint8_t second = one_person ? 0 : 1;
  const Roles enters = roles_of({Role::maker, Role::service});
  const Roles decides = roles_of({Role::maker});

  chain::Policy policy;
  if (!one_person) {
    for (const ListedCurrency& currency : draft.currencies) {
      const auto limit = whole_units(single_limit, currency.exponent);
      if (limit && limit->value > 0)
        policy.rules.push_back({ActionClass::pay, currency.code, limit, enters, 0, 0});
    }
  }
  policy.rules.push_back({ActionClass::pay, {}, {}, one_person ? enters : decides, second, 0});
  policy.rules.push_back({ActionClass::answer, {}, {}, enters, 0, 0});
  policy.rules.push_back({ActionClass::block, {}, {}, decides, 0, 0});
  policy.rules.push_back({ActionClass::issue, {}, {}, decides, second, 0});
  policy.rules.push_back({ActionClass::quote, {}, {}, enters, 0, 0});
  policy.rules.push_back({ActionClass::manage, {}, {}, decides, second, 0});
  policy.rules.push_back({ActionClass::govern, {}, {}, decides, second, 0});
  policy.keys = std::move(keys);
  return policy;
}

}  // namespace vostro::genesis
