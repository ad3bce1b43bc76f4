#include "node/config.h"

#include <algorithm>
#include <filesystem>

#include "genesis/toml.h"
#include "net/http/options_table.h"
#include "node/annexes/store.h"
#include "node/annexes/wanted.h"
#include "node/runtime/approval_book.h"
#include "node/webhooks/book.h"

namespace vostro::node {
namespace {

using genesis::FirstFault;
using genesis::TableReader;

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::int64_t kMillisecondsMax = 3'600'000;
constexpr std::size_t kPeersMax = 1'024;
/// Participants that a network may take in before the budget of memory has to be looked at again.
constexpr std::size_t kPeersToCome = 4;
constexpr std::int64_t kBlocksMax = 1'000'000'000'000;
constexpr std::size_t kNetworksMax = 64;  // of [webhooks] allowed_networks
/// Unfinalized batches of one author that are held in memory (threat model 2.2).
constexpr std::size_t kBatchesPerAuthor = consensus::StoreCaps{}.bytes_per_author;
/// Threads, code and what has no cap of its own; measured.
constexpr std::size_t kBase = 64 * kMiB;
constexpr std::size_t kPerConnection = 96 * 1024;  // header, read buffer, small body, answer

std::optional<net::http::HostPort> peer_address(std::string_view text) {
  auto parts = net::http::split_host_port(text);
  if (!parts || parts->port == 0 || parts->host.size() > 253) return std::nullopt;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':';
  };
  return std::ranges::all_of(parts->host, is_plain) ? parts : std::nullopt;
}

std::optional<std::string> non_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

/// What is wrong where the caps do not fit the budget.
std::optional<std::string> excess_of(const NodeConfig& config) {
  if (config.memory_caps_bytes <= config.memory_budget_bytes) return std::nullopt;
  return "the caps of caches and queues add up to " +
         std::to_string(config.memory_caps_bytes / kMiB) + " MiB, above the budget of " +
         std::to_string(config.memory_budget_bytes / kMiB) + " MiB: raise it, or lower the caps";
}

class ConfigReader {
 public:
  ConfigReader(const genesis::TomlNode& root, std::string directory, FirstFault& fault)
      : root_(root, "the file", fault), fault_(fault), directory_(std::move(directory)) {}

  NodeConfig read() {
    NodeConfig config;
    node(config);
    keys(config);
    peers(config);
    api(config.api);
    webhooks(config.api.webhooks);
    log(config.log);
    limits(config);
    history(config.node.history);
    consensus(config);
    root_.finish();
    config.api.bank = config.node.participant;
    config.api.token_file = config.node.data_dir + "/tokens";
    config.api.webhooks.file = config.node.data_dir + "/webhooks";
    return config;
  }

 private:
  /// An absent table reads as an empty one.
  TableReader table(std::string_view name) {
    static const genesis::TomlNode kEmpty;
    const genesis::TomlNode* node = root_.table_if_any(name);
    return {node == nullptr ? kEmpty : *node, "[" + std::string(name) + "]", fault_};
  }
  std::string path(TableReader& from, std::string_view key) {
    const std::filesystem::path written = from.value(key, non_empty, "a path");
    return written.is_absolute()
               ? written.string()
               : (std::filesystem::path(directory_) / written).lexically_normal().string();
  }
  std::string path_if_any(TableReader& from, std::string_view key) {
    return from.has(key) ? path(from, key) : std::string();
  }

  template <class Integer>
  void number(TableReader& from, std::string_view key, Integer& into, std::int64_t min,
              std::int64_t max, std::int64_t unit = 1) {
    if (from.has(key)) into = static_cast<Integer>(from.integer(key, min, max) * unit);
  }
  void mebibytes(TableReader& from, std::string_view key, std::size_t& into, std::int64_t min) {
    number(from, key, into, min, 1024 * 1024, static_cast<std::int64_t>(kMiB));
  }
  void milliseconds(TableReader& from, std::string_view key, std::chrono::milliseconds& into) {
    if (from.has(key)) into = std::chrono::milliseconds(from.integer(key, 1, kMillisecondsMax));
  }

