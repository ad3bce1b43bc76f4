#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "chain/account.h"
#include "chain/versions.h"
#include "genesis/continuation.h"
#include "genesis/format.h"

namespace vostro::genesis {
namespace {

using chain::Accepts;
using chain::AcceptsKind;
using chain::Policy;

constexpr std::size_t kParticipantsMax = 1'024;

/// No block could take one full batch of a lane, were it smaller: batches have at most 4 MiB and 65
/// 535 transactions (consensus-spec section 7).
constexpr std::int64_t kBlockBytesMin = 4 * 1024 * 1024;
constexpr std::int64_t kBlockBytesMax = 64 * 1024 * 1024;
constexpr std::int64_t kBlockItemsMin = 65'535;
constexpr std::int64_t kBlockItemsMax = 10'000'000;

constexpr std::int64_t kMaxDueMax = 1'000'000;
constexpr std::int64_t kProofWindowMax = 10'000'000;

const std::string_view kDurationRule =
    "a time such as \"250ms\", \"90s\", \"15m\", \"1h\" or \"7d\"";
const std::string_view kKeyRule = "a public key: \"ed25519:\" and 64 hexadecimal digits";

std::uint64_t read_seconds(TableReader& table, std::string_view key) {
  const std::uint64_t ms = table.value(key, parse_duration_ms, kDurationRule);
  if (ms % ms_in_second != 0) table.refuse(key, "whole seconds, please");
  return ms / ms_in_second;
}

std::optional<PublicKey> read_key_if_any(TableReader& table, std::string_view key) {
  return table.any(key) != nullptr ? std::optional(read_key(table, key)) : std::nullopt;
}

std::optional<std::string> clean_name(std::string_view text, std::size_t size_max) {
  if (text.empty() || text.size() > size_max || !is_clean_text(text)) return std::nullopt;
  return std::string(text);
}

chain::Parameters read_parameters(TableReader& table) {
  chain::Parameters p;
  p.max_validity_s = read_seconds(table, "max_validity");
  p.max_acceptance_s = read_seconds(table, "max_acceptance");
  p.max_quote_life_s = read_seconds(table, "max_quote_life");
  p.money_max = MinorUnits(table.integer("money_max", 1, money_max_default.value));
  p.max_due = static_cast<std::uint32_t>(table.integer("max_due", 1, kMaxDueMax));
  p.max_block_bytes =
      static_cast<std::uint32_t>(table.integer("max_block_bytes", kBlockBytesMin, kBlockBytesMax));
  p.max_block_items =
      static_cast<std::uint32_t>(table.integer("max_block_items", kBlockItemsMin, kBlockItemsMax));
  p.proof_window = static_cast<std::uint32_t>(table.integer("proof_window", 1, kProofWindowMax));
  p.heartbeat_ms = table.value("heartbeat", parse_duration_ms, kDurationRule);
  table.finish();
  return p;
}

/// The exponent is written although ISO 4217 knows it: who reads the file sees what a minor unit
/// is, and the ledger does not depend on a table of this program.
void check_exponent(TableReader& table, const ListedCurrency& currency) {
  if (is_without_minor_unit(currency.code)) {
    table.refuse("code", to_text(currency.code) +
                             " has no minor unit in ISO 4217, so no money can be of it");
    return;
  }
  const auto listed = iso4217_exponent(currency.code);
  if (!listed || *listed == currency.exponent) return;
  table.refuse("exponent", to_text(currency.code) + " has " + std::to_string(*listed) +
                               " digits in ISO 4217, not " + std::to_string(currency.exponent));
}

ListedCurrency read_currency(TableReader& table) {
  ListedCurrency currency;
  currency.code = table.value("code", parse_currency, "three capital letters, as in ISO 4217");
  if (!table.fault().error()) table.rename("currency " + to_text(currency.code));
  currency.exponent = static_cast<std::uint8_t>(table.integer("exponent", 0, exponent_max));
  currency.agent = table.value("agent", parse_bic, "a BIC");
  currency.business_date =
      table.value("business_date", parse_date, "a date such as \"2026-01-05\"");
  if (table.any("attestation_max_age") != nullptr)
    currency.attestation_max_age_s = read_seconds(table, "attestation_max_age");
  check_exponent(table, currency);
  table.finish();
  return currency;
}

template <class Items, class Name>
void sort_and_refuse_repeats(Items& items, Name name, TableReader& table, std::string_view key) {
  std::sort(items.begin(), items.end(),
            [&](const auto& a, const auto& b) { return name(a) < name(b); });
  const auto twice = std::adjacent_find(
      items.begin(), items.end(), [&](const auto& a, const auto& b) { return name(a) == name(b); });
  if (twice == items.end()) return;
  const TomlNode* node = table.any(key);
  table.fault().report(GenesisError::Kind::repeated, node == nullptr ? table.line() : node->line,
                       table.where() + ": one \"" + std::string(key) + "\" stands twice");
}

// Policies.

chain::Roles read_key_roles(TableReader& table, std::string_view key) {
  chain::Roles roles;
  for (const std::string& word : table.words(key, key_role_words.size())) {
    const auto role = key_role_from(word);
    if (!role) table.refuse(key, "roles are \"maker\", \"checker\" and \"service\"");
    if (role) roles.bits = static_cast<std::uint8_t>(roles.bits | static_cast<std::uint8_t>(*role));
  }
  return roles;
}

/// A currency of this network, and its digits.
struct KnownCurrency {
  Currency code;
  std::uint8_t exponent = 2;
};
KnownCurrency read_known_currency(TableReader& table, const Draft& draft) {
  const auto known = [&](std::string_view text) -> std::optional<KnownCurrency> {
    const auto code = parse_currency(text);
    const auto exponent = code ? exponent_in(draft, *code) : std::nullopt;
    return exponent ? std::optional(KnownCurrency{*code, *exponent}) : std::nullopt;
  };
  return table.value("currency", known, "a currency of this network");
}

MinorUnits read_amount(TableReader& table, std::string_view key, const KnownCurrency& currency) {
  const auto parse = [&](std::string_view text) {
    return parse_amount(text, currency.exponent, Digits::exact);
  };
  return table.value(key, parse,
                     "an amount of " + to_text(currency.code) + " with " +
                         std::to_string(currency.exponent) + " digits after the point");
}

chain::Rule read_rule(TableReader& table, const Draft& draft) {
  chain::Rule rule;
  rule.action = table.value("action", chain::action_class_from,
                            "an action: pay, answer, block, issue, quote, manage or govern");
  KnownCurrency currency;
  if (table.any("currency") != nullptr) {
    currency = read_known_currency(table, draft);
    rule.currency = currency.code;
  }
  if (table.any("up_to") != nullptr) {
    rule.up_to = read_amount(table, "up_to", currency);
    if (!rule.currency)
      table.refuse("up_to", "needs a \"currency\" beside it, which says how many digits it has");
  }
  rule.first = read_key_roles(table, "first");
  rule.checkers = static_cast<std::uint8_t>(table.integer("checkers", 0, Policy::checkers_max));
  if (table.any("delay") != nullptr)
    rule.delay_ms = table.value("delay", parse_duration_ms, kDurationRule);
  table.finish();
  return rule;
}

// Participants.

Accepts read_accepts(TableReader& table) {
  const TomlNode* node = table.any("accepts");
  if (node != nullptr && node->kind == TomlNode::Kind::array) {
    Accepts listed{AcceptsKind::listed, {}};
    for (const std::string& word : table.words("accepts", Accepts::agents_max)) {
      const auto agent = parse_bic(word);
      if (!agent) table.refuse("accepts", "\"" + word + "\" is no BIC");
      if (agent) listed.agents.push_back(*agent);
    }
    std::sort(listed.agents.begin(), listed.agents.end());
    if (!is_well_formed(listed)) table.refuse("accepts", "a list has 1 to 64 BICs, each once");
    return listed;
  }
  const auto kind = [](std::string_view text) -> std::optional<AcceptsKind> {
    if (text == "all") return AcceptsKind::all;
    if (text == "none") return AcceptsKind::none;
    return std::nullopt;
  };
  return {table.value("accepts", kind, "\"all\", \"none\" or a list of BICs"), {}};
}

std::optional<Policy> read_policy_if_any(TableReader& table, const Draft& draft) {
  const TomlNode* node = table.table_if_any("policy");
  if (node == nullptr) return std::nullopt;
  TableReader policy(*node, table.where() + ", policy", table.fault());
  return read_policy(policy, draft);
}

AccountEntry read_account(TableReader& table, const Draft& draft) {
  AccountEntry account;
  account.label = table.value("label", parse_label, "1 to 34 of a-z, 0-9 and -");
  table.rename(table.where() + " " + account.label);
  account.accepts = read_accepts(table);
  account.policy = read_policy_if_any(table, draft);
  table.finish();
  return account;
}

CurrencyPolicy read_currency_policy(TableReader& table, const Draft& draft) {
  CurrencyPolicy currency;
  currency.currency = read_known_currency(table, draft).code;
  const auto policy = read_policy_if_any(table, draft);
  if (!policy)
    table.fault().report(GenesisError::Kind::missing_key, table.line(),
                         table.where() + ": \"policy\" is missing");
  if (policy) currency.policy = *policy;
  table.finish();
  return currency;
}

ObserverEntry read_observer(TableReader& table) {
  ObserverEntry observer;
  observer.name = table.value("name", parse_label, "1 to 34 of a-z, 0-9 and -");
  observer.tls_key = read_key(table, "tls_key");
  table.finish();
  return observer;
}

EntrySignature read_signature(TableReader& table) {
  EntrySignature signature;
  signature.key = read_key(table, "key");
  signature.signature = read_signature_of(table, "signature");
  table.finish();
  return signature;
}

std::optional<std::array<char, 2>> country_from(std::string_view text) {
  if (!is_country(text)) return std::nullopt;
  return std::array<char, 2>{text[0], text[1]};
}

std::optional<std::array<Byte, 32>> annex_key_from(std::string_view text) {
  const auto bytes = fixed_from_hex<Hash>(text);
  if (!bytes || bytes->is_zero()) return std::nullopt;
  return bytes->bytes;
}

chain::ParticipantRoles read_participant_roles(TableReader& table) {
  chain::ParticipantRoles roles;
  for (const std::string& word : table.words("roles", participant_role_words.size())) {
    const auto role = participant_role_from(word);
    if (!role)
      table.refuse("roles", "roles are \"settlement-agent\", \"fx-provider\" and \"supervisor\"");
    if (role) roles.bits = static_cast<std::uint8_t>(roles.bits | static_cast<std::uint8_t>(*role));
  }
  return roles;
}

void check_format(TableReader& file) {
  (void)file.integer("format", file_format, file_format);
}

std::vector<SignedEntry> read_participants(TableReader& file, const Draft& draft) {
  std::vector<SignedEntry> entries;
  for (const TomlNode* node : file.tables("participant", kParticipantsMax)) {
    TableReader table(*node, "participant", file.fault());
    entries.push_back(read_participant(table, draft));
  }
  const auto bic_of = [](const SignedEntry& e) { return e.entry.participant.bic; };
  sort_and_refuse_repeats(entries, bic_of, file, "participant");
  return entries;
}

}  // namespace

PublicKey read_key(TableReader& table, std::string_view key) {
  const auto parsed = table.value(key, public_key_from_text, kKeyRule);
  if (table.has(key) && !table.fault().error() && !is_admissible(parsed))
    table.refuse(
        key, "this is no key of an Ed25519 key pair (of small or mixed order, or not canonical)");
  return parsed;
}

Signature read_signature_of(TableReader& table, std::string_view key) {
  return table.value(key, signature_from_text,
                     "a signature: \"ed25519:\" and 128 hexadecimal digits");
}

Draft read_draft(TableReader& file) {
  check_format(file);
  Draft draft;
  const TomlNode empty;
  const auto section = [&](std::string_view key) -> const TomlNode& {
    const TomlNode* node = file.table_if_any(key);
    if (node == nullptr)
      file.fault().report(GenesisError::Kind::missing_key, 1,
                          "the section [" + std::string(key) + "] is missing");
    return node == nullptr ? empty : *node;
  };
  TableReader network(section("network"), "network", file.fault());
  const auto name = [](std::string_view text) { return clean_name(text, network_name_size_max); };
  draft.name = network.value("name", name, "1 to 64 bytes of text without control characters");
  draft.development = network.boolean("development");
  draft.opens_at =
      network.value("opens_at", parse_time, "a UTC time such as \"2026-01-05T06:00:00Z\"");
  draft.protocol_version = static_cast<std::uint16_t>(
      network.integer("protocol_version", 1, chain::supported_versions().back()));
  network.finish();
  TableReader parameters(section("parameters"), "parameters", file.fault());
  draft.parameters = read_parameters(parameters);
  for (const TomlNode* node : file.tables("currency", Draft::currencies_max)) {
    TableReader table(*node, "currency", file.fault());
    draft.currencies.push_back(read_currency(table));
  }
  sort_and_refuse_repeats(
      draft.currencies, [](const ListedCurrency& c) { return c.code; }, file, "currency");
  return draft;
}

Policy read_policy(TableReader& table, const Draft& draft) {
  Policy policy;
  for (const TomlNode* node : table.tables("key", Policy::keys_max)) {
    TableReader key(*node, table.where() + ", key", table.fault());
    chain::PolicyKey read;
    read.person = key.text("person");
    read.roles = read_key_roles(key, "roles");
    read.key = read_key(key, "key");
    key.finish();
    policy.keys.push_back(std::move(read));
  }
  for (const TomlNode* node : table.tables("rule", Policy::rules_max)) {
    TableReader rule(*node, table.where() + ", rule", table.fault());
    policy.rules.push_back(read_rule(rule, draft));
  }
  for (const TomlNode* node : table.tables("cap", Policy::caps_max)) {
    TableReader cap(*node, table.where() + ", cap", table.fault());
    const KnownCurrency currency = read_known_currency(cap, draft);
    policy.caps.push_back({currency.code, read_amount(cap, "per_day", currency)});
    cap.finish();
  }
  table.finish();
  sort_and_refuse_repeats(
      policy.keys, [](const chain::PolicyKey& k) { return k.key; }, table, "key");
  sort_and_refuse_repeats(
      policy.caps, [](const chain::Cap& c) { return c.currency; }, table, "cap");
  if (const auto checked = check_policy(policy); !checked)
    table.fault().report(GenesisError::Kind::bad_value, table.line(),
                         table.where() + ": " + std::string(to_string(checked.error())));
  return policy;
}

SignedEntry read_participant(TableReader& table, const Draft& draft) {
  SignedEntry read;
  read.line = table.line();
  Entry& entry = read.entry;
  chain::Participant& p = entry.participant;
  p.bic = table.value("bic", parse_bic, "a BIC");
  if (!table.fault().error()) table.rename("participant " + to_text(p.bic));
  const auto name = [](std::string_view text) {
    return clean_name(text, chain::Participant::legal_name_size_max);
  };
  p.legal_name =
      table.value("legal_name", name, "1 to 140 bytes of text without control characters");
  p.country = table.value("country", country_from, "a country of ISO 3166-1 (two letters)");
  if (table.any("lei") != nullptr) p.lei = table.value("lei", parse_lei, "an LEI (ISO 17442)");
  p.roles = read_participant_roles(table);
  entry.validator_key = read_key_if_any(table, "validator_key");
  p.tls_key = read_key(table, "tls_key");
  if (table.any("annex_key") != nullptr)
    p.annex_key = table.value("annex_key", annex_key_from, "an X25519 key: 64 hexadecimal digits");
  const auto policy = read_policy_if_any(table, draft);
  if (!policy)
    table.fault().report(GenesisError::Kind::missing_key, table.line(),
                         table.where() + ": \"policy\" is missing");
  if (policy) p.policy = *policy;
  for (const TomlNode* node : table.tables("observer", Entry::observers_max)) {
    TableReader observer(*node, table.where() + ", observer", table.fault());
    entry.observers.push_back(read_observer(observer));
  }
  for (const TomlNode* node : table.tables("account", Entry::accounts_max)) {
    TableReader account(*node, table.where() + ", account", table.fault());
    entry.accounts.push_back(read_account(account, draft));
  }
  for (const TomlNode* node : table.tables("currency", Entry::currencies_max)) {
    TableReader currency(*node, table.where() + ", currency", table.fault());
    entry.currencies.push_back(read_currency_policy(currency, draft));
  }
  for (const TomlNode* node : table.tables("signature", SignedEntry::signatures_max)) {
    TableReader signature(*node, table.where() + ", signature", table.fault());
    read.signatures.push_back(read_signature(signature));
  }
  table.finish();
  sort_and_refuse_repeats(
      entry.observers, [](const ObserverEntry& o) { return o.name; }, table, "observer");
  sort_and_refuse_repeats(
      entry.accounts, [](const AccountEntry& a) { return a.label; }, table, "account");
  sort_and_refuse_repeats(
      entry.currencies, [](const CurrencyPolicy& c) { return c.currency; }, table, "currency");
  sort_and_refuse_repeats(
      read.signatures, [](const EntrySignature& s) { return s.key; }, table, "signature");
  return read;
}

Result<Draft, GenesisError> parse_draft(std::string_view text) {
  const auto toml = read_toml(text);
  if (!toml) return fail(toml.error());
  FirstFault fault;
  TableReader file(*toml, "draft", fault);
  Draft draft = read_draft(file);
  file.finish();
  if (fault.error()) return fail(*fault.error());
  return draft;
}

Result<SignedEntry, GenesisError> parse_entry(std::string_view text, const Draft& draft) {
  const auto toml = read_toml(text);
  if (!toml) return fail(toml.error());
  FirstFault fault;
  TableReader file(*toml, "entry", fault);
  check_format(file);
  const Hash made_for =
      file.value("draft", fixed_from_hex<Hash>, "the hash of a draft: 64 hexadecimal digits");
  const Hash ours = draft_hash(draft);
  if (!fault.error() && made_for != ours)
    return fail(GenesisError{GenesisError::Kind::other_network, 0,
                             "the entry was made for the draft " + to_hex(made_for.view()) +
                                 ", here it is " + to_hex(ours.view()) +
                                 ": the draft was changed since, or is another one"});
  std::vector<SignedEntry> entries = read_participants(file, draft);
  file.finish();
  if (!fault.error() && entries.size() != 1)
    fault.report(
        GenesisError::Kind::bad_value, 0,
        "an entry holds one [[participant]], this file has " + std::to_string(entries.size()));
  if (fault.error()) return fail(*fault.error());
  return std::move(entries.front());
}

Result<Policy, GenesisError> parse_policy(std::string_view text, const Draft& draft) {
  const auto toml = read_toml(text);
  if (!toml) return fail(toml.error());
  FirstFault fault;
  TableReader file(*toml, "policy file", fault);
  const auto policy = read_policy_if_any(file, draft);
  if (!policy) fault.report(GenesisError::Kind::missing_key, 0, "the section [policy] is missing");
  file.finish();
  if (fault.error()) return fail(*fault.error());
  return *policy;
}

Result<Definition, GenesisError> parse(std::string_view text) {
  const auto toml = read_toml(text);
  if (!toml) return fail(toml.error());
  FirstFault fault;
  TableReader file(*toml, "genesis file", fault);
  const Draft draft = read_draft(file);
  const std::vector<SignedEntry> entries = read_participants(file, draft);
  std::vector<Continuation> continuations = read_continuations(file, text);
  file.finish();
  if (fault.error()) return fail(*fault.error());
  auto definition = assemble(draft, entries);
  if (!definition) return fail(definition.error());
  for (const Continuation& continuation : continuations)
    if (auto ok = check_continuation(continuation, definition->development); !ok)
      return fail(ok.error());
  definition->network_id = network_id(text);
  definition->founding_id =
      continuations.empty() ? definition->network_id : continuations.front().before;
  definition->continuations = std::move(continuations);
  return definition;
}

}  // namespace vostro::genesis
