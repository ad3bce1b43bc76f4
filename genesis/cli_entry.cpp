#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "base/text.h"
#include "genesis/cli.h"
#include "genesis/commands.h"
#include "genesis/format.h"

namespace vostro::genesis::cli {
namespace {

/// What stands in a bank's directory of keys, as far as it can be seen without a passphrase.
struct KeyRing {
  struct Treasury {
    std::string path;
    chain::PolicyKey key;
  };
  std::optional<PublicKey> validator;
  std::optional<PublicKey> tls;
  std::vector<Treasury> treasury;  ///< ascending by path
};

KeyRing look_into(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& file : std::filesystem::directory_iterator(directory, error)) {
    if (file.path().extension() == ".key") paths.push_back(file.path().string());
  }
  if (error) refuse(directory + ": the directory of keys cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  KeyRing ring;
  for (const std::string& path : paths) {
    const auto info = inspect_key(path);
    if (!info) refuse(path + ": " + to_string(info.error()));
    const std::string name = std::filesystem::path(path).filename().string();
    if (name == "validator.key") ring.validator = info->public_key;
    if (name == "tls.key") ring.tls = info->public_key;
    if (const auto purpose = treasury_purpose_from(info->label.purpose))
      ring.treasury.push_back({path, {info->public_key, purpose->person, purpose->roles}});
  }
  return ring;
}

/// "main:accepts=all", "main:accepts=none", "main:accepts=NORDDEFF+SUDBFRPP", or "main" alone for
/// none.
AccountEntry account_from(const std::string& text) {
  const auto parts = split(text, ':');
  AccountEntry account;
  const auto label = parse_label(parts[0]);
  if (!label || parts.size() > 2)
    refuse_usage("--account " + text +
                 ": write LABEL:accepts=all|none|BIC+BIC, LABEL being 1 to 34 of a-z, 0-9 and -");
  account.label = *label;
  if (parts.size() == 1) return account;
  constexpr std::string_view prefix = "accepts=";
  if (!parts[1].starts_with(prefix))
    refuse_usage("--account " + text + ": after the colon comes accepts=...");
  const std::string value = parts[1].substr(prefix.size());
  if (value == "none") return account;
  if (value == "all") {
    account.accepts.kind = chain::AcceptsKind::all;
    return account;
  }
  account.accepts.kind = chain::AcceptsKind::listed;
  for (const std::string& word : split(value, '+')) {
    const auto bic = parse_bic(word);
    if (!bic)
      refuse_usage("--account " + text + ": \"" + word + "\" is neither all, none nor a BIC");
    account.accepts.agents.push_back(*bic);
  }
  std::sort(account.accepts.agents.begin(), account.accepts.agents.end());
  if (!is_well_formed(account.accepts))
    refuse_usage("--account " + text + ": 1 to 64 BICs, each once");
  return account;
}

ObserverEntry observer_from(const std::string& text) {
  const auto colon = text.find(':');
  const auto name = parse_label(text.substr(0, colon));
  const auto key =
      colon == std::string::npos ? std::nullopt : public_key_from_text(text.substr(colon + 1));
  if (!name || !key)
    refuse_usage("--observer " + text +
                 ": write NAME:ed25519:..., the key being that of the node's tls.key");
  return {*name, *key};
}

chain::Policy policy_from_file(const std::string& path, const Draft& draft) {
  const auto text = read_text_file(path);
  if (!text) refuse(path, text.error());
  auto policy = parse_policy(*text, draft);
  if (!policy) refuse(path, policy.error());
  return *std::move(policy);
}

CurrencyPolicy currency_policy_from(const std::string& text, const Draft& draft) {
  const auto equals = text.find('=');
  const auto code = parse_currency(text.substr(0, equals));
  if (!code || equals == std::string::npos)
    refuse_usage("--currency-policy " + text +
                 ": write CODE=FILE, for example EUR=eur-policy.toml");
  return {*code, policy_from_file(text.substr(equals + 1), draft)};
}

chain::Policy policy_for(const EntryOptions& options, const KeyRing& ring, const Draft& draft) {
  if (!options.policy.empty()) return policy_from_file(options.policy, draft);
  std::vector<chain::PolicyKey> keys;
  for (const KeyRing::Treasury& key : ring.treasury) keys.push_back(key.key);
  if (keys.empty())
    refuse(options.keys +
           ": there is no treasury key in it; make some (vostro-genesis keys --key ...), or give "
           "--policy FILE");
  chain::Policy policy = default_policy(std::move(keys), draft, options.limit);
  if (const auto ok = check_policy(policy); !ok)
    refuse("the default policy does not fit these keys: " + std::string(to_string(ok.error())) +
           ". It needs a maker and, of another person, a checker; or give --policy FILE");
  return policy;
}

void set_roles(Entry& entry, const EntryOptions& options, const KeyRing& ring) {
  for (const std::string& list : options.roles) {
    for (const std::string& word : split(list, ',')) {
      if (word == "validator") {
        if (!ring.validator) refuse(options.keys + ": validator.key is missing");
        entry.validator_key = ring.validator;
      } else if (const auto role = participant_role_from(word)) {
        auto& bits = entry.participant.roles.bits;
        bits = static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(*role));
      } else {
        refuse_usage("--roles " + word +
                     ": known are validator, settlement-agent, fx-provider and supervisor");
      }
    }
  }
}

Entry entry_from(const EntryOptions& options, const Draft& draft, const KeyRing& ring) {
  Entry entry;
  chain::Participant& p = entry.participant;
  const auto bic = parse_bic(options.bic);
  if (!bic) refuse_usage("--bic " + options.bic + ": " + std::string(to_string(bic.error())));
  p.bic = *bic;
  p.legal_name = options.legal_name;
  if (!is_country(options.country))
    refuse_usage("--country " + options.country + ": two capital letters of ISO 3166-1");
  std::copy(options.country.begin(), options.country.end(), p.country.begin());
  if (!options.lei.empty()) {
    const auto lei = parse_lei(options.lei);
    if (!lei) refuse_usage("--lei " + options.lei + ": " + std::string(to_string(lei.error())));
    p.lei = *lei;
  }
  if (!ring.tls) refuse(options.keys + ": tls.key is missing");
  p.tls_key = *ring.tls;
  if (!options.annex_key.empty()) {
    const auto key = fixed_from_hex<Hash>(options.annex_key);
    if (!key) refuse_usage("--annex-key: 64 hexadecimal digits");
    p.annex_key = key->bytes;
  }
  set_roles(entry, options, ring);
  p.policy = policy_for(options, ring, draft);
  for (const std::string& text : options.accounts) entry.accounts.push_back(account_from(text));
  for (const std::string& text : options.observers) entry.observers.push_back(observer_from(text));
  for (const std::string& text : options.currency_policies)
    entry.currencies.push_back(currency_policy_from(text, draft));
  return entry;
}

/// EntryOptions come in any order; a file is read sorted, and that is what is signed. Reading back
/// also holds what was typed against every rule of an entry.
SignedEntry as_read_back(const Entry& entry, const Draft& draft) {
  auto back = parse_entry(write_entry({entry, {}, 0}, draft), draft);
  if (!back) refuse(back.error().what);
  return *std::move(back);
}

/// Signs with the keys of the ring, by name, until the policy's manage rule is met.
void sign_with_ring(SignedEntry& entry, const Hash& draft, const KeyRing& ring,
                    const Passphrase& passphrase) {
  for (const KeyRing::Treasury& treasury : ring.treasury) {
    const auto& keys = entry.entry.participant.policy.keys;
    const bool is_known = std::any_of(keys.begin(), keys.end(),
                                      [&](const auto& key) { return key.key == treasury.key.key; });
    if (!is_known) continue;
    const auto key = load_key(treasury.path, passphrase);
    if (!key) {
      std::cerr << "vostro-genesis: " << treasury.path
                << " did not sign: " << to_string(key.error()) << "\n";
      continue;
    }
    sign_entry(entry, draft, *key);
    if (check_signatures(entry, draft)) return;
  }
  if (entry.signatures.empty()) refuse("no key signed; the entry was not written");
}

void say_what_is_missing(const SignedEntry& entry, const Hash& draft, const std::string& path) {
  if (const auto ok = check_signatures(entry, draft); !ok) {
    std::cout << "NOT COMPLETE: " << ok.error().what
              << ".\nLet the next person sign: vostro-genesis sign --network ... --key FILE "
              << path << "\n";
    return;
  }
  std::cout << "Complete. Send it to whoever seals the network; it holds no secret.\n";
}

}  // namespace

