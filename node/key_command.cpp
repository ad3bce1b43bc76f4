#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <iostream>

#include "base/private_file.h"
#include "chain/json/json.h"
#include "node/commands.h"
#include "node/config.h"
#include "node/ready.h"
#include "node/secret.h"

namespace vostro::node {
namespace {

/// Whoever carries the order to a node has a day for it.
constexpr std::uint64_t kValid_s = 24 * 3600;

struct Holder {
  Hash network_id;
  Bic owner;
  SecretKey key;
};

Result<Holder, std::string> load_holder(const KeyArguments& arguments) {
  const auto config = load_config(arguments.config_file);
  if (!config) return fail(config.error().sentence);
  const auto definition = genesis::load(config->genesis_file);
  if (!definition) return fail(config->genesis_file + ": " + to_string(definition.error()));
  const bool is_other = !arguments.key_file.empty();
  const std::string file = is_other ? arguments.key_file : config->node.validator_key_file;
  if (file.empty())
    return fail("no key: the configuration names no validator_key, and --key is not given");
  auto key =
      load_secret(file, is_other ? arguments.passphrase_file : config->validator_passphrase_file);
  if (!key) return fail(key.error());
  return Holder{definition->network_id, config->node.participant, *std::move(key)};
}

}  // namespace

Exit key_proof_command(const KeyArguments& arguments) {
  const auto holder = load_holder(arguments);
  if (!holder) return complain(Exit::bad_config, holder.error());
  const boost::json::object proof{
      {"network_id", to_hex(holder->network_id.view())},
      {"participant", to_text(holder->owner)},
      {"key", to_text(holder->key.public_key())},
      {"proof", to_text(possession_of(holder->key, holder->network_id, holder->owner))}};
  std::cout << boost::json::serialize(proof) << "\n";
  return Exit::done;
}

Exit key_ready_command(const KeyArguments& arguments) {
  const auto holder = load_holder(arguments);
  if (!holder) return complain(Exit::bad_config, holder.error());
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  const chain::Transaction ready =
      ready_transaction(holder->network_id, holder->owner, holder->key, Height(arguments.height),
                        UnixSeconds(static_cast<std::uint64_t>(now_s) + kValid_s));
  // No amount is in it, so no currency's digits are asked for.
  const auto no_currency = [](const Currency&) { return std::optional<std::uint8_t>(); };
  const std::string text = chain::to_json(ready, no_currency) + "\n";
  if (arguments.out.empty()) {
    std::cout << text;
    return Exit::done;
  }
  const auto saved = save_private_file(arguments.out, as_bytes(text), IfExists::refuse);
  if (!saved)
    return complain(Exit::failed, arguments.out + ": " + std::string(to_string(saved.error())));
  std::cout << "written: " << arguments.out << "\n";
  return Exit::done;
}

}  // namespace vostro::node
