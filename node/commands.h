/// The commands of vostro-node. Each prints what it has to say and returns the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vostro::node {

/// Exit codes of vostro-node, documented in docs/configuration.md.
enum class Exit : std::uint8_t {
  done = 0,
  failed = 1,      ///< it could not start, or its work failed
  bad_config = 2,  ///< configuration, genesis file, keys or arguments
};

/// Runs the node until SIGTERM or SIGINT. `ready_file`, where not empty, is written once the
/// listeners are up.
[[nodiscard]] Exit run_node(const std::string& config_file, const std::string& ready_file);
/// Makes the data directory and a validator's vote journal. Once in the life of a key.
[[nodiscard]] Exit init_node(const std::string& config_file);

struct TokenArguments {
  std::string config_file;
  std::string role = "read";
  std::string name = "token";
  std::optional<std::uint32_t> days;
  std::uint32_t requests_per_second = 100;
  std::string which;          ///< id or name, to revoke; id, to rotate
  std::uint32_t grace_s = 0;  ///< for the old secret, to rotate
};
[[nodiscard]] Exit create_token_command(const TokenArguments& arguments);
[[nodiscard]] Exit rotate_token_command(const TokenArguments& arguments);
[[nodiscard]] Exit revoke_token_command(const TokenArguments& arguments);
[[nodiscard]] Exit list_tokens_command(const TokenArguments& arguments);

/// What a validator's key says for governance, on a machine that needs no network. The key is that
/// of the configuration, or another one: of the validator that is to be.
struct KeyArguments {
  std::string config_file;
  std::string key_file;
  std::string passphrase_file;  ///< of `key_file`; empty: asked for
  std::uint64_t height = 0;     ///< for ready: the newest block that the node has executed
  std::string out;              ///< for ready; empty: standard output
};
[[nodiscard]] Exit key_proof_command(const KeyArguments& arguments);
[[nodiscard]] Exit key_ready_command(const KeyArguments& arguments);

/// One sentence on standard error.
Exit complain(Exit code, const std::string& sentence);

}  // namespace vostro::node