  void node(NodeConfig& config) {
    TableReader from = table("node");
    config.node.data_dir = path(from, "data_dir");
    config.genesis_file = path(from, "genesis");
    config.node.participant = from.value("participant", parse_bic, "a BIC");
    config.node.joined_later = from.has("joined_later") && from.boolean("joined_later");
    const std::string role = from.text("role");
    config.node.validator = role == "validator";
    if (role != "validator" && role != "observer")
      from.refuse("role", "it must be \"validator\" or \"observer\"");
    if (from.has("observer_name"))
      config.node.observer_name =
          from.value("observer_name", parse_label, "1 to 34 of a-z, 0-9 and -");
    if (config.node.validator && from.has("observer_name"))
      from.refuse("observer_name", "a validator has none");
    from.finish();
  }

  void keys(NodeConfig& config) {
    TableReader from = table("keys");
    if (config.node.validator) {
      config.validator_keys.push_back(key_file(from, "validator"));
      if (from.has("next_validator"))
        config.validator_keys.push_back(key_file(from, "next_validator"));
    }
    config.tls_keys.push_back(key_file(from, "tls"));
    if (from.has("next_tls")) config.tls_keys.push_back(key_file(from, "next_tls"));
    from.finish();
  }
  KeyFile key_file(TableReader& from, const std::string& key) {
    KeyFile read;
    read.file = path(from, key);
    read.passphrase_file = path_if_any(from, key + "_passphrase_file");
    return read;
  }

  void peers(NodeConfig& config) {
    TableReader from = table("peers");
    config.node.listen =
        from.value_if_any("listen", parse_listen, "ADDRESS:PORT, as \"0.0.0.0:7400\"");
    for (const genesis::TomlNode* one : from.tables("peer", kPeersMax)) {
      TableReader peer(*one, "[[peers.peer]]", fault_);
      PeerAddress address;
      address.participant = peer.value("participant", parse_bic, "a BIC");
      const net::http::HostPort where =
          peer.value("address", peer_address, "HOST:PORT with a port from 1 to 65535");
      address.host = where.host;
      address.port = where.port;
      address.tls_key =
          peer.value_if_any("tls_key", public_key_from_text, "\"ed25519:\" and 64 hex digits");
      if (std::ranges::find(config.node.peers, address.participant, &PeerAddress::participant) !=
          config.node.peers.end())
        peer.refuse("participant", "it stands twice");
      peer.finish();
      config.node.peers.push_back(std::move(address));
    }
    from.finish();
  }

