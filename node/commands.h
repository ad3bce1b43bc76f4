/// The commands of vostro-node. Each prints what it has to say and returns the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "node/config.h"

namespace vostro::node {

struct Loaded {
  NodeConfig config;
  genesis::Definition definition;
};
/// Configuration and genesis file, and that they fit. Errors: a sentence for the operator.
[[nodiscard]] Result<Loaded, std::string> load_all(const std::string& config_file);
/// Errors: a sentence for the operator. Asks at the terminal where there is no passphrase file.
[[nodiscard]] Result<NodeKeys, std::string> load_keys(const NodeConfig& config);

/// Exit codes of vostro-node, documented in docs/configuration.md.
enum class Exit : std::uint8_t {
  done = 0,
  failed = 1,      ///< it could not start, or its work failed
  bad_config = 2,  ///< configuration, genesis file, keys or arguments
};

/// Runs the node until SIGTERM or SIGINT. `ready_file`, where not empty, is written once the
/// listeners are up.
[[nodiscard]] Exit run_node(const std::string& config_file, const std::string& ready_file);
/// Makes the data directory and the vote journal of each validator key that has none. Once in the
/// life of a key.
[[nodiscard]] Exit init_node(const std::string& config_file);

/// Takes a stopped node over into the network that goes on in the genesis file (continuation.h).
[[nodiscard]] Exit continue_node(const std::string& config_file);

/// Prunes the store of a stopped node but for the newest `keep` blocks.
[[nodiscard]] Exit prune_node(const std::string& config_file, std::uint64_t keep);

struct KeyArguments {
  std::string config_file;
  std::string purpose = "validator";  ///< of a new one; or "tls"
  std::string key_file;               ///< the new one; for proof empty: of the configuration
  std::string passphrase_file;        ///< of `key_file`; empty: asked for at the terminal
  bool is_development = false;        ///< a cheap derivation, for keys that guard nothing
};
/// Makes a new key, with a vote journal where it is a validator's, and says what a proposal needs
/// to name it.
[[nodiscard]] Exit new_key_command(const KeyArguments& arguments);
/// The same of a validator's key that is there: of `key_file`, or of the configuration the one that
/// is to come, where there is one, or that of now.
[[nodiscard]] Exit key_proof_command(const KeyArguments& arguments);

/// One sentence on standard error.
Exit complain(Exit code, const std::string& sentence);

}  // namespace vostro::node
