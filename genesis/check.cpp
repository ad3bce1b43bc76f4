#include <algorithm>
#include <map>

#include "base/check.h"
#include "chain/tree.h"
#include "genesis/format.h"

namespace vostro::genesis {
namespace {

using Kind = GenesisError::Kind;
using Checked = Result<void, GenesisError>;

std::string name_of(const SignedEntry& entry) {
  return "participant " + to_text(entry.entry.participant.bic);
}

/// One key pair, one purpose, one owner: whoever holds a key by mistake or theft has as little as
/// possible. Within one participant a treasury key may stand in several policies.
class KeyBook {
 public:
  Checked note(const SignedEntry& entry, const PublicKey& key, std::string purpose) {
    const auto [at, is_new] = known_.try_emplace(key, entry.entry.participant.bic, purpose);
    const bool is_same_treasury =
        at->second == std::pair(entry.entry.participant.bic, std::string(kTreasury)) &&
        purpose == kTreasury;
    if (is_new || is_same_treasury) return {};
    return refusal(Kind::repeated, entry.line,
                   "the key " + to_text(key) + " serves twice: as " + at->second.second + " of " +
                       to_text(at->second.first) + " and as " + purpose + " of " +
                       to_text(entry.entry.participant.bic));
  }
  Checked note(const SignedEntry& entry, const chain::Policy& policy) {
    for (const chain::PolicyKey& key : policy.keys) {
      if (auto ok = note(entry, key.key, kTreasury); !ok) return ok;
    }
    return {};
  }

 private:
  static constexpr const char* kTreasury = "treasury key";
  std::map<PublicKey, std::pair<Bic, std::string>> known_;
};

Checked check_keys(const std::vector<SignedEntry>& entries) {
  KeyBook book;
  std::map<std::array<Byte, 32>, Bic> annex_keys;
  for (const SignedEntry& signed_entry : entries) {
    const Entry& entry = signed_entry.entry;
    if (entry.validator_key) {
      if (auto ok = book.note(signed_entry, *entry.validator_key, "validator key"); !ok) return ok;
    }
    if (auto ok = book.note(signed_entry, entry.participant.tls_key, "TLS key"); !ok) return ok;
    for (const ObserverEntry& observer : entry.observers) {
      if (auto ok =
              book.note(signed_entry, observer.tls_key, "TLS key of observer " + observer.name);
          !ok)
        return ok;
    }
    if (auto ok = book.note(signed_entry, entry.participant.policy); !ok) return ok;
    for (const AccountEntry& account : entry.accounts) {
      if (!account.policy) continue;
      if (auto ok = book.note(signed_entry, *account.policy); !ok) return ok;
    }
    for (const CurrencyPolicy& currency : entry.currencies) {
      if (auto ok = book.note(signed_entry, currency.policy); !ok) return ok;
    }
    if (!entry.participant.annex_key) continue;
    const auto [at, is_new] =
        annex_keys.try_emplace(*entry.participant.annex_key, entry.participant.bic);
    if (!is_new)
      return refusal(Kind::repeated, signed_entry.line,
                     name_of(signed_entry) + " has the annex key of " + to_text(at->second));
  }
  return {};
}

Checked check_participants(const std::vector<SignedEntry>& entries) {
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.entry.participant.bic == b.entry.participant.bic;
      });
  if (twice == entries.end()) return {};
  return refusal(Kind::repeated, twice->line, name_of(*twice) + " stands twice");
}

Checked check_validators(const Draft& draft, const std::vector<SignedEntry>& entries) {
  const auto count = static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(),
                    [](const SignedEntry& e) { return e.entry.validator_key.has_value(); }));
  if (count < 1)
    return refusal(Kind::few_validators, 0,
                   "no participant has a validator_key: nobody could make a block");
  if (count > validators_max)
    return refusal(Kind::few_validators, 0,
                   std::to_string(count) + " validators; at most " +
                       std::to_string(validators_max) + " can vote");
  if (count < validators_min && !draft.development)
    return refusal(
        Kind::few_validators, 0,
        std::to_string(count) +
            " validators cannot tolerate one at fault: it takes 4, or development = true");
  return {};
}