  void api(api::Options& options) {
    TableReader from = table("api");
    net::http::read_listening(from, options, [this](TableReader& reader, std::string_view key) {
      return path_if_any(reader, key);
    });
    if (from.has("allowed_origins")) options.allowed_origins = from.words("allowed_origins", 16);
    number(from, "threads", options.threads, 1, 16);
    number(from, "connections", options.limits.connections, 1, 10'000);
    number(from, "connections_per_client", options.limits.connections_per_client, 1, 10'000);
    number(from, "waiting", options.limits.waiting, 1, 10'000);
    number(from, "streams", options.limits.streams, 1, 1'000);
    number(from, "large_bodies", options.limits.large_bodies, 1, 1'000);
    milliseconds(from, "header_ms", options.limits.header_time);
    milliseconds(from, "body_ms", options.limits.body_time);
    milliseconds(from, "idle_ms", options.limits.idle_time);
    milliseconds(from, "wait_ms", options.limits.wait_time);
    milliseconds(from, "stall_ms", options.limits.stall_time);
    from.finish();
  }

  void webhooks(WebhookOptions& options) {
    TableReader from = table("webhooks");
    number(from, "webhooks", options.webhooks_max, 0, WebhookBook::webhooks_max);
    options.ca_file = path_if_any(from, "ca_file");
    if (from.has("allowed_networks")) {
      for (const std::string& word : from.words("allowed_networks", kNetworksMax)) {
        const auto network = net::parse_network(word);
        if (network)
          options.allowed_networks.push_back(*network);
        else
          from.refuse("allowed_networks", "\"" + word + "\" is no network, as \"10.0.0.0/8\"");
      }
    }
    milliseconds(from, "timeout_ms", options.timeout);
    milliseconds(from, "retry_min_ms", options.retry_min);
    milliseconds(from, "retry_max_ms", options.retry_max);
    if (options.retry_min > options.retry_max)
      from.refuse("retry_min_ms", "it may not be above retry_max_ms");
    from.finish();
  }

  void log(log::Options& options) {
    TableReader from = table("log");
    options.level = from.value_if_any("level", log::parse_level, "debug, info, warning or error")
                        .value_or(options.level);
    options.format =
        from.value_if_any("format", log::parse_format, "text or json").value_or(options.format);
    from.finish();
  }

  void limits(NodeConfig& config) {
    TableReader from = table("limits");
    config.memory_budget_bytes = 1280 * kMiB;
    mebibytes(from, "memory_budget_mib", config.memory_budget_bytes, 64);
    mebibytes(from, "store_cache_mib", config.node.store.cache_bytes, 1);
    mebibytes(from, "store_write_buffer_mib", config.node.store.write_buffer_bytes, 1);
    number(from, "disk_reserve_mib", config.node.store.reserve_bytes, 1, 1024 * 1024,
           static_cast<std::int64_t>(kMiB));
    number(from, "pending_transactions", config.node.admission.transactions_max, 1, 10'000'000);
    mebibytes(from, "pending_mib", config.node.admission.bytes_max, 1);
    number(from, "pending_per_bank", config.node.admission.per_actor_max, 1, 10'000'000);
    number(from, "unverified", config.node.admission.unverified_max, 1, 1'000'000);
    number(from, "worker_threads", config.node.worker_threads, 1, 64);
    config.memory_caps_bytes = sum_of_caps(config);
    if (const auto excess = excess_of(config)) from.refuse("memory_budget_mib", *excess);
    from.finish();
  }

  void history(HistoryOptions& options) {
    TableReader from = table("history");
    std::uint64_t keep = 0;
    number(from, "keep", keep, 0, kBlocksMax);
    if (keep > 0) options.keep = keep;
    std::uint64_t behind = *options.join_behind;
    number(from, "join_behind", behind, 0, kBlocksMax);
    options.join_behind = behind > 0 ? std::optional(behind) : std::nullopt;
    from.finish();
  }

  void consensus(NodeConfig& config) {
    config.has_timing = root_.has("consensus");
    TableReader from = table("consensus");
    consensus::Timeouts& times = config.node.replica.engine.timeouts;
    number(from, "listen_ms", times.listen_ms, 0, kMillisecondsMax);
    number(from, "view_start_ms", times.view_start_ms, 1, kMillisecondsMax);
    number(from, "view_min_ms", times.view_min_ms, 1, kMillisecondsMax);
    number(from, "view_base_max_ms", times.view_base_max_ms, 1, kMillisecondsMax);
    number(from, "view_max_ms", times.view_max_ms, 1, kMillisecondsMax);
    number(from, "flush_min_ms", times.flush_min_ms, 1, kMillisecondsMax);
    number(from, "silence_ms", times.silence_ms, 1, kMillisecondsMax);
    number(from, "batch_delay_ms", config.node.replica.batch_delay_ms, 0, kMillisecondsMax);
    number(from, "batch_transactions", config.node.replica.batch_transactions, 1,
           static_cast<std::int64_t>(consensus::batch_transactions_max));
    number(from, "batch_kib", config.node.replica.batch_bytes, 1,
           static_cast<std::int64_t>(consensus::batch_bytes_max / 1024), 1024);
    from.finish();
  }

  TableReader root_;
  FirstFault& fault_;
  std::string directory_;
};

ConfigError error_of(const std::string& name, const genesis::GenesisError& error) {
  return {name + ": " + to_string(error)};
}

}  // namespace

std::optional<p2p::ListenAddress> parse_listen(std::string_view text) {
  const auto parts = net::http::split_host_port(text);
  if (!parts || !net::http::is_address(parts->host)) return std::nullopt;
  return p2p::ListenAddress{parts->host, parts->port};
}

std::size_t sum_of_caps(const NodeConfig& config) {
  const p2p::Limits& network = config.node.network;
  const std::size_t per_peer = network.consensus.inbound_bytes_max +
                               network.consensus.outbound_bytes_max +
                               network.bulk.inbound_bytes_max + network.bulk.outbound_bytes_max;
  const net::http::Limits& api = config.api.limits;
  const std::size_t peers = std::max(config.node.peers.size(), config.peers_max);
  // Of the state, for those who fetch it, and a map takes as much again; what changed meanwhile;
  // and the ledger that this node fetches.
  const std::size_t snapshots = 2 * join::ServerLimits{}.window_bytes +
                                chain::PastState::changed_bytes_max + staging_cache_bytes +
                                staging_buffer_bytes;
  return kBase + snapshots + config.node.store.cache_bytes + config.node.store.write_buffer_bytes +
         config.node.admission.bytes_max + peers * per_peer + (peers + 1) * kBatchesPerAuthor +
         2 * Admission::verified_bytes_max + HeadState::bytes_max + ApprovalBook::bytes_max +
         ApprovalBook::remembered_max * ApprovalBook::closed_bytes_max + AnnexStore::bytes_max +
         WantedAnnexes::bytes_max + api.connections * kPerConnection +
         api.large_bodies * 2 * api.large_body_bytes + api.streams * api.stream_bytes +
         config.api.webhooks.webhooks_max * webhook_bytes_max;
}

Result<NodeConfig, ConfigError> parse_config(std::string_view text, const std::string& directory,
                                             const std::string& name) {
  const auto root = genesis::read_toml(text);
  if (!root) return fail(error_of(name, root.error()));
  FirstFault fault;
  NodeConfig config = ConfigReader(*root, directory, fault).read();
  if (fault.error()) return fail(error_of(name, *fault.error()));
  return config;
}

Result<NodeConfig, ConfigError> load_config(const std::string& file) {
  const auto text = genesis::read_text_file(file);
  if (!text) return fail(error_of(file, text.error()));
  const std::filesystem::path directory = std::filesystem::path(file).parent_path();
  return parse_config(*text, directory.empty() ? "." : directory.string(), file);
}

Result<void, ConfigError> fit_to_network(NodeConfig& config,
                                         const genesis::Definition& definition) {
  const Bic& own = config.node.participant;
  const auto& participants = definition.state.participants;
  if (!config.node.joined_later &&
      std::ranges::find(participants, own, &chain::Participant::bic) == participants.end())
    return fail(ConfigError{"[node]: \"participant\": " + to_text(own) +
                            " is no participant of the network " + definition.name +
                            " in its genesis file; the node of a bank that was taken in later sets "
                            "joined_later = true"});
  if (config.has_timing && !definition.development)
    return fail(ConfigError{
        "[consensus]: timing may only be set in a development network; leave the table out"});
  // What is proved to clients, and fetched by whoever joins, goes as far back.
  const std::uint64_t window = definition.state.parameters.proof_window;
  if (config.node.history.keep && *config.node.history.keep < window)
    return fail(ConfigError{"[history]: \"keep\" must be 0 for all blocks, or at least " +
                            std::to_string(window) +
                            ", the blocks of which this network proves its state"});
  if (!config.node.observer_name.empty()) {
    const bool is_listed =
        std::ranges::any_of(definition.observers, [&](const genesis::Observer& observer) {
          return observer.owner == own && observer.name == config.node.observer_name;
        });
    if (!is_listed)
      return fail(ConfigError{"[node]: \"observer_name\": the genesis file lists no observer " +
                              config.node.observer_name + " of " + to_text(own)});
  }
  // Whoever the genesis file lists may connect, listed as a peer here or not; and whoever the
  // ledger takes in, for which there is room.
  config.peers_max = participants.size() + definition.observers.size() + kPeersToCome;
  config.memory_caps_bytes = sum_of_caps(config);
  if (const auto excess = excess_of(config))
    return fail(ConfigError{"[limits]: \"memory_budget_mib\": " + *excess});
  return {};
}

}  // namespace vostro::node
