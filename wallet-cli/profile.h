/// Settings: the options that every command takes, and the profiles of the configuration file that
/// fill what was not given. The file is read here; no network. One thread.
///
///   [profile.default]
///   api = "http://127.0.0.1:8080"
///   token_file = "~/.config/vostro/token"
///   genesis = "~/.config/vostro/genesis.toml"
///   keys = ["maker"]
///   participant = "NORDDEFF"
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/identifiers.h"

namespace vostro::wallet {

/// Looks up a variable of the environment; empty where it is not set.
using Variables = std::function<std::optional<std::string>(std::string_view name)>;

struct Settings {
  std::optional<std::string> api;
  std::optional<std::string> token_file;
  std::optional<std::string> genesis;
  std::optional<std::string> ca_file;
  std::vector<std::string> keys;              ///< names in key_dir, or paths
  std::vector<std::string> passphrase_files;  ///< one for all keys, or one for each
  std::optional<int> passphrase_fd;
  std::optional<std::string> annex_key;  ///< opens annexes: a name in key_dir, or a path
  std::optional<std::string> annex_passphrase_file;
  std::optional<std::string> participant;  ///< BIC
  std::string state_dir;
  std::string key_dir;
  std::uint32_t timeout_s = 10;
  bool is_json = false;
  bool is_yes = false;

  // Where the rest comes from.
  std::optional<std::string> config_file;
  std::optional<std::string> profile;
};

/// Fills what the command line left open: from the profile, then from defaults under the user's
/// home. A configuration file or a profile that was asked for by name must exist. Throws Stop
/// (usage, local).
[[nodiscard]] Settings complete(Settings given, const Variables& variables);

/// The profiles of the configuration file; none where there is no such file or it is not in order.
[[nodiscard]] std::vector<std::string> profile_names(const Settings& given,
                                                     const Variables& variables);

/// "~/x" under the user's home; other text as it is.
[[nodiscard]] std::string expand_home(const std::string& path, const Variables& variables);

}  // namespace vostro::wallet
