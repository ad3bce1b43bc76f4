/// The node's configuration: TOML, every key documented in deploy/vostro-node.example.toml and
/// docs/configuration.md. An unknown key is an error, and so is whatever cannot work: a bad port, a
/// public API without TLS, more memory promised than there is to be (catalogue row G2). Pure but
/// for `load_config`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "genesis/definition.h"
#include "node/api/options.h"
#include "node/node.h"

namespace vostro::node {

/// One sentence for the operator: the file, the line where there is one, the key, and what to do.
struct ConfigError {
  std::string sentence;
};

/// A keystore file, and where its passphrase comes from.
struct KeyFile {
  std::string file;
  std::string passphrase_file;  ///< empty: asked for at the terminal

  bool operator==(const KeyFile&) const = default;
};

struct NodeConfig {
  NodeOptions node;
  api::Options api;
  log::Options log;
  std::string genesis_file;
  std::vector<KeyFile> validator_keys;  ///< of now, and to come; none for an observer
  std::vector<KeyFile> tls_keys;        ///< of now, and to come
  std::size_t memory_budget_bytes = 0;
  std::size_t memory_caps_bytes = 0;  ///< the sum of all caps, for the log; not above the budget
  std::size_t peers_max = 0;  ///< who may connect, by the network's definition: known once it is
  bool has_timing = false;    ///< [consensus] has keys: for development networks only
};

/// `directory` is where relative paths begin; `name` stands for the file in messages.
[[nodiscard]] Result<NodeConfig, ConfigError> parse_config(std::string_view text,
                                                           const std::string& directory,
                                                           const std::string& name);
[[nodiscard]] Result<NodeConfig, ConfigError> load_config(const std::string& file);

/// What can only be judged with the network's definition: the observer's name, timing overrides.
/// Also fills in what the definition says. Whether the participant and its peers are of the network
/// is no matter of the definition: the ledger may have taken them in since.
[[nodiscard]] Result<void, ConfigError> fit_to_network(NodeConfig& config,
                                                       const genesis::Definition& definition);

/// Most memory that the node's queues, caches and buffers can take together, in bytes, by their
/// caps.
[[nodiscard]] std::size_t sum_of_caps(const NodeConfig& config);

/// "127.0.0.1:8080" or "[::1]:8080": an address, not a name.
[[nodiscard]] std::optional<p2p::ListenAddress> parse_listen(std::string_view text);

}  // namespace vostro::node