const SignedEntry* find_entry(const std::vector<SignedEntry>& entries, const Bic& bic) {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const SignedEntry& e) {
    return e.entry.participant.bic == bic;
  });
  return at == entries.end() ? nullptr : &*at;
}

/// An agent speaks for its own currencies only.
Checked check_currency_policies(const Draft& draft, const std::vector<SignedEntry>& entries) {
  for (const SignedEntry& entry : entries) {
    for (const CurrencyPolicy& policy : entry.entry.currencies) {
      const bool is_agent = std::any_of(
          draft.currencies.begin(), draft.currencies.end(), [&](const ListedCurrency& c) {
            return c.code == policy.currency && c.agent == entry.entry.participant.bic;
          });
      if (!is_agent)
        return refusal(Kind::cannot_begin, entry.line,
                       name_of(entry) + " gives a policy for " + to_text(policy.currency) +
                           ", but is not its settlement agent");
    }
  }
  return {};
}

Result<chain::InitialCurrency, GenesisError> initial_currency(
    const ListedCurrency& listed, const std::vector<SignedEntry>& entries) {
  const std::string where = "currency " + to_text(listed.code);
  const SignedEntry* agent = find_entry(entries, listed.agent);
  if (agent == nullptr)
    return refusal(
        Kind::cannot_begin, 0,
        where + ": its settlement agent " + to_text(listed.agent) + " is no participant");
  chain::InitialCurrency currency{listed.code,          listed.exponent,
                                  listed.agent,         agent->entry.participant.policy,
                                  listed.business_date, listed.attestation_max_age_s};
  for (const CurrencyPolicy& own : agent->entry.currencies) {
    if (own.currency == listed.code) currency.policy = own.policy;
  }
  if (find_rule(currency.policy, chain::ActionClass::issue, Money{listed.code, MinorUnits(1)},
                true) == nullptr)
    return refusal(
        Kind::cannot_begin, agent->line,
        where + ": the policy of " + to_text(listed.agent) + " has no rule of action issue for it");
  return currency;
}

Result<chain::InitialState, GenesisError> initial_state(const Draft& draft,
                                                        const std::vector<SignedEntry>& entries) {
  chain::InitialState state;
  state.parameters = draft.parameters;
  state.development = draft.development;
  for (const SignedEntry& signed_entry : entries) {
    const Entry& entry = signed_entry.entry;
    state.participants.push_back(entry.participant);
    for (const AccountEntry& account : entry.accounts)
      state.accounts.push_back(
          {{entry.participant.bic, account.label}, account.policy, account.accepts});
    if (entry.validator_key)
      state.validators.push_back(
          {chain::validator_id_of(entry.participant.bic), *entry.validator_key});
  }
  std::sort(state.validators.begin(), state.validators.end());
  for (const ListedCurrency& listed : draft.currencies) {
    auto currency = initial_currency(listed, entries);
    if (!currency) return fail(currency.error());
    state.currencies.push_back(*std::move(currency));
  }
  if (const auto made = chain::make_initial_state(state); !made)
    return refusal(Kind::cannot_begin, 0,
                   made.error().where + ": " + std::string(to_string(made.error().reason)));
  return state;
}

/// A tree in which nothing stands.
class NoNodes final : public chain::NodeReader {
 public:
  [[nodiscard]] std::optional<Bytes> node(ByteView) const override { return std::nullopt; }
};

}  // namespace

