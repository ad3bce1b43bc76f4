#include <filesystem>

#include "base/keystore.h"
#include "client/annex_key.h"
#include "wallet-cli/command.h"
#include "wallet-cli/output.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

/// The X25519 key that the network's registry is given for a key that opens annexes.
json::value annex_key_json(const KeyInfo& info) {
  if (info.label.purpose != client::annex_purpose) return nullptr;
  const auto key = client::annex_public_key(info.public_key);
  return key ? json::value(as_json(to_hex(*key))) : json::value(nullptr);
}

json::object key_json(const std::string& name, const std::string& path, const KeyInfo& info) {
  return {{"name", as_json(name)},
          {"file", as_json(path)},
          {"public_key", as_json(vostro::to_text(info.public_key))},
          {"label", as_json(info.label.name)},
          {"purpose", as_json(info.label.purpose)},
          {"annex_key", annex_key_json(info)},
          {"memory_kib", info.cost.memory_kib},
          {"passes", info.cost.passes}};
}

std::pair<std::string, std::string> public_part(const KeyInfo& info) {
  if (info.label.purpose == client::annex_purpose)
    if (const auto key = client::annex_public_key(info.public_key))
      return {"annex key", to_hex(*key)};
  return {"public key", vostro::to_text(info.public_key)};
}

Cost cost_from(const std::string& word) {
  if (word == "default") return cost_default;
  if (word == "settlement-agent") return cost_settlement_agent;
  if (word == "development") return cost_development;
  throw usage("--cost " + word + ": known are default, settlement-agent and development");
}

Exit key_new(Wallet& wallet, const Arguments& arguments) {
  const std::string& name = arguments.text("NAME");
  if (!parse_label(name)) throw usage("the name \"" + name + "\" is not 1 to 34 of a-z, 0-9 and -");
  const std::string person = arguments.find("--person").value_or(name);
  // What vostro-genesis reads from the label when it writes a bank's entry.
  const bool is_annex = arguments.has("--annex");
  if (is_annex && (arguments.has("--person") || arguments.has("--roles")))
    throw usage("an annex key is the bank's, and signs nothing: it has no --person and no --roles");
  const std::string purpose =
      is_annex ? std::string(client::annex_purpose)
               : "treasury " + person + " " + arguments.find("--roles").value_or("maker");
  for (const std::string& role : split_list(arguments.find("--roles").value_or("maker"), '+')) {
    if (role != "maker" && role != "checker" && role != "service")
      throw usage("--roles " + role + ": roles are maker, checker and service, joined by +");
  }
  const Cost cost = cost_from(arguments.find("--cost").value_or("default"));
  const std::string path =
      arguments.find("--out").value_or(wallet.settings().key_dir + "/" + name + ".key");
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
    throw Stop{Exit::local, path + " exists already; it was left as it is", "exists", {}};
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) {
    if (directory.has_parent_path())
      std::filesystem::create_directories(directory.parent_path(), error);
    if (const auto made = ensure_private_directory(directory.string()); !made)
      throw Stop{Exit::local,
                 directory.string() + ": " + std::string(to_string(made.error())),
                 "local",
                 {}};
  }
  const Passphrase passphrase = wallet.new_passphrase();
  const SecretKey key = SecretKey::generate();
  const KeyLabel label{name, purpose};
  if (const auto saved = save_key(path, key, label, passphrase, cost); !saved)
    throw Stop{Exit::local, path + ": " + to_string(saved.error()), "local", {}};
  const KeyInfo info{label, key.public_key(), cost};
  return finish(wallet, Exit::ok, key_json(name, path, info),
                labelled({{"key", name}, public_part(info), {"file", path}}));
}

Exit key_list(Wallet& wallet, const Arguments&) {
  json::array items;
  std::vector<std::vector<std::string>> rows{{"NAME", "PURPOSE", "PUBLIC KEY"}};
  for (const std::string& name : key_names(wallet.settings().key_dir)) {
    const std::string path = wallet.settings().key_dir + "/" + name + ".key";
    const auto info = inspect_key(path);
    if (!info) {
      remark(wallet, path + ": " + to_string(info.error()));
      continue;
    }
    items.push_back(key_json(name, path, *info));
    rows.push_back({name, info->label.purpose, public_part(*info).second});
  }
  const std::string none =
      "no keys in " + wallet.settings().key_dir + "; make one: vostro key new NAME\n";
  return finish_list(wallet, std::move(items), rows.size() == 1 ? none : columns(rows));
}

Exit key_show(Wallet& wallet, const Arguments& arguments) {
  const std::string path = wallet.key_path(arguments.text("NAME"));
  const auto info = inspect_key(path);
  if (!info) throw Stop{Exit::not_authorised, path + ": " + to_string(info.error()), "key", {}};
  return finish(wallet, Exit::ok, key_json(arguments.text("NAME"), path, *info),
                labelled({{"label", info->label.name},
                          {"purpose", info->label.purpose},
                          public_part(*info),
                          {"file", path},
                          {"unlocking", std::to_string(info->cost.memory_kib / 1024) + " MiB, " +
                                            std::to_string(info->cost.passes) + " passes"}}));
}

}  // namespace

std::vector<Command> key_commands() {
  using Kind = Option::Kind;
  return {
      {"key new",
       "Make a signing key in a keystore file",
       {{"NAME", Kind::positional, false, "Name of the key: 1 to 34 of a-z, 0-9 and -"},
        {"--person", Kind::value, false, "Tag of the person who holds it (default: the name)"},
        {"--roles", Kind::value, false, "maker, checker, service, joined by + (default maker)"},
        {"--annex", Kind::flag, false, "A key that opens annexes, and signs nothing"},
        {"--cost", Kind::value, false,
         "What guessing costs: default, settlement-agent or development"},
        {"--out", Kind::value, false, "File (default NAME.key in the key directory)"}},
       key_new},
      {"key list", "List the keys of the key directory", {}, key_list},
      {"key show",
       "Show a key's public part",
       {{"NAME", Kind::positional, false, "Name or file"}},
       key_show},
  };
}

}  // namespace vostro::wallet
