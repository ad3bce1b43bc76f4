/// What the commands of vostro-genesis share: exit codes, files, passphrases. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/keystore.h"
#include "base/secret_text.h"
#include "genesis/entry.h"

namespace vostro::genesis::cli {

/// What the process answers with.
enum class Exit : std::uint8_t {
  ok = 0,
  refused =
      1,  ///< The input was understood and is not in order, or a file could not be read or written.
  usage = 2,  ///< The command line is not understood.
};

/// A command that cannot go on: one sentence for standard error, and the exit code. Caught once, in
/// `main`.
struct Stop {
  Exit exit = Exit::refused;
  std::string what;
};
[[noreturn]] void refuse(std::string what);
[[noreturn]] void refuse_usage(std::string what);
[[noreturn]] void refuse(const std::string& path, const GenesisError& error);

/// Where a command takes passphrases from; a prompt where neither is given.
struct SecretSource {
  std::string file;
  int descriptor = -1;
};
/// `confirm`: asked twice at a prompt, for keys that are made.
[[nodiscard]] Passphrase read_passphrase(const SecretSource& source, bool confirm);

/// A draft from a file, or Stop.
[[nodiscard]] Draft load_draft(const std::string& path);
/// Text to a new file of mode 0644, in one step; an existing one is not overwritten unless
/// `replace`.
void write_new_file(const std::string& path, std::string_view text, bool replace = false);

/// What `keys` writes on a treasury key and `entry` reads: "treasury anna maker+checker".
struct TreasuryPurpose {
  std::string person;
  chain::Roles roles;
};
[[nodiscard]] std::string to_text(const TreasuryPurpose& purpose);
[[nodiscard]] std::optional<TreasuryPurpose> treasury_purpose_from(std::string_view text);
/// "maker+checker".
[[nodiscard]] std::optional<chain::Roles> key_roles_from(std::string_view text);

[[nodiscard]] std::vector<std::string> split(std::string_view text, char at);

}  // namespace vostro::genesis::cli