Result<void, GenesisError> check_signatures(const SignedEntry& signed_entry, const Hash& draft) {
  const chain::Policy& policy = signed_entry.entry.participant.policy;
  if (const auto ok = check_policy(policy); !ok)
    return refusal(Kind::cannot_begin, signed_entry.line,
                   name_of(signed_entry) + ": " + std::string(to_string(ok.error())));
  const Bytes message = entry_signing_bytes(draft, signed_entry.entry);
  std::vector<PublicKey> signers;
  bool all_valid = true;
  for (const EntrySignature& signature : signed_entry.signatures) {
    all_valid = is_valid_signature(signature.key, message, signature.signature) && all_valid;
    signers.push_back(signature.key);
  }
  if (!all_valid)
    return refusal(
        Kind::bad_signature, signed_entry.line,
        name_of(signed_entry) +
            ": a signature does not fit: the entry or the draft was changed after signing");
  const chain::Rule* rule = find_rule(policy, chain::ActionClass::manage, std::nullopt, true);
  VOSTRO_CHECK(rule != nullptr);  // check_policy
  if (!check_signers(policy, *rule, signers))
    return refusal(Kind::bad_signature, signed_entry.line,
                   name_of(signed_entry) + ": " + std::to_string(signers.size()) +
                       " signatures do not meet the manage rule of its policy, which asks for one "
                       "of its first role and " +
                       std::to_string(rule->checkers) + " checkers, all different persons");
  return {};
}

Result<Definition, GenesisError> assemble(const Draft& draft,
                                          const std::vector<SignedEntry>& entries) {
  if (auto ok = check_participants(entries); !ok) return fail(ok.error());
  if (auto ok = check_keys(entries); !ok) return fail(ok.error());
  if (auto ok = check_validators(draft, entries); !ok) return fail(ok.error());
  if (auto ok = check_currency_policies(draft, entries); !ok) return fail(ok.error());
  auto state = initial_state(draft, entries);
  if (!state) return fail(state.error());
  const Hash hash = draft_hash(draft);
  for (const SignedEntry& entry : entries) {
    if (auto ok = check_signatures(entry, hash); !ok) return fail(ok.error());
  }
  Definition definition;
  definition.name = draft.name;
  definition.development = draft.development;
  definition.opens_at = draft.opens_at;
  definition.protocol_version = draft.protocol_version;
  definition.state = *std::move(state);
  for (const SignedEntry& entry : entries) {
    for (const ObserverEntry& observer : entry.entry.observers)
      definition.observers.push_back(
          {entry.entry.participant.bic, observer.name, observer.tls_key});
  }
  return definition;
}

Result<std::string, GenesisError> seal(const Draft& draft, std::vector<SignedEntry> entries) {
  std::sort(entries.begin(), entries.end(), [](const SignedEntry& a, const SignedEntry& b) {
    return a.entry.participant.bic < b.entry.participant.bic;
  });
  // Lines of the entries' own files would mislead in a message about all of them.
  for (SignedEntry& entry : entries) entry.line = 0;
  if (const auto ok = assemble(draft, entries); !ok) return fail(ok.error());
  std::string text =
      "# Definition of a Vostro network, sealed. The network id is the hash of this file's bytes: "
      "do not change one.\n" +
      draft_text(draft, false);
  for (const SignedEntry& entry : entries) text += participant_text(entry, draft);
  // Said twice, on both sides of the gap: what was written reads as what was checked.
  if (const auto back = parse(text); !back) return fail(back.error());
  return text;
}

Hash network_id(std::string_view file_bytes) {
  return hash("genesis", as_bytes(file_bytes));
}

Hash anchor_of(const Hash& network_id, const Hash& state_root) {
  return hash("anchor", {network_id.view(), state_root.view()});
}

Anchor make_anchor(const Definition& definition) {
  auto state = chain::make_initial_state(definition.state);
  VOSTRO_CHECK(state.has_value());  // parse
  Anchor anchor;
  anchor.state = *std::move(state);
  auto tree = chain::update_tree(NoNodes(), anchor.state);
  anchor.nodes = std::move(tree.nodes);
  anchor.state_root = tree.root;
  anchor.digest = anchor_of(definition.founding_id, anchor.state_root);
  anchor.time = to_millis(definition.opens_at);
  return anchor;
}

}  // namespace vostro::genesis
