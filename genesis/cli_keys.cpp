#include <iostream>
#include <set>

#include "genesis/cli.h"
#include "genesis/commands.h"

namespace vostro::genesis::cli {
namespace {

struct NewKey {
  std::string file;  ///< without ".key"
  KeyLabel label;
};

NewKey treasury_key(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3)
    refuse_usage("--key " + text +
                 ": write NAME:PERSON:ROLES, for example anna:anna:maker+checker");
  const auto name = parse_label(parts[0]);
  if (!name)
    refuse_usage("--key " + text + ": the name \"" + parts[0] +
                 "\" is not 1 to 34 of a-z, 0-9 and -");
  const auto roles = key_roles_from(parts[2]);
  if (!roles) refuse_usage("--key " + text + ": roles are maker, checker and service, joined by +");
  const TreasuryPurpose purpose{parts[1], *roles};
  // The ledger's rule for a person's tag, and that the label can be read again.
  chain::Policy probe{{{SecretKey::generate().public_key(), parts[1], *roles}},
                      {{chain::ActionClass::manage, {}, {}, *roles, 0, 0}},
                      {}};
  if (!check_policy(probe))
    refuse_usage("--key " + text + ": the person \"" + parts[1] +
                 "\" is not 1 to 16 of A-Z a-z 0-9 . _ -");
  return {*name, {*name, to_text(purpose)}};
}

std::vector<NewKey> keys_for_role(const std::string& role, const std::string& bic) {
  const NewKey tls{"tls", {"node of " + bic, "tls"}};
  if (role == "validator") return {{"validator", {"validator of " + bic, "validator"}}, tls};
  if (role == "observer") return {tls};
  if (role == "wallet-maker") return {treasury_key("maker:maker:maker")};
  if (role == "wallet-checker") return {treasury_key("checker:checker:checker")};
  if (role == "wallet-service") return {treasury_key("service:service:service")};
  refuse_usage("--role " + role +
               ": known are validator, observer, wallet-maker, wallet-checker and wallet-service");
}

Cost cost_from(const std::string& word) {
  if (word == "default") return cost_default;
  if (word == "settlement-agent") return cost_settlement_agent;
  if (word == "development") return cost_development;
  refuse_usage("--cost " + word + ": known are default, settlement-agent and development");
}

}  // namespace

void run_keys(const KeysOptions& options) {
  const auto bic = parse_bic(options.bic);
  if (!bic) refuse_usage("--bic " + options.bic + ": " + std::string(to_string(bic.error())));
  const Cost cost = cost_from(options.cost);
  std::vector<NewKey> wanted;
  for (const std::string& role : options.roles) {
    for (NewKey& key : keys_for_role(role, to_text(*bic))) wanted.push_back(std::move(key));
  }
  for (const std::string& key : options.keys) wanted.push_back(treasury_key(key));
  std::set<std::string> names;
  for (const NewKey& key : wanted) {
    if (!names.insert(key.file).second)
      refuse_usage("the key \"" + key.file + "\" is asked for twice");
  }
  if (wanted.empty()) refuse_usage("nothing to make: give --role, --key or both");
  if (const auto made = ensure_private_directory(options.out); !made)
    refuse(options.out + ": " + std::string(to_string(made.error())));
  for (const NewKey& key : wanted) {
    const std::string path = options.out + "/" + key.file + ".key";
    if (inspect_key(path)) refuse(path + " exists already; nothing was written");
  }
  const Passphrase passphrase = read_passphrase(options.secret, true);
  for (const NewKey& wanted_key : wanted) {
    const std::string path = options.out + "/" + wanted_key.file + ".key";
    const SecretKey key = SecretKey::generate();
    if (const auto saved = save_key(path, key, wanted_key.label, passphrase, cost); !saved)
      refuse(path + ": " + to_string(saved.error()));
    std::cout << wanted_key.file << "  " << to_text(key.public_key()) << "  " << path << "\n";
  }
}

}  // namespace vostro::genesis::cli