void run_entry(const EntryOptions& options) {
  const Draft draft = load_draft(options.network);
  const KeyRing ring = look_into(options.keys);
  SignedEntry entry = as_read_back(entry_from(options, draft, ring), draft);
  const Hash hash = draft_hash(draft);
  sign_with_ring(entry, hash, ring, read_passphrase(options.secret, false));
  write_new_file(options.out, write_entry(entry, draft));
  std::cout << "Entry of " << to_text(entry.entry.participant.bic) << " written to " << options.out
            << ".\n";
  say_what_is_missing(entry, hash, options.out);
}

void run_sign(const SignOptions& options) {
  const Draft draft = load_draft(options.network);
  const auto text = read_text_file(options.entry);
  if (!text) refuse(options.entry, text.error());
  auto entry = parse_entry(*text, draft);
  if (!entry) refuse(options.entry, entry.error());
  const auto info = inspect_key(options.key);
  if (!info) refuse(options.key + ": " + to_string(info.error()));
  const auto& keys = entry->entry.participant.policy.keys;
  if (std::none_of(keys.begin(), keys.end(),
                   [&](const auto& key) { return key.key == info->public_key; }))
    refuse(options.key + " is not a key of the policy of " + to_text(entry->entry.participant.bic));
  std::cout << "What is signed:\n"
            << participant_text({entry->entry, {}, 0}, draft) << "\n"
            << std::flush;
  const auto key = load_key(options.key, read_passphrase(options.secret, false));
  if (!key) refuse(options.key + ": " + to_string(key.error()));
  const Hash hash = draft_hash(draft);
  sign_entry(*entry, hash, *key);
  write_new_file(options.entry, write_entry(*entry, draft), true);
  std::cout << "Signed with " << to_text(key->public_key()) << ".\n";
  say_what_is_missing(*entry, hash, options.entry);
}

}  // namespace vostro::genesis::cli
