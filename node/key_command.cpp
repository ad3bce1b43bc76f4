#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "base/keystore.h"
#include "base/private_file.h"
#include "base/secret_text.h"
#include "node/commands.h"
#include "node/ready.h"
#include "node/secret.h"

namespace vostro::node {
namespace {

namespace json = boost::json;

/// What a proposal needs to name the key, as `vostro network propose` takes it.
void print_for_governance(const Loaded& loaded, const SecretKey& key, bool is_validator) {
  const Hash& network_id = loaded.definition.network_id;
  const Bic& owner = loaded.config.node.participant;
  json::object fields{{"network_id", to_hex(network_id.view())},
                      {"participant", to_text(owner)},
                      {"key", to_text(key.public_key())}};
  if (is_validator) fields["proof"] = to_text(possession_of(key, network_id, owner));
  std::cout << json::serialize(fields) << "\n";
}

Result<Passphrase, std::string> new_passphrase(const KeyArguments& arguments) {
  if (!arguments.passphrase_file.empty()) {
    auto read = read_secret_from_file(arguments.passphrase_file);
    if (!read) return fail(arguments.passphrase_file + ": " + std::string(to_string(read.error())));
    return std::move(*read);
  }
  auto first = ask_secret("New passphrase of " + arguments.key_file + ": ");
  if (!first) return fail("the passphrase: " + std::string(to_string(first.error())));
  const auto second = ask_secret("The same again: ");
  if (!second) return fail("the passphrase: " + std::string(to_string(second.error())));
  if (!first->equals(*second)) return fail("the two passphrases differ; nothing was written");
  return std::move(*first);
}

}  // namespace

Exit new_key_command(const KeyArguments& arguments) {
  const bool is_validator = arguments.purpose == "validator";
  if (!is_validator && arguments.purpose != "tls")
    return complain(Exit::bad_config, "--purpose must be validator or tls");
  const auto loaded = load_all(arguments.config_file);
  if (!loaded) return complain(Exit::bad_config, loaded.error());
  if (is_validator && !loaded->config.node.validator)
    return complain(Exit::bad_config, "[node]: \"role\": an observer has no validator key");
  const auto passphrase = new_passphrase(arguments);
  if (!passphrase) return complain(Exit::bad_config, passphrase.error());

  const std::string owner = to_text(loaded->config.node.participant);
  const SecretKey key = SecretKey::generate();
  const KeyLabel label{(is_validator ? "validator of " : "node of ") + owner, arguments.purpose};
  const Cost cost = arguments.is_development ? cost_development : cost_default;
  if (const auto saved = save_key(arguments.key_file, key, label, *passphrase, cost); !saved)
    return complain(Exit::failed, arguments.key_file + ": " + to_string(saved.error()));
  // The journal is made with the key: whatever is found without it later is no first start.
  if (is_validator) {
    const auto made = Node::make_journal(loaded->config.node, loaded->definition,
                                         arguments.key_file, key.public_key());
    if (!made) return complain(Exit::failed, made.error());
  }
  print_for_governance(*loaded, key, is_validator);
  return Exit::done;
}

Exit key_proof_command(const KeyArguments& arguments) {
  const auto loaded = load_all(arguments.config_file);
  if (!loaded) return complain(Exit::bad_config, loaded.error());
  KeyFile from{arguments.key_file, arguments.passphrase_file};
  if (from.file.empty()) {
    if (loaded->config.validator_keys.empty())
      return complain(Exit::bad_config,
                      "no key: [keys] names no validator, and --key is not given");
    from = loaded->config.validator_keys.back();
  }
  const auto key = load_secret(from.file, from.passphrase_file);
  if (!key) return complain(Exit::bad_config, key.error());
  print_for_governance(*loaded, *key, true);
  return Exit::done;
}

}  // namespace vostro::node
