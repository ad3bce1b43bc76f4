#include "wallet-cli/profile.h"

#include <filesystem>

#include "genesis/toml.h"
#include "wallet-cli/exit.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

constexpr std::size_t list_max = 16;

std::string home_of(const Variables& variables) {
  const auto home = variables("HOME");
  if (!home || home->empty())
    throw usage("HOME is not set; name the files with --config, --state-dir and --key");
  return *home;
}

std::string under(const Variables& variables, std::string_view variable,
                  std::string_view fallback) {
  const auto set = variables(variable);
  if (set && !set->empty()) return *set + "/vostro";
  return home_of(variables) + "/" + std::string(fallback) + "/vostro";
}

void fill(std::optional<std::string>& option, genesis::TableReader& table, std::string_view key) {
  if (!table.has(key)) return;
  const std::string value = table.text(key);
  if (!option) option = value;
}
void fill(std::vector<std::string>& option, genesis::TableReader& table, std::string_view key) {
  if (!table.has(key)) return;
  const auto value = table.words(key, list_max);
  if (option.empty()) option = value;
}

void read_profile(Settings& settings, const genesis::TomlNode& node, const std::string& name,
                  genesis::FirstFault& fault) {
  genesis::TableReader table(node, "profile " + name, fault);
  fill(settings.api, table, "api");
  fill(settings.token_file, table, "token_file");
  fill(settings.genesis, table, "genesis");
  fill(settings.ca_file, table, "ca_file");
  fill(settings.participant, table, "participant");
  fill(settings.keys, table, "keys");
  fill(settings.annex_key, table, "annex_key");
  fill(settings.annex_passphrase_file, table, "annex_passphrase_file");
  // A descriptor that was given is meant to be read; files of the profile would never be.
  std::vector<std::string> files;
  fill(files, table, "passphrase_files");
  if (settings.passphrase_files.empty() && !settings.passphrase_fd)
    settings.passphrase_files = files;
  std::optional<std::string> state_dir;
  std::optional<std::string> key_dir;
  fill(state_dir, table, "state_dir");
  fill(key_dir, table, "key_dir");
  if (settings.state_dir.empty() && state_dir) settings.state_dir = *state_dir;
  if (settings.key_dir.empty() && key_dir) settings.key_dir = *key_dir;
  table.finish();
}

void read_file(Settings& settings, const std::string& path) {
  const auto text = genesis::read_text_file(path);
  if (!text) throw Stop{Exit::local, path + ": " + genesis::to_string(text.error()), "config", {}};
  const auto root = genesis::read_toml(*text);
  if (!root) throw usage(path + ": " + genesis::to_string(root.error()), "config");
  genesis::FirstFault fault;
  genesis::TableReader file(*root, "the configuration", fault);
  const genesis::TomlNode* profiles = file.table_if_any("profile");
  file.finish();
  const std::string wanted = settings.profile.value_or("default");
  std::vector<std::string> names;
  const genesis::TomlNode* found = nullptr;
  if (profiles != nullptr) {
    for (const auto& member : profiles->members) {
      names.push_back(member.key);
      if (member.key == wanted && member.value.kind == genesis::TomlNode::Kind::table)
        found = &member.value;
    }
  }
  if (found != nullptr) read_profile(settings, *found, wanted, fault);
  if (fault.error()) throw usage(path + ": " + genesis::to_string(*fault.error()), "config");
  if (found == nullptr && settings.profile)
    throw usage(path + " has no profile \"" + wanted + "\"" + suggestion(wanted, names), "config");
}

/// Of the configuration file: the one that was named, or the usual one where there is a home.
std::optional<std::string> config_path(const Settings& given, const Variables& variables) {
  if (given.config_file) return expand_home(*given.config_file, variables);
  const bool is_asked = given.profile.has_value();
  const bool has_home = variables("HOME").has_value() || variables("XDG_CONFIG_HOME").has_value();
  if (!has_home && !is_asked) return std::nullopt;
  return under(variables, "XDG_CONFIG_HOME", ".config") + "/config.toml";
}

}  // namespace

std::string expand_home(const std::string& path, const Variables& variables) {
  return path.starts_with("~/") ? home_of(variables) + path.substr(1) : path;
}

std::vector<std::string> profile_names(const Settings& given, const Variables& variables) {
  const auto path = config_path(given, variables);
  if (!path) return {};
  const auto text = genesis::read_text_file(*path);
  if (!text) return {};
  const auto root = genesis::read_toml(*text);
  if (!root) return {};
  genesis::FirstFault fault;
  genesis::TableReader file(*root, "the configuration", fault);
  std::vector<std::string> names;
  if (const genesis::TomlNode* profiles = file.table_if_any("profile")) {
    for (const auto& member : profiles->members) names.push_back(member.key);
  }
  return names;
}

Settings complete(Settings given, const Variables& variables) {
  const bool is_asked = given.config_file.has_value() || given.profile.has_value();
  const auto path = config_path(given, variables);
  std::error_code error;
  if (path && (is_asked || std::filesystem::exists(*path, error))) read_file(given, *path);
  for (auto* each : {&given.token_file, &given.genesis, &given.ca_file}) {
    if (*each) *each = expand_home(**each, variables);
  }
  for (auto* list : {&given.keys, &given.passphrase_files}) {
    for (std::string& each : *list) each = expand_home(each, variables);
  }
  if (given.state_dir.empty()) {
    given.state_dir = under(variables, "XDG_STATE_HOME", ".local/state");
  } else {
    given.state_dir = expand_home(given.state_dir, variables);
  }
  if (given.key_dir.empty()) {
    given.key_dir = under(variables, "XDG_CONFIG_HOME", ".config") + "/keys";
  } else {
    given.key_dir = expand_home(given.key_dir, variables);
  }
  return given;
}

}  // namespace vostro::wallet
